"""A record of a line, one line of text for each movement, and its replay.

2026-11-22T13:15:30.250000+00:00 > a5 a5 01
2026-11-22T13:15:30.262000+00:00 < a5 a5 80
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime

from devices.errors import LinkLostError
from devices.links.pacing import send_while
from devices.ports import Link

SENT, RECEIVED = ">", "<"
MAX_BYTES = 20_000_000  # of one record; what comes after goes unrecorded, and the last line says so


class TraceLink:
    """A link that writes down what passes."""

    def __init__(
        self, link: Link, write: Callable[[str], object], now: Callable[[], datetime], limit: int = MAX_BYTES
    ) -> None:
        """`write` takes one line with its line end; `now` gives aware datetimes."""
        self._link = link
        self._write = write
        self._now = now
        self._left = limit

    def send(self, data: bytes) -> None:
        """Write all, and note it."""
        self._note(SENT, data)
        self._link.send(data)

    def send_while(self, data: bytes, go_on: Callable[[], bool]) -> int:
        """Write while `go_on()`, and note what went out."""
        count = send_while(self._link, data, go_on)
        self._note(SENT, data[:count])
        return count

    def receive(self, timeout: float) -> bytes:
        """What has arrived, noted."""
        data = self._link.receive(timeout)
        if data:
            self._note(RECEIVED, data)
        return data

    def discard(self) -> None:
        """Drop what has arrived; it goes unnoted, as the driver never saw it."""
        self._link.discard()

    def close(self) -> None:
        """Give the port back."""
        self._link.close()

    def _note(self, mark: str, data: bytes) -> None:
        if self._left <= 0:
            return
        line = f"{self._now().isoformat(timespec='microseconds')} {mark} {data.hex(' ')}\n"
        self._left -= len(line)
        self._write(line if self._left > 0 else "# the record is full\n")


class ReplayLink:
    """A link whose other end is a record: it answers as it did then, if it is told the same."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Read the record; ValueError at a line that is none."""
        self._record = deque(_movement(line) for line in lines if line.strip() and not line.startswith("#"))

    def send(self, data: bytes) -> None:
        """Check against the record; LinkLostError where the two part."""
        sent = b""
        while self._record and self._record[0][0] == SENT and len(sent) < len(data):
            sent += self._record.popleft()[1]
        if sent != data:
            raise LinkLostError(
                "replay", f"the record goes on with {sent.hex(' ') or 'no sending'}, not {data.hex(' ')}"
            )

    def receive(self, timeout: float) -> bytes:
        """The next bytes received then; nothing once the host's turn has come."""
        if self._record and self._record[0][0] == RECEIVED:
            return self._record.popleft()[1]
        return b""

    def discard(self) -> None:
        """Nothing to drop: the record holds only what was read."""

    def close(self) -> None:
        """Forget the rest."""
        self._record.clear()


def _movement(line: str) -> tuple[str, bytes]:
    parts = line.split(maxsplit=2)
    if len(parts) < 2 or parts[1] not in (SENT, RECEIVED):
        raise ValueError(f'a record has lines like "2026-11-22T13:15:30+00:00 > a5 01", not "{line.strip()}"')
    return parts[1], bytes.fromhex(parts[2] if len(parts) > 2 else "")
