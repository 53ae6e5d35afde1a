"""Buttons at the gate: an approved clip or the microphone with no network, faults of contacts, and what survives a power cut."""

from __future__ import annotations

import asyncio
import hashlib
import json
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from pydantic import ValidationError

from devices.agent.config import DeviceConfig, InputConfig
from devices.agent.faults import FaultBook
from devices.agent.inputs import BUTTON_SECONDS, WATCH_SECONDS, Inputs
from devices.agent.local import DOOR, Door, LocalCalls, Started
from devices.agent.orders import Orders
from devices.agent.talks import sweep_talks
from devices.contract.messages import Health, Outcome
from devices.profiles.wav import read_wav_header
from schedules.model import Alert, ContentRef, Item, LocalCall, Plan, Priority
from tests.devices.test_sound_microphone import SPEAKING
from tests.support.agent_world import a_world, until
from tests.support.facts import NOON, digest, plan
from tests.support.fake_devices import Line

PA = "tan-thanh/pa-1"
CLIP = b"leave now" * 10
LEAVE = Item(
    message="leave", version=1, digest=digest("leave"),
    contents=(ContentRef(sha256=hashlib.sha256(CLIP).hexdigest(), kind="audio", language="vi", size=len(CLIP), seconds=4.0),),
)  # fmt: skip
FIRE = LocalCall(id="fire", item=LEAVE, longest=60)
MICROPHONE = LocalCall(id="talk", priority=Priority.LIVE, zones=("yard",), release="hold", longest=30)


class Clock:
    def __init__(self):
        self.at = NOON

    def __call__(self):
        return self.at


def held(*calls: LocalCall) -> Plan:
    return Plan(device=PA, revision=1, issued=NOON - timedelta(hours=1), calls=calls)


def button(call: str = "fire") -> InputConfig:
    return InputConfig(means="button", call=call)


def begun(call: str = "fire", seconds: float = 60) -> Started:
    return Started(call, NOON, NOON + timedelta(seconds=seconds), 1)


# --- what an input means


def test_a_button_tells_each_change_once_and_nothing_in_between():
    said: list[tuple[str, bool]] = []
    inputs = Inputs({"red": button()}, FaultBook(PA), lambda call, down: said.append((call, down)))
    for closed in (False, True, True, False, False, True):
        inputs.see({"red": closed}, NOON, 0.0)
    assert said == [("fire", True), ("fire", False), ("fire", True)]


def test_a_fault_contact_names_its_zones_and_is_over_when_it_opens():
    faults = FaultBook(PA)
    meanings = {
        "amp-1": InputConfig(means="fault", zones=("yard", "hall")),
        "mains": InputConfig(means="mains", closed=False),
        "box": InputConfig(means="door"),
    }
    inputs = Inputs(meanings, faults, lambda call, down: None)
    inputs.see({"amp-1": True, "mains": False, "box": True}, NOON, 0.0)
    assert [each.code for each in faults.standing()] == ["cabinet.door", "power.mains", "zone.contact"]
    assert "hall, yard" in faults.standing()[2].text
    assert inputs.lost_zones == {"yard", "hall"}
    inputs.see({"amp-1": False, "mains": True, "box": False}, NOON, 5.0)
    assert faults.standing() == ()
    assert inputs.lost_zones == frozenset()


def test_buttons_are_looked_at_more_often_than_faults():
    watched = Inputs({"amp": InputConfig(means="fault")}, FaultBook(PA), lambda call, down: None)
    pressed = Inputs({"red": button()}, FaultBook(PA), lambda call, down: None)
    for each, seconds in ((watched, WATCH_SECONDS), (pressed, BUTTON_SECONDS)):
        assert each.due_in(100.0) == 0
        each.see({}, NOON, 100.0)
        assert each.due_in(100.0) == pytest.approx(seconds)
        assert each.due_in(50.0) == pytest.approx(seconds)  # never longer, whatever the clock does


@pytest.mark.parametrize("facts", [{"means": "button"}, {"means": "fault", "call": "fire"}])
def test_only_a_button_has_a_call_and_it_must(facts):
    with pytest.raises(ValidationError, match="names its call"):
        InputConfig.model_validate(facts)


def test_a_meaning_for_an_input_the_board_has_not_is_refused():
    with pytest.raises(ValidationError, match="no inputs red"):
        DeviceConfig(
            id="pa", line="l", driver="modbus_relay", settings={"inputs": {"green": 0}}, inputs={"red": button()}
        )


# --- what a press begins


@pytest.mark.parametrize(
    ("release", "presses", "on"),
    [
        ("latch", [True], True),
        ("latch", [True, False], True),
        ("latch", [True, False, True], False),
        ("hold", [True], True),
        ("hold", [True, False], False),
        ("hold", [True, True], True),
    ],
)
def test_a_call_is_released_as_its_rule_says(tmp_path, release, presses, on):
    calls = LocalCalls(tmp_path / "local.json", Clock())
    known = held(FIRE.model_copy(update={"release": release}))
    for down in presses:
        calls.press("fire", down, [known])
    assert bool(calls.on) is on


def test_a_call_ends_at_its_longest_and_may_begin_again(tmp_path):
    clock = Clock()
    calls = LocalCalls(tmp_path / "local.json", clock)
    assert calls.press("fire", True, [held(FIRE)])
    clock.at += timedelta(seconds=61)
    assert calls.on == ()
    assert calls.press("fire", True, [held(FIRE)])
    assert [one.number for one in calls.on] == [2]


def test_a_button_whose_call_no_plan_holds_begins_nothing(tmp_path):
    calls = LocalCalls(tmp_path / "local.json", Clock())
    assert not calls.press("flood", True, [held(FIRE)])
    assert calls.on == ()


@pytest.mark.parametrize("rubbish", ["", "{}", "[1]", '[{"call": "fire"}]', "\0"])
def test_what_was_on_goes_on_after_a_power_cut_and_rubbish_is_forgotten(tmp_path, rubbish):
    path, clock = tmp_path / "local.json", Clock()
    calls = LocalCalls(path, clock)
    calls.press("fire", True, [held(FIRE)])
    calls.keep()
    assert LocalCalls(path, clock).on == calls.on
    clock.at += timedelta(seconds=61)
    assert LocalCalls(path, clock).on == ()
    path.write_text(rubbish)
    assert LocalCalls(path, clock).on == ()


async def test_a_key_on_the_box_itself_can_press_too_and_nonsense_is_answered(tmp_path):
    said: list[tuple[str, bool]] = []
    door = Door(tmp_path / DOOR, lambda call, down: not said.append((call, down)))
    running = asyncio.create_task(door.run())
    while not (tmp_path / DOOR).exists():
        await asyncio.sleep(0.01)
    answers = []
    for line in (b"press fire\n", b"release fire\n", b"reboot\n", b"x" * 5000):
        reader, writer = await asyncio.open_unix_connection(str(tmp_path / DOOR))
        writer.write(line)
        answers.append(await reader.readline())
        writer.close()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert said == [("fire", True), ("fire", False)]
    assert answers == [b"done\n", b"done\n", b"say: press CALL, or release CALL\n", b""]
    assert (tmp_path / DOOR).stat().st_mode & 0o077 == 0


# --- what a loudspeaker does


def a_line(tmp_path: Path, **more):
    line = Line(tmp_path)
    for each in (CLIP,):
        line.media.keep(LEAVE.contents[0].sha256, each)
    speaker, sound = line.speaker(PA, ("hall", "yard"), **more)
    return line, speaker, sound


def test_a_pressed_button_sounds_its_approved_clip_over_the_plan_and_is_recorded(tmp_path):
    line, speaker, sound = a_line(tmp_path, meanings={"red": button()})
    line.go(Orders(PA, held(FIRE)))
    speaker.contacts = {"red": True}
    line.run(1.0)
    assert line.pressed == [("fire", True)]
    start = line.clock.now()
    line.go(Orders(PA, held(FIRE), local=(Started("fire", start, start + timedelta(seconds=60), 1),)))
    line.run(1.0)
    assert speaker.open_now == {"hall", "yard"}
    clip = next(each for each in sound.history if each.bus == "emergency")
    assert (clip.due - start).total_seconds() < 1.0
    line.run(10.0)
    line.go(Orders(PA, held(FIRE)))
    line.run(2.0)
    found = [one for one in line.records() if one.message == "leave"]
    assert found[0].outcome is Outcome.SHOWN
    assert found[0].cause == "alert"
    assert found[0].source == "local-fire"
    assert speaker.open_now == frozenset()


def test_a_drill_is_called_so_wherever_it_is_told(tmp_path):
    line, _, _ = a_line(tmp_path)
    line.go(Orders(PA, held(FIRE.model_copy(update={"drill": True})), local=(begun(),)))
    line.run(1.0)
    assert line.views[PA].answer.source == "local-drill-fire"


def test_the_microphone_opens_its_zones_over_the_plan_and_what_was_said_is_named_by_its_hash(tmp_path):
    line, speaker, sound = a_line(tmp_path)
    line.go(Orders(PA, held(MICROPHONE), local=(begun("talk", 30),)))
    line.run(1.0)
    (clip,) = [each for each in sound.history if each.bus == "live"]
    assert clip.path.startswith("mic:")
    assert speaker.open_now == {"yard"}
    file = Path(clip.path.removeprefix("mic:"))
    file.parent.mkdir(parents=True)
    file.write_bytes(b"what was said")
    line.run(1.0)
    line.go(Orders(PA, held(MICROPHONE)))
    line.run(1.0)
    (record,) = line.records()
    assert record.content.sha256 == digest("what was said")
    assert (record.source, record.message, record.zones) == ("local-talk", "talk", ("yard",))
    assert record.outcome is Outcome.SHOWN
    assert record.seconds > 1.0
    assert speaker.open_now == frozenset()


def test_an_emergency_of_the_controller_goes_over_the_microphone(tmp_path):
    line, _, sound = a_line(tmp_path)
    fire = Alert(id="a1", revision=1, starts=NOON, until=NOON + timedelta(minutes=1), item=LEAVE)
    line.go(Orders(PA, held(MICROPHONE), local=(begun("talk", 30),)))
    line.run(2.0)
    line.go(Orders(PA, held(MICROPHONE), (fire,), {"a1": 1}, local=(begun("talk", 30),)))
    line.run(1.0)
    assert not any(name.startswith("local-talk") for name in sound.placed)
    assert line.views[PA].answer.source == "a1"


def test_without_a_trusted_clock_a_button_still_sounds(tmp_path):
    line, _, sound = a_line(tmp_path)
    line.clock.trust = False
    line.go(Orders(PA, held(FIRE), local=(begun(),)))
    line.run(1.0)
    assert [each.bus for each in sound.history] == ["emergency"]


def test_zones_behind_a_dead_mans_switch_are_confirmed_while_they_are_wanted_and_no_longer(tmp_path):
    line, speaker, _ = a_line(tmp_path)
    speaker.confirm_every = 5.0
    line.go(Orders(PA, held(FIRE), local=(begun(seconds=22),)))
    line.run(40.0)
    opened = [(round((at - NOON).total_seconds()), bool(zones)) for at, zones in speaker.moves]
    assert [on for _, on in opened] == [True] * (len(opened) - 1) + [False]
    assert 4 <= len(opened) - 1 <= 6
    assert all(later - at <= 6 for (at, _), (later, _) in pairwise(opened))


def test_talks_are_kept_within_bounds_newest_first(tmp_path):
    for number in range(205):
        (tmp_path / f"2026112{number:04d}.wav").write_bytes(b"x")
    sweep_talks(tmp_path)
    left = sorted(each.name for each in tmp_path.glob("*.wav"))
    assert len(left) == 200
    assert left[0] == "20261120005.wav"
    sweep_talks(tmp_path / "nowhere")


# --- the agent whole

WHOLE = """
gate = "tan-thanh"
state = "{folder}/state"
clock = "trust"
[controller]
url = "{url}"
code = "once"
[[lines]]
id = "line-1"
link = "serial:{folder}/line-1"
baud = 9600
[[devices]]
id = "pa-1"
line = "line-1"
driver = "modbus_relay"
public_zones = ["hall", "yard"]
[devices.settings]
coils = 8
power = 5
zones = {{ hall = 0, yard = 1 }}
inputs = {{ red = 0, talk = 1, amp = 2 }}
[devices.inputs]
red = {{ means = "button", call = "fire" }}
talk = {{ means = "button", call = "talk" }}
amp = {{ means = "fault", zones = ["yard"] }}
[devices.sound]
sink = "clocked"
record = "{folder}/pa.wav"
microphone = MICROPHONE
"""


async def test_with_no_network_at_all_a_button_sounds_and_a_talk_is_kept_and_both_are_told_when_it_is_back(tmp_path):
    config = WHOLE.replace("MICROPHONE", json.dumps(list(SPEAKING)).replace("{", "{{").replace("}", "}}"))
    async with a_world(tmp_path, config) as world:
        relays = world.gate.relays("pa-1")
        from tests.devices.test_agent_sound import spoken, tone

        data = tone(1.5, 880)
        sha256 = world.controller.add(data)
        clip = ContentRef(sha256=sha256, kind="audio", language="vi", size=len(data), seconds=1.5)
        leave = spoken("leave", clip)
        calls = (LocalCall(id="fire", item=leave, longest=60), MICROPHONE)
        async with world.agent():
            await until(lambda: PA in world.statuses and world.statuses[PA].health is Health.HEALTHY)
            await world.plan(plan(device=PA, rules=(), playlists=(), calls=calls))
            await until(lambda: world.statuses[PA].revision == 1 and world.statuses[PA].missing == 0)
        world.broker.kill()
        world.controller.stop()
        async with world.agent():
            relays.set_input(2, True)
            relays.set_input(0, True)
            await until(lambda: {0, 1, 5} <= {at for at, on in enumerate(relays.coils()) if on})
            await asyncio.sleep(2.5)
            relays.set_input(0, False)
            await asyncio.sleep(1.0)
            relays.set_input(0, True)  # pressed again: it ends
            await until(lambda: not any(relays.coils()))
            relays.set_input(1, True)
            await until(lambda: {at for at, on in enumerate(relays.coils()) if on} == {1, 5})
            await asyncio.sleep(1.5)
            relays.set_input(1, False)
            await until(lambda: not any(relays.coils()))
            await asyncio.sleep(0.5)
    (talk,) = (tmp_path / "state" / "talks").glob("*.wav")
    head = talk.read_bytes()
    assert read_wav_header(head[:1024], len(head))[1] > 48_000
    from devices.agent.store import Store

    store = Store(tmp_path / "state" / "agent.db", NOON)
    found = store.oldest(100)
    store.close()
    assert {one.source for one in found} == {"local-fire", "local-talk"}
    assert next(one for one in found if one.source == "local-talk").content.sha256 == hashlib.sha256(head).hexdigest()
    assert any(one.outcome is Outcome.SHOWN and one.message == "leave" for one in found)
