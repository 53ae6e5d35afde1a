"""Look ahead: tables that end while schedules still need them, and mourning that did not reach a device.

Each is said months, or minutes, before it does harm: on the wall, by the API, and once in the audit.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from controller.domain.almanac import Days, years_of
from controller.domain.calendars import Calendar, Kind, MourningKept, those
from controller.domain.people import Actor, Right
from controller.services import calendar
from controller.services.context import Deps
from controller.store import calendar as store
from controller.store import plans, registry, wanted
from controller.store.audit import note
from controller.store.tables import audit, statuses
from devices.contract.messages import Status
from schedules.findings import AHEAD
from schedules.hours import Mourning
from schedules.model import Fact

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
SLOW = timedelta(minutes=2)  # a connected agent has a new plan long before


class CalendarFinding(Fact):
    """What somebody should see to. `ends`: nobody confirmed `year` of a list in use; `ended`: that year has begun and schedules
    go by their weekdays; `unreached`: a device has not got a mourning that is on or begins within a day."""

    code: Literal["ends", "ended", "unreached"]
    calendar: str
    name: str
    year: int | None = None
    schedules: tuple[str, ...] = ()
    device: str | None = None
    since: datetime | None = None
    text: str


def calendar_findings(deps: Deps, actor: Actor) -> tuple[CalendarFinding, ...]:
    """All of it, the most pressing first."""
    actor.need(Right.READ)
    with deps.store.read() as connection:
        return tuple(_findings(connection, deps.now()))


def watch_calendars(deps: Deps) -> None:
    """Say in the audit, once each, what somebody should see to."""
    with deps.store.read() as connection:
        found = tuple(_findings(connection, deps.now()))
        known = _told(connection) if found else set()
    fresh = [one for one in found if _key(one) not in known]
    if not fresh:
        return
    with deps.store.write() as connection:
        for one in fresh:
            note(connection, deps.now(), "clock", f"calendar.{one.code}", _key(one)[1], one.model_dump(mode="json"))


def _findings(connection: Connection, now: datetime) -> Iterator[CalendarFinding]:
    kept = store.all_of(connection)
    yield from _unreached(connection, kept, now)
    yield from _ending(connection, kept, now.astimezone(ZONE).date())


def _ending(connection: Connection, kept: tuple[Calendar, ...], today: date) -> Iterator[CalendarFinding]:
    rules = wanted.rules(connection)
    for table in sorted(those(kept, Days), key=lambda each: each.through):
        users, known = calendar.users(rules, Kind.DAYS, table.id), years_of(table)
        missing = [year for year in sorted({today.year, (today + AHEAD).year}) if year not in known]
        if not users or not missing:
            continue
        year = missing[0]
        over = year == today.year
        now_or_then = "since then" if over else "from then on"
        yield CalendarFinding(
            code="ended" if over else "ends", calendar=table.id, name=table.name or table.id, year=year, schedules=users,
            text=f'nobody has confirmed {year} of "{table.name or table.id}": {now_or_then} {len(users)} schedules go by '
            "their weekdays, or wait for days that are not named",
        )  # fmt: skip


def _unreached(connection: Connection, kept: tuple[Calendar, ...], now: datetime) -> Iterator[CalendarFinding]:
    soon = [one for one in those(kept, MourningKept) if one.until > now and one.starts - now <= timedelta(days=1)]
    for one in soon:
        for reach in reached(connection, kept, one.id):
            if not reach.received and reach.sent_at and now - reach.sent_at > SLOW:
                yield CalendarFinding(
                    code="unreached", calendar=one.id, name=one.name or one.id, device=reach.device, since=reach.sent_at,
                    text=f"{reach.device} has not got the mourning sent at {reach.sent_at.astimezone(ZONE):%H:%M %d/%m}: "
                    "telephone the post",
                )  # fmt: skip


class Reach(Fact):
    """Whether a device holds a plan with the mourning in it; it then keeps it with no link."""

    device: str
    received: bool
    sent_at: datetime | None = None


def mourning_reach(deps: Deps, actor: Actor, name: str) -> tuple[Reach, ...]:
    """Of every device a mourning is for, whether its agent said that it has it."""
    actor.need(Right.READ)
    with deps.store.read() as connection:
        store.one_of(connection, Kind.MOURNING, name)
        return reached(connection, store.all_of(connection), name)


def reached(connection: Connection, kept: tuple[Calendar, ...], name: str) -> tuple[Reach, ...]:
    """The same, inside a deed."""
    newest, held = plans.newest(connection), _held(connection)
    return tuple(
        _reach(connection, device.id, name, newest.get(device.id), held.get(device.id, 0))
        for device in registry.all_devices(connection)
        if any(one.id == name for one in those(kept, MourningKept, device.id))
    )


def _reach(connection: Connection, device: str, name: str, newest: plans.Issued | None, held: int) -> Reach:
    wanted_here = _in(newest, name)
    if newest is None or wanted_here is None:
        return Reach(device=device, received=False)
    has = newest if held == newest.revision else plans.revision_of(connection, device, held)
    return Reach(device=device, received=_in(has, name) == wanted_here, sent_at=newest.issued_at)


def _in(issued: plans.Issued | None, name: str) -> Mourning | None:
    return next((one for one in issued.plan.mournings if one.id == name), None) if issued else None


def _held(connection: Connection) -> dict[str, int]:
    """The revision each device last said it holds."""
    rows = connection.execute(sa.select(statuses.c.device, statuses.c.status))
    return {row.device: Status.model_validate_json(row.status).revision or 0 for row in rows}


def _told(connection: Connection) -> set[tuple[str, str]]:
    whats = [f"calendar.{code}" for code in ("ends", "ended", "unreached")]
    rows = connection.execute(sa.select(audit.c.what, audit.c.subject).where(audit.c.what.in_(whats)))
    return {(row.what, row.subject) for row in rows}


def _key(one: CalendarFinding) -> tuple[str, str]:
    return f"calendar.{one.code}", f"{one.calendar}/{one.device or one.year}"[:100]
