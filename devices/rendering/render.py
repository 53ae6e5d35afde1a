"""The one way from a text to pages: the author's preview, the approved file and the board get the same lamps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from devices.profiles.board import BoardShape
from devices.rendering.cleaning import clean
from devices.rendering.drawing import draw_lines
from devices.rendering.findings import Finding, finding, named
from devices.rendering.glyphs import Face, face
from devices.rendering.layout import Layout, Lines, lay_out
from devices.rendering.lint import lint
from devices.rendering.page import MAX_FILE_BYTES, Page, PageFile
from devices.rendering.reading import FIND, SHORTEST, Reader, available_seconds, reach_m, reading_seconds
from devices.rendering.style import LANGUAGES, PLAIN, Style

RENDERER = "1"
MAX_PAGES = 200


@dataclass(frozen=True, slots=True)
class Rendering:
    """Pages, or None when a finding blocks; and everything worth saying about the text."""

    file: PageFile | None
    findings: tuple[Finding, ...] = ()


def render(
    text: str, language: str, shape: BoardShape, *, reader: Reader | None = None, style: Style = PLAIN
) -> Rendering:
    """Draw `text` on a board of `shape`: the same arguments give the same bytes everywhere."""
    if language not in LANGUAGES:
        return Rendering(None, (finding("language.unknown", "block", language=language[:40]),))
    letters = face(style.packs(language))
    cleaned = clean(text, letters.widths)
    findings = [*cleaned.findings, *lint(text, language), *_board(cleaned.text, letters, shape)]
    if _blocked(findings):
        return Rendering(None, tuple(findings))
    reader = reader or Reader()
    layout = lay_out(cleaned.text, letters.widths, shape.width, shape.height // letters.rows)
    findings += _size(layout, shape)
    if _blocked(findings):
        return Rendering(None, tuple(findings))
    reading = [reading_seconds(page, language, reader) for page in layout.pages]
    findings += _remarks(layout, FIND + sum(reading), letters, reader)
    seconds = page_seconds(reading)
    drawn = (_page(lines, letters, shape, time, style) for lines, time in zip(layout.pages, seconds, strict=True))
    # Not validated again: what is drawn fits, as the laws in tests/devices/test_rendering_laws.py prove.
    file = PageFile.model_construct(language=language, renderer=RENDERER, pages=tuple(drawn))
    return Rendering(file, tuple(findings))


def page_seconds(reading: Sequence[float]) -> list[float]:
    """Seconds of each page: time to read it, on the first also to find it, and never under the shortest."""
    times = (time + (FIND if number == 0 else 0) for number, time in enumerate(reading))
    return [round(max(SHORTEST, time), 1) for time in times]


def _blocked(findings: Sequence[Finding]) -> bool:
    return any(item.severity == "block" for item in findings)


def _board(text: str, letters: Face, shape: BoardShape) -> Iterator[Finding]:
    if shape.height < letters.rows:
        yield finding("board.too-low", "block", board=str(shape), needed=letters.rows)
    if shape.width >= letters.widest:
        return
    widest = max(set(text), key=lambda letter: (letters.widths.get(letter, 0), letter), default=" ")
    if letters.widths.get(widest, 0) > shape.width:
        needed = letters.widths[widest]
        yield finding("board.too-narrow", "block", board=str(shape), character=named(widest), needed=needed)


def _size(layout: Layout, shape: BoardShape) -> Iterator[Finding]:
    pages, room = len(layout.pages), MAX_FILE_BYTES * 0.9
    size = pages * shape.stride * shape.height * shape.colours.planes * 4 // 3
    if pages > MAX_PAGES or size > room:
        limit = min(MAX_PAGES, int(pages * room / size))
        yield finding("text.too-long", "block", board=str(shape), pages=pages, limit=limit)


def _remarks(layout: Layout, needed: float, letters: Face, reader: Reader) -> Iterator[Finding]:
    for word in layout.broken[:5]:
        yield finding("text.long-word", "warn", word=word[:60])
    available = available_seconds(letters.capital, reader)
    if available is not None and needed > available:
        yield finding("time.short", "warn", needed=round(needed, 1), available=round(available, 1))
    if reader.distance_m is None:
        return
    for code, night in (("sight.day", False), ("sight.night", True)):
        reach = reach_m(letters.capital, reader, night=night)
        if reach < reader.distance_m and (reader.night or not night):
            height = round(letters.capital * reader.pitch_mm)
            yield finding(code, "warn", height=height, reach=round(reach), distance=round(reader.distance_m))


def _page(lines: Lines, letters: Face, shape: BoardShape, seconds: float, style: Style) -> Page:
    plane = draw_lines(lines, letters, shape.width, shape.height, style.align, style.vertical)
    dark = bytes(len(plane))
    planes = tuple(plane if lit else dark for lit in style.lit(shape.colours))
    return Page.model_construct(shape=shape, planes=planes, seconds=seconds)
