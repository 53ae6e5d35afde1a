"""Listens to what came out: a command that gives back raw samples of the sink's monitor, or of a line-in from the amplifier."""

from __future__ import annotations

import contextlib
import subprocess
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from devices.profiles.wav import RATE, WIDTH
from devices.sound.heard import HOP, LONGEST, compare, envelope

REACH = 300  # steps: a sound may come back 1.5 s late
EDGE = 60  # steps of silence compared before and after a clip: its beginning and its end are part of its shape
_KEPT = LONGEST + REACH + 4 * EDGE + 400  # steps: what a comparison needs, and two seconds
_STEP = HOP / RATE
_STRAY = 0.25  # seconds a command may pause before its timeline begins anew
_RETRY = 5.0


class Track:
    """The newest steps of one envelope and when they were, by the monotonic clock."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._steps: deque[float] = deque(maxlen=_KEPT)
        self._end = 0.0

    def add(self, steps: list[float], end: float) -> None:
        """Steps that follow on, the last of which ends at `end`; a break in time drops what was."""
        if self._steps and abs(end - self._end - len(steps) * _STEP) > _STRAY:
            self._steps.clear()
        # Between breaks steps are counted, not timed: arrival is uneven, the sound is not. Only earlier arrivals correct it.
        counted = self._end + len(steps) * _STEP
        self._end = min(end, counted) if self._steps else end
        self._steps.extend(steps)

    def cut(self, start: float, count: int) -> list[float] | None:
        """`count` steps from `start` on; None if they are not all there."""
        first = round((start - self._end) / _STEP) + len(self._steps)
        if first < 0 or first + count > len(self._steps):
            return None
        return [self._steps[n] for n in range(first, first + count)]


class Ear(Protocol):
    """What came back."""

    def cut(self, start: float, count: int) -> list[float] | None:
        """As of `Track`."""

    def close(self) -> None:
        """Stop listening."""


class CommandEar:
    """Reads the command's standard output on a thread; a command that ends is started again after 5 s."""

    def __init__(self, command: tuple[str, ...]) -> None:
        """Started at once. It must write 48 kHz mono 16-bit little-endian samples as they come."""
        self._command = command
        self._track, self._lock = Track(), threading.Lock()
        self._closed = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        threading.Thread(target=self._listen, daemon=True, name="monitor").start()

    def cut(self, start: float, count: int) -> list[float] | None:
        """As of `Track`."""
        with self._lock:
            return self._track.cut(start, count)

    def close(self) -> None:
        """End the command; a second close does nothing."""
        self._closed.set()
        with self._lock:
            child = self._child
        if child is not None:
            child.kill()

    def _listen(self) -> None:
        while not self._closed.is_set():
            with contextlib.suppress(OSError):
                self._read_one()
            self._closed.wait(_RETRY)

    def _read_one(self) -> None:
        with subprocess.Popen(
            self._command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
        ) as child:
            with self._lock:
                self._child, self._track = child, Track()
            if self._closed.is_set() or child.stdout is None:
                child.kill()
                return
            rest = b""
            while data := child.stdout.read(9600):
                steps = envelope(rest + data)
                rest = (rest + data)[len(steps) * HOP * WIDTH :]
                with self._lock:
                    self._track.add(steps, time.monotonic() - len(rest) / WIDTH / RATE)


@dataclass(frozen=True, slots=True)
class _Question:
    report: Mapping[str, Any]
    start: float
    count: int
    ready: float


class Listener:
    """Keeps the reports of ended clips back until it can say whether they were heard. Times are monotonic."""

    def __init__(self, ear: Ear) -> None:
        """`ear` brings what came back."""
        self._ear, self._sent = ear, Track()
        self._questions: list[_Question] = []

    def sent(self, block: bytes, sounds_until: float) -> None:
        """A block the sink has taken, and when it will have sounded."""
        self._sent.add(envelope(block), sounds_until)

    def ask(self, report: Mapping[str, Any], start: float, end: float) -> None:
        """`report` is of a clip that sounds from `start` to `end`."""
        count = min(LONGEST, round((end - start) / _STEP) + 2 * EDGE)
        begin = start - EDGE * _STEP
        self._questions.append(_Question(report, begin, count, begin + (count + REACH) * _STEP + 0.25))

    def answers(self, now: float, all_of_them: bool = False) -> list[dict[str, Any]]:
        """The reports that are ready, each with `heard`: what came back, or None where nothing can be said."""
        ready = [one for one in self._questions if all_of_them or now >= one.ready]
        self._questions = [one for one in self._questions if one not in ready]
        return [{**one.report, "heard": self._answer(one)} for one in ready]

    def close(self) -> None:
        """Stop listening."""
        self._ear.close()

    def _answer(self, one: _Question) -> dict[str, Any] | None:
        sent = self._sent.cut(one.start, one.count)
        back = self._ear.cut(one.start, one.count + REACH)
        if sent is None or back is None:
            return None
        found = compare(sent, back)
        return {"level": found.level, "lag": found.lag, "likeness": found.likeness, "verdict": found.verdict}
