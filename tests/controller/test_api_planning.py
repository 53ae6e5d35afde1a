"""Playlists, schedules and the plans that come of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from devices.contract.messages import PlanMessage
from schedules.evaluate import on_air
from tests.support.desk import MONDAY_NOON, Desk


def refused(desk: Desk, person: str, path: str, body: Any) -> tuple[int, str, str]:
    """(status, the first problem's pointer, its code)."""
    answer = desk.ask(person, "POST", path, body)
    first = answer.json()["errors"][0]
    return answer.status_code, first["pointer"], first["code"]


def schedule(name: str, **changes: Any) -> dict[str, Any]:
    return {"playlist": name, "targets": ["chi-ma/board-1"], "windows": [["07:00", "17:00"]]} | changes


def test_every_device_has_a_plan_from_the_first_start(desk: Desk):
    revisions = {each["id"]: each["revision_wanted"] for each in desk.must("auditor", "GET", "/devices")}
    assert revisions == {"huu-nghi/lane-1": 1, "huu-nghi/lane-2": 1, "chi-ma/board-1": 1, "tan-thanh/pa-1": 1}


def test_an_approved_message_on_a_schedule_reaches_only_its_board(desk: Desk):
    message = desk.approved()
    desk.sent()
    desk.scheduled(desk.playlist(message))
    assert [each.topic for each in desk.waiting()] == ["gatecast/v1/chi-ma/board-1/plan"]
    plan = desk.plan("chi-ma/board-1")
    answer = on_air(plan, MONDAY_NOON)
    assert answer.playlist is not None
    assert [ref.language for ref in answer.playlist.items[0].contents] == ["vi", "zh-Hans", "en"]


def test_the_files_of_a_plan_are_there_to_fetch(desk: Desk):
    desk.scheduled(desk.playlist(desk.approved()))
    refs = desk.plan("chi-ma/board-1").contents()
    assert refs
    assert all(len(desk.deps.media.read(ref.sha256)) == ref.size for ref in refs)


def test_a_plan_grows_only_when_it_does_something_else(desk: Desk):
    message = desk.approved()
    desk.scheduled(desk.playlist(message))
    before = desk.must("auditor", "GET", "/devices/chi-ma/board-1")["revision_wanted"]
    desk.draft()
    desk.approved(title="Khác")
    assert desk.must("auditor", "GET", "/devices/chi-ma/board-1")["revision_wanted"] == before
    assert desk.must("auditor", "GET", "/devices/huu-nghi/lane-1")["revision_wanted"] == 1


def test_a_revision_its_audit_row_and_its_publish_come_together(desk: Desk):
    rows = [each for each in desk.audit() if each["what"] == "plan.issued"]
    desk.scheduled(desk.playlist(desk.approved()))
    later = [each for each in desk.audit() if each["what"] == "plan.issued"]
    assert len(later) == len(rows) + 1
    assert (later[-1]["subject"], later[-1]["details"]["revision"]) == ("chi-ma/board-1", 2)
    assert desk.plan("chi-ma/board-1").revision == 2


def test_a_message_that_is_not_approved_is_left_out_and_said(desk: Desk):
    draft, approved = desk.draft(), desk.approved()
    made = desk.must(
        "operator", "POST", "/playlists", {"name": "p", "items": [{"message": draft}, {"message": approved}]}
    )
    assert [each["message"] for each in made["findings"]] == [draft]
    answer = desk.must("operator", "POST", "/schedules", schedule(made["id"]))
    assert [(each["code"], each["message"]) for each in answer["findings"]] == [("message.not_approved", draft)]
    assert [item.message for item in desk.plan("chi-ma/board-1").playlists[0].items] == [approved]


def test_it_comes_in_when_it_is_approved_and_goes_when_it_is_edited(desk: Desk):
    message, digest = desk.submitted()
    desk.scheduled(desk.playlist(message))
    assert desk.plan("chi-ma/board-1").rules == ()
    desk.approve(message, digest)
    assert len(desk.plan("chi-ma/board-1").rules) == 1
    desk.must("author", "PATCH", f"/messages/{message}", {"title": "Khác"})
    assert desk.plan("chi-ma/board-1").rules == ()


def test_a_withdrawal_takes_it_out_of_every_plan_at_once(desk: Desk):
    message = desk.approved()
    desk.scheduled(desk.playlist(message), "chi-ma/board-1", "huu-nghi/lane-1")
    desk.must("department", "POST", f"/messages/{message}/withdrawal")
    assert [desk.plan(device).playlists for device in ("chi-ma/board-1", "huu-nghi/lane-1")] == [(), ()]


def test_a_deleted_schedule_leaves_the_plan(desk: Desk):
    rule = desk.scheduled(desk.playlist(desk.approved()))
    desk.must("operator", "DELETE", f"/schedules/{rule}")
    assert desk.plan("chi-ma/board-1").rules == ()
    again = desk.ask("operator", "DELETE", f"/schedules/{rule}")
    assert (again.status_code, again.json()["code"]) == (404, "schedule.unknown")


def test_a_loudspeaker_says_a_message_once_after_the_chime(desk: Desk):
    message = desk.approved(audio={"en": desk.sound(2.0), "vi": desk.sound(1.0)})
    desk.scheduled(desk.playlist(message), "tan-thanh/pa-1", windows=[["06:00", "18:00"]], every=30, zones=["hall"])
    plan = desk.plan("tan-thanh/pa-1")
    (rule,), (playlist,) = plan.rules, plan.playlists
    assert (rule.loop, rule.every, rule.zones) == (False, 30, ("hall",))
    assert [(ref.kind, ref.language) for ref in playlist.items[0].contents] == [("audio", "vi"), ("audio", "en")]
    assert playlist.lead % 0.5 == 0
    assert playlist.lead >= 2.0
    assert playlist.gap == 0.7
    assert plan.preload[0].kind == "audio"


def test_a_message_without_sound_is_left_out_of_a_loudspeaker_and_said(desk: Desk):
    answer = desk.must(
        "operator", "POST", "/schedules", schedule(desk.playlist(desk.approved()), targets=["tan-thanh/pa-1"])
    )
    assert [each["code"] for each in answer["findings"]] == ["content.missing"]
    assert desk.plan("tan-thanh/pa-1").rules == ()


def test_a_date_as_end_is_the_whole_of_that_day_at_the_gate(desk: Desk):
    playlist = desk.playlist(desk.approved())
    desk.scheduled(playlist, starts="2026-11-24", ends="2026-11-25", windows=[["00:00", "24:00"]])
    (rule,) = desk.plan("chi-ma/board-1").rules
    assert rule.starts == datetime(2026, 11, 23, 17, tzinfo=UTC)
    assert rule.ends == datetime(2026, 11, 25, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ends", "until"),
    [
        pytest.param("2026-11-25", datetime(2026, 11, 25, 17, tzinfo=UTC), id="a day is its whole day"),
        pytest.param("2026-11-26T00:00:00+07:00", datetime(2026, 11, 25, 17, tzinfo=UTC), id="midnight at the gates"),
        pytest.param("2026-11-25T00:00:00Z", datetime(2026, 11, 25, tzinfo=UTC), id="midnight elsewhere"),
    ],
)
def test_an_end_with_a_time_is_that_instant_even_at_midnight(desk: Desk, ends: str, until: datetime):
    desk.scheduled(desk.playlist(desk.approved()), ends=ends)
    (rule,) = desk.plan("chi-ma/board-1").rules
    assert rule.ends == until


def test_a_schedule_that_is_over_leaves_the_plan_when_the_clock_says_so(desk: Desk):
    from controller.services.plan import rebuild_now

    desk.scheduled(desk.playlist(desk.approved()), ends="2026-11-24")
    assert rebuild_now(desk.deps) == ()
    desk.clock.advance(days=2)
    assert rebuild_now(desk.deps) == ("chi-ma/board-1",)
    assert desk.plan("chi-ma/board-1").rules == ()


def test_a_plan_gets_a_fresh_seal_long_before_the_old_one_ends(desk: Desk):
    from controller.services.plan import rebuild_now

    desk.clock.advance(days=199)
    assert rebuild_now(desk.deps) == ()
    desk.clock.advance(days=2)
    assert len(rebuild_now(desk.deps)) == 4


def test_everything_can_be_published_again_for_a_broker_that_forgot(desk: Desk):
    from controller.services.plan import publish_again

    desk.scheduled(desk.playlist(desk.approved()))
    before = desk.plan("chi-ma/board-1")
    desk.sent()
    publish_again(desk.deps)
    assert len(desk.waiting()) == 4
    assert desk.plan("chi-ma/board-1") == before


def test_a_playlist_names_what_is_unknown_or_withdrawn(desk: Desk):
    withdrawn = desk.approved()
    desk.must("guard", "POST", f"/messages/{withdrawn}/withdrawal")
    items = [{"message": withdrawn}, {"message": "msg-nothing"}]
    assert refused(desk, "operator", "/playlists", {"name": "p", "items": items}) == (
        422,
        "/items/0/message",
        "message.withdrawn",
    )
    assert refused(desk, "operator", "/playlists", {"name": "p", "items": items[1:]}) == (
        422,
        "/items/0/message",
        "message.unknown",
    )


def test_a_schedule_with_a_message_withdrawn_meanwhile_is_refused(desk: Desk):
    message = desk.approved()
    playlist = desk.playlist(message)
    desk.must("guard", "POST", f"/messages/{message}/withdrawal")
    status, _, code = refused(desk, "operator", "/schedules", schedule(playlist))
    assert (status, code) == (422, "message.withdrawn")


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        pytest.param({"playlist": "list-x"}, "/playlist", "playlist.unknown", id="unknown playlist"),
        pytest.param({"targets": ["chi-ma/board-9"]}, "/targets/0", "device.unknown", id="unknown device"),
        pytest.param({"targets": []}, "/targets", "value.invalid", id="no device"),
        pytest.param(
            {"starts": "2026-12-02", "ends": "2026-12-01"}, "/ends", "schedule.ends", id="ends before it starts"
        ),
        pytest.param({"ends": "2026-11-01"}, "/ends", "schedule.ends", id="ended already"),
        pytest.param({"starts": "2026-12-02T10:00:00"}, "/starts", "value.invalid", id="a time without zone"),
        pytest.param({"starts": 5}, "/starts", "value.invalid", id="a number for a day"),
        pytest.param({"starts": "0001-01-01"}, "/starts", "value.invalid", id="before any calendar of ours"),
        pytest.param({"ends": "9999-12-31"}, "/ends", "value.invalid", id="a day after which there is none"),
        pytest.param({"zones": ["hall"]}, "/zones", "zone.unknown", id="zones of a board"),
        pytest.param({"windows": [["07:00", "07:00"]]}, "/windows/0", "schedule.window", id="empty window"),
        pytest.param({"windows": [["7", "17:00"]]}, "/windows/0", "schedule.window", id="no time of day"),
        pytest.param({"windows": [["07:00", "25:00"]]}, "/windows/0", "schedule.window", id="past the day"),
        pytest.param({"windows": [["07:00"]]}, "/windows/0/1", "key.missing", id="half a window"),
        pytest.param({"windows": []}, "/windows", "value.invalid", id="no window"),
        pytest.param({"weekdays": [0]}, "/weekdays/0", "value.invalid", id="no such weekday"),
        pytest.param({"weekdays": ["1"]}, "/weekdays/0", "value.invalid", id="a weekday in words"),
        pytest.param({"weekdays": []}, "/weekdays", "value.invalid", id="no weekday"),
        pytest.param({"priority": "emergency"}, "/priority", "value.invalid", id="not the operator's priority"),
        pytest.param({"every": 0}, "/every", "value.invalid", id="every no minutes"),
        pytest.param({"targets": ["tan-thanh/pa-1"], "zones": ["moon"]}, "/zones", "zone.unknown", id="unknown zone"),
        pytest.param({"colour": "red"}, "/colour", "key.unknown", id="unknown key"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused_with_its_place(desk: Desk, change: Any, pointer: str, code: str):
    playlist = desk.playlist(desk.approved())
    before = desk.waiting()
    assert refused(desk, "operator", "/schedules", schedule(playlist, **change)) == (422, pointer, code)
    assert desk.waiting() == before


def test_a_plan_message_stays_readable_by_its_contract(desk: Desk):
    desk.scheduled(desk.playlist(desk.approved()))
    plan = desk.plan("chi-ma/board-1")
    assert PlanMessage.model_validate_json(PlanMessage(plan=plan).to_bytes()).plan == plan
