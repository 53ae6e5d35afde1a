"""Bad days of a loudspeaker: silent boards, stuck relays, refusals, noise, a week without a link, a power cut."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import timedelta

import pytest

from devices.agent.config import InputConfig
from devices.agent.local import Started
from devices.agent.orders import Orders
from devices.contract.messages import Health, Outcome
from devices.errors import RefusedError, SilentError
from schedules.model import Alert, ContentRef, Item, LocalCall, Plan, Playlist, Rule, Window
from tests.devices.test_agent_sound import ONE_SPEAKER, sound, spoken, zones
from tests.support.agent_world import a_world, until
from tests.support.facts import NOON, digest
from tests.support.fake_controller import utc_now
from tests.support.fake_devices import Line

PA = "tan-thanh/pa-1"
DATA = b"notice" * 20


def item(name: str = "m1", seconds: float = 5.0) -> Item:
    ref = ContentRef(
        sha256=hashlib.sha256(DATA).hexdigest(), kind="audio", language="vi", size=len(DATA), seconds=seconds
    )
    return Item(message=name, version=1, digest=digest(name), contents=(ref,))


def plan(every: int = 60, **facts) -> Plan:
    rule = Rule(
        id="r1",
        playlist="p1",
        targets=(PA,),
        windows=(Window(start=0, end=1440),),
        loop=False,
        every=every,
        zones=("hall", "yard"),
    )
    issued = NOON - timedelta(days=1)
    return Plan(
        device=PA, revision=1, issued=issued, playlists=(Playlist(id="p1", items=(item(),)),), rules=(rule,), **facts
    )


def a_line(tmp_path, **more):
    line = Line(tmp_path)
    line.media.keep(hashlib.sha256(DATA).hexdigest(), DATA)
    line.clock.step(timedelta(seconds=-5))
    return line, *line.speaker(PA, ("hall", "yard"), **more)


def codes(line):
    return [each.code for each in line.faults[PA].standing()]


def test_a_relay_board_that_is_silent_for_half_a_minute_is_a_fault_within_ten_seconds_and_over_when_it_is_back(
    tmp_path,
):
    line, speaker, _ = a_line(tmp_path)
    line.go(Orders(PA, None))
    line.run(1.0)
    speaker.error = SilentError(0.5)
    line.run(10.0, step=0.2)
    assert codes(line) == ["link.silent"]
    assert line.views[PA].health is Health.OFFLINE
    line.run(20.0, step=0.2)
    speaker.error = None
    line.run(35.0, step=0.2)
    assert codes(line) == []
    assert line.views[PA].health is Health.HEALTHY


def test_a_relay_that_sticks_is_found_by_reading_back_within_ten_seconds(tmp_path):
    line, speaker, _ = a_line(tmp_path)
    line.go(Orders(PA, None))
    line.run(1.0)
    speaker.open_now = frozenset({"yard"})
    line.run(9.0, step=0.2)
    assert codes(line) == ["zone.mismatch"]
    assert "zone yard does not shut" in line.faults[PA].standing()[0].text
    assert speaker.open_now == frozenset(), "and shut again at once"
    line.run(35.0, step=0.2)
    assert speaker.open_now == frozenset()
    assert codes(line) == []


def test_a_refused_command_is_told_with_its_reason_and_the_announcement_counts_as_failed(tmp_path):
    line, speaker, _ = a_line(tmp_path)
    speaker.error = RefusedError(2, "no such coil")
    line.go(Orders(PA, plan()))
    line.run(20.0)
    assert codes(line) == ["device.refused"]
    (record,) = line.records()
    assert (record.outcome, record.reason) == (Outcome.FAILED, "the zones did not open")


def test_a_zone_whose_amplifier_reports_a_fault_is_named_in_the_record(tmp_path):
    line, speaker, _ = a_line(tmp_path, meanings={"amp": InputConfig(means="fault", zones=("yard",))})
    speaker.contacts = {"amp": True}
    line.go(Orders(PA, plan()))
    line.run(20.0)
    (record,) = line.records()
    assert record.outcome is Outcome.SHOWN
    assert record.zones == ("hall",)
    assert record.reason == "not in yard: its fault contact reports"
    assert codes(line) == ["zone.contact"]


def test_with_every_zone_in_fault_nobody_heard_it(tmp_path):
    line, speaker, _ = a_line(tmp_path, meanings={"amp": InputConfig(means="fault", zones=("yard", "hall"))})
    speaker.contacts = {"amp": True}
    line.go(Orders(PA, plan()))
    line.run(20.0)
    (record,) = line.records()
    assert record.outcome is Outcome.FAILED


def test_a_button_pressed_during_an_emergency_of_the_controller_takes_its_place_and_gives_it_back(tmp_path):
    line, _, _ = a_line(tmp_path)
    held = plan(calls=(LocalCall(id="crush", item=item("crush"), longest=20),))
    now = line.clock.now()
    fire = Alert(id="a1", revision=1, starts=now, until=now + timedelta(minutes=2), item=item("fire"))
    line.go(Orders(PA, held, (fire,), {"a1": 1}))
    line.run(3.0)
    assert line.views[PA].answer.source == "a1"
    begun = Started("crush", line.clock.now(), line.clock.now() + timedelta(seconds=20), 1)
    line.go(Orders(PA, held, (fire,), {"a1": 1}, local=(begun,)))
    line.run(3.0)
    assert line.views[PA].answer.source == "local-crush"
    line.run(20.0)
    assert line.views[PA].answer.source == "a1"
    assert {one.message for one in line.records()} >= {"fire", "crush"}


def test_a_week_without_a_link_says_all_that_is_due_once_and_keeps_every_record(tmp_path):
    line, _, _ = a_line(tmp_path)
    line.go(Orders(PA, plan(every=360)))
    for _ in range(7 * 4):
        line.run(12.0, step=0.25)
        line.clock.pass_by(6 * 3600 - 12.0)
        line.go()
    records = line.records()
    assert len(records) == 28
    assert len({one.due for one in records}) == 28
    assert {one.outcome for one in records} == {Outcome.SHOWN}


async def test_a_board_of_a_shared_bus_that_is_away_does_not_stop_the_other_and_is_well_when_it_is_back(tmp_path):
    config = ONE_SPEAKER.replace(
        "[devices.sound]",
        '[devices.sound]\nsink = "clocked"\n[[devices]]\nid = "pa-2"\nline = "line-1"\ndriver = "modbus_relay"\n'
        "[devices.settings]\naddress = 2\nzones = {{ road = 0 }}\n[devices.sound]",
    ).replace('sink = "clocked"\nrecord = "{folder}/pa.wav"', 'sink = "clocked"')
    config = config.replace('[devices.sound]\nsink = "clocked"\n[devices.sound]', '[devices.sound]\nsink = "clocked"')
    other = "tan-thanh/pa-2"
    async with a_world(tmp_path, config) as world, world.agent():
        await until(
            lambda: world.statuses[PA].health is Health.HEALTHY and world.statuses[other].health is Health.HEALTHY
        )
        world.gate.relays("pa-2").power_off()
        await until(lambda: world.statuses[other].health is Health.OFFLINE, 60)
        due = utc_now() + timedelta(seconds=4)
        playlist = Playlist(id="p1", items=(spoken("m1", sound(world, 1.0, 440)),))
        rule = Rule(
            id="r1",
            playlist="p1",
            targets=(PA,),
            windows=(Window(start=0, end=1440),),
            starts=due,
            ends=due + timedelta(seconds=1),
        )
        await world.plan(Plan(device=PA, revision=1, issued=utc_now(), playlists=(playlist,), rules=(rule,)))
        await until(lambda: world.records)
        assert world.records[0].outcome is Outcome.SHOWN
        world.gate.relays("pa-2").power_on()
        await until(lambda: world.statuses[other].health is Health.HEALTHY, 60)


async def test_everything_killed_and_started_again_with_an_emergency_still_valid_says_it_first(tmp_path):
    async with a_world(tmp_path, ONE_SPEAKER) as world:
        urgent = spoken("urgent", sound(world, 1.0, 880))
        call = LocalCall(id="fire", item=urgent, longest=600)
        notice = spoken("m1", sound(world, 1.0, 440))
        always = Rule(id="r1", playlist="p1", targets=(PA,), windows=(Window(start=0, end=1440),))
        lists = (Playlist(id="p1", items=(notice,)),)
        async with world.agent() as agent:
            await until(lambda: world.statuses[PA].health is Health.HEALTHY)
            await world.plan(
                Plan(device=PA, revision=1, issued=utc_now(), playlists=lists, rules=(always,), calls=(call,))
            )
            await until(lambda: any(one.message == "m1" for one in world.records))
            agent._press("fire", True)
            await until(lambda: any(one.message == "urgent" for one in world.records))
        world.records.clear()
        world.broker.kill()
        world.controller.stop()
        async with world.agent() as agent:
            await until(lambda: zones(world) == {0, 1, 5})
            await asyncio.sleep(3)
            outbox = agent._kept.store.oldest(100)
        said = [one for one in outbox if one.started is not None]
        assert said[0].message == "urgent"
        assert "m1" not in {one.message for one in said}


@pytest.mark.parametrize("closed", [True, False])
def test_the_mains_contact_is_told_within_ten_seconds(tmp_path, closed):
    line, speaker, _ = a_line(tmp_path, meanings={"mains": InputConfig(means="mains", closed=closed)})
    speaker.contacts = {"mains": not closed}
    line.go(Orders(PA, None))
    line.run(6.0, step=0.2)
    assert codes(line) == []
    speaker.contacts = {"mains": closed}
    line.run(6.0, step=0.2)
    assert codes(line) == ["power.mains"]
