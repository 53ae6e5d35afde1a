"""The form that travels: as many samples as before, and no peak that the coder made of its own."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile

from controller.media.link import HIGHEST, _coded, opus, peaks_of
from devices.profiles.wav import wav_header

RATE = 48_000


def a_wav(samples: np.ndarray) -> bytes:
    return wav_header(len(samples)) + samples.astype("<i2").tobytes()


def harsh(seed: int, seconds: float = 3.0) -> np.ndarray:
    """Steps from one edge of what mastering allows to the other, at odd times: the worst a coder is given."""
    chance = np.random.default_rng(seed)
    edges = np.repeat(chance.choice([-1, 1], 4_000), chance.integers(20, 160, 4_000))
    return edges[: round(seconds * RATE)] * 26_000


def highest(coded: bytes) -> float:
    return float(20 * np.log10(peaks_of(coded).max()))


@pytest.mark.parametrize("frames", [1, 959, 960, 2_880, 48_000, 100_001])
def test_what_travels_has_just_as_many_samples(frames: int) -> None:
    found, rate = soundfile.read(io.BytesIO(opus(a_wav(np.full(frames, 1_000)))), dtype="int16")
    assert (len(found), rate) == (frames, RATE)


@pytest.mark.parametrize("seed", range(3))
def test_peaks_that_coding_raised_are_brought_down_again(seed: int) -> None:
    samples = harsh(seed).astype(np.int16)
    assert highest(_coded(samples, lambda _share: None)) > HIGHEST, "the coder raises them, or this tests nothing"
    assert highest(opus(a_wav(samples))) <= HIGHEST


def test_a_single_peak_is_softened_where_it_lies_and_the_rest_stays_as_loud() -> None:
    at = np.arange(6 * RATE) / RATE
    samples = np.rint(4_000 * np.sin(2 * np.pi * 300 * at))
    samples[3 * RATE : 3 * RATE + 2_000] = harsh(2)[:2_000]
    played, _ = soundfile.read(io.BytesIO(opus(a_wav(samples))))
    assert np.abs(played).max() <= 10 ** (HIGHEST / 20)
    for quiet in (slice(RATE, 2 * RATE), slice(4 * RATE, 5 * RATE)):
        level = np.sqrt(np.mean(played[quiet] ** 2)) / np.sqrt(np.mean((samples[quiet] / 32768) ** 2))
        assert 20 * np.log10(level) == pytest.approx(0, abs=0.3)


def test_the_same_samples_give_the_same_file() -> None:
    wav = a_wav(harsh(1))
    assert opus(wav) == opus(wav)
