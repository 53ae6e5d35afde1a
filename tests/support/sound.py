"""A stream in memory whose clock is the stream itself, and a player around it: no waiting, every sample known."""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from devices.profiles.wav import RATE, wav_header
from devices.sound.mixer import BLOCK
from devices.sound.monitor import Listener
from devices.sound.orders import Play
from devices.sound.player import Clocks, Player
from devices.sound.record import WavRecord
from devices.sound.sinks import SinkError
from devices.sound.timeline import utc_samples

EPOCH = datetime(2026, 1, 5, 0, 0, 0, tzinfo=UTC)


def samples_of(data: bytes) -> list[int]:
    """Little-endian 16-bit samples as numbers."""
    values = array("h", data)
    if sys.byteorder == "big":
        values.byteswap()
    return list(values)


def wav_of(samples: Iterable[int]) -> bytes:
    """A whole WAV file of these samples."""
    values = list(samples)
    return wav_header(len(values)) + struct.pack(f"<{len(values)}h", *values)


def a_wav(path: Path, samples: Iterable[int]) -> str:
    """Write a WAV file; its path as the sound process takes it."""
    path.write_bytes(wav_of(samples))
    return str(path)


class MemorySink:
    """Takes everything at once and keeps it; `fail` holds what it should say instead."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.streams = 0
        self.fail = ""
        self.fail_open = ""

    def open(self) -> None:
        if self.fail_open:
            raise SinkError(self.fail_open)
        self.streams += 1
        self.data.clear()

    def write(self, block: bytes) -> None:
        if self.fail:
            raise SinkError(self.fail)
        self.data += block

    def latency(self) -> float:
        return 0.0

    def close(self) -> None:
        pass

    @property
    def seconds(self) -> float:
        return len(self.data) / 2 / RATE

    @property
    def samples(self) -> list[int]:
        return samples_of(bytes(self.data))


class Studio:
    """A player whose stream began at `EPOCH`; the clock moves with what the sink took, and by `rest` while it takes nothing."""

    def __init__(self, record: WavRecord | None = None, listener: Listener | None = None) -> None:
        self.sink = MemorySink()
        self.reports: list[dict[str, Any]] = []
        self.rested = 0.0
        self.step_of_clock = 0.0  # a wall clock that was set by hand
        self.before = 0.0  # seconds of streams that are over
        clocks = Clocks(wall=self.wall, monotonic=self.monotonic, sleep=self.rest)
        self.player = Player(self.sink, lambda report: self.reports.append(dict(report)), record, clocks, listener)

    def monotonic(self) -> float:
        return self.before + self.sink.seconds + self.rested

    def wall(self) -> float:
        return EPOCH.timestamp() + self.monotonic() + self.step_of_clock

    def rest(self, seconds: float) -> None:
        self.rested += seconds

    def play(
        self, name: str, at: float, path: str, bus: str = "normal", max_late: float = 60.0, delay: float = 0.0
    ) -> None:
        due = EPOCH + timedelta(seconds=at)
        self.player.order(Play(name, utc_samples(due), path, bus, max_late, delay=delay))

    def run(self, seconds: float) -> list[int]:
        """Let the stream go on for whole blocks; all samples since its beginning."""
        for _ in range(round(seconds * RATE / BLOCK)):
            self.player.step()
        return self.sink.samples

    def ended(self) -> list[tuple[str, int, int, float, str]]:
        return [
            (r["id"], r["frames"], r["of_frames"], r["start_error"], r["reason"])
            for r in self.reports
            if r["event"] == "ended"
        ]

    def said(self, event: str) -> list[dict[str, Any]]:
        return [report for report in self.reports if report["event"] == event]
