"""Areas of a board: pages drawn for parts of it are put together, and languages stand side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from devices.profiles.board import BoardShape
from devices.rendering.fields import moved
from devices.rendering.findings import Finding
from devices.rendering.page import PageFile
from devices.rendering.reading import Reader
from devices.rendering.render import RENDERER, render
from devices.rendering.scene import Area, put_together
from devices.rendering.style import PLAIN, Style

__all__ = ["Area", "Together", "has_room", "put_together", "render_together", "split"]

LEAST_BESIDE = 96  # lamps across for a language beside others: six Chinese characters, two or three words
GUTTER = 4  # dark lamps between languages beside one another
MANY = "mul"  # ISO 639: a file in several languages


@dataclass(frozen=True, slots=True)
class Together:
    """Several languages on one board, and the findings of each."""

    file: PageFile | None
    findings: Mapping[str, tuple[Finding, ...]]


def split(shape: BoardShape, count: int, rows: int) -> tuple[Area, ...]:
    """`count` equal areas: one above the other where each holds a line of `rows`, else beside one another."""
    if shape.height // count >= rows:
        height = shape.height // count
        return tuple(Area(0, number * height, shape.width, height) for number in range(count))
    width = max(1, (shape.width - GUTTER * (count - 1)) // count)
    return tuple(Area(number * (width + GUTTER), 0, width, shape.height) for number in range(count))


def has_room(shape: BoardShape, count: int, rows: int) -> bool:
    """Whether `count` languages can be read at once: a line for each, or columns that hold some words."""
    if shape.height // count >= rows:
        return True
    return shape.height >= rows and (shape.width - GUTTER * (count - 1)) // count >= LEAST_BESIDE


def render_together(
    texts: Mapping[str, str], shape: BoardShape, *, reader: Reader | None = None, style: Style = PLAIN
) -> Together:
    """All languages of a text at once, in the order of `texts`; a language with fewer pages begins again."""
    if not texts:
        raise ValueError("no text was given")
    areas = split(shape, len(texts), style.rows)
    drawn = {
        language: render(text, language, area.shape_on(shape), reader=reader, style=style)
        for (language, text), area in zip(texts.items(), areas, strict=True)
    }
    findings = {language: rendering.findings for language, rendering in drawn.items()}
    files = [rendering.file for rendering in drawn.values() if rendering.file is not None]
    if len(files) < len(drawn) or not files:
        return Together(None, findings)
    turns = [
        [file.pages[turn % len(file.pages)] for file in files] for turn in range(max(len(file.pages) for file in files))
    ]
    pages = tuple(
        put_together(shape, list(zip(areas, pages, strict=True)), max(page.seconds for page in pages))
        for pages in turns
    )
    boxes = tuple(
        box.model_copy(update={"page": turn})
        for turn in range(len(turns))
        for file, area in zip(files, areas, strict=True)
        for box in moved(file.fields, area, file.language)
        if box.page == turn % len(file.pages)
    )
    return Together(PageFile(language=MANY, renderer=RENDERER, pages=pages, fields=boxes), findings)
