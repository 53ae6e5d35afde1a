"""Dynamic areas as an Onbon card understands them: the 5E and the 6E way to describe them and to pack their lamps."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

from devices.profiles.board import BoardShape
from devices.rendering.page import Page
from devices.simulators.onbon_motion import (
    GLANCE,
    LEVEL_SECONDS,
    RUNS_LEFT,
    WAYS,
    Rows,
    Sheet,
    coming,
    running,
    steps_of,
)

MAX_AREA_BYTES = 300_000


class Refusal(IntEnum):
    """The card's reasons to say no (error numbers of the F0 dialect)."""

    GROUP = 1
    COMMAND = 2
    BUSY = 3
    MEMORY = 4
    CRC = 5
    DATE = 14
    CONTROLLER = 17
    SCREEN = 18


class RefusedFrame(Exception):  # noqa: N818  # it is the card's answer, not a fault of ours
    """The card says no."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.name)
        self.reason = reason


class RunMode(IntEnum):
    """What an area does with its pages, and when nobody renews it."""

    LOOP = 0
    HOLD_LAST = 1
    BLANK_ON_TIMEOUT = 2
    LOGO_ON_TIMEOUT = 3
    ONCE = 4


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of the board with its own pages."""

    id: int
    run: RunMode
    timeout: float
    x: int
    y: int
    width: int
    height: int
    sheets: tuple[Sheet, ...]
    since: float

    def sheet_at(self, at: float) -> tuple[Sheet | None, float | None]:
        """What it shows at `at`, and when that ends by itself."""
        held = at - self.since
        dead = self.since + self.timeout
        if self.run in (RunMode.BLANK_ON_TIMEOUT, RunMode.LOGO_ON_TIMEOUT):
            if at >= dead:
                return None, None  # this card was given no logo
            sheet, turn = self._moving(held) or self._turn(held, loops=True)
            return sheet, min(dead, dead if turn is None else turn)
        return self._moving(held) or self._turn(held, loops=self.run is RunMode.LOOP)

    def _moving(self, held: float) -> tuple[Sheet | None, float | None] | None:
        """Text that runs, or a page that is still coming; None when lamps stand."""
        first = self.sheets[0]
        if all(sheet.way == RUNS_LEFT for sheet in self.sheets):
            return running(self.sheets, self.width, held), self.since + held + max(first.lamp_time, GLANCE)
        steps = steps_of(first.way, self.width, self.height)
        done = int(held / first.lamp_time + 1e-6) if first.lamp_time else steps
        if len(self.sheets) > 1 or done >= steps:
            return None
        return coming(first, self.width, self.height, done), self.since + (done + 1) * first.lamp_time

    def _turn(self, held: float, *, loops: bool) -> tuple[Sheet | None, float | None]:
        if len(self.sheets) == 1 and self.run is not RunMode.ONCE:
            return self.sheets[0], None
        total = sum(sheet.stay for sheet in self.sheets)
        if not loops and held >= total:
            return (self.sheets[-1] if self.run is RunMode.HOLD_LAST else None), None
        if total <= 0:
            return self.sheets[-1], None
        rounds = held // total if loops else 0
        end = self.since + rounds * total
        for sheet in self.sheets:
            end += sheet.stay
            if self.since + held < end:
                return sheet, end
        return self.sheets[0], end + self.sheets[0].stay


def compose(shape: BoardShape, areas: Mapping[int, Area], at: float) -> tuple[Page, float | None]:
    """Lay areas over one another, the higher number on top; also when the picture will change by itself."""
    turns = []
    lamps = [[0] * shape.height for _ in range(shape.colours.planes)]
    for _, area in sorted(areas.items()):
        sheet, turn = area.sheet_at(at)
        if turn is not None:
            turns.append(turn)
        if sheet is not None:
            _lay(lamps, area, sheet.planes, shape.width)
    pad = shape.stride * 8 - shape.width
    planes = (b"".join((row << pad).to_bytes(shape.stride, "big") for row in plane) for plane in lamps)
    return Page(shape=shape, planes=tuple(planes), seconds=1.0), min(turns, default=None)


def _lay(lamps: list[list[int]], area: Area, planes: tuple[Rows, ...], width: int) -> None:
    shift = width - area.x - area.width
    mask = ((1 << area.width) - 1) << shift
    for rows, sheet in zip(lamps, planes, strict=True):
        for i, bits in enumerate(sheet):
            rows[area.y + i] = rows[area.y + i] & ~mask | bits << shift


class Bytes:
    """Takes numbers off the front; a command that ends too early is refused."""

    def __init__(self, data: bytes) -> None:
        """`data` is what is left to read."""
        self._data, self._at = data, 0

    def take(self, layout: str) -> tuple[int, ...]:
        """Little-endian numbers laid out as in `struct`."""
        size = struct.calcsize("<" + layout)
        return struct.unpack("<" + layout, self.cut(size))

    def cut(self, size: int) -> bytes:
        """The next bytes as they are."""
        if self._at + size > len(self._data):
            raise RefusedFrame(Refusal.COMMAND)
        self._at += size
        return self._data[self._at - size : self._at]

    def rest(self) -> bytes:
        """All that was not taken."""
        return self._data[self._at :]


@dataclass(frozen=True, slots=True)
class _Outline:
    id: int
    run: RunMode
    timeout: int
    x: int
    y: int
    width: int
    height: int

    @classmethod
    def read(cls, source: Bytes) -> _Outline:
        area, run, timeout, _, programs = source.take("BBHBH")
        source.take(f"{programs}H")
        _immediate, _, kind, x, y, width, height = source.take("BIBHHHH")
        if kind != 0x10 or run not in list(RunMode) or not width or not height:
            raise RefusedFrame(Refusal.COMMAND)
        return cls(area, RunMode(run), timeout, x, y, width, height)

    def area(self, sheets: tuple[Sheet, ...], at: float) -> Area:
        if not sheets:
            raise RefusedFrame(Refusal.COMMAND)
        return Area(
            self.id, self.run, float(self.timeout), self.x, self.y, self.width, self.height, sheets, at
        )  # fmt: skip


def read_areas_5e(data: bytes, planes: int, at: float) -> list[Area]:
    """Areas of a 5E update, what follows group, command and reserve. RefusedFrame if they do not hold together."""
    source = Bytes(data)
    areas = []
    while source.rest():
        (size,) = source.take("I")
        _bounded(size)
        inner = Bytes(source.cut(size))
        outline = _Outline.read(inner)
        _frame, pages = inner.take("BH")
        areas.append(outline.area(tuple(_sheet_5e(inner, outline, planes) for _ in range(pages)), at))
        if inner.rest():
            raise RefusedFrame(Refusal.COMMAND)
    return areas


def _sheet_5e(source: Bytes, outline: _Outline, planes: int) -> Sheet:
    (size,) = source.take("I")
    _bounded(size)
    inner = Bytes(source.cut(size))
    _style, display, _clear, speed, stay, _repeat, valid, _ = inner.take("BBBBHBHI")
    lamps = lamps_5e(inner.rest(), outline.width, outline.height, planes)
    return _sheet(lamps, outline, (display, speed, stay, valid))


def lamps_5e(bitmap: bytes, width: int, height: int, planes: int) -> tuple[Rows, ...]:
    """Per row and per eight lamps one byte of each colour, red first; the highest bit is left; 0 is lit."""
    columns = (width + 7) // 8
    if len(bitmap) != columns * planes * height:
        raise RefusedFrame(Refusal.SCREEN)
    line = columns * planes
    return tuple(
        tuple(_lit(bitmap[y * line + plane : (y + 1) * line : planes], width) for y in range(height))
        for plane in range(planes)
    )


def read_areas_6e(data: bytes, planes: int, at: float) -> list[Area]:
    """Areas of a 6E update: all descriptions first, then one store of bitmaps that their offsets point into."""
    source = Bytes(data)
    (count,) = source.take("H")
    drafts = [_draft_6e(source) for _ in range(count)]
    store = source.rest()
    _bounded(len(store))
    return [
        outline.area(tuple(_sheet_6e(outline, fields, store, planes) for fields in pages), at)
        for outline, pages in drafts
    ]


def _draft_6e(source: Bytes) -> tuple[_Outline, list[tuple[int, ...]]]:
    (size,) = source.take("I")
    inner = Bytes(source.cut(size))
    outline = _Outline.read(inner)
    _frame, _background, _transparency, _equal, sound = inner.take("5B")
    if sound:
        raise RefusedFrame(Refusal.COMMAND)  # this card has no voice
    inner.cut(5)
    (pages,) = inner.take("H")
    return outline, list(_pages_6e(inner, pages))


def _pages_6e(source: Bytes, count: int) -> Iterator[tuple[int, ...]]:
    for _ in range(count):
        (size,) = source.take("I")
        if size != 26:
            raise RefusedFrame(Refusal.COMMAND)
        _style, display, _clear, speed, stay, _repeat, valid = source.take("BBBBHBH")
        source.cut(9)
        offset, length = source.take("II")
        yield offset, length, display, speed, stay, valid


def _sheet_6e(outline: _Outline, fields: tuple[int, ...], store: bytes, planes: int) -> Sheet:
    offset, length, *how = fields
    if offset + length > len(store):
        raise RefusedFrame(Refusal.COMMAND)
    lamps = lamps_6e(store[offset : offset + length], outline.width, outline.height, planes)
    return _sheet(lamps, outline, tuple(how))


def _sheet(lamps: tuple[Rows, ...], outline: _Outline, how: tuple[int, ...]) -> Sheet:
    display, speed, stay, valid = how
    if display not in WAYS:
        raise RefusedFrame(Refusal.COMMAND)
    return Sheet(lamps, stay / 100, display, speed * LEVEL_SECONDS, min(valid, outline.width) or outline.width)


def lamps_6e(bitmap: bytes, width: int, height: int, planes: int) -> tuple[Rows, ...]:
    """One colour after the other; rows of 32-bit little-endian words whose highest bit is left; 0 is lit."""
    line = (width + 31) // 32 * 4
    if len(bitmap) != line * height * planes:
        raise RefusedFrame(Refusal.SCREEN)
    rows = [_words(bitmap[start : start + line], width) for start in range(0, len(bitmap), line)]
    return tuple(tuple(rows[plane * height : (plane + 1) * height]) for plane in range(planes))


def _words(line: bytes, width: int) -> int:
    return _lit(b"".join(line[i : i + 4][::-1] for i in range(0, len(line), 4)), width)


def _lit(dark: bytes, width: int) -> int:
    bits = len(dark) * 8
    return (int.from_bytes(dark, "big") ^ ((1 << bits) - 1)) >> (bits - width)


def _bounded(size: int) -> None:
    if size > MAX_AREA_BYTES:
        raise RefusedFrame(Refusal.MEMORY)
