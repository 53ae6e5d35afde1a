"""Our own signs for gates, drawn as shapes on a field of 32 by 32 and rasterised at the height of each pack."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from math import hypot

FIELD = 32.0
FINE = 5  # samples a lamp, each way

Shape = Callable[[float, float], bool]


def disc(x: float, y: float, radius: float) -> Shape:
    """A filled circle."""
    return lambda px, py: hypot(px - x, py - y) <= radius


def box(left: float, top: float, right: float, bottom: float) -> Shape:
    """A filled rectangle."""
    return lambda px, py: left <= px <= right and top <= py <= bottom


def stroke(width: float, *points: tuple[float, float]) -> Shape:
    """A line through the points, round at its ends."""
    return lambda px, py: any(_distance(px, py, one, other) <= width / 2 for one, other in pairwise(points))


def polygon(*points: tuple[float, float]) -> Shape:
    """A filled outline."""

    def inside(px: float, py: float) -> bool:
        odd = False
        for (ax, ay), (bx, by) in zip(points, (*points[1:], points[0]), strict=True):
            if (ay > py) != (by > py) and px < (bx - ax) * (py - ay) / (by - ay) + ax:
                odd = not odd
        return odd

    return inside


def both(*shapes: Shape) -> Shape:
    """All shapes together."""
    return lambda px, py: any(shape(px, py) for shape in shapes)


def less(shape: Shape, *holes: Shape) -> Shape:
    """A shape with holes."""
    return lambda px, py: shape(px, py) and not any(hole(px, py) for hole in holes)


def _distance(px: float, py: float, one: tuple[float, float], other: tuple[float, float]) -> float:
    (ax, ay), (bx, by) = one, other
    along, across = bx - ax, by - ay
    length = along * along + across * across
    t = max(0.0, min(1.0, ((px - ax) * along + (py - ay) * across) / length)) if length else 0.0
    return hypot(px - ax - t * along, py - ay - t * across)


def turned(shape: Shape, quarters: int) -> Shape:
    """A shape turned clockwise about the middle of the field."""
    if not quarters:
        return shape
    return turned(lambda px, py: shape(py, FIELD - px), quarters - 1)


_ARROW = both(box(13, 14, 19, 29), polygon((16, 2), (28, 15), (4, 15)))
_HEAD = disc(16, 16, 13.5)

PICTOGRAMS: dict[str, Shape] = {
    "stop": both(
        box(6, 6, 10, 18), box(12, 2, 16, 18), box(18, 2, 22, 18), box(24, 6, 28, 20),
        polygon((6, 16), (28, 16), (28, 22), (24, 30), (12, 30), (6, 22)),
        stroke(4, (2.5, 16), (8, 24)),
    ),
    "no-entry": less(disc(16, 16, 14), box(6, 12.5, 26, 19.5)),
    "warning": less(
        polygon((16, 1), (31.5, 29.5), (0.5, 29.5)), box(14, 11, 18, 20), box(14, 22.5, 18, 26.5)
    ),
    "info": less(disc(16, 16, 14), box(13.5, 6, 18.5, 10.5), box(13.5, 13, 18.5, 26)),
    "lorry": both(
        less(box(0, 6, 18, 22), disc(6, 24, 5), disc(14, 24, 5)),
        less(
            polygon((20, 10), (26, 10), (32, 16), (32, 22), (20, 22)),
            polygon((22, 12), (26, 12), (29, 16), (22, 16)), disc(26, 24, 5),
        ),
        *(less(disc(x, 24, 4), disc(x, 24, 1.2)) for x in (6, 14, 26)),
    ),
    "car": both(
        less(
            polygon((1, 22), (1, 17), (6, 15), (10, 9), (21, 9), (26, 15), (31, 17), (31, 22)),
            polygon((9, 15), (11.5, 11), (15, 11), (15, 15)), polygon((17, 15), (17, 11), (20.5, 11), (23, 15)),
        ),
        *(less(disc(x, 23, 4), disc(x, 23, 1.5)) for x in (8, 24)),
    ),
    "walk": both(
        disc(17, 4.5, 3.5),
        stroke(4.5, (16, 11), (15, 19)),
        stroke(3, (16, 10), (10, 14), (9, 19)),
        stroke(3, (17, 11), (22, 15), (25, 16)),
        stroke(3.5, (15, 19), (12, 25), (7, 29.5)),
        stroke(3.5, (15, 19), (20, 24), (21, 30)),
    ),
    "passport": less(
        box(5, 1, 27, 31),
        less(disc(16, 12.5, 7), disc(16, 12.5, 5)),
        box(9, 11.5, 23, 13.5), box(15, 6, 17, 19), box(9, 23, 23, 26),
    ),
    "mask": both(
        less(_HEAD, disc(11, 10, 2.2), disc(21, 10, 2.2), box(0, 14, 32, 28)),
        less(polygon((6, 16), (26, 16), (26, 24), (21, 30), (11, 30), (6, 24)), box(10, 20, 22, 21.5), box(10, 24, 22, 25.5)),
        stroke(2, (1, 13), (7, 18)), stroke(2, (31, 13), (25, 18)), stroke(2, (2, 20), (7, 23)), stroke(2, (30, 20), (25, 23)),
    ),
    "fog": both(
        disc(10, 10, 5), disc(18, 8, 7), disc(25, 11, 4.5), box(10, 10, 25, 15.5),
        box(2, 18, 26, 20), box(6, 23, 30, 25), box(2, 28, 26, 30),
    ),
    "exit": both(
        less(box(19, 1, 31, 31), box(21, 3, 29, 31)),
        disc(14.5, 5.5, 3),
        stroke(4, (13, 11), (11.5, 18)),
        stroke(2.8, (13, 11), (6, 12), (4, 16)),
        stroke(2.8, (13, 11), (18, 15), (22, 13.5)),
        stroke(3.2, (11.5, 18), (16.5, 22), (15.5, 29)),
        stroke(3.2, (11.5, 18), (8.5, 24), (2, 25)),
    ),
    "up": _ARROW,
    "right": turned(_ARROW, 1),
    "down": turned(_ARROW, 2),
    "left": turned(_ARROW, 3),
}  # fmt: skip


def rasterised(shape: Shape, rows: int) -> tuple[int, ...]:
    """Rows of lamps of a square of `rows`, leftmost in the highest bit; a lamp is lit when half of it is covered."""
    scale = FIELD / rows
    steps = [(step + 0.5) / FINE for step in range(FINE)]
    return tuple(
        sum(
            (sum(shape((x + dx) * scale, (y + dy) * scale) for dx in steps for dy in steps) * 2 > FINE * FINE)
            << (rows - 1 - x)
            for x in range(rows)
        )
        for y in range(rows)
    )
