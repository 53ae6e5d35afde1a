"""How loud a zone and how bright a board is at a moment: by hour, class and sun, under caps for the night. Pure.

Emergencies ignore caps; whoever asks is told so, because it is listed in the report.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from schedules.fact import EVERY_DAY, MINUTES_A_DAY, Fact, Id, Weekdays, Window

if TYPE_CHECKING:
    from schedules.model import Plan, Priority

FULL = 100
STEP_OF_TABLE = 5  # days between two rows of the sun's table
DAYS_OF_TABLE = 366
_UNCAPPED = ("emergency", "evacuation", "blank")
_CLASSES = Literal["normal", "event", "priority", "live", "emergency"]


class Volume(Fact):
    """How loud some hours are; the first that covers zone, class and moment counts. A cap holds whatever it says."""

    percent: int = Field(ge=0, le=100)
    zones: tuple[Id, ...] = Field(default=(), description="none: all")
    classes: tuple[_CLASSES, ...] = Field(default=(), description="none: all")
    weekdays: Weekdays = EVERY_DAY
    windows: tuple[Window, ...] = Field(default=(), description="none: at all hours")


class Cap(Fact):
    """The most a zone, or the board, may do in some hours; emergencies are not held by it."""

    percent: int = Field(ge=0, le=100)
    zones: tuple[Id, ...] = ()
    weekdays: Weekdays = EVERY_DAY
    windows: tuple[Window, ...] = Field(min_length=1)


class SunDay(Fact):
    """Sunrise and sunset of a day of the year, in minutes of the gate's clock."""

    day: int = Field(ge=1, le=DAYS_OF_TABLE, description="of a leap year")
    rises: int = Field(ge=0, lt=MINUTES_A_DAY)
    sets: int = Field(ge=0, lt=MINUTES_A_DAY)

    @model_validator(mode="after")
    def _in_order(self) -> SunDay:
        if self.rises >= self.sets:
            raise ValueError("the sun rises before it sets")
        return self


class LightHour(Fact):
    """How bright a board is in some hours, whatever the sun says."""

    percent: int = Field(ge=0, le=100)
    weekdays: Weekdays = EVERY_DAY
    windows: tuple[Window, ...] = Field(min_length=1)


class LightSensor(Fact):
    """What a board's own light sensor makes of day and night: between the two in even steps of the logarithm, as eyes see."""

    dark: int = Field(default=20, ge=1, le=100_000, description="lux at which the board is as by night")
    bright: int = Field(default=10_000, ge=2, le=200_000, description="lux at which it is as by day")

    @model_validator(mode="after")
    def _in_order(self) -> LightSensor:
        if self.dark >= self.bright:
            raise ValueError("dark is less light than bright")
        return self


class Light(Fact):
    """How bright a board is by day and by night, and how many minutes dusk and dawn take."""

    day: int = Field(default=FULL, ge=0, le=100)
    night: int = Field(default=40, ge=0, le=100)
    twilight: int = Field(default=30, ge=0, le=120, description="minutes before sunrise and after sunset")
    hours: tuple[LightHour, ...] = Field(default=(), max_length=48, description="the first that covers a moment counts")
    sensor: LightSensor | None = Field(default=None, description="where the board has one: it goes before the sun")


class Levels(Fact):
    """All of it for one device."""

    volumes: tuple[Volume, ...] = ()
    caps: tuple[Cap, ...] = ()
    light: Light | None = None
    sun: tuple[SunDay, ...] = Field(default=(), max_length=DAYS_OF_TABLE, description="some days of a year, in order")

    @model_validator(mode="after")
    def _needs_the_sun(self) -> Levels:
        if self.light and not self.sun:
            raise ValueError("brightness by day and night needs the table of the sun")
        days = [one.day for one in self.sun]
        if days != sorted(set(days)):
            raise ValueError("the table of the sun is in order, each day once")
        return self


@dataclass(frozen=True, slots=True)
class Level:
    """A percentage, and what it would have been without its cap."""

    percent: int
    wanted: int
    over_cap: int | None = None  # an emergency went over this cap
    by: str = ""  # of a board: what says so, "sun", "hour", "sensor" or "cap"


def volume_at(plan: Plan, zone: str, at: datetime, priority: Priority) -> Level:
    """How loud `zone` is for something of a class at a moment."""
    local = at.astimezone(ZoneInfo(plan.zone))
    name = "emergency" if priority.value in _UNCAPPED else priority.value
    wanted = next(
        (one.percent for one in plan.levels.volumes if _speaks(one, zone, name) and _covers(one, local)), FULL
    )
    cap = _cap(plan.levels.caps, zone, local)
    if name == "emergency":
        return Level(wanted, wanted, cap if cap is not None and cap < wanted else None)
    return Level(wanted if cap is None else min(wanted, cap), wanted)


def brightness_at(plan: Plan, at: datetime, lux: float | None = None) -> Level | None:
    """How bright the board is at a moment, with what its light sensor reads; None if the plan says nothing of it.

    Hours go before the sensor, the sensor before the sun, and a cap before all of them.
    """
    levels, local = plan.levels, at.astimezone(ZoneInfo(plan.zone))
    cap = _cap(levels.caps, None, local)
    if levels.light is None:
        return None if not levels.caps else Level(FULL if cap is None else cap, FULL, by="cap")
    wanted, by = _wanted_light(levels.light, levels.sun, local, lux)
    if cap is not None and cap < wanted:
        return Level(cap, wanted, by="cap")
    return Level(wanted, wanted, by=by)


def _wanted_light(light: Light, sun: Sequence[SunDay], local: datetime, lux: float | None) -> tuple[int, str]:
    hour = next((one.percent for one in light.hours if _covers(one, local)), None)
    if hour is not None:
        return hour, "hour"
    if light.sensor is not None and lux is not None:
        return _by_sensor(light, light.sensor, lux), "sensor"
    return _by_sun(light, sun, local), "sun"


def _by_sensor(light: Light, sensor: LightSensor, lux: float) -> int:
    span = math.log(sensor.bright) - math.log(sensor.dark)
    part = (math.log(max(lux, 0.1)) - math.log(sensor.dark)) / span
    return round(light.night + min(max(part, 0.0), 1.0) * (light.day - light.night))


def sun_on(table: Sequence[SunDay], day: date) -> tuple[float, float]:
    """Minutes of sunrise and sunset of a day, between the rows of the table by the straight line."""
    leap_day = date(2028, day.month, day.day).timetuple().tm_yday
    before = max((one for one in table if one.day <= leap_day), key=lambda one: one.day, default=table[-1])
    after = min((one for one in table if one.day > leap_day), key=lambda one: one.day, default=table[0])
    span = (after.day - before.day) % DAYS_OF_TABLE or DAYS_OF_TABLE
    part = ((leap_day - before.day) % DAYS_OF_TABLE) / span
    return before.rises + part * (after.rises - before.rises), before.sets + part * (after.sets - before.sets)


def next_level_change(plan: Plan, after: datetime) -> datetime:
    """When to look again: the next edge of an hour named here or of twilight, in a day at the latest; in twilight each minute."""
    local = after.astimezone(ZoneInfo(plan.zone))
    edges = {edge for edge in _edges(plan.levels, local) if edge > local}
    tomorrow = local + timedelta(days=1)
    return min(edges, default=tomorrow)


def _edges(levels: Levels, local: datetime) -> Iterator[datetime]:
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    for ahead in (0, 1):
        day = midnight + timedelta(days=ahead)
        windows = [window for one in levels.volumes for window in one.windows]
        windows += [window for one in (levels.light.hours if levels.light else ()) for window in one.windows]
        for window in (*windows, *(window for one in levels.caps for window in one.windows)):
            yield day + timedelta(minutes=window.start)
            yield day + timedelta(minutes=window.end)
        if levels.light is not None:
            rises, sets = sun_on(levels.sun, day.date())
            for start, end in ((rises - levels.light.twilight, rises), (sets, sets + levels.light.twilight)):
                yield day + timedelta(minutes=start)
                yield day + timedelta(minutes=end)
                if day + timedelta(minutes=start) <= local < day + timedelta(minutes=end):
                    yield local + timedelta(minutes=1)


def _speaks(one: Volume, zone: str, name: str) -> bool:
    return (not one.zones or zone in one.zones) and (not one.classes or name in one.classes)


def _covers(one: Volume | Cap | LightHour, local: datetime) -> bool:
    if not one.windows:
        return local.isoweekday() in one.weekdays
    minute = local.hour * 60 + local.minute
    return any(_within(window, minute, local.isoweekday(), one.weekdays) for window in one.windows)


def _within(window: Window, minute: int, today: int, weekdays: tuple[int, ...]) -> bool:
    yesterday = 7 if today == 1 else today - 1
    if window.start < window.end:
        return today in weekdays and window.start <= minute < window.end
    return (today in weekdays and minute >= window.start) or (yesterday in weekdays and minute < window.end)


def _cap(caps: Sequence[Cap], zone: str | None, local: datetime) -> int | None:
    found = [one.percent for one in caps if (not one.zones or zone in one.zones) and _covers(one, local)]
    return min(found, default=None)


def _by_sun(light: Light, table: Sequence[SunDay], local: datetime) -> int:
    rises, sets = sun_on(table, local.date())
    minute = local.hour * 60 + local.minute + local.second / 60
    if rises <= minute < sets:
        return light.day
    dawn, dusk = minute - (rises - light.twilight), (sets + light.twilight) - minute
    part = max(min(dawn, dusk) / light.twilight, 0.0) if light.twilight else 0.0
    return round(light.night + min(part, 1.0) * (light.day - light.night))
