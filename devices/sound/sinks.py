"""Where the stream goes. A sink takes blocks and paces the stream by taking them; all time is monotonic."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from devices.profiles.wav import RATE, WIDTH
from devices.sound.pace import Pace
from devices.sound.record import WavRecord

STALL = 0.5  # seconds without a block taken: the sink is at fault
_STARTING = 1.5  # seconds a command may take to open its card
_PIPE_BYTES = 4096
_STDERR_KEPT = 400


class SinkError(Exception):
    """The sink takes no sound; the text says why."""


class StallError(SinkError):
    """The sink is there and takes nothing."""


class Sink(Protocol):
    """A way out for the stream. Every method but `close` raises SinkError."""

    def open(self) -> None:
        """Begin a stream at its sample 0."""

    def write(self, block: bytes) -> None:
        """Take one block, when it is time for it."""

    def latency(self) -> float:
        """Seconds until the next sample to be written would sound."""

    def close(self) -> None:
        """Give everything back; a second close does nothing."""


class ClockedNullSink:
    """No card at all, but the time of one: block n is taken at t0 + n x 10 ms, without drift."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """Clock and sleep are arguments for tests."""
        self._clock, self._sleep = clock, sleep
        self._start, self._frames = 0.0, 0

    def open(self) -> None:
        """Begin now."""
        self._start, self._frames = self._clock(), 0

    def write(self, block: bytes) -> None:
        """Wait until the block's own instant."""
        wait = self._start + self._frames / RATE - self._clock()
        if wait > 0:
            self._sleep(wait)
        self._frames += len(block) // WIDTH

    def latency(self) -> float:
        """Until the instant of the next block."""
        return self._start + self._frames / RATE - self._clock()

    def close(self) -> None:
        """Nothing to give back."""


class FileSink(ClockedNullSink):
    """A WAV file at the pace of a card; it turns over to a second one, as a record does."""

    def __init__(
        self, path: Path, minutes: int, clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep, wall: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        """Nothing is written before `open`."""
        super().__init__(clock, sleep)
        self._path, self._wall, self._record = path, wall, WavRecord(path, minutes)
        self._utc = 0

    def open(self) -> None:
        """Begin a file."""
        super().open()
        self._utc = round(self._wall() * RATE)
        self._kept(lambda: self._record.write(b"", self._utc))

    def write(self, block: bytes) -> None:
        """At its own instant; the header is true after every second."""
        super().write(block)
        utc = self._utc + self._frames - len(block) // WIDTH
        self._kept(lambda: self._record.write(block, utc))
        if self._frames // RATE != (self._frames - len(block) // WIDTH) // RATE:
            self._kept(self._record.flush)

    def close(self) -> None:
        """Make the file whole."""
        with contextlib.suppress(OSError):
            self._record.close()

    def _kept(self, deed: Callable[[], None]) -> None:
        try:
            deed()
        except OSError as exc:
            raise SinkError(f"the file {self._path} cannot be written: {exc.strerror}") from exc


class PipeSink:
    """Any command that reads raw 48 kHz mono 16-bit little-endian samples on its standard input: paplay, pw-cat, aplay, ffmpeg.

    The command's own pace is ours. `latency` seconds lie between a sample taken and its sound, as far as they were measured;
    how far the command runs ahead is watched, so that a card whose clock drifts moves the anchor and not the due second.
    """

    def __init__(self, command: tuple[str, ...], latency: float = 0.0) -> None:
        """Nothing is started before `open`."""
        self._command, self._latency = command, latency
        self._child: subprocess.Popen[bytes] | None = None
        self._start, self._frames = 0.0, 0
        self._pace = Pace()
        self._words = b""

    def open(self) -> None:
        """Start the command."""
        try:
            child = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
            )
        except OSError as exc:
            raise SinkError(f"the sound command {self._command[0]} cannot be started: {exc.strerror}") from exc
        self._child, self._words = child, b""
        threading.Thread(target=self._listen, args=(child,), daemon=True, name="sink stderr").start()
        inlet = self._inlet()
        os.set_blocking(inlet, False)
        if hasattr(fcntl, "F_SETPIPE_SZ"):
            with contextlib.suppress(OSError):
                fcntl.fcntl(inlet, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        self._start, self._frames, self._pace = time.monotonic(), 0, Pace()

    def write(self, block: bytes) -> None:
        """Hand the block over; once it has had time to begin, the command must take it within half a second."""
        child, left = self._living(), block
        deadline = max(time.monotonic() + STALL, self._start + _STARTING)
        while left:
            try:
                left = left[os.write(self._inlet(), left) :]
            except BlockingIOError:
                wait = deadline - time.monotonic()
                if wait <= 0:
                    raise StallError(f"the sound command {self._command[0]} takes no samples") from None
                select.select([], [self._inlet()], [], wait)
            except OSError:
                raise self._gone(child) from None
        self._frames += len(block) // WIDTH
        wait = self._pace.took(self._frames / RATE, time.monotonic() - self._start)
        if wait > 0:
            time.sleep(wait)

    def latency(self) -> float:
        """By the time the command began and how far it has since moved against our clock."""
        return self._frames / RATE - (time.monotonic() - self._start) - self._pace.drift + self._latency

    def close(self) -> None:
        """End the command: first by ending its input, then by killing it."""
        child, self._child = self._child, None
        if child is None:
            return
        if child.stdin:
            with contextlib.suppress(OSError):
                child.stdin.close()
        try:
            child.wait(0.2)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    def _inlet(self) -> int:
        if self._child is None or self._child.stdin is None:
            raise SinkError("the sound command is not running")
        return self._child.stdin.fileno()

    def _living(self) -> subprocess.Popen[bytes]:
        if self._child is None:
            raise SinkError("the sound command is not running")
        if self._child.poll() is not None:
            raise self._gone(self._child)
        return self._child

    def _gone(self, child: subprocess.Popen[bytes]) -> SinkError:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(STALL)
        words = self._words.decode(errors="replace").strip().splitlines()
        said = f": {words[-1]}" if words else ""
        return SinkError(f"the sound command {self._command[0]} ended with code {child.returncode}{said}")

    def _listen(self, child: subprocess.Popen[bytes]) -> None:
        """Keep the last words of the command. A broken one writes millions of lines, so they are read slowly."""
        if child.stderr is None:
            return
        with child.stderr as stderr, contextlib.suppress(OSError, ValueError):
            while words := os.read(stderr.fileno(), 4096):
                self._words = (self._words + words)[-_STDERR_KEPT:]
                time.sleep(0.01)
