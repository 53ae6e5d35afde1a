"""A program of our own at the other end of a link: bytes go to its standard input, what it writes is what is received."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import sys
import time

from devices.errors import LinkError, LinkLostError

CHUNK = 65_536
MOST_CHUNKS = 64
SEND_SECONDS = 5.0  # a program that reads nothing for so long is as good as dead
END_SECONDS = 1.0  # to end in good order, once its input is closed


PROGRAMS = {"screen": "devices.screen"}  # how the link is written, and the module that is run


class ProcessLink:
    """Begins the program, and ends it with the link. A program that died shows as a LinkLostError at the next look."""

    def __init__(self, name: str, module: str, python: str = sys.executable) -> None:
        """`module` is run as `python -m`; `name` is the link's in messages. LinkError if it cannot be started."""
        self._name = name
        try:
            self._child = subprocess.Popen(
                [python, "-m", module], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
            )  # fmt: skip
        except OSError as exc:
            raise LinkError(name, f"the program cannot be started: {exc.strerror}") from exc
        if self._child.stdin is None or self._child.stdout is None:
            raise LinkError(name, "the program has no pipes")
        self._into, self._out = self._child.stdin, self._child.stdout
        os.set_blocking(self._into.fileno(), False)
        self._closed = False

    @property
    def pid(self) -> int:
        """Of the program."""
        return self._child.pid

    def send(self, data: bytes) -> None:
        """Write all, while the program reads."""
        left, deadline = memoryview(data), time.monotonic() + SEND_SECONDS
        while left:
            try:
                left = left[os.write(self._into.fileno(), left) :]
            except BlockingIOError:
                self._wait_for_room(deadline)
            except OSError as exc:
                raise self._lost() from exc

    def _wait_for_room(self, deadline: float) -> None:
        room = select.poll()
        room.register(self._into.fileno(), select.POLLOUT)
        wait = deadline - time.monotonic()
        if wait <= 0 or not room.poll(wait * 1000):
            raise LinkLostError(self._name, f"the program reads nothing for {SEND_SECONDS:g} s")

    def receive(self, timeout: float) -> bytes:
        """What the program has written, waiting at most `timeout` seconds for the first byte."""
        waiting = select.poll()
        waiting.register(self._out.fileno(), select.POLLIN)
        if not waiting.poll(max(0.0, timeout) * 1000):
            return b""
        data = os.read(self._out.fileno(), CHUNK)
        if not data:
            raise self._lost()
        return data

    def discard(self) -> None:
        """Drop what has arrived, but do not run after a program that never stops."""
        for _ in range(MOST_CHUNKS):
            if not self.receive(0):
                return

    def close(self) -> None:
        """Let the program end, or end it; a second close does nothing."""
        if self._closed:
            return
        self._closed = True
        with contextlib.suppress(OSError):
            self._into.close()
        try:
            self._child.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        self._out.close()

    def _lost(self) -> LinkLostError:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(END_SECONDS)
        code = self._child.returncode
        return LinkLostError(
            self._name, "the program closed its end" if code is None else f"the program ended ({code})"
        )
