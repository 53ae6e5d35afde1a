"""Sound as a window function, `sound(start, stop)`, so that half an hour never lies in memory as floats: gains, peaks.

Samples before 0 are silence.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from devices.profiles.wav import HEADER_BYTES

Samples = NDArray[np.float32]
Window = Callable[[int, int], Samples]
Pcm = NDArray[np.int16]
Gains = NDArray[np.float64]
STRETCH = 1 << 16  # frames looked at together
_SIDE = 16  # samples to each side that oversampling looks at
_ROWS = 12  # hops looked between together: a larger product is spread over threads that wait by spinning


def samples_of(wav: bytes) -> Window:
    """A window on a WAV file of our own form."""
    return samples_in(np.frombuffer(wav, "<i2", offset=HEADER_BYTES))


def samples_in(pcm: Pcm) -> Window:
    """A window on bare samples."""

    def window(start: int, stop: int) -> Samples:
        found = np.zeros(stop - start, np.float32)
        low, high = max(0, start), min(stop, len(pcm))
        if high > low:
            np.divide(pcm[low:high], np.float32(32768), out=found[low - start : high - start])
        return found

    return window


def stretches(frames: int, hop: int) -> Iterator[tuple[int, int]]:
    """Cut `frames` into stretches of whole hops."""
    size = STRETCH // hop * hop
    return ((start, min(start + size, frames)) for start in range(0, frames, size))


class Kept:
    """A sound as 16-bit samples, written from its beginning; each piece as fine as its loudest sample allows."""

    def __init__(self, frames: int) -> None:
        """Room for so many."""
        self._pcm = np.empty(frames, np.int16)
        self._ends, self._units = [0], [np.float32(0)]

    @property
    def frames(self) -> int:
        """Written so far."""
        return self._ends[-1]

    def add(self, piece: Samples) -> None:
        """What comes next."""
        unit = np.float32(max(float(np.abs(piece).max(initial=0.0)), 1e-9) / 32767)
        begins = self.frames
        self._pcm[begins : begins + len(piece)] = np.rint(piece / unit)
        self._ends.append(begins + len(piece))
        self._units.append(unit)

    def __call__(self, start: int, stop: int) -> Samples:
        """A window; outside the sound there is silence."""
        found = np.zeros(stop - start, np.float32)
        number = bisect_right(self._ends, max(start, 0))
        while number < len(self._ends) and self._ends[number - 1] < stop:
            low, high = max(start, self._ends[number - 1]), min(stop, self._ends[number])
            np.multiply(self._pcm[low:high], self._units[number], out=found[low - start : high - start])
            number += 1
        return found


def with_gains(sound: Window, gains: Gains, hop: int) -> Window:
    """Gains at the middles of hops (an even number of frames), straight lines between."""
    knots, ramp = gains.astype(np.float32), np.arange(hop, dtype=np.float32) / np.float32(hop)

    def window(start: int, stop: int) -> Samples:
        first = (start - hop // 2) // hop
        places = np.arange(first, (stop - hop // 2) // hop + 2).clip(0, len(knots) - 1)
        here, there = knots[places[:-1]], knots[places[1:]]
        lines = (here[:, None] + (there - here)[:, None] * ramp).ravel()
        skipped = start - hop // 2 - first * hop
        return np.asarray(sound(start, stop) * lines[skipped : skipped + stop - start], dtype=np.float32)

    return window


def peaks(sound: Window, frames: int, hop: int, above: float = 0.0) -> Samples:
    """The true peak, as a factor of full scale, of each `hop` frames, by fourfold oversampling; of hops in which no sample
    is `above`, the highest sample."""
    found, between = [], _between(hop)
    for start, stop in stretches(frames, hop):
        whole = start + -(-(stop - start) // hop) * hop
        rows = sliding_window_view(sound(start - _SIDE, whole + _SIDE), hop + 2 * _SIDE)[::hop]
        highest = np.abs(rows[:, _SIDE : _SIDE + hop].T.copy()).max(axis=0)
        near = np.flatnonzero(highest > above)
        for at in range(0, len(near), _ROWS):
            few = near[at : at + _ROWS]
            highest[few] = np.maximum(highest[few], np.abs(rows[few] @ between).max(axis=1))
        found.append(highest)
    return np.concatenate(found) if found else np.zeros(0, np.float32)


def with_neighbours(these: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """These and the one to each side."""
    wide = np.pad(these, 1)
    return np.asarray(wide[:-2] | these | wide[2:])


@cache
def _between(hop: int) -> Samples:
    """A matrix that gives, of `hop` samples with their neighbours, the points a quarter, a half and three quarters of the way
    from each to the next."""
    places = np.arange(-_SIDE, _SIDE + 1)
    columns = []
    for part in (0.25, 0.5, 0.75):
        taps = np.sinc(part - places) * np.cos(np.pi * (part - places) / (2 * _SIDE + 2)) ** 2
        for at in range(hop):
            column = np.zeros(hop + 2 * _SIDE)
            column[at : at + len(taps)] = taps / taps.sum()
            columns.append(column)
    return np.stack(columns, axis=1).astype(np.float32)


def most(values: Samples, hop: int) -> Samples:
    """The largest of each `hop` values, the last hop being shorter perhaps."""
    return np.asarray(np.maximum.reduceat(values, np.arange(0, len(values), hop)), dtype=np.float32)
