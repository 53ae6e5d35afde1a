"""What phones and cameras make becomes sound too, decoded where it can harm nobody."""

from __future__ import annotations

import io
from dataclasses import replace

import av
import numpy as np
import pytest
import soundfile

from controller.media import sounds
from controller.media.audio import Clip, MediaError, ingest
from controller.media.mastering import master
from controller.media.sounds import bring_in
from devices.profiles.wav import wav_header

SECONDS = 3
TONE = (np.sin(np.arange(SECONDS * 48_000) / 48_000 * 2 * np.pi * 440) * 9_000).astype("<i2")


def made(container: str, codec: str, rate: int = 48_000, layout: str = "mono", picture: bool = False) -> bytes:
    """A file as a phone or camera makes it."""
    out = io.BytesIO()
    with av.open(out, "w", format=container) as file:
        film = _film(file) if picture else None
        track = file.add_stream(codec, rate=rate, layout=layout)
        if film:
            _picture(file, film)
        frame = av.AudioFrame.from_ndarray(TONE.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts = 48_000, 0
        resampler = av.AudioResampler(format=track.codec_context.format.name, layout=layout, rate=rate)
        queue = av.AudioFifo()
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            queue.write(piece)
        while (piece := queue.read(track.codec_context.frame_size or 1024, partial=True)) is not None:
            file.mux(track.encode(piece))
        file.mux(track.encode(None))
    return out.getvalue()


def amr() -> bytes:
    """What old phones record, by the coder alone: its container is six letters and the packets."""
    coder = av.CodecContext.create("libopencore_amrnb", "w")
    coder.sample_rate, coder.layout, coder.format, coder.bit_rate = 8_000, "mono", "s16", 12_200
    packets = []
    for start in range(0, SECONDS * 8_000, 160):
        frame = av.AudioFrame.from_ndarray(
            TONE[::6][start : start + 160].copy().reshape(1, -1), format="s16", layout="mono"
        )
        frame.sample_rate, frame.pts = 8_000, start
        packets += [bytes(packet) for packet in coder.encode(frame)]
    return b"#!AMR\n" + b"".join(packets)


def _film(file: av.container.OutputContainer) -> av.VideoStream:
    film = file.add_stream("mpeg4", rate=10)
    film.width, film.height, film.pix_fmt = 64, 48, "yuv420p"
    return film


def _picture(file: av.container.OutputContainer, film: av.VideoStream) -> None:
    for _ in range(10 * SECONDS):
        file.mux(film.encode(av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")))
    file.mux(film.encode(None))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(made("ipod", "aac"), id="M4A of a phone"),
        pytest.param(made("adts", "aac", 44_100, "stereo"), id="AAC in two channels"),
        pytest.param(amr(), id="AMR of an old phone"),
        pytest.param(made("webm", "libopus"), id="WebM of a browser"),
        pytest.param(made("mp4", "aac", picture=True), id="the sound of a video"),
    ],
)
def test_what_people_have_becomes_the_form_the_gates_play(data: bytes) -> None:
    clip = ingest(data)
    samples = np.frombuffer(clip.wav[44:], "<i2").astype(float)
    spectrum = np.abs(np.fft.rfft(samples[48_000:96_000]))
    assert clip.seconds == pytest.approx(SECONDS, abs=0.1)
    assert int(np.argmax(spectrum)) == pytest.approx(440, abs=2)
    assert samples_brought(data) == pytest.approx(SECONDS * 48_000, abs=4_800), "the confined child reads it too"


def samples_brought(data: bytes) -> int:
    return bring_in(data).facts.samples


def test_a_video_without_sound_is_no_sound_file() -> None:
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as file:
        _picture(file, _film(file))
    with pytest.raises(MediaError) as refused:
        bring_in(out.getvalue())
    assert refused.value.code == "media.unreadable"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n", id="a list that names a file"),
        pytest.param(b"ffconcat version 1.0\nfile /etc/hostname\n", id="a list that joins files"),
        pytest.param(b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n", id="a list that names an address"),
        pytest.param(b"GIF89a" + b"#EXTM3U\n" * 100, id="two kinds at once"),
        pytest.param(made("ipod", "aac")[:400], id="cut off"),
        pytest.param(bytes(range(256)) * 40, id="rubbish"),
        pytest.param(b"\x1f\x8b" + bytes(5_000), id="packed rubbish"),
    ],
)
def test_what_is_no_sound_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(MediaError, match="not a sound file"):
        bring_in(data)


def test_a_damaged_recording_gives_what_is_whole() -> None:
    data = bytearray(made("adts", "aac"))
    data[len(data) // 2 : len(data) // 2 + 50] = bytes(50)
    assert 0 < samples_brought(bytes(data)) <= (SECONDS + 0.1) * 48_000


def packed(seconds: int, kind: str) -> bytes:
    """Hours of silence, which pack into almost nothing."""
    out = io.BytesIO()
    with soundfile.SoundFile(out, "w", 8_000, 1, format=kind) as file:
        for _ in range(seconds):  # more at once is more than the Vorbis coder's stack takes
            file.write(np.zeros(8_000, np.int16))
    return out.getvalue()


@pytest.mark.parametrize("kind", ["FLAC", "OGG"])
def test_a_bomb_of_hours_in_a_small_file_is_refused_as_too_long(kind: str) -> None:
    bomb = packed(45 * 60, kind)
    assert len(bomb) < 2_000_000
    with pytest.raises(MediaError) as refused:
        bring_in(bomb)
    assert refused.value.code == "media.long"


def test_a_bomb_whose_header_says_that_it_is_short_costs_its_sender_a_refusal() -> None:
    bomb = bytearray(packed(45 * 60, "FLAC"))
    bomb[21:26] = bytes((bomb[21] & 0xF0, 0, 0, 0x1F, 0x40))  # FLAC's number of samples: one second
    with pytest.raises(MediaError) as refused:
        bring_in(bytes(bomb))
    assert refused.value.code in {"media.long", "media.silent"}


def test_a_decoder_that_takes_too_much_memory_or_time_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    ten_minutes = packed(600, "FLAC")
    for limits, code in (({"memory_mb": 300}, "media.unreadable"), ({"seconds": 0}, "media.time")):
        monkeypatch.setattr(sounds, "LIMITS", replace(sounds.LIMITS, **limits))
        with pytest.raises(MediaError) as refused:
            bring_in(ten_minutes)
        assert refused.value.code == code
        monkeypatch.undo()


@pytest.mark.parametrize(
    "front",
    [b"ID3\x04\0\0\0\0\x10\0" + b"<script>alert(1)</script>".ljust(2048, b"\0"), b""],
    ids=["in its title", "behind its end"],
)
def test_a_file_of_two_kinds_is_made_anew_and_nothing_of_the_other_kind_is_kept(front: bytes) -> None:
    sound = io.BytesIO()
    soundfile.write(sound, TONE, 48_000, format="MP3")
    behind = b"PK\x03\x04<html><script>alert(1)</script>"
    made_anew = bring_in(front + sound.getvalue() + behind)
    for kept in (made_anew.played, made_anew.master):
        assert kept.startswith((b"OggS", b"fLaC"))
        assert b"script" not in kept
        assert b"PK\x03\x04" not in kept


def test_decoding_tells_how_far_it_is_and_the_shares_only_grow() -> None:
    shares: list[float] = []
    bring_in(made("ipod", "aac"), shares.append)
    assert len(shares) > 5
    assert shares[-1] == 1.0
    assert shares == sorted(shares)


def test_noise_is_told_from_what_rises_and_falls() -> None:
    draw = np.random.default_rng(3)
    noise = (draw.standard_normal(10 * 48_000) * 3_000).astype("<i2")
    syllables = np.tile(TONE, 4) * np.repeat(np.tile([1.0, 0.05], 24), TONE.size * 4 // 48)
    found = [master(_clip(samples.astype("<i2"))).findings for samples in (noise, syllables)]
    assert ["noise" in each for each in found] == [True, False]


def _clip(samples: np.ndarray) -> Clip:
    return Clip(wav_header(len(samples)) + samples.tobytes(), "", len(samples) / 48_000)
