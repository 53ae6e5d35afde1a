"""What it takes to bring in speech, pictures and videos: decoded, brought to the form the gates play, and how near the target."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from functools import cache
from io import BytesIO
from typing import Any

import numpy as np
import soundfile
from PIL import Image

from controller.domain.pictures import Picture
from controller.media.coded import Coded
from controller.media.lamps import on_board
from controller.media.mastering import TARGET
from controller.media.pictures import bring_in
from controller.media.sounds import bring_in as bring_sound_in
from controller.media.speech.draft import speak
from controller.media.speech.engines import find_espeak
from controller.media.videos import transcode
from devices.profiles.board import BoardShape
from devices.profiles.wav import wav_header
from tests.support.films import film
from tests.support.meters import ffmpeg_meter

MINUTES = 10  # of the hour; the rest is multiplied, for the work grows in proportion
NOTICE = "Kính mời hành khách chuẩn bị hộ chiếu, xếp hàng theo thứ tự và chờ gọi tên. "
FILES = 20
WALL = BoardShape.parse("320x160:rgb")


def talk(seed: int, seconds: int, level: float) -> np.ndarray:
    """Noise in syllables, uneven and with pauses."""
    chance, parts, length = np.random.default_rng(seed), [np.zeros(0)], 0
    while length < seconds * 44_100:
        size = int(chance.integers(4_000, 14_000))
        shape = np.sqrt(np.hanning(size)) * chance.uniform(0.2, 1.0) * (chance.random() > 0.2)
        parts.append(chance.normal(0, level, size) * shape)
        length += size
    return np.concatenate(parts)[: seconds * 44_100]


def a_file(seed: int, seconds: int, level: float) -> bytes:
    """As staff would upload it: 44.1 kHz FLAC."""
    target = BytesIO()
    soundfile.write(target, np.clip(talk(seed, seconds, level), -1, 1), 44_100, format="FLAC")
    return target.getvalue()


def speech(minutes: int) -> bytes:
    """As staff would upload it: FLAC, of a machine that says one text over and over."""
    engine = find_espeak()
    if engine is None:
        raise RuntimeError("espeak-ng is needed for this row")
    once, rate = soundfile.read(BytesIO(engine.synthesize(NOTICE * 6, engine.voices()[0], 1.0)), dtype="int16")
    target = BytesIO()
    soundfile.write(target, np.resize(once, minutes * 60 * rate), rate, format="FLAC")
    return target.getvalue()


def processor_seconds() -> float:
    """Of this process and of its children that have ended."""
    return sum(
        each.ru_utime + each.ru_stime
        for each in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def ingest_hour_s() -> dict[str, Any]:
    """Seconds for one hour of speech, from ten minutes of it."""
    data = speech(MINUTES)
    began, worked = time.perf_counter(), processor_seconds()
    bring_sound_in(data)
    value, worked = time.perf_counter() - began, processor_seconds() - worked
    return {
        "name": "ingest_hour_s", "value": value * 60 / MINUTES, "unit": "s", "ratio": None,
        "baseline": f"of which the processor worked {worked * 60 / MINUTES:.0f} s",
    }  # fmt: skip


@cache
def levelled() -> tuple[Coded, ...]:
    """Twenty made files from whisper to overload."""
    return tuple(bring_sound_in(a_file(n, 8, 0.01 * 1.25**n)) for n in range(FILES))


def loudness_error_lu() -> dict[str, Any]:
    """The largest distance from the target by a second meter, FFmpeg's."""
    errors = []
    for found in levelled():
        samples, _ = soundfile.read(BytesIO(found.master), dtype="int16")
        errors.append(abs(ffmpeg_meter(wav_header(len(samples)) + samples.astype("<i2").tobytes())[0] - TARGET))
    return {"name": "loudness_error_lu", "value": max(errors), "unit": "LU", "ratio": None, "baseline": None}


def opus_kb_per_minute() -> dict[str, Any]:
    """Kilobytes of one minute of speech on the link; the ratio is to the WAV."""
    engine, text = find_espeak(), NOTICE * 6
    if engine is None:
        raise RuntimeError("espeak-ng is needed for this row")
    made = speak(text, "vi", engine).coded
    coded, seconds = len(made.played), made.facts.samples / 48_000
    value = coded / 1000 / (seconds / 60)
    return {
        "name": "opus_kb_per_minute", "value": value, "unit": "kB", "ratio": coded / (2 * made.facts.samples),
        "baseline": f"{seconds:.0f} s of Vietnamese by a machine's voice, as WAV",
    }  # fmt: skip


def picture_12mp_ms() -> dict[str, Any]:
    """Milliseconds from a JPEG of twelve megapixels to the lamps of a wall: decoded in its own process, kept, dithered."""
    fine = np.random.default_rng(1).integers(0, 255, (300, 400, 3), dtype=np.uint8)
    camera = BytesIO()
    Image.fromarray(fine).resize((4000, 3000), Image.Resampling.BICUBIC).save(camera, "JPEG", quality=90)
    best = float("inf")
    for _ in range(3):
        began = time.perf_counter()
        master = bring_in(camera.getvalue())
        on_board(master.png, Picture(sha256=master.facts.sha256, tone="photo"), WALL)
        best = min(best, time.perf_counter() - began)
    return {"name": "picture_12mp_ms", "value": best * 1000, "unit": "ms", "ratio": None, "baseline": None}


def video_20s_s() -> dict[str, Any]:
    """Seconds from twenty of 1080p25 H.264 to what a wall of 320 by 160 plays, hashed frame by frame."""
    data = film(20, 1920, 1080)
    began = time.perf_counter()
    made = transcode(data, str(WALL), "whole").transcoded
    value = time.perf_counter() - began
    if made.frames != 500:
        raise RuntimeError(f"{made.frames} frames were made of 500")
    return {"name": "video_20s_s", "value": value, "unit": "s", "ratio": None, "baseline": None}


ROWS: tuple[Callable[[], dict[str, Any]], ...] = (
    ingest_hour_s, loudness_error_lu, opus_kb_per_minute, picture_12mp_ms, video_20s_s,
)  # fmt: skip
