"""The one way from a text to pages: the author's preview, the approved file and the board get the same lamps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import accumulate
from operator import or_, rshift

from devices.profiles.board import BoardShape
from devices.rendering.cleaning import clean
from devices.rendering.findings import Finding, finding, named
from devices.rendering.glyphs import Face, face, strided
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
    findings += _remarks(layout, letters, shape, language, reader)
    if _blocked(findings):
        return Rendering(None, tuple(findings))
    seconds = page_seconds(layout.pages, language, reader)
    drawn = (_page(lines, letters, shape, time, style) for lines, time in zip(layout.pages, seconds, strict=True))
    return Rendering(PageFile(language=language, renderer=RENDERER, pages=tuple(drawn)), tuple(findings))


def page_seconds(pages: Sequence[Lines], language: str, reader: Reader) -> list[float]:
    """Seconds of each page: time to read it, on the first also to find it, and never under the shortest."""
    times = [
        reading_seconds(page, language, reader) + (FIND if number == 0 else 0) for number, page in enumerate(pages)
    ]
    return [round(max(SHORTEST, time), 1) for time in times]


def _blocked(findings: Sequence[Finding]) -> bool:
    return any(item.severity == "block" for item in findings)


def _board(text: str, letters: Face, shape: BoardShape) -> Iterator[Finding]:
    if shape.height < letters.rows:
        yield finding("board.too-low", "block", board=str(shape), needed=letters.rows)
    widest = max(set(text), key=lambda letter: (letters.widths.get(letter, 0), letter), default=" ")
    if letters.widths.get(widest, 0) > shape.width:
        needed = letters.widths[widest]
        yield finding("board.too-narrow", "block", board=str(shape), character=named(widest), needed=needed)


def _remarks(layout: Layout, letters: Face, shape: BoardShape, language: str, reader: Reader) -> Iterator[Finding]:
    pages = layout.pages
    size = len(pages) * shape.stride * shape.height * shape.colours.planes * 4 // 3
    if len(pages) > MAX_PAGES or size > MAX_FILE_BYTES * 0.9:
        limit = min(MAX_PAGES, int(len(pages) * MAX_FILE_BYTES * 0.9 / size))
        yield finding("text.too-long", "block", board=str(shape), pages=len(pages), limit=limit)
        return
    for word in layout.broken[:5]:
        yield finding("text.long-word", "warn", word=word[:60])
    yield from _times(pages, letters, language, reader)


def _times(pages: Sequence[Lines], letters: Face, language: str, reader: Reader) -> Iterator[Finding]:
    needed = FIND + reading_seconds((line for page in pages for line in page), language, reader)
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
    stride, spare = shape.stride, shape.height - len(lines) * letters.rows
    gap = min(letters.rows // 4, spare // (len(lines) + 1))  # dark rows between lines, where there is room
    spare -= gap * (len(lines) - 1)
    above = {"top": 0, "middle": spare // 2, "bottom": spare}[style.vertical]
    rows = bytes(gap * stride).join(_line(line, letters, shape, style.align) for line in lines)
    plane = bytes(above * stride) + rows + bytes((spare - above) * stride)
    dark = bytes(len(plane))
    return Page(shape=shape, planes=tuple(plane if lit else dark for lit in style.lit(shape.colours)), seconds=seconds)


def _line(line: str, letters: Face, shape: BoardShape, align: str) -> bytes:
    """One line of letters: each is one integer with its rows at the board's stride, shifted to its place."""
    widths = [letters.widths[letter] for letter in line]
    room = shape.width - sum(widths)
    left = {"left": 0, "centre": room // 2, "right": room}[align]
    glyphs = map(strided(letters, shape.stride).__getitem__, line)
    lamps = reduce(or_, map(rshift, glyphs, accumulate(widths, initial=left)), 0)
    return lamps.to_bytes(shape.stride * letters.rows, "big")
