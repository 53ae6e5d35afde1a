"""What a calendar by itself cannot know, and must be right before it is kept: gates, zones, the present, what is too much."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Connection

from controller.domain.almanac import Days
from controller.domain.calendars import Calendar, LevelsWanted
from controller.errors import InvalidError, Problem
from controller.store import registry
from schedules.hours import Hours, Mourning, Quiet

LONGEST_MOURNING = timedelta(days=60)
MOST_EXCEPTIONS, MOST_WINDOWS = 1_000, 48
FIRST_YEAR, LAST_YEAR = 2000, 2100


def check(connection: Connection, made: Calendar, now: datetime) -> None:
    """InvalidError lists everything that cannot be."""
    problems = [*_scopes(connection, made), *_of_fact(connection, made, now)]
    if problems:
        raise InvalidError(problems[0].code, "the calendar cannot be accepted", tuple(problems))


def _scopes(connection: Connection, made: Calendar) -> Iterator[Problem]:
    devices = {device.id for device in registry.all_devices(connection)}
    known = {"all"} | devices | {f"{gate}/*" for gate in registry.gate_names(connection)}
    for place, target in enumerate(made.targets):
        if target not in known:
            yield Problem(f"/targets/{place}", "device.unknown", f'there is no gate or device "{target}"')


def _of_fact(connection: Connection, made: Calendar, now: datetime) -> Iterator[Problem]:
    said = made.said
    if isinstance(said, Hours):
        yield from _hours(said)
    elif isinstance(said, Days):
        yield from _days(said)
    elif isinstance(said, Mourning):
        yield from _mourning(said, now)
    elif isinstance(said, Quiet):
        yield from _too_many("/fact/windows", said.windows, MOST_WINDOWS)
    yield from _zones(connection, made)


def _zones(connection: Connection, made: Calendar) -> Iterator[Problem]:
    """Zones and groups that no loudspeaker it is for has."""
    said = made.said
    there = {name for one in registry.all_devices(connection) if made.concerns(one.id) for name in one.spoken}
    parts: list[tuple[str, Any]] = [("/fact", said)]
    if isinstance(said, LevelsWanted):
        parts = [(f"/fact/volumes/{place}", one) for place, one in enumerate(said.volumes)]
        parts += [(f"/fact/caps/{place}", one) for place, one in enumerate(said.caps)]
    for at, part in parts:
        for place, zone in enumerate(getattr(part, "zones", ())):
            if zone not in there:
                yield Problem(f"{at}/zones/{place}", "zone.unknown", f'no loudspeaker here has a public zone "{zone}"')


def _hours(said: Hours) -> Iterator[Problem]:
    yield from _too_many("/fact/exceptions", said.exceptions, MOST_EXCEPTIONS)
    yield from _too_many("/fact/weekly", said.weekly, MOST_WINDOWS)
    for place, season in enumerate(said.weekly):
        yield from _too_many(f"/fact/weekly/{place}/windows", season.windows, MOST_WINDOWS)


def _days(said: Days) -> Iterator[Problem]:
    if said.days and max(said.days) > said.through:
        yield Problem("/fact/through", "days.after_end", "a list cannot name days after the last it knows")
    places = [*((f"/fact/days/{place}", day) for place, day in enumerate(said.days)), ("/fact/through", said.through)]
    for place, day in places:
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            yield Problem(place, "days.far", f"days go from {FIRST_YEAR} to {LAST_YEAR}")


def _mourning(said: Mourning, now: datetime) -> Iterator[Problem]:
    if said.until <= now:
        yield Problem("/fact/until", "mourning.over", "this mourning is over already")
    if said.until - said.starts > LONGEST_MOURNING:
        yield Problem("/fact/until", "mourning.long", f"mourning lasts {LONGEST_MOURNING.days} days at most")


def _too_many(place: str, some: Sequence[object], most: int) -> Iterator[Problem]:
    if len(some) > most:
        yield Problem(place, "calendar.long", f"{most} at most, not {len(some)}")
