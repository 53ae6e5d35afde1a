"""What is due on a device at an instant, and why: pure facts and functions."""
