"""The dialect of Onbon font cards (5K, 6K): text in GB2312 that the card draws with its own letters.

Where things stand is as the manual says; the letters are drawn from our own packs, so pictures are near, not exact.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from devices.rendering.glyphs import face
from devices.simulators.onbon_areas import Area, Bytes, Refusal, RefusedFrame, RunMode
from devices.simulators.onbon_motion import Sheet
from devices.simulators.onbon_wire import crc16, wrap

_HEAD = struct.Struct("<HH3sBBBBBH")
_BARCODE = 16
_VERSION = 2
_PIXELS = 0x8000
_ROW = 16  # lamps of a line of text
_BREAK, _WRAP, _SINGLE = 1, 2, 1
_STAY = 0.5  # seconds a unit; from memory of the maker's software, not from its manual
_COLOURS = {"1": 1, "2": 2, "3": 3}  # \\C1 red, \\C2 green, \\C3 yellow


@dataclass(frozen=True, slots=True)
class FontFrame:
    """A frame of the font cards' dialect; `sound` says whether checksum and length hold."""

    to: int
    sender: int
    device: int
    data: bytes
    sound: bool = True

    @classmethod
    def read(cls, body: bytes) -> FontFrame | None:
        """The frame in a body; None if it is of another dialect or too short to have a header."""
        if len(body) < _HEAD.size + 2:
            return None
        barcode = _BARCODE if body[7] else 0
        head = body[:8] + body[8 + barcode : _HEAD.size + barcode]
        if len(head) < _HEAD.size:
            return None
        to, sender, _, _, check, _, device, version, size = _HEAD.unpack(head)
        if body[4] or version != _VERSION:
            return None
        data = body[_HEAD.size + barcode : -2]
        # Of the other two kinds of checksum the layout is not known: the card takes only this one.
        sound = check == 0 and size == len(data) and crc16(body[:-2]) == int.from_bytes(body[-2:], "little")
        return cls(to, sender, device, data, sound)

    def to_bytes(self) -> bytes:
        """The frame as it travels."""
        body = _HEAD.pack(self.to, self.sender, bytes(3), 0, 0, 0, self.device, _VERSION, len(self.data)) + self.data
        return wrap(body + crc16(body).to_bytes(2, "little"))


@dataclass(frozen=True, slots=True)
class TextArea:
    """An area with its text as it was sent, colours and all, and as lamps."""

    text: str
    area: Area


@dataclass(frozen=True, slots=True)
class _Layout:
    width: int
    height: int
    planes: int
    single: bool
    wraps: bool
    stay: float


def read_text_areas(data: bytes, planes: int, at: float, *, wide: bool) -> tuple[set[int] | None, list[TextArea]]:
    """Numbers to delete (None: all) and areas to show. `wide`: plain X and W count eight lamps, as on 5K cards."""
    source = Bytes(data)
    (doomed,) = source.take("B")
    gone = None if doomed == 0xFF else set(source.cut(doomed))
    (count,) = source.take("B")
    areas = []
    for _ in range(count):
        (size,) = source.take("H")
        areas.append(_area(Bytes(source.cut(size)), planes, at, wide))
    if source.rest():
        raise RefusedFrame(Refusal.COMMAND)
    return gone, areas


def _area(source: Bytes, planes: int, at: float, wide: bool) -> TextArea:
    kind, x, y, width, height, number, _spacing, run, timeout, sound = source.take("BHHHHBBBHB")
    if kind or sound or run not in list(RunMode):
        raise RefusedFrame(Refusal.COMMAND)
    (extra,) = source.take("B")
    source.cut(extra)
    _align, single, newline, _display, _exit, _speed, stay, size = source.take("BBBBBBBI")
    text = source.cut(size).decode("gb2312", errors="replace")
    x, width = (_lamps(value, wide) for value in (x, width))
    if source.rest() or not width or not height:
        raise RefusedFrame(Refusal.COMMAND)
    layout = _Layout(width, height, planes, single == _SINGLE, newline == _WRAP, stay * _STAY)
    area = Area(number, RunMode(run), float(timeout), x, y, width, height, _sheets(text, layout), at)
    return TextArea(text, area)


def _lamps(value: int, wide: bool) -> int:
    if value & _PIXELS:
        return value & ~_PIXELS
    return value * 8 if wide else value


Letter = tuple[str, int]  # and its colour


def _letters(text: str) -> list[list[Letter]]:
    """Lines of letters with their colours; a backslash and C with a digit changes the colour."""
    lines: list[list[Letter]] = [[]]
    colour, i = 1, 0
    while i < len(text):
        if text[i] == "\\" and text[i + 1 : i + 2] == "C" and text[i + 2 : i + 3] in _COLOURS:
            colour, i = _COLOURS[text[i + 2]], i + 3
            continue
        if text[i] == "\n":
            lines.append([])
        elif text[i] != "\r":
            lines[-1].append((text[i], colour))
        i += 1
    return lines


def _sheets(text: str, layout: _Layout) -> tuple[Sheet, ...]:
    lines = _letters(text)
    if layout.single:
        lines = [[letter for line in lines for letter in line]]
    if layout.single or layout.wraps:
        lines = [part for line in lines for part in _wrapped(line, layout.width)]
    per_page = 1 if layout.single else max(1, layout.height // _ROW)
    pages = [lines[i : i + per_page] for i in range(0, len(lines), per_page)]
    return tuple(_sheet(page, layout) for page in pages)


def _wrapped(line: list[Letter], width: int) -> list[list[Letter]]:
    parts: list[list[Letter]] = [[]]
    used = 0
    for letter in line:
        need = _width(letter[0])
        if used + need > width and parts[-1]:
            parts.append([])
            used = 0
        parts[-1].append(letter)
        used += need
    return parts


def _width(letter: str) -> int:
    return face(("n16", "u16")).widths.get(letter, 8)


def _sheet(lines: list[list[Letter]], layout: _Layout) -> Sheet:
    planes = [[0] * layout.height for _ in range(layout.planes)]
    for number, line in enumerate(lines):
        left = 0
        for letter, colour in line:
            _draw(planes, letter, colour if layout.planes > 1 else 1, left, number * _ROW, layout)
            left += _width(letter)
    return Sheet(tuple(tuple(rows) for rows in planes), layout.stay)


def _draw(planes: list[list[int]], letter: str, colour: int, left: int, top: int, layout: _Layout) -> None:
    bitmap = face(("n16", "u16")).bitmaps.get(letter)
    if bitmap is None:
        return
    stride = len(bitmap) // _ROW
    for y in range(min(_ROW, layout.height - top)):
        row = int.from_bytes(bitmap[y * stride : (y + 1) * stride], "big")
        shift = layout.width - left - stride * 8
        bits = (row << shift if shift >= 0 else row >> -shift) & ((1 << layout.width) - 1)
        for plane, rows in enumerate(planes):
            if colour >> plane & 1:
                rows[top + y] |= bits
