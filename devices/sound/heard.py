"""Was it heard? What was sent and what came back from a monitor, compared by their envelopes. Pure, standard library only.

An envelope is the level of each 5 ms. It survives amplifiers, loudspeakers and rooms, which a waveform does not, and shows a
delay to 5 ms, which is less than a sound takes for two metres of air.
"""

from __future__ import annotations

import math
import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul
from typing import Literal

from devices.profiles.wav import RATE, WIDTH

HOP = RATE // 200  # frames of one step of an envelope: 5 ms
LONGEST = 20 * 200  # steps: what is compared of a long clip
_COARSE = 4  # steps looked at together in the first search
_FLOOR = -70.0  # dBFS: below that a level says nothing
_SILENT = -60.0  # dBFS
_DOWN = 40.0  # dB below what was sent: that is hum, not our sound
_ALIKE = 0.6  # Pearson correlation of envelopes; different speech stays below 0.4

Verdict = Literal["heard", "silent", "unlike"]


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back: level in dBFS, delay in seconds, likeness from -1 to 1, and what that means."""

    level: float
    lag: float
    likeness: float
    verdict: Verdict


def envelope(data: bytes) -> list[float]:
    """Levels in dBFS, one for each whole 5 ms of 16-bit little-endian samples."""
    samples = array("h", data[: len(data) // WIDTH * WIDTH])
    if sys.byteorder == "big":
        samples.byteswap()
    return [_level(samples[at : at + HOP]) for at in range(0, len(samples) - HOP + 1, HOP)]


def _level(samples: array[int]) -> float:
    power = sum(map(mul, samples, samples)) / len(samples) / 32768**2
    return max(_FLOOR, 10 * math.log10(power)) if power else _FLOOR


def compare(sent: Sequence[float], back: Sequence[float]) -> Heard:
    """Find `sent` in `back`, which begins at the same instant and goes on for as long as the sound may take to come back."""
    sent = sent[:LONGEST]
    lags = len(back) - len(sent)
    if not sent or lags < 0:
        raise ValueError("what came back must cover what was sent")
    coarse_sent, coarse_back = _thin(sent), _thin(back)
    rough, _ = _best(coarse_sent, coarse_back, range(len(coarse_back) - len(coarse_sent) + 1))
    near = range(max(0, (rough - 1) * _COARSE), min(lags, (rough + 1) * _COARSE) + 1)
    lag, likeness = _best(sent, back, near)
    level = _mean_level(back[lag : lag + len(sent)])
    return Heard(round(level, 1), lag * HOP / RATE, round(likeness, 3), _verdict(level, _mean_level(sent), likeness))


def _verdict(level: float, sent: float, likeness: float) -> Verdict:
    if level < max(_SILENT, sent - _DOWN):
        return "silent"
    return "heard" if likeness >= _ALIKE else "unlike"


def _thin(levels: Sequence[float]) -> list[float]:
    return [sum(levels[at : at + _COARSE]) for at in range(0, len(levels) - _COARSE + 1, _COARSE)] or [sum(levels)]


def _best(sent: Sequence[float], back: Sequence[float], lags: range) -> tuple[int, float]:
    """(lag, likeness) of the best fit; the shortest lag of equals."""
    found = [(_pearson(sent, back[lag : lag + len(sent)]), -lag) for lag in lags]
    likeness, minus_lag = max(found, default=(0.0, 0))
    return -minus_lag, likeness


def _pearson(one: Sequence[float], other: Sequence[float]) -> float:
    count = len(one)
    mean_one, mean_other = sum(one) / count, sum(other) / count
    a, b = [value - mean_one for value in one], [value - mean_other for value in other]
    size = math.sqrt(sum(map(mul, a, a)) * sum(map(mul, b, b)))
    return sum(map(mul, a, b)) / size if size > 1e-9 else 0.0


def _mean_level(levels: Sequence[float]) -> float:
    """The mean power, in dBFS."""
    power = sum(10 ** (level / 10) for level in levels) / len(levels)
    return max(_FLOOR, 10 * math.log10(power))
