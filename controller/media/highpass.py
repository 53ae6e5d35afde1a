"""Takes out what lies below speech: two second-order sections of FFmpeg's one after the other, over a sound in pieces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

import av
import numpy as np

from controller.media.windows import Samples
from devices.profiles.wav import RATE

# Butterworth of the fourth order at 150 Hz: hum at 50 Hz goes down 38 dB, and horns give nothing below anyway.
_SECTIONS = tuple(f"frequency=150:width_type=q:width={q}:precision=f64" for q in (0.5412, 1.3066))


def high_passed(pieces: Iterable[Samples]) -> Iterator[tuple[Samples, Samples]]:
    """Each piece, and as many samples of it after the high-pass."""
    graph = av.filter.Graph()
    last = source = graph.add_abuffer(format="fltp", sample_rate=RATE, layout="mono", time_base=Fraction(1, RATE))
    for each in (*_SECTIONS, None):
        link = graph.add("highpass", each) if each else graph.add("aformat", "sample_fmts=fltp")
        last.link_to(link)
        last = link
    sink = graph.add("abuffersink")
    last.link_to(sink)
    graph.configure()
    at = 0
    for piece in pieces:
        frame = av.AudioFrame.from_ndarray(piece.reshape(1, -1), format="fltp", layout="mono")
        frame.sample_rate, frame.pts = RATE, at
        source.push(frame)
        passed = sink.pull()
        if not isinstance(passed, av.AudioFrame) or passed.samples != len(piece):
            raise ValueError("the high-pass gave another number of samples than it took")
        yield piece, np.asarray(passed.to_ndarray()[0], dtype=np.float32)
        at += len(piece)
