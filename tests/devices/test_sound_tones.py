"""The tones: the same bytes everywhere, no clicks, small enough for an alert."""

from __future__ import annotations

import base64
import hashlib
import itertools
import sys
import wave
import zlib
from array import array
from io import BytesIO

import pytest

from devices.profiles.tones import TONES, tone_seconds, tone_wav
from devices.profiles.wav import HEADER_BYTES, read_wav_header, wav_header

GOLDEN = {
    "chime-2": "e9c42c1b49740ba44a64317c53b81e58a521b2ed02238ac679bccfde67243798",
    "chime-4": "a5c1f2900337dcbed0812c9b788972882c7bd4e32d3eb59fc13405f76875ee51",
    "drill": "5b92d4b09a7990cb2224f12d19328eb7e64458a56ea6613afe04e2ffac7b081f",
    "emergency": "faf4577e688476a9187fe528999d252902455aa4b6a18caa59f108e44af3eb78",
    "end": "1e182b6d118633647cf8c3c22932608fea8e43fb66c423b5c5fbee765bbb6dd2",
    "test": "193dac756a776da7fc4254b1dda70bd9040ed20536a9726a4711cf510c05057d",
}


def samples(data: bytes) -> array[int]:
    values = array("h", data)
    if sys.byteorder == "big":
        values.byteswap()
    return values


@pytest.mark.parametrize("name", sorted(TONES))
def test_a_tone_is_the_same_bytes_on_every_machine(name):
    assert hashlib.sha256(tone_wav(name)).hexdigest() == GOLDEN[name]


@pytest.mark.parametrize("name", sorted(TONES))
def test_another_reader_finds_48_khz_mono_16_bit_and_the_length_we_say(name):
    with wave.open(BytesIO(tone_wav(name))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (48_000, 1, 2)
        assert file.getnframes() / 48_000 == tone_seconds(name)


@pytest.mark.parametrize("name", sorted(TONES))
def test_a_tone_stays_below_minus_6_dbfs_and_begins_and_ends_without_a_click(name):
    values = samples(tone_wav(name)[HEADER_BYTES:])
    assert 4_000 < max(abs(value) for value in values) <= 16_422
    assert abs(values[0]) < 100
    assert abs(values[-1]) < 100
    assert max(abs(a - b) for a, b in itertools.pairwise(values)) < 2_400


def test_the_emergency_tone_lasts_4_to_10_seconds_and_fits_an_alert():
    assert 4 <= tone_seconds("emergency") <= 10
    assert len(base64.b64encode(zlib.compress(tone_wav("emergency"), 6))) < 100_000


def test_a_tone_nobody_drew_is_a_key_error():
    with pytest.raises(KeyError):
        tone_wav("trumpet")


def test_a_header_with_a_title_chunk_before_the_samples_is_read():
    title = b"LIST" + (3).to_bytes(4, "little") + b"abc\0"
    plain = wav_header(5)
    data = plain[:36] + title + plain[36:] + bytes(10)
    assert read_wav_header(data, len(data)) == (HEADER_BYTES + len(title), 5)


def test_a_half_written_file_plays_as_far_as_it_goes():
    assert read_wav_header(wav_header(1_000), HEADER_BYTES + 7) == (HEADER_BYTES, 3)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"MP3 rubbish, no RIFF", id="not a WAV"),
        pytest.param(wav_header(1)[:36], id="no samples"),
        pytest.param(
            wav_header(1).replace((48_000).to_bytes(4, "little"), (44_100).to_bytes(4, "little")), id="44.1 kHz"
        ),
        pytest.param(b"RIFF\xff\xff\xff\xffWAVE" + b"junk\xff\xff\xff\xff" * 9, id="a chunk longer than the world"),
        pytest.param(b"RIFF\x00\x00\x00\x00WAVEdata\x04\x00\x00\x00abcd", id="samples of unknown form"),
    ],
)
def test_what_is_not_our_form_is_refused(data):
    with pytest.raises(ValueError, match=r"not|no samples"):
        read_wav_header(data, len(data))
