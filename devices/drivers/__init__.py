"""One folder per product family: a pure codec and a driver that talks."""
