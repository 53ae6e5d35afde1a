"""An announcer box in the agent: approved sounds by number, the box's own word as proof, and the card they lie on."""

from __future__ import annotations

import asyncio
import json
import wave
from datetime import timedelta
from pathlib import Path

import pytest

from devices.agent.announcer import AnnouncerHand
from devices.agent.card import LIST, CardEntry, read_card, written
from devices.agent.orders import Orders
from devices.cli import main
from devices.contract.messages import Health, Outcome
from devices.errors import BusyError, SettingsError, SilentError
from devices.ports import Evidence, Identity
from schedules.levels import Levels, Volume
from schedules.model import Alert, ContentRef, Item, Plan, Playlist, Rule, Window
from tests.devices.test_agent_sound import spoken, tone
from tests.support.agent_world import a_world, until
from tests.support.facts import NOON, digest
from tests.support.fake_controller import utc_now
from tests.support.fake_devices import Line

BOX = "chi-ma/box-1"


def sound(name: str, seconds: float = 3.0) -> ContentRef:
    return ContentRef(sha256=digest(name), kind="audio", language="vi", size=10, seconds=seconds)


def item(name: str, *more: str) -> Item:
    return Item(message=name, version=1, digest=digest(name), contents=tuple(sound(each) for each in (name, *more)))


def card(*names: str) -> tuple[CardEntry, ...]:
    return tuple(
        CardEntry(number=place, sha256=digest(name), message=name, language="vi", seconds=3.0)
        for place, name in enumerate(names, start=1)
    )


class FakeBox:
    """Plays by the fake clock."""

    def __init__(self, clock):
        self.clock, self.begun, self.stopped, self.volumes = clock, [], 0, []
        self.error = None
        self.tells = True
        self._ends: tuple[str, float] | None = None

    def _fail(self):
        if self.error is not None:
            raise self.error

    def identify(self):
        self._fail()
        return Identity("box")

    def play(self, clip):
        self._fail()
        self.begun.append((clip, self.clock.now()))
        self._ends = (clip, self.clock.monotonic() + 3.0)
        return Evidence.ACKNOWLEDGED

    def stop(self):
        self.stopped += 1
        self._ends = None
        return Evidence.ACKNOWLEDGED

    def volume(self, percent):
        self.volumes.append(percent)
        return Evidence.ACKNOWLEDGED

    def finished(self, seconds):
        self._fail()
        if self._ends is None or not self.tells or self.clock.monotonic() < self._ends[1]:
            return ()
        clip, self._ends = self._ends[0], None
        return (clip,)


def a_box(tmp_path: Path, *names: str) -> tuple[Line, FakeBox]:
    line = Line(tmp_path)
    box = FakeBox(line.clock)
    line._add(BOX, AnnouncerHand(line.tools(BOX), card(*names), {"test": 900}), box)
    return line, box


def at_noon(*items: Item, **facts) -> Plan:
    rule = Rule(id="r1", playlist="p1", targets=(BOX,), windows=(Window.of("12:00", "13:00"),), loop=False)
    lists = (Playlist(id="p1", items=items, gap=1.0),)
    issued = NOON - timedelta(hours=1)
    return Plan(device=BOX, revision=1, issued=issued, playlists=lists, rules=(rule,), **facts)


def test_what_is_due_is_begun_by_its_number_in_turn_and_the_boxs_word_is_the_proof(tmp_path):
    line, box = a_box(tmp_path, "vi", "zh")
    line.clock.step(timedelta(seconds=-1))
    line.go(Orders(BOX, at_noon(item("vi", "zh"))))
    line.run(12.0)
    assert [clip for clip, _ in box.begun] == ["card-0001", "card-0002"]
    assert [round((at - NOON).total_seconds(), 1) for _, at in box.begun] == [0.0, 4.0]
    records = line.records()
    assert [(one.outcome, one.evidence) for one in records] == [(Outcome.SHOWN, "read_back")] * 2
    assert all(abs(one.start_error) < 0.4 for one in records)


def test_an_alert_cuts_what_plays_and_what_was_cut_says_so(tmp_path):
    line, box = a_box(tmp_path, "vi", "fire")
    line.go(Orders(BOX, at_noon(item("vi"))))
    line.run(1.0)
    fire = Alert(
        id="a1", revision=1, starts=line.clock.now(), until=line.clock.now() + timedelta(seconds=20), item=item("fire")
    )
    line.go(Orders(BOX, at_noon(item("vi")), (fire,), {"a1": 1}))
    line.run(8.0)
    assert [clip for clip, _ in box.begun][:3] == ["card-0001", "card-0002", "card-0002"]
    line.go(Orders(BOX, at_noon(item("vi"))))
    line.run(1.0)
    outcomes = [(one.message, one.outcome) for one in line.records()]
    assert outcomes[0] == ("vi", Outcome.INTERRUPTED)
    assert ("fire", Outcome.SHOWN) in outcomes
    assert box.stopped >= 1


def test_a_sound_that_is_not_on_the_card_is_a_fault_and_a_failed_record_once(tmp_path):
    line, box = a_box(tmp_path, "zh")
    line.go(Orders(BOX, at_noon(item("vi"))))
    line.run(5.0)
    assert box.begun == []
    assert [(one.outcome, one.reason) for one in line.records()] == [(Outcome.FAILED, "not on the card")]
    assert [each.code for each in line.faults[BOX].standing()] == ["content.missing"]


def test_a_box_that_never_says_the_end_is_partial_and_one_that_is_silent_a_fault(tmp_path):
    line, box = a_box(tmp_path, "vi")
    box.tells = False
    line.go(Orders(BOX, at_noon(item("vi"))))
    line.run(12.0)
    (record,) = line.records()
    assert record.outcome is Outcome.PARTIAL
    assert "never said" in record.reason
    box.error = SilentError(0.3)
    line.run(40.0)
    assert line.views[BOX].health is Health.OFFLINE


def test_a_box_that_fails_in_the_middle_leaves_a_partial_record_and_is_tried_again(tmp_path):
    line, box = a_box(tmp_path, "vi")
    line.go(Orders(BOX, at_noon(item("vi"))))
    line.run(1.0)
    box.error = BusyError(1, "busy")
    line.run(1.0)
    box.error = None
    line.run(10.0)
    (record,) = line.records()
    assert record.outcome is Outcome.PARTIAL
    assert line.views[BOX].health is Health.HEALTHY


def test_it_is_as_loud_as_the_plan_says(tmp_path):
    line, box = a_box(tmp_path, "vi")
    line.go(Orders(BOX, at_noon(item("vi"), levels=Levels(volumes=(Volume(percent=40),)))))
    line.run(1.0)
    assert box.volumes == [40]


def test_the_technicians_clip_sounds_and_has_no_record(tmp_path):
    line, box = a_box(tmp_path, "vi")
    line.go(Orders(BOX, Plan(device=BOX, revision=1, issued=NOON)))
    from devices.agent.worker import TestPattern

    line.worker.tell(TestPattern(BOX))
    line.run(2.0)
    assert [clip for clip, _ in box.begun] == ["test"]
    assert line.records() == []


@pytest.mark.parametrize("text", ["", "[", '[{"number": 0}]', written((*card("a"), *card("b")))])
def test_a_list_of_a_card_that_cannot_be_used_is_told_in_one_sentence(tmp_path, text):
    path = tmp_path / LIST
    path.write_text(text)
    with pytest.raises(SettingsError, match="the list of the card"):
        read_card(path)


SMALL = """
gate = "na-hinh"
state = "{folder}/state"
clock = "trust"
[controller]
url = "{url}"
code = "once"
[[lines]]
id = "l"
link = "serial:{folder}/line-1"
[[devices]]
id = "box-1"
line = "l"
driver = "dfplayer"
card = "{folder}/gatecast-card.json"
"""


async def test_a_commune_with_one_box_says_its_notice_and_the_card_is_made_from_the_plan(tmp_path, capsys):
    device = "na-hinh/box-1"
    (tmp_path / LIST).write_text("[]")
    config = tmp_path / "agent.toml"
    first = SMALL.replace('card = "{folder}/gatecast-card.json"\n', "[devices.settings]\nclips = {{ test = 1 }}\n")
    async with a_world(tmp_path, first) as world:
        data = tone(2.0, 440)
        sha256 = world.controller.add(data)
        notice = spoken("m1", ContentRef(sha256=sha256, kind="audio", language="vi", size=len(data), seconds=2.0))
        rule = Rule(
            id="r1", playlist="p1", targets=(device,), windows=(Window(start=0, end=1440),), loop=False, every=1
        )
        plan = Plan(
            device=device, revision=1, issued=utc_now(), playlists=(Playlist(id="p1", items=(notice,)),), rules=(rule,)
        )
        async with world.agent():
            await world.plan(plan)
            await until(lambda: world.statuses[device].revision == 1 and world.statuses[device].missing == 0)
        config.write_text(first.format(folder=tmp_path, url=world.controller.url))
        assert main(["card", "--config", str(config), "--device", "box-1", "--out", str(tmp_path / "sd")]) == 0
        assert "1 sounds" in capsys.readouterr().out
        with wave.open(str(tmp_path / "sd" / "mp3" / "0001.wav")) as file:
            assert (file.getframerate(), file.getnframes()) == (48_000, 96_000)
        assert main(["card", "--config", str(config), "--device", "nobody", "--out", str(tmp_path)]) == 1
        assert "no device nobody" in capsys.readouterr().err
    made = json.loads((tmp_path / "sd" / LIST).read_text())
    assert [one["sha256"] for one in made] == [sha256]
    (tmp_path / LIST).write_text(json.dumps(made))
    async with a_world(tmp_path, SMALL) as world:
        moment = utc_now() + timedelta(seconds=4)
        once = Rule(id="r1", playlist="p1", targets=(device,), windows=(Window(start=0, end=1440),), starts=moment)
        async with world.agent():
            await until(lambda: world.statuses[device].health is Health.HEALTHY)
            await world.plan(plan.model_copy(update={"revision": 2, "rules": (once,)}))
            await until(lambda: world.records)
            await asyncio.sleep(0.1)
    record = world.records[0]
    assert (record.outcome, record.evidence, record.message) == (Outcome.SHOWN, "read_back", "m1")
    assert record.content.sha256 == sha256


def test_a_small_site_needs_fewer_than_thirty_lines():
    assert len(SMALL.strip().splitlines()) < 30
