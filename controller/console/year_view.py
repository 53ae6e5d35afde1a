"""A year on one page: days off on both sides, markets, and the moon of every day. Pure."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date

from controller.calendars.moons import months
from schedules.hours import DayList
from schedules.lunar import LunarDate, LunarMonth, lunar_date, written, year_name
from schedules.model import Fact

MARKS = {"vn-holidays": "vn", "cn-holidays": "cn", "vn-worked": "work", "cn-worked": "work"}


class Cell(Fact):
    """A day as the page shows it: its number, the moon's under it, what marks it and why."""

    day: int
    moon: str
    marks: tuple[str, ...] = ()
    words: str = ""
    today: bool = False


class Month(Fact):
    """Weeks from Monday on; None outside the month."""

    number: int
    weeks: tuple[tuple[Cell | None, ...], ...]


class Row(Fact):
    """A named day of the year, as the table lists it."""

    day: date
    vietnam: str = ""
    china: str = ""
    moon_vi: str = ""
    moon_zh: str = ""
    work: bool = False


def year_of_months(year: int, lists: Mapping[str, DayList], today: date) -> tuple[Month, ...]:
    """The twelve months, each day with its moon and its marks."""
    moon, names = months("vi", year, 1), _names(lists)
    return tuple(
        Month(number=month, weeks=tuple(tuple(_cell(day, month, lists, names, moon, today) for day in week) for week in weeks))
        for month in range(1, 13)
        for weeks in (calendar.Calendar().monthdatescalendar(year, month),)
    )  # fmt: skip


def rows_of(year: int, lists: Mapping[str, DayList]) -> tuple[Row, ...]:
    """The days off of both sides and the days worked in their place, in order, with both moons."""
    vi, zh, names = months("vi", year, 1), months("zh", year, 1), _names(lists)
    days = sorted({day for name in MARKS for day in lists[name].days if day.year == year})
    return tuple(
        Row(
            day=day,
            vietnam=names.get(("vn-holidays", day)) or names.get(("vn-worked", day), ""),
            china=names.get(("cn-holidays", day)) or names.get(("cn-worked", day), ""),
            moon_vi=_written(lunar_date(vi, day), "vi"),
            moon_zh=_written(lunar_date(zh, day), "zh"),
            work=any(day in lists[name].days for name in ("vn-worked", "cn-worked")),
        )
        for day in days
    )


def names_of_year(year: int) -> tuple[str, str]:
    """What the year that begins at Tết is called on both sides: "Bính Ngọ", "丙午"."""
    return year_name(year, "vi"), year_name(year, "zh-Hans")


def _names(lists: Mapping[str, DayList]) -> dict[tuple[str, date], str]:
    return {(name, one.day): one.name for name, kept in lists.items() for one in kept.names}


def _cell(
    day: date,
    month: int,
    lists: Mapping[str, DayList],
    names: Mapping[tuple[str, date], str],
    moon: tuple[LunarMonth, ...],
    today: date,
) -> Cell | None:
    if day.month != month:
        return None
    named = [name for name, kept in lists.items() if day in kept.days]
    words = dict.fromkeys(names.get((name, day)) or lists[name].name for name in named)
    return Cell(
        day=day.day,
        moon=_short(lunar_date(moon, day)),
        marks=tuple(dict.fromkeys(MARKS.get(name, "other") for name in named)),
        words="; ".join(words),
        today=day == today,
    )


def _short(when: LunarDate | None) -> str:
    if when is None:
        return ""
    return f"{when.day}/{when.month}{'*' if when.leap else ''}" if when.day in (1, 15) else str(when.day)


def _written(when: LunarDate | None, language: str) -> str:
    if when is None:
        return ""
    return written(when, "zh-Hans") if language == "zh" else f"{when.day}/{when.month}{' nhuận' if when.leap else ''}"
