"""Faults as rows: one for each time that a fault of a device stands, from its first sight to its end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from controller.domain.faults import FaultRow
from controller.errors import UnknownError
from controller.store.tables import faults
from devices.contract.messages import Fault


def follow(connection: Connection, device: str, said: Iterable[Fault], now: datetime, only: str | None = None) -> bool:
    """Make what stands for a device what is said now; whether one began or ended. `only` leaves all other codes as they are.

    What an agent no longer names is over at `now`: it tells only what stands.
    """
    standing = {row.code: row for row in connection.execute(sa.select(faults).where(*_of(device)))}
    told = {fault.code: fault for fault in said}
    changed = False
    for code, fault in told.items():
        facts = {"text": fault.text[:500], "last_seen": fault.last_seen, "count": fault.count}
        if code in standing:
            connection.execute(sa.update(faults).where(faults.c.id == standing[code].id).values(facts))
        else:
            begun = {"device": device, "code": code[:40], "first_seen": fault.first_seen}
            connection.execute(faults.insert().values(begun | facts))
            changed = True
    for code, row in standing.items():
        if code not in told and (code == only if only else code not in OURS):
            connection.execute(sa.update(faults).where(faults.c.id == row.id).values(cleared_at=now))
            changed = True
    return changed


OURS = frozenset({"agent.lost"})  # told by the controller itself: no status says or clears them


def _of(device: str) -> tuple[sa.ColumnElement[bool], ...]:
    return faults.c.device == device, faults.c.cleared_at.is_(None)


def standing_count(connection: Connection) -> int:
    """How many stand and nobody has acknowledged."""
    query = sa.select(sa.func.count()).where(faults.c.cleared_at.is_(None), faults.c.acknowledged_at.is_(None))
    return int(connection.execute(query).scalar_one())


def listed(connection: Connection, since: datetime, device: str | None, limit: int) -> tuple[FaultRow, ...]:
    """What stands, and what ended after `since`: standing first, each newest first."""
    query = (
        sa.select(faults)
        .where(sa.or_(faults.c.cleared_at.is_(None), faults.c.cleared_at > since))
        .order_by(faults.c.cleared_at.is_not(None), faults.c.first_seen.desc(), faults.c.id.desc())
        .limit(limit)
    )
    if device is not None:
        query = query.where(faults.c.device == device)
    return tuple(_row(row) for row in connection.execute(query))


def one(connection: Connection, number: int) -> FaultRow:
    """The fault with a number; UnknownError if there is none."""
    row = connection.execute(sa.select(faults).where(faults.c.id == number)).first()
    if row is None:
        raise UnknownError("fault", str(number))
    return _row(row)


def acknowledge(connection: Connection, number: int, by: str, now: datetime) -> None:
    """Somebody has seen it."""
    values = {"acknowledged_at": now, "acknowledged_by": by}
    connection.execute(sa.update(faults).where(faults.c.id == number).values(values))


def sweep(connection: Connection, before: datetime) -> None:
    """Forget what ended long ago."""
    connection.execute(sa.delete(faults).where(faults.c.cleared_at < before))


def _row(row: Row[Any]) -> FaultRow:
    return FaultRow.model_validate(dict(row._mapping))
