"""How loud a sound is: integrated loudness after ITU-R BS.1770-4 with its gates, and true peak; measured by libebur128."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from pyebur128 import MeasurementMode, R128State, get_loudness_global, get_true_peak

from controller.media.windows import Samples, Window, stretches
from devices.profiles.wav import RATE

_BLOCK = RATE * 2 // 5  # frames: the meter counts in blocks of 400 ms
_HOP = 4800
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
    """The highest point of the curve through the samples, in dBTP."""
    meter = R128State(1, RATE, MeasurementMode.MODE_TRUE_PEAK)
    for start, stop in stretches(frames, _HOP):
        _add(meter, sound(start, stop))
    _add(meter, _TAIL)
    return decibels(get_true_peak(meter, 0))


def integrated(sound: Window, frames: int) -> float:
    """Gated loudness in LUFS; of a sound shorter than a block, as of the same sound over and over."""
    if not frames:
        return -math.inf
    meter = R128State(1, RATE, MeasurementMode.MODE_I)
    if frames < _BLOCK:
        _add(meter, np.tile(sound(0, frames), -(-_BLOCK // frames)))
    for start, stop in stretches(frames, _HOP):
        _add(meter, sound(start, stop))
    return float(get_loudness_global(meter))


def decibels(factor: float) -> float:
    """Of full scale."""
    return 20 * math.log10(factor) if factor > 0 else -math.inf


def _add(meter: R128State, samples: Samples) -> None:
    meter.add_frames(np.ascontiguousarray(samples, np.float32), len(samples))
