"""Loudness against a second meter (FFmpeg's ebur128; ours is libebur128), and the chain that brings speech to one loudness."""

from __future__ import annotations

import hashlib
import tracemalloc
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyebur128 import MeasurementMode, R128State, get_true_peak

from controller.media import mastering
from controller.media.audio import Clip, MediaError
from controller.media.loudness import decibels, integrated, integrated_over, measure, true_peak
from controller.media.mastering import CEILING, TARGET, master
from controller.media.windows import peaks, samples_of
from devices.profiles.wav import wav_header
from tests.support.meters import ffmpeg_meter

RATE = 48_000


def a_clip(samples: np.ndarray) -> Clip:
    pcm = np.clip(np.rint(samples * 32768), -32768, 32767).astype("<i2").tobytes()
    wav = wav_header(len(pcm) // 2) + pcm
    return Clip(wav, hashlib.sha256(wav).hexdigest(), len(pcm) / 2 / RATE)


def a_sine(hertz: float, decibels: float, seconds: float) -> np.ndarray:
    return 10 ** (decibels / 20) * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)


def speech(seed: int, seconds: float = 8.0, level: float = 0.1) -> np.ndarray:
    """Noise in syllables of uneven loudness with pauses, over a little hum."""
    chance, parts = np.random.default_rng(seed), [np.zeros(0)]
    while sum(map(len, parts)) < seconds * RATE:
        length = int(chance.integers(4_000, 14_000))
        shape = np.sqrt(np.hanning(length)) * chance.uniform(0.2, 1.0) * (chance.random() > 0.2)
        parts.append(chance.normal(0, level, length) * shape)
    whole = np.concatenate(parts)[: round(seconds * RATE)]
    return whole + a_sine(50, -50, seconds)


def of(clip: Clip):
    return measure(samples_of(clip.wav), (len(clip.wav) - 44) // 2)


@pytest.mark.parametrize(
    ("samples", "lufs"),
    [
        pytest.param(lambda: a_sine(997, -0.01, 5), -3.01, id="997 Hz at full scale"),
        pytest.param(lambda: a_sine(997, -20, 5), -23.0, id="20 dB lower"),
        pytest.param(
            lambda: np.concatenate([a_sine(997, -33, 10), a_sine(997, -20, 60), a_sine(997, -33, 10)]),
            -23.0,
            id="the EBU's case for the gate",
        ),
    ],
)
def test_the_reference_signals_measure_what_the_standard_says(samples, lufs):
    assert of(a_clip(samples())).lufs == pytest.approx(lufs, abs=0.06)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("level", [0.005, 0.05, 0.3])
def test_a_second_meter_reads_the_same(seed, level):
    clip = a_clip(speech(seed, 5, level))
    lufs, true_peak = ffmpeg_meter(clip.wav)
    found = of(clip)
    assert found.lufs == pytest.approx(lufs, abs=0.05)
    assert found.true_peak == pytest.approx(true_peak, abs=0.6)


@settings(max_examples=20, deadline=None)
@given(hertz=st.floats(40, 15_000), decibels=st.floats(-40, -1), seconds=st.floats(1, 4))
def test_any_sine_measures_alike_on_both_meters(hertz, decibels, seconds):
    clip = a_clip(a_sine(hertz, decibels, seconds))
    assert of(clip).lufs == pytest.approx(ffmpeg_meter(clip.wav)[0], abs=0.1)


def test_a_peak_between_samples_is_found():
    sine = a_sine(12_000, 0, 1.0)
    shifted = np.sin(2 * np.pi * 12_000 * (np.arange(RATE) + 0.5) / RATE)
    assert np.abs(shifted).max() < 0.71
    assert np.abs(sine).max() == pytest.approx(1.0)
    assert of(a_clip(shifted * 0.5)).true_peak == pytest.approx(-6.02, abs=0.3)


def the_whole_true_peak(samples: np.ndarray) -> float:
    """By the meter, of every sample."""
    meter = R128State(1, RATE, MeasurementMode.MODE_TRUE_PEAK)
    for part in np.array_split(np.append(samples, np.zeros(64)).astype(np.float32), 3):
        meter.add_frames(part, len(part))
    return float(get_true_peak(meter, 0))


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    bursts=st.lists(st.tuples(st.integers(0, 69_000), st.integers(1, 90), st.floats(0.05, 1.0)), max_size=8),
    floor=st.floats(0, 0.5),
)
def test_the_true_peak_is_that_of_every_sample_though_only_the_loud_ones_are_looked_at(seed, bursts, floor):
    chance = np.random.default_rng(seed)
    samples = floor * chance.choice([-1, 1], 70_000)
    for at, length, height in bursts:
        samples[at : at + length] = height * chance.choice([-1, 1], len(samples[at : at + length]))
    clip = a_clip(samples)
    heard = samples_of(clip.wav)
    assert true_peak(heard, 70_000) == decibels(the_whole_true_peak(heard(0, 70_000)))


def test_between_samples_no_curve_of_the_meter_is_twice_as_high_as_its_samples():
    """Signs as in the worst case: each sample on the side to which it pulls the middle between two."""
    for place in (0.25, 0.5, 0.75):
        signs = np.sign(np.sinc(place - np.arange(-40, 41)))
        assert 1.0 < the_whole_true_peak(signs / 2) * 2 < 1.95
    chance = np.random.default_rng(1)
    assert the_whole_true_peak(chance.choice([-0.5, 0.5], 500_000)) * 2 < 1.95


@settings(max_examples=20, deadline=None)
@given(cuts=st.lists(st.integers(19_200, 96_000), max_size=6), length=st.integers(1, 96_000))
def test_where_the_pieces_are_cut_never_changes_the_loudness(cuts, length):
    samples = speech(1, 2)[:length].astype(np.float32)
    found = integrated_over(each for each in np.split(samples, sorted(cuts)) if len(each))
    assert found == pytest.approx(integrated(lambda start, stop: samples[start:stop], length), abs=1e-9)


def test_a_limiter_sees_the_peaks_of_the_meter_and_may_leave_out_what_is_far_below():
    clip = a_clip(np.concatenate([speech(5, 2, 0.02), speech(6, 2, 0.3)]))
    frames = (len(clip.wav) - 44) // 2
    every, near = peaks(samples_of(clip.wav), frames, 64), peaks(samples_of(clip.wav), frames, 64, above=0.2)
    assert 20 * np.log10(every.max()) == pytest.approx(of(clip).true_peak, abs=0.6)
    np.testing.assert_allclose(near[near > 0.2], every[near > 0.2], rtol=1e-5)
    assert (near <= every + 1e-7).all()
    assert (near < every - 1e-4).any()


def test_what_the_limiter_could_not_hold_below_the_ceiling_is_refused(monkeypatch):
    monkeypatch.setattr(mastering, "_limits", lambda high, ceiling: np.ones(len(high)))
    with pytest.raises(MediaError) as caught:
        master(a_clip(speech(1)))
    assert caught.value.code == "media.loudness"


def test_silence_has_no_loudness():
    assert of(a_clip(np.zeros(RATE))).lufs == -np.inf
    assert of(a_clip(np.zeros(0))).lufs == -np.inf


def test_a_sound_shorter_than_a_block_is_measured_whole():
    assert of(a_clip(a_sine(997, -20, 0.2))).lufs == pytest.approx(-23.0, abs=0.6)


def test_progress_of_levelling_only_grows():
    shares: list[float] = []
    master(a_clip(speech(1)), shares.append)
    assert shares == sorted(shares)
    assert 0 < shares[0] < shares[-1] <= 1


@cache
def mastered(seed: int, level: float) -> mastering.Mastered:
    return master(a_clip(speech(seed, 8, level)))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("level", [0.008, 0.02, 0.1, 0.6])
def test_speech_of_any_loudness_comes_to_the_target_by_the_ffmpeg_meter(seed, level):
    found = mastered(seed, level)
    lufs, true_peak = ffmpeg_meter(found.clip.wav)
    assert lufs == pytest.approx(TARGET, abs=0.3)
    assert found.after.true_peak <= CEILING
    assert true_peak <= CEILING + 0.2
    assert found.after.lufs == pytest.approx(lufs, abs=0.05)
    assert found.clip.sha256 == hashlib.sha256(found.clip.wav).hexdigest()


@pytest.mark.parametrize("level", [0.05, 0.1])
def test_what_the_limiter_takes_is_foreseen_so_that_the_first_rendering_is_at_the_target(level, monkeypatch):
    monkeypatch.setattr(mastering, "_PASSES", 1)
    raw = speech(3, 8, level)
    raw[:: RATE // 3] = 0.99 * np.sign(raw[:: RATE // 3] + 1e-9)  # knocks: the limiter has to take some dB
    first = master(a_clip(raw))
    assert first.after.lufs == pytest.approx(TARGET, abs=0.1)
    monkeypatch.setattr(mastering, "_GUESSES", 0)
    assert master(a_clip(raw)).after.lufs < first.after.lufs - 0.02, "the limiter took something, or this tests nothing"


def test_a_long_sound_is_levelled_in_the_room_of_its_samples():
    """The sound after the high-pass, the result, and the file made of it: two bytes a sample each."""
    most = []
    for seconds in (60, 180):
        clip = a_clip(np.resize(speech(1, 30), seconds * RATE))
        tracemalloc.start()
        master(clip)
        most.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert (most[1] - most[0]) / (120 * RATE) < 7


def test_the_length_stays_to_the_sample_and_nothing_moves_in_time():
    raw = speech(1)
    clip = a_clip(raw)
    found = np.frombuffer(master(clip).clip.wav[44:], "<i2").astype(float)
    assert len(found) == len(raw)
    around = [float(np.dot(found[200:-200], np.roll(raw, lag)[200:-200])) for lag in range(-100, 101)]
    assert abs(int(np.argmax(around)) - 100) <= 2


def test_rumble_below_speech_is_taken_out():
    raw = speech(2) + a_sine(50, -20, 8)
    found = np.frombuffer(master(a_clip(raw)).clip.wav[44:], "<i2").astype(float)
    power = np.abs(np.fft.rfft(found)) ** 2
    bins = np.fft.rfftfreq(len(found), 1 / RATE)
    assert power[bins < 80].sum() < power.sum() / 300


def test_loud_and_soft_words_come_closer():
    soft, loud = speech(3, 4, 0.02), speech(4, 4, 0.2)
    found = np.frombuffer(master(a_clip(np.concatenate([soft, loud]))).clip.wav[44:], "<i2").astype(float)
    rms = [np.sqrt(np.mean(half**2)) for half in (found[: 4 * RATE], found[4 * RATE :])]
    assert 20 * np.log10(rms[1] / rms[0]) < 15


def test_silence_is_refused():
    with pytest.raises(MediaError) as caught:
        master(a_clip(np.random.default_rng(1).normal(0, 0.0005, RATE)))
    assert caught.value.code == "media.silent"


def test_what_is_loud_below_all_speech_and_holds_nothing_else_is_refused():
    with pytest.raises(MediaError) as caught:
        master(a_clip(a_sine(15, -1, 5) * np.hanning(5 * RATE)))
    assert caught.value.code == "media.silent"
    assert "rumble" in caught.value.text


def test_knocks_with_long_silence_between_cannot_be_levelled_and_are_refused():
    knocks = np.zeros(10 * RATE)
    knocks[:: 2 * RATE] = 0.9
    with pytest.raises(MediaError) as caught:
        master(a_clip(knocks))
    assert caught.value.code == "media.loudness"


@pytest.mark.parametrize(
    ("samples", "finding"),
    [
        pytest.param(lambda: speech(1, 8, 0.008), "quiet", id="quiet"),
        pytest.param(lambda: speech(1, 8, 1.5), "clipped", id="clipped"),
        pytest.param(lambda: np.concatenate([speech(1), np.zeros(6 * RATE), speech(2)]), "pauses", id="a long pause"),
        pytest.param(lambda: speech(1, 31), "long", id="longer than anybody stays to hear"),
    ],
)
def test_what_a_listener_should_know_is_found(samples, finding):
    assert finding in master(a_clip(samples())).findings


def test_good_speech_has_no_findings():
    assert mastered(1, 0.1).findings == ()


@settings(max_examples=15, deadline=None)
@given(data=st.lists(st.integers(-32768, 32767), min_size=1, max_size=30_000), repeat=st.integers(1, 5))
def test_any_samples_are_levelled_or_refused(data, repeat):
    clip = a_clip(np.tile(np.array(data) / 32768, repeat))
    try:
        found = master(clip)
    except MediaError as error:
        code = error.code
    else:
        code = "" if found.after.true_peak <= CEILING and abs(found.after.lufs - TARGET) <= 1 else "wrong"
    assert code in {"", "media.silent", "media.loudness"}


def test_stretches_leave_no_seams(monkeypatch):
    whole = mastered(1, 0.1).clip.wav
    monkeypatch.setattr("controller.media.windows.STRETCH", 48_000)
    parts = master(a_clip(speech(1, 8, 0.1))).clip.wav
    apart = np.frombuffer(whole[44:], "<i2").astype(int) - np.frombuffer(parts[44:], "<i2").astype(int)
    assert np.abs(apart).max() <= 2
