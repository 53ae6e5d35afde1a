"""The sound process as tests hold it: begun and ended, polled, waited for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from devices.errors import DeviceError
from devices.ports import Played
from devices.sound.client import SinkFaultError, SoundProcess
from devices.sound.settings import SoundSettings


@contextmanager
def a_sound(**settings: Any) -> Iterator[SoundProcess]:
    sound = SoundProcess(SoundSettings(**settings))
    try:
        yield sound
    finally:
        sound.close()


def soon(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


def wait_for(found: Callable[[], bool], seconds: float = 20.0) -> None:
    until = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


def polled(sound: SoundProcess, count: int, seconds: float = 30.0) -> list[Played]:
    """Poll until so many clips have ended; faults in between are for other tests."""
    ended: list[Played] = []

    def enough() -> bool:
        with suppress(DeviceError):
            ended.extend(sound.poll())
        return len(ended) >= count

    wait_for(enough, seconds)
    return ended


def fault_of(sound: SoundProcess) -> str:
    """The next fault that a poll raises."""
    found: list[str] = []

    def faulty() -> bool:
        try:
            sound.poll()
        except SinkFaultError as fault:
            found.append(str(fault))
        return bool(found)

    wait_for(faulty)
    return found[0]
