"""Text to pixels, the same for preview, approval and board."""
