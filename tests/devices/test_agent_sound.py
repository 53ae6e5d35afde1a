"""The agent whole, with a loudspeaker: relays, the sound process and its WAV."""

from __future__ import annotations

import array
import asyncio
import io
import math
import wave
from datetime import datetime, timedelta
from pathlib import Path

from devices.contract.messages import AlertMessage, Health, Outcome, pack_blob
from schedules.model import ContentRef, Item, Plan, Playlist, Rule, Window
from schedules.playlist import playlist_seconds
from tests.support.agent_world import World, a_world, until
from tests.support.fake_controller import utc_now

PA = "tan-thanh/pa-1"
ONE_SPEAKER = """
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
address = 1
coils = 8
power = 5
[devices.settings.zones]
hall = 0
yard = 1
staff = 2
[devices.sound]
sink = "clocked"
record = "{folder}/pa.wav"
"""


def tone(seconds: float, hertz: int) -> bytes:
    """A WAV of 48 kHz mono 16 bit."""
    samples = array.array(
        "h", (int(8000 * math.sin(2 * math.pi * hertz * i / 48_000)) for i in range(int(48_000 * seconds)))
    )
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(samples.tobytes())
    return out.getvalue()


def sound(world: World, seconds: float, hertz: int) -> ContentRef:
    data = tone(seconds, hertz)
    sha256 = world.controller.add(data)
    return ContentRef(sha256=sha256, kind="audio", language="vi", size=len(data), seconds=seconds)


def spoken(message: str, *contents: ContentRef) -> Item:
    return Item(message=message, version=1, digest=contents[0].sha256, contents=contents)


def once(item: Item, start: datetime) -> Plan:
    """One pass from `start`: a chime's lead of 1.5 s, then the item."""
    playlist = Playlist(id="p1", items=(item,), lead=1.5)
    rule = Rule(
        id="r1", playlist="p1", targets=(PA,), windows=(Window(start=0, end=1440),), zones=("yard",),
        starts=start, ends=start + timedelta(seconds=playlist_seconds(playlist)),
    )  # fmt: skip
    return Plan(device=PA, revision=1, issued=utc_now(), playlists=(playlist,), rules=(rule,))


def zones(world: World) -> set[int]:
    return {coil for coil, closed in enumerate(world.gate.relays("pa-1").coils()) if closed}


async def test_zones_open_before_chime_and_clip_and_close_after_and_the_record_is_exact(tmp_path: Path) -> None:
    async with a_world(tmp_path, ONE_SPEAKER) as world, world.agent():
        await until(lambda: PA in world.statuses and world.statuses[PA].health is Health.HEALTHY)
        due = utc_now() + timedelta(seconds=4)
        plan = once(spoken("m1", sound(world, 1.0, 440)), due)
        await world.plan(plan)
        await until(lambda: zones(world) == {1, 5})
        assert utc_now() < due
        await until(lambda: world.records)
        record = world.records[0]
        assert record.outcome is Outcome.SHOWN
        assert record.zones == ("yard",)
        assert record.evidence == "read_back"
        assert abs(record.seconds - 1.0) < 0.01
        assert abs(record.start_error or 0.0) < 0.05
        assert record.due == due
        await until(lambda: not zones(world))
        assert len(world.records) == 1


async def test_an_alert_stops_the_announcement_sounds_in_public_zones_and_ends(tmp_path: Path) -> None:
    async with a_world(tmp_path, ONE_SPEAKER) as world, world.agent():
        await until(lambda: PA in world.statuses and world.statuses[PA].health is Health.HEALTHY)
        item = spoken("m1", sound(world, 8.0, 440))
        await world.plan(once(item, utc_now() + timedelta(seconds=3)))
        await until(lambda: world.statuses[PA].shown and world.statuses[PA].shown.message == "m1")
        data = tone(1.0, 880)
        urgent = spoken("urgent", sound(world, 1.0, 880))
        now = utc_now()
        alert = AlertMessage(
            id="a1", revision=1, targets=("all",), starts=now, until=now + timedelta(minutes=5),
            showings=({"targets": (PA,), "item": urgent},), blobs={urgent.contents[0].sha256: pack_blob(data)},
        )  # fmt: skip
        await world.alert(alert)
        await until(lambda: zones(world) == {0, 1, 5})
        await until(lambda: sum(one.cause == "alert" for one in world.records) >= 2)
        cut = next(one for one in world.records if one.message == "m1")
        assert cut.outcome is Outcome.INTERRUPTED
        assert cut.reason == "alert a1"
        assert 0 < cut.seconds < 8.0
        await world.alert(alert.model_copy(update={"revision": 2, "state": "ended"}))
        await until(lambda: not zones(world))
        await until(lambda: world.statuses[PA].alerts == {"a1": 2})


async def test_after_a_stop_in_the_middle_the_same_thing_is_not_said_again(tmp_path: Path) -> None:
    async with a_world(tmp_path, ONE_SPEAKER) as world:
        item = spoken("m1", sound(world, 20.0, 440))
        async with world.agent():
            await until(lambda: PA in world.statuses and world.statuses[PA].health is Health.HEALTHY)
            await world.plan(once(item, utc_now() + timedelta(seconds=2)))
            await until(lambda: world.statuses[PA].shown and world.statuses[PA].shown.message == "m1")
            await asyncio.sleep(1.2)
        async with world.agent():
            await until(lambda: world.records)
            await asyncio.sleep(1.0)
            assert [one.outcome for one in world.records] == [Outcome.PARTIAL]
            assert world.records[0].seconds > 0.5
