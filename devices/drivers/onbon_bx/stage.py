"""How a board is divided among the areas of an Onbon card, and a scene as what each of them is told. Pure.

Areas must not overlap, and one that is no longer wanted must be deleted in a command of its own. So the division follows the
board and its plan, never what is shown just now: then a whole new picture is one frame of a 6E, with nothing old left beside it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from devices.drivers.onbon_bx import areas
from devices.drivers.onbon_bx.settings import AREAS, OnbonSettings
from devices.profiles.board import BoardShape
from devices.profiles.protocols import Effect
from devices.rendering.page import Page, Strip
from devices.rendering.scene import Area, Scene, cut_out, whole

WORDS = {
    "5": 8,
    "6": 32,
}  # lamps: bitmaps begin and end at multiples of these, counted from the board's left edge (appendix 2)
TURN_SECONDS = 0.01  # a page that moves in stays for this before the next would; there is none


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one area of the card holds: lamps that stand, or a strip."""

    page: Page
    strip: Strip | None = None
    effect: Effect = Effect.NONE

    def same_as(self, other: Sheet | None) -> bool:
        """Whether the lamps are the same; how they came there is over."""
        return other is not None and other.strip == self.strip and other.page.planes == self.page.planes


def division(settings: OnbonSettings, wanted: tuple[Area, ...]) -> tuple[Area, ...]:
    """Rectangles that tile the board: the wanted areas that begin and end at words, each whole, then the rest in stripes.

    Without wanted areas, or with more pieces than the card keeps, the stripes and columns of the config.
    """
    shape, word = settings.shape, WORDS[settings.series[0]]
    own = tuple(area for area in wanted if _at_words(area, shape, word))
    if not own or any(not area.inside(shape) for area in wanted):
        return _grid(settings)
    pieces = own + tuple(_rest(shape, own))
    return pieces if len(pieces) <= AREAS[settings.series[0]] else _grid(settings)


def runs(settings: OnbonSettings, strip: Strip, area: Area, wanted: tuple[Area, ...]) -> bool:
    """Whether the card can run this strip in `area`: an area of its own, a speed it has, and room for all lamps."""
    if strip.shape != area.shape_on(settings.shape):
        return False
    if settings.dead_man_seconds or area not in division(settings, wanted or (whole(settings.shape),)):
        return False
    if not wanted and settings.tiled:
        return False
    level = _level(settings, strip)
    return 1 <= level <= areas.SLOWEST and _strip_bytes(strip) <= areas.MAX_AREA_BYTES


def sheets(settings: OnbonSettings, scene: Scene) -> dict[Area, Sheet]:
    """What each area of the card should hold, in the order of their numbers."""
    divided = division(settings, scene.areas)
    return {
        area: Sheet(cut_out(scene.page, area), scene.strips.get(area), _effect(settings, scene, area))
        for area in divided
    }


def told(settings: OnbonSettings, number: int, place: Area, sheet: Sheet, fresh: bool) -> areas.Area:
    """One area as its card is told; only what is `fresh` moves in."""
    if sheet.strip is not None:
        return _running(settings, number, place, sheet.strip)
    alive = settings.dead_man_seconds
    if sheet.effect is not Effect.NONE and fresh:
        return areas.Area(
            sheet.page, number, place.left, place.top, areas.HOLD_LAST, areas.IDLE_TIMEOUT, areas.DISPLAY[sheet.effect],
            speed=settings.effect_speed, stay=int(TURN_SECONDS * 100),
        )  # fmt: skip
    mode = areas.BLANK_ON_TIMEOUT if alive else areas.LOOP
    return areas.Area(sheet.page, number, place.left, place.top, mode, alive or areas.IDLE_TIMEOUT)


def _running(settings: OnbonSettings, number: int, place: Area, strip: Strip) -> areas.Area:
    """The text and then one board of dark lamps, so that it has left before it comes again."""
    wide = place.width
    total = strip.width + wide
    pages = tuple(strip.window(left, 1.0) for left in range(0, total, wide))
    return areas.Area(
        pages[0], number, place.left, place.top, areas.LOOP, areas.IDLE_TIMEOUT, areas.RUN_LEFT, clear=0,
        speed=_level(settings, strip), stay=0, more=pages[1:], valid=total - (len(pages) - 1) * wide,
    )  # fmt: skip


def _level(settings: OnbonSettings, strip: Strip) -> int:
    return round(strip.interval / strip.step / (settings.speed_unit_ms / 1000))


def _strip_bytes(strip: Strip) -> int:
    pages = -(-(strip.width + strip.shape.width) // strip.shape.width)
    return pages * -(-strip.shape.width // 32) * 4 * strip.shape.height * strip.shape.colours.planes


def _effect(settings: OnbonSettings, scene: Scene, area: Area) -> Effect:
    """A page moves in only where one area of the card is all of it, and no dead-man counts the seconds."""
    return Effect.NONE if settings.dead_man_seconds else scene.effects.get(area, Effect.NONE)


def _at_words(area: Area, shape: BoardShape, word: int) -> bool:
    right = area.left + area.width
    return area.left % word == 0 and (right % word == 0 or right == shape.width)


def _grid(settings: OnbonSettings) -> tuple[Area, ...]:
    """Stripes and columns, row by row; columns begin at words, so there may be fewer of them than asked for."""
    shape = settings.shape
    rows, wide = -(-shape.height // settings.bands), -(-shape.width // settings.columns // 32) * 32
    return tuple(
        Area(x, y, min(wide, shape.width - x), min(rows, shape.height - y))
        for y in range(0, shape.height, rows)
        for x in range(0, shape.width, wide)
    )


def _rest(shape: BoardShape, own: tuple[Area, ...]) -> Iterator[Area]:
    """What the areas leave of the board: between their upper and lower edges, the gaps from left to right."""
    edges = sorted({0, shape.height, *(y for area in own for y in (area.top, area.top + area.height))})
    for top, bottom in itertools.pairwise(edges):
        left = 0
        for area in sorted(
            (one for one in own if one.top < bottom and top < one.top + one.height), key=lambda one: one.left
        ):
            if area.left > left:
                yield Area(left, top, area.left - left, bottom - top)
            left = area.left + area.width
        if left < shape.width:
            yield Area(left, top, shape.width - left, bottom - top)
