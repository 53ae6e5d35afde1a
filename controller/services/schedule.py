"""Schedules: which playlist on which devices, when, and how strongly. Made, changed, taken away."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.engine import Connection

from controller.domain.moments import DayOrMoment
from controller.domain.people import Actor, Right
from controller.domain.plans import WantedRule, gaps
from controller.domain.terms import TERMS, Terms
from controller.errors import ConflictError
from controller.services import plan
from controller.services.context import Deps
from controller.services.ids import new_id
from controller.services.playlist import Remark
from controller.services.schedule_checks import checked
from controller.store import registry, wanted
from controller.store.audit import note
from controller.store.tables import schedules
from schedules.model import DeviceId, Id, Priority


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


class ScheduleChange(ScheduleDraft):
    """The same, in place of what stands at `version`."""

    version: Annotated[int, Field(ge=1)]


class ScheduleView(WantedRule):
    """A schedule that was accepted, and what its devices will leave out for now."""

    findings: tuple[Remark, ...] = ()


def create_schedule(deps: Deps, actor: Actor, draft: ScheduleDraft) -> ScheduleView:
    """A new schedule; the plans of its devices change at once."""
    actor.need(Right.SCHEDULE)
    with deps.store.write() as connection:
        rule = made(connection, draft, deps)
        keep(deps, connection, actor, rule)
        plan.rebuild(deps, connection, actor.username, deps.now())
        answer = _view(connection, rule)
    deps.notify()
    return answer


def change_schedule(deps: Deps, actor: Actor, name: str, draft: ScheduleChange) -> ScheduleView:
    """The next version of a schedule; ConflictError if another came first."""
    actor.need(Right.SCHEDULE)
    with deps.store.write() as connection:
        stands, now = wanted.rule(connection, name), deps.now()
        if stands.version != draft.version:
            raise ConflictError(
                "schedule.changed", f"the schedule is at version {stands.version} now, not {draft.version}: look again"
            )
        rule = made(connection, draft, deps, stands)
        connection.execute(sa.update(schedules).where(schedules.c.id == name).values(_row(rule)))
        note(connection, now, actor.username, "schedule.changed", name, rule.model_dump(mode="json"))
        plan.rebuild(deps, connection, actor.username, now)
        answer = _view(connection, rule)
    deps.notify()
    return answer


def delete_schedule(deps: Deps, actor: Actor, schedule: str) -> None:
    """No plan holds it any more."""
    actor.need(Right.SCHEDULE)
    with deps.store.write() as connection:
        wanted.rule(connection, schedule)
        drop(deps, connection, actor, schedule)
        plan.rebuild(deps, connection, actor.username, deps.now())
    deps.notify()


def all_schedules(deps: Deps, actor: Actor) -> tuple[WantedRule, ...]:
    """Every schedule that was not deleted."""
    actor.need(Right.READ)
    with deps.store.read() as connection:
        return wanted.rules(connection)


def one_schedule(deps: Deps, actor: Actor, name: str) -> ScheduleView:
    """One of them, with what its devices leave out for now."""
    actor.need(Right.READ)
    with deps.store.read() as connection:
        return _view(connection, wanted.rule(connection, name))


def made(connection: Connection, draft: ScheduleDraft, deps: Deps, stands: WantedRule | None = None) -> WantedRule:
    """The schedule a draft makes, whole and possible; InvalidError says why not."""
    facts = draft.model_dump(exclude={"version"})
    facts |= {"id": stands.id, "version": stands.version + 1} if stands else {"id": new_id("rule")}
    return checked(connection, facts, deps.now())


def keep(deps: Deps, connection: Connection, actor: Actor, rule: WantedRule) -> None:
    """Insert it, inside a deed that builds the plans."""
    now = deps.now()
    connection.execute(schedules.insert().values(_row(rule) | {"created_at": now, "by": actor.username}))
    note(connection, now, actor.username, "schedule.created", rule.id, rule.model_dump(mode="json"))


def drop(deps: Deps, connection: Connection, actor: Actor, name: str) -> None:
    """Take it away, inside a deed that builds the plans."""
    now = deps.now()
    connection.execute(sa.update(schedules).where(schedules.c.id == name).values(deleted_at=now))
    note(connection, now, actor.username, "schedule.deleted", name)


def _row(rule: WantedRule) -> dict[str, Any]:
    """The rule as a row: what calendars do to it lies together."""
    terms = rule.model_dump(mode="json", include=set(TERMS), exclude_defaults=True)
    return rule.model_dump(mode="python", exclude=set(TERMS)) | {"terms": terms}


def _view(connection: Connection, rule: WantedRule) -> ScheduleView:
    return ScheduleView(**dict(rule), findings=left_out(connection, rule))


def left_out(connection: Connection, rule: WantedRule) -> tuple[Remark, ...]:
    """What its devices leave out for now."""
    facts = plan.gather(connection)
    if rule.playlist not in facts.playlists:
        facts = facts.model_copy(update=wanted.with_playlists(connection, facts, [rule.playlist]))
    found = gaps(registry.all_devices(connection), facts, rule)
    remarks = (Remark(code=gap.code, text=gap.text, message=gap.message, device=gap.device) for gap in found)
    return tuple(dict.fromkeys(remarks))
