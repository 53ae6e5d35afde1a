"""A wire that takes its time: a pseudo-terminal moves 2,000 bytes at "300 baud" in 0.1 ms, so the pace is kept here."""

from __future__ import annotations

from collections import deque

BITS_PER_BYTE = 10  # 8N1: start, eight, stop
ROOM = 512  # bytes on the wire at most; beyond it the host's own buffer fills, as with a real port
_NAP = 0.004  # a batch of bytes at a time: waking for each would cost a core


class Pace:
    """One direction of a line at its baud rate. No clock inside: every method is told the time."""

    def __init__(self, baud: int) -> None:
        """`baud` in bits a second."""
        self._per_byte = BITS_PER_BYTE / baud
        self._free = float("-inf")  # when the wire is free again
        self._wire: deque[tuple[float, int]] = deque()  # when the last bit of each byte arrives

    def push(self, data: bytes, now: float, hold: float = 0.0) -> None:
        """Put bytes on the wire, behind those already there, `hold` seconds late."""
        self._free = max(self._free, now + hold)
        for byte in data:
            self._free += self._per_byte
            self._wire.append((self._free, byte))

    def take(self, now: float) -> list[tuple[float, bytes]]:
        """What has arrived, as runs without a gap inside, each with the instant of its last bit."""
        runs: list[tuple[float, bytearray]] = []
        while self._wire and self._wire[0][0] <= now:
            at, byte = self._wire.popleft()
            if runs and at - runs[-1][0] < 1.5 * self._per_byte:
                runs[-1][1].append(byte)
                runs[-1] = (at, runs[-1][1])
            else:
                runs.append((at, bytearray([byte])))
        return [(at, bytes(run)) for at, run in runs]

    def next_at(self) -> float | None:
        """When it is worth looking again; None while the wire is empty."""
        if not self._wire:
            return None
        return min(self._wire[-1][0], self._wire[0][0] + _NAP)

    @property
    def room(self) -> int:
        """How many more bytes the wire takes now."""
        return max(0, ROOM - len(self._wire))
