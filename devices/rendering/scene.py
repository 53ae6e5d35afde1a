"""What a whole board is to show at once: a page put together from its areas, and strips that run in some of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from devices.profiles.board import BoardShape
from devices.profiles.protocols import Effect
from devices.rendering.page import Page, Strip


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of lamps on a board; `left` and `top` count from its upper left corner."""

    left: int
    top: int
    width: int
    height: int

    def shape_on(self, shape: BoardShape) -> BoardShape:
        """What is drawn for this part of a board."""
        return BoardShape(width=self.width, height=self.height, colours=shape.colours)

    def inside(self, shape: BoardShape) -> bool:
        """Whether it lies wholly on the board."""
        right, bottom = self.left + self.width, self.top + self.height
        return self.left >= 0 and self.top >= 0 and right <= shape.width and bottom <= shape.height


def whole(shape: BoardShape) -> Area:
    """All of the board."""
    return Area(0, 0, shape.width, shape.height)


@dataclass(frozen=True, slots=True)
class Film:
    """A video's file, and the instant of the machine's monotonic clock at which its first frame was due."""

    path: str
    since: float


@dataclass(frozen=True, slots=True)
class Scene:
    """`page` is the whole board, dark where a strip or video runs. `areas` are how it is divided, whatever is shown just now."""

    page: Page
    areas: tuple[Area, ...] = ()
    strips: Mapping[Area, Strip] = field(default_factory=dict)
    effects: Mapping[Area, Effect] = field(default_factory=dict)
    films: Mapping[Area, Film] = field(default_factory=dict)
    words: str = ""  # what the page says, for boards that draw letters of their own


def put_together(shape: BoardShape, parts: Sequence[tuple[Area, Page]], seconds: float) -> Page:
    """One page of the whole board; ValueError if a part leaves it or was drawn for another size."""
    size = shape.stride * shape.height
    planes = [0] * shape.colours.planes
    for area, page in parts:
        if not area.inside(shape) or page.shape != area.shape_on(shape):
            raise ValueError(f"a page of {page.shape} does not fill {area} of a board of {shape}")
        for number, plane in enumerate(page.planes):
            below = (shape.height - area.top - area.height) * shape.stride * 8
            planes[number] |= (_widened(plane, page.shape, shape.stride) << below) >> area.left
    return Page(shape=shape, planes=tuple(plane.to_bytes(size, "big") for plane in planes), seconds=seconds)


def cut_out(page: Page, area: Area) -> Page:
    """The lamps of one area."""
    if area == whole(page.shape) and page.shape.width % 8 == 0:
        return page
    shape = area.shape_on(page.shape)
    spare = page.shape.stride * 8 - area.left - area.width
    pad, keep = shape.stride * 8 - area.width, (1 << area.width) - 1
    starts = [(area.top + row) * page.shape.stride for row in range(area.height)]
    planes = tuple(
        b"".join(
            ((int.from_bytes(plane[at : at + page.shape.stride], "big") >> spare & keep) << pad).to_bytes(
                shape.stride, "big"
            )
            for at in starts
        )
        for plane in page.planes
    )
    return Page.model_construct(shape=shape, planes=planes, seconds=page.seconds)


def _widened(plane: bytes, shape: BoardShape, stride: int) -> int:
    """As many rows of the board's stride; what is lit past the part's own edge is left out."""
    edge = 0xFF << -shape.width % 8 & 0xFF
    rows = (bytearray(plane[at : at + shape.stride]) for at in range(0, len(plane), shape.stride))
    return int.from_bytes(b"".join(_edged(row, edge).ljust(stride, b"\0") for row in rows), "big")


def _edged(row: bytearray, edge: int) -> bytes:
    row[-1] &= edge
    return bytes(row)
