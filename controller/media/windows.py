"""Sound as a window function, `sound(start, stop)`, so that half an hour never lies in memory as floats: filters, gains, peaks.

Samples before 0 are silence.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from devices.profiles.wav import HEADER_BYTES

Samples = NDArray[np.float32]
Window = Callable[[int, int], Samples]
Pcm = NDArray[np.int16]
Gains = NDArray[np.float64]
Some = TypeVar("Some")
Biquad = tuple[Sequence[float], Sequence[float]]
TAPS = 2048  # of a filter's impulse response: by then our high-pass has died away by 130 dB
STRETCH = (1 << 16) - TAPS  # frames looked at together: a power of two with what filters need before them
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


def ahead(items: Iterator[Some]) -> Iterator[Some]:
    """The same items, each made on another thread while the one before it is in use."""
    with ThreadPoolExecutor(1) as beside:
        coming = beside.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = beside.submit(next, items, None)
            yield item


class Kept:
    """A sound as 16-bit samples, written from its beginning; each piece as fine as its loudest sample allows."""

    def __init__(self, frames: int) -> None:
        """Room for so many."""
        self._pcm = np.empty(frames, np.int16)
        self._ends, self._units = [0], [np.float32(0)]

    def add(self, piece: Samples) -> None:
        """What comes next."""
        unit = np.float32(max(float(np.abs(piece).max(initial=0.0)), 1e-9) / 32767)
        begins = self._ends[-1]
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


def filtered(sound: Window, response: Samples) -> Window:
    """The sound through a filter with this impulse response of `TAPS` samples (overlap-save)."""
    spectra: dict[int, NDArray[np.complex64]] = {}

    def window(start: int, stop: int) -> Samples:
        source = sound(start - TAPS, stop)
        size = 1 << (len(source) - 1).bit_length()
        if size not in spectra:
            spectra[size] = np.fft.rfft(response, size).astype(np.complex64)
        both = np.fft.irfft(np.fft.rfft(source, size) * spectra[size], size)
        return np.asarray(both[TAPS : len(source)], dtype=np.float32)

    return window


def impulse_response(*biquads: Biquad) -> Samples:
    """What a chain of second-order filters makes of one impulse."""
    signal = [1.0] + [0.0] * (TAPS - 1)
    for b, a in biquads:
        x1 = x2 = y1 = y2 = 0.0
        for n, x in enumerate(signal):
            y = b[0] * x + b[1] * x1 + b[2] * x2 - a[1] * y1 - a[2] * y2
            x2, x1, y2, y1, signal[n] = x1, x, y1, y, y
    return np.asarray(signal, np.float32)


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
