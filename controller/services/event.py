"""Events: for a state visit only the protocol's playlist, and what is urgent, is on the devices chosen; all else is frozen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlalchemy.engine import Connection

from controller.domain.asked import Asked
from controller.domain.calendars import Calendar, EventKept, Kind, Scope
from controller.domain.gates import Device
from controller.domain.moments import Moment
from controller.domain.people import Actor, Right
from controller.domain.plans import WantedRule, day_from
from controller.errors import ConflictError, InvalidError, Problem
from controller.services import plan
from controller.services.context import Deps
from controller.services.ids import new_id
from controller.services.playlist import Remark
from controller.services.schedule import ScheduleDraft, drop, keep, left_out, made
from controller.store import calendar, registry, wanted
from controller.store.audit import note
from schedules.model import Fact, Id, Priority


class EventDraft(Asked):
    """Who ordered it, from when to when, where, and what is shown instead of everything else."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    who: Annotated[str, Field(min_length=1, max_length=200, description="who ordered it: name and title")]
    starts: Moment
    until: Moment
    targets: Annotated[tuple[Scope, ...], Field(min_length=1, max_length=200)]
    playlist: Annotated[Id | None, Field(description="the protocol's; none: the devices rest")] = None
    every: Annotated[
        int | None, Field(ge=1, le=1440, description="minutes between sayings on loudspeakers; none: they are silent")
    ] = None


class EventChange(EventDraft):
    """The same, in place of what stands at `version`."""

    version: Annotated[int, Field(ge=1)]


class EventView(Fact):
    """An event, how it stands, and what its devices leave out for now."""

    id: str
    name: str
    who: str
    starts: datetime
    until: datetime
    targets: tuple[str, ...]
    playlist: str | None
    every: int | None
    schedules: tuple[str, ...]
    state: Literal["coming", "on", "over"]
    version: int
    findings: tuple[Remark, ...] = ()


def create_event(deps: Deps, actor: Actor, draft: EventDraft) -> EventView:
    """A new event; the plans of its devices change at once, what they show at its time."""
    return _put(deps, actor, draft, new_id("event"), 0)


def change_event(deps: Deps, actor: Actor, name: str, draft: EventChange) -> EventView:
    """The next version of an event: a visit is late, or goes elsewhere."""
    return _put(deps, actor, draft, name, draft.version)


def end_event(deps: Deps, actor: Actor, name: str) -> None:
    """Everything is as without it, from now on."""
    actor.need(Right.SCHEDULE)
    with deps.store.write() as connection:
        now, stands = deps.now(), calendar.one_of(connection, Kind.EVENT, name)
        for rule in _rules(connection, name):
            drop(deps, connection, actor, rule.id)
        if _said(stands).until <= now:
            raise ConflictError("event.over", "the event is over already")
        if _said(stands).starts < now:
            fact = stands.fact | {"until": now.isoformat()}
            ended = Calendar(**stands.model_dump() | {"fact": fact, "version": stands.version + 1})
            calendar.keep(connection, ended, now, actor.username)
        else:
            calendar.remove(connection, Kind.EVENT, name)
        note(connection, now, actor.username, "event.ended", name, stands.model_dump(mode="json"))
        plan.rebuild(deps, connection, actor.username, now)
    deps.notify()


def all_events(deps: Deps, actor: Actor) -> tuple[EventView, ...]:
    """Every event, the latest first."""
    actor.need(Right.READ)
    with deps.store.read() as connection:
        found = [_view(connection, one, deps.now()) for one in calendar.all_of(connection, Kind.EVENT)]
    return tuple(sorted(found, key=lambda one: one.starts, reverse=True))


def one_event(deps: Deps, actor: Actor, name: str) -> EventView:
    """One of them."""
    actor.need(Right.READ)
    with deps.store.read() as connection:
        return _view(connection, calendar.one_of(connection, Kind.EVENT, name), deps.now())


def _put(deps: Deps, actor: Actor, draft: EventDraft, name: str, version: int) -> EventView:
    actor.need(Right.SCHEDULE)
    with deps.store.write() as connection:
        now = deps.now()
        stands = calendar.one_of(connection, Kind.EVENT, name).version if version else 0
        if stands != version:
            raise ConflictError("event.changed", f"the event is at version {stands} now, not {version}: look again")
        devices = _checked(connection, draft, now)
        for rule in _rules(connection, name):
            drop(deps, connection, actor, rule.id)
        fact = draft.model_dump(mode="json", include={"name", "who", "starts", "until"})
        one = Calendar(kind=Kind.EVENT, id=name, targets=draft.targets, fact=fact, version=version + 1)
        calendar.keep(connection, one, now, actor.username)
        for wish in _wishes(draft, name, devices):
            keep(deps, connection, actor, made(connection, wish, deps))
        what = "event.changed" if version else "event.created"
        note(connection, now, actor.username, what, name, draft.model_dump(mode="json"))
        plan.rebuild(deps, connection, actor.username, now)
        answer = _view(connection, one, now)
    deps.notify()
    return answer


def _checked(connection: Connection, draft: EventDraft, now: datetime) -> tuple[Device, ...]:
    """The devices it is for; InvalidError if it cannot be."""
    devices = registry.all_devices(connection)
    known = {"all", *(device.id for device in devices), *(f"{device.gate}/*" for device in devices)}
    problems = list(_problems(draft, known, now))
    if problems:
        raise InvalidError(problems[0].code, "the event cannot be accepted", tuple(problems))
    scope = Calendar(kind=Kind.EVENT, id="scope", targets=draft.targets, fact={})
    return tuple(device for device in devices if scope.concerns(device.id))


def _problems(draft: EventDraft, known: set[str], now: datetime) -> Iterator[Problem]:
    if draft.until <= max(draft.starts, now):
        yield Problem("/until", "event.until", "it ends before it begins, or is over already")
    for place, target in enumerate(draft.targets):
        if target not in known:
            yield Problem(f"/targets/{place}", "device.unknown", f'there is no gate or device "{target}"')


def _wishes(draft: EventDraft, name: str, devices: Sequence[Device]) -> Iterator[ScheduleDraft]:
    """The schedules of the protocol's playlist: boards show it all the time, loudspeakers say it every so often."""
    if draft.playlist is None:
        return
    facts: dict[str, Any] = {
        "playlist": draft.playlist, "priority": Priority.EVENT, "event": name, "starts": draft.starts, "ends": draft.until,
    }  # fmt: skip
    boards = tuple(device.id for device in devices if device.kind == "board")
    speakers = tuple(device.id for device in devices if device.kind == "speaker")
    if boards:
        yield ScheduleDraft(**facts, targets=boards, windows=(("00:00", "24:00"),))
    if speakers and draft.every:
        yield ScheduleDraft(**facts, targets=speakers, windows=day_from(draft.starts), every=draft.every)


def _rules(connection: Connection, name: str) -> tuple[WantedRule, ...]:
    return tuple(rule for rule in wanted.rules(connection) if rule.event == name)


def _said(one: Calendar) -> EventKept:
    assert isinstance(one.said, EventKept)
    return one.said


def _view(connection: Connection, one: Calendar, now: datetime) -> EventView:
    said, rules = _said(one), _rules(connection, one.id)
    state: Any = "over" if said.until <= now else "on" if said.starts <= now else "coming"
    return EventView(
        id=one.id, name=said.name, who=said.who, starts=said.starts, until=said.until, targets=one.targets,
        playlist=next((rule.playlist for rule in rules), None), schedules=tuple(rule.id for rule in rules),
        every=next((rule.every for rule in rules if rule.every), None), state=state, version=one.version,
        findings=tuple(remark for rule in rules for remark in left_out(connection, rule)),
    )  # fmt: skip
