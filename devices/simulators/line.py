"""One line with the simulated devices on it: every device hears every byte, and each answers for itself."""

from __future__ import annotations

import contextlib
import os
import select
import threading
import time
from collections.abc import Sequence
from typing import Protocol

from devices.simulators.faults import Faults, Weather
from devices.simulators.pace import Pace
from devices.simulators.pty import End

TURNAROUND = 0.002  # a card thinks before it answers; not published by any maker


class Device(Protocol):
    """What hangs on a line. Times are seconds of one monotonic clock."""

    def receive(self, data: bytes, at: float) -> bytes:
        """Hear `data`, whose last bit came at `at`; the answer, or nothing."""

    def wake(self, at: float) -> float | None:
        """Do what the passing of time brings; the next instant at which something will change by itself."""

    def unasked(self, at: float) -> bytes:
        """What it has to say by itself: a clip has ended, a card has started."""


class Wire:
    """The line without its thread: told the time, it moves bytes both ways. Tests drive it with a clock of their own."""

    def __init__(self, devices: Sequence[Device], baud: int, faults: Faults | None = None) -> None:
        """All `devices` share the line, as on RS-485."""
        faults = faults or Faults()
        self._devices = tuple(devices)
        self._down, self._up = Pace(baud), Pace(baud)
        self._weather_down, self._weather_up = Weather(faults, 0), Weather(faults, 1)
        self._echo = faults.echo
        self._wake: float | None = None

    @property
    def room(self) -> int:
        """How many bytes of the host the line takes now."""
        return self._down.room

    def send(self, data: bytes, now: float) -> None:
        """The host puts bytes on the line."""
        for piece, hold in self._weather_down.spoil(data, now):
            self._down.push(piece, now, hold)

    def step(self, now: float) -> bytes:
        """Let devices hear what has arrived; what has reached the host by `now`."""
        for at, run in self._down.take(now):
            if self._echo:
                self._up.push(run, at)
            self._answer([device.receive(run, at) for device in self._devices], at)
        wakes = [at for at in (device.wake(now) for device in self._devices) if at is not None]
        self._wake = min(wakes, default=None)
        self._answer([device.unasked(now) for device in self._devices], now)
        return b"".join(run for _, run in self._up.take(now))

    def next_at(self) -> float | None:
        """When `step` has something to do; None: only when the host speaks."""
        due = [at for at in (self._down.next_at(), self._up.next_at(), self._wake) if at is not None]
        return min(due, default=None)

    def _answer(self, answers: list[bytes], at: float) -> None:
        answer = _collide([each for each in answers if each])
        if not answer:
            return
        for piece, hold in self._weather_up.spoil(answer, at):
            self._up.push(piece, at + TURNAROUND, hold)
        for device, own in zip(self._devices, answers, strict=True):
            if not own:
                device.receive(answer, at)  # on a shared line the others hear it too


def _collide(answers: list[bytes]) -> bytes:
    """Two that speak at once: a low bit wins, so both are spoiled."""
    if len(answers) < 2:
        return answers[0] if answers else b""
    mixed = bytearray(b"\xff" * max(map(len, answers)))
    for answer in answers:
        for i, byte in enumerate(answer):
            mixed[i] &= byte
    return bytes(mixed)


class SimulatedLine:
    """A wire behind a pseudo-terminal or a TCP port, in a thread of its own that sleeps while nothing moves."""

    def __init__(self, end: End, devices: Sequence[Device], baud: int, faults: Faults | None = None) -> None:
        """`end` is closed by `stop`."""
        self.end = end
        self._wire = Wire(devices, baud, faults)
        self._stopping = False
        self._bell_out, self._bell_in = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._thread = threading.Thread(target=self._run, name=f"line {end.where}", daemon=True)

    def start(self) -> SimulatedLine:
        """Begin to listen."""
        self._thread.start()
        return self

    def nudge(self) -> None:
        """Look again: a device was touched from outside."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._bell_in, b"!")

    def stop(self) -> None:
        """End the thread and give the port back; a second stop does nothing."""
        if self._stopping:
            return
        self._stopping = True
        self.nudge()
        if self._thread.ident is not None:
            self._thread.join(5)
        self.end.close()
        os.close(self._bell_in)
        os.close(self._bell_out)

    def _run(self) -> None:
        while not self._stopping:
            for ready in self._wait():
                if ready == self._bell_out:
                    os.read(ready, 64)
                else:
                    self._wire.send(self.end.read(ready, self._wire.room), time.monotonic())
            heard = self._wire.step(time.monotonic())
            if heard:
                self.end.write(heard)

    def _wait(self) -> list[int]:
        poll = select.poll()
        poll.register(self._bell_out, select.POLLIN)
        if self._wire.room:
            for fd in self.end.fds():
                poll.register(fd, select.POLLIN)
        due = self._wire.next_at()
        wait = None if due is None else max(0.0, due - time.monotonic()) * 1000
        return [fd for fd, _ in poll.poll(wait)]
