"""A whole day at Tân Thanh: every sample of the stream is the one the plan meant, and the rest is silence."""

from __future__ import annotations

import hashlib
import random
import sys
from array import array
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from devices.agent.inputs import Inputs
from devices.agent.orders import Orders
from devices.agent.speaker import SpeakerHand
from devices.contract.messages import Outcome
from devices.ports import Clip, Played
from devices.profiles.tones import tone_wav
from devices.profiles.wav import HEADER_BYTES, RATE, wav_header
from devices.sound.mixer import BLOCK, SILENCE
from devices.sound.orders import Play, Stop
from devices.sound.player import Clocks, Player
from devices.sound.timeline import utc_samples
from schedules.model import ContentRef, Item, Plan, Playlist, Priority, Rule, Window
from tests.support.facts import NOON, digest
from tests.support.fake_devices import FakeClock, FakeSpeaker, Line

PA = "tan-thanh/pa-1"
MIDNIGHT = NOON - timedelta(hours=12)
LEAD, GAP = 2.0, 0.7
DAY = 24 * 3600


class Stream:
    """A sink with a whole day behind it: blocks that are not silent, by number; its own length is the time."""

    def __init__(self) -> None:
        self.count = 0
        self.blocks: dict[int, bytes] = {}

    def open(self) -> None:
        """Begin."""

    def write(self, block: bytes) -> None:
        if block != SILENCE:
            self.blocks[self.count] = block
        self.count += 1

    def latency(self) -> float:
        return 0.0

    def close(self) -> None:
        """End."""


class Out:
    """The sound process without the process: its player, on a stream that follows the test's clock."""

    def __init__(self, clock: FakeClock) -> None:
        self.stream, self._clock = Stream(), clock
        self._reports: list[Mapping[str, object]] = []
        begins = clock.now().timestamp()
        clocks = Clocks(
            wall=lambda: begins + self.stream.count * BLOCK / RATE,
            monotonic=lambda: self.stream.count * BLOCK / RATE,
            sleep=lambda _: None,
        )
        self._begins = clock.now()
        self._player = Player(self.stream, self._reports.append, clocks=clocks)
        self._player.step()

    def follow(self) -> None:
        """The stream goes on to the clock's now."""
        until = (self._clock.now() - self._begins) // timedelta(milliseconds=10)
        while self.stream.count < until:
            self._player.step()

    def play(self, clips: tuple[Clip, ...]) -> None:
        for clip in clips:
            order = Play(clip.id, utc_samples(clip.due), clip.path, clip.bus, clip.max_late, clip.offset)
            self._player.order(order)

    def stop(self, ids: frozenset[str]) -> None:
        self._player.order(Stop(ids))

    def poll(self) -> tuple[Played, ...]:
        self.follow()
        ended = [one for one in self._reports if one["event"] == "ended"]
        self._reports.clear()
        return tuple(
            Played(str(one["id"]), int(one["frames"]), int(one["of_frames"]), float(one["start_error"]), str(one["reason"]))
            for one in ended
        )  # fmt: skip

    def close(self) -> None:
        """Nothing is held."""


def noise(seed: int, seconds: float) -> bytes:
    """Samples like no others."""
    draw = random.Random(seed)
    return array("h", [draw.randint(-9_000, 9_000) or 1 for _ in range(round(seconds * RATE))]).tobytes()


SOUNDS = {"vi": noise(1, 3.0), "zh": noise(2, 2.5), "law": noise(3, 4.0)}


def content(name: str) -> ContentRef:
    wav = wav_header(len(SOUNDS[name]) // 2) + SOUNDS[name]
    return ContentRef(
        sha256=hashlib.sha256(wav).hexdigest(), kind="audio", language="vi", size=len(wav),
        seconds=len(SOUNDS[name]) / 2 / RATE,
    )  # fmt: skip


def item(message: str, *names: str) -> Item:
    return Item(message=message, version=1, digest=digest(message), contents=tuple(map(content, names)))


def the_day() -> Plan:
    """Opening hours in two languages each hour from 07:00 to 17:00; border law twice, with an end tone, at :20 and :50 of
    the morning; and one word of class priority at 12:10."""
    lists = (
        Playlist(id="hours", items=(item("hours", "vi", "zh"),), lead=LEAD, gap=GAP),
        Playlist(id="law", items=(item("law", "law"),), lead=3.5, gap=GAP, chime="chime-4", repeats=2, tail=1.0),
        Playlist(id="word", items=(item("word", "vi"),), gap=GAP),
    )
    facts = {"targets": (PA,), "loop": False, "zones": ("yard",)}
    rules = (
        Rule(id="r1", playlist="hours", windows=(Window.of("07:00", "17:00"),), every=60, **facts),
        Rule(id="r2", playlist="law", windows=(Window.of("08:00", "12:00"),), minutes=(20, 50), **facts),
        Rule(id="r3", playlist="word", windows=(Window.of("12:10", "12:11"),), priority=Priority.PRIORITY, **facts),
    )
    return Plan(device=PA, revision=1, issued=MIDNIGHT - timedelta(days=1), playlists=lists, rules=rules)


def meant() -> list[tuple[float, bytes]]:
    """Seconds after midnight and samples, written down from the words of `the_day` and not from the plan."""
    chime, four, end = (tone_wav(name)[HEADER_BYTES:] for name in ("chime-2", "chime-4", "end"))
    found: list[tuple[float, bytes]] = []
    for hour in range(7, 17):
        due = hour * 3600.0
        found += [(due - 2.0, chime), (due, SOUNDS["vi"]), (due + 3.7, SOUNDS["zh"])]
    for hour in range(8, 12):
        for minute in (20, 50):
            due = hour * 3600.0 + minute * 60
            found += [(due - 3.5, four), (due, SOUNDS["law"]), (due + 4.7, SOUNDS["law"]), (due + 9.4, end)]
    return [*found, (12 * 3600.0 + 600, SOUNDS["vi"])]


def blocks(sounds: list[tuple[float, bytes]]) -> dict[int, bytes]:
    """The same as ten-millisecond blocks of the day's stream."""
    found: dict[int, bytearray] = {}
    for at, data in sounds:
        place = 2 * round(at * RATE)
        for byte in range(place - place % len(SILENCE), place + len(data), len(SILENCE)):
            block = found.setdefault(byte // len(SILENCE), bytearray(SILENCE))
            first, last = max(place, byte), min(place + len(data), byte + len(SILENCE))
            block[first - byte : last - byte] = data[first - place : last - place]
    return {number: bytes(block) for number, block in found.items() if bytes(block) != SILENCE}


def a_gate(folder: Path, starts: datetime) -> tuple[Line, Out]:
    line = Line(folder, FakeClock(starts))
    for data in SOUNDS.values():
        wav = wav_header(len(data) // 2) + data
        line.media.keep(hashlib.sha256(wav).hexdigest(), wav)
    out = Out(line.clock)
    tools = line.tools(PA)
    inputs = Inputs({}, tools.faults, tools.pressed)
    line._add(PA, SpeakerHand(tools, out, ("hall",), inputs), FakeSpeaker(line.clock))
    return line, out


@pytest.mark.timeout(600)  # eight million blocks
def test_the_recorded_day_is_the_planned_day_sample_by_sample(tmp_path: Path) -> None:
    line, out = a_gate(tmp_path, MIDNIGHT)
    line.go(Orders(PA, the_day(), (), {}))
    assert line.worker is not None
    while (line.clock.now() - MIDNIGHT).total_seconds() < DAY:
        pause = line.worker.turn()
        line.clock.pass_by(min(max(pause, 0.01), 20.0))
    out.follow()
    assert sys.byteorder == "little"  # the samples below are compared as bytes
    planned = blocks(meant())
    assert out.stream.count >= DAY * 100
    assert {number: block for number, block in out.stream.blocks.items() if planned.get(number) != block} == {}
    assert planned.keys() == out.stream.blocks.keys()
    records = line.records()
    assert len(records) == 10 * 2 + 8 * 2 + 1
    assert {one.outcome for one in records} == {Outcome.SHOWN}
    assert max(abs(one.start_error or 0.0) for one in records) < 1 / RATE
    line.store.close()
