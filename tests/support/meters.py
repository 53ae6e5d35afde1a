"""A second loudness meter: FFmpeg's own, which shares nothing with libebur128 but the standard."""

from __future__ import annotations

from collections.abc import Iterator

import av
import numpy as np

RATE = 48_000


def ffmpeg_meter(wav: bytes) -> tuple[float, float]:
    """(LUFS, dBTP) of a 48 kHz mono 16-bit WAV."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(format="s16", sample_rate=RATE, layout="mono", time_base=f"1/{RATE}")
    meter, sink = graph.add("ebur128", "metadata=1:peak=true"), graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    last: dict[str, str] = {}
    for frame in (*_frames(np.frombuffer(wav, "<i2", offset=44)), None):
        source.push(frame)
        while (seen := _pulled(sink)) is not None:
            last |= seen
    return float(last["lavfi.r128.I"]), 20 * np.log10(max(float(last["lavfi.r128.true_peak"]), 1e-9))


def _pulled(sink: av.filter.context.FilterContext) -> dict[str, str] | None:
    try:
        return dict(sink.pull().metadata)
    except (av.error.BlockingIOError, av.error.EOFError):
        return None


def _frames(pcm: np.ndarray) -> Iterator[av.AudioFrame]:
    for at in range(0, len(pcm), 4_800):
        frame = av.AudioFrame.from_ndarray(pcm[at : at + 4_800].reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts = RATE, at
        yield frame
