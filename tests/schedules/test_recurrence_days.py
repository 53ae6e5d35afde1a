"""The days of an iCalendar recurrence, against the library's plain expansion from the first day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from schedules.recurrence import Recurrence, RecurringDays

STARTS = st.dates(date(1990, 1, 1), date(2026, 12, 31))
NTH = st.sampled_from(["", "1", "2", "-1", "5"])
NAMES = st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])


def some(values, name):
    return st.lists(values, min_size=1, max_size=3, unique=True).map(lambda v: f"{name}=" + ",".join(map(str, v)))


def signed(highest):
    return st.integers(1, highest) | st.integers(-highest, -1)


@st.composite
def rrules(draw):
    """Rules that fire now and then: the plain expansion of one that never does goes on to the year 9999."""
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    coarse = frequency in ("MONTHLY", "YEARLY")
    interval = draw(st.integers(1, 7 if coarse else 6))
    parts = [f"FREQ={frequency}", f"INTERVAL={interval}"]
    names = st.builds(lambda n, d: n + d, NTH, NAMES) if coarse else NAMES
    by = draw(st.sampled_from(["", "BYDAY", "BYMONTHDAY", "BYYEARDAY"] if frequency == "YEARLY" else ["", "BYDAY"]))
    if by:
        parts.append(draw(some({"BYDAY": names, "BYMONTHDAY": signed(28), "BYYEARDAY": signed(366)}[by], by)))
    if by != "BYYEARDAY" and frequency != "MONTHLY" and draw(st.booleans()):
        parts.append(draw(some(st.integers(1, 12), "BYMONTH")))
    if by and coarse and draw(st.booleans()):
        parts.append(draw(some(st.sampled_from([1, -1]), "BYSETPOS")))
    if draw(st.booleans()):
        parts.append(f"WKST={draw(NAMES)}")
    ending = draw(st.sampled_from(["", "COUNT", "UNTIL"]))
    if ending == "COUNT":
        parts.append(f"COUNT={draw(st.integers(1, 15))}")
    if ending == "UNTIL":
        parts.append(f"UNTIL={draw(st.dates(date(1995, 1, 1), date(2040, 1, 1))):%Y%m%d}")
    return ";".join(parts)


@settings(max_examples=50, deadline=None)
@given(STARTS, rrules(), st.integers(0, 30))
def test_any_year_is_what_the_library_counts_from_the_first_day(start, rule, later):
    year = start.year + later
    bounded = rule if "COUNT" in rule or "UNTIL" in rule else f"{rule};UNTIL={year}1231"
    plain = rrulestr(bounded, dtstart=datetime(start.year, start.month, start.day))  # noqa: DTZ001
    counted = {each.toordinal() for each in _until(plain, date(year, 12, 31)) if each.year == year}
    assert RecurringDays(Recurrence(start=start, rule=rule)).year(year) == counted


def _until(plain, last):
    for each in plain:
        if each.date() > last:
            return
        yield each


def days(recurrence, *years):
    ready = RecurringDays(recurrence)
    return [date.fromordinal(day) for year in years for day in sorted(ready.year(year))]


def test_the_first_monday_of_the_month():
    first = Recurrence(start=date(2020, 1, 1), rule="FREQ=MONTHLY;BYDAY=1MO;BYMONTH=2,3")
    assert days(first, 2026) == [date(2026, 2, 2), date(2026, 3, 2)]


def test_the_29th_of_february_comes_in_leap_years_only():
    leap = Recurrence(start=date(2024, 2, 29), rule="FREQ=YEARLY")
    assert days(leap, *range(2024, 2033)) == [date(2024, 2, 29), date(2028, 2, 29), date(2032, 2, 29)]


def test_dates_are_added_and_left_out():
    swapped = Recurrence(
        start=date(2026, 8, 31), rule="FREQ=DAILY;COUNT=3", dates=(date(2026, 9, 5),), excluded=(date(2026, 9, 1),)
    )
    assert days(swapped, 2026) == [date(2026, 8, 31), date(2026, 9, 2), date(2026, 9, 5)]
    assert days(Recurrence(start=date(2026, 1, 1), dates=(date(2027, 5, 1),)), 2026, 2027) == [date(2027, 5, 1)]


def test_a_rule_that_never_fires_comes_to_an_end():
    never = RecurringDays(Recurrence(start=date(2026, 1, 1), rule="FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"))
    assert not any(never.year(2026 + ahead) for ahead in range(50))
    assert date(2026, 2, 28).toordinal() not in never


def test_a_count_that_is_never_reached_comes_to_an_end():
    never = RecurringDays(Recurrence(start=date(2026, 1, 1), rule="FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30;COUNT=5"))
    assert not never.year(2300)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("FREQ=HOURLY", "FREQ=HOURLY is not followed"),
        ("FREQ=SECONDLY;INTERVAL=1", "not followed"),
        ("BYDAY=MO", "needs FREQ"),
        ("FREQ=DAILY;FREQ=DAILY", "is written"),
        ("FREQ=DAILY;COUNT=0", "not 0"),
        ("FREQ=DAILY;COUNT=99999999999", "is a number"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20300101", "not both"),
        ("FREQ=WEEKLY;BYDAY=1MO", "MONTHLY or YEARLY"),
        ("FREQ=WEEKLY;BYDAY=MO;BYSETPOS=1", "MONTHLY or YEARLY"),
        ("FREQ=MONTHLY;BYYEARDAY=5", "FREQ=YEARLY"),
        ("FREQ=YEARLY;BYMONTH=13", "from 1 to 12"),
        ("FREQ=YEARLY;BYHOUR=3", "does not know BYHOUR"),
        ("FREQ=YEARLY;BYDAY=XX", "no weekday"),
        ("FREQ=YEARLY;UNTIL=tomorrow", "UNTIL is written"),
        ("", "needs a rule or dates"),
    ],
)
def test_a_recurrence_that_is_not_followed_is_refused_with_its_reason(rule, said):
    with pytest.raises(ValidationError, match=said):
        Recurrence(start=date(2026, 1, 1), rule=rule)


def test_a_week_is_counted_from_the_day_it_starts():
    fortnight = Recurrence(start=date(1997, 8, 5), rule="FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU")
    assert days(fortnight, 1997) == [date(1997, 8, 5) + timedelta(days=n) for n in (0, 12, 14, 26)]
