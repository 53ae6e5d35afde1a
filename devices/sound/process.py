"""The sound process: orders in on standard input, reports out on standard output, samples to the sink until the owner goes away."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from devices.sound.monitor import CommandEar, Listener
from devices.sound.orders import MAX_LINE, OrderError, Play, Stop, read_order
from devices.sound.player import MAX_CLIPS, Player
from devices.sound.record import WavRecord
from devices.sound.sinks import ClockedNullSink, FileSink, PipeSink, Sink
from devices.sound.watched import WatchedSink

_ORDERS_A_BLOCK = 32
_OUT_LIMIT = 256 * 1024  # bytes of reports an owner may leave unread


class Inlet:
    """Reads orders on a thread of its own. Bounded: while the queue is full it stops reading, and the owner feels it."""

    def __init__(self, descriptor: int) -> None:
        """Reading begins at once; the descriptor is read bare, for a thread inside a buffered reader may not outlive `main`."""
        self._descriptor = descriptor
        self._lines: deque[bytes] = deque()
        self._room = threading.Semaphore(2 * MAX_CLIPS)
        self.ended = False
        threading.Thread(target=self._read, daemon=True, name="orders").start()

    def take(self) -> bytes | None:
        """The next line, or None."""
        if not self._lines:
            return None
        self._room.release()
        return self._lines.popleft()

    def end(self) -> None:
        """Take nothing more."""
        self.ended = True

    def _read(self) -> None:
        rest, skipping = b"", False
        while data := os.read(self._descriptor, 65_536):
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                if not skipping:
                    self._put(line)
                skipping = False
            if len(rest) > MAX_LINE:
                if not skipping:
                    self._put(rest)
                rest, skipping = b"", True
        self.end()

    def _put(self, line: bytes) -> None:
        self._room.acquire()
        self._lines.append(line[: MAX_LINE + 1])


class Outlet:
    """Writes reports without ever waiting for the reader; beats are dropped first, everything else is kept."""

    def __init__(self, descriptor: int) -> None:
        """`descriptor` becomes non-blocking."""
        os.set_blocking(descriptor, False)
        self._descriptor = descriptor
        self._left = b""
        self.ended = False

    def emit(self, report: Mapping[str, Any]) -> None:
        """Queue one line and write what can be written."""
        if self._left and report["event"] == "beat":
            return
        self._left += json.dumps(report, separators=(",", ":")).encode() + b"\n"
        self.push()
        if len(self._left) > _OUT_LIMIT:
            self.ended = True

    def push(self) -> None:
        """Write what was left, as far as the reader has room."""
        try:
            while self._left:
                self._left = self._left[os.write(self._descriptor, self._left) :]
        except BlockingIOError:
            return
        except OSError:
            self.ended = True


def main(argv: Sequence[str] | None = None) -> int:
    """Play until the owner closes our standard input."""
    args = _arguments(sys.argv[1:] if argv is None else argv)
    record = WavRecord(Path(args.record), args.record_minutes) if args.record else None
    sink = _sink(args)
    inlet, outlet = Inlet(sys.stdin.fileno()), Outlet(sys.stdout.fileno())
    # Ctrl-C in a terminal reaches every process at once; ours ends when its owner lets go, with the record whole.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda number, frame: inlet.end())
    listener = Listener(CommandEar(tuple(args.monitor))) if args.monitor else None
    player = Player(
        sink, outlet.emit, record, listener=listener, microphone=tuple(args.microphone or ())
    )  # fmt: skip
    try:
        while not (inlet.ended or outlet.ended):
            _obey(inlet, player, outlet)
            player.step()
            outlet.push()
    finally:
        player.close()
    return 0


def _sink(args: argparse.Namespace) -> Sink:
    if args.sink == "file":
        return FileSink(Path(args.output), args.record_minutes)
    sink: Sink = PipeSink(tuple(args.command), args.latency) if args.sink == "pipe" else ClockedNullSink()
    return WatchedSink(sink, tuple(args.listing), args.output) if args.listing else sink


def _obey(inlet: Inlet, player: Player, outlet: Outlet) -> None:
    """A few orders between two blocks: a flood of them must not hold up the stream."""
    for _ in range(_ORDERS_A_BLOCK):
        if (line := inlet.take()) is None:
            return
        try:
            order: Play | Stop = read_order(line)
        except OrderError as exc:
            outlet.emit({"event": "error", "text": str(exc)})
        else:
            player.order(order)


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m devices.sound", description="Play clips on one endless stream.")
    parser.add_argument("--sink", choices=("clocked", "file", "pipe"), default="clocked")
    parser.add_argument("--record", help="WAV file of what the sink took")
    parser.add_argument("--record-minutes", type=int, default=10)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds from a sample taken to its sound")
    parser.add_argument("--monitor", type=json.loads, help="JSON list: a command that gives back what came out, raw")
    parser.add_argument("--microphone", type=json.loads, help="JSON list: a command that gives what is said, raw")
    parser.add_argument("--listing", type=json.loads, help="JSON list: a command that lists the outputs there are")
    parser.add_argument("--output", default="", help="name that must be in the list, or the file")
    parser.add_argument("command", nargs="*", help="of the pipe sink; reads raw samples")
    args = parser.parse_args(argv)
    if args.sink == "pipe" and not args.command:
        parser.error("the pipe sink needs a command")
    if args.sink == "file" and not args.output:
        parser.error("the file sink needs an output")
    return args
