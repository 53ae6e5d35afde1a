"""Letters to lamps: every letter is one integer with its rows at the board's stride, shifted to its place and or'ed in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import accumulate
from operator import or_, rshift

from devices.rendering.glyphs import Face, strided

_STOPS, _OPENINGS = (
    frozenset("，。、：；！？）》」』】"),
    frozenset("（《「『【"),
)  # as wide as a character, with ink in one half


def draw_lines(
    lines: Sequence[str],
    letters: Face,
    width: int,
    height: int,
    align: str = "centre",
    vertical: str = "middle",
    shown: Sequence[Sequence[bool]] | None = None,
) -> bytes:
    """One plane of a board: `lines` at their place; rows top to bottom in whole bytes, the leftmost lamp in the highest bit.

    `shown` says of each letter of each line whether it is lit; without it all are.
    """
    stride = (width + 7) // 8
    above, gap = placed(len(lines), letters.rows, height, vertical)
    spare = height - len(lines) * letters.rows - gap * (len(lines) - 1)
    rows = bytes(gap * stride).join(
        [
            draw_line(line, letters, width, align, None if shown is None else shown[place])
            for place, line in enumerate(lines)
        ]
    )
    return b"".join((bytes(above * stride), rows, bytes((spare - above) * stride)))


def placed(lines: int, rows: int, height: int, vertical: str) -> tuple[int, int]:
    """Dark rows above the first line, and between lines where there is room."""
    spare = height - lines * rows
    gap = min(rows // 4, spare // (lines + 1))
    spare -= gap * (lines - 1)
    return {"top": 0, "middle": spare // 2, "bottom": spare}[vertical], gap


def left_of(line: str, room: int, letters: Face, align: str) -> int:
    """Dark lamps before a line that leaves `room` lamps; ink is centred: the blank half of a Chinese stop counts for nothing."""
    if align != "centre" or not line:
        return room if align == "right" else 0
    left = room // 2
    if line[-1] in _STOPS:
        left += letters.widths[line[-1]] // 4
    if line[0] in _OPENINGS:
        left -= letters.widths[line[0]] // 4
    return min(max(left, 0), room)


def draw_line(
    line: str, letters: Face, width: int, align: str = "centre", shown: Sequence[bool] | None = None
) -> bytes:
    """The rows of one line on a board `width` lamps wide; the line must fit."""
    stride = (width + 7) // 8
    widths = list(map(letters.widths.__getitem__, line))
    room = width - sum(widths)
    left = left_of(line, room, letters, align)
    glyphs: Iterable[int] = map(strided(letters.packs, stride).__getitem__, line)
    if shown is not None:
        glyphs = (glyph if lit else 0 for glyph, lit in zip(glyphs, shown, strict=True))
    return reduce(or_, map(rshift, glyphs, accumulate(widths, initial=left)), 0).to_bytes(stride * letters.rows, "big")
