"""What an Alpha sign makes of a text: pages of letters and pictures, drawn into lamps.

Pictures are exact. Letters are drawn from our own 16-row pack: a sign's own letters look different and are not published.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from devices.profiles.board import BoardShape, Colours
from devices.rendering.glyphs import face
from devices.rendering.page import Page
from devices.simulators.alpha_memory import Dots, Memory

_ESC, _PAGE, _LINE, _STRING, _DOTS, _COLOUR = 0x1B, 0x0C, 0x0D, 0x10, 0x14, 0x1C
_ONE_MORE = (0x07, 0x0B, 0x1A, 0x1E)  # codes that take one byte with them
_TOP, _BOTTOM = 0x22, 0x26
# Lamps of each colour number: 1 red, 2 green, 3 both. Dim colours light the same lamps.
_LAMPS = {"0": 0, "1": 1, "2": 2, "3": 3, "4": 1, "5": 2, "6": 3, "7": 3, "8": 3}


@dataclass
class Leaf:
    """One page of a text: lines of letters (with their lamps) and pictures, and where they stand."""

    position: int = 0x20
    lines: list[list[tuple[str | Dots, int]]] = field(default_factory=lambda: [[]])

    def words(self) -> str:
        """The letters, lines apart."""
        return "\n".join("".join(item for item, _ in line if isinstance(item, str)) for line in self.lines)


def leaves(text: bytes, memory: Memory) -> list[Leaf]:
    """The pages of a text."""
    pages, colour = [Leaf()], 3
    codes = iter(text)
    for code in codes:
        if code == _ESC:
            _position(pages, codes)
        elif code == _PAGE:
            pages.append(Leaf(pages[-1].position))
        elif code == _LINE:
            pages[-1].lines.append([])
        elif code == _COLOUR:
            colour = _LAMPS.get(chr(next(codes, 0x43)), 3)
        elif code in _ONE_MORE:
            next(codes, None)
        else:
            pages[-1].lines[-1] += _items(code, codes, memory, colour)
    return pages


def _position(pages: list[Leaf], codes: Iterator[int]) -> None:
    position = next(codes, 0x20)
    if next(codes, 0) == ord("n"):
        next(codes, None)
    if pages[-1].lines != [[]]:
        pages.append(Leaf(position))
    pages[-1].position = position


def _items(code: int, codes: Iterator[int], memory: Memory, colour: int) -> list[tuple[str | Dots, int]]:
    if code == _DOTS:
        file = memory.files.get(chr(next(codes, 0)))
        return [(file.dots, colour)] if file and file.dots else []
    if code == _STRING:
        file = memory.files.get(chr(next(codes, 0)))
        return [(chr(byte), colour) for byte in file.content if 0x20 <= byte < 0x7F] if file else []
    return [(chr(code), colour)] if 0x20 <= code < 0x7F else []


def draw(leaf: Leaf, shape: BoardShape) -> Page:
    """Lines centred, pictures and letters side by side, cut off at the edge."""
    lamps = [[0] * shape.width for _ in range(shape.height)]
    heights = [max((_size(item)[1] for item, _ in line), default=16) for line in leaf.lines]
    top = {_TOP: 0, _BOTTOM: shape.height - sum(heights)}.get(leaf.position, (shape.height - sum(heights)) // 2)
    for line, height in zip(leaf.lines, heights, strict=True):
        left = max(0, (shape.width - sum(_size(item)[0] for item, _ in line)) // 2)
        for item, colour in line:
            _lay(lamps, item, colour, left, top)
            left += _size(item)[0]
        top += height
    return _page(lamps, shape)


def _size(item: str | Dots) -> tuple[int, int]:
    if isinstance(item, str):
        letters = face(("n16",))
        return letters.widths.get(item, 8), letters.rows
    return len(item[0]), len(item)


def _lay(lamps: list[list[int]], item: str | Dots, colour: int, left: int, top: int) -> None:
    width, height = _size(item)
    for y in range(max(0, top), min(len(lamps), top + height)):
        for x in range(left, min(len(lamps[y]), left + width)):
            lamps[y][x] = _lamp(item, x - left, y - top, colour)


def _lamp(item: str | Dots, x: int, y: int, colour: int) -> int:
    if not isinstance(item, str):
        return _LAMPS[chr(item[y][x])]
    letters = face(("n16",))
    bitmap = letters.bitmaps.get(item)
    if bitmap is None:
        return 0
    stride = len(bitmap) // letters.rows
    return colour if bitmap[y * stride + x // 8] >> 7 - x % 8 & 1 else 0


def _page(lamps: list[list[int]], shape: BoardShape) -> Page:
    planes = []
    for plane in range(shape.colours.planes):
        mask = 3 if shape.colours is Colours.MONO else 1 << plane
        rows = (sum(bool(lamp & mask) << shape.stride * 8 - 1 - x for x, lamp in enumerate(row)) for row in lamps)
        planes.append(b"".join(row.to_bytes(shape.stride, "big") for row in rows))
    return Page(shape=shape, planes=tuple(planes), seconds=1.0)
