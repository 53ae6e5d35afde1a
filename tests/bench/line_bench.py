"""What one full page costs on the line: a 192x64 board of two colours behind an Onbon 6E2 card at 57600 baud."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from devices.drivers.onbon_bx import areas
from devices.drivers.onbon_bx.codec import HOST, SERIES, Frame
from devices.links.line import LineSettings
from devices.profiles.board import BoardShape
from devices.rendering.page import Page
from devices.rendering.render import render

SHAPE = BoardShape.parse("192x64:rg")
TEXT = (
    "Kính đề nghị hành khách xếp hàng, chuẩn bị sẵn hộ chiếu và tờ khai hải quan. "
    "Cửa khẩu làm việc từ 7 giờ đến 17 giờ hằng ngày."
)
FRAMING = 8 + 16 + 2 + 1  # preamble, header, checksum, end: what the protocol asks of any frame
LINE = LineSettings(baud=57600)


def full_page() -> Page:
    """The first page of a notice in Vietnamese that fills the board."""
    drawn = render(TEXT, "vi", SHAPE)
    if drawn.file is None:
        raise RuntimeError("the notice of the bench cannot be drawn")
    return drawn.file.pages[0]


def wire_bytes(page: Page) -> int:
    """Bytes that put `page` on the board, escapes included."""
    return len(Frame(1, HOST, SERIES["6E2"], areas.update_6e((areas.Area(page),))).to_bytes())


def page_wire_bytes() -> dict[str, Any]:
    """Bytes of one full page against its raw planes and one frame's framing."""
    page = full_page()
    value, floor = wire_bytes(page), sum(map(len, page.planes)) + FRAMING
    return {
        "name": "page_wire_bytes",
        "value": value,
        "unit": "bytes",
        "ratio": value / floor,
        "baseline": f"raw planes and one frame's framing: {floor} bytes",
    }


def page_line_seconds() -> dict[str, Any]:
    """Seconds these bytes take at 57600 baud, 8N1, against the floor on the same line."""
    page = full_page()
    floor = LINE.seconds(sum(map(len, page.planes)) + FRAMING)
    value = LINE.seconds(wire_bytes(page))
    return {
        "name": "page_line_seconds",
        "value": value,
        "unit": "s",
        "ratio": value / floor,
        "baseline": f"the same floor at 57600 baud: {floor:.3f} s",
    }


ROWS: tuple[Callable[[], dict[str, Any]], ...] = (page_wire_bytes, page_line_seconds)
