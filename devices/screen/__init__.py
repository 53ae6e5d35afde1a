"""The screen process: pages, running text and videos on the PC's output that feeds a wall, frame by frame."""
