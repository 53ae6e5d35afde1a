"""Exercises at the gate: marked on the lamps, in the sound, in the status and in every record."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

from devices.agent.orders import Orders
from devices.contract.messages import AlertMessage, Showing
from devices.profiles.tones import tone_seconds, tone_wav
from schedules.drills import MARK
from schedules.model import Alert, ContentRef, Item, LocalCall, Plan, Priority
from tests.devices.test_agent_local import LEAVE, MICROPHONE, PA, a_line, begun
from tests.support.agent_world import item_of, page_file
from tests.support.facts import NOON, digest
from tests.support.fake_devices import Line

TONE = tone_wav("drill")
SOUND = ContentRef(
    sha256=hashlib.sha256(TONE).hexdigest(), kind="audio", language="zxx", size=len(TONE), seconds=tone_seconds("drill")
)
SAID = Item(message=MARK, version=1, digest=digest("mark"), contents=(SOUND,))
BOARD = "huu-nghi/lane-1"


def held(*calls: LocalCall, mark: Item | None = SAID, device: str = PA) -> Plan:
    return Plan(device=device, revision=1, issued=NOON - timedelta(hours=1), calls=calls, mark=mark)


def call(**facts) -> LocalCall:
    return LocalCall.model_validate({"id": "fire", "item": LEAVE, "longest": 60, "drill": True} | facts)


def test_the_loudspeaker_sounds_the_mark_before_the_words_and_all_its_records_say_exercise(tmp_path):
    line, _, sound = a_line(tmp_path)
    line.media.keep(SOUND.sha256, TONE)
    sound.lengths = lambda path: 4.0
    line.go(Orders(PA, held(call()), local=(begun(seconds=20),)))
    line.run(12.0)
    said = [clip.id.rsplit(".", 1)[1] for clip in sound.history]
    assert said[:4] == [SOUND.sha256[:12], LEAVE.contents[0].sha256[:12]] * 2
    assert line.views[PA].answer.drill
    assert line.views[PA].why.startswith("DIỄN TẬP")
    line.go(Orders(PA, held(call())))
    line.run(3.0)
    records = line.records()
    assert {one.message for one in records} == {MARK, "leave"}
    assert all(one.drill and one.source == "local-drill-fire" for one in records)


def test_a_real_call_has_no_mark_and_no_record_of_it_says_exercise(tmp_path):
    line, _, sound = a_line(tmp_path)
    sound.lengths = lambda path: 4.0
    line.go(Orders(PA, held(call(drill=False)), local=(begun(seconds=8),)))
    line.run(12.0)
    assert {clip.id.rsplit(".", 1)[1] for clip in sound.history} == {LEAVE.contents[0].sha256[:12]}
    assert not any(one.drill for one in line.records())


def test_an_exercise_at_the_microphone_begins_with_the_mark_too(tmp_path):
    line, _, sound = a_line(tmp_path)
    talk = MICROPHONE.model_copy(update={"drill": True})
    line.go(Orders(PA, held(talk), local=(begun("talk", 30),)))
    line.run(5.0)
    first, second = sound.history[:2]
    assert first.path == "tone:drill"
    assert second.path.startswith("mic:")
    assert (second.due - first.due).total_seconds() == pytest.approx(tone_seconds("drill"))


def test_a_board_shows_the_mark_before_each_page_of_an_exercise(tmp_path):
    line = Line(tmp_path)
    board = line.board(BOARD)
    leave, mark = page_file(1), page_file(7, seconds=1.0)
    for file in (leave, mark):
        line.media.keep(file.ref().sha256, file.to_bytes())
    exercise = call(item=item_of("leave", leave))
    plan = held(exercise, mark=item_of(MARK, mark), device=BOARD)
    line.go(Orders(BOARD, plan, local=(begun(seconds=20),)))
    line.run(7.0)
    shown = [each.planes[0][0] for each in board.told if not isinstance(each, str)]
    assert shown[:4] == [7, 1, 7, 1]
    line.go(Orders(BOARD, plan))
    line.run(1.0)
    assert all(one.drill for one in line.records() if one.source == "local-drill-fire")


def test_a_real_emergency_goes_over_an_exercise_that_a_button_began_later(tmp_path):
    line, _, sound = a_line(tmp_path)
    line.media.keep(SOUND.sha256, TONE)
    real = Alert(id="a1", revision=1, starts=NOON, until=NOON + timedelta(minutes=1), item=LEAVE)
    line.go(Orders(PA, held(call(priority=Priority.EVACUATION)), (real,), {"a1": 1}, local=(begun(seconds=30),)))
    line.run(2.0)
    assert line.views[PA].answer.source == "a1"
    assert not line.views[PA].answer.drill
    assert all(clip.id.startswith("a1.") for clip in sound.history)


def test_an_alert_of_the_controller_brings_its_own_mark_and_zones():
    message = AlertMessage(
        id="a1", revision=1, targets=("all",), starts=NOON, until=NOON + timedelta(minutes=1), drill=True,
        showings=(Showing(targets=(PA,), item=LEAVE, zones=("yard",), mark=SAID),),
    )  # fmt: skip
    met = message.for_device(PA)
    assert (met.drill, met.mark, met.zones) == (True, SAID, ("yard",))
    again = AlertMessage.model_validate_json(message.to_bytes())
    assert again.for_device(PA) == met


def test_the_card_of_an_announcer_box_holds_the_mark_too():
    assert SOUND.sha256 in {each.sha256 for each in held(call()).contents()}
