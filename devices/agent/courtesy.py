"""The line as a step sees it: a step that is no alert's may be asked to give way to one."""

from __future__ import annotations

from collections.abc import Callable

from devices.ports import Link, PacedLink


class CourteousLink:
    """Passes everything on. While `lesser`, what is sent may be broken off; an alert's own bytes go all at once."""

    def __init__(self, link: Link, alert_waits: Callable[[], bool]) -> None:
        """`alert_waits()` is asked in the midst of an upload."""
        self._link, self._alert_waits = link, alert_waits
        self.lesser = False
        self.sent = self.received = 0  # bytes

    def urgent(self) -> bool:
        """Whether an alert came to wait while something lesser is on the line."""
        return self.lesser and self._alert_waits()

    def send(self, data: bytes) -> None:
        """Write all."""
        self._link.send(data)
        self.sent += len(data)

    def send_while(self, data: bytes, go_on: Callable[[], bool]) -> int:
        """Write while `go_on()`; a link that keeps no pace takes all at once."""
        if self.lesser and isinstance(self._link, PacedLink):
            count = self._link.send_while(data, go_on)
            self.sent += count
            return count
        self.send(data)
        return len(data)

    def receive(self, timeout: float) -> bytes:
        """What has arrived."""
        data = self._link.receive(timeout)
        self.received += len(data)
        return data

    def discard(self) -> None:
        """Drop what has arrived."""
        self._link.discard()

    def close(self) -> None:
        """Give the port back."""
        self._link.close()
