"""A gate is closed on an order, no longer than the law allows; a state visit freezes everything else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schedules.evaluate import on_air
from tests.support.desk import MONDAY_NOON, Desk, a_desk

GATES = """
[[gates]]
id = "huu-nghi"
kinds = [{first = 2022-01-01, kind = "international"}]
devices = [{id = "lane-1", kind = "board", shape = "128x32:mono"}, {id = "lane-2", kind = "board", shape = "128x32:mono"}]
[[gates]]
id = "chi-ma"
kinds = [{first = 2022-01-01, kind = "main"}]
devices = [{id = "board-1", kind = "board", shape = "192x64:rg"}]
[[gates]]
id = "tan-thanh"
kinds = [{first = 2022-01-01, kind = "secondary"}, {first = 2024-05-27, kind = "international"}]
devices = [{id = "pa-1", kind = "speaker", zones = ["hall", "yard-a"]}]
[[gates]]
id = "coc-nam"
kinds = [{first = 2022-01-01, kind = "secondary"}]
devices = [{id = "board-1", kind = "board", shape = "128x32:mono"}]
"""
POST = {"office": "post_commander", "issuer": "Đồn trưởng Nguyễn Văn A"}
PROVINCE = {"office": "provincial_commander", "issuer": "Chỉ huy trưởng Trần Văn B"}


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Desk]:
    with a_desk(tmp_path, GATES) as made:
        yield made


def order(gate: str, start: str, end: str, **more: Any) -> dict[str, Any]:
    """An order for the 23rd of November."""
    day = "2026-11-23T{}:00+07:00"
    return {"gate": gate, "order": "12/LĐ", "starts": day.format(start), "until": day.format(end)} | POST | more


def ask(desk: Desk, body: dict[str, Any]) -> tuple[int, str]:
    answer = desk.ask("operator", "POST", "/suspensions", body)
    return answer.status_code, answer.json().get("code", "") or answer.json()["state"]


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-23T{clock}:00+07:00")


def source(desk: Desk, device: str, clock: str) -> str:
    return on_air(desk.plan(device), at(clock)).source


def test_a_post_commander_closes_a_secondary_gate_for_6_hours_and_not_for_7(gate: Desk):
    answer = gate.ask("operator", "POST", "/suspensions", order("coc-nam", "13:00", "20:00"))
    assert (answer.status_code, answer.json()["code"]) == (422, "suspension.unlawful")
    assert "for 6 h in all, not 7 h" in answer.json()["errors"][0]["detail"]
    assert gate.must("auditor", "GET", "/suspensions") == []
    assert ask(gate, order("coc-nam", "13:00", "19:00")) == (201, "coming")


def test_the_provincial_commander_extends_it_to_12_hours_in_all(gate: Desk):
    assert ask(gate, order("coc-nam", "12:00", "18:00")) == (201, "on")
    late = {"until": "2026-11-24T00:00:00+07:00"} | PROVINCE
    assert ask(gate, order("coc-nam", "18:00", "19:00") | late | {"until": "2026-11-24T01:00:00+07:00"})[0] == 422
    assert ask(gate, order("coc-nam", "18:00", "19:00") | late) == (201, "coming")


def test_who_may_close_which_gate_follows_its_kind_on_that_day(gate: Desk):
    def limits(name: str, day: str) -> Any:
        found = gate.must("operator", "GET", f"/suspension-limits/{name}?at={day}T12:00:00%2B07:00")
        return found["kind"], [(each["office"], each["hours"]) for each in found["offices"]]

    assert limits("tan-thanh", "2024-05-26") == (
        "secondary", [("post_commander", 6), ("provincial_commander", 12), ("higher", None)],
    )  # fmt: skip
    assert limits("tan-thanh", "2024-05-27") == ("international", [("higher", None)])
    assert ask(gate, order("tan-thanh", "13:00", "14:00"))[1] == "suspension.unlawful"
    assert ask(gate, order("chi-ma", "13:00", "19:00", **PROVINCE)) == (201, "coming")


def closed(gate: Desk) -> tuple[str, str, str]:
    """Chi Ma has hours, a schedule that follows them, and a notice from 12:30 to 14:00."""
    hours = {"weekly": [{"windows": [["07:00", "17:00"]]}]}
    gate.must("operator", "PUT", "/calendars/hours/chi-ma-goods", {"targets": ["chi-ma/*"], "fact": hours})
    usual = gate.scheduled(
        gate.playlist(gate.approved(title="Mở cửa")), windows=[["00:00", "24:00"]], relative={"hours": "chi-ma-goods"}
    )
    notice = gate.playlist(gate.approved(title="Tạm dừng", audio={"vi": gate.sound()}))
    body = order(
        "chi-ma", "12:30", "14:00", **PROVINCE, hours=["chi-ma-goods"], playlist=notice,
        targets=["chi-ma/board-1", "tan-thanh/pa-1"],
    )  # fmt: skip
    return usual, notice, str(gate.must("operator", "POST", "/suspensions", body)["id"])


def test_its_passages_are_closed_and_its_notice_is_up_until_it_ends_by_itself(gate: Desk):
    before = gate.plan("huu-nghi/lane-1").revision
    usual, _, order_id = closed(gate)
    seen = [source(gate, "chi-ma/board-1", clock) for clock in ("12:29", "12:30", "13:59", "14:00", "17:00")]
    assert seen == [usual, order_id, order_id, usual, ""]
    (hours,) = gate.plan("chi-ma/board-1").hours
    assert [(w.start, w.end) for w in hours.exceptions[0].windows] == [(420, 750), (840, 1020)]
    assert gate.plan("huu-nghi/lane-1").revision == before


def test_loudspeakers_say_it_when_it_begins_and_again(gate: Desk):
    _, _, order_id = closed(gate)
    plan = gate.plan("tan-thanh/pa-1")
    due = [
        clock for clock in ("12:15", "12:30", "12:45", "13:45", "14:00") if on_air(plan, at(clock)).source == order_id
    ]
    assert due == ["12:30", "12:45", "13:45"]


def test_a_lifted_one_is_gone_at_once(gate: Desk):
    usual, _, order_id = closed(gate)
    gate.clock.now = at("13:00").astimezone(UTC)
    assert gate.must("operator", "POST", f"/suspensions/{order_id}/lift")["state"] == "lifted"
    assert source(gate, "chi-ma/board-1", "13:30") == usual
    again = gate.ask("operator", "POST", f"/suspensions/{order_id}/lift")
    assert (again.status_code, again.json()["code"]) == (409, "suspension.over")


def test_who_was_told_of_it_is_logged(gate: Desk):
    _, _, order_id = closed(gate)
    for whom in ("UBND xã Mẫu Sơn", "phía Ái Điểm"):
        gate.must("operator", "POST", f"/suspensions/{order_id}/notified", {"whom": whom})
    seen = gate.must("auditor", "GET", f"/suspensions/{order_id}")
    assert [(each["whom"], each["by"]) for each in seen["notified"]] == [
        ("UBND xã Mẫu Sơn", "operator"), ("phía Ái Điểm", "operator"),
    ]  # fmt: skip
    assert (seen["limit_hours"], seen["suspension"]["order"]) == (6, "12/LĐ")
    assert "suspension.ordered" in [each["what"] for each in gate.audit()]


def test_its_list_may_go_when_it_is_over_and_plans_are_built_all_the_same(gate: Desk):
    _, notice, _ = closed(gate)
    assert gate.ask("operator", "DELETE", f"/playlists/{notice}").json()["code"] == "playlist.used"
    gate.clock.now = at("14:01").astimezone(UTC)
    gate.must("operator", "DELETE", f"/playlists/{notice}")
    gate.scheduled(gate.playlist(gate.approved(title="Khác")), "huu-nghi/lane-1")
    assert len(gate.plan("huu-nghi/lane-1").rules) == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param({"until": "2026-11-23T11:00:00+07:00"}, "suspension.until", id="over already"),
        pytest.param({"gate": "nowhere"}, "gate.unknown", id="no such gate"),
        pytest.param({"hours": ["x"]}, "hours.unknown", id="no such hours"),
        pytest.param({"targets": ["chi-ma/board-1"]}, "notice.half", id="devices without a notice"),
        pytest.param({"playlist": "list-x", "targets": ["chi-ma/board-1"]}, "playlist.unknown", id="no such list"),
        pytest.param({"playlist": "DRAFT", "targets": ["chi-ma/board-1"]}, "message.not_approved", id="not approved"),
        pytest.param({"playlist": "DRAFT", "targets": ["chi-ma/b"]}, "device.unknown", id="no such device"),
        pytest.param({"issuer": ""}, "request.invalid", id="nobody's order"),
    ],
)
def test_an_order_that_cannot_be_is_refused_with_its_reason(gate: Desk, change: dict[str, Any], code: str):
    if change.get("playlist") == "DRAFT":
        change = change | {"playlist": gate.playlist(gate.draft())}
    assert ask(gate, order("chi-ma", "13:00", "14:00", **PROVINCE) | change) == (422, code)
    assert gate.must("auditor", "GET", "/suspensions") == []


# --- events

VISIT = {
    "name": "Đón đoàn cấp cao", "who": "Chánh Văn phòng UBND tỉnh", "starts": "2026-11-24T08:00:00+07:00",
    "until": "2026-11-24T11:00:00+07:00", "targets": ["chi-ma/*", "tan-thanh/pa-1"],
}  # fmt: skip


def visiting(desk: Desk) -> tuple[str, str, str]:
    """A usual schedule, a stronger one, and the protocol's list."""
    usual = desk.scheduled(desk.playlist(desk.approved(title="Mở cửa")))
    urgent = desk.scheduled(
        desk.playlist(desk.approved(title="Sương mù")), windows=[["10:00", "10:30"]], priority="priority"
    )
    return usual, urgent, desk.playlist(desk.approved(title="Chào mừng", audio={"vi": desk.sound()}))


def on_tuesday(desk: Desk, *clocks: str) -> list[str]:
    plan = desk.plan("chi-ma/board-1")
    return [on_air(plan, datetime.fromisoformat(f"2026-11-24T{clock}:00+07:00")).source for clock in clocks]


def test_a_visit_freezes_everything_but_its_own_list_and_what_is_urgent(desk: Desk):
    usual, urgent, protocol = visiting(desk)
    made = desk.must("operator", "POST", "/events", VISIT | {"playlist": protocol, "every": 30})
    assert (made["state"], len(made["schedules"]), made["who"]) == ("coming", 2, VISIT["who"])
    board, speaker = made["schedules"] if len(desk.plan("chi-ma/board-1").rules) == 3 else made["schedules"][::-1]
    ours = {rule.id for rule in desk.plan("chi-ma/board-1").rules if rule.event} | {
        rule.id for rule in desk.plan("tan-thanh/pa-1").rules if rule.event
    }
    assert ours == {board, speaker}
    seen = on_tuesday(desk, "07:59", "08:00", "10:15", "10:59", "11:00")
    assert seen[0] == seen[4] == usual
    assert seen[1] == seen[3]
    assert seen[1] in ours
    assert seen[2] == urgent
    assert desk.plan("huu-nghi/lane-1").events == ()


def test_a_visit_that_is_late_is_moved_and_one_that_is_over_is_ended(desk: Desk):
    usual, _, protocol = visiting(desk)
    made = desk.must("operator", "POST", "/events", VISIT | {"playlist": protocol})
    later = VISIT | {"playlist": protocol, "starts": "2026-11-24T09:00:00+07:00", "version": 1}
    assert desk.must("operator", "PUT", f"/events/{made['id']}", later)["version"] == 2
    assert on_tuesday(desk, "08:30") == [usual]
    assert desk.ask("operator", "PUT", f"/events/{made['id']}", later).json()["code"] == "event.changed"
    desk.clock.now = MONDAY_NOON + timedelta(hours=21, minutes=30)
    assert desk.must("auditor", "GET", f"/events/{made['id']}")["state"] == "on"
    desk.must("operator", "POST", f"/events/{made['id']}/end")
    assert on_tuesday(desk, "09:45") == [usual]
    assert desk.must("auditor", "GET", f"/events/{made['id']}")["state"] == "over"
    assert desk.ask("operator", "POST", f"/events/{made['id']}/end").json()["code"] == "event.over"


def test_a_visit_that_never_comes_is_taken_away(desk: Desk):
    _, _, protocol = visiting(desk)
    made = desk.must("operator", "POST", "/events", VISIT | {"playlist": protocol})
    desk.must("operator", "POST", f"/events/{made['id']}/end")
    assert desk.must("auditor", "GET", "/events") == []
    assert len(desk.must("auditor", "GET", "/schedules")) == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"until": "2026-11-24T08:00:00+07:00"}, "event.until"),
        ({"targets": ["chi-ma/none"]}, "device.unknown"),
        ({"playlist": "list-none"}, "playlist.unknown"),
        ({"who": ""}, "request.invalid"),
    ],
)
def test_an_event_that_cannot_be_is_refused(desk: Desk, change: dict[str, Any], code: str):
    answer = desk.ask("operator", "POST", "/events", VISIT | change)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert desk.must("auditor", "GET", "/events") == []


def test_only_who_may_schedule_closes_a_gate_or_orders_an_event(desk: Desk):
    assert desk.ask("author", "POST", "/events", VISIT).status_code == 403
    assert desk.ask("author", "POST", "/suspensions", order("chi-ma", "13:00", "14:00")).status_code == 403
