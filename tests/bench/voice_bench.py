"""An alert until it is heard: from the API to the first audible sample on the last of 100 loudspeakers."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any, ClassVar

from devices.agent.sounds import RATE
from devices.ports import Clip, Played
from devices.simulators.speakers import RelayBoard
from devices.sound.sources import clip_frames
from tests.bench.chain_bench import Hundred, alerted

BAUD, ZONE, POWER = 9600, 0, 1
frames_of = lru_cache(maxsize=1000)(clip_frames)  # a sound process's own work: not done anew for each of a hundred


class Amplifier:
    """A line of 9600 baud to a relay board, and the loudspeaker behind it; `first` is when an alert became audible there."""

    def __init__(self) -> None:
        self._board = RelayBoard(address=1, coils=2, changed=self._moved)
        self._sent: list[bytes] = []
        self._open: float | None = None
        self._due: float | None = None

    @property
    def first(self) -> float | None:
        """The first sample that came out of an open zone."""
        return max(self._due, self._open) if self._due and self._open and time.time() >= self._due else None

    @first.setter
    def first(self, _: None) -> None:
        self._due = None

    def send(self, data: bytes) -> None:
        """Onto the line."""
        self._sent.append(data)

    def receive(self, timeout: float) -> bytes:
        """What the board does and answers once the line has carried what was sent; nothing comes if nothing was."""
        if not self._sent:
            time.sleep(timeout)
            return b""
        sent, self._sent = self._sent, []
        time.sleep(10 * sum(map(len, sent)) / BAUD)
        answer = b"".join(self._board.receive(data, time.monotonic()) for data in sent)
        time.sleep(10 * len(answer) / BAUD)
        return answer

    def discard(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing is held."""

    def _moved(self, coil: int, closed: bool) -> None:
        if coil == ZONE:
            self._open = time.time() if closed else None

    def sounds(self, clip: Clip) -> None:
        """A clip was handed over: its first sample sounds when it is due, or now if that is over."""
        if clip.bus == "emergency" and self._due is None:
            self._due = max(clip.due.timestamp(), time.time())


class Stream:
    """The sound process of one loudspeaker, without the process: a hundred of them are no load of one gate."""

    def __init__(self, amplifier: Amplifier) -> None:
        self._amplifier = amplifier
        self._clips: dict[str, tuple[Clip, int]] = {}
        self._stopped: list[str] = []

    def play(self, clips: tuple[Clip, ...]) -> None:
        """Take clips."""
        for clip in clips:
            self._clips[clip.id] = clip, frames_of(clip.path)
            self._amplifier.sounds(clip)

    def stop(self, ids: frozenset[str]) -> None:
        """End clips."""
        self._stopped += ids & self._clips.keys()

    def poll(self) -> tuple[Played, ...]:
        """What is over."""
        now = time.time()
        over = {name for name, (clip, frames) in self._clips.items() if now >= clip.due.timestamp() + frames / RATE}
        ended = [(name, *self._clips.pop(name)) for name in over | set(self._stopped)]
        self._stopped.clear()
        return tuple(
            Played(name, min(frames, max(0, round((now - clip.due.timestamp()) * RATE))), frames, 0.0)
            for name, clip, frames in ended
        )

    def close(self) -> None:
        """Nothing is held."""


class HundredVoices(Hundred):
    """A hundred gates of one loudspeaker each: one relay board, one amplifier, one zone."""

    entry = 'id = "pa-1"\nkind = "speaker"\nzones = ["hall"]\n'
    device: ClassVar[dict[str, Any]] = {
        "id": "pa-1", "line": "line", "driver": "modbus_relay", "public_zones": ["hall"],
        "settings": {"address": 1, "coils": 2, "power": POWER, "zones": {"hall": ZONE}, "baud": BAUD},
    }  # fmt: skip
    wire: Callable[[], Any] = Amplifier

    def sound(self, gate: str) -> Stream:
        """Into the gate's amplifier."""
        return Stream(self.wires[gate])


def alert_to_sound_100() -> dict[str, Any]:
    """API to the first audible sample on the last of 100 in-process agents at 9600 baud, against the bare publish."""
    return alerted("alert_to_sound_100", HundredVoices)


ROWS: tuple[Callable[[], dict[str, Any]], ...] = (alert_to_sound_100,)
