"""Suspensions of crossing: on a numbered order, no longer than the law lets its issuer, ending by themselves.

The passages it closes are closed for that time in every plan, and its notice goes on the devices chosen.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.engine import Connection

from controller.domain.asked import Asked
from controller.domain.calendars import Kind
from controller.domain.closings import Closing
from controller.domain.content import State
from controller.domain.moments import Moment
from controller.domain.people import Actor, Right
from controller.errors import ConflictError, InvalidError, Problem, UnknownError
from controller.services import plan
from controller.services.context import Deps
from controller.services.ids import new_id
from controller.store import calendar, registry, wanted
from controller.store.audit import note
from controller.store.tables import audit
from schedules.model import DeviceId, Fact, Id
from schedules.suspension import LIMIT_HOURS, Gate, GateKind, Office, Suspension, UnlawfulError
from schedules.suspension import check as check_lawful

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
LONGEST = timedelta(days=366)


class SuspensionDraft(Asked):
    """An order as it lies on the operator's desk."""

    gate: Id
    order: Annotated[str, Field(min_length=1, max_length=60, description="its number")]
    office: Office
    issuer: Annotated[str, Field(min_length=1, max_length=100, description="name and title")]
    starts: Annotated[Moment | None, Field(description="none: now")] = None
    until: Moment
    hours: Annotated[tuple[Id, ...], Field(max_length=50, description="opening hours of the passages it closes")] = ()
    playlist: Annotated[Id | None, Field(description="the notice, every message of it approved")] = None
    targets: Annotated[tuple[DeviceId, ...], Field(max_length=500, description="devices that carry the notice")] = ()


class Notified(Fact):
    """Somebody who was told: a local authority, the other side."""

    whom: str
    by: str
    at: datetime


class SuspensionView(Closing):
    """An order, how it stands, and who was told of it."""

    state: Literal["coming", "on", "over", "lifted"]
    ends: datetime
    limit_hours: int | None
    notified: tuple[Notified, ...]


class Limit(Fact):
    """For how many hours an office may suspend crossing; none: no limit is known."""

    office: Office
    hours: int | None


class Limits(Fact):
    """What a gate is in law on a day, and who may then order what."""

    gate: str
    kind: GateKind | None
    offices: tuple[Limit, ...]


def order_suspension(deps: Deps, actor: Actor, draft: SuspensionDraft) -> SuspensionView:
    """It begins at its time, and ends by itself; InvalidError if its issuer may not order it, or not for so long."""
    actor.need(Right.SCHEDULE)
    with deps.store.write() as connection:
        now = deps.now()
        made = _checked(connection, draft, now)
        calendar.keep_closing(connection, made, now, actor.username)
        note(connection, now, actor.username, "suspension.ordered", made.id, made.model_dump(mode="json"))
        plan.rebuild(deps, connection, actor.username, now)
        answer = _view(connection, made, now)
    deps.notify()
    return answer


def lift_suspension(deps: Deps, actor: Actor, name: str) -> SuspensionView:
    """Crossing is free again before the order's end."""
    actor.need(Right.SCHEDULE)
    with deps.store.write() as connection:
        now, stands = deps.now(), _one(connection, name)
        if stands.until <= now or stands.lifted_at:
            raise ConflictError("suspension.over", "the suspension is over already")
        calendar.lift(connection, name, now)
        note(connection, now, actor.username, "suspension.lifted", name, {"order": stands.suspension.order})
        plan.rebuild(deps, connection, actor.username, now)
        answer = _view(connection, _one(connection, name), now)
    deps.notify()
    return answer


def note_notified(deps: Deps, actor: Actor, name: str, whom: str) -> SuspensionView:
    """Log who was told of it: the law asks for the local authorities and the other side."""
    actor.need(Right.SCHEDULE)
    with deps.store.write() as connection:
        note(connection, deps.now(), actor.username, "suspension.notified", _one(connection, name).id, {"whom": whom})
        return _view(connection, _one(connection, name), deps.now())


def all_suspensions(deps: Deps, actor: Actor) -> tuple[SuspensionView, ...]:
    """Every one, the newest first."""
    actor.need(Right.READ)
    with deps.store.read() as connection:
        found, told = reversed(calendar.closings(connection)), _notified(connection)
        return tuple(_with(connection, each, deps.now(), told) for each in found)


def one_suspension(deps: Deps, actor: Actor, name: str) -> SuspensionView:
    """One of them."""
    actor.need(Right.READ)
    with deps.store.read() as connection:
        return _view(connection, _one(connection, name), deps.now())


def limits(deps: Deps, actor: Actor, gate: str, at: datetime | None = None) -> Limits:
    """Who may close a gate, and for how long, on the day of a moment."""
    actor.need(Right.READ)
    with deps.store.read() as connection:
        law = registry.law_of(connection, gate)
    kind = law.kind_on((at or deps.now()).astimezone(ZONE).date())
    offices = [Limit(office=office, hours=LIMIT_HOURS[each, office]) for each, office in LIMIT_HOURS if each is kind]
    return Limits(gate=gate, kind=kind, offices=(*offices, Limit(office=Office.HIGHER, hours=None)))


def _one(connection: Connection, name: str) -> Closing:
    found = next((each for each in calendar.closings(connection) if each.id == name), None)
    if found is None:
        raise UnknownError("suspension", name)
    return found


def _checked(connection: Connection, draft: SuspensionDraft, now: datetime) -> Closing:
    starts = draft.starts or now
    problems = [*_of_time(starts, draft.until, now), *_of_hours(connection, draft), *_of_notice(connection, draft)]
    if not problems:
        law = _law(connection, draft.gate)
        said = draft.model_dump(include={"order", "gate", "office", "issuer", "until"})
        order = Suspension(**said, starts=starts)
        _lawful(connection, order, law)
        hours, targets = tuple(dict.fromkeys(draft.hours)), tuple(dict.fromkeys(draft.targets))
        return Closing(id=new_id("close"), suspension=order, hours=hours, playlist=draft.playlist, targets=targets)
    raise InvalidError(problems[0].code, "the suspension cannot be accepted", tuple(problems))


def _law(connection: Connection, gate: str) -> Gate:
    try:
        return registry.law_of(connection, gate)
    except UnknownError as exc:
        raise _refused("/gate", exc.code, exc.text) from exc


def _lawful(connection: Connection, order: Suspension, law: Gate) -> None:
    earlier = [each.effective for each in calendar.closings(connection) if each.suspension.gate == order.gate]
    try:
        check_lawful(order, law, [one for one in earlier if one])
    except UnlawfulError as exc:
        raise _refused("/until" if exc.limit_hours else "/office", "suspension.unlawful", str(exc)) from exc


def _refused(pointer: str, code: str, text: str) -> InvalidError:
    return InvalidError(code, "the suspension cannot be accepted", (Problem(pointer, code, text),))


def _of_time(starts: datetime, until: datetime, now: datetime) -> Iterator[Problem]:
    if until <= max(starts, now):
        yield Problem("/until", "suspension.until", "it ends before it begins, or is over already")
    elif until - starts > LONGEST:
        yield Problem("/until", "suspension.until", f"it ends within {LONGEST.days} days")


def _of_hours(connection: Connection, draft: SuspensionDraft) -> Iterator[Problem]:
    ours = ("all", f"{draft.gate}/*")
    for place, name in enumerate(draft.hours):
        try:
            said = calendar.one_of(connection, Kind.HOURS, name)
        except UnknownError as exc:
            yield Problem(f"/hours/{place}", "hours.unknown", exc.text)
            continue
        if not any(each in ours or each.startswith(f"{draft.gate}/") for each in said.targets):
            yield Problem(f"/hours/{place}", "hours.elsewhere", f'"{name}" are not hours of this gate')


def _of_notice(connection: Connection, draft: SuspensionDraft) -> Iterator[Problem]:
    if (draft.playlist is None) != (not draft.targets):
        yield Problem("/targets", "notice.half", "a notice needs a playlist and devices, or neither is given")
    known = {device.id for device in registry.all_devices(connection)}
    for place, target in enumerate(draft.targets):
        if target not in known:
            yield Problem(f"/targets/{place}", "device.unknown", f'there is no device "{target}"')
    if draft.playlist is None:
        return
    try:
        wanted.playlist(connection, draft.playlist)
    except UnknownError as exc:
        yield Problem("/playlist", exc.code, exc.text)
        return
    lists = wanted.unfolded(connection, [draft.playlist]).values()
    states = wanted.states(connection, {entry.message for each in lists for entry in each.items})
    for message, state in sorted(states.items()):
        if state != State.APPROVED:
            text = f'a notice goes out at once: its message "{message}" must be approved, and is {state}'
            yield Problem("/playlist", "message.not_approved", text)


def _view(connection: Connection, one: Closing, now: datetime) -> SuspensionView:
    return _with(connection, one, now, _notified(connection))


def _with(connection: Connection, one: Closing, now: datetime, told: dict[str, list[Notified]]) -> SuspensionView:
    order = one.suspension
    state: Any = (
        "lifted" if one.lifted_at else "over" if order.until <= now else "on" if order.starts <= now else "coming"
    )
    kind = registry.law_of(connection, order.gate).kind_on(order.starts.astimezone(ZONE).date())
    limit = LIMIT_HOURS.get((kind, order.office)) if kind else None
    heard = tuple(told.get(one.id, ()))
    return SuspensionView(**dict(one), state=state, ends=one.until, limit_hours=limit, notified=heard)


def _notified(connection: Connection) -> dict[str, list[Notified]]:
    """Who was told, by suspension."""
    found: dict[str, list[Notified]] = {}
    for row in connection.execute(sa.select(audit).where(audit.c.what == "suspension.notified").order_by(audit.c.id)):
        found.setdefault(row.subject, []).append(Notified(whom=row.details["whom"], by=row.who, at=row.at))
    return found
