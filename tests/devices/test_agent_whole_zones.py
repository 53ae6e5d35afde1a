"""The agent whole with zones: a commune's config as the how-to prints it, two boards on a noisy bus, an amplifier switched off."""

from __future__ import annotations

import asyncio
import re
import tomllib
from datetime import timedelta
from pathlib import Path

from devices.contract.messages import Health, Outcome
from devices.simulators.amplifiers import ToaAmplifier
from devices.simulators.faults import Faults
from schedules.model import LocalCall, Plan, Playlist, Rule, Window
from tests.devices.test_agent_sound import sound, spoken
from tests.support.agent_world import World, a_world, until
from tests.support.fake_controller import utc_now

SMALL = Path("docs/how-to/small-site.md").read_text(encoding="utf-8")


def printed() -> str:
    """The first config of the how-to, on a line and a disk of the test's own, and with the time of a card for a card."""
    text = re.findall(r"```toml\n(.*?)```", SMALL, re.DOTALL)[0]
    assert len(text.strip().splitlines()) < 30
    text = text.replace("{", "{{").replace("}", "}}")
    swaps = {
        '"/var/lib/gatecast"': '"{folder}/state"\nclock = "trust"',
        '"https://gatecast.example"': '"{url}"',
        '"one-time-code"': '"once"',
    }
    for old, new in swaps.items():
        assert old in text
        text = text.replace(old, new)
    text = re.sub(r'link = "serial:[^"]+"', 'link = "serial:{folder}/relays"', text)
    text, found = re.subn(r'sink = "\w+"', 'sink = "clocked"\nrecord = "{folder}/pa.wav"', text)
    assert found == 1
    return re.sub(r"(command|output) = .*\n", "", text)


def at(world: World, device: str, in_seconds: float, *zones: str, seconds: float = 1.0, revision: int = 1) -> Plan:
    due = utc_now() + timedelta(seconds=in_seconds)
    lists = (Playlist(id="p1", items=(spoken("m1", sound(world, seconds, 440)),)),)
    rule = Rule(
        id="r1", playlist="p1", targets=(device,), windows=(Window(start=0, end=1440),), starts=due,
        ends=due + timedelta(seconds=seconds), zones=zones,
    )  # fmt: skip
    return Plan(device=device, revision=revision, issued=utc_now(), playlists=lists, rules=(rule,))


async def test_the_commune_of_the_how_to_announces_in_its_zones_and_its_button_starts_an_emergency(tmp_path):
    device = "na-hinh/pa-1"
    async with a_world(tmp_path, printed()) as world, world.agent():
        await until(lambda: world.statuses[device].health is Health.HEALTHY)
        relays = world.gate.relays("pa-1")
        fire = LocalCall(id="fire", item=spoken("leave", sound(world, 1.0, 880)), longest=60)
        plan = at(world, device, 4, "village", seconds=2.0)
        await world.plan(plan.model_copy(update={"calls": (fire,)}))
        await until(lambda: {n for n, on in enumerate(relays.coils()) if on} == {0, 7})
        await until(lambda: any(one.message == "m1" for one in world.records))
        await until(lambda: not any(relays.coils()))
        relays.set_input(0, True)
        pressed = asyncio.get_running_loop().time()
        await until(lambda: {n for n, on in enumerate(relays.coils()) if on} == {0, 1, 7})
        assert asyncio.get_running_loop().time() - pressed < 5
        relays.set_input(0, False)
        await asyncio.sleep(2.0)
        relays.set_input(0, True)
        await until(lambda: any(one.message == "leave" and one.outcome is Outcome.SHOWN for one in world.records))
    notice = next(one for one in world.records if one.message == "m1")
    assert (notice.outcome, notice.zones, notice.evidence) == (Outcome.SHOWN, ("village",), "read_back")
    alarm = next(one for one in world.records if one.message == "leave")
    assert (alarm.source, alarm.zones) == ("local-fire", ("village", "school"))


TWO = """
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
settings = {{ address = 1, zones = {{ hall = 0, yard = 1 }} }}
sound = {{ sink = "clocked" }}
[[devices]]
id = "pa-2"
line = "line-1"
driver = "modbus_relay"
settings = {{ address = 2, zones = {{ road = 0, lane = 3 }} }}
sound = {{ sink = "clocked" }}
"""
NOISE = Faults(flip=0.004, drop=0.004, duplicate=0.002, seed=11)


async def test_two_boards_on_one_noisy_bus_both_announce_in_their_own_zones_and_no_other_zone_ever_opens(tmp_path):
    first, second = "tan-thanh/pa-1", "tan-thanh/pa-2"
    async with a_world(tmp_path, TWO, NOISE) as world, world.agent():
        await until(lambda: {first, second} <= world.statuses.keys())
        await world.plan(at(world, first, 6, "yard", seconds=2.0))
        await world.plan(at(world, second, 6, "lane", seconds=2.0))
        await until(lambda: len(world.records) >= 2, 40)
        boards = (world.gate.relays("pa-1"), world.gate.relays("pa-2"))
        await until(lambda: not any(any(board.coils()) for board in boards), 60)
    assert {one.device: one.outcome for one in world.records} == {first: Outcome.SHOWN, second: Outcome.SHOWN}
    moved = {
        name: {line.split()[1] for line in (tmp_path / "sim" / f"{name}.log").read_text().splitlines()}
        for name in ("tan-thanh-pa-1", "tan-thanh-pa-2")
    }
    assert moved == {"tan-thanh-pa-1": {"yard"}, "tan-thanh-pa-2": {"lane"}}


AMPLIFIER = """
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
driver = "toa_9000"
settings = {{ zones = {{ hall = 1, yard = 3 }}, levels = {{ hall = 0, yard = -6 }}, power_settle = 0.2, timeout = 0.1 }}
sound = {{ sink = "clocked" }}
"""


async def test_an_amplifier_switched_off_at_its_panel_is_told_within_ten_seconds_woken_and_heard_again(tmp_path):
    device = "tan-thanh/pa-1"
    async with a_world(tmp_path, AMPLIFIER) as world, world.agent():
        await until(lambda: device in world.statuses)
        unit = world.gate.devices["pa-1"]
        assert isinstance(unit, ToaAmplifier)
        await world.plan(at(world, device, 4, "hall", seconds=25.0))
        await until(lambda: unit.outputs()[0], 20)
        unit.press_power(False)
        began = asyncio.get_running_loop().time()
        await until(lambda: "device.off" in {one.code for one in world.statuses[device].faults}, 15)
        assert asyncio.get_running_loop().time() - began < 12
        await until(lambda: unit.outputs()[0], 15)
        assert unit.desk.faders[(1, 0)] == 0x6A
        await until(lambda: world.records, 40)
        assert (world.records[0].outcome, world.records[0].evidence) == (Outcome.SHOWN, "acknowledged")
        await until(lambda: not world.statuses[device].faults, 40)


def test_the_other_configs_of_this_page_are_toml():
    for config in (TWO, AMPLIFIER, printed()):
        assert tomllib.loads(config.format(folder="/f", url="http://c"))["gate"]
