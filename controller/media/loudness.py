"""How loud a sound is: integrated loudness after ITU-R BS.1770-4 with its gates, and true peak; measured by libebur128."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from pyebur128 import MeasurementMode, R128State, get_loudness_global, get_true_peak

from controller.media.windows import Samples, Window, most, stretches, with_neighbours
from devices.profiles.wav import RATE

_BLOCK = RATE * 2 // 5  # frames: the meter counts in blocks of 400 ms
_HOP = 4800
_AROUND = 16  # frames: more than the twelve that the meter's curve follows
_TAIL = np.zeros(64, np.float32)  # the meter looks between samples with a delay: silence brings the last ones out


@dataclass(frozen=True, slots=True)
class Loudness:
    """Integrated loudness in LUFS (-inf for silence) and true peak in dBTP."""

    lufs: float
    true_peak: float


def measure(sound: Window, frames: int) -> Loudness:
    """Loudness and true peak of `frames` samples."""
    return Loudness(integrated(sound, frames), true_peak(sound, frames))


def true_peak(sound: Window, frames: int) -> float:
    """The highest point of the curve through the samples, in dBTP.

    Measured where a sample reaches half of the highest, with its surroundings: between samples the meter's curve is less
    than twice as high as the twelve samples that it follows, so that it cannot be highest anywhere else.
    """
    meter, highest = R128State(1, RATE, MeasurementMode.MODE_TRUE_PEAK), _highest(sound, frames)
    near = with_neighbours(highest >= highest.max(initial=0.0) / 2)
    for start, stop in stretches(frames, _HOP):
        samples = sound(start, start + -(-(stop - start) // _AROUND) * _AROUND).reshape(-1, _AROUND)
        _add(meter, samples[near[start // _AROUND :][: len(samples)]].ravel())
    _add(meter, _TAIL)
    return decibels(get_true_peak(meter, 0))


def _highest(sound: Window, frames: int) -> Samples:
    """The highest sample of each `_AROUND`."""
    found = [most(np.abs(sound(start, stop)), _AROUND) for start, stop in stretches(frames, _HOP)]
    return np.concatenate(found) if found else np.zeros(0, np.float32)


def integrated(sound: Window, frames: int) -> float:
    """Gated loudness in LUFS; of a sound shorter than a block, as of the same sound over and over."""
    return integrated_over(sound(start, stop) for start, stop in stretches(frames, _HOP))


def integrated_over(pieces: Iterable[Samples]) -> float:
    """The same of a sound that comes in pieces, the first of which is the whole or longer than a block."""
    meter, heard = R128State(1, RATE, MeasurementMode.MODE_I), 0
    for piece in pieces:
        if not heard and len(piece) < _BLOCK:
            _add(meter, np.tile(piece, -(-_BLOCK // len(piece))))
        _add(meter, piece)
        heard += len(piece)
    return float(get_loudness_global(meter)) if heard else -math.inf


def decibels(factor: float) -> float:
    """Of full scale."""
    return 20 * math.log10(factor) if factor > 0 else -math.inf


def _add(meter: R128State, samples: Samples) -> None:
    if len(samples):
        meter.add_frames(np.ascontiguousarray(samples, np.float32), len(samples))
