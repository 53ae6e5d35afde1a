"""An .ics somebody sends becomes drafts of schedules, and what is not understood is named."""

from __future__ import annotations

from datetime import UTC, datetime

from schedules.evaluate import on_air
from tests.support.desk import Desk

BOARD = "chi-ma/board-1"
MEETING = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:hop-1
SUMMARY:Họp giao ban
DTSTART:20261130T010000Z
DTEND:20261130T030000Z
RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=3
END:VEVENT
END:VCALENDAR
"""


def file(desk: Desk, ics: str) -> dict[str, object]:
    return {"ics": ics, "playlist": desk.playlist(desk.approved()), "targets": [BOARD]}


def test_an_event_becomes_a_draft_that_can_be_saved_as_it_is(desk: Desk):
    (draft,) = desk.must("operator", "POST", "/schedules/import", file(desk, MEETING))
    assert (draft["uid"], draft["summary"], draft["schedule"]["windows"]) == (
        "hop-1",
        "Họp giao ban",
        [["08:00", "10:00"]],
    )
    assert desk.must("auditor", "GET", "/schedules") == []
    rule = desk.must("operator", "POST", "/schedules", draft["schedule"])["id"]
    mondays = [datetime(2026, 12, day, 1, 30, tzinfo=UTC) for day in (7, 14, 21)]
    assert [on_air(desk.plan(BOARD), each).source for each in mondays] == [rule, rule, ""]


def test_what_is_not_understood_is_named(desk: Desk):
    bad = MEETING.replace("FREQ=WEEKLY;BYDAY=MO;COUNT=3", "FREQ=HOURLY")
    answer = desk.ask("operator", "POST", "/schedules/import", file(desk, bad))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/ics")
    assert "hop-1" in answer.json()["detail"]


def test_a_devices_own_calendar_comes_back_as_it_went(desk: Desk):
    desk.scheduled(desk.playlist(desk.approved()), weekdays=[1])
    ics = desk.get(f"/devices/{BOARD}/schedule.ics?from=2026-11-30T00:00:00Z&to=2026-12-08T00:00:00Z").text
    drafts = desk.must("operator", "POST", "/schedules/import", file(desk, ics))
    assert [each["schedule"]["windows"] for each in drafts] == [[["07:00", "17:00"]]] * 2
    assert [each["schedule"]["recurrence"]["dates"] for each in drafts] == [["2026-11-30"], ["2026-12-07"]]
