"""A picture of a clip: the highest sample of each column, as an SVG that a page shows as it is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from devices.profiles.wav import HEADER_BYTES

_HEIGHT = 100


def columns(wav: bytes, count: int) -> list[float]:
    """The highest sample of each of `count` equal parts, 0 to 1; fewer parts if there are fewer samples."""
    pcm = np.frombuffer(wav, "<i2", offset=HEADER_BYTES)
    edges = np.linspace(0, len(pcm), min(count, len(pcm)) + 1).astype(np.int64)[:-1]
    if not len(edges):
        return []
    highest = np.maximum(
        np.maximum.reduceat(pcm, edges).astype(np.int32), -np.minimum.reduceat(pcm, edges).astype(np.int32)
    )
    return [round(float(value) / 32768, 4) for value in highest]


def waveform_svg(wav: bytes, count: int = 600) -> str:
    """Bars around a middle line, in the colour of the page's text, stretched to whatever room it gets."""
    return bars_svg(columns(wav, count))


def bars_svg(bars: Sequence[float]) -> str:
    """The picture of columns that were counted before."""
    path = "".join(
        f"M{n + 0.5:g} {_HEIGHT / 2 * (1 - bar):g}v{max(0.5, _HEIGHT * bar):g}" for n, bar in enumerate(bars)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {max(1, len(bars))} {_HEIGHT}" preserveAspectRatio="none">'
        f'<path d="{path}" stroke="currentColor" stroke-width="0.8" fill="none"/></svg>'
    )
