"""Schedules with all their terms, changed and taken away; playlists within playlists."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from schedules.evaluate import on_air
from tests.support.desk import MONDAY_NOON, Desk

BOARD = "chi-ma/board-1"
NO_CLOCK = [{"day": "2027-04-30", "windows": [["9", "14"]]}]
HOURLY = {"start": "2026-01-01", "rule": "FREQ=HOURLY"}


def body(playlist: str, **changes: Any) -> dict[str, Any]:
    return {"playlist": playlist, "targets": [BOARD], "windows": [["07:00", "17:00"]]} | changes


def on_board(desk: Desk, at: datetime) -> str:
    return on_air(desk.plan(BOARD), at).source


def days(desk: Desk, name: str, *named: str) -> None:
    fact = {"days": list(named), "through": "2027-12-31"}
    desk.must("operator", "PUT", f"/calendars/days/{name}", {"fact": fact})


def test_not_on_30_april_and_on_18_february_only_from_9_to_14(desk: Desk):
    exceptions = [
        {"day": "2027-04-30", "windows": []},
        {"day": "2027-02-18", "windows": [["09:00", "14:00"]]},
    ]
    rule = desk.scheduled(desk.playlist(desk.approved()), exceptions=exceptions)
    assert on_board(desk, datetime(2027, 4, 30, 5, tzinfo=UTC)) == ""
    assert on_board(desk, datetime(2027, 2, 18, 1, tzinfo=UTC)) == ""
    assert on_board(desk, datetime(2027, 2, 18, 3, tzinfo=UTC)) == rule
    assert on_board(desk, datetime(2027, 2, 19, 1, tzinfo=UTC)) == rule


def test_on_the_first_monday_of_the_month_and_not_on_holidays(desk: Desk):
    days(desk, "holidays", "2027-01-04")
    rule = desk.scheduled(
        desk.playlist(desk.approved()),
        recurrence={"start": "2026-11-01", "rule": "FREQ=MONTHLY;BYDAY=1MO", "dates": ["2026-12-24"]},
        not_on=["holidays"],
    )
    noons = [datetime(*day, 5, tzinfo=UTC) for day in ((2026, 12, 7), (2026, 12, 24), (2026, 12, 8), (2027, 1, 4))]
    assert [on_board(desk, noon) for noon in noons] == [rule, rule, "", ""]


def test_half_an_hour_after_opening(desk: Desk):
    hours = {"weekly": [{"windows": [["07:00", "17:00"]]}]}
    desk.must("operator", "PUT", "/calendars/hours/chi-ma-goods", {"fact": hours})
    rule = desk.scheduled(
        desk.playlist(desk.approved()), windows=[["00:00", "24:00"]],
        relative={"hours": "chi-ma-goods", "state": "open", "start_offset": 30},
    )  # fmt: skip
    assert on_board(desk, datetime(2026, 11, 24, 0, 29, tzinfo=UTC)) == ""
    assert on_board(desk, datetime(2026, 11, 24, 0, 30, tzinfo=UTC)) == rule


def test_a_share_of_the_hour_is_kept_in_the_plan(desk: Desk):
    usual, law = (desk.playlist(desk.approved(title=title)) for title in ("Giờ", "Luật"))
    desk.scheduled(usual)
    rule = desk.scheduled(law, share={"seconds": 360, "per": 60})
    (kept,) = [each for each in desk.plan(BOARD).rules if each.id == rule]
    assert kept.share is not None
    assert (kept.share.seconds, kept.loop) == (360, False)


def test_what_only_loudspeakers_can_do_is_left_out_for_boards(desk: Desk):
    message = desk.approved(audio={"vi": desk.sound()})
    rule = desk.scheduled(
        desk.playlist(message), BOARD, "tan-thanh/pa-1", zones=["hall"], routing="stacked", stack_for=300, longest=60
    )
    sound, board = (next(r for r in desk.plan(d).rules if r.id == rule) for d in ("tan-thanh/pa-1", BOARD))
    assert (sound.routing, sound.stack_for, sound.longest, sound.loop) == ("stacked", 300, 60, False)
    assert (board.routing, board.stack_for, board.longest, board.loop) == ("partial", None, None, True)


def test_a_schedule_is_changed_and_its_plan_with_it(desk: Desk):
    name = desk.playlist(desk.approved())
    rule = desk.scheduled(name)
    changed = desk.must("operator", "PUT", f"/schedules/{rule}", body(name, windows=[["13:00", "14:00"]], version=1))
    assert (changed["version"], changed["windows"]) == (2, [["13:00", "14:00"]])
    assert on_board(desk, MONDAY_NOON) == ""
    assert desk.must("auditor", "GET", f"/schedules/{rule}")["version"] == 2
    assert [each["what"] for each in desk.audit() if each["subject"] == rule] == [
        "schedule.created",
        "schedule.changed",
    ]


def test_who_comes_second_with_a_change_is_told(desk: Desk):
    name = desk.playlist(desk.approved())
    rule = desk.scheduled(name)
    desk.must("operator", "PUT", f"/schedules/{rule}", body(name, version=1))
    late = desk.ask("operator", "PUT", f"/schedules/{rule}", body(name, version=1, priority="priority"))
    assert (late.status_code, late.json()["code"]) == (409, "schedule.changed")
    assert desk.must("auditor", "GET", f"/schedules/{rule}")["priority"] == "normal"


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        pytest.param({"not_on": ["tet"]}, "/not_on/0", "days.unknown", id="a list of days nobody made"),
        pytest.param({"relative": {"hours": "x"}}, "/relative/hours", "hours.unknown", id="hours nobody made"),
        pytest.param({"event": "visit"}, "/event", "event.unknown", id="an event nobody made"),
        pytest.param({"area": "ticker"}, "/area", "area.unknown", id="an area no board has"),
        pytest.param({"every": 5, "minutes": [7]}, "", "schedule.terms", id="every so often and at fixed minutes"),
        pytest.param({"share": {"seconds": 60}, "every": 5}, "", "schedule.terms", id="a share and every so often"),
        pytest.param({"recurrence": HOURLY}, "/recurrence", "value.invalid", id="a rule by hours"),
        pytest.param({"exceptions": NO_CLOCK}, "/exceptions", "value.invalid", id="no clock"),
    ],
)  # fmt: skip
def test_terms_that_cannot_be_are_refused_with_their_place(desk: Desk, change: Any, pointer: str, code: str):
    answer = desk.ask("operator", "POST", "/schedules", body(desk.playlist(desk.approved()), **change))
    first = answer.json()["errors"][0]
    assert (answer.status_code, first["pointer"], first["code"]) == (422, pointer, code)
    assert desk.must("auditor", "GET", "/schedules") == []


def test_a_playlist_within_a_playlist_is_shown_after_its_own(desk: Desk):
    first, second = desk.approved(title="Một"), desk.approved(title="Hai")
    inner = desk.playlist(second)
    outer = desk.must(
        "operator", "POST", "/playlists",
        {"name": "Ngày", "items": [{"message": first, "tags": ["music"]}], "includes": [inner], "shuffle": True},
    )  # fmt: skip
    desk.scheduled(outer["id"])
    plan = desk.plan(BOARD)
    held = {each.id: each for each in plan.playlists}
    assert (held[outer["id"]].includes, held[outer["id"]].shuffle) == ((inner,), True)
    assert held[outer["id"]].items[0].tags == ("music",)
    assert [item.message for item in held[inner].items] == [second]


def test_a_message_of_a_list_runs_only_in_its_own_time(desk: Desk):
    message = desk.approved()
    item = {"message": message, "until": "2026-11-24T12:00:00+07:00"}
    made = desk.must("operator", "POST", "/playlists", {"name": "p", "items": [item]})
    rule = desk.scheduled(made["id"])
    assert on_board(desk, datetime(2026, 11, 24, 4, 59, tzinfo=UTC)) == rule
    assert on_board(desk, datetime(2026, 11, 24, 5, 0, tzinfo=UTC)) == ""


def test_a_playlist_is_changed_for_all_that_show_it(desk: Desk):
    old, new = desk.approved(title="Cũ"), desk.approved(title="Mới")
    name = desk.playlist(old)
    desk.scheduled(name)
    change = {"name": "Ngày", "items": [{"message": new}], "version": 1}
    desk.must("operator", "PUT", f"/playlists/{name}", change)
    assert [item.message for item in desk.plan(BOARD).items()] == [new]
    again = desk.ask("operator", "PUT", f"/playlists/{name}", change)
    assert (again.status_code, again.json()["code"]) == (409, "playlist.changed")


def test_an_author_changes_a_list_of_his_own_but_not_what_is_on_devices(desk: Desk):
    message = desk.approved()
    name = desk.playlist(message)
    change = {"name": "Ngày", "items": [{"message": message}]}
    assert desk.must("author", "PUT", f"/playlists/{name}", change | {"version": 1})["version"] == 2
    desk.scheduled(name)
    assert desk.ask("author", "PUT", f"/playlists/{name}", change | {"version": 2}).status_code == 403


def test_a_playlist_goes_only_when_nothing_uses_it_and_is_told_what_does(desk: Desk):
    name = desk.playlist(desk.approved())
    desk.must("operator", "POST", "/playlists", {"name": "Ngày", "includes": [name]})
    rule = desk.scheduled(name)
    refused = desk.ask("operator", "DELETE", f"/playlists/{name}")
    assert (refused.status_code, refused.json()["code"]) == (409, "playlist.used")
    assert f"schedule {rule}" in refused.json()["detail"]
    assert "playlist Ngày" in refused.json()["detail"]
    free = desk.playlist(desk.approved())
    desk.must("operator", "DELETE", f"/playlists/{free}")
    assert free not in [each["id"] for each in desk.must("auditor", "GET", "/playlists")]
    assert desk.ask("operator", "DELETE", f"/playlists/{free}").status_code == 404


def test_playlists_that_would_include_one_another_without_end_are_refused(desk: Desk):
    message = desk.approved()
    one = desk.playlist(message)
    other = desk.must("operator", "POST", "/playlists", {"name": "q", "includes": [one]})["id"]
    change = {"name": "p", "items": [{"message": message}], "includes": [other], "version": 1}
    answer = desk.ask("operator", "PUT", f"/playlists/{one}", change)
    assert (answer.status_code, answer.json()["code"]) == (422, "playlist.endless")
    unknown = desk.ask("operator", "POST", "/playlists", {"name": "q", "includes": ["list-none"]})
    assert (unknown.status_code, unknown.json()["errors"][0]["code"]) == (422, "playlist.unknown")


def test_a_plan_that_would_be_too_large_to_travel_is_refused_and_nothing_of_it_stays(desk: Desk):
    every = [(date(2027, 1, 1) + timedelta(days=number)).isoformat() for number in range(400)]
    exceptions = [{"day": day, "windows": [["09:00", "14:00"]], "note": "x" * 200} for day in every]
    wanted = body(desk.playlist(desk.approved()), exceptions=exceptions)
    desk.must("operator", "POST", "/schedules", wanted)
    for _ in range(60):
        before = len(desk.waiting())
        revision = desk.plan(BOARD).revision
        answer = desk.ask("operator", "POST", "/schedules", wanted)
        if answer.status_code != 201:
            break
    assert (answer.status_code, answer.json()["code"]) == (422, "plan.large")
    assert BOARD in answer.json()["detail"]
    assert len(desk.must("operator", "GET", "/schedules")) == len(desk.plan(BOARD).rules)
    assert (len(desk.waiting()), desk.plan(BOARD).revision) == (before, revision)
