"""Calendars: opening hours, lists of days, mourning, quiet hours, events, languages, levels. Kept, changed, taken away.

In requests and answers the windows of a day are pairs such as ["07:00", "17:00"]; inside they are minutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, ValidationError
from sqlalchemy.engine import Connection

from controller.domain.asked import Asked
from controller.domain.calendars import Calendar, Kind, Scope
from controller.domain.people import Actor, Right
from controller.domain.plans import WantedRule
from controller.errors import ConflictError, InvalidError, Problem, UnknownError
from controller.services import plan
from controller.services.calendar_checks import check
from controller.services.context import Deps
from controller.store import calendar as store
from controller.store import wanted
from controller.store.audit import note
from schedules.hours import Hours
from schedules.model import Window, clock


class CalendarDraft(Asked):
    """A calendar as the operator writes it. `version` is the one it replaces; 0: there is none yet."""

    targets: Annotated[tuple[Scope, ...], Field(min_length=1, max_length=200)] = ("all",)
    fact: dict[str, Any]
    confirmed: bool = True
    version: Annotated[int, Field(ge=0)] = 0


class CalendarView(Calendar):
    """A calendar, who made it what it is and when, and the schedules that name it."""

    by: str
    changed_at: datetime
    used_by: tuple[str, ...] = ()


def all_calendars(deps: Deps, actor: Actor, kind: Kind | None = None) -> tuple[CalendarView, ...]:
    """Every calendar, or those of a kind, by kind and id."""
    actor.need(Right.READ)
    with deps.store.read() as connection:
        stamps, rules = store.stamps(connection), wanted.rules(connection)
        return tuple(_view(one, stamps, rules) for one in store.all_of(connection, kind))


def one_calendar(deps: Deps, actor: Actor, kind: Kind, name: str) -> CalendarView:
    """One of them; UnknownError if there is none."""
    actor.need(Right.READ)
    with deps.store.read() as connection:
        return look(connection, kind, name)


def look(connection: Connection, kind: Kind, name: str) -> CalendarView:
    """The same, inside a deed."""
    return _view(store.one_of(connection, kind, name), store.stamps(connection), wanted.rules(connection))


def keep_calendar(deps: Deps, actor: Actor, kind: Kind, name: str, draft: CalendarDraft) -> CalendarView:
    """A new calendar, or a new version of one; the plans that it concerns change at once."""
    actor.need(Right.CALENDAR)
    with deps.store.write() as connection:
        made = read(connection, kind, name, draft)
        check(connection, made, deps.now())
        if not made.confirmed:
            _unused(connection, kind, name)
        answer = put(deps, connection, actor, made)
    deps.notify()
    return answer


def put(
    deps: Deps, connection: Connection, actor: Actor, made: Calendar, deed: str = "kept", more: str = ""
) -> CalendarView:
    """Store it, say so in the audit as `calendar.{deed}`, and build the plans anew; inside a deed that has checked it."""
    now = deps.now()
    store.keep(connection, made, now, actor.username)
    name = subject(made.kind, made.id) + (f"/{more}" if more else "")
    note(connection, now, actor.username, f"calendar.{deed}", name, made.model_dump(mode="json"))
    plan.rebuild(deps, connection, actor.username, now)
    return look(connection, made.kind, made.id)


def remove_calendar(deps: Deps, actor: Actor, kind: Kind, name: str) -> None:
    """No plan holds it any more; ConflictError while a schedule names it."""
    actor.need(Right.CALENDAR)
    with deps.store.write() as connection:
        gone, now = store.one_of(connection, kind, name), deps.now()
        _unused(connection, kind, name)
        store.remove(connection, kind, name)
        note(connection, now, actor.username, "calendar.removed", subject(kind, name), gone.model_dump(mode="json"))
        plan.rebuild(deps, connection, actor.username, now)
    deps.notify()


def subject(kind: Kind, name: str) -> str:
    """What the audit calls it."""
    return f"{kind.value}/{name}"


def read(connection: Connection, kind: Kind, name: str, draft: CalendarDraft) -> Calendar:
    """The draft as the next version; ConflictError if another came first, InvalidError with the places that are wrong."""
    version = _version(connection, kind, name)
    if draft.version != version:
        raise ConflictError(
            "calendar.changed", f"{subject(kind, name)} is at version {version} now, not {draft.version}: look again"
        )
    given = Calendar(
        kind=kind, id=name, targets=draft.targets, fact=minutes(draft.fact), confirmed=draft.confirmed, version=version + 1
    )  # fmt: skip
    try:
        fact = given.said.model_dump(mode="json", exclude={"id"})
    except ValidationError as exc:
        problems = tuple(_problem(each) for each in exc.errors(include_url=False, include_input=False))
        raise InvalidError("calendar.invalid", "the calendar cannot be accepted", problems) from exc
    return Calendar(**given.model_dump() | {"fact": fact})


def _version(connection: Connection, kind: Kind, name: str) -> int:
    try:
        return store.one_of(connection, kind, name).version
    except UnknownError:
        return 0


def _problem(error: Any) -> Problem:
    code = {"extra_forbidden": "key.unknown", "missing": "key.missing"}.get(error["type"], "value.invalid")
    place = "".join(f"/{part}" for part in error["loc"])
    return Problem(f"/fact{place}", code, str(error["msg"]).removeprefix("Value error, "))


def users(rules: tuple[WantedRule, ...], kind: Kind, name: str) -> tuple[str, ...]:
    """The schedules that name hours or a list of days."""
    if kind is Kind.HOURS:
        return tuple(rule.id for rule in rules if rule.relative and rule.relative.hours == name)
    if kind is Kind.DAYS:
        return tuple(rule.id for rule in rules if name in (*rule.only_on, *rule.not_on))
    return tuple(rule.id for rule in rules if kind is Kind.EVENT and rule.event == name)


def _unused(connection: Connection, kind: Kind, name: str) -> None:
    found = users(wanted.rules(connection), kind, name)
    if found:
        raise ConflictError("calendar.used", f"{subject(kind, name)} is used by schedules: {', '.join(found[:10])}")


def _view(one: Calendar, stamps: Mapping[tuple[str, str], store.Stamp], rules: tuple[WantedRule, ...]) -> CalendarView:
    stamp = stamps[one.kind.value, one.id]
    facts = one.model_dump() | {"fact": pairs(one.fact), "by": stamp.by, "changed_at": stamp.at}
    return CalendarView(**facts, used_by=users(rules, one.kind, one.id))


def hours_of(view: CalendarView) -> Hours:
    """The opening hours in a view, whose windows are written for people."""
    return Hours.model_validate(minutes(view.fact) | {"id": view.id})


def minutes(fact: Any) -> Any:
    """A fact with its windows in minutes, wherever they were written as "07:00-17:00" or ["07:00", "17:00"]."""
    if isinstance(fact, list):
        return [minutes(each) for each in fact]
    if not isinstance(fact, dict):
        return fact
    return {name: _windows(value) if name == "windows" else minutes(value) for name, value in fact.items()}


def _windows(value: Any) -> Any:
    return [_window(each) for each in value] if isinstance(value, list | tuple) else value


def _window(value: Any) -> Any:
    parts = value.split("-") if isinstance(value, str) else value
    if isinstance(parts, list | tuple) and len(parts) == 2 and all(isinstance(part, str) for part in parts):
        try:
            return Window.of(*parts).model_dump()
        except ValueError as exc:
            text = exc.errors()[0]["msg"] if isinstance(exc, ValidationError) else str(exc)
            text = text.removeprefix("Value error, ")
            raise InvalidError("window.invalid", text, (Problem("/fact", "window.invalid", text),)) from exc
    return value


def pairs(fact: Any) -> Any:
    """A fact with its windows as people write them."""
    if isinstance(fact, list):
        return [pairs(each) for each in fact]
    if not isinstance(fact, dict):
        return fact
    return {
        name: [[clock(each["start"]), clock(each["end"])] for each in value] if name == "windows" else pairs(value)
        for name, value in fact.items()
    }
