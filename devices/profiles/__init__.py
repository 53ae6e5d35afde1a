"""Frozen facts of products: sizes, colours, zones, line settings."""
