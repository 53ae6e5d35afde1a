"""The broker we bring along, and the files for one that stands elsewhere."""
