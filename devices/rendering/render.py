"""The one way from a text to pages: the author's preview, the approved file and the board get the same lamps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from devices.profiles.board import BoardShape
from devices.rendering.advice import board_limits, broken_words, colour_rules, light, page_limits, time_and_sight
from devices.rendering.cleaning import clean
from devices.rendering.drawing import draw_lines
from devices.rendering.findings import Finding, finding
from devices.rendering.glyphs import Face, face
from devices.rendering.layout import Lines, lay_out
from devices.rendering.lint import lint
from devices.rendering.page import Page, PageFile
from devices.rendering.reading import FIND, SHORTEST, Reader, reading_seconds
from devices.rendering.style import LANGUAGES, PLAIN, Style

RENDERER = "2"


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
    findings = [*cleaned.findings, *lint(text, language), *board_limits(cleaned.text, letters, shape)]
    if _blocked(findings):
        return Rendering(None, tuple(findings))
    layout = lay_out(cleaned.text, letters.widths, shape.width, shape.height // letters.rows)
    findings += page_limits(len(layout.pages), shape)
    if _blocked(findings):
        return Rendering(None, tuple(findings))
    reader = reader or Reader()
    reading = [reading_seconds(page, language, reader) for page in layout.pages]
    times = zip(layout.pages, page_seconds(reading), strict=True)
    pages = tuple(_page(lines, letters, shape, seconds, style) for lines, seconds in times)
    findings += [*broken_words(layout.broken), *colour_rules(style, shape)]
    findings += [*time_and_sight(FIND + sum(reading), language, letters, reader), *light(pages, reader)]
    # Not validated again: what is drawn fits, as the laws in tests/devices/test_rendering_laws.py prove.
    return Rendering(PageFile.model_construct(language=language, renderer=RENDERER, pages=pages), tuple(findings))


def page_seconds(reading: Sequence[float]) -> list[float]:
    """Seconds of each page: time to read it, on the first also to find it, and never under the shortest."""
    times = (time + (FIND if number == 0 else 0) for number, time in enumerate(reading))
    return [round(max(SHORTEST, time), 1) for time in times]


def _blocked(findings: Sequence[Finding]) -> bool:
    return any(item.severity == "block" for item in findings)


def _page(lines: Lines, letters: Face, shape: BoardShape, seconds: float, style: Style) -> Page:
    plane = draw_lines(lines, letters, shape.width, shape.height, style.align, style.vertical)
    dark = bytes(len(plane))
    planes = tuple(plane if lit else dark for lit in style.lit(shape.colours))
    return Page.model_construct(shape=shape, planes=planes, seconds=seconds)
