"""What was shown, and who did what: read only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from controller.domain.audit import Entry, first_break
from controller.domain.people import Actor, Right
from controller.errors import InvalidError
from controller.services.context import Deps
from controller.store import audit, registry
from controller.store.tables import records
from schedules.model import Fact


class ZoneChangeView(Fact):
    """Zones that a sound lost or gained while it was on, and why."""

    at: datetime
    lost: tuple[str, ...]
    gained: tuple[str, ...]
    why: str
    by: str


class RecordView(Fact):
    """One play record as it was stored."""

    device: str
    boot: str
    sequence: int
    cause: str
    source: str
    message: str
    version: int
    digest: str
    content: str
    language: str
    due: datetime
    started: datetime | None
    ended: datetime | None
    seconds: float
    outcome: str
    evidence: str | None
    reason: str
    zones: tuple[str, ...]
    start_error: float | None
    offset: float
    attempt: int
    clock_trusted: bool
    drill: bool
    changes: tuple[ZoneChangeView, ...]
    received_at: datetime


class RecordsPage(Fact):
    """Records in the order they were due; `next` is the `offset` of the page after, None at the end."""

    records: tuple[RecordView, ...]
    next: int | None


class AuditPage(Fact):
    """Audit rows in order; `broken_at` names the first row that does not follow from the one before."""

    entries: tuple[Entry, ...]
    next: int | None
    broken_at: int | None


def look_records(
    deps: Deps,
    actor: Actor,
    *,
    device: str | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    offset: int = 0,
    limit: int = 500,
) -> RecordsPage:
    """Records due in [start, end), of one device or of all."""
    actor.need(Right.RECORDS)
    if start and end and start >= end:
        raise InvalidError("records.period", "`to` is after `from`")
    conditions: list[sa.ColumnElement[bool]] = []
    conditions += [records.c.device == device] if device else []
    conditions += [records.c.due >= start] if start else []
    conditions += [records.c.due < end] if end else []
    order = (records.c.due, records.c.device, records.c.boot, records.c.sequence)
    query = sa.select(records).where(*conditions).order_by(*order).offset(offset).limit(limit + 1)
    with deps.store.read() as connection:
        rows: list[Any] = list(connection.execute(query))
        if device and not rows:
            registry.ever(connection, device)
    found = tuple(RecordView.model_validate(dict(row._mapping)) for row in rows[:limit])
    return RecordsPage(records=found, next=offset + limit if len(rows) > limit else None)


def look_audit(deps: Deps, actor: Actor, *, after: int = 0, limit: int = 500, whole: bool = False) -> AuditPage:
    """Audit rows after the one with id `after`; these are checked to follow on it, or the whole chain is."""
    actor.need(Right.AUDIT)
    with deps.store.read() as connection:
        before = next(audit.entries(connection, after - 1, 1), None) if after else None
        found = tuple(audit.entries(connection, after, limit + 1))
        broken = first_break(audit.entries(connection)) if whole else first_break(found, before)
    more = found[limit - 1].id if len(found) > limit else None
    return AuditPage(entries=found[:limit], next=more, broken_at=broken)
