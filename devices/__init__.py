"""The gate's side: from a sealed plan to light and sound, and proof of it."""
