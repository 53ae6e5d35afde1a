"""Tones by name: chimes before speech, the emergency signal, the end tone and the test tone.

Integers only and whole-sample periods, so that every machine makes the same bytes (alerts carry the emergency tone by its
hash) and a periodic tone shrinks to almost nothing under zlib. We drew them ourselves: no licence stands on them.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable
from functools import lru_cache

from devices.profiles.wav import HEADER_BYTES, RATE, WIDTH, wav_header

_RAMP = RATE // 100  # 10 ms at each edge, so that nothing clicks
_PEAK = 14_000  # -7.4 dBFS
_FULL = 1 << 15  # gains are 15-bit fractions


def _sine(period: int, peak: int) -> list[int]:
    """One period of a sine by Bhaskara's rational form (7th century), exact in integers; `period` is even."""
    half = period // 2
    rise = [peak * 16 * i * (half - i) // (5 * half * half - 4 * i * (half - i)) for i in range(half)]
    return rise + [-value for value in rise]


def _edges(samples: list[int]) -> list[int]:
    """Ramp the first and the last 10 ms."""
    for i in range(_RAMP):
        samples[i] = samples[i] * i // _RAMP
        samples[-1 - i] = samples[-1 - i] * i // _RAMP
    return samples


def _steady(period: int, frames: int, peak: int = _PEAK) -> list[int]:
    wave = _sine(period, peak)
    return _edges((wave * (frames // period + 1))[:frames])


def _bell(period: int, frames: int) -> list[int]:
    """A struck bar: a sine and its softer octave, dying away by half every 0.17 s or so."""
    low, high = _sine(period, _PEAK * 3 // 4), _sine(period // 2, _PEAK // 4)
    wave = [low[i] + high[i % (period // 2)] for i in range(period)]
    samples, gain = [], _FULL << 10
    for i in range(frames):
        samples.append(wave[i % period] * (gain >> 10) >> 15)
        gain -= gain // 12_000
    return _edges(samples)


def _bells(periods: tuple[int, ...], stroke: int, last: int) -> list[int]:
    return [
        sample
        for n, period in enumerate(periods)
        for sample in _bell(period, last if n == len(periods) - 1 else stroke)
    ]


def _emergency() -> list[int]:
    """Six seconds of high and low, half a second each: an attention signal lasts 4 to 10 s (IEC 60849)."""
    return [sample for _ in range(6) for period in (50, 80) for sample in _steady(period, RATE // 2)]


def _drill() -> list[int]:
    """Three short strokes up, three times, with pauses: nothing else here is broken off so."""
    stroke = [sample for period in (96, 76, 64) for sample in _steady(period, RATE // 8, _PEAK // 2)]
    return (stroke + [0] * (RATE // 8)) * 3


_MAKERS: dict[str, Callable[[], list[int]]] = {
    "chime-2": lambda: _bells((64, 80), RATE * 6 // 10, RATE * 9 // 10),
    "chime-4": lambda: _bells((96, 76, 64, 48), RATE * 6 // 10, RATE * 12 // 10),
    "drill": _drill,
    "emergency": _emergency,
    "end": lambda: _bells((80, 96), RATE * 4 // 10, RATE * 6 // 10),
    "test": lambda: _steady(48, 10 * RATE, 8_000),
}
TONES = frozenset(_MAKERS)


@lru_cache(maxsize=len(_MAKERS))
def tone_wav(name: str) -> bytes:
    """The whole WAV file of a tone; KeyError for a name not in `TONES`."""
    samples = array("h", _MAKERS[name]())
    if sys.byteorder == "big":
        samples.byteswap()
    return wav_header(len(samples)) + samples.tobytes()


def tone_seconds(name: str) -> float:
    """How long a tone sounds; KeyError for a name not in `TONES`."""
    return (len(tone_wav(name)) - HEADER_BYTES) / WIDTH / RATE
