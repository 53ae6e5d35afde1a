"""Calendars as facts a plan carries: opening hours, lists of days, exceptions, mourning and quiet hours."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import AwareDatetime, Field, model_validator

from schedules.fact import EVERY_DAY, Fact, Id, Weekdays, Window


class DayHours(Fact):
    """One day that differs: its windows take the place of the usual ones; none means not at all that day."""

    day: date
    windows: tuple[Window, ...] = ()
    note: str = Field(default="", max_length=200)


class OpenDays(Fact):
    """Windows of some weekdays from a first to a last day, both included."""

    weekdays: Weekdays = EVERY_DAY
    windows: tuple[Window, ...] = Field(min_length=1)
    first: date | None = None
    last: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> OpenDays:
        if self.first and self.last and self.first > self.last:
            raise ValueError("opening hours must begin before they end")
        return self


class Hours(Fact):
    """When one place serves one kind of traffic: a gate, a passage of it, a hall."""

    id: Id
    place: str = Field(default="", max_length=100)
    traffic: Literal["travellers", "goods", "residents", "all"] = "all"
    weekly: tuple[OpenDays, ...] = ()
    exceptions: tuple[DayHours, ...] = ()

    @model_validator(mode="after")
    def _one_exception_a_day(self) -> Hours:
        one_each_day(self.exceptions)
        return self


class NamedDay(Fact):
    """What people call a day of a list."""

    day: date
    name: str = Field(max_length=100)


class DayList(Fact):
    """Named days: public holidays, market days of the lunar month. Nothing is known after `through`."""

    id: Id
    name: str = Field(default="", max_length=100)
    days: tuple[date, ...] = Field(default=(), max_length=2_000)
    names: tuple[NamedDay, ...] = Field(default=(), max_length=2_000, description="for people; a plan goes without")
    through: date


class Relative(Fact):
    """Windows taken from opening hours: while open or closed, moved by minutes at either end."""

    hours: Id
    state: Literal["open", "closed"] = "open"
    start_offset: int = Field(default=0, ge=-720, le=720, description="minutes")
    end_offset: int = Field(default=0, ge=-720, le=720, description="minutes")


class Mourning(Fact):
    """A time in which items of some tags are mute."""

    id: Id
    starts: AwareDatetime
    until: AwareDatetime
    mutes: tuple[Id, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> Mourning:
        if self.starts >= self.until:
            raise ValueError("mourning must start before it ends")
        return self


class Quiet(Fact):
    """Hours in which only rules of `passes` or stronger may sound in these zones (none named: in all)."""

    windows: tuple[Window, ...] = Field(min_length=1)
    weekdays: Weekdays = EVERY_DAY
    zones: tuple[Id, ...] = ()
    passes: Literal["event", "priority", "none"] = "none"


def one_each_day(exceptions: tuple[DayHours, ...]) -> None:
    """ValueError if a day is named twice."""
    if len({one.day for one in exceptions}) != len(exceptions):
        raise ValueError("a day can differ in one way only: it is named twice among the exceptions")
