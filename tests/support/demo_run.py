"""The demo as a user runs it: a process in a folder of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil

from tests.support.brokers import free_port

PROGRAM = Path(sys.executable).with_name("gatecast-controller")


class DemoRun:
    """One `gatecast-controller demo`; `end` leaves nothing of it running, whatever the test did."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        """Begins at once; its words are in `out` and `err`."""
        self.folder, self.port = folder, port or free_port()
        self._out, self._err = folder / f"{self.port}-out.txt", folder / f"{self.port}-err.txt"
        with self._out.open("w") as out, self._err.open("w") as err:
            self.process = subprocess.Popen(
                [PROGRAM, "demo"], cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                env={**os.environ, "GATECAST_PORT": str(self.port)}, start_new_session=True,
            )  # fmt: skip
        self._seen: dict[int, psutil.Process] = {}

    @property
    def out(self) -> str:
        """What it said on standard output so far."""
        return self._out.read_text()

    @property
    def err(self) -> str:
        """What it said on standard error so far."""
        return self._err.read_text()

    def wait_for(self, words: str, seconds: float = 60) -> None:
        """Until it said these words."""
        ends = time.monotonic() + seconds
        while words not in self.out:
            assert self.process.poll() is None, f"the demo ended: {self.out}{self.err}"
            assert time.monotonic() < ends, f"the demo did not say {words!r}: {self.out}{self.err}"
            time.sleep(0.05)

    def running(self) -> DemoRun:
        """Wait until it runs, and remember its processes."""
        self.wait_for("running at")
        self.family()
        return self

    def family(self) -> dict[str, int]:
        """The processes it began that live now: name on the command line -> process id."""
        found = {}
        for child in psutil.Process(self.process.pid).children(recursive=True):
            self._seen[child.pid] = child
            try:
                words = child.cmdline()
            except psutil.Error:  # it ends at this moment
                continue
            found[" ".join(Path(word).name for word in words[1:4])] = child.pid
        return found

    def left(self, seconds: float = 10) -> list[str]:
        """What it began and still lives after at most so long."""
        ends = time.monotonic() + seconds
        while (alive := [each for each in self._seen.values() if _lives(each)]) and time.monotonic() < ends:
            time.sleep(0.05)
        return [f"{each.pid} {' '.join(each.cmdline())}" for each in alive]

    def page(self, path: str = "/api/v1/health") -> bytes:
        """What the page answers."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            found: bytes = answer.read()
            return found

    def signal(self, number: signal.Signals) -> int:
        """Send it, and the exit code."""
        self.family()
        self.process.send_signal(number)
        return self.process.wait(20)

    def end(self) -> None:
        """Whatever happened: nothing is left."""
        if self.process.poll() is None:
            self.family()
            self.process.kill()
            self.process.wait(10)
        for each in self._seen.values():
            if each.is_running():
                each.kill()


def _lives(process: psutil.Process) -> bool:
    """A dead process that nobody has asked about is dead."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
