"""A live microphone as a clip without an end: what a command captures now, and a file of all that was said."""

from __future__ import annotations

import contextlib
import subprocess
import threading
from pathlib import Path
from typing import BinaryIO

from devices.profiles.wav import HEADER_BYTES, RATE, WIDTH, wav_header

MOST_WAITING = RATE // 5 * WIDTH  # bytes: what was said 200 ms ago is dropped sooner than everything said late
PATIENCE = 2 * RATE  # frames of silence in place of a command that gives nothing, before it counts as broken
_CHUNK = 960  # bytes: 10 ms


class Microphone:
    """A `Source`. The command is started here and ends with `close`; a full disk ends the file, never the talk."""

    def __init__(self, command: tuple[str, ...], file: Path, frames: int) -> None:
        """OSError if the command cannot be started."""
        self.frames = frames
        self._waiting = bytearray()
        self._lock = threading.Lock()
        self._silent = 0
        self._written = 0
        self._child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
        )
        self._file = _opened(file)
        threading.Thread(target=self._listen, daemon=True, name="microphone").start()

    def read(self, frames: int) -> bytes:
        """The next frames; silence where none came yet, and nothing once the command is broken: then the talk is over."""
        wanted = frames * WIDTH
        with self._lock:
            data = bytes(self._waiting[:wanted])
            del self._waiting[:wanted]
        missing = wanted - len(data)
        self._silent = self._silent + missing // WIDTH if missing else 0
        if self._silent > PATIENCE:
            return b""
        data += bytes(missing)
        self._keep(data)
        return data

    def close(self) -> None:
        """End the command and make the file whole."""
        with contextlib.suppress(OSError):
            self._child.kill()
        self._child.wait()
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._finish(self._file)
                self._file.close()
            self._file = None

    def _listen(self) -> None:
        output = self._child.stdout
        if output is None:
            return
        with output:
            while data := output.read(_CHUNK):
                with self._lock:
                    self._waiting += data
                    del self._waiting[: max(len(self._waiting) - MOST_WAITING, 0) // WIDTH * WIDTH]

    def _keep(self, data: bytes) -> None:
        if self._file is None:
            return
        try:
            self._file.write(data)
            before, self._written = self._written, self._written + len(data) // WIDTH
            if before // RATE != self._written // RATE:
                self._finish(self._file)
        except OSError:
            with contextlib.suppress(OSError):
                self._file.close()
            self._file = None

    def _finish(self, file: BinaryIO) -> None:
        """A true header after every second, so that a power cut leaves a file that plays."""
        file.seek(0)
        file.write(wav_header(self._written))
        file.seek(HEADER_BYTES + self._written * WIDTH)
        file.flush()


def _opened(file: Path) -> BinaryIO | None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        opened = file.open("wb")
        opened.write(wav_header(0))
    except OSError:
        return None
    return opened
