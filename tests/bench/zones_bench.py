"""The right zones: an alert until it sounds behind relays that were read back, calls settled, supervision's share of a line."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

from devices.agent.inputs import BUTTON_SECONDS, WATCH_SECONDS
from devices.agent.reconcile import SPEAKER_PROBE
from devices.drivers.modbus_relay.codec import READ_COILS, READ_INPUTS, Read
from schedules.arbiter import Call, arbitrate
from tests.bench.chain_bench import alerted
from tests.bench.voice_bench import BAUD, HundredVoices

BITS_A_BYTE, COILS, GAP = 10, 8, 3.5  # 8N1; relays of a usual board; characters of silence about each frame
SECOND, DAY = 1_000_000, 86_400
ZONES = ("hall", "yard-a", "yard-b", "lane", "staff")


class OneVoice(HundredVoices):
    """One gate of one loudspeaker."""

    count = 1


def zones_to_sound_ms() -> dict[str, Any]:
    """API to relays closed and read back and the first audible sample, one agent on 9600 baud, against the bare publish."""
    return alerted("zones_to_sound_ms", OneVoice)


def arbiter_calls_per_s() -> dict[str, Any]:
    """Calls of a busy day, five zones and three classes, settled; the baseline sorts the same calls and does nothing else."""
    draw = random.Random(7)
    calls = [
        Call(
            id=f"c{n}", level=draw.choice((80, 160, 240)), due=draw.randrange(DAY) * SECOND, length=draw.randrange(5, 60) * SECOND,
            zones=frozenset(draw.sample(ZONES, draw.randrange(1, 4))), routing=draw.choice(("partial", "non_partial", "stacked")),
        )
        for n in range(1_000)
    ]  # fmt: skip
    begun = time.perf_counter()
    arbitrate(calls)
    taken = time.perf_counter() - begun
    begun = time.perf_counter()
    for _ in range(100):
        sorted(calls, key=lambda one: (one.due, -one.level, one.id))
    plain = (time.perf_counter() - begun) / 100
    return {
        "name": "arbiter_calls_per_s", "value": len(calls) / taken, "unit": "1/s", "ratio": plain / taken,
        "baseline": f"the same 1,000 calls only sorted: {plain * 1e3:.2f} ms",
    }  # fmt: skip


def supervision_line_share() -> dict[str, Any]:
    """Line time of looking at relays and fault contacts, of all line time at 9600 baud."""
    looks = {SPEAKER_PROBE: Read(1, READ_COILS, 0, COILS), WATCH_SECONDS: Read(1, READ_INPUTS, 0, COILS)}
    button = Read(1, READ_INPUTS, 0, COILS)
    waiting = (len(button.to_bytes()) + button.answer_size + 2 * GAP) * BITS_A_BYTE / BAUD / BUTTON_SECONDS
    share = sum(
        (len(ask.to_bytes()) + ask.answer_size + 2 * GAP) * BITS_A_BYTE / BAUD / every for every, ask in looks.items()
    )
    return {
        "name": "supervision_line_share", "value": share, "unit": "of 1", "ratio": share / 0.02,
        "baseline": f"at most 0.02 of the line; reading a button, which is none, takes {waiting:.3f} where one is wired",
    }  # fmt: skip


ROWS: tuple[Callable[[], dict[str, Any]], ...] = (zones_to_sound_ms, arbiter_calls_per_s, supervision_line_share)
