"""A page as the areas of an Onbon card: bitmaps of both generations and the commands that set and delete areas. Pure."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from devices.drivers.onbon_bx.codec import BRIGHTNESS, DELETE_AREAS, UPDATE_AREAS, command
from devices.rendering.page import Page

LOOP, BLANK_ON_TIMEOUT = 0, 2  # run modes: show for ever; go dark when no update came within the time-out
STATIC, AT_ONCE = 1, 2  # display modes
ALL_AREAS = 0xFF
WORD = 32  # lamps
ALL_DAY = 48  # half hours
IDLE_TIMEOUT = 60  # seconds; what the maker's library sends where no run mode heeds it

_AREA = struct.Struct("<BBHBHB4sBHHHH")  # id .. height, the same in both generations
_AREA_6 = struct.Struct("<BBBBB5sH")  # frame, background, transparency, size flag, sound, 0, pages
_PAGE_6 = struct.Struct("<BBBBHBH9sII")
_PAGE_5 = struct.Struct("<BBBBHBH4s")


@dataclass(frozen=True, slots=True)
class Area:
    """One dynamic area: where it lies and how it behaves. It lives in RAM: free to rewrite, gone at power-off."""

    page: Page
    id: int = 0
    x: int = 0
    y: int = 0
    run_mode: int = LOOP
    timeout: int = IDLE_TIMEOUT  # seconds; only run modes 2 and 3 heed it
    display: int = STATIC
    clear: int = 1
    speed: int = 10
    stay: int = 400  # hundredths of a second; one static page stays anyway

    def _head(self) -> bytes:
        shape = self.page.shape
        # allowed beside every program, none by number, at once: stored programs stop, only the area is lit (manual 5.4.1)
        return _AREA.pack(
            self.id, self.run_mode, self.timeout, 1, 0, 1, bytes(4), 0x10, self.x, self.y, shape.width, shape.height
        )


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of a page, and where it lies."""

    x: int
    y: int
    page: Page


def tiles(page: Page, bands: int, columns: int = 1) -> tuple[Tile, ...]:
    """The page cut into stripes and columns, row by row. They never overlap, as areas must not (manual 5.4.1).

    Columns begin at multiples of 32 lamps, where the 6E's words begin, so there may be fewer of them than asked for.
    """
    shape = page.shape
    rows, wide = -(-shape.height // bands), -(-shape.width // columns // WORD) * WORD
    return tuple(
        Tile(x, y, _cut(page, x, y, min(wide, shape.width - x), min(rows, shape.height - y)))
        for y in range(0, shape.height, rows)
        for x in range(0, shape.width, wide)
    )


def _cut(page: Page, x: int, y: int, width: int, height: int) -> Page:
    shape = page.shape.model_copy(update={"width": width, "height": height})
    starts = [(y + row) * page.shape.stride + x // 8 for row in range(height)]
    planes = tuple(b"".join(plane[at : at + shape.stride] for at in starts) for plane in page.planes)
    return Page(shape=shape, planes=planes, seconds=page.seconds)


def update_5e(areas: tuple[Area, ...]) -> bytes:
    """The 5E command that sets one area: its bitmap stands inside it."""
    (area,) = areas  # a 5E frame carries one
    bitmap = bitmap_5e(area.page)
    width = area.page.shape.width
    page = _PAGE_5.pack(0, area.display, area.clear, area.speed, area.stay, 1, width, bytes(4)) + bitmap
    body = area._head() + struct.pack("<BHI", 0, 1, len(page)) + page
    return command(UPDATE_AREAS, struct.pack("<I", len(body)) + body)


def update_6e(areas: tuple[Area, ...]) -> bytes:
    """The 6E command that sets areas: first all areas, then all bitmaps."""
    heads, bitmaps = [struct.pack("<H", len(areas))], bytearray()
    for area in areas:
        bitmap = bitmap_6e(area.page)
        width = area.page.shape.width
        page = _PAGE_6.pack(
            0, area.display, area.clear, area.speed, area.stay, 1, width, bytes(9), len(bitmaps), len(bitmap)
        )
        body = area._head() + _AREA_6.pack(0, 0, 101, 0, 0, bytes(5), 1) + struct.pack("<I", len(page)) + page
        heads += [struct.pack("<I", len(body)), body]
        bitmaps += bitmap
    return command(UPDATE_AREAS, b"".join(heads) + bytes(bitmaps))


def delete(ids: tuple[int, ...] | None = None) -> bytes:
    """The command that deletes areas; None deletes all."""
    return command(DELETE_AREAS, bytes([ALL_AREAS]) if ids is None else bytes([len(ids), *ids]))


def brightness(level: int) -> bytes:
    """The command that sets one level, 0 to 15, by hand for the whole day (manual 5.5.2)."""
    return command(BRIGHTNESS, bytes([0]) + bytes([level] * ALL_DAY))


def bitmap_5e(page: Page) -> bytes:
    """Row by row, for each eight lamps a byte of red, then of green; 0 is lit, what lies past the edge is 1."""
    planes = _dark_is_one(page)
    return bytes(byte for group in zip(*planes, strict=True) for byte in group)


def bitmap_6e(page: Page) -> bytes:
    """The red plane, then the green: rows of 32-bit words, bit 31 left, low byte first; 0 is lit, the rest is 1."""
    stride, words = page.shape.stride, (page.shape.width + 31) // 32
    out = bytearray()
    for plane in _dark_is_one(page):
        for start in range(0, len(plane), stride):
            row = plane[start : start + stride].ljust(words * 4, b"\xff")
            out += struct.pack(f"<{words}I", *struct.unpack(f">{words}I", row))
    return bytes(out)


def _dark_is_one(page: Page) -> tuple[bytes, ...]:
    """The planes turned over, with ones past the right edge."""
    shape = page.shape
    edge = 0xFF >> (shape.width % 8 or 8)
    turned = []
    for plane in page.planes:
        rows = bytearray(byte ^ 0xFF for byte in plane)
        for last in range(shape.stride - 1, len(rows), shape.stride):
            rows[last] |= edge
        turned.append(bytes(rows))
    return tuple(turned)
