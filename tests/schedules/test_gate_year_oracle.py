"""A gate's whole programme, with every calendar in use, against an oracle that paints it minute by minute.

The periods are those at which calendars go wrong: Tết (three of them, 2030 with its two days), leap days, the ends of months and
years, the days of mourning. The markets come from a second library of the moon.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vnlunar import get_lunar_date

from schedules.hours import DayHours, DayList, Hours, Mourning, OpenDays, Quiet, Relative
from schedules.model import Plan, Playlist, Priority, Window
from schedules.recurrence import Recurrence
from schedules.timeline import segments
from tests.support.gate_year_oracle import DAY, painted
from tests.support.schedule_plans import HANOI, hanoi, item, plan, rule


def windows(*texts: str) -> tuple[Window, ...]:
    return tuple(Window.of(*text.split("-")) for text in texts)


def days_from(first: date, last: date) -> tuple[date, ...]:
    return tuple(first + timedelta(days=number) for number in range((last - first).days + 1))


def market(first: int, last: int) -> DayList:
    """Kỳ Lừa: the days of the moon that end in 2 and 7."""
    every = days_from(date(first, 1, 1), date(last, 12, 31))
    kept = tuple(day for day in every if get_lunar_date(day.day, day.month, day.year)["day"] % 5 == 2)
    return DayList(id="ky-lua", days=kept, through=date(last, 12, 31))


HOLIDAYS = DayList(
    id="vn-holidays",
    days=(
        *days_from(date(2024, 2, 8), date(2024, 2, 14)), *days_from(date(2026, 2, 16), date(2026, 2, 20)),
        date(2026, 4, 30), date(2026, 5, 1), date(2026, 11, 24), date(2027, 1, 1), date(2028, 1, 1),
        *days_from(date(2030, 1, 31), date(2030, 2, 6)),
    ),
    through=date(2030, 12, 31),
)  # fmt: skip
SPRING_FESTIVAL = DayList(id="chunjie", days=(date(2026, 2, 17), date(2030, 2, 3)), through=date(2030, 12, 31))
TRAVELLERS = Hours(
    id="travellers",
    weekly=(
        OpenDays(windows=windows("07:00-20:00"), last=date(2028, 2, 28)),
        OpenDays(windows=windows("06:30-12:00", "13:00-02:00"), first=date(2028, 2, 29)),
    ),
    exceptions=tuple(
        DayHours(day=day, windows=windows("09:00-14:00")) for day in days_from(date(2026, 2, 15), date(2026, 2, 23))
    ),
)
GOODS = Hours(
    id="goods",
    weekly=(OpenDays(windows=windows("07:00-18:00"), weekdays=(1, 2, 3, 4, 5, 6)),),
    exceptions=tuple(DayHours(day=day) for day in days_from(date(2026, 2, 15), date(2026, 2, 18))),
)
MOURNING = (
    Mourning(id="m-2025", starts=hanoi("2025-05-24 00:00"), until=hanoi("2025-05-26 00:00"), mutes=("music",)),
    Mourning(
        id="m-2026", starts=hanoi("2026-12-30 12:30"), until=hanoi("2027-01-01 00:00"), mutes=("music", "greeting")
    ),
)
NIGHT = (
    Quiet(windows=windows("21:00-06:00"), passes="priority"),
    Quiet(windows=windows("12:00-13:00"), weekdays=(6, 7), zones=("yard",), passes="none"),
)
BOTH, YARD = ("hall", "yard"), ("yard",)


def tagged(name: str, *tags: str, **facts: object):
    return item(10.0, message=name).model_copy(update={"tags": tags, **facts})


LISTS = (
    Playlist(id="p", items=(tagged("service"),)),
    Playlist(id="music", items=(tagged("song", "music"), tagged("tune", "music", "greeting"))),
    Playlist(id="mixed", items=(tagged("song", "music"), tagged("notice", until=hanoi("2028-03-01 06:15")))),
    Playlist(id="greeting", items=(tagged("tet", "greeting"),)),
)
YEAR = plan(
    rule("open", relative=Relative(hours="travellers", start_offset=30, end_offset=-15), zones=BOTH),
    rule("cargo", priority=Priority.EVENT, relative=Relative(hours="goods"), zones=YARD, not_on=("vn-holidays",)),
    rule("closed", relative=Relative(hours="goods", state="closed", start_offset=-30), zones=YARD, weekdays=(1, 3, 7)),
    rule("night", "20:30-06:30", playlist="music", zones=BOTH),
    rule("market", "05:00-11:00", "15:00-15:01", priority=Priority.EVENT, only_on=("ky-lua",), zones=YARD, playlist="mixed"),
    rule("tet-vi", "06:00-24:00", priority=Priority.PRIORITY, only_on=("vn-holidays",), playlist="greeting", zones=BOTH),
    rule("tet-zh", "08:00-10:00", priority=Priority.PRIORITY, only_on=("chunjie",), zones=BOTH),
    rule("leap", "00:00-01:00", priority=Priority.PRIORITY, zones=BOTH,
         recurrence=Recurrence(start=date(2024, 2, 29), rule="FREQ=YEARLY")),
    rule("pay", "23:30-00:30", priority=Priority.PRIORITY, zones=BOTH,
         recurrence=Recurrence(start=date(2024, 1, 31), rule="FREQ=MONTHLY;BYMONTHDAY=-1", excluded=(date(2026, 4, 30),))),
    rule("third", "10:00-10:20", priority=Priority.EVENT, zones=BOTH,
         recurrence=Recurrence(start=date(2024, 1, 2), rule="FREQ=DAILY;INTERVAL=3", dates=(date(2027, 1, 1),))),
    rule("differs", "18:30-20:00", zones=BOTH, weekdays=(5,),
         exceptions=(DayHours(day=date(2026, 2, 20)), DayHours(day=date(2026, 2, 18), windows=windows("22:00-03:00")))),
    rule("visit", priority=Priority.PRIORITY, zones=BOTH, starts=hanoi("2026-11-23 07:30"), ends=hanoi("2026-11-24 11:05")),
    hours=(TRAVELLERS, GOODS), days=(HOLIDAYS, SPRING_FESTIVAL, market(2024, 2030)), mournings=MOURNING, quiet=NIGHT,
    playlists=LISTS,
)  # fmt: skip


def seen(some: Plan, first: date, days: int) -> list[str]:
    """The rule on air in each minute as the evaluation has it."""
    start = datetime.combine(first, time(), HANOI)
    found: list[str] = []
    for each in segments(some, start, start + timedelta(days=days)):
        minutes = (each.end - each.start) / timedelta(minutes=1)
        assert minutes == int(minutes), each
        found += [each.on_air.source or ""] * int(minutes)
    return found


def differences(some: Plan, first: date, days: int) -> list[str]:
    """The minutes in which the evaluation and the painting differ, as "2026-02-18 09:00: ours, painted"."""
    ours, theirs = seen(some, first, days), painted(some, first, days)
    assert len(ours) == len(theirs) == days * DAY
    start = datetime.combine(first, time(), HANOI)
    return [
        f"{start + timedelta(minutes=number):%Y-%m-%d %H:%M}: {ours[number]!r}, painted {theirs[number]!r}"
        for number in range(days * DAY)
        if ours[number] != theirs[number]
    ]


PERIODS = {
    "Tết 2024 and the leap day after it": (date(2024, 1, 25), 40),
    "the mourning of May 2025": (date(2025, 5, 10), 30),
    "Tết 2026": (date(2026, 1, 25), 40),
    "30 April and 1 May 2026": (date(2026, 4, 15), 30),
    "the new holiday of 24 November": (date(2026, 11, 10), 30),
    "the end of 2026, in mourning": (date(2026, 12, 10), 40),
    "a leap day on which the hours change": (date(2028, 2, 10), 40),
    "Tết 2030, a day apart": (date(2030, 1, 15), 40),
}


@pytest.mark.parametrize(("first", "days"), PERIODS.values(), ids=PERIODS)
def test_every_minute_of_weeks_is_as_painted(first: date, days: int):
    assert differences(YEAR, first, days) == []


def test_in_these_weeks_every_rule_of_the_programme_has_its_turn():
    on_air = {name for first, days in PERIODS.values() for name in seen(YEAR, first, days)}
    assert on_air == {one.id for one in YEAR.rules} | {""}


OFFSETS = st.sampled_from([-45, -30, 0, 15, 60])


@settings(max_examples=25, deadline=None)
@given(
    first=st.dates(date(2024, 1, 1), date(2030, 12, 20)),
    some=st.sets(st.sampled_from([one.id for one in YEAR.rules]), min_size=3),
    start=OFFSETS,
    end=OFFSETS,
    differs=st.lists(
        st.tuples(st.integers(-1, 4), st.sampled_from(["", "22:00-03:00", "00:00-24:00", "11:59-12:01"])), max_size=3
    ),
)
def test_any_week_of_any_part_of_it_is_as_painted(first, some, start, end, differs):
    rules = tuple(one for one in YEAR.rules if one.id in some)
    moved = tuple(
        one.model_copy(update={"relative": one.relative.model_copy(update={"start_offset": start, "end_offset": end})})
        if one.relative
        else one
        for one in rules
    )
    days = {first + timedelta(days=number): text for number, text in differs}
    exceptions = tuple(DayHours(day=day, windows=windows(text) if text else ()) for day, text in sorted(days.items()))
    hours = (TRAVELLERS.model_copy(update={"exceptions": exceptions}), GOODS)
    assert differences(YEAR.model_copy(update={"rules": moved, "hours": hours}), first, 5) == []
