"""Where a due instant lies on the stream: sample index = (due - stream epoch) x 48,000. Pure.

Instants are UTC samples: whole 48,000ths of a second since 1970. The anchor says which stream sample UTC sample 0 would be.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from devices.profiles.wav import RATE

STEP = RATE // 200  # frames: an anchor that is off by more than 5 ms is moved
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def utc_samples(instant: datetime) -> int:
    """An aware instant as a UTC sample, rounded to the nearest."""
    micros = (instant - _EPOCH) // timedelta(microseconds=1)
    return (micros * 6 + 62) // 125  # 48,000 / 1,000,000


def utc_instant(sample: int) -> datetime:
    """The instant of a UTC sample, to the microsecond."""
    return _EPOCH + timedelta(microseconds=round(sample * 125 / 6))


@dataclass(frozen=True, slots=True)
class Wish:
    """A clip to be placed: `due` a UTC sample; `max_late`, `frames` and `skip` (left out at its beginning) in frames;
    `gain` in percent."""

    id: str
    due: int
    path: str
    bus: str
    max_late: int
    frames: int
    skip: int = 0
    gain: int = 100


@dataclass(frozen=True, slots=True)
class _Tail:
    """Where the last clip of a bus ends: by the clock and on the stream."""

    id: str
    due_end: int
    stream_end: int


class Timeline:
    """The anchor, and the last clip of each bus, so that clips due end to end are placed end to end whatever the clock does."""

    def __init__(self) -> None:
        """Not anchored yet: call `anchor_at` before placing."""
        self._anchor: int | None = None
        self._tails: dict[str, _Tail] = {}

    def anchor_at(self, stream: int, utc: int) -> bool:
        """Stream sample `stream` sounds at UTC sample `utc`; whether that moved the anchor."""
        anchor = stream - utc
        if self._anchor is not None and abs(anchor - self._anchor) <= STEP:
            return False
        self._anchor = anchor
        return True

    def restart(self) -> None:
        """The stream begins again at sample 0: forget the anchor and all ends."""
        self._anchor = None
        self._tails.clear()

    def due_on_stream(self, due: int) -> int:
        """The stream sample of a UTC sample."""
        if self._anchor is None:
            raise ValueError("the stream has no anchor yet")
        return due + self._anchor

    def utc_of(self, stream: int) -> int:
        """The UTC sample of a stream sample."""
        return stream - self.due_on_stream(0)

    def start_of(self, wish: Wish, position: int) -> int:
        """Where the clip should begin: at the end of the clip it follows without a gap, else where its due instant lies."""
        tail = self._tails.get(wish.bus)
        # A due instant travels in microseconds, so two that touch may differ by one sample.
        if tail and abs(tail.due_end - wish.due) <= 1 and tail.stream_end >= position:
            return tail.stream_end
        return self.due_on_stream(wish.due)

    def placed(self, wish: Wish, start: int) -> float:
        """Note where a clip was put; its start error in seconds."""
        self._tails[wish.bus] = _Tail(wish.id, wish.due + wish.frames, start + wish.frames)
        return (start - self.due_on_stream(wish.due)) / RATE

    def broken(self, clip: str) -> None:
        """The clip ends before its time: nothing follows it without a gap."""
        self._tails = {bus: tail for bus, tail in self._tails.items() if tail.id != clip}
