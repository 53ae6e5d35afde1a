"""How a command's clock moves against ours, seen from how far ahead of us it takes samples. Pure.

A sound card that runs 50 parts in a million fast is a second ahead after six hours. A command without any pace (a file, a
pipe into nothing) would take samples for ever: that one is held back.
"""

from __future__ import annotations

AHEAD = 1.0  # seconds a command may take in advance
_SETTLED = 3.0  # seconds after which a command has filled its own buffers
_QUICK, _SLOW = 1 / 50, 1 / 1000  # smoothing per block of 10 ms, before and after that
_MOST = 1e-5  # seconds per block: clocks differ by less than 1,000 parts in a million


class Pace:
    """`drift`: seconds by which the command's clock has gained on ours since it settled."""

    def __init__(self) -> None:
        """A command that has just been started."""
        self._smooth = 0.0
        self._settled: float | None = None
        self._free = False

    @property
    def drift(self) -> float:
        """Positive: samples sound earlier than our clock alone would say."""
        return 0.0 if self._settled is None else self._smooth - self._settled

    def took(self, written: float, elapsed: float) -> float:
        """The command has taken `written` seconds of sound in `elapsed` seconds; seconds to wait before the next block."""
        limit = AHEAD + self.drift
        ahead = min(written - elapsed, limit)
        if elapsed < _SETTLED:
            self._free = self._free or ahead == limit
            self._smooth += (ahead - self._smooth) * _QUICK
        elif self._settled is None:
            self._settled = self._smooth
        elif not self._free:
            self._smooth += max(-_MOST, min(_MOST, (ahead - self._smooth) * _SLOW))
        return max(0.0, written - elapsed - limit)
