"""What a two-wire line needs: silence between frames, and our own echo taken out."""

from __future__ import annotations

import time
from collections.abc import Callable

from devices.links.line import LineSettings
from devices.links.pacing import send_while
from devices.ports import Link


class Rs485Link:
    """A link on a shared line."""

    def __init__(
        self,
        link: Link,
        line: LineSettings,
        *,
        echo: bool = False,
        gap: float | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`echo`: the adapter hears itself. `gap` in seconds; None: 3.5 characters."""
        self._link = link
        self._line = line
        self._echo = echo
        self._gap = line.gap if gap is None else gap
        self._clock = clock
        self._sleep = sleep
        self._quiet_from = clock()
        self._expected = b""  # of our echo, still to come

    def send(self, data: bytes) -> None:
        """Write all, after the line has been quiet for the gap."""
        self._send(data, self._send_all)

    def send_while(self, data: bytes, go_on: Callable[[], bool]) -> int:
        """Write at the line's own pace, until `go_on` says no."""
        return self._send(data, lambda whole: send_while(self._link, whole, go_on))

    def _send_all(self, data: bytes) -> int:
        self._link.send(data)
        return len(data)

    def _send(self, data: bytes, way: Callable[[bytes], int]) -> int:
        wait = self._quiet_from + self._gap - self._clock()
        if wait > 0:
            self._sleep(wait)
        begun = self._clock()
        count = way(data)
        # The port takes bytes faster than the line moves them.
        self._quiet_from = max(self._clock(), begun + self._line.seconds(count))
        if self._echo:
            self._expected = data[:count]
        return count

    def receive(self, timeout: float) -> bytes:
        """What others have sent; `timeout` is for the first byte that is not our own."""
        deadline = self._clock() + timeout
        while True:
            data = self._link.receive(max(0.0, deadline - self._clock()))
            if not data:
                return b""
            self._quiet_from = max(self._quiet_from, self._clock())
            if rest := self._without_echo(data):
                return rest

    def discard(self) -> None:
        """Drop what has arrived and was not read."""
        self._expected = b""
        self._link.discard()

    def close(self) -> None:
        """Give the port back."""
        self._link.close()

    def _without_echo(self, data: bytes) -> bytes:
        size = min(len(self._expected), len(data))
        if data[:size] != self._expected[:size]:
            self._expected = b""  # a damaged echo cannot be told from an answer: the codec's checks must
            return data
        self._expected = self._expected[size:]
        return data[size:]
