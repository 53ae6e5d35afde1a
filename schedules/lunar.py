"""Dates of the moon, read from a table that the plan carries: no astronomy on a gate's small box. Pure.

The Vietnamese and the Chinese calendar are two tables: the new moon of one night can fall on two days an hour of clock apart.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from pydantic import Field, model_validator

from schedules.fact import Fact

STEMS_VI = ("Giáp", "Ất", "Bính", "Đinh", "Mậu", "Kỷ", "Canh", "Tân", "Nhâm", "Quý")
BRANCHES_VI = ("Tý", "Sửu", "Dần", "Mão", "Thìn", "Tỵ", "Ngọ", "Mùi", "Thân", "Dậu", "Tuất", "Hợi")
STEMS_ZH, BRANCHES_ZH = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
DAYS_ZH = ("初", "十", "廿", "三")
DIGITS_ZH = "一二三四五六七八九十"
MONTHS_ZH = ("正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "冬", "腊")
_LONGEST = 30


class LunarMonth(Fact):
    """One month of the moon: its first day by the sun, its number, and the year it belongs to."""

    first: date
    month: int = Field(ge=1, le=12)
    year: int = Field(ge=1900, le=2200)
    leap: bool = False


class LunarTable(Fact):
    """Months that follow one another, in Viet Nam (`vi`) and in China (`zh`); the last names where the table ends."""

    vi: tuple[LunarMonth, ...] = Field(default=(), max_length=400)
    zh: tuple[LunarMonth, ...] = Field(default=(), max_length=400)

    @model_validator(mode="after")
    def _follow(self) -> LunarTable:
        for months in (self.vi, self.zh):
            lengths = [(later.first - one.first).days for one, later in pairwise(months)]
            if any(length not in (29, 30) for length in lengths):
                raise ValueError("months of the moon have 29 or 30 days and follow one another")
        return self


class LunarDate(NamedTuple):
    """A day of the moon."""

    day: int
    month: int
    year: int
    leap: bool


def lunar_date(months: tuple[LunarMonth, ...], day: date) -> LunarDate | None:
    """What day of the moon a day is; None outside the table (its last month counts to its 29th day)."""
    place = bisect_right(months, day, key=lambda one: one.first) - 1
    if place < 0:
        return None
    found = months[place]
    number = (day - found.first).days + 1
    limit = _LONGEST if place + 1 < len(months) else _LONGEST - 1
    return LunarDate(number, found.month, found.year, found.leap) if number <= limit else None


def days_of(months: tuple[LunarMonth, ...], day: int, month: int | None = None) -> tuple[date, ...]:
    """The days by the sun of a day of the moon, in every month or in one of the year; leap months count for every month only."""
    found = []
    for one, later in pairwise(months):
        fits = month is None or (one.month == month and not one.leap)
        if fits and day <= (later.first - one.first).days:
            found.append(date.fromordinal(one.first.toordinal() + day - 1))
    return tuple(found)


def year_name(year: int, language: str) -> str:
    """The year's stem and branch: "Bính Ngọ", "丙午"; elsewhere its animal's Vietnamese name."""
    stem, branch = (year - 4) % 10, (year - 4) % 12
    if language.partition("-")[0] == "zh":
        return STEMS_ZH[stem] + BRANCHES_ZH[branch]
    return f"{STEMS_VI[stem]} {BRANCHES_VI[branch]}"


def written(when: LunarDate, language: str) -> str:
    """As each language writes it: "15/8 Bính Ngọ", "八月十五", "15/8 lunar"."""
    if language.partition("-")[0] == "zh":
        return f"{'闰' if when.leap else ''}{MONTHS_ZH[when.month - 1]}月{_day_zh(when.day)}"
    leap = {"vi": " nhuận"}.get(language, " leap") if when.leap else ""
    if language == "vi":
        return f"{when.day}/{when.month}{leap} {year_name(when.year, 'vi')}"
    return f"{when.day}/{when.month}{leap} lunar"


def _day_zh(day: int) -> str:
    if day in (10, 20, 30):
        return {10: "初十", 20: "二十", 30: "三十"}[day]
    return DAYS_ZH[day // 10] + DIGITS_ZH[day % 10 - 1]
