"""The largest letters a text can have: what is read from farther is read for longer."""

from __future__ import annotations

from dataclasses import replace

from devices.profiles.board import BoardShape
from devices.rendering.reading import Reader
from devices.rendering.render import Rendering, render
from devices.rendering.style import PLAIN, ROWS, Style


def render_largest(
    text: str, language: str, shape: BoardShape, *, reader: Reader | None = None, style: Style = PLAIN
) -> Rendering:
    """Like `render`, with the highest lines that need no more pages than the lowest, and break no word that those keep whole."""
    lowest = render(text, language, shape, reader=reader, style=replace(style, rows=ROWS[0]))
    if lowest.file is None:
        return lowest
    for rows in reversed(ROWS[1:]):
        higher = render(text, language, shape, reader=reader, style=replace(style, rows=rows))
        if higher.file and len(higher.file.pages) <= len(lowest.file.pages) and _broken(higher) <= _broken(lowest):
            return higher
    return lowest


def _broken(rendering: Rendering) -> int:
    return sum(item.code == "text.long-word" for item in rendering.findings)
