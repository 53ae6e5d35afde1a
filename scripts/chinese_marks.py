"""Chinese punctuation for sixteen rows, drawn by hand: Unifont's is twice as heavy as its characters and stands mid-cell.

On the mainland a comma, a stop, a colon, a question and an exclamation mark stand at the left, beside the character they follow.
A drawing is rows of "#" and "."; `CELL` lamps are wide and high, and each mark begins at the column and row given with it.
"""

from __future__ import annotations

CELL = 16
_COMMA = ("##", "##", ".#", "#.")
_DOT = ("##", "##")
_OPENING = (
    "...#",
    "..#.",
    ".#..",
    ".#..",
    "#...",
    "#...",
    "#...",
    "#...",
    "#...",
    "#...",
    ".#..",
    ".#..",
    "..#.",
    "...#",
)
_EXCLAIMING = ("##", "##", "##", "##", "##", "##", "##", "..", "..", "##", "##")
_ASKING = (".####.", "##..##", "....##", "....##", "...##.", "..##..", "..##..", "......", "......", "..##..", "..##..")
_PAUSE = ("##..", ".##.", "..##", "...#")
_STOP = (".##.", "#..#", "#..#", ".##.")

Placed = tuple[int, int, tuple[str, ...]]  # first column, first row, rows

DRAWN: dict[str, tuple[Placed, ...]] = {
    "，": ((2, 11, _COMMA),),
    "、": ((2, 10, _PAUSE),),
    "。": ((2, 10, _STOP),),
    "：": ((2, 5, _DOT), (2, 11, _DOT)),
    "；": ((2, 5, _DOT), (2, 11, _COMMA)),
    "！": ((3, 2, _EXCLAIMING),),
    "？": ((2, 2, _ASKING),),
    "（": ((11, 1, _OPENING),),
    "）": ((1, 1, tuple(row[::-1] for row in _OPENING)),),
}


def rows_of(letter: str) -> tuple[int, ...]:
    """The rows of a mark as integers, the leftmost lamp in the highest of `CELL` bits."""
    rows = [0] * CELL
    for left, top, drawing in DRAWN[letter]:
        for place, line in enumerate(drawing):
            ink = int(line.replace("#", "1").replace(".", "0"), 2)
            rows[top + place] |= ink << (CELL - left - len(line))
    return tuple(rows)
