"""Public holidays of Viet Nam and of China for one year, as a library has them: a draft, because decrees swap days.

The decision for a year is taken in the autumn before. A day off that is made up on a weekend has that weekend in `worked_list`.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

import holidays

from schedules.hours import DayList, NamedDay

Country = Literal["VN", "CN"]
NAMES = {"VN": "Ngày nghỉ Việt Nam", "CN": "Ngày nghỉ Trung Quốc"}
WORKED = {"VN": "Làm bù", "CN": "上班（调休）"}
FIRST_YEAR, LAST_YEAR = 2020, 2100
LANGUAGES = {"VN": "vi", "CN": "zh_CN"}


def holiday_list(country: Country, year: int) -> DayList:
    """The days off of a year, each with its name in its own country's language; ValueError for a year no library knows."""
    found = _of(country, year)
    named = [NamedDay(day=day, name=str(name)[:100]) for day, name in sorted(found.items()) if day.year == year]
    return _list(f"{country.lower()}-{year}", f"{NAMES[country]} {year}", year, named)


def worked_list(country: Country, year: int) -> DayList:
    """The weekends worked in place of other days, as far as the library knows that year's decision."""
    days = sorted(day for day in _of(country, year).weekend_workdays if day.year == year)
    named = [NamedDay(day=day, name=WORKED[country]) for day in days]
    return _list(f"{country.lower()}-{year}-worked", f"{WORKED[country]} {year}", year, named)


def _of(country: Country, year: int) -> Any:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"holidays are drafted for {FIRST_YEAR} to {LAST_YEAR}, not for {year}")
    return holidays.country_holidays(country, years=year, language=LANGUAGES[country])


def _list(name: str, title: str, year: int, named: list[NamedDay]) -> DayList:
    days = tuple(one.day for one in named)
    return DayList(id=name, name=title, days=days, names=tuple(named), through=date(year, 12, 31))
