"""Months of the moon by the Vietnamese and by the Chinese calendar, and the days that recur with it.

Both calendars have the same rules; the meridian differs: 105° east for Viet Nam (UTC+7), 120° for China (UTC+8). A new moon in
the last hour of a Vietnamese day is of the next day in Beijing, and Tết with it, as in 2030 (decision 0020).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

import lunar_vn

from schedules.hours import DayList
from schedules.lunar import LunarMonth, LunarTable, days_of

Side = Literal["vi", "zh"]
OFFSET: dict[Side, float] = {"vi": 7.0, "zh": 8.0}  # hours east of Greenwich
FIRST_YEAR, LAST_YEAR = 1990, 2096  # a second library agrees on every month between them
MOST_YEARS = 30
DAYS_OF_ZODIAC = 12
# 01/01/2026 is a day Ất Hợi: number 11 of the branches from Tý = 0. The same on both sides, whatever the moon does.
_A_HOI_DAY, _HOI = date(2026, 1, 1), 11


def moon_table(first: int, years: int = 3) -> LunarTable:
    """The months that touch some years by the sun, for both calendars, and one month more that says where they end."""
    return LunarTable(vi=months("vi", first, years), zh=months("zh", first, years))


@lru_cache(maxsize=32)
def months(side: Side, first: int, years: int) -> tuple[LunarMonth, ...]:
    """The months of one calendar from the one in which `first` begins; ValueError outside the years both libraries know."""
    if not (first > FIRST_YEAR and first + years <= LAST_YEAR and 1 <= years <= MOST_YEARS):
        raise ValueError(
            f"the moon is known from {FIRST_YEAR + 1} to {LAST_YEAR - 1}, at most {MOST_YEARS} years at once"
        )
    day, end = date(first, 1, 1), date(first + years, 1, 31)
    day -= timedelta(days=_day_of(side, day) - 1)
    found = []
    while day <= end:
        moon = lunar_vn.solar_to_lunar(day, OFFSET[side])
        found.append(LunarMonth(first=day, month=moon.month, year=moon.year, leap=bool(moon.leap)))
        day += timedelta(days=29)
        if _day_of(side, day) != 1:
            day += timedelta(days=1)
    return tuple(found)


def _day_of(side: Side, day: date) -> int:
    return int(lunar_vn.solar_to_lunar(day, OFFSET[side]).day)


def lunar_days(name: str, title: str, side: Side, days: tuple[int, ...], month: int | None, year: int) -> DayList:
    """Days of the moon in one year by the sun: every 2nd and 7th for a market, 1/1 for Tết, 15/8 for Trung thu."""
    if any(not 1 <= day <= 30 for day in days):
        raise ValueError("days of the moon go from 1 to 30")
    table = months(side, year, 1)
    found = sorted({each for day in days for each in days_of(table, day, month) if each.year == year})
    return DayList(id=name, name=title, days=tuple(found), through=date(year, 12, 31))


def zodiac_days(name: str, title: str, branch: int, year: int) -> DayList:
    """Every twelfth day, those of one animal (0 is Tý, the rat): some border markets keep these."""
    if not 0 <= branch < DAYS_OF_ZODIAC:
        raise ValueError("the animals are numbered 0 (Tý) to 11 (Hợi)")
    start = date(year, 1, 1)
    now = (_HOI + (start - _A_HOI_DAY).days) % DAYS_OF_ZODIAC
    first = start + timedelta(days=(branch - now) % DAYS_OF_ZODIAC)
    days = _every(first, DAYS_OF_ZODIAC, lambda day: day.year == year)
    return DayList(id=name, name=title, days=days, through=date(year, 12, 31))


def _every(first: date, step: int, goes_on: Callable[[date], bool]) -> tuple[date, ...]:
    found, day = [], first
    while goes_on(day):
        found.append(day)
        day += timedelta(days=step)
    return tuple(found)
