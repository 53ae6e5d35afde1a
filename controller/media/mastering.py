"""Brings speech to one loudness: high-pass 150 Hz, compressor 3:1, gain, limiter; measured again, and refused where it fails.

All uploads at one loudness is what makes a zone's volume mean something. Gains are found for whole files, hop by hop, and
applied stretch by stretch.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from controller.media.audio import Clip, MediaError
from controller.media.loudness import Loudness, integrated, true_peak
from controller.media.shares import Told, unheard, within
from controller.media.windows import (
    Biquad,
    Samples,
    Window,
    filtered,
    impulse_response,
    peaks,
    samples_of,
    stretches,
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
_PASSES = 5
_LONG = 30 * RATE  # frames: whoever walks past hears no more of one language
_LOOK = 4096  # frames of a look for noise: 85 ms, a syllable
_BAND = slice(26, 683)  # 300 Hz to 8 kHz of it
_EVEN, _FLAT = 8.0, 0.2  # dB between loud and soft; flatness of white noise is 0.56, of speech under 0.1
Gains = NDArray[np.float64]


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
    source = samples_of(clip.wav)
    before = integrated(source, frames)
    if before < _QUIET:
        raise MediaError("media.silent", "the sound file is silent, or so quiet that only noise would be heard")
    told(0.1)
    pressed = _compressed(filtered(source, _high_pass()), frames, within(told, 0.1, 0.5))
    wav, after = _levelled(pressed, frames, within(told, 0.5, 0.9))
    if abs(after.lufs - TARGET) > TOLERANCE or after.true_peak > CEILING:
        raise MediaError(
            "media.loudness",
            f"the sound cannot be brought to {TARGET:.0f} LUFS: it comes to {after.lufs:.1f} LUFS with peaks of "
            f"{after.true_peak:.1f} dBTP; record it closer to the microphone, without knocks",
        )
    levelled = Clip(wav=wav, sha256=hashlib.sha256(wav).hexdigest(), seconds=clip.seconds)
    return Mastered(levelled, before, after, _findings(source, frames, before))


def _levelled(sound: Window, frames: int, told: Told) -> tuple[bytes, Loudness]:
    """The WAV at the target and what the meter says of it: gain, then limiter, until the two agree."""
    gain, ceiling = TARGET - integrated(sound, frames), CEILING - _UNDER
    high = peaks(sound, frames, _FAST, above=10 ** ((ceiling - gain) / 20) / 2)  # half of it, for the gain may grow
    peak = math.inf
    for number in range(_PASSES):
        told((number + 1) / (_PASSES + 1))
        factor = 10 ** (gain / 20)
        wav = _wav(_with_gains(sound, factor * _limits(factor * high, 10 ** (ceiling / 20)), _FAST), frames)
        lufs = integrated(samples_of(wav), frames)
        gain += TARGET - lufs
        if abs(TARGET - lufs) <= _CLOSE:
            peak = true_peak(samples_of(wav), frames)
            if peak <= CEILING:
                break
            ceiling -= peak - CEILING + 0.02
    return wav, Loudness(lufs, true_peak(samples_of(wav), frames) if math.isinf(peak) else peak)


def _wav(sound: Window, frames: int) -> bytes:
    return wav_header(frames) + b"".join(_to_pcm(sound(start, stop)) for start, stop in stretches(frames, _FAST))


def _compressed(sound: Window, frames: int, told: Told) -> Window:
    """Each 3 dB above the threshold become one; kept as 16-bit samples."""
    looks = [_look(sound(start, stop)) for start, stop in stretches(frames, _SLOW)]
    told(0.5)
    levels, highest = (np.concatenate(part) for part in zip(*looks, strict=True))
    threshold = _average(levels) - _BELOW
    gains = 10 ** (_smoothed(np.minimum(0.0, (threshold - levels) * (1 - 1 / _RATIO))) / 20)
    near = np.maximum(gains, np.maximum(np.append(gains[1:], 0), np.append(0, gains[:-1])))
    scale = 1 / max(float((highest * near).max()), 1e-6)
    kept = samples_of(_wav(_with_gains(sound, gains * scale, _SLOW), frames))
    back = np.float32(1 / scale)
    return lambda start, stop: kept(start, stop) * back


def _average(levels: Gains) -> float:
    """The mean level of what is no pause: not more than 20 dB below the mean of all."""
    powers = 10 ** (levels / 10)
    return float(10 * np.log10(powers[powers > powers.mean() / 100].mean()))


def _look(samples: Samples) -> tuple[Gains, Gains]:
    """(level in dBFS, highest sample) of each 5 ms."""
    hops = np.concatenate((samples, np.zeros(-len(samples) % _SLOW, np.float32))).reshape(-1, _SLOW)
    powers = np.square(hops, dtype=np.float64).mean(axis=1)
    return np.asarray(10 * np.log10(powers + 1e-12)), np.asarray(np.abs(hops).max(axis=1), dtype=np.float64)


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
    lows = np.lib.stride_tricks.sliding_window_view(wide, 2 * _REACH + 3).min(axis=1)
    return np.convolve(lows, np.full(2 * _REACH + 1, 1 / (2 * _REACH + 1)), "valid")[: len(high)]


def _with_gains(sound: Window, gains: Gains, hop: int) -> Window:
    """Gains at the middles of hops, straight lines between."""
    middles = np.arange(len(gains)) * hop + hop / 2

    def window(start: int, stop: int) -> Samples:
        return np.asarray(sound(start, stop) * np.interp(np.arange(start, stop), middles, gains), dtype=np.float32)

    return window


def _to_pcm(samples: Samples) -> bytes:
    return bytes(np.clip(np.rint(samples * 32768.0), -32768, 32767).astype("<i2").tobytes())


def _findings(source: Window, frames: int, before: float) -> tuple[str, ...]:
    full = pauses = longest = 0
    for start, stop in stretches(frames, RATE // 10):
        samples = np.abs(source(start, stop))
        full += int((samples >= 0.999).sum())
        for at in range(0, len(samples), RATE // 10):
            pauses = pauses + 1 if samples[at : at + RATE // 10].max() < 0.003 else 0
            longest = max(longest, pauses)
    found = {
        "quiet": before < -35,
        "clipped": full > max(10, frames // 20_000),
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


@cache
def _high_pass() -> Samples:
    """Butterworth of the fourth order at 150 Hz: hum at 50 Hz goes down 38 dB, and horns give nothing below anyway."""
    return impulse_response(*(_high_pass_biquad(150.0, q) for q in (0.5412, 1.3066)))


def _high_pass_biquad(hertz: float, q: float) -> Biquad:
    """One second-order high-pass by the bilinear transform."""
    w = math.tan(math.pi * hertz / RATE)
    norm = 1 + w / q + w * w
    return (1 / norm, -2 / norm, 1 / norm), (1.0, 2 * (w * w - 1) / norm, (1 - w / q + w * w) / norm)
