"""The form that travels: as many samples as before, and no peak that the coder made of its own."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile

from controller.media.link import HIGHEST, _coded, highest, opus
from devices.profiles.wav import wav_header

RATE = 48_000


def a_wav(samples: np.ndarray) -> bytes:
    return wav_header(len(samples)) + samples.astype("<i2").tobytes()


def harsh(seed: int, seconds: float = 3.0) -> np.ndarray:
    """Steps from one edge of what mastering allows to the other, at odd times: the worst a coder is given."""
    chance = np.random.default_rng(seed)
    edges = np.repeat(chance.choice([-1, 1], 4_000), chance.integers(20, 160, 4_000))
    return edges[: round(seconds * RATE)] * 26_000


@pytest.mark.parametrize("frames", [1, 959, 960, 2_880, 48_000, 100_001])
def test_what_travels_has_just_as_many_samples(frames: int) -> None:
    found, rate = soundfile.read(io.BytesIO(opus(a_wav(np.full(frames, 1_000)))), dtype="int16")
    assert (len(found), rate) == (frames, RATE)


@pytest.mark.parametrize("seed", range(3))
def test_peaks_that_coding_raised_are_brought_down_again(seed: int) -> None:
    samples = harsh(seed).astype(np.int16)
    assert highest(_coded(samples, lambda _share: None)) > HIGHEST, "the coder raises them, or this tests nothing"
    assert highest(opus(a_wav(samples))) <= HIGHEST


def test_the_same_samples_give_the_same_file() -> None:
    wav = a_wav(harsh(1))
    assert opus(wav) == opus(wav)
