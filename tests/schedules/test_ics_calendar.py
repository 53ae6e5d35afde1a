"""A schedule as an .ics, and rules from one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schedules.evaluate import on_air
from schedules.ics import IcsError, read, written
from schedules.model import Playlist, Rule, Window
from schedules.recurrence import Recurrence
from schedules.timeline import segments
from tests.support.schedule_plans import DAYS, DEVICE, HANOI, alert, hanoi, item, plan, plans, rule

MONDAY, WEDNESDAY = hanoi("2026-03-02 00:00"), hanoi("2026-03-04 00:00")


def calendar(*lines):
    return "\r\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:x", *lines, "END:VEVENT", "END:VCALENDAR"])


def test_a_schedule_is_written_as_other_calendars_read_it():
    fire = alert("fire", "2026-03-02 08:00", "2026-03-02 09:00")
    text = written(plan(rule("law", "07:00-17:00")), MONDAY, hanoi("2026-03-03 00:00"), [fire])
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert text.endswith("END:VCALENDAR\r\n")
    assert "DTSTART:20260302T010000Z\r\nDTEND:20260302T020000Z\r\nSUMMARY:Fire\r\nCATEGORIES:emergency\r\n" in text
    assert text.count("BEGIN:VEVENT") == 3


def test_long_and_odd_titles_are_folded_and_come_back_whole():
    odd = "Cửa khẩu Hữu Nghị; làn 1, 2: “quý khách” \\ 友谊口岸通关时间 " * 4
    long = item().model_copy(update={"title": odd})
    text = written(plan(rule("law", "07:00-17:00"), playlists=(Playlist(id="p", items=(long,)),)), MONDAY, WEDNESDAY)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert {one.summary for one in read(text)} == {odd.strip()}


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), day=st.sampled_from(DAYS))
def test_what_is_written_and_read_again_is_due_at_the_same_moments(data, day):
    some = data.draw(plans(day))
    some = some.model_copy(update={"rules": tuple(one for one in some.rules if one.loop)})
    start = day.replace(tzinfo=HANOI)
    end = start + timedelta(days=2)
    text = written(some, start, end)
    events = read(text) if "VEVENT" in text else ()
    again = plan(
        *(
            Rule(id=f"r{n}", playlist="p", targets=(DEVICE,), windows=(one.window,), recurrence=one.recurrence)
            for n, one in enumerate(events)
        )
    )
    for tile in segments(some, start, end):
        middle = tile.start + (tile.end - tile.start) / 2
        assert (on_air(again, middle).cause == "rule") is (tile.on_air.cause == "rule")


def test_a_weekly_event_in_the_time_of_the_other_side_is_an_hour_earlier_here():
    (event,) = read(
        calendar(
            "SUMMARY:例会",
            "DTSTART;TZID=Asia/Shanghai:20260302T090000",
            "DURATION:PT1H30M",
            "RRULE:FREQ=WEEKLY;BYDAY=MO",
        )
    )
    assert event.window == Window.of("08:00", "09:30")
    assert (event.uid, event.summary) == ("x", "例会")
    assert event.recurrence == Recurrence(
        start=date(2026, 3, 2), rule="FREQ=WEEKLY;BYDAY=MO", dates=(date(2026, 3, 2),)
    )


def test_whole_days_nights_ends_and_exceptions():
    (day,) = read(calendar("DTSTART;VALUE=DATE:20260302"))
    assert day.window == Window.of("00:00", "24:00")
    (night,) = read(
        calendar(
            "DTSTART:20260302T220000",
            "DTEND:20260303T020000",
            "RRULE:FREQ=DAILY;UNTIL=20260305T150000Z",
            "EXDATE:20260303T220000",
            "RDATE;VALUE=DATE:20260310",
        )
    )
    assert night.window == Window.of("22:00", "02:00")
    assert night.recurrence.rule == "FREQ=DAILY;UNTIL=20260305"
    assert night.recurrence.excluded == (date(2026, 3, 3),)
    assert night.recurrence.dates == (date(2026, 3, 2), date(2026, 3, 10))
    assert len(list(rrulestr(night.recurrence.rule, dtstart=hanoi("2026-03-02 22:00").replace(tzinfo=None)))) == 3


def test_an_alarm_inside_and_a_cancelled_event_are_passed_over():
    text = calendar(
        "DTSTART:20260302T080000", "DTEND:20260302T090000", "BEGIN:VALARM", "DTSTART:nonsense", "END:VALARM"
    )
    gone = text.replace("UID:x", "UID:y\r\nSTATUS:CANCELLED")
    assert [one.uid for one in read(text + "\r\n" + gone)] == ["x"]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["DTEND:20260302T090000"], "x: it has no DTSTART"),
        (["DTSTART:00010101T000000Z", "DURATION:PT1H"], "before 1970"),
        (["DTSTART:yesterday"], "not a moment"),
        (["DTSTART:20260302T080000"], "neither DTEND nor"),
        (["DTSTART:20260302T080000", "DTEND:20260302T080000"], "at least one and at most a day"),
        (["DTSTART:20260302T080000", "DTEND:20260304T080000"], "at most a day"),
        (["DTSTART:20260302T080030", "DTEND:20260302T090030"], "whole minutes"),
        (["DTSTART;TZID=Mars:20260302T080000", "DURATION:PT1H"], 'no time zone "Mars"'),
        (["DTSTART:20260302T080000", "DURATION:PT1H", "RRULE:FREQ=HOURLY"], "not followed"),
        (["DTSTART:20260302T080000", "DURATION:PT1H", "RECURRENCE-ID:20260302T080000"], "changed by itself"),
        (["DTSTART:20260302T080000", "DURATION:PT1H", "RDATE:20260303T100000"], "another time of day"),
        (["DTSTART:20260302T200000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;BYDAY=MO"], "other days here"),
        (["DTSTART;TZID=Europe/Berlin:20260302T080000", "DURATION:PT1H", "RRULE:FREQ=DAILY"], "set twice a year"),
        (["DTSTART 20260302T080000"], "no value"),
        (["END:VALARM"], "ends nothing"),
    ],
)
def test_an_event_that_is_not_understood_is_refused_with_its_reason(lines, said):
    with pytest.raises(IcsError, match=said):
        read(calendar(*lines))


@pytest.mark.parametrize(
    "text", ["", "BEGIN:VCALENDAR\r\nEND:VCALENDAR", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT", "\x00\xff"]
)
def test_what_is_no_calendar_is_refused(text):
    with pytest.raises(IcsError):
        read(text)


@given(st.text(max_size=200), st.integers(0, 300))
def test_nothing_but_an_ics_error_comes_of_a_damaged_calendar(noise, place):
    whole = calendar("DTSTART:20260302T080000", "DTEND:20260302T090000", "RRULE:FREQ=WEEKLY;BYDAY=MO", "SUMMARY:x")
    try:
        events = read(whole[:place] + noise + whole[place:])
    except IcsError as error:
        assert str(error)  # noqa: PT017
    else:
        assert events
