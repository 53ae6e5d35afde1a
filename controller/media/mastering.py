"""Brings speech to one loudness: high-pass 150 Hz, compressor 3:1, gain, limiter; measured again, and refused where it fails.

All uploads at one loudness is what makes a zone's volume mean something. Gains are found for whole files, hop by hop, and
applied stretch by stretch.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from controller.media.audio import Clip, MediaError
from controller.media.highpass import high_passed
from controller.media.loudness import Loudness, integrated_over, true_peak
from controller.media.shares import Told, unheard, within
from controller.media.windows import (
    Gains,
    Kept,
    Pcm,
    Samples,
    Window,
    most,
    peaks,
    samples_in,
    samples_of,
    stretches,
    with_gains,
)
from devices.profiles.wav import HEADER_BYTES, RATE, WIDTH, wav_header

TARGET = -16.0  # LUFS
CEILING = -2.0  # dBTP: coding for the link may raise peaks by 1 dB
TOLERANCE = 1.0  # LU from the target beyond which a result is refused; above the ceiling it is refused too
_CLOSE = 0.1  # LU
_UNDER = 0.15  # dB by which the limiter aims below the ceiling: the meter looks between samples in its own way
_QUIET = -50.0  # LUFS below which there is nothing to bring up but noise
_RATIO, _BELOW = 3.0, 6.0  # the compressor works from 6 dB below the mean level upwards
_SLOW = RATE // 200  # compressor hop: 5 ms
_ATTACK, _RELEASE = 0.6, 0.05  # smoothing per hop: about 5 ms down, 100 ms up
_FAST = 64  # limiter hop: 1.3 ms
_REACH = 4  # limiter hops over which its gain moves
_PASSES, _GUESSES = 5, 4
_MOST = 3.0  # dB of loudness that the limiter is trusted to take before anybody has measured it
_PAUSE = RATE // 10  # frames that are looked at together for pauses
_FULL, _AUDIBLE = 0.999, 0.003  # factors of full scale: clipped from here on, silent below
_LONG = 30 * RATE  # frames: whoever walks past hears no more of one language
_LOOK = 4096  # frames of a look for noise: 85 ms, a syllable
_BAND = slice(26, 683)  # 300 Hz to 8 kHz of it
_EVEN, _FLAT = 8.0, 0.2  # dB between loud and soft; flatness of white noise is 0.56, of speech under 0.1


@dataclass(frozen=True, slots=True)
class Mastered:
    """The levelled clip, its LUFS before, its loudness after, and what a listener should know: quiet, clipped,
    pauses, noise, long."""

    clip: Clip
    before: float
    after: Loudness
    findings: tuple[str, ...]


def master(clip: Clip, told: Told = unheard) -> Mastered:
    """Level a clip; MediaError media.silent where there is nothing to level, media.loudness where the target cannot be met."""
    frames = (len(clip.wav) - HEADER_BYTES) // WIDTH
    heard = _heard(samples_of(clip.wav), frames, within(told, 0.0, 0.4))
    if heard.lufs < _QUIET:
        raise MediaError("media.silent", "the sound file is silent, or so quiet that only noise would be heard")
    pcm, after = _levelled(_compressed(heard), frames, within(told, 0.4, 0.9))
    if abs(after.lufs - TARGET) > TOLERANCE or after.true_peak > CEILING:
        raise MediaError(
            "media.loudness",
            f"the sound cannot be brought to {TARGET:.0f} LUFS: it comes to {after.lufs:.1f} LUFS with peaks of "
            f"{after.true_peak:.1f} dBTP; record it closer to the microphone, without knocks",
        )
    wav = wav_header(frames) + pcm.data
    levelled = Clip(wav=wav, sha256=hashlib.sha256(wav).hexdigest(), seconds=clip.seconds)
    return Mastered(levelled, heard.lufs, after, _findings(samples_of(clip.wav), frames, heard))


@dataclass(frozen=True, slots=True)
class _Heard:
    """Of the upload, heard through once: LUFS, samples at full scale, the highest sample of each 100 ms; and the sound after
    the high-pass, with the level in dBFS of each 5 ms."""

    lufs: float
    full: int
    highest: Samples
    clean: Kept
    levels: Gains


def _heard(source: Window, frames: int, told: Told) -> _Heard:
    kept, highest, levels, full = Kept(frames), [], [], 0

    def pieces() -> Iterator[Samples]:
        nonlocal full
        for raw, clean in high_passed(source(start, stop) for start, stop in stretches(frames, _PAUSE)):
            kept.add(clean)
            levels.append(_levels(clean))
            highest.append(most(np.abs(raw), _PAUSE))
            if highest[-1].max() >= _FULL:
                full += int((np.abs(raw) >= _FULL).sum())
            told(kept.frames / frames)
            yield raw

    lufs = integrated_over(pieces())
    return _Heard(lufs, full, np.concatenate(highest), kept, np.concatenate(levels))


def _levelled(sound: Window, frames: int, told: Told) -> tuple[Pcm, Loudness]:
    """The samples at the target and what the meter says of them: gain, then limiter, until the two agree."""
    loud, powers = _powers(sound, frames)
    if math.isinf(loud):
        raise MediaError("media.silent", "the sound file holds nothing but a rumble below all speech")
    told(0.2)
    ceiling = CEILING - _UNDER
    high = peaks(sound, frames, _FAST, above=10 ** ((ceiling - TARGET + loud) / 20) / 2)  # half, for the gain may grow
    gain, pcm = _gain(loud, powers, high, ceiling), np.empty(frames, "<i2")
    for number in range(_PASSES):
        told(0.2 + 0.8 * (number + 1) / (_PASSES + 1))
        factor = 10 ** (gain / 20)
        limited = with_gains(sound, factor * _limits(factor * high, 10 ** (ceiling / 20)), _FAST)
        lufs = integrated_over(_rendered(limited, pcm))
        gain += TARGET - lufs
        peak = true_peak(samples_in(pcm), frames)
        if abs(TARGET - lufs) <= _CLOSE:
            if peak <= CEILING:
                break
            ceiling -= peak - CEILING + 0.02
    return pcm, Loudness(lufs, peak)


def _powers(sound: Window, frames: int) -> tuple[float, Gains]:
    """LUFS of a sound, and the power of each limiter hop."""
    powers = []

    def pieces() -> Iterator[Samples]:
        for start, stop in stretches(frames, _FAST):
            hops = sound(start, start + -(-(stop - start) // _FAST) * _FAST)
            powers.append(np.square(hops).reshape(-1, _FAST).mean(axis=1, dtype=np.float64))
            yield hops[: stop - start]

    return integrated_over(pieces()), np.concatenate(powers)


def _gain(loud: float, powers: Gains, high: Samples, ceiling: float) -> float:
    """The gain in dB that brings `loud` to the target although the limiter takes some of it away again."""
    lost = 0.0
    for _ in range(_GUESSES):
        factor = 10 ** ((TARGET - loud + lost) / 20)
        limits = _limits(factor * high, 10 ** (ceiling / 20))
        lost = -10 * math.log10(float(np.dot(powers, np.square(limits))) / max(float(powers.sum()), 1e-12))
    return TARGET - loud + min(lost, _MOST)


def _rendered(sound: Window, pcm: Pcm) -> Iterator[Samples]:
    """Write a sound as samples, and hand them on as they are written."""
    for start, stop in stretches(len(pcm), _FAST):
        pcm[start:stop] = np.clip(np.rint(sound(start, stop) * 32768.0), -32768, 32767)
        yield samples_in(pcm)(start, stop)


def _compressed(heard: _Heard) -> Window:
    """Each 3 dB above the threshold become one."""
    threshold = _average(heard.levels) - _BELOW
    gains = 10 ** (_smoothed(np.minimum(0.0, (threshold - heard.levels) * (1 - 1 / _RATIO))) / 20)
    return with_gains(heard.clean, gains, _SLOW)


def _average(levels: Gains) -> float:
    """The mean level of what is no pause: not more than 20 dB below the mean of all."""
    powers = 10 ** (levels / 10)
    return float(10 * np.log10(powers[powers > powers.mean() / 100].mean()))


def _levels(samples: Samples) -> Gains:
    """In dBFS, of each 5 ms."""
    hops = np.concatenate((samples, np.zeros(-len(samples) % _SLOW, np.float32))).reshape(-1, _SLOW)
    return np.asarray(10 * np.log10(np.square(hops).mean(axis=1, dtype=np.float64) + 1e-12))


def _smoothed(wanted: Gains) -> Gains:
    """Down fast, up slowly."""
    out, now = np.empty_like(wanted), 0.0
    for n, goal in enumerate(wanted.tolist()):
        now += (goal - now) * (_ATTACK if goal < now else _RELEASE)
        out[n] = now
    return out


def _limits(high: NDArray[np.floating[Any]], ceiling: float) -> Gains:
    """Gains that keep peaks `high` below `ceiling`, a factor: each is the mean of minima that all cover its hop."""
    need = np.minimum(1.0, ceiling / np.maximum(high, 1e-9))
    wide = np.pad(need, 2 * _REACH + 1, constant_values=1.0)
    lows = _lowest(wide, 2 * _REACH + 3)
    return np.convolve(lows, np.full(2 * _REACH + 1, 1 / (2 * _REACH + 1)), "valid")[: len(high)]


def _lowest(values: Gains, count: int) -> Gains:
    """The smallest of each `count` values in a row, from minima of twice as many each time."""
    width = 1
    while width < count:
        step = min(width, count - width)
        values = np.minimum(values[:-step], values[step:])
        width += step
    return values


def _findings(source: Window, frames: int, heard: _Heard) -> tuple[str, ...]:
    pauses = longest = 0
    for loud in (heard.highest >= _AUDIBLE).tolist():
        pauses = 0 if loud else pauses + 1
        longest = max(longest, pauses)
    found = {
        "quiet": heard.lufs < -35,
        "clipped": heard.full > max(10, frames // 20_000),
        "pauses": longest >= 50,
        "noise": _mostly_noise(source, frames),
        "long": frames > _LONG,
    }
    return tuple(name for name, true in found.items() if true)


def _mostly_noise(source: Window, frames: int) -> bool:
    """Speech rises and falls by 20 dB and has a shape in its spectrum; noise has neither."""
    starts = range(0, frames - _LOOK, max(_LOOK, frames // 300))
    blocks = [np.asarray(source(start, start + _LOOK), np.float64) for start in starts]
    if len(blocks) < 10:
        return False
    powers = np.array([np.mean(np.square(block)) for block in blocks]) + 1e-12
    low, high = np.percentile(10 * np.log10(powers), (10, 90))
    spectra = np.square(np.abs(np.fft.rfft(np.stack(blocks) * np.hanning(_LOOK), axis=1)))[:, _BAND] + 1e-15
    flatness = np.exp(np.log(spectra).mean(axis=1)) / spectra.mean(axis=1)
    return bool(high - low < _EVEN and np.median(flatness) > _FLAT)
