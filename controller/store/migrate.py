"""Bring a database to the newest tables, at every start."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Connection

from controller.store.database import Store

HERE = Path(__file__).parent / "migrations"


def migrate(store: Store) -> None:
    """Run every migration that has not run, in one transaction."""
    with store.write() as connection:
        command.upgrade(config(connection), "head")


def config(connection: Connection) -> Config:
    """Alembic's config for migrations over an open connection."""
    made = Config()
    made.set_main_option("script_location", str(HERE))
    made.attributes["connection"] = connection
    return made
