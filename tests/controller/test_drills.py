"""Exercises and zones of alerts, from the desk to what agents are sent; what their records say, stored and shown."""

from __future__ import annotations

from datetime import timedelta

import pytest

from controller.domain.plans import build
from controller.services.drills import WORDS
from controller.services.plan import gather
from controller.services.receive import receive_records, receive_status
from controller.store import registry
from devices.contract.messages import Health, Outcome, PlayRecord, Records, Status, ZoneChange
from devices.profiles.tones import tone_wav
from devices.rendering.page import PageFile
from schedules.drills import MARK
from schedules.model import ContentRef
from tests.controller.test_api_alerts import start
from tests.controller.test_console_pages import OURS
from tests.controller.test_local_calls import keep
from tests.support.console import a_controller, sign_in
from tests.support.desk import MONDAY_NOON, a_desk

PA, BOARD = "tan-thanh/pa-1", "chi-ma/board-1"


@pytest.fixture
def desk(tmp_path):
    with a_desk(tmp_path) as made:
        yield made


def test_an_exercise_carries_its_mark_in_three_languages_for_each_board_and_a_tone_for_loudspeakers(desk):
    found = start(desk, drill=True)
    assert found["drill"] is True
    body = desk.alert(desk.waiting()[0].payload)
    assert body.drill
    files = body.files()
    met = body.for_device(BOARD)
    assert (met.drill, met.mark.message) == (True, MARK)
    assert [ref.language for ref in met.mark.contents] == list(WORDS)
    assert {str(PageFile.from_bytes(files[ref.sha256]).pages[0].shape) for ref in met.mark.contents} == {"192x64:rg"}
    (tone,) = body.for_device(PA).mark.contents
    assert files[tone.sha256] == tone_wav("drill")
    (row,) = [each for each in desk.audit() if each["what"] == "alert.started"]
    assert row["details"]["drill"] is True


def test_what_is_real_has_no_mark(desk):
    assert start(desk)["drill"] is False
    met = desk.alert(desk.waiting()[0].payload).for_device(BOARD)
    assert (met.drill, met.mark) == (False, None)


def test_blank_all_is_no_exercise_and_has_no_zones(desk):
    for more in ({"drill": True}, {"zones": ["hall"]}):
        body = {"targets": ["all"], "minutes": 5, "priority": "blank"} | more
        assert desk.ask("operator", "POST", "/alerts", body).status_code == 422
    assert not any("/alert/" in each.topic for each in desk.waiting())


def test_an_alert_for_some_zones_opens_these_and_leaves_out_loudspeakers_without_them(desk):
    start(desk, zones=["yard-a"], audio={"vi": desk.sound()})
    body = desk.alert(desk.waiting()[0].payload)
    assert body.for_device(PA).zones == ("yard-a",)
    assert body.for_device(BOARD).zones == ()
    refused = desk.ask(
        "operator", "POST", "/alerts", {"texts": {"vi": "x"}, "targets": ["all"], "minutes": 5, "zones": ["attic"]}
    )
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/zones/0"


def test_a_plan_with_an_exercise_for_a_button_holds_its_mark_and_one_without_does_not(desk):
    message = desk.approved(audio={"vi": desk.sound(2.0)})
    keep(desk, message=message, drill=True)
    for device, kind in ((PA, "audio"), (BOARD, "pages")):
        plan = desk.plan(device)
        assert plan.calls[0].drill
        assert {each.kind for each in plan.mark.contents} == {kind}
        assert {each.sha256 for each in plan.mark.contents} <= {each.sha256 for each in plan.contents()}
    keep_again = {"fact": {"message": message}, "targets": ["all"], "version": 1}
    desk.must("operator", "PUT", "/calendars/call/fire", keep_again)
    assert desk.plan(PA).mark is None
    assert not desk.plan(PA).calls[0].drill


def record(**changes) -> PlayRecord:
    content = ContentRef(sha256="c" * 64, kind="audio", language="vi", size=10, seconds=6)
    facts = {
        "device": PA, "boot": "b1", "sequence": 1, "cause": "alert", "source": "local-drill-fire", "message": "leave",
        "version": 1, "digest": "d" * 64, "content": content, "due": MONDAY_NOON, "started": MONDAY_NOON,
        "ended": MONDAY_NOON, "seconds": 6.0, "outcome": Outcome.SHOWN, "zones": ("hall",), "drill": True,
    }  # fmt: skip
    return PlayRecord(**(facts | changes))


CHANGES = (
    ZoneChange(at=MONDAY_NOON + timedelta(seconds=2), lost=("yard-a",), why="relay"),
    ZoneChange(at=MONDAY_NOON + timedelta(seconds=4), lost=("hall",), why="stronger", by="alert a1"),
)


def test_records_of_exercises_and_of_changed_zones_come_back_as_they_were_told(desk):
    payload = Records(records=(record(changes=CHANGES), record(sequence=2, drill=False))).to_bytes()
    receive_records(desk.deps, "gatecast/v1/tan-thanh/agent/records", payload)
    first, second = desk.must("auditor", "GET", "/records")["records"]
    assert (first["drill"], second["drill"]) == (True, False)
    assert [(one["lost"], one["why"], one["by"]) for one in first["changes"]] == [
        (["yard-a"], "relay", ""),
        (["hall"], "stronger", "alert a1"),
    ]
    assert first["changes"][0]["at"] == "2026-11-23T05:00:02Z"
    assert second["changes"] == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("vi", ("Đang diễn tập", "Diễn tập", "rơ-le không làm theo lệnh", "bị chèn")),
        ("zh-Hans", ("演习进行中", "演习", "继电器未动作", "被插播")),
        ("en", ("An exercise is under way", "Exercise", "its relay does not follow", "something stronger came")),
    ],
)
def test_every_page_says_that_an_exercise_is_on_and_the_log_what_became_of_its_zones(tmp_path, language, words):
    with a_controller(tmp_path) as client:
        sign_in(client, "truc")
        client.cookies.set("gatecast_language", language)
        banner = 'id="drill" class="drill" role="status" hidden'
        assert banner in client.get("/alerts").text
        facts = {
            "device": PA,
            "agent": "agent",
            "boot": "b1",
            "at": MONDAY_NOON,
            "revision": 1,
            "health": Health.HEALTHY,
        }
        told = Status(**facts, cause="alert", source="local-drill-fire", message=MARK, drill=True)
        receive_status(client.app.state.deps, f"gatecast/v1/{PA}/status", told.to_bytes())
        now = client.app.state.deps.now()
        payload = Records(records=(record(changes=CHANGES, due=now, started=now),)).to_bytes()
        receive_records(client.app.state.deps, "gatecast/v1/tan-thanh/agent/records", payload)
        for address in ("/", "/alerts", "/faults", f"/devices/{PA}"):
            page = client.get(address).text
            assert banner not in page
            assert words[0] in page
        assert "data-drill" in client.get("/").text
        log = client.get(f"/devices/{PA}").text
        assert all(word in log for word in words[1:])
        assert "12:00:02" in log


def test_the_form_sends_an_exercise_to_the_ticked_zones_and_asks_once_more_before(tmp_path):
    with a_controller(tmp_path) as client:
        sign_in(client, "truc")
        form = {"targets": PA, "minutes": "5", "priority": "emergency", "drill": "yes", "text-vi": "Thử", "message": ""}
        zone = _zones(client)[0]
        sure = client.post("/alerts/check", data=form | {"zones": zone}, headers=OURS)
        assert 'name="drill" value="yes"' in sure.text
        assert f'name="zones" value="{zone}"' in sure.text
        sent = client.post("/alerts", data=form | {"zones": zone, "sure": "yes"}, headers=OURS, follow_redirects=True)
        assert "Diễn tập" in sent.text
        assert "Diễn tập" in client.get("/alerts").text


def _zones(client) -> list[str]:
    text = client.get("/alerts").text
    return [part.split('"')[0] for part in text.split('name="zones" value="')[1:]]


def test_an_exercise_that_cannot_be_marked_on_a_board_is_not_shown_there(desk):
    keep(desk, message=desk.approved(audio={"vi": desk.sound(2.0)}), drill=True)
    with desk.deps.store.read() as connection:
        wanted, board = gather(connection), registry.one_device(connection, BOARD)
    assert [call.id for call in build(board, wanted, MONDAY_NOON).calls] == ["fire"]
    assert build(board, wanted.model_copy(update={"marks": {}}), MONDAY_NOON).calls == ()
