"""A schedule tried out before it is saved: what it hides, where it never shows, and that nothing is stored."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.desk import Desk

BOARD = "chi-ma/board-1"
WEEK = {"from": "2026-11-23T00:00:00+07:00", "to": "2026-11-30T00:00:00+07:00"}


def body(playlist: str, **changes: Any) -> dict[str, Any]:
    return {"playlist": playlist, "targets": [BOARD], "windows": [["07:00", "17:00"]]} | changes


def named(desk: Desk, name: str, title: str) -> str:
    items = [{"message": desk.approved(title=title)}]
    return str(desk.must("operator", "POST", "/playlists", {"name": name, "items": items})["id"])


def tried(desk: Desk, **trial: Any) -> Any:
    return desk.must("operator", "POST", "/schedules/check", WEEK | trial)


def codes(verdict: Any) -> list[str]:
    return [each["code"] for each in verdict["findings"]]


def test_publishing_this_hides_opening_hours_on_tuesday_from_9_to_11(desk: Desk):
    usual = desk.scheduled(named(desk, "Giờ mở cửa", "Giờ"))
    strong = body(named(desk, "Sương mù", "Sương"), weekdays=[2], windows=[["09:00", "11:00"]], priority="priority")
    verdict = tried(desk, schedule=strong)
    assert codes(verdict) == ["schedule.hides"]
    (hides,) = verdict["findings"]
    assert (hides["names"], hides["start"], hides["end"]) == (
        ["Giờ mở cửa"], "2026-11-24T09:00:00+07:00", "2026-11-24T11:00:00+07:00",
    )  # fmt: skip
    assert hides["text"] == "Publishing this hides Giờ mở cửa on Tuesday 24/11/2026, 09:00-11:00 (behind Sương mù)."
    (change,) = verdict["changes"]
    assert (change["before"]["source"], change["before"]["name"], change["after"]["name"]) == (
        usual,
        "Giờ mở cửa",
        "Sương mù",
    )


def test_nothing_of_a_trial_is_stored(desk: Desk):
    plan, audit = desk.plan(BOARD), len(desk.audit())
    tried(desk, schedule=body(named(desk, "a", "A")))
    assert desk.must("auditor", "GET", "/schedules") == []
    assert desk.plan(BOARD) == plan
    assert [each["what"] for each in desk.audit()[audit:] if each["what"].startswith("schedule")] == []


def test_a_schedule_that_can_never_fire_is_told(desk: Desk):
    leap = {"start": "2026-11-23", "rule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}
    verdict = tried(desk, schedule=body(named(desk, "a", "A"), recurrence=leap))
    assert codes(verdict) == ["schedule.never"]
    assert verdict["findings"][0]["grave"]


def test_one_that_is_not_due_in_the_period_is_told_otherwise(desk: Desk):
    verdict = tried(desk, schedule=body(named(desk, "a", "A"), starts="2026-12-24"))
    assert codes(verdict) == ["schedule.not_due"]


def test_one_that_is_always_behind_another_is_told_behind_which(desk: Desk):
    desk.scheduled(named(desk, "Ưu tiên", "A"), windows=[["00:00", "24:00"]], priority="priority")
    verdict = tried(desk, schedule=body(named(desk, "b", "B")))
    assert [(each["code"], each["names"]) for each in verdict["findings"]] == [("schedule.hidden", ["Ưu tiên"])]
    assert verdict["changes"] == []


def test_two_of_one_priority_at_once_are_told_with_their_hours(desk: Desk):
    desk.scheduled(named(desk, "Sáng", "A"), weekdays=[3], windows=[["07:00", "12:00"]])
    verdict = tried(desk, schedule=body(named(desk, "Trưa", "B"), weekdays=[3], windows=[["11:00", "13:00"]]))
    conflict = next(each for each in verdict["findings"] if each["code"] == "schedule.conflict")
    assert (conflict["names"], conflict["start"]) == (["Sáng"], "2026-11-25T11:00:00+07:00")


def test_what_a_change_and_a_deletion_leave_empty_is_told(desk: Desk):
    name = named(desk, "a", "A")
    rule = desk.scheduled(name)
    shorter = tried(desk, schedule=body(name, windows=[["07:00", "16:00"]]), replaces=rule)
    assert {(each["before"]["cause"], each["after"]["cause"]) for each in shorter["changes"]} == {("rule", "nothing")}
    assert len(shorter["changes"]) == 7
    gone = tried(desk, replaces=rule)
    assert set(codes(gone)) == {"device.idle"}


def test_a_missing_language_and_what_is_left_out_are_told(desk: Desk):
    only_vi = desk.approved(texts={"vi": "Xin chào"})
    draft = desk.draft(title="Nháp")
    items = [{"message": only_vi}, {"message": draft}]
    name = desk.must("operator", "POST", "/playlists", {"name": "p", "items": items})["id"]
    verdict = tried(desk, schedule=body(name))
    told = {each["code"]: each for each in verdict["findings"]}
    assert (told["message.language"]["message"], told["message.language"]["names"]) == (only_vi, ["zh-Hans", "en"])
    assert told["message.not_approved"]["message"] == draft


def test_a_list_of_days_that_ends_soon_is_told(desk: Desk):
    desk.must("operator", "PUT", "/calendars/days/tet", {"fact": {"days": ["2026-12-01"], "through": "2026-12-31"}})
    verdict = tried(desk, schedule=body(named(desk, "a", "A"), not_on=["tet"]))
    assert [(each["code"], each["names"]) for each in verdict["findings"]] == [("days.end", ["tet"])]


@pytest.mark.parametrize(
    ("trial", "status", "code"),
    [
        pytest.param({}, 422, "trial.empty", id="nothing"),
        pytest.param({"replaces": "rule-none"}, 404, "schedule.unknown", id="a schedule nobody made"),
        pytest.param({"replaces": "RULE", "to": "2026-11-22T00:00:00Z"}, 422, "trial.period", id="backwards"),
        pytest.param({"replaces": "RULE", "to": "2027-11-22T00:00:00Z"}, 422, "trial.period", id="a year"),
    ],
)
def test_what_cannot_be_tried_is_refused(desk: Desk, trial: dict[str, str], status: int, code: str):
    rule = desk.scheduled(named(desk, "a", "A"))
    given = {key: rule if value == "RULE" else value for key, value in trial.items()}
    answer = desk.ask("operator", "POST", "/schedules/check", WEEK | given)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_who_may_not_schedule_may_not_try(desk: Desk):
    assert desk.ask("author", "POST", "/schedules/check", WEEK).status_code == 403
