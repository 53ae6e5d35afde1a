"""Faults: found once, seen by somebody, over when the device no longer tells them; a gate that falls silent is one too."""

from __future__ import annotations

from datetime import timedelta

import pytest

from controller.services import fault
from controller.services.receive import receive_online, receive_status
from controller.store import faults
from devices.contract.messages import Fault, Health, Online, Status
from tests.support.console import a_controller, sign_in
from tests.support.desk import MONDAY_NOON, a_desk

PA = "tan-thanh/pa-1"


@pytest.fixture
def desk(tmp_path):
    with a_desk(tmp_path) as made:
        yield made


def say(desk, *faults, device=PA):
    gate, name = device.split("/")
    status = Status(
        device=device, agent="agent", boot="boot-1", at=desk.clock.now, revision=1, health=Health.HEALTHY, cause="nothing",
        faults=faults,
    )  # fmt: skip
    receive_status(desk.deps, f"gatecast/v1/{gate}/{name}/status", status.to_bytes())


def a_fault(code="link.silent", count=1, text="no answer"):
    return Fault(code=code, text=text, first_seen=MONDAY_NOON, last_seen=MONDAY_NOON, count=count)


def listed(desk, **query):
    return desk.must("auditor", "GET", "/faults" + (f"?device={query['device']}" if query else ""))


def states(desk):
    return [(one["code"], one["state_now"]) for one in listed(desk)]


def test_a_fault_stands_until_the_device_no_longer_tells_it_and_is_one_row(desk):
    say(desk, a_fault())
    desk.clock.advance(seconds=30)
    say(desk, a_fault(count=7, text="still no answer"))
    (one,) = listed(desk)
    assert (one["device"], one["code"], one["count"], one["text"], one["state_now"]) == (
        PA,
        "link.silent",
        7,
        "still no answer",
        "active",
    )
    desk.clock.advance(seconds=30)
    say(desk)
    assert states(desk) == [("link.silent", "cleared")]
    say(desk, a_fault(count=1))
    assert states(desk) == [("link.silent", "active"), ("link.silent", "cleared")]


def test_somebody_acknowledges_a_fault_once_and_it_is_in_the_audit(desk):
    say(desk, a_fault())
    number = listed(desk)[0]["id"]
    assert desk.ask("author", "POST", f"/faults/{number}/acknowledge").status_code == 403
    seen = desk.must("operator", "POST", f"/faults/{number}/acknowledge")
    assert (seen["state_now"], seen["acknowledged_by"]) == ("acknowledged", "operator")
    assert desk.ask("technician", "POST", f"/faults/{number}/acknowledge").status_code == 409
    assert desk.ask("operator", "POST", "/faults/999/acknowledge").status_code == 404
    assert [each["who"] for each in desk.audit() if each["what"] == "fault.acknowledged"] == ["operator"]
    say(desk, a_fault(count=2))
    assert states(desk) == [("link.silent", "acknowledged")]
    say(desk)
    assert states(desk) == [("link.silent", "cleared")]
    assert desk.ask("operator", "POST", f"/faults/{number}/acknowledge").status_code == 409


def test_an_agent_that_is_not_heard_for_three_beats_is_a_fault_of_its_devices_and_over_when_it_is_back(desk):
    say(desk)
    receive_online(desk.deps, "gatecast/v1/tan-thanh/agent/online", Online(online=True, boot="boot-1").to_bytes())
    assert fault.watch(desk.deps) == 0
    desk.clock.advance(seconds=91)
    assert fault.watch(desk.deps) == 1
    assert states(desk) == [("agent.lost", "active")]
    fault.watch(desk.deps)
    assert len(listed(desk)) == 1
    say(desk, a_fault())
    assert ("agent.lost", "active") in states(desk), "only the watch takes it back"
    assert fault.watch(desk.deps) == 0
    assert sorted(states(desk)) == [("agent.lost", "cleared"), ("link.silent", "active")]


def test_a_last_will_is_a_lost_agent_at_once(desk):
    say(desk)
    receive_online(desk.deps, "gatecast/v1/tan-thanh/agent/online", Online(online=True, boot="boot-1").to_bytes())
    receive_online(desk.deps, "gatecast/v1/tan-thanh/agent/online", Online(online=False, boot="boot-1").to_bytes())
    assert fault.watch(desk.deps) == 1


def test_a_device_that_never_spoke_is_not_lost(desk):
    desk.clock.advance(days=3)
    assert fault.watch(desk.deps) == 0
    assert listed(desk) == []


def test_the_list_is_of_one_device_and_of_the_last_two_days(desk):
    say(desk, a_fault())
    say(desk, a_fault("device.busy"), device="chi-ma/board-1")
    assert [one["code"] for one in listed(desk, device=PA)] == ["link.silent"]
    say(desk, device="chi-ma/board-1")
    desk.clock.advance(days=2, seconds=1)
    assert states(desk) == [("link.silent", "active")]


def test_faults_that_ended_long_ago_are_forgotten(desk):
    say(desk, a_fault())
    say(desk)
    desk.clock.advance(days=401)
    say(desk)
    desk.clock.advance(seconds=91)
    fault.watch(desk.deps)  # it writes, and sweeps
    with desk.deps.store.read() as connection:
        assert [one.code for one in faults.listed(connection, MONDAY_NOON - timedelta(days=1), None, 100)] == [
            "agent.lost"
        ]


def test_the_page_says_what_is_wrong_in_words_and_takes_an_acknowledgement(tmp_path):
    with a_controller(tmp_path) as client:
        sign_in(client, "truc")
        assert "Không có sự cố nào" in client.get("/faults").text
        status = Status(
            device=PA, agent="agent", boot="boot-1", at=MONDAY_NOON, revision=1, health=Health.HEALTHY, cause="nothing",
            faults=(a_fault("zone.contact", text="amp-1"), a_fault("made.up", text="odd")),
        )  # fmt: skip
        receive_status(client.app.state.deps, "gatecast/v1/tan-thanh/pa-1/status", status.to_bytes())
        page = client.get("/faults").text
        assert "Tiếp điểm báo sự cố" in page
        assert "made.up" in page
        number = client.get("/api/v1/faults").json()[0]["id"]
        post = lambda: client.post(f"/faults/{number}/acknowledge", headers={"sec-fetch-site": "same-origin"})  # noqa: E731
        assert post().status_code == 303
        assert "đã xác nhận" in client.get("/faults").text
        assert post().status_code == 422
        sign_in(client, "tacgia")
        assert "acknowledge" not in client.get("/faults").text
