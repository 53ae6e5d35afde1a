"""The sound process on the clocked sink while another process keeps a core busy: exactness, memory, processor."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil

from devices.ports import Clip
from devices.profiles.wav import RATE, wav_header
from devices.sound.client import SoundProcess
from devices.sound.orders import Play
from devices.sound.player import Player
from devices.sound.settings import SoundSettings
from devices.sound.sinks import ClockedNullSink
from devices.sound.timeline import utc_samples

CLICKS = 8
WATCHED = 6.0  # seconds over which the process is watched
BUSY = (("background", 50), ("normal", 50))  # (bus, percent of loudness)
_LOAD = "while True: sum(range(100_000))"


@contextmanager
def loaded() -> Iterator[None]:
    """As many busy processes as the machine has cores."""
    busy = [subprocess.Popen([sys.executable, "-S", "-c", _LOAD]) for _ in range(psutil.cpu_count() or 1)]
    try:
        yield
    finally:
        for one in busy:
            one.kill()
            one.wait()


class Witness(ClockedNullSink):
    """A clocked sink that keeps what it took, and by the wall clock when its sample 0 must have been."""

    def __init__(self) -> None:
        super().__init__()
        self.heard = bytearray()
        self.began = float("inf")

    def write(self, block: bytes) -> None:
        super().write(block)
        # Waking late can only make this larger: the smallest of all is the truest.
        self.began = min(self.began, time.time() - len(self.heard) / 2 / RATE)
        self.heard += block


@cache
def clicks() -> tuple[tuple[float, ...], tuple[int, ...]]:
    """(start errors in ms, spacing errors in samples) of clicks due on whole seconds; the instants are the witness's own."""
    ended: list[str] = []
    with tempfile.TemporaryDirectory() as folder, loaded():
        click, witness = Path(folder) / "click.wav", Witness()
        click.write_bytes(wav_header(480) + array("h", [20_000] * 480).tobytes())
        player = Player(witness, lambda report: ended.extend(["x"] if report["event"] == "ended" else []))
        first = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=2)
        dues = [first + timedelta(seconds=n) for n in range(CLICKS)]
        for n, due in enumerate(dues):
            player.order(Play(str(n), utc_samples(due), str(click), "normal", 60.0))
        while len(ended) < CLICKS:
            player.step()
        player.close()
    heard = array("h", bytes(witness.heard))
    starts = [n for n in range(1, len(heard)) if heard[n] and not heard[n - 1]]
    errors = [(witness.began + n / RATE - due.timestamp()) * 1000 for n, due in zip(starts, dues, strict=True)]
    return tuple(errors), tuple(b - a - RATE for a, b in pairwise(starts))


def row(name: str, value: float, unit: str) -> dict[str, Any]:
    """A row without a baseline."""
    return {"name": name, "value": value, "unit": unit, "ratio": None, "baseline": None}


def sound_start_error_ms() -> dict[str, Any]:
    """The largest distance of a click from its due second, machine loaded."""
    return row("sound_start_error_ms", max(map(abs, clicks()[0])), "ms")


def sound_spacing_error_samples() -> dict[str, Any]:
    """The largest error between two clicks a second apart."""
    return row("sound_spacing_error_samples", max(map(abs, clicks()[1])), "samples")


@cache
def at_work(*sounding: tuple[str, int]) -> tuple[float, float]:
    """(MB, percent of a core) of the sound process, its WAV record running, while so many (bus, percent of loudness) sound."""
    with tempfile.TemporaryDirectory() as folder:
        sound = SoundProcess(SoundSettings(record=Path(folder) / "r.wav"))
        time.sleep(1.5)
        now = datetime.now(UTC)
        sound.play(tuple(Clip(str(n), now, "tone:test", bus, gain=gain) for n, (bus, gain) in enumerate(sounding)))
        time.sleep(1)
        child = psutil.Process(sound.pid)
        before = child.cpu_times()
        time.sleep(WATCHED)
        after = child.cpu_times()
        memory = child.memory_info().rss / 1e6
        sound.close()
    return memory, (after.user + after.system - before.user - before.system) / WATCHED * 100


def sound_rss_mb() -> dict[str, Any]:
    """Memory while an announcement at the night's loudness sounds over ducked music."""
    return row("sound_rss_mb", at_work(*BUSY)[0], "MB")


def sound_cpu_percent() -> dict[str, Any]:
    """Processor while an announcement at the night's loudness sounds over ducked music; at rest see `sound_rest_cpu_percent`."""
    return row("sound_cpu_percent", at_work(*BUSY)[1], "%")


def sound_rest_cpu_percent() -> dict[str, Any]:
    """Processor with nothing to play."""
    return row("sound_rest_cpu_percent", at_work()[1], "%")


ROWS: tuple[Callable[[], dict[str, Any]], ...] = (
    sound_start_error_ms,
    sound_spacing_error_samples,
    sound_rss_mb,
    sound_cpu_percent,
    sound_rest_cpu_percent,
)
