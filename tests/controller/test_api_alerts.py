"""Alerts: everywhere at once, twice under one id, over when they are over."""

from __future__ import annotations

from typing import Any

import pytest

from controller.services.alert_sending import clear_expired, publish_again
from controller.services.receive import receive_status
from devices.contract.messages import Health, Status
from devices.profiles.tones import tone_wav
from devices.rendering.page import PageFile
from tests.support.desk import MONDAY_NOON, Desk

TEXTS = {"vi": "KHẨN CẤP: rời khu vực ngay", "zh-Hans": "紧急通知", "en": "EMERGENCY: leave now"}


def start(desk: Desk, *targets: str, **changes: Any) -> dict[str, Any]:
    desk.sent()
    body = {"texts": TEXTS, "targets": list(targets or ("all",)), "minutes": 30} | changes
    found: dict[str, Any] = desk.must("operator", "POST", "/alerts", body)
    return found


def confirm(desk: Desk, device: str, alert: str, revision: int) -> None:
    status = Status(
        device=device, agent="agent", boot="b1", at=desk.clock.now, revision=1, health=Health.HEALTHY, cause="alert",
        alerts={alert: revision},
    )  # fmt: skip
    receive_status(desk.deps, f"gatecast/v1/{device}/status", status.to_bytes())


def test_an_alert_goes_out_fast_and_then_for_certain_with_the_same_bytes(desk: Desk):
    alert = start(desk)
    fast, sure = desk.waiting()
    assert (fast.qos, fast.retain, sure.qos, sure.retain) == (0, False, 1, True)
    assert fast.topic == sure.topic == f"gatecast/v1/all/alert/{alert['id']}"
    assert fast.payload == sure.payload


def test_it_shows_every_language_on_every_board_and_carries_the_pages(desk: Desk):
    start(desk)
    body = desk.alert(desk.waiting()[0].payload)
    files = body.files()
    for device, shape in (("huu-nghi/lane-1", "128x32:mono"), ("chi-ma/board-1", "192x64:rg")):
        met = body.for_device(device)
        assert met is not None
        assert met.item is not None
        assert [ref.language for ref in met.item.contents] == ["vi", "zh-Hans", "en"]
        pages = [PageFile.from_bytes(files[ref.sha256]) for ref in met.item.contents]
        assert {str(each.pages[0].shape) for each in pages} == {shape}


def test_a_loudspeaker_sounds_the_signal_and_then_the_words(desk: Desk):
    start(desk, "tan-thanh/pa-1", audio={"vi": desk.sound()})
    met = desk.alert(desk.waiting()[0].payload).for_device("tan-thanh/pa-1")
    assert met is not None
    assert met.item is not None
    signal, words = met.item.contents
    assert desk.deps.media.read(signal.sha256) == tone_wav("emergency")
    assert (words.kind, words.language) == ("audio", "vi")


def test_a_loudspeaker_without_words_sounds_the_signal_alone(desk: Desk):
    start(desk, "tan-thanh/*")
    met = desk.alert(desk.waiting()[0].payload).for_device("tan-thanh/pa-1")
    assert met is not None
    assert met.item is not None
    assert len(met.item.contents) == 1


def test_alerts_for_some_gates_go_under_their_own_topics(desk: Desk):
    alert = start(desk, "chi-ma/*", "huu-nghi/lane-1")
    assert {each.topic for each in desk.waiting()} == {
        f"gatecast/v1/chi-ma/alert/{alert['id']}",
        f"gatecast/v1/huu-nghi/alert/{alert['id']}",
    }
    body = desk.alert(desk.waiting()[0].payload)
    assert [body.for_device(f"huu-nghi/lane-{n}") is not None for n in (1, 2)] == [True, False]


def test_an_approved_message_can_be_the_alert_and_its_pixels_are_the_approved_ones(desk: Desk):
    message = desk.approved()
    start(desk, "chi-ma/board-1", message=message, texts={})
    met = desk.alert(desk.waiting()[0].payload).for_device("chi-ma/board-1")
    approved = {each["sha256"] for each in desk.must("guard", "GET", f"/messages/{message}")["previews"]}
    assert met is not None
    assert met.item is not None
    assert {ref.sha256 for ref in met.item.contents} <= approved
    assert met.item.message == message


def test_withdrawing_the_message_ends_the_alert_that_shows_it(desk: Desk):
    message = desk.approved()
    alert = start(desk, "chi-ma/board-1", message=message, texts={})
    desk.must("guard", "POST", f"/messages/{message}/withdrawal")
    assert desk.must("operator", "GET", f"/alerts/{alert['id']}")["state"] == "ended"


def test_blank_all_shows_nothing(desk: Desk):
    start(desk, texts={}, priority="blank")
    met = desk.alert(desk.waiting()[0].payload).for_device("chi-ma/board-1")
    assert met is not None
    assert met.item is None


def test_a_board_too_low_for_a_letter_does_not_silence_the_others(tmp_path):
    from tests.support.desk import GATES, a_desk

    gates = GATES.replace(
        '{id = "lane-2", kind = "board", shape = "128x32:mono"}', '{id = "low", kind = "board", shape = "64x8"}'
    )
    with a_desk(tmp_path, gates) as desk:
        alert = start(desk)
        assert {each["code"] for each in alert["findings"]} >= {"board.too-low"}
        body = desk.alert(desk.waiting()[0].payload)
        assert [body.for_device(f"huu-nghi/{name}") is not None for name in ("lane-1", "low")] == [True, False]


def test_sent_and_confirmed_are_told_device_by_device(desk: Desk):
    alert = start(desk, "huu-nghi/*")["id"]
    assert {each["sent"] for each in desk.must("guard", "GET", f"/alerts/{alert}")["devices"]} == {False}
    desk.sent()
    desk.clock.advance(seconds=1)
    confirm(desk, "huu-nghi/lane-2", alert, 1)
    seen = desk.must("guard", "GET", f"/alerts/{alert}")
    assert [(each["device"], each["sent"], each["confirmed"]) for each in seen["devices"]] == [
        ("huu-nghi/lane-1", True, False),
        ("huu-nghi/lane-2", True, True),
    ]
    assert seen["waiting"] == ["huu-nghi/lane-1"]
    assert seen["devices"][1]["when"] is not None


def test_ending_is_a_newer_revision_that_every_target_understands(desk: Desk):
    alert = start(desk)["id"]
    ended = desk.must("operator", "POST", f"/alerts/{alert}/end")
    assert (ended["revision"], ended["state"], ended["ended_by"]) == (2, "ended", "operator")
    body = desk.alert(desk.waiting()[-1].payload)
    assert (body.revision, body.state, body.for_device("chi-ma/board-1")) == (2, "ended", None)
    again = desk.ask("operator", "POST", f"/alerts/{alert}/end")
    assert (again.status_code, again.json()["code"]) == (409, "alert.over")


def test_an_alert_past_its_time_cannot_be_ended_and_its_topic_is_emptied_once(desk: Desk):
    alert = start(desk)["id"]
    desk.sent()
    assert clear_expired(desk.deps) == 0
    desk.clock.advance(minutes=31)
    assert desk.ask("operator", "POST", f"/alerts/{alert}/end").status_code == 409
    assert (clear_expired(desk.deps), clear_expired(desk.deps)) == (1, 0)
    (emptied,) = desk.waiting()
    assert (emptied.payload, emptied.retain, emptied.qos) == (b"", True, 1)


def test_a_broker_that_forgot_gets_the_living_alerts_again_with_their_pages(desk: Desk):
    start(desk)
    first = desk.alert(desk.sent()[-1].payload)
    publish_again(desk.deps)
    (again,) = desk.waiting()
    assert desk.alert(again.payload) == first
    desk.sent()
    desk.clock.advance(hours=1)
    publish_again(desk.deps)
    assert desk.waiting() == []


def test_a_device_under_an_alert_wants_the_alerts_page(desk: Desk):
    alert = start(desk, "chi-ma/*")
    desk.clock.advance(seconds=1)
    seen = desk.must("guard", "GET", "/devices/chi-ma/board-1")
    assert (seen["wanted"]["cause"], seen["wanted"]["source"]) == ("alert", alert["id"])
    assert desk.get("/devices/chi-ma/board-1/wanted.png").status_code == 200


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        pytest.param({"targets": ["chi-ma/board-9"]}, "/targets/0", "device.unknown", id="unknown device"),
        pytest.param({"targets": ["moon/*"]}, "/targets/0", "device.unknown", id="unknown gate"),
        pytest.param({"targets": ["*"]}, "/targets/0", "value.invalid", id="not a target"),
        pytest.param({"targets": []}, "/targets", "value.invalid", id="no target"),
        pytest.param({"minutes": 0}, "/minutes", "value.invalid", id="no time"),
        pytest.param({"minutes": "5"}, "/minutes", "value.invalid", id="minutes in words"),
        pytest.param({"minutes": 1e9}, "/minutes", "value.invalid", id="for ever"),
        pytest.param({"texts": {"vi": "a\x1b"}}, "/texts/vi", "text.control", id="a control character"),
        pytest.param({"texts": {"fr": "a"}}, "/texts/fr", "language.unknown", id="unknown language"),
        pytest.param({"texts": {"vi": "🙂"}}, "/texts/vi", "text.emoji", id="nothing of it can be drawn"),
        pytest.param({"texts": {}, "message": "msg-x"}, "/message", "message.not_approved", id="unknown message"),
        pytest.param({"audio": {"vi": "0" * 64}}, "/audio/vi", "media.unknown", id="unknown sound"),
        pytest.param({"priority": "normal"}, "/priority", "value.invalid", id="not an alert's priority"),
    ],
)
def test_an_alert_that_cannot_be_is_refused_and_nothing_goes_out(desk: Desk, change: Any, pointer: str, code: str):
    desk.sent()
    body = {"texts": TEXTS, "targets": ["all"], "minutes": 5} | change
    answer = desk.ask("operator", "POST", "/alerts", body)
    first = answer.json()["errors"][0]
    assert (answer.status_code, first["pointer"], first["code"]) == (422, pointer, code)
    assert desk.waiting() == []


@pytest.mark.parametrize(
    ("change", "code"),
    [({"texts": {}}, "alert.matter"), ({"message": "msg-x"}, "alert.matter"), ({"priority": "blank"}, "alert.blank")],
    ids=["neither texts nor a message", "both", "blank with words"],
)
def test_an_alert_has_exactly_one_matter(desk: Desk, change: Any, code: str):
    body = {"texts": TEXTS, "targets": ["all"], "minutes": 5} | change
    answer = desk.ask("operator", "POST", "/alerts", body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_the_newest_alerts_come_first(desk: Desk):
    first = start(desk)["id"]
    desk.clock.advance(minutes=1)
    second = start(desk)["id"]
    assert [each["id"] for each in desk.must("guard", "GET", "/alerts")] == [second, first]
    assert desk.clock.now > MONDAY_NOON
