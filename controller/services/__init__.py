"""One module per deed."""
