"""Calendars and suspensions as rows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from controller.domain.calendars import Calendar, Kind
from controller.domain.closings import Closing
from controller.errors import UnknownError
from controller.store.database import put
from controller.store.tables import calendars, suspensions

KEPT = timedelta(days=40)  # a suspension that is over stays in plans so long: previews and explanations look back


class Stamp(NamedTuple):
    """Who made a calendar what it is, and when."""

    by: str
    at: datetime


def stamps(connection: Connection) -> dict[tuple[str, str], Stamp]:
    """Of every calendar, by kind and id."""
    rows = connection.execute(sa.select(calendars.c.kind, calendars.c.id, calendars.c.by, calendars.c.changed_at))
    return {(row.kind, row.id): Stamp(row.by, row.changed_at) for row in rows}


def all_of(connection: Connection, kind: Kind | None = None) -> tuple[Calendar, ...]:
    """Every calendar, or those of a kind, by kind and id."""
    query = sa.select(calendars).order_by(calendars.c.kind, calendars.c.id)
    if kind is not None:
        query = query.where(calendars.c.kind == kind.value)
    return tuple(_calendar(row) for row in connection.execute(query))


def one_of(connection: Connection, kind: Kind, name: str) -> Calendar:
    """One of them; UnknownError if there is none."""
    row = connection.execute(sa.select(calendars).where(calendars.c.kind == kind.value, calendars.c.id == name)).first()
    if row is None:
        raise UnknownError("calendar", f"{kind.value}/{name}")
    return _calendar(row)


def keep(connection: Connection, calendar: Calendar, now: datetime, by: str) -> None:
    """Insert, or replace what stands under its kind and id."""
    put(connection, calendars, calendar.model_dump(mode="json") | {"changed_at": now, "by": by})


def remove(connection: Connection, kind: Kind, name: str) -> None:
    """Take one away; the audit log keeps what it was."""
    connection.execute(sa.delete(calendars).where(calendars.c.kind == kind.value, calendars.c.id == name))


def closings(connection: Connection, since: datetime | None = None) -> tuple[Closing, ...]:
    """The suspensions that ended after `since`, by their begin; all of them without it."""
    query = sa.select(suspensions).order_by(suspensions.c.created_at, suspensions.c.id)
    if since is not None:
        query = query.where(suspensions.c.until > since)
    return tuple(_closing(row) for row in connection.execute(query))


def keep_closing(connection: Connection, closing: Closing, now: datetime, by: str) -> None:
    """Insert a suspension."""
    facts = closing.model_dump(mode="json", include={"id", "hours", "playlist", "targets"})
    order = closing.suspension
    row = {"gate": order.gate, "fact": order.model_dump(mode="json"), "until": order.until, "created_at": now, "by": by}
    connection.execute(suspensions.insert().values(facts | row))


def lift(connection: Connection, name: str, at: datetime) -> None:
    """Note that a suspension was lifted before its end."""
    connection.execute(sa.update(suspensions).where(suspensions.c.id == name).values(lifted_at=at, until=at))


def _calendar(row: Row[Any]) -> Calendar:
    names = Calendar.model_fields.keys()
    return Calendar.model_validate({name: value for name, value in row._mapping.items() if name in names})


def _closing(row: Row[Any]) -> Closing:
    return Closing(
        id=row.id, suspension=row.fact, hours=tuple(row.hours), playlist=row.playlist, targets=tuple(row.targets),
        lifted_at=row.lifted_at,
    )  # fmt: skip
