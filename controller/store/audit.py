"""The audit log's rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from controller.domain.audit import FIRST, Entry, chained
from controller.store.tables import audit


def note(
    connection: Connection, at: datetime, who: str, what: str, subject: str, details: dict[str, Any] | None = None
) -> None:
    """Add a row to the chain, in the transaction of the act itself."""
    last = connection.execute(
        sa.select(audit.c.id, audit.c.hash).order_by(audit.c.id.desc()).limit(1).with_for_update()
    ).first()
    row: dict[str, Any] = {"id": last.id + 1 if last else 1, "at": at, "who": who, "what": what, "subject": subject}
    row["details"] = details or {}
    previous = last.hash if last else FIRST
    connection.execute(audit.insert().values(**row, previous=previous, hash=chained(previous, **row)))


def entries(connection: Connection, after: int = 0, limit: int | None = None) -> Iterator[Entry]:
    """Rows in order, beginning after the one with id `after`."""
    query = sa.select(audit).where(audit.c.id > after).order_by(audit.c.id).limit(limit)
    for row in connection.execute(query):
        yield Entry(**row._mapping)
