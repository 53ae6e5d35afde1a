"""What drafts the days of a year: a country's holidays, the moon, the twelve animals. A person confirms them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from controller.calendars.holidays import holiday_list, worked_list
from controller.calendars.moons import lunar_days, months, zodiac_days
from schedules.hours import DayList, NamedDay
from schedules.lunar import lunar_date, written
from schedules.model import Fact


class Holidays(Fact):
    """Public holidays of a country: its days off, or the weekends worked in their place."""

    kind: Literal["holidays"] = "holidays"
    country: Literal["VN", "CN"]
    worked: bool = False


class MoonDays(Fact):
    """Days of the moon, in every month or in one of the year: a market on the 2nd and the 7th, the first of Tết."""

    kind: Literal["moon"] = "moon"
    side: Literal["vi", "zh"] = "vi"
    days: Annotated[tuple[Annotated[int, Field(ge=1, le=30)], ...], Field(min_length=1, max_length=30)]
    month: Annotated[int, Field(ge=1, le=12)] | None = None


class AnimalDays(Fact):
    """Every twelfth day, those of one animal: 0 is Tý (rat), 11 Hợi (pig)."""

    kind: Literal["animal"] = "animal"
    branch: Annotated[int, Field(ge=0, le=11)]


Recipe = Annotated[Holidays | MoonDays | AnimalDays, Field(discriminator="kind")]


class Days(DayList):
    """A list of days as people keep it: what drafts its coming years (None: they name the days themselves), and the first year
    that was confirmed (a year without any day counts too)."""

    recipe: Recipe | None = None
    since: int | None = Field(default=None, ge=1900, le=2200)

    def bare(self) -> DayList:
        """As a plan carries it: without the names of its days."""
        return DayList(id=self.id, name=self.name, days=self.days, through=self.through)


ANIMALS = {  # of days and years, from Tý to Hợi; the fourth is the cat in Viet Nam and the hare in China
    "vi": ("Chuột", "Trâu", "Hổ", "Mèo", "Rồng", "Rắn", "Ngựa", "Dê", "Khỉ", "Gà", "Chó", "Lợn"),
    "zh-Hans": ("鼠", "牛", "虎", "兔", "龙", "蛇", "马", "羊", "猴", "鸡", "狗", "猪"),
    "en": ("Rat", "Ox", "Tiger", "Cat", "Dragon", "Snake", "Horse", "Goat", "Monkey", "Rooster", "Dog", "Pig"),
}

STANDING: dict[str, tuple[str, Recipe]] = {  # lists every gate needs, offered before anybody asks
    "vn-holidays": ("Ngày nghỉ lễ Việt Nam", Holidays(country="VN")),
    "vn-worked": ("Ngày làm bù Việt Nam", Holidays(country="VN", worked=True)),
    "cn-holidays": ("Ngày nghỉ lễ Trung Quốc", Holidays(country="CN")),
    "cn-worked": ("Ngày làm bù Trung Quốc", Holidays(country="CN", worked=True)),
    "tet-vi": ("Mồng một Tết (lịch Việt Nam)", MoonDays(side="vi", days=(1,), month=1)),
    "tet-zh": ("Mồng một Tết (lịch Trung Quốc)", MoonDays(side="zh", days=(1,), month=1)),
    "ky-lua": ("Phiên chợ Kỳ Lừa", MoonDays(side="vi", days=(2, 7, 12, 17, 22, 27))),
}


def draft(recipe: Recipe, name: str, title: str, year: int) -> Days:
    """The days of one year as a library has them, each with its name; ValueError for a year none knows."""
    found = _drafted(recipe, name, title, year)
    return Days(id=name, name=title, days=found.days, names=found.names, through=found.through, recipe=recipe)


def _drafted(recipe: Recipe, name: str, title: str, year: int) -> DayList:
    if isinstance(recipe, Holidays):
        make = worked_list if recipe.worked else holiday_list
        return make(recipe.country, year)
    if isinstance(recipe, AnimalDays):
        return _named(zodiac_days(name, title, recipe.branch, year), {})
    found = lunar_days(name, title, recipe.side, recipe.days, recipe.month, year)
    table = months(recipe.side, year, 1)
    moon = {day: lunar_date(table, day) for day in found.days}
    return _named(found, {day: written(when, recipe.side) for day, when in moon.items() if when})


def _named(found: DayList, names: Mapping[date, str]) -> DayList:
    return found.model_copy(
        update={"names": tuple(NamedDay(day=day, name=names.get(day, found.name)) for day in found.days)}
    )


def years_of(kept: Days) -> tuple[int, ...]:
    """The years of a list that were confirmed: they follow one another up to its last."""
    last = kept.through.year
    first = kept.since if kept.since is not None else min((day.year for day in kept.days), default=last + 1)
    return tuple(range(first, last + 1))


def merged(kept: Days | None, year: Days) -> Days:
    """A list with one year of it new or replaced; the others stand. ValueError if that would leave a year out."""
    number = year.through.year
    known = years_of(kept) if kept else ()
    if kept is None or not known:
        return year.model_copy(update={"since": number})
    if not known[0] - 1 <= number <= known[-1] + 1:
        raise ValueError(f"years follow one another, and these are confirmed: {known[0]} to {known[-1]}")
    return kept.model_copy(
        update={
            "days": tuple(sorted({*(day for day in kept.days if day.year != number), *year.days})),
            "names": tuple(
                sorted((*(n for n in kept.names if n.day.year != number), *year.names), key=lambda n: n.day)
            ),
            "through": max(kept.through, year.through),
            "since": min(known[0], number),
        }
    )


def without_last(kept: Days) -> Days:
    """The list before its last year was confirmed."""
    last = kept.through.year
    return kept.model_copy(
        update={
            "days": tuple(day for day in kept.days if day.year < last),
            "names": tuple(one for one in kept.names if one.day.year < last),
            "through": date(last - 1, 12, 31),
        }
    )
