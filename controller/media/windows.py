"""Sound as a window function, `sound(start, stop)`, so that half an hour never lies in memory as floats: filters and peaks.

Samples before 0 are silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from devices.profiles.wav import HEADER_BYTES

Samples = NDArray[np.float32]
Window = Callable[[int, int], Samples]
Biquad = tuple[Sequence[float], Sequence[float]]
TAPS = 2048  # of a filter's impulse response: by then our high-pass has died away by 130 dB
STRETCH = (1 << 16) - TAPS  # frames looked at together: a power of two with what filters need before them
_SIDE = 16  # samples to each side that oversampling looks at


def samples_of(wav: bytes) -> Window:
    """A window on a WAV file of our own form."""
    pcm = np.frombuffer(wav, "<i2", offset=HEADER_BYTES)

    def window(start: int, stop: int) -> Samples:
        found = np.zeros(stop - start, np.float32)
        low, high = max(0, start), min(stop, len(pcm))
        if high > low:
            found[low - start : high - start] = pcm[low:high] / np.float32(32768)
        return found

    return window


def stretches(frames: int, hop: int) -> Iterator[tuple[int, int]]:
    """Cut `frames` into stretches of whole hops."""
    size = STRETCH // hop * hop
    return ((start, min(start + size, frames)) for start in range(0, frames, size))


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
        most = np.abs(rows[:, _SIDE : _SIDE + hop]).max(axis=1)
        near = most > above
        most[near] = np.maximum(most[near], np.abs(rows[near] @ between).max(axis=1))
        found.append(most)
    return np.concatenate(found) if found else np.zeros(0, np.float32)


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
