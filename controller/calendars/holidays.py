"""Public holidays of Viet Nam and of China for one year, as a library has them: a draft, because decrees swap days."""

from __future__ import annotations

from datetime import date
from typing import Literal

import holidays

from schedules.hours import DayList, NamedDay

Country = Literal["VN", "CN"]
NAMES = {"VN": "Ngày nghỉ Việt Nam", "CN": "Ngày nghỉ Trung Quốc"}
FIRST_YEAR, LAST_YEAR = 2020, 2100
LANGUAGES = {"VN": "vi", "CN": "zh_CN"}


def holiday_list(country: Country, year: int) -> DayList:
    """The days off of a year, each with its name in its own country's language; ValueError for a year no library knows."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"holidays are drafted for {FIRST_YEAR} to {LAST_YEAR}, not for {year}")
    found = holidays.country_holidays(country, years=year, language=LANGUAGES[country])
    named = tuple(NamedDay(day=day, name=str(name)[:100]) for day, name in sorted(found.items()))
    return DayList(
        id=f"{country.lower()}-{year}", name=f"{NAMES[country]} {year}", days=tuple(one.day for one in named), names=named,
        through=date(year, 12, 31),
    )  # fmt: skip
