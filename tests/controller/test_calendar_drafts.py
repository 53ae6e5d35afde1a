"""What libraries draft, against a second library, the ephemeris and the facts of the gates."""

from __future__ import annotations

from datetime import date, timedelta

import ephem
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lunardate import LunarDate as ChineseDate
from vnlunar import convert_solar_to_lunar, get_day_chi_index, jdn

from controller.calendars.holidays import holiday_list, worked_list
from controller.calendars.moons import lunar_days, months, moon_table, zodiac_days
from controller.calendars.sun import sun_table
from controller.domain.almanac import STANDING, draft, merged, without_last
from schedules.levels import sun_on
from schedules.lunar import lunar_date

HUU_NGHI = (21.971, 106.711)


def test_the_public_holidays_of_2026_are_those_of_the_decree():
    found = holiday_list("VN", 2026)
    tet = [date(2026, 2, day) for day in range(16, 21)]
    others = [date(2026, 1, 1), date(2026, 4, 26), date(2026, 4, 27), date(2026, 4, 30), date(2026, 5, 1)]
    later = [date(2026, 8, 31), date(2026, 9, 1), date(2026, 9, 2), date(2026, 11, 24)]
    assert set(found.days) == {*tet, *others, *later}
    assert found.through == date(2026, 12, 31)
    assert next(one.name for one in found.names if one.day == date(2026, 11, 24)) == "Ngày Văn hóa Việt Nam"


def test_the_chinese_side_has_its_own_days_off():
    found = holiday_list("CN", 2026)
    assert {date(2026, 10, 1), date(2026, 10, 7), date(2026, 2, 17)} <= set(found.days)
    assert date(2026, 9, 2) not in found.days


def test_tet_2030_is_a_day_apart_on_the_two_sides():
    assert lunar_days("tet", "Tết", "vi", (1,), 1, 2030).days == (date(2030, 2, 2),)
    assert lunar_days("tet", "春节", "zh", (1,), 1, 2030).days == (date(2030, 2, 3),)


@pytest.mark.parametrize("year", [1999, 2026, 2033, 2060])
def test_vietnamese_months_are_those_of_a_second_library(year):
    table, day = months("vi", year, 1), date(year, 1, 1)
    while day.year == year:
        ours, theirs = lunar_date(table, day), convert_solar_to_lunar(day.day, day.month, day.year, 7)
        assert ours == (theirs["day"], theirs["month"], theirs["year"], bool(theirs["leap"])), day
        day += timedelta(days=1)


@settings(max_examples=20, deadline=None)
@given(year=st.integers(1991, 2090))
def test_every_chinese_month_begins_on_the_day_of_the_new_moon_in_beijing(year):
    for month in months("zh", year, 1)[:-1]:
        moon = ephem.previous_new_moon(ephem.Date((month.first + timedelta(days=2)).isoformat()))
        there = moon.datetime() + timedelta(hours=8)
        seconds = abs((there - there.replace(hour=0, minute=0, second=0)).total_seconds())
        close_to_midnight = min(seconds, 86_400 - seconds) < 900  # the old tables were reckoned to some minutes
        assert there.date() == month.first or close_to_midnight


def test_the_ky_lua_market_comes_on_every_second_and_seventh_of_the_moon():
    found = lunar_days("ky-lua", "Chợ Kỳ Lừa", "vi", (2, 7, 12, 17, 22, 27), None, 2026)
    assert date(2026, 2, 18) in found.days  # 2/1 Bính Ngọ
    assert 70 <= len(found.days) <= 76
    table = months("vi", 2026, 1)
    assert {lunar_date(table, day).day for day in found.days} == {2, 7, 12, 17, 22, 27}


def test_a_market_of_an_animal_comes_every_twelve_days():
    found = zodiac_days("cho", "Chợ phiên ngày Ngọ", 6, 2026)
    assert {(later - day).days for day, later in zip(found.days, found.days[1:], strict=False)} == {12}
    assert all(get_day_chi_index(jdn(day.day, day.month, day.year)) == 6 for day in found.days)


@pytest.mark.parametrize(("side", "days", "year"), [("vi", (31,), 2026), ("vi", (0,), 2026), ("vi", (1,), 2400)])
def test_days_and_years_no_moon_has_are_refused(side, days, year):
    with pytest.raises(ValueError, match=r"moon"):
        lunar_days("x", "", side, days, None, year)


def test_the_sun_of_every_day_of_three_years_is_within_a_minute_and_a_half_of_the_ephemeris():
    table = sun_table(*HUU_NGHI)
    place = ephem.Observer()
    place.lat, place.lon, place.pressure, place.horizon = str(HUU_NGHI[0]), str(HUU_NGHI[1]), 0, "-0:34"
    for number in range(0, 3 * 365, 3):
        day = date(2026, 1, 1) + timedelta(days=number)
        rises, sets = sun_on(table, day)
        place.date = f"{day:%Y/%m/%d} 00:00"  # 07:00 here: the next sunset and the sunrise before
        place.date -= 7 / 24
        true = [place.next_rising(ephem.Sun()).datetime(), place.next_setting(ephem.Sun()).datetime()]
        minutes = [
            ((each + timedelta(hours=7)).hour * 60 + (each + timedelta(hours=7)).minute + each.second / 60)
            for each in true
        ]
        assert abs(rises - minutes[0]) <= 1.5, day
        assert abs(sets - minutes[1]) <= 1.5, day


def test_a_table_of_three_years_names_each_day_of_both_moons():
    table = moon_table(2026, 3)
    assert lunar_date(table.vi, date(2028, 12, 31)) is not None
    assert lunar_date(table.zh, date(2026, 1, 1)) is not None
    assert len(table.vi) in range(37, 41)


def test_the_weekend_worked_for_a_swapped_day_is_a_list_of_its_own():
    assert worked_list("VN", 2026).days == (date(2026, 8, 22),)
    assert {date(2026, 2, 14), date(2026, 10, 10)} <= set(worked_list("CN", 2026).days)
    assert worked_list("VN", 2030).days == ()


def test_tet_falls_apart_in_2007_2030_and_2053_only():
    """In the years from 2005 to 2055, as the facts of the gates have it."""
    apart = [
        year
        for year in range(2005, 2056)
        if lunar_days("a", "", "vi", (1,), 1, year).days != lunar_days("b", "", "zh", (1,), 1, year).days
    ]
    assert apart == [2007, 2030, 2053]


@pytest.mark.parametrize("first", range(1991, 2095, 8))
def test_chinese_months_are_those_of_a_second_library(first: int):
    for month in months("zh", first, 1):
        theirs = ChineseDate.from_solar_date(month.first.year, month.first.month, month.first.day)
        assert (theirs.day, theirs.month, theirs.year, bool(theirs.is_leap_month)) == (
            1, month.month, month.year, month.leap,
        )  # fmt: skip


@pytest.mark.parametrize("name", STANDING)
def test_what_is_offered_to_every_gate_can_be_drafted_for_the_whole_programme(name: str):
    title, recipe = STANDING[name]
    for year in range(2024, 2031):
        found = draft(recipe, name, title, year)
        assert (found.id, found.name, found.through) == (name, title, date(year, 12, 31))
        assert all(day.year == year for day in found.days)


def test_a_year_takes_its_place_in_a_list_and_the_others_stand():
    title, recipe = STANDING["vn-holidays"]
    years = {year: draft(recipe, "vn-holidays", title, year) for year in (2026, 2027, 2028)}
    both = merged(merged(None, years[2026]), years[2027])
    assert both.days == (*years[2026].days, *years[2027].days)
    assert both.through == date(2027, 12, 31)
    emptied = merged(both, years[2026].model_copy(update={"days": (), "names": ()}))
    assert (emptied.days, emptied.through) == (years[2027].days, date(2027, 12, 31))
    assert without_last(both) == merged(None, years[2026])
    with pytest.raises(ValueError, match="2026 to 2026"):
        merged(years[2026], years[2028])
