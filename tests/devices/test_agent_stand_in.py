"""Clips of the site's own in an announcer box: "the system is starting", an emergency that no card holds, and a voice in place of
a loudspeaker whose sound has failed."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

from devices.agent.announcer import AnnouncerHand
from devices.agent.config import AgentConfig
from devices.agent.orders import Orders
from devices.contract.messages import Outcome
from devices.sound.client import SinkFaultError
from schedules.model import Alert
from tests.devices.test_agent_announcer import BOX, FakeBox, at_noon, card, item
from tests.devices.test_agent_zone_bad_days import DATA, PA
from tests.devices.test_agent_zone_bad_days import item as words
from tests.support.fake_devices import Line

OWN = {"restarting": 900, "emergency": 901}


def a_box(tmp_path, *names: str, own: dict[str, int] = OWN, beside: str | None = None) -> tuple[Line, FakeBox]:
    line = Line(tmp_path)
    box = FakeBox(line.clock)
    tools = line.tools(BOX)
    line._add(BOX, AnnouncerHand(tools, card(*names), own, line.faults.get(beside or "")), box)
    return line, box


def fire(line: Line, seconds: float = 20, name: str = "fire") -> Alert:
    now = line.clock.now()
    return Alert(id="a1", revision=1, starts=now, until=now + timedelta(seconds=seconds), item=item(name))


def test_a_box_says_at_its_start_that_the_system_is_starting_once_and_without_a_record(tmp_path):
    line, box = a_box(tmp_path)
    line.go(Orders(BOX, None))
    line.run(40.0, step=0.2)
    assert [clip for clip, _ in box.begun] == ["restarting"]
    assert line.records() == []


def test_an_emergency_still_valid_at_the_start_goes_before_that(tmp_path):
    line, box = a_box(tmp_path, "fire")
    line.go(Orders(BOX, None, (fire(line),), {"a1": 1}))
    line.run(30.0, step=0.2)
    assert {clip for clip, _ in box.begun} == {"card-0001"}


def test_a_box_without_such_a_clip_says_nothing(tmp_path):
    line, box = a_box(tmp_path, own={})
    line.go(Orders(BOX, None))
    line.run(5.0)
    assert box.begun == []


def test_an_emergency_that_the_card_does_not_hold_is_spoken_by_the_boxs_own_clip_and_never_called_whole(tmp_path):
    line, box = a_box(tmp_path, own={"emergency": 901})
    line.go(Orders(BOX, None, (fire(line, 10, "flood"),), {"a1": 1}))
    line.run(15.0)
    assert {clip for clip, _ in box.begun} == {"emergency"}
    assert len(box.begun) >= 3
    records = line.records()
    assert {one.outcome for one in records} <= {Outcome.PARTIAL, Outcome.SHOWN}
    assert records[0].outcome is Outcome.PARTIAL
    assert all("emergency clip in its place" in one.reason for one in records)


def test_of_a_schedule_no_other_clip_is_ever_spoken_instead(tmp_path):
    line, box = a_box(tmp_path, own={"emergency": 901})
    line.go(Orders(BOX, at_noon(item("vi"))))
    line.run(5.0)
    assert box.begun == []


def test_a_stand_in_is_silent_while_the_loudspeaker_is_well_and_begins_at_once_when_its_sound_fails(tmp_path):
    line = Line(tmp_path)
    line.media.keep(hashlib.sha256(DATA).hexdigest(), DATA)
    speaker, sound = line.speaker(PA, ("hall", "yard"))
    box = FakeBox(line.clock)
    line._add(BOX, AnnouncerHand(line.tools(BOX), card("fire"), {}, line.faults[PA]), box)
    now = line.clock.now()
    said = Alert(id="a1", revision=1, starts=now, until=now + timedelta(seconds=40), item=words("fire", seconds=9.0))
    sound.lengths = lambda path: 9.0
    line.go(Orders(PA, None, (said,), {"a1": 1}), Orders(BOX, None, (fire(line, 40),), {"a1": 1}))
    line.run(6.0)
    assert box.begun == []
    failed = line.clock.now()
    sound.error = SinkFaultError("the sink is gone")
    line.run(2.0)
    assert [clip for clip, _ in box.begun] == ["card-0001"]
    assert (box.begun[0][1] - failed).total_seconds() < 1.0
    assert speaker.open_now == {"hall", "yard"}, "the loudspeaker's zones carry the box's voice"
    sound.error = None
    line.run(4.0)
    assert box.stopped >= 1
    begun = len(box.begun)
    line.run(6.0)
    assert len(box.begun) == begun


def test_a_stand_in_takes_over_emergencies_and_its_own_plan_only_while_it_is_needed(tmp_path):
    line, box = a_box(tmp_path, "vi")
    hand = line._on_line[BOX].hand
    hand._beside = line.faults[BOX].__class__("other")
    hand._needed = False
    line.clock.step(timedelta(seconds=-1))
    line.go(Orders(BOX, at_noon(item("vi"))))
    line.run(3.0)
    assert "card-0001" not in [clip for clip, _ in box.begun]


CONFIG = {
    "gate": "tan-thanh", "state": "/tmp/x", "controller": {"url": "http://c"},
    "lines": [{"id": "l", "link": "/dev/ttyUSB0"}],
    "devices": [
        {"id": "pa-1", "line": "l", "driver": "modbus_relay"},
        {"id": "box-1", "line": "l", "driver": "dfplayer", "stands_in_for": "pa-1"},
    ],
}  # fmt: skip


@pytest.mark.parametrize("whom", ["pa-9", "box-1"])
def test_a_stand_in_for_nobody_or_for_itself_is_refused(whom):
    assert AgentConfig.model_validate(CONFIG).devices[1].stands_in_for == "pa-1"
    wrong = {**CONFIG, "devices": [CONFIG["devices"][0], CONFIG["devices"][1] | {"stands_in_for": whom}]}
    with pytest.raises(ValueError, match="stands in for"):
        AgentConfig.model_validate(wrong)
