"""A page as the areas of an Onbon card: bitmaps of both generations and the commands that set and delete areas. Pure."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from devices.drivers.onbon_bx.codec import BRIGHTNESS, DELETE_AREAS, UPDATE_AREAS, command
from devices.profiles.protocols import Effect
from devices.rendering.page import Page

LOOP, HOLD_LAST, BLANK_ON_TIMEOUT = (
    0,
    1,
    2,
)  # run modes: for ever; once, then the last page stands; dark when none renews it
STATIC, AT_ONCE, RUN_LEFT = 1, 2, 4  # display modes; pages that run left follow one another without a gap
DISPLAY = {  # manual 5.4.1
    Effect.NONE: STATIC,
    Effect.LEFT: 0x03,
    Effect.UP: 0x05,
    Effect.CURTAIN: 0x1D,
    Effect.RIGHT: 0x25,
    Effect.DOWN: 0x27,
}
SLOWEST = 65  # of the levels of speed; 1 is the fastest
MAX_AREA_BYTES = 300_000  # manual 1.3
ALL_AREAS = 0xFF
ALL_DAY = 48  # half hours
IDLE_TIMEOUT = 60  # seconds; what the maker's library sends where no run mode heeds it

_TURNED = bytes(byte ^ 0xFF for byte in range(256))
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
    more: tuple[Page, ...] = ()  # the pages after the first, where text runs
    valid: int | None = None  # columns of the last page that count, where text runs

    @property
    def pages(self) -> tuple[Page, ...]:
        """All of them."""
        return (self.page, *self.more)

    def valid_of(self, number: int) -> int:
        """Columns of a page that count."""
        return self.valid if self.valid and number == len(self.more) else self.page.shape.width

    def _head(self) -> bytes:
        shape = self.page.shape
        # allowed beside every program, none by number, at once: stored programs stop, only the area is lit (manual 5.4.1)
        return _AREA.pack(
            self.id, self.run_mode, self.timeout, 1, 0, 1, bytes(4), 0x10, self.x, self.y, shape.width, shape.height
        )


def update_5e(areas: tuple[Area, ...]) -> bytes:
    """The 5E command that sets one area: its bitmaps stand inside it."""
    (area,) = areas  # a 5E frame carries one
    pages = bytearray()
    for number, sheet in enumerate(area.pages):
        head = (0, area.display, area.clear, area.speed, area.stay, 1, area.valid_of(number), bytes(4))
        page = _PAGE_5.pack(*head) + bitmap_5e(sheet)
        pages += struct.pack("<I", len(page)) + page
    body = area._head() + struct.pack("<BH", 0, len(area.pages)) + pages
    return command(UPDATE_AREAS, struct.pack("<I", len(body)) + body)


def update_6e(areas: tuple[Area, ...]) -> bytes:
    """The 6E command that sets areas: first all areas, then all bitmaps."""
    heads, bitmaps = [struct.pack("<H", len(areas))], bytearray()
    for area in areas:
        body = bytearray(area._head() + _AREA_6.pack(0, 0, 101, 0, 0, bytes(5), len(area.pages)))
        for number, sheet in enumerate(area.pages):
            bitmap = bitmap_6e(sheet)
            head = (0, area.display, area.clear, area.speed, area.stay, 1, area.valid_of(number), bytes(9))
            page = _PAGE_6.pack(*head, len(bitmaps), len(bitmap))
            body += struct.pack("<I", len(page)) + page
            bitmaps += bitmap
        heads += [struct.pack("<I", len(body)), bytes(body)]
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
        rows = plane
        if stride < words * 4:
            rows = b"".join(plane[at : at + stride].ljust(words * 4, b"\xff") for at in range(0, len(plane), stride))
        out += struct.pack(f"<{len(rows) // 4}I", *struct.unpack(f">{len(rows) // 4}I", rows))
    return bytes(out)


def _dark_is_one(page: Page) -> tuple[bytes, ...]:
    """The planes turned over, with ones past the right edge."""
    shape = page.shape
    edge, stride = 0xFF >> (shape.width % 8 or 8), shape.stride
    turned = []
    for plane in page.planes:
        rows = bytearray(plane.translate(_TURNED))
        if edge:
            rows[stride - 1 :: stride] = bytes(last | edge for last in rows[stride - 1 :: stride])
        turned.append(bytes(rows))
    return tuple(turned)
