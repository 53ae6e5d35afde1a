"""Where the controller remembers: SQLAlchemy and files by hash."""
