"""What a device was, is and will be showing, and why: at a moment, over a period, as a calendar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from controller.domain.approvals import Approval
from controller.domain.people import Actor, Right
from controller.domain.remarks import Found, compared, review
from controller.errors import InvalidError
from controller.services.context import Deps
from controller.store import alerts, plans, registry
from controller.store.tables import approvals
from schedules.answer import OnAir
from schedules.arrangement import arrangement
from schedules.ics import lines
from schedules.model import Alert, Fact, Item, Plan, Playlist
from schedules.review import why
from schedules.timeline import Segment, segments
from schedules.words import sentence

LONGEST = timedelta(days=400)
LONGEST_REVIEW = timedelta(days=62)


class SegmentView(Fact):
    """A half-open stretch in which one thing is on air: on the whole device, or in an area of a board."""

    start: datetime
    end: datetime
    area: str | None
    cause: str
    source: str
    priority: str
    playlist: str | None
    messages: tuple[str, ...]
    why: str
    beaten: tuple[str, ...]


class Named(Fact):
    """A schedule or an alert, and what people call it."""

    id: str
    name: str


class ShownMessage(Fact):
    """A message of what is on air, and who approved it."""

    message: str
    version: int
    title: str
    approvals: tuple[Approval, ...]


class Explanation(Fact):
    """What is on air on a device at a moment, why, and what it goes before. `held_back` is frozen by an event, `waiting` is due
    and sounds later; `alerts_ended` were on then and have been ended since. A board that is not shown as a whole has `areas`; all
    else is then of the strongest."""

    device: str
    at: datetime
    revision: int | None
    cause: str
    source: str
    priority: str
    why: str
    since: datetime | None
    until: datetime | None
    messages: tuple[ShownMessage, ...]
    areas: tuple[SegmentView, ...]
    beaten: tuple[Named, ...]
    held_back: tuple[Named, ...]
    waiting: tuple[Named, ...]
    alerts_ended: tuple[str, ...] = ()


def explain(deps: Deps, actor: Actor, device: str, at: datetime, language: str = "en") -> Explanation:
    """By the plan in force at that moment, and the alerts that were on."""
    actor.need(Right.READ)
    with deps.store.read() as connection:
        registry.one_device(connection, device)
        issued, bodies = plans.in_force(connection, device, at), alerts.lasting(connection, at)
        ended = tuple(body.id for body in map(alerts.read, bodies) if body.state == "ended")
        plan = issued.plan if issued else Plan(device=device, revision=1, issued=at)
        living = alerts.met_by([body for body in bodies if alerts.read(body).state == "active"], device)
        reason = why(plan, at, living)
        parts = arrangement(plan, at, living).areas if plan.areas else {}
        answers = tuple(parts.values()) or (reason.on_air,)
        shown = tuple(_shown(connection, item) for item in _items(answers))
    answer, called = reason.on_air, _names(plan)
    return Explanation(
        device=device, at=at, revision=issued.revision if issued else None, cause=answer.cause, source=answer.source,
        priority=answer.priority, why=reason.words(language), since=answer.since, until=answer.until, messages=shown,
        areas=tuple(_view(area, Segment(at, at, each), language) for area, each in parts.items()),
        beaten=_called(answer.beaten, called), held_back=_called(reason.held_back, called),
        waiting=_called(reason.waiting, called), alerts_ended=ended,
    )  # fmt: skip


def stream(
    deps: Deps, actor: Actor, device: str, start: datetime, end: datetime, language: str = "en"
) -> Iterator[SegmentView]:
    """What the newest plan and the living alerts put on air in [start, end), piece by piece; lazy."""
    plan, living = _coming(deps, actor, device, start, end)
    return (_view(area, each, language) for area, each in pieces(plan, start, end, living))


def calendar_of(deps: Deps, actor: Actor, device: str, start: datetime, end: datetime) -> Iterator[str]:
    """The same as an iCalendar, line by line; lazy."""
    plan, living = _coming(deps, actor, device, start, end)
    return lines(plan, start, end, living)


def _coming(deps: Deps, actor: Actor, device: str, start: datetime, end: datetime) -> tuple[Plan, tuple[Alert, ...]]:
    actor.need(Right.READ)
    if not start < end <= start + LONGEST:
        raise InvalidError("timeline.period", f"`to` is after `from`, by at most {LONGEST.days} days")
    with deps.store.read() as connection:
        registry.one_device(connection, device)
        issued = plans.newest_of(connection, device)
        living = alerts.met_by(alerts.living(connection, deps.now()), device)
    return issued.plan if issued else Plan(device=device, revision=1, issued=start), living


def findings(
    deps: Deps, actor: Actor, device: str, start: datetime, end: datetime, language: str = "en"
) -> tuple[Found, ...]:
    """Conflicts, gaps and all else there is to say of the newest plan in [start, end)."""
    plan, _ = _coming(deps, actor, device, start, min(end, start + LONGEST_REVIEW))
    return tuple(review(compared(plan, plan, None, start, min(end, start + LONGEST_REVIEW), language)))


def areas(deps: Deps, actor: Actor) -> tuple[str, ...]:
    """The areas that boards have, each name once."""
    actor.need(Right.READ)
    with deps.store.read() as connection:
        devices = registry.all_devices(connection)
    return tuple(dict.fromkeys(area.id for device in devices for area in device.areas))


def pieces(
    plan: Plan, start: datetime, end: datetime, living: Sequence[Alert] = ()
) -> Iterator[tuple[str | None, Segment]]:
    """What is on air in [start, end), each stretch with its area; None is the whole device."""
    if not plan.areas:
        yield from ((None, each) for each in segments(plan, start, end, living))
        return
    moment = start
    while moment < end:
        now = arrangement(plan, moment, living)
        until = min(now.until or end, end)
        parts = {None: now.whole} if now.whole else now.areas
        yield from ((area, Segment(moment, until, answer)) for area, answer in parts.items())
        moment = until


def _view(area: str | None, one: Segment, language: str) -> SegmentView:
    answer = one.on_air
    items = answer.playlist.items if answer.playlist else ()
    return SegmentView(
        start=one.start, end=one.end, area=area, cause=answer.cause, source=answer.source, priority=answer.priority,
        playlist=answer.playlist.id if answer.playlist else None,
        messages=tuple(dict.fromkeys(item.message for item in items)),
        why=sentence(answer, [item.title or item.message for item in items], language), beaten=answer.beaten,
    )  # fmt: skip


def _items(answers: Sequence[OnAir]) -> tuple[Item, ...]:
    items = (item for answer in answers if answer.playlist for item in answer.playlist.items)
    return tuple({item.message: item for item in items}.values())


def _shown(connection: Connection, item: Item) -> ShownMessage:
    query = sa.select(approvals).where(approvals.c.message == item.message, approvals.c.version == item.version)
    rows = connection.execute(query.order_by(approvals.c.at)).all()
    given = tuple(Approval(agency=row.agency, digest=row.digest, by=row.by, at=row.at) for row in rows)
    return ShownMessage(message=item.message, version=item.version, title=item.title, approvals=given)


def _names(plan: Plan) -> dict[str, str]:
    lists: dict[str, Playlist] = {each.id: each for each in plan.playlists}
    return {rule.id: lists[rule.playlist].name for rule in plan.rules}


def _called(ids: tuple[str, ...], names: dict[str, str]) -> tuple[Named, ...]:
    return tuple(Named(id=each, name=names.get(each) or each) for each in ids)
