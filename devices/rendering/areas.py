"""Areas of a board: pages drawn for parts of it are put together, and languages stand side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from devices.profiles.board import BoardShape
from devices.rendering.findings import Finding
from devices.rendering.page import Page, PageFile
from devices.rendering.reading import Reader
from devices.rendering.render import RENDERER, render
from devices.rendering.style import PLAIN, Style

GUTTER = 4  # dark lamps between languages beside one another
MANY = "mul"  # ISO 639: a file in several languages


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of lamps on a board; `left` and `top` count from its upper left corner."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Together:
    """Several languages on one board, and the findings of each."""

    file: PageFile | None
    findings: Mapping[str, tuple[Finding, ...]]


def put_together(shape: BoardShape, parts: Sequence[tuple[Area, Page]], seconds: float) -> Page:
    """One page of the whole board; ValueError if a part leaves it or was drawn for another size."""
    size = shape.stride * shape.height
    planes = [0] * shape.colours.planes
    for area, page in parts:
        _check(shape, area, page)
        for number, plane in enumerate(page.planes):
            below = (shape.height - area.top - area.height) * shape.stride * 8
            planes[number] |= (_widened(plane, page.shape, shape.stride) << below) >> area.left
    return Page(shape=shape, planes=tuple(plane.to_bytes(size, "big") for plane in planes), seconds=seconds)


def split(shape: BoardShape, count: int, rows: int) -> tuple[Area, ...]:
    """`count` equal areas: one above the other where each holds a line of `rows`, else beside one another."""
    if shape.height // count >= rows:
        height = shape.height // count
        return tuple(Area(0, number * height, shape.width, height) for number in range(count))
    width = max(1, (shape.width - GUTTER * (count - 1)) // count)
    return tuple(Area(number * (width + GUTTER), 0, width, shape.height) for number in range(count))


def render_together(
    texts: Mapping[str, str], shape: BoardShape, *, reader: Reader | None = None, style: Style = PLAIN
) -> Together:
    """All languages of a text at once, in the order of `texts`; a language with fewer pages begins again."""
    if not texts:
        raise ValueError("no text was given")
    areas = split(shape, len(texts), style.rows)
    drawn = {
        language: render(text, language, _shape_of(area, shape), reader=reader, style=style)
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
    return Together(PageFile(language=MANY, renderer=RENDERER, pages=pages), findings)


def _shape_of(area: Area, shape: BoardShape) -> BoardShape:
    return BoardShape(width=area.width, height=area.height, colours=shape.colours)


def _check(shape: BoardShape, area: Area, page: Page) -> None:
    inside = area.left >= 0 and area.top >= 0
    inside = inside and area.left + area.width <= shape.width and area.top + area.height <= shape.height
    if not inside or page.shape != _shape_of(area, shape):
        raise ValueError(f"a page of {page.shape} does not fill {area} of a board of {shape}")


def _widened(plane: bytes, shape: BoardShape, stride: int) -> int:
    rows = (plane[at : at + shape.stride] for at in range(0, len(plane), shape.stride))
    return int.from_bytes(b"".join(row.ljust(stride, b"\0") for row in rows), "big")
