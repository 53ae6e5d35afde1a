"""A text set as its author wants it: in pages or as a line that passes, in which letters, languages in turn or at once."""

from __future__ import annotations

from collections.abc import Mapping

from devices.profiles.board import BoardShape
from devices.profiles.protocols import Effect
from devices.rendering.areas import Together, has_room, render_together
from devices.rendering.findings import finding
from devices.rendering.fit import render_largest
from devices.rendering.look import Look
from devices.rendering.page import PageFile
from devices.rendering.reading import Reader
from devices.rendering.render import Rendering, render
from devices.rendering.strip import scroll
from devices.rendering.style import ROWS, Rows


def set_text(text: str, language: str, shape: BoardShape, look: Look, reader: Reader | None = None) -> Rendering:
    """One language on one board; the same arguments give the same bytes everywhere."""
    rows = look.rows_within(shape.height)
    style = look.style(rows)
    if look.motion == "scroll":
        passing = scroll(text, language, shape, reader=reader, style=style, lamps_per_second=look.speed)
        drawn = Rendering(passing.file, passing.findings)
    elif look.rows == "largest":
        drawn = render_largest(text, language, shape, reader=reader, style=style)
    else:
        drawn = render(text, language, shape, reader=reader, style=style)
    return _as_wished(drawn, look, rows, shape)


def _as_wished(drawn: Rendering, look: Look, rows: Rows, shape: BoardShape) -> Rendering:
    file, findings = drawn.file, drawn.findings
    if file is not None and look.rows not in ("largest", rows):
        findings += (finding("rows.fewer", "info", board=str(shape), wanted=look.rows, rows=rows),)
    if file is not None and file.strip is None and look.effect is not Effect.NONE:
        file = file.model_copy(update={"effect": look.effect})
    return Rendering(file, findings)


def together_rows(shape: BoardShape, count: int, look: Look) -> Rows | None:
    """The highest lines in which `count` languages have room at once; None where even the lowest have not."""
    most = look.rows_within(shape.height)
    return next((rows for rows in reversed(ROWS) if rows <= most and has_room(shape, count, rows)), None)


def set_together(
    texts: Mapping[str, str], shape: BoardShape, look: Look, reader: Reader | None = None
) -> Together | None:
    """All languages at once; None where the board has no room for that, and they had better take turns."""
    rows = together_rows(shape, len(texts), look)
    if rows is None or look.motion == "scroll":
        return None
    if look.rows == "largest":
        return _largest(texts, shape, look, rows, reader)
    return _moved_in(render_together(texts, shape, reader=reader, style=look.style(rows)), look)


def _largest(texts: Mapping[str, str], shape: BoardShape, look: Look, most: Rows, reader: Reader | None) -> Together:
    """The highest lines that need no more pages than the lowest."""
    ways = [render_together(texts, shape, reader=reader, style=look.style(rows)) for rows in ROWS if rows <= most]
    fewest = len(_pages(ways[0].file))
    fitting = [way for way in ways if way.file is not None and len(_pages(way.file)) <= fewest]
    return _moved_in(fitting[-1] if fitting else ways[0], look)


def _pages(file: PageFile | None) -> tuple[object, ...]:
    return file.pages if file is not None else ()


def _moved_in(together: Together, look: Look) -> Together:
    file = together.file
    if file is None or look.effect is Effect.NONE:
        return together
    return Together(file.model_copy(update={"effect": look.effect}), together.findings)
