"""A talk as a script: each send is checked against what the host should say, each reply given, on a clock of its own."""

from __future__ import annotations

from collections import deque

Reply = bytes | float  # bytes arrive at once; a number is a pause in seconds before what follows


class ScriptedLink:
    """A Link whose other end reads from a script. Time passes only while somebody waits."""

    def __init__(self, *talk: tuple[bytes, *tuple[Reply, ...]]) -> None:
        """Each entry is what must be sent, then what comes back."""
        self._talk = deque(talk)
        self._arriving: deque[tuple[float, bytes]] = deque()  # when, what
        self.now = 0.0
        self.sent: list[bytes] = []
        self.closed = False

    def clock(self) -> float:
        """Seconds since the script began."""
        return self.now

    @property
    def done(self) -> bool:
        """Whether all of the script was said."""
        return not self._talk

    def send(self, data: bytes) -> None:
        """Check what the host says and queue the replies."""
        assert self._talk, f"the script is over, yet the host says {data.hex(' ')}"
        expected, *replies = self._talk.popleft()
        assert data == expected, f"the host says {data.hex(' ')}, the script has {expected.hex(' ')}"
        self.sent.append(data)
        at = self.now
        for reply in replies:
            if isinstance(reply, bytes):
                self._arriving.append((at, reply))
            else:
                at += reply

    def receive(self, timeout: float) -> bytes:
        """The next reply due within `timeout`, or nothing when it has passed."""
        if self._arriving and self._arriving[0][0] <= self.now + timeout:
            at, data = self._arriving.popleft()
            self.now = max(self.now, at)
            return data
        self.now += timeout
        return b""

    def discard(self) -> None:
        """Drop what has arrived by now."""
        while self._arriving and self._arriving[0][0] <= self.now:
            self._arriving.popleft()

    def close(self) -> None:
        """Note that the port was given back."""
        self.closed = True
