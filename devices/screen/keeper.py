"""Keeps the drawing process alive: it passes the owner's orders on, and begins a new one, told the same, when one dies or hangs.

Everything a drawing process needs is loaded here before it is split off, so that a new one draws within milliseconds.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from typing import NoReturn

from devices.screen.process import Lines, draw_until_told

HUNG_SECONDS = 1.5  # without a beat: a drawing process has one at least every 0.1 s
STEADY_SECONDS = 5.0  # a life this long forgives the deaths before it
MOST_DEATHS = 3  # in a row: then the owner begins anew, ever more rarely
ROOM = 16_000_000  # bytes that may wait for the drawing process
END_SECONDS = 0.5


class Child:
    """One drawing process: orders go in by a pipe, beats come out by another, answers go to the owner directly."""

    def __init__(self, draw: Callable[[int, int], int]) -> None:
        """`draw(orders, beats)` is its work, by the descriptors of its pipes; it ends with the code that is returned."""
        orders_out, self._orders = os.pipe()
        self.beats, beats_in = os.pipe()
        self.born = self.heard = time.monotonic()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._orders)
            os.close(self.beats)
            _work(draw, orders_out, beats_in)
        os.close(orders_out)
        os.close(beats_in)
        os.set_blocking(self._orders, False)
        os.set_blocking(self.beats, False)
        self._left = b""

    def tell(self, line: bytes) -> None:
        """Queue a line and write what can be written."""
        self._left += line + b"\n"
        self.push()

    def push(self) -> None:
        """Write what was left; one that is gone is found by its beats."""
        with contextlib.suppress(OSError):
            while self._left:
                self._left = self._left[os.write(self._orders, self._left) :]

    @property
    def waiting(self) -> int:
        """Bytes it has not taken."""
        return len(self._left)

    def beat(self) -> bool:
        """Whether it lives: its pipe of beats is open, and one came not long ago."""
        with contextlib.suppress(BlockingIOError):
            if not os.read(self.beats, 4096):
                return False
            self.heard = time.monotonic()
        return time.monotonic() - self.heard < HUNG_SECONDS

    def end(self) -> None:
        """Let it end, or end it."""
        os.close(self._orders)
        ends = time.monotonic() + END_SECONDS
        while time.monotonic() < ends:
            if os.waitpid(self.pid, os.WNOHANG)[0]:
                os.close(self.beats)
                return
            time.sleep(0.01)
        self.kill(close=False)

    def kill(self, close: bool = True) -> None:
        """End it at once."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.beats)
        if close:
            os.close(self._orders)


def _work(draw: Callable[[int, int], int], orders: int, beats: int) -> NoReturn:
    """In the drawing process: whatever happens there ends there, and nothing of the keeper's runs a second time."""
    code = 1
    try:
        code = draw(orders, beats)
    finally:
        if (fault := sys.exc_info()[1]) is not None:
            sys.stderr.write(f"screen: {type(fault).__name__}: {fault}\n")
        sys.stderr.flush()
        os._exit(code)


class Keeper:
    """Until the owner closes `orders`. The newest opening and the newest scene are told again to every new process."""

    def __init__(self, orders: int, draw: Callable[[int, int], int] = draw_until_told) -> None:
        """Begins the first."""
        self._orders, self._draw = orders, draw
        self._lines = Lines()
        self._opening = self._scene = b""
        self._deaths = 0
        self._child = Child(draw)

    def run(self) -> int:
        """0 when the owner is done; 1 when drawing fails again and again."""
        while True:
            waiting = select.poll()
            for descriptor in (self._orders, self._child.beats):
                waiting.register(descriptor, select.POLLIN | select.POLLHUP)
            ready = {descriptor for descriptor, _ in waiting.poll(100)}
            if self._orders in ready and not self._pass_on():
                self._child.end()
                return 0
            self._child.push()
            if (not self._child.beat() or self._child.waiting > ROOM) and not self._again():
                return 1

    def _pass_on(self) -> bool:
        data = os.read(self._orders, 65_536)
        for line in self._lines.feed(data):
            head = line[:64]
            if b'"open":' in head:
                self._opening, self._scene = line, b""
            elif b'"show":' in head:
                self._scene = line
            self._child.tell(line)
        return bool(data)

    def _again(self) -> bool:
        """A new process instead of a dead one; a scene that killed two in a row is left out."""
        steady = time.monotonic() - self._child.born > STEADY_SECONDS
        self._deaths = 1 if steady else self._deaths + 1
        self._child.kill()
        if self._deaths > MOST_DEATHS:
            return False
        sys.stderr.write(f"screen: the drawing process is gone, death {self._deaths} in a row: a new one begins\n")
        sys.stderr.flush()
        self._child = Child(self._draw)
        if self._opening:
            self._child.tell(self._opening)
        if self._scene and self._deaths < MOST_DEATHS:
            self._child.tell(self._scene)
        return True


def main() -> int:
    """Ctrl-C reaches every process of a terminal: ours end with their owner."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return Keeper(sys.stdin.fileno()).run()
