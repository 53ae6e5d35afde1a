"""How an Onbon card moves lamps by itself: text that runs through an area, and pages that come in from a side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

LEVEL_SECONDS = 0.002  # for each lamp, at level 1 of speed: no manual says, so this card has a time of its own
GLANCE = 0.04  # seconds between two looks at text that runs: nobody sees more
RUNS_LEFT = 0x04
WAYS = frozenset(range(0x29))  # of the manual's table of ways to show; those that this card cannot do it shows at once

Rows = tuple[int, ...]  # one number a row, its highest bit the leftmost lamp, 1 = lit


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of an area: a set of rows for each lamp colour, how long it stays, and how it comes."""

    planes: tuple[Rows, ...]
    stay: float
    way: int = 1
    lamp_time: float = 0.0  # seconds for each lamp that it moves
    columns: int = 0  # of its left edge, that belong to a text that runs


Shift = Callable[[Rows, int, int, int], Rows]  # rows, width, height, lamps already there


def running(sheets: Sequence[Sheet], width: int, held: float) -> Sheet:
    """The text after `held` seconds: it comes in from the right on dark lamps, and again after its last column."""
    passed = int(held / sheets[0].lamp_time + 1e-6) if sheets[0].lamp_time else 0
    planes = tuple(
        _window([sheet.planes[plane] for sheet in sheets], sheets, width, passed)
        for plane in range(len(sheets[0].planes))
    )
    return Sheet(planes, 0.0)


def _window(parts: Sequence[Rows], sheets: Sequence[Sheet], width: int, passed: int) -> Rows:
    rows = []
    for y in range(len(parts[0])):
        band, length = 0, 0
        for part, sheet in zip(parts, sheets, strict=True):
            band = band << sheet.columns | part[y] >> (width - sheet.columns)
            length += sheet.columns
        rows.append(_seen(band, length, width, passed))
    return tuple(rows)


def _seen(band: int, length: int, width: int, passed: int) -> int:
    """The `width` columns that end with column `passed` of a band that repeats; before its first column all is dark."""
    shown = min(width, passed)
    first = (passed - shown) % length
    times = -(-(first + shown) // length)
    long = 0
    for _ in range(times):
        long = long << length | band
    return long >> (times * length - first - shown) & (1 << shown) - 1


def _from_right(rows: Rows, width: int, height: int, there: int) -> Rows:
    return tuple(row >> (width - there) for row in rows)


def _from_left(rows: Rows, width: int, height: int, there: int) -> Rows:
    return tuple((row & (1 << there) - 1) << (width - there) for row in rows)


def _from_below(rows: Rows, width: int, height: int, there: int) -> Rows:
    return (0,) * (height - there) + rows[:there]


def _from_above(rows: Rows, width: int, height: int, there: int) -> Rows:
    return rows[height - there :] + (0,) * (height - there)


def _uncovered(rows: Rows, width: int, height: int, there: int) -> Rows:
    return tuple(row & (1 << there) - 1 for row in rows)


_COMING: dict[int, Shift] = {
    0x03: _from_right,
    0x05: _from_below,
    0x1D: _uncovered,
    0x25: _from_left,
    0x27: _from_above,
}
_UPRIGHT = (0x05, 0x27)


def steps_of(way: int, width: int, height: int) -> int:
    """How many lamps a page has to move until it is there; 0 if it comes at once."""
    if way not in _COMING:
        return 0
    return height if way in _UPRIGHT else width


def coming(sheet: Sheet, width: int, height: int, done: int) -> Sheet:
    """A page that has moved `done` lamps."""
    planes = tuple(_COMING[sheet.way](rows, width, height, done) for rows in sheet.planes)
    return Sheet(planes, sheet.stay)
