"""Recordings and who has heard them to their end."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from controller.domain.recordings import Recording
from controller.store.database import insert_new, put
from controller.store.tables import hearings, recordings


def keep(connection: Connection, recording: Recording, key: str | None, by: str, now: datetime) -> None:
    """Know it from now on; `key` is that of the request a machine's voice answered."""
    row = recording.model_dump() | {"key": key, "by": by, "created_at": now}
    insert_new(connection, recordings, [row | {"findings": list(recording.findings)}])


def find(connection: Connection, hashes: set[str]) -> dict[str, Recording]:
    """Those of the hashes that are recordings: our own tones are not."""
    query = sa.select(recordings).where(recordings.c.sha256.in_(hashes))
    names = Recording.model_fields.keys()
    rows = connection.execute(query).mappings()
    return {row["sha256"]: Recording.model_validate({name: row[name] for name in names}) for row in rows}


def by_key(connection: Connection, key: str) -> str | None:
    """What the same request gave before."""
    return connection.execute(sa.select(recordings.c.sha256).where(recordings.c.key == key)).scalar()


def begin_hearing(connection: Connection, sha256: str, username: str, now: datetime) -> None:
    """The sound begins for this person; an end that was reached stays."""
    if started(connection, sha256, username)[1] is None:
        put(connection, hearings, {"sha256": sha256, "username": username, "started_at": now, "ended_at": None})


def end_hearing(connection: Connection, sha256: str, username: str, now: datetime) -> None:
    """This person has heard it to its end."""
    mine = (hearings.c.sha256 == sha256, hearings.c.username == username)
    connection.execute(sa.update(hearings).where(*mine, hearings.c.ended_at.is_(None)).values(ended_at=now))


def started(connection: Connection, sha256: str, username: str) -> tuple[datetime | None, datetime | None]:
    """When it began for this person last, and when its end was reached."""
    query = sa.select(hearings.c.started_at, hearings.c.ended_at)
    row = connection.execute(query.where(hearings.c.sha256 == sha256, hearings.c.username == username)).first()
    return (row.started_at, row.ended_at) if row else (None, None)


def heard_by(connection: Connection, username: str, hashes: set[str]) -> set[str]:
    """Those of the recordings that this person has heard to their end."""
    mine = (hearings.c.username == username, hearings.c.sha256.in_(hashes), hearings.c.ended_at.is_not(None))
    return set(connection.execute(sa.select(hearings.c.sha256).where(*mine)).scalars())
