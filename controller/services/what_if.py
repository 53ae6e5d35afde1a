"""A schedule tried out: what would be on air with it, what it hides, where it never shows. Nothing is stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Annotated

from pydantic import Field
from sqlalchemy.engine import Connection

from controller.domain.asked import Asked
from controller.domain.gates import Device
from controller.domain.moments import Moment
from controller.domain.people import Actor, Right
from controller.domain.plans import Wanted, WantedRule, build, gaps
from controller.domain.remarks import Found, compared, examine
from controller.errors import InvalidError, Problem
from controller.services import plan
from controller.services.context import Deps
from controller.services.schedule import ScheduleDraft, made
from controller.store import registry, wanted
from schedules.answer import OnAir
from schedules.arrangement import views_of
from schedules.difference import differences
from schedules.model import Fact, Id, Plan

USUAL = timedelta(days=7)
LONGEST = timedelta(days=62)
MOST_DEVICE_DAYS = 1_000
MOST_CHANGES = 200


class Trial(Asked):
    """A schedule to try: a new one, or in place of `replaces`; `replaces` alone tries what its deletion would do."""

    schedule: ScheduleDraft | None = None
    replaces: Id | None = None
    start: Annotated[Moment | None, Field(alias="from", description="none: now")] = None
    end: Annotated[Moment | None, Field(alias="to", description="none: a week later")] = None


class Side(Fact):
    """What is on air on one side of a change."""

    cause: str
    source: str
    name: str
    messages: tuple[str, ...]


class Change(Fact):
    """A stretch in which a device would show something else."""

    device: str
    area: str | None
    start: datetime
    end: datetime
    before: Side
    after: Side


class Verdict(Fact):
    """What there is to say, the gravest first, and what would change; `more` when not all changes are told."""

    start: datetime
    end: datetime
    findings: tuple[Found, ...]
    changes: tuple[Change, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class _Worlds:
    """Everything as it is, and as it would be."""

    before: Wanted
    after: Wanted
    rule: WantedRule | None
    devices: tuple[Device, ...]


def try_schedule(deps: Deps, actor: Actor, trial: Trial, language: str = "en") -> Verdict:
    """Build the plans of its devices with and without it, and compare."""
    actor.need(Right.SCHEDULE)
    now = deps.now()
    start = trial.start or now
    end = trial.end or start + USUAL
    with deps.store.read() as connection:
        worlds = _worlds(deps, connection, trial)
    _bounded(start, end, len(worlds.devices))
    findings: list[Found] = []
    changes: list[Change] = []
    for device in worlds.devices:
        old, new = (build(device, world, now).numbered(device.id, 1, now) for world in (worlds.before, worlds.after))
        findings += examine(compared(old, new, worlds.rule.id if worlds.rule else None, start, end, language))
        changes += islice(_changes(old, new, start, end), MOST_CHANGES + 1 - len(changes))
    left_out = tuple(_left_out(worlds)) if worlds.rule else ()
    found = sorted((*left_out, *findings), key=lambda one: not one.grave)
    told = sorted(changes[:MOST_CHANGES], key=lambda one: (one.start, one.device))
    return Verdict(start=start, end=end, findings=tuple(found), changes=tuple(told), more=len(changes) > MOST_CHANGES)


def _worlds(deps: Deps, connection: Connection, trial: Trial) -> _Worlds:
    if trial.schedule is None and trial.replaces is None:
        raise InvalidError("trial.empty", "nothing to try", (Problem("/schedule", "key.missing", "give a schedule"),))
    before = plan.gather(connection)
    stands = wanted.rule(connection, trial.replaces) if trial.replaces else None
    rule = made(connection, trial.schedule, deps, stands) if trial.schedule else None
    others = tuple(each for each in before.rules if each.id != trial.replaces)
    after = before.model_copy(update={"rules": (*others, rule) if rule else others})
    if rule and rule.playlist not in after.playlists:
        after = after.model_copy(update=wanted.with_playlists(connection, after, [rule.playlist]))
    concerned = {target for one in (stands, rule) if one for target in one.targets}
    devices = tuple(each for each in registry.all_devices(connection) if each.id in concerned)
    return _Worlds(before, after, rule, devices)


def _bounded(start: datetime, end: datetime, devices: int) -> None:
    if not start < end <= start + LONGEST:
        raise InvalidError("trial.period", f"`to` is after `from`, by at most {LONGEST.days} days")
    if (end - start) / timedelta(days=1) * devices > MOST_DEVICE_DAYS:
        raise InvalidError("trial.period", f"at most {MOST_DEVICE_DAYS} days, counted over all devices")


def _left_out(worlds: _Worlds) -> Iterator[Found]:
    for gap in dict.fromkeys(gaps(worlds.devices, worlds.after, worlds.rule) if worlds.rule else ()):
        yield Found(code=gap.code, device=gap.device, message=gap.message, text=gap.text)


def _changes(old: Plan, new: Plan, start: datetime, end: datetime) -> Iterator[Change]:
    before, after = views_of(old), views_of(new)
    for area in before:
        for one in differences(before[area], after[area], start, end):
            sides = _side(one.before), _side(one.after)
            yield Change(
                device=old.device, area=area or None, start=one.start, end=one.end, before=sides[0], after=sides[1]
            )


def _side(answer: OnAir) -> Side:
    items: Sequence[str] = [item.message for item in answer.playlist.items] if answer.playlist else []
    name = (answer.playlist.name if answer.playlist else "") or answer.source
    return Side(cause=answer.cause, source=answer.source, name=name, messages=tuple(dict.fromkeys(items)))
