"""How loud and how bright, and what day of the moon."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schedules.levels import (
    Cap,
    Levels,
    Light,
    LightHour,
    LightSensor,
    SunDay,
    Volume,
    brightness_at,
    next_level_change,
    sun_on,
    volume_at,
)
from schedules.lunar import LunarMonth, LunarTable, days_of, lunar_date, written, year_name
from schedules.model import Priority, Window
from tests.support.schedule_plans import hanoi, plan

NIGHT = Window.of("22:00", "05:00")
SUN = (SunDay(day=1, rises=400, sets=1050), SunDay(day=183, rises=320, sets=1120))


def made(**facts):
    return plan(levels=Levels(**facts))


def percent(levels, zone, at, priority=Priority.NORMAL):
    return volume_at(levels, zone, hanoi(at), priority).percent


def test_the_night_holds_the_hall_down_and_an_emergency_is_not_held_but_listed():
    levels = made(volumes=(Volume(percent=80, zones=("hall",)),), caps=(Cap(percent=30, windows=(NIGHT,)),))
    assert percent(levels, "hall", "2026-11-23 12:00") == 80
    assert percent(levels, "yard", "2026-11-23 12:00") == 100
    assert percent(levels, "hall", "2026-11-23 23:00") == 30
    assert percent(levels, "hall", "2026-11-24 04:59") == 30
    assert percent(levels, "hall", "2026-11-24 05:00") == 80
    fire = volume_at(levels, "hall", hanoi("2026-11-23 23:00"), Priority.EMERGENCY)
    assert (fire.percent, fire.over_cap) == (80, 30)


def test_the_first_volume_that_covers_class_and_hour_counts():
    levels = made(
        volumes=(
            Volume(percent=90, classes=("priority",)),
            Volume(percent=50, windows=(Window.of("12:00", "13:00"),)),
            Volume(percent=70),
        )
    )
    assert percent(levels, "hall", "2026-11-23 12:30") == 50
    assert percent(levels, "hall", "2026-11-23 12:30", Priority.PRIORITY) == 90
    assert percent(levels, "hall", "2026-11-23 13:00") == 70
    assert next_level_change(levels, hanoi("2026-11-23 12:30")) == hanoi("2026-11-23 13:00")


def test_a_board_is_bright_by_day_dim_by_night_and_between_in_twilight():
    levels = made(light=Light(day=100, night=20, twilight=30), sun=SUN)
    rises, sets = sun_on(SUN, date(2026, 1, 1))
    assert (rises, sets) == (400, 1050)
    shown = {
        at: brightness_at(levels, hanoi(f"2026-01-01 {at}")).percent
        for at in ("03:00", "06:25", "06:40", "17:29", "17:45", "18:01")
    }
    assert shown == {"03:00": 20, "06:25": 60, "06:40": 100, "17:29": 100, "17:45": 60, "18:01": 20}


def test_a_cap_holds_a_board_at_night_and_a_plan_without_levels_says_nothing():
    levels = made(light=Light(night=40), sun=SUN, caps=(Cap(percent=10, windows=(NIGHT,)),))
    assert brightness_at(levels, hanoi("2026-01-01 23:00")).percent == 10
    assert brightness_at(plan(), hanoi("2026-01-01 23:00")) is None


@given(day=st.dates(date(2020, 1, 1), date(2099, 12, 31)))
def test_the_sun_of_any_day_lies_between_the_rows_of_its_table(day):
    rises, sets = sun_on(SUN, day)
    assert 320 <= rises <= 400
    assert 1050 <= sets <= 1120


@given(minutes=st.integers(0, 400 * 1440))
def test_levels_change_at_the_named_moment_and_not_before(minutes):
    levels = made(
        light=Light(day=90, night=30),
        sun=SUN,
        caps=(Cap(percent=50, windows=(NIGHT,)),),
        volumes=(Volume(percent=40, windows=(NIGHT,)),),
    )
    at = hanoi("2026-01-01 00:00") + timedelta(minutes=minutes)
    change = next_level_change(levels, at)
    assert at < change <= at + timedelta(days=1)
    middle = at + (change - at) / 2
    now, then = brightness_at(levels, at), brightness_at(levels, middle)
    assert abs(now.percent - then.percent) <= 3  # twilight moves, and is looked at each minute
    assert percent_of(levels, at) == percent_of(levels, middle)


def percent_of(levels, at):
    return volume_at(levels, "hall", at, Priority.NORMAL).percent


def test_brightness_by_the_sun_needs_its_table():
    with pytest.raises(ValidationError, match="table of the sun"):
        Levels(light=Light())


TET = (
    LunarMonth(first=date(2026, 1, 19), month=12, year=2025),
    LunarMonth(first=date(2026, 2, 17), month=1, year=2026),
    LunarMonth(first=date(2026, 3, 19), month=2, year=2026),
)


def test_the_first_day_of_tet_2026_is_the_17th_of_february():
    found = lunar_date(TET, date(2026, 2, 17))
    assert (found.day, found.month, found.year) == (1, 1, 2026)
    assert written(found, "vi") == "1/1 Bính Ngọ"
    assert written(found, "zh-Hans") == "正月初一"
    assert written(found, "en") == "1/1 lunar"
    assert lunar_date(TET, date(2026, 2, 16)).day == 29
    assert lunar_date(TET, date(2026, 1, 18)) is None
    assert lunar_date(TET, date(2026, 4, 30)) is None
    assert (year_name(2026, "vi"), year_name(2026, "zh-Hans")) == ("Bính Ngọ", "丙午")


@pytest.mark.parametrize(
    ("day", "text"), [(1, "初一"), (10, "初十"), (11, "十一"), (15, "十五"), (20, "二十"), (21, "廿一"), (30, "三十")]
)
def test_days_of_the_moon_are_written_as_the_chinese_write_them(day, text):
    months = (
        LunarMonth(first=date(2026, 2, 17), month=8, year=2026, leap=True),
        LunarMonth(first=date(2026, 3, 19), month=9, year=2026),
    )
    assert written(lunar_date(months, date(2026, 2, 16) + timedelta(days=day)), "zh-Hans") == f"闰八月{text}"


def test_a_market_on_every_fifth_of_the_moon_falls_on_these_days():
    assert days_of(TET, 5) == (date(2026, 1, 23), date(2026, 2, 21))
    assert days_of(TET, 1, month=1) == (date(2026, 2, 17),)
    assert days_of(TET, 30) == (date(2026, 3, 18),)


def test_months_that_do_not_follow_one_another_are_refused():
    with pytest.raises(ValidationError, match="follow one another"):
        LunarTable(vi=(TET[0], TET[2]))


@pytest.mark.parametrize(
    ("lux", "hour", "bright", "by"),
    [
        (None, "12:30", 100, "sun"), (None, "23:30", 20, "sun"), (5.0, "12:30", 20, "sensor"),
        (447.2, "23:30", 60, "sensor"), (1e6, "23:30", 100, "sensor"), (5.0, "08:30", 70, "hour"), (1e6, "02:30", 15, "cap"),
    ],
)  # fmt: skip
def test_hours_go_before_the_sensor_the_sensor_before_the_sun_and_a_cap_before_all(lux, hour, bright, by):
    hours = (LightHour(percent=70, windows=(Window.of("08:00", "09:00"),)),)
    light = Light(day=100, night=20, sensor=LightSensor(dark=20, bright=10_000), hours=hours)
    levels = made(light=light, caps=(Cap(percent=15, windows=(Window.of("01:00", "04:00"),)),), sun=SUN)
    found = brightness_at(levels, hanoi(f"2026-03-20 {hour}"), lux)
    assert (found.percent, found.by) == (bright, by)


def test_the_hours_of_a_light_are_edges_to_look_at():
    light = Light(twilight=0, hours=(LightHour(percent=70, windows=(Window.of("08:00", "09:00"),)),))
    assert next_level_change(made(light=light, sun=SUN), hanoi("2026-03-20 07:30")) == hanoi("2026-03-20 08:00")


def test_a_sensor_whose_dark_is_brighter_than_its_bright_is_refused():
    with pytest.raises(ValidationError, match="less light"):
        LightSensor(dark=100, bright=50)
