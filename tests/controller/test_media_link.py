"""The form that travels: as many samples as before, and no peak that the coder made of its own."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
import soundfile

from controller.media import link
from controller.media.audio import ingest
from controller.media.link import HIGHEST, _coded, opus, peaks_of
from controller.media.mastering import master
from controller.media.speech.engines import find_espeak
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


@cache
def speech() -> np.ndarray:
    """Fifteen seconds of a machine's voice, levelled: what the coder takes for speech."""
    engine = find_espeak()
    assert engine is not None, "the demo installs espeak-ng"
    said = engine.synthesize("Kính mời hành khách chuẩn bị hộ chiếu và chờ gọi tên. " * 5, engine.voices()[0], 1.0)
    return np.frombuffer(master(ingest(said)).clip.wav, "<i2", offset=44)[: 15 * RATE]


def breathless() -> np.ndarray:
    """The same without its pauses."""
    frames = speech()[: len(speech()) // 960 * 960].reshape(-1, 960)
    return frames[np.abs(frames).max(axis=1) > 1_500].ravel()


def singing() -> np.ndarray:
    """A hoarse vowel that glides and never ends: what the coder takes for music."""
    at = np.arange(12 * RATE) / RATE
    pitch = np.cumsum(120 + 30 * np.sin(2 * np.pi * 0.7 * at)) / RATE
    voice = sum(np.sin(2 * np.pi * n * pitch) / n for n in range(2, 30))
    return np.rint(9_000 * (voice + np.random.default_rng(1).normal(0, 0.05, len(at)))).astype(np.int16)


def decoded(coded: bytes) -> np.ndarray:
    return np.asarray(soundfile.read(io.BytesIO(coded), dtype="float32")[0])


@pytest.fixture
def long_from_six_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """What several coders do with minutes, in less time."""
    monkeypatch.setattr(link, "_LONG", 6 * RATE)
    monkeypatch.setattr(link, "_PART", 3 * RATE)
    monkeypatch.setattr(link, "_STRETCH", RATE)


def by_one(samples: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> bytes:
    with monkeypatch.context() as patched:
        patched.setattr(link, "_LONG", 1 << 40)
        return _coded(samples, lambda _share: None)


@pytest.mark.usefixtures("long_from_six_seconds")
@pytest.mark.parametrize("frames", [6 * RATE - 1, 6 * RATE, 6 * RATE + 1, 7 * RATE + 959, 8 * RATE + 312])
def test_a_long_sound_from_several_coders_has_just_as_many_samples(frames: int) -> None:
    assert len(decoded(opus(a_wav(speech()[:frames])))) == frames


@pytest.mark.usefixtures("long_from_six_seconds")
@pytest.mark.parametrize("sound", [speech, breathless, singing])
def test_where_another_coder_comes_in_nothing_is_heard_of_it(
    sound: Callable[[], np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = sound()
    several, one = decoded(_coded(samples, lambda _share: None)), decoded(by_one(samples, monkeypatch))
    first, *seams = link._starts(samples)
    assert (first, len(seams)) == (0, 3)
    assert (several[: seams[0] - 960] == one[: seams[0] - 960]).all()
    assert (several[seams[0] + 960 :] != one[seams[0] + 960 :]).any(), "another coder made it, or this tests nothing"
    for seam in seams:
        around = slice(seam - 960, seam + 4_800)
        wrong = [np.sqrt(np.mean((each[around] - samples[around] / 32768) ** 2)) for each in (several, one)]
        assert wrong[0] <= 1.1 * wrong[1] + 1e-4


@pytest.mark.usefixtures("long_from_six_seconds")
def test_another_coder_comes_in_where_it_is_quietest_near_its_place() -> None:
    samples = singing()
    samples[3 * RATE + 24_000 : 3 * RATE + 28_800] = 0
    _, first, *others = link._starts(samples)
    assert 3 * RATE + 24_000 < first <= 3 * RATE + 28_800
    assert first % 960 == 0
    for number, seam in enumerate(others, 2):
        assert abs(seam - number * 3 * RATE) <= RATE
        assert seam % 960 == 0


@pytest.mark.usefixtures("long_from_six_seconds")
def test_a_long_sound_gives_the_same_file_each_time_and_tells_how_far_it_is() -> None:
    wav, shares = a_wav(speech()), list[float]()
    assert opus(wav, shares.append) == opus(wav)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


@pytest.mark.usefixtures("long_from_six_seconds")
@pytest.mark.parametrize("seconds", [6.0, 8.0, 10.0, 12.013])
def test_several_decoders_find_the_very_peaks_of_one_that_hears_the_whole(seconds: float) -> None:
    coded = _coded(speech()[: round(seconds * RATE)], lambda _share: None)
    whole = np.abs(decoded(coded))
    wanted = [whole[at : at + 480].max() for at in range(0, len(whole), 480)]
    np.testing.assert_allclose(peaks_of(coded), wanted, rtol=0, atol=1e-9)


@pytest.mark.usefixtures("long_from_six_seconds")
def test_a_peak_in_the_second_half_of_a_long_sound_is_brought_down_too() -> None:
    samples = singing() // 2
    samples[9 * RATE : 9 * RATE + 2_000] = harsh(2)[:2_000]
    assert highest(_coded(samples, lambda _share: None)) > HIGHEST, "the coder raises it, or this tests nothing"
    assert np.abs(decoded(opus(a_wav(samples)))).max() <= 10 ** (HIGHEST / 20)
