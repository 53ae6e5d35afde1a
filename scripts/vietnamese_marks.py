"""Marks of Vietnamese for sixteen rows, drawn by hand: no outline face has room there for them, and a reader must not take í for i.

A mark is rows of "#" and "."; it is set over the middle of its letter. Small letters begin at row 6 and capitals at row 4; a
capital with two marks gives up one of its rows, or two under a tilde.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

ACUTE, GRAVE, HOOK, TILDE, DOT = "\u0301\u0300\u0309\u0303\u0323"
CIRCUMFLEX, BREVE, HORN = "\u0302\u0306\u031b"

TALL = {  # over a letter that has no other mark
    ACUTE: ("..##", ".##.", "##.."),
    GRAVE: ("##..", ".##.", "..##"),
    HOOK: ("###.", "..##", ".##."),
    TILDE: (".##..#", "#..##."),
}
LOW = {  # over a circumflex or a breve
    ACUTE: ("..##", ".##."),
    GRAVE: ("##..", ".##."),
    HOOK: ("##.", "..#", ".#."),
    TILDE: (".##..#", "#..##."),
}
ROOF = {CIRCUMFLEX: (".##.", "#..#"), BREVE: ("#..#", ".##.")}
BESIDE_CAPITAL = {ACUTE: 2, GRAVE: -2, HOOK: 3, TILDE: 0}  # columns a low tone stands beside the middle of the roof
BESIDE_SMALL = {ACUTE: 1, GRAVE: -1, HOOK: 2, TILDE: 0}
BESIDE_TAIL = 2.5  # and a dot beside the tail of y
UNDER = ("##", "##")
UNDER_ROW, BODY, CAPITAL = 14, 6, 4
SHORTENED = {"A": (7, 6), "E": (6, 10), "O": (8, 7)}  # rows a capital can do without, the first one first


class Drawing(NamedTuple):
    """A letter on a canvas: `rows` as integers, the leftmost lamp in the highest of `width` bits."""

    width: int
    rows: tuple[int, ...]


Placed = tuple[Sequence[str], int, float]  # a mark, its last row, the column of its middle


class Mark(NamedTuple):
    """What stands on a letter: its base (with a horn, if it has one), a roof and a tone or "", and whether a dot is below."""

    base: str
    roof: str
    tone: str
    dot: bool


def marked(letter: str) -> Mark | None:
    """The marks of a letter; None if it is none of ours to mark."""
    base, *marks = unicodedata.normalize("NFD", letter)
    horn = "".join(mark for mark in marks if mark == HORN)
    tone, roof = ("".join(mark for mark in marks if mark in kind) for kind in (TALL, ROOF))
    dot = DOT in marks
    if base not in "AEIOUYaeiouy" or not (tone or roof or dot) or len(marks) != sum(map(len, (tone, roof, horn))) + dot:
        return None
    return Mark(unicodedata.normalize("NFC", base + horn), roof, tone, dot)


def set_marks(base: Drawing, letter: str) -> Drawing:
    """The letter with its marks over the drawing of its base."""
    mark = marked(letter)
    if mark is None:
        raise ValueError(f"{letter} is no letter with marks of Vietnamese")
    capital, top = mark.base.isupper(), CAPITAL if mark.base.isupper() else BODY
    if capital and mark.roof and mark.tone:
        without = SHORTENED[mark.base][: 2 if mark.tone == TILDE else 1]
        base, top = shortened(base, without), CAPITAL + len(without)
    return _put(base, list(_above(mark, top, _middle(base, top))) + list(_below(mark, _middle(base, top))))


def _above(mark: Mark, top: int, middle: float) -> Iterator[Placed]:
    """Roof and tone over a letter that begins at row `top`; a row stays dark between."""
    if mark.roof:
        yield ROOF[mark.roof], top - 2, middle
    if mark.tone and mark.roof:
        beside = (BESIDE_CAPITAL if mark.base.isupper() else BESIDE_SMALL)[mark.tone]
        yield LOW[mark.tone], len(LOW[mark.tone]) - 1, middle + beside
    elif mark.tone:
        yield TALL[mark.tone], top - 2, middle


def _below(mark: Mark, middle: float) -> Iterator[Placed]:
    if mark.dot:
        yield UNDER, UNDER_ROW + 1, middle + (BESIDE_TAIL if mark.base == "y" else 0)


def with_dot(base: Drawing) -> Drawing:
    """An i or j: a square dot, unlike any mark."""
    return _put(base, [(UNDER, BODY - 2, _middle(base, BODY))])


def shortened(base: Drawing, without: Sequence[int]) -> Drawing:
    """The same with some rows left out and what is above them moved down."""
    kept = [ink for row, ink in enumerate(base.rows) if row not in without]
    return Drawing(base.width, tuple([0] * len(without) + kept))


def _middle(base: Drawing, top: int) -> float:
    """The middle of the ink of the letter's own body, in columns from the left; a horn does not count."""
    body = 0
    for ink in base.rows[top + 3 : top + 7]:
        body |= ink
    columns = [place for place in range(base.width) if body >> (base.width - 1 - place) & 1]
    return (columns[0] + columns[-1] + 1) / 2


def _put(base: Drawing, marks: Sequence[Placed]) -> Drawing:
    """Ink of marks into the canvas, which grows where they stand out; a dark column stays at each side."""
    spans = [(mark, last, int(middle - len(mark[0]) / 2 + 0.5)) for mark, last, middle in marks]
    left = max(0, -min(start for _, _, start in spans))
    right = max(0, max(start + len(mark[0]) for mark, _, start in spans) - base.width)
    width = base.width + left + right
    rows = [ink << right for ink in base.rows]
    for mark, last, start in spans:
        for place, line in enumerate(mark):
            ink = int(line.replace("#", "1").replace(".", "0"), 2)
            rows[last - len(mark) + 1 + place] |= ink << (width - left - start - len(line))
    return Drawing(width, tuple(rows))
