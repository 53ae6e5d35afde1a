"""Opens the agent's SQLite file: write-ahead log, every commit flushed, checked before it is believed."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

log = logging.getLogger(__name__)

SCHEMA = """
CREATE TABLE IF NOT EXISTS outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT, boot TEXT NOT NULL, sequence INTEGER NOT NULL, record BLOB NOT NULL,
  UNIQUE (boot, sequence));
CREATE TABLE IF NOT EXISTS plays (
  id INTEGER PRIMARY KEY AUTOINCREMENT, draft BLOB NOT NULL, started TEXT, seconds REAL NOT NULL DEFAULT 0,
  evidence TEXT);
CREATE TABLE IF NOT EXISTS said (
  device TEXT NOT NULL, source TEXT NOT NULL, content TEXT NOT NULL, due REAL NOT NULL,
  PRIMARY KEY (device, source, content, due)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS commands (id TEXT PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS marks (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


def open_database(path: Path) -> tuple[sqlite3.Connection, bool]:
    """The connection, and whether what the file held is out of reach: damaged and moved aside, or the disk lets none open."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _open_checked(path), False
    except sqlite3.OperationalError as exc:  # locked, full or read-only: not the file's fault
        log.error("the store cannot be opened, records are kept in memory alone", extra={"reason": str(exc)})
        return _open_checked(None), True
    except sqlite3.DatabaseError as exc:
        return _instead_of_damaged(path, str(exc)), True


def _instead_of_damaged(path: Path, reason: str) -> sqlite3.Connection:
    """A new file; if the disk is damaged too far for one, none."""
    try:
        aside = _move_aside(path)
        log.error("the store was damaged and is moved aside", extra={"reason": reason, "aside": str(aside)})
        return _open_checked(path)
    except (OSError, sqlite3.Error) as exc:
        log.error("no new store can be begun, records are kept in memory alone", extra={"reason": str(exc)})
        return _open_checked(None)


def _open_checked(path: Path | None) -> sqlite3.Connection:
    connection = sqlite3.connect(path or ":memory:", timeout=5, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA journal_size_limit = 4194304")
        connection.execute("PRAGMA cache_size = -256")
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise sqlite3.DatabaseError(f"the check of the store says: {found}")
        connection.executescript(SCHEMA)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _move_aside(path: Path) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    aside = path.with_name(f"{path.name}.damaged-{stamp}")
    path.replace(aside)
    for tail in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + tail).replace(aside.with_name(aside.name + tail))
    return aside
