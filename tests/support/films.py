"""Small videos as staff might bring them."""

from __future__ import annotations

import io
from fractions import Fraction

import av
import numpy as np

RATE = 25


def film(
    seconds: float = 1.0, width: int = 160, height: int = 90, *, rate: int = RATE, form: str = "mp4",
    codec: str = "libx264", flashing: bool = False, sound: bool = False,
) -> bytes:  # fmt: skip
    """A bright bar that wanders over a dark picture; or light and dark in turns, five times a second."""
    out = io.BytesIO()
    with av.open(out, "w", format=form) as file:
        stream = file.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        track = file.add_stream("aac", rate=48_000, layout="mono") if sound else None
        for number in range(round(seconds * rate)):
            frame = av.VideoFrame.from_ndarray(_picture(number, width, height, rate, flashing), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, rate)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
        if track:
            _tone(file, track, seconds)
    return out.getvalue()


def _picture(number: int, width: int, height: int, rate: int, flashing: bool) -> np.ndarray:
    pixels = np.zeros((height, width, 3), np.uint8)
    if flashing:
        pixels[:] = 255 * (number * 10 // rate % 2)
    else:
        left = number * 3 % width
        pixels[:, left : left + width // 8] = (255, 160, 0)
    return pixels


def _tone(file: av.container.OutputContainer, track: av.AudioStream, seconds: float) -> None:
    tone = (np.sin(np.arange(int(seconds * 48_000)) / 20) * 9_000).astype("<i2")
    for start in range(0, len(tone) - 1024, 1024):
        frame = av.AudioFrame.from_ndarray(
            tone[start : start + 1024].copy().reshape(1, -1), format="s16", layout="mono"
        )
        frame.sample_rate, frame.pts = 48_000, start
        file.mux(track.encode(frame))
    file.mux(track.encode(None))
