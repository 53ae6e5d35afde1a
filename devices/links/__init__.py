"""Ways to move bytes: serial, RS-485, TCP, traced."""
