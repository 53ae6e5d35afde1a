"""Uploads become one form of sound, or a clear refusal."""

from __future__ import annotations

import hashlib
import wave
from contextlib import suppress
from io import BytesIO

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.media import audio, sounds
from controller.media.audio import MediaError, Resampler, ingest, plain
from controller.media.sounds import bring_in

RATES = (8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000, 192_000)


def a_sine(rate: int, hertz: float, seconds: float = 1.0) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(rate * seconds)) / rate)


def a_file(samples: np.ndarray, rate: int, kind: str = "WAV", subtype: str | None = None) -> bytes:
    target = BytesIO()
    soundfile.write(target, samples, rate, format=kind, subtype=subtype)
    return target.getvalue()


def pcm(wav: bytes) -> np.ndarray:
    return np.frombuffer(wav[44:], "<i2").astype(np.float64) / 32768


def level(samples: np.ndarray) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(samples**2)) + 1e-12))


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("hertz", [100.0, 1_000.0, 3_000.0])
def test_a_sine_of_any_rate_arrives_as_the_same_sine_on_the_same_grid(rate, hertz):
    found = pcm(ingest(a_file(a_sine(rate, hertz), rate, subtype="FLOAT")).wav)
    wanted = a_sine(48_000, hertz)
    assert len(found) == len(wanted)
    error = (found - wanted)[3_000:-3_000]
    assert level(error) < level(wanted) - 85


def test_what_48_khz_cannot_carry_does_not_fold_back():
    assert level(pcm(ingest(a_file(a_sine(96_000, 27_000), 96_000, subtype="FLOAT")).wav)[3_000:-3_000]) < -85


def test_the_result_is_a_wav_that_another_reader_opens_and_that_its_hash_names():
    clip = ingest(a_file(a_sine(44_100, 440, 0.5), 44_100))
    with wave.open(BytesIO(clip.wav)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (48_000, 1, 2)
        assert file.getnframes() == 24_000
    assert clip.seconds == 0.5
    assert clip.sha256 == hashlib.sha256(clip.wav).hexdigest()


def test_our_own_form_passes_bit_for_bit():
    data = a_file(a_sine(48_000, 440), 48_000, subtype="PCM_16")
    assert ingest(data).wav[44:] == data[44:]


@pytest.mark.parametrize(("rate", "channels"), [(48_000, 1), (44_100, 2), (8_000, 1), (96_000, 3)])
def test_a_plain_wav_needs_no_decoder_and_gives_what_a_decoder_gives(rate, channels):
    data = a_file(np.stack([a_sine(rate, 300 + 50 * n) for n in range(channels)], axis=1), rate, subtype="PCM_16")
    assert plain(data) == ingest(data)


@pytest.mark.parametrize(
    "data",
    [
        a_file(a_sine(48_000, 440), 48_000, subtype="FLOAT"),
        a_file(a_sine(48_000, 440), 48_000, subtype="PCM_24"),
        a_file(a_sine(48_000, 440), 48_000, "FLAC"),
        b"RIFF",
        b"",
    ],
    ids=["floats", "24 bit", "FLAC", "cut off", "nothing"],
)
def test_everything_else_is_left_to_the_decoders(data):
    assert plain(data) is None


@given(data=st.binary(max_size=200), cut=st.integers(0, 300), flip=st.integers(12, 43), bits=st.integers(1, 255))
@settings(max_examples=100, deadline=None)
def test_a_damaged_wav_is_read_as_far_as_it_goes_or_refused_or_left_to_the_decoders(data, cut, flip, bits):
    whole = bytearray(a_file(np.zeros((10, 2)), 44_100, subtype="PCM_16") + data)
    whole[flip] ^= bits
    with suppress(MediaError):
        found = plain(bytes(whole[:cut]))
        assert found is None or found.seconds > 0


@pytest.mark.parametrize("kind", ["WAV", "FLAC", "OGG", "MP3", "AIFF"])
def test_usual_kinds_of_file_are_read(kind):
    clip = ingest(a_file(a_sine(44_100, 440, 2), 44_100, kind))
    assert clip.seconds == pytest.approx(2, abs=0.1)
    assert level(pcm(clip.wav)) == pytest.approx(-9, abs=1)


def test_channels_are_averaged():
    left = a_sine(48_000, 440)
    clip = ingest(a_file(np.stack([left, np.zeros_like(left)], axis=1), 48_000, subtype="FLOAT"))
    assert level(pcm(clip.wav)) == pytest.approx(level(left) - 6.02, abs=0.01)


def test_channels_that_cancel_each_other_are_refused_and_not_played_as_nothing():
    left = a_sine(48_000, 440)
    with pytest.raises(MediaError) as caught:
        ingest(a_file(np.stack([left, -0.95 * left], axis=1), 48_000, subtype="FLOAT"))
    assert caught.value.code == "media.cancelling"


def test_silence_in_two_channels_is_no_cancelling():
    assert ingest(a_file(np.zeros((4_800, 2)), 48_000)).seconds == 0.1


def test_samples_that_are_no_numbers_become_silence_and_overs_are_cut():
    clip = ingest(a_file(np.array([np.nan, 4.0, -4.0, 0.25]), 48_000, subtype="FLOAT"))
    assert list(np.frombuffer(clip.wav[44:], "<i2")) == [0, 32767, -32768, 8192]


@settings(max_examples=40, deadline=None)
@given(cuts=st.lists(st.integers(0, 3_000), max_size=8), rate=st.sampled_from(RATES))
def test_where_the_stretches_are_cut_never_changes_the_sound(cuts, rate):
    whole = a_sine(rate, 777, 3_000 / rate).astype(np.float32)
    pieces = np.split(whole, sorted(cuts))
    once = np.concatenate(list(Resampler(rate).run(iter([whole]))))
    apart = np.concatenate(list(Resampler(rate).run(iter(pieces))))
    np.testing.assert_allclose(apart, once, atol=1e-6)


@settings(max_examples=60, deadline=None)
@given(
    data=st.binary(max_size=400), head=st.sampled_from([b"", b"RIFF$\0\0\0WAVEfmt ", b"fLaC", b"OggS", b"ID3", b"FORM"])
)
def test_rubbish_is_refused_with_a_code_and_nothing_else(data, head):
    with pytest.raises(MediaError) as caught:
        ingest(head + data)
    assert caught.value.code in {"media.unreadable", "media.empty", "media.rate", "media.long"}


@given(cut=st.integers(1, 8_000), flip=st.integers(0, 8_000))
@settings(max_examples=60, deadline=None)
def test_a_damaged_file_gives_sound_or_a_refusal_never_a_crash(cut, flip):
    data = bytearray(a_file(a_sine(16_000, 440, 0.25), 16_000, "FLAC"))
    data[flip % len(data)] ^= 0x55
    with suppress(MediaError):
        assert ingest(bytes(data[:cut])).seconds > 0


def test_no_samples_is_refused():
    with pytest.raises(MediaError) as caught:
        ingest(a_file(np.zeros(0), 48_000))
    assert caught.value.code == "media.empty"


def test_more_than_half_an_hour_is_refused(monkeypatch):
    monkeypatch.setattr(audio, "MAX_SECONDS", 1)
    with pytest.raises(MediaError, match="at most") as caught:
        ingest(a_file(a_sine(8_000, 440, 1.1), 8_000))
    assert caught.value.code == "media.long"


def test_a_header_that_lies_about_the_length_does_not_get_past_the_limit(monkeypatch):
    monkeypatch.setattr(audio, "MAX_SECONDS", 1)
    monkeypatch.setattr(audio, "_check", lambda *facts: None)
    with pytest.raises(MediaError) as caught:
        ingest(a_file(a_sine(8_000, 440, 1.1), 8_000))
    assert caught.value.code == "media.long"


def test_an_upload_too_large_is_refused_unread(monkeypatch):
    monkeypatch.setattr(sounds, "MAX_BYTES", 10)
    with pytest.raises(MediaError) as caught:
        bring_in(bytes(11))
    assert caught.value.code == "media.large"


@pytest.mark.parametrize("rate", [4_000, 47_999, 384_000])
def test_a_rate_that_no_recorder_uses_is_refused(rate):
    with pytest.raises(MediaError) as caught:
        ingest(a_file(a_sine(rate, 440, 0.1), rate))
    assert caught.value.code == "media.rate"
