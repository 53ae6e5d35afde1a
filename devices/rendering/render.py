"""The one way from a text to pages: the author's preview, the approved file and the board get the same lamps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from devices.profiles.board import BoardShape
from devices.rendering.advice import board_limits, broken_words, light, page_limits, time_and_sight
from devices.rendering.colouring import bare, by_page, clean_painted, colour_rules, painted_planes
from devices.rendering.fields import Slot, as_written, boxes_of, darken, field_faults, too_wide, with_room, with_slots
from devices.rendering.findings import Finding, finding
from devices.rendering.glyphs import Face, face
from devices.rendering.layout import lay_out
from devices.rendering.lint import lint
from devices.rendering.page import Page, PageFile
from devices.rendering.reading import FIND, SHORTEST, Reader, reading_seconds
from devices.rendering.style import LANGUAGES, PLAIN, Style
from schedules.fields import ANY_DAY, filled

RENDERER = "6"


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
    if "{" not in text and "}" not in text:
        return _drawn(text, language, shape, letters, (), reader or Reader(), style)
    faults = field_faults(text)
    if faults:
        return Rendering(None, faults)
    written, slots = with_slots(filled(text, language, ANY_DAY), language, letters)
    wide = next((slot for slot in slots if slot.width > shape.width), None)
    if wide is not None:
        return Rendering(None, (too_wide(wide, shape),))
    roomy = with_room(letters, slots)
    darken(roomy, slots, shape)
    drawn = _drawn(written, language, shape, roomy, slots, reader or Reader(), style)
    return Rendering(drawn.file, tuple(as_written(drawn.findings, text, language, letters)))


def _drawn(
    text: str, language: str, shape: BoardShape, letters: Face, slots: tuple[Slot, ...], reader: Reader, style: Style
) -> Rendering:
    """A text whose fields, if it has any, are `slots`."""
    cleaned, colours = clean_painted(text, letters.widths, style.colour)
    findings = [*cleaned.findings, *lint(bare(text), language), *board_limits(cleaned.text, letters, shape)]
    if _blocked(findings):
        return Rendering(None, tuple(findings))
    layout = lay_out(cleaned.text, letters.widths, shape.width, shape.height // letters.rows)
    findings += page_limits(len(layout.pages), shape)
    if _blocked(findings):
        return Rendering(None, tuple(findings))
    reading = [reading_seconds(page, language, reader) for page in layout.pages]
    painted = by_page(layout.pages, colours)
    pages = tuple(
        Page.model_construct(
            shape=shape, planes=painted_planes(lines, lit, letters, shape, shape.width, style), seconds=seconds
        )
        for lines, lit, seconds in zip(layout.pages, painted, page_seconds(reading), strict=True)
    )
    findings += [*broken_words(layout.broken, text), *colour_rules(layout.pages, painted, style, shape)]
    findings += [*time_and_sight(FIND + sum(reading), language, letters, reader), *light(pages, reader)]
    # Not validated again: what is drawn fits, as the laws in tests/devices/test_rendering_laws.py prove.
    boxes = boxes_of(layout.pages, painted, letters, shape, style, slots) if slots else ()
    file = PageFile.model_construct(language=language, renderer=RENDERER, pages=pages, fields=boxes)
    return Rendering(file, tuple(findings))


def page_seconds(reading: Sequence[float]) -> list[float]:
    """Seconds of each page: time to read it, on the first also to find it, and never under the shortest."""
    times = (time + (FIND if number == 0 else 0) for number, time in enumerate(reading))
    return [round(max(SHORTEST, time), 1) for time in times]


def _blocked(findings: Sequence[Finding]) -> bool:
    return any(item.severity == "block" for item in findings)
