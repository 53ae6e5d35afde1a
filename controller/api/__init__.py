"""HTTP in front of the deeds."""
