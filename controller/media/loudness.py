"""How loud a sound is: integrated loudness after ITU-R BS.1770-4 with its gates, and true peak by fourfold oversampling.

A sound is seen through a window function, `sound(start, stop)`, so that half an hour never lies in memory as floats. Samples
before 0 are silence.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from devices.profiles.wav import HEADER_BYTES, RATE

Samples = NDArray[np.float32]
Window = Callable[[int, int], Samples]
TAPS = 4096  # of a filter's impulse response, by which it has died away
STRETCH = (1 << 17) - 2 * TAPS  # frames looked at together: a power of two with what filters need before them
_STEP = RATE // 10  # blocks of 400 ms begin every 100 ms
_ABSOLUTE, _RELATIVE = -70.0, -10.0  # gates, LUFS and LU
_SIDE = 16  # samples to each side that oversampling looks at
# BS.1770-4, tables 1 and 2: the head's shelf and the high-pass at 48 kHz, as (b, a).
_SHELF = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585))
_HIGH_PASS = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))
Biquad = tuple[Sequence[float], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Loudness:
    """Integrated loudness in LUFS (-inf for silence) and true peak in dBTP."""

    lufs: float
    true_peak: float


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


def measure(sound: Window, frames: int) -> Loudness:
    """Loudness and true peak of `frames` samples."""
    return Loudness(integrated(sound, frames), decibels(float(peaks(sound, frames, 4800).max(initial=0.0))))


def integrated(sound: Window, frames: int) -> float:
    """Gated loudness in LUFS; a sound shorter than a block is one block."""
    weighted = filtered(sound, _k_response())
    whole_steps = frames - frames % _STEP
    parts = [_powers(weighted(start, stop), _STEP) for start, stop in stretches(whole_steps, _STEP)]
    steps = np.concatenate([np.zeros(0), *parts])
    if len(steps) < 4:
        whole = weighted(0, frames)
        return _lufs(float(np.mean(np.square(whole, dtype=np.float64)))) if frames else -math.inf
    blocks = (steps[:-3] + steps[1:-2] + steps[2:-1] + steps[3:]) / 4
    loud = blocks[blocks > 10 ** ((_ABSOLUTE + 0.691) / 10)]
    if not len(loud):
        return -math.inf
    gate = loud.mean() * 10 ** (_RELATIVE / 10)
    return _lufs(float(loud[loud > gate].mean()))


def peaks(sound: Window, frames: int, hop: int) -> Samples:
    """The true peak, as a factor of full scale, of each `hop` frames."""
    found = []
    for start, stop in stretches(frames, hop):
        close = sound(start - _SIDE, stop + _SIDE)
        most = np.abs(close[_SIDE:-_SIDE])
        for taps in _between():
            most = np.maximum(most, np.abs(np.convolve(close, taps, "valid")[: stop - start]))
        found.append(_most(most, hop))
    return np.concatenate(found) if found else np.zeros(0, np.float32)


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


def decibels(factor: float) -> float:
    """Of full scale."""
    return 20 * math.log10(factor) if factor > 0 else -math.inf


@cache
def _between() -> tuple[Samples, ...]:
    """Filters for the points a quarter, a half and three quarters of the way from a sample to the next."""
    places = np.arange(_SIDE, -_SIDE - 1, -1)
    found = []
    for part in (0.25, 0.5, 0.75):
        taps = np.sinc(places + part) * np.cos(np.pi * (places + part) / (2 * _SIDE + 2)) ** 2
        found.append((taps / taps.sum()).astype(np.float32))
    return tuple(found)


@cache
def _k_response() -> Samples:
    return impulse_response(_SHELF, _HIGH_PASS)


def _lufs(power: float) -> float:
    return -0.691 + 10 * math.log10(power) if power > 0 else -math.inf


def _powers(samples: Samples, hop: int) -> NDArray[np.float64]:
    return np.asarray(np.square(samples, dtype=np.float64).reshape(-1, hop).mean(axis=1))


def _most(values: Samples, hop: int) -> Samples:
    """The largest of each `hop` values, the last hop being shorter perhaps."""
    return np.asarray(np.maximum.reduceat(values, np.arange(0, len(values), hop)), dtype=np.float32)
