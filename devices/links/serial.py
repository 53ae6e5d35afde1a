"""A serial port: everything is set when it is opened, and every way it can fail ends as a LinkError."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import termios
from collections.abc import Callable, Iterator

import serial
from serial.rs485 import RS485Settings

from devices.errors import LinkError, LinkLostError
from devices.links.line import LineSettings
from devices.links.pacing import paced

# A peer that is gone shows as SerialException on read and write, plain OSError from the file descriptor, and
# termios.error, which is no OSError, from the flushes.
FAILURES = (serial.SerialException, OSError, termios.error)
CHUNK = 4096
WRITE_GRACE = 2.0  # seconds beyond the line's own time before a port that takes no bytes is called stuck


class SerialLink:
    """One open serial port, held exclusively."""

    def __init__(self, path: str, line: LineSettings, *, rts: bool = False) -> None:
        """Open `path`; LinkError if it cannot be used. `rts`: the adapter's driver turns the line round by RTS."""
        self._path = path
        self._line = line
        # On a pseudo-terminal any later change of settings, even of a time-out, fails for lines of 7 bits or parity:
        # so nothing is changed after this.
        with self._failures(LinkError):
            self._port = serial.Serial(
                path,
                baudrate=line.baud,
                bytesize=line.bits,
                parity=line.parity,
                stopbits=line.stopbits,
                timeout=0,
                write_timeout=line.seconds(CHUNK) + WRITE_GRACE,
                exclusive=True,
            )
        if rts:
            self._turn_by_rts()

    def _turn_by_rts(self) -> None:
        """RTS high while we send, low while we listen, by the driver in the kernel: no program is quick enough."""
        try:
            self._port.rs485_mode = RS485Settings(rts_level_for_tx=True, rts_level_for_rx=False)
        except (ValueError, *FAILURES) as exc:
            self.close()
            raise LinkError(self._path, "its driver cannot turn the line round by RTS") from exc

    def send(self, data: bytes) -> None:
        """Write all; each chunk has the line's time and some grace."""
        with self._failures(LinkLostError):
            for start in range(0, len(data), CHUNK):
                self._port.write(data[start : start + CHUNK])

    def send_while(self, data: bytes, go_on: Callable[[], bool]) -> int:
        """Write at the line's own pace, until `go_on` says no."""
        with self._failures(LinkLostError):
            return paced(self._port.write, data, self._line, go_on)

    def receive(self, timeout: float) -> bytes:
        """What has arrived, waiting at most `timeout` seconds for the first byte."""
        with self._failures(LinkLostError):
            waiting = select.poll()
            waiting.register(self._port.fileno(), select.POLLIN)
            if not waiting.poll(max(0.0, timeout) * 1000):
                return b""
            return bytes(self._port.read(CHUNK))

    def discard(self) -> None:
        """Drop what has arrived and was not read."""
        with self._failures(LinkLostError):
            self._port.reset_input_buffer()

    def close(self) -> None:
        """Give the port back."""
        with contextlib.suppress(*FAILURES):
            self._port.close()

    @contextlib.contextmanager
    def _failures(self, error: type[LinkError]) -> Iterator[None]:
        try:
            yield
        except FAILURES as exc:
            raise error(self._path, _reason(exc)) from exc


def _reason(exc: Exception) -> str:
    number = getattr(exc, "errno", None)
    if number in (errno.EAGAIN, errno.EBUSY):
        return "another program holds it"
    return os.strerror(number) if number else str(exc)
