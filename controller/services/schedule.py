"""Schedules: which playlist on which devices, when, and how strongly."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from pydantic import Field, ValidationError
from sqlalchemy.engine import Connection

from controller.domain.moments import DayOrMoment
from controller.domain.people import Actor, Right
from controller.domain.plans import TERMS, Terms, WantedRule, gaps
from controller.errors import InvalidError, Problem, UnknownError
from controller.services import plan
from controller.services.context import Deps
from controller.services.ids import new_id
from controller.services.playlist import Remark, check_messages
from controller.store import registry, wanted
from controller.store.audit import note
from controller.store.tables import schedules
from schedules.model import DeviceId, Id, Priority, Window

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


class ScheduleDraft(Terms):
    """A schedule as the operator writes it. A date as `ends` is the last day; clock times are those of Viet Nam."""

    playlist: Id
    targets: Annotated[tuple[DeviceId, ...], Field(min_length=1, max_length=500)]
    priority: Literal[Priority.NORMAL, Priority.EVENT, Priority.PRIORITY] = Priority.NORMAL
    weekdays: Annotated[tuple[Annotated[int, Field(ge=1, le=7, strict=True)], ...], Field(min_length=1)] = (
        1,
        2,
        3,
        4,
        5,
        6,
        7,
    )
    windows: Annotated[tuple[tuple[str, str], ...], Field(min_length=1, max_length=48)]
    starts: DayOrMoment | None = None
    ends: DayOrMoment | None = None
    every: (
        Annotated[int, Field(ge=1, le=1440, strict=True, description="minutes between due instants in a window")] | None
    ) = None
    zones: tuple[Id, ...] = ()


class ScheduleView(WantedRule):
    """A schedule that was accepted, and what its devices will leave out for now."""

    findings: tuple[Remark, ...] = ()


def create_schedule(deps: Deps, actor: Actor, draft: ScheduleDraft) -> ScheduleView:
    """A new schedule; the plans of its devices change at once."""
    actor.need(Right.SCHEDULE)
    with deps.store.write() as connection:
        now = deps.now()
        rule = _rule(connection, draft, now)
        connection.execute(schedules.insert().values(_row(rule) | {"created_at": now, "by": actor.username}))
        note(connection, now, actor.username, "schedule.created", rule.id, rule.model_dump(mode="json"))
        plan.rebuild(deps, connection, actor.username, now)
        answer = ScheduleView(**dict(rule), findings=_findings(connection, rule))
    deps.notify()
    return answer


def delete_schedule(deps: Deps, actor: Actor, schedule: str) -> None:
    """No plan holds it any more."""
    actor.need(Right.SCHEDULE)
    with deps.store.write() as connection:
        now = deps.now()
        living = (schedules.c.id == schedule, schedules.c.deleted_at.is_(None))
        if not connection.execute(sa.update(schedules).where(*living).values(deleted_at=now)).rowcount:
            raise UnknownError("schedule", schedule)
        note(connection, now, actor.username, "schedule.deleted", schedule)
        plan.rebuild(deps, connection, actor.username, now)
    deps.notify()


def all_schedules(deps: Deps, actor: Actor) -> tuple[WantedRule, ...]:
    """Every schedule that was not deleted."""
    actor.need(Right.READ)
    with deps.store.read() as connection:
        return wanted.rules(connection)


def _row(rule: WantedRule) -> dict[str, Any]:
    """The rule as a row: what calendars do to it lies together."""
    terms = rule.model_dump(mode="json", include=set(TERMS), exclude_defaults=True)
    return rule.model_dump(mode="python", exclude=set(TERMS)) | {"terms": terms}


def _rule(connection: Connection, draft: ScheduleDraft, now: datetime) -> WantedRule:
    starts, ends = _begin(draft.starts), _end(draft.ends)
    if ends and (ends <= (starts or now)):
        raise _invalid("/ends", "schedule.ends", "it ends before it starts" if starts else "it ended already")
    _check_windows(draft.windows)
    _check_playlist(connection, draft.playlist)
    _check_targets(connection, draft)
    facts = draft.model_dump() | {"id": new_id("rule"), "starts": starts, "ends": ends}
    facts["targets"] = tuple(dict.fromkeys(draft.targets))
    facts["weekdays"] = tuple(sorted(set(draft.weekdays)))
    return WantedRule.model_validate(facts)


def _begin(when: date | None) -> datetime | None:
    if when is None or isinstance(when, datetime):
        return when
    return datetime.combine(when, time(), ZONE)


def _end(when: date | None) -> datetime | None:
    if when is None or isinstance(when, datetime):
        return when
    return datetime.combine(when, time(), ZONE) + timedelta(days=1)


def _invalid(pointer: str, code: str, text: str) -> InvalidError:
    return InvalidError(code, "the schedule cannot be accepted", (Problem(pointer, code, text),))


def _check_playlist(connection: Connection, name: str) -> None:
    try:
        entries = wanted.playlist(connection, name).items
    except UnknownError as exc:
        raise _invalid("/playlist", exc.code, exc.text) from exc
    named = [entry.message for entry in entries]
    check_messages(named, wanted.states(connection, named))


def _check_targets(connection: Connection, draft: ScheduleDraft) -> None:
    known = {device.id: device for device in registry.all_devices(connection)}
    for place, target in enumerate(draft.targets):
        if target not in known:
            raise _invalid(f"/targets/{place}", "device.unknown", f'there is no device "{target}"')
        if known[target].kind == "speaker" and (odd := set(draft.zones) - set(known[target].zones)):
            raise _invalid("/zones", "zone.unknown", f"{target} has no public zone {', '.join(sorted(odd))}")
    if draft.zones and not any(known[target].kind == "speaker" for target in draft.targets):
        raise _invalid("/zones", "zone.unknown", "none of the targets is a loudspeaker, and only these have zones")


def _check_windows(windows: tuple[tuple[str, str], ...]) -> None:
    for place, (start, end) in enumerate(windows):
        try:
            Window.of(start, end)
        except ValueError as exc:
            text = exc.errors()[0]["msg"] if isinstance(exc, ValidationError) else str(exc)
            raise _invalid(f"/windows/{place}", "schedule.window", text.removeprefix("Value error, ")) from exc


def _findings(connection: Connection, rule: WantedRule) -> tuple[Remark, ...]:
    found = gaps(registry.all_devices(connection), plan.gather(connection), rule)
    return tuple(Remark(code=gap.code, text=gap.text, message=gap.message, device=gap.device) for gap in found)
