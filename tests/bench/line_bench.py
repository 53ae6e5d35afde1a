"""What one full page costs on the line: a 192x64 board of two colours behind an Onbon 6E2 card at 57600 baud."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from devices.cli.try_command import Meter
from devices.drivers.onbon_bx import areas
from devices.drivers.onbon_bx.codec import ACK, HOST, SERIES, Answer, Frame
from devices.drivers.onbon_bx.driver import OnbonBoard
from devices.drivers.onbon_bx.settings import OnbonSettings
from devices.links import open_link
from devices.links.line import LineSettings
from devices.ports import Link
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


def day_line_time() -> dict[str, Any]:
    """Line seconds of 600 changes on one board cut into 4x6 tiles, against sending every page whole.

    The day is assumed: once an hour the whole notice changes, else a figure of 32x16 lamps in a corner.
    """
    link = Counting()
    board = OnbonBoard(link, OnbonSettings(shape=SHAPE, address=1, bands=4, columns=6), clock=link.clock)
    shown = full_page()
    for change in range(600):
        shown = other_notice(shown) if change % 25 == 0 else other_figure(shown, change)
        board.show(shown)
    whole = 600 * (wire_bytes(full_page()) + Counting.ANSWER)
    return {
        "name": "day_line_time",
        "value": LINE.seconds(link.moved),
        "unit": "s",
        "ratio": link.moved / whole,
        "baseline": f"600 whole pages: {LINE.seconds(whole):.0f} s",
    }


class Counting:
    """A link to a card that says yes to everything, and counts bytes both ways."""

    ANSWER = 36

    def __init__(self) -> None:
        """Nothing has moved."""
        self.moved = 0
        self._answers: list[bytes] = []

    def clock(self) -> float:
        """No time passes."""
        return 0.0

    def send(self, data: bytes) -> None:
        """Count, and say yes."""
        answer = Frame(HOST, 1, SERIES["6E2"], Answer(*ACK).to_bytes()).to_bytes()
        self.moved += len(data) + len(answer)
        self._answers.append(answer)

    def receive(self, timeout: float) -> bytes:
        """The yes."""
        return self._answers.pop() if self._answers else b""

    def discard(self) -> None:
        """Nothing to drop."""

    def close(self) -> None:
        """Nothing to give back."""


def other_notice(page: Page) -> Page:
    """Every lamp the other way round."""
    planes = tuple(bytes(byte ^ 0xFF for byte in plane) for plane in page.planes)
    return page.model_copy(update={"planes": planes})


def other_figure(page: Page, figure: int) -> Page:
    """Other lamps in the first 32x16."""
    planes = []
    for plane in page.planes:
        rows = bytearray(plane)
        for row in range(16):
            rows[row * SHAPE.stride] = figure & 0xFF
            rows[row * SHAPE.stride + 1] = figure >> 8
        planes.append(bytes(rows))
    return page.model_copy(update={"planes": tuple(planes)})


def line_prediction_error() -> dict[str, Any]:
    """How far the predicted line time is from the measured, worst of some pages sent to a simulated card paced at 57600 baud."""
    with tempfile.TemporaryDirectory() as folder, simulated_card(Path(folder) / "line") as link:
        meter = Meter(link)
        board = OnbonBoard(meter, OnbonSettings(shape=SHAPE, address=1))
        errors = []
        for _ in range(5):
            meter.sent, meter.received, meter.first = 0, 0, None
            board.show(full_page())
            predicted = LINE.seconds(meter.sent + meter.received)
            errors.append(abs(meter.took / predicted - 1))
    return {
        "name": "line_prediction_error",
        "value": max(errors),
        "unit": "of the time",
        "ratio": None,
        "baseline": "at most 0.05, the card's own thinking included",
    }


@contextmanager
def simulated_card(path: Path) -> Iterator[Link]:
    """A simulated card in a process of its own, and a link to it."""
    code = "import sys; from devices.cli import main; sys.exit(main())"
    words = ["simulate", "--driver", "onbon_bx", "--listen", f"pty:{path}", "--board", str(SHAPE), "--address", "1"]
    process = subprocess.Popen([sys.executable, "-c", code, *words, "--baud", "57600"], stdout=subprocess.DEVNULL)
    try:
        for _ in range(500):
            if path.exists():
                break
            time.sleep(0.02)
        link = open_link(str(path), baud=57600)
        try:
            yield link
        finally:
            link.close()
    finally:
        process.terminate()
        process.wait(10)


ROWS: tuple[Callable[[], dict[str, Any]], ...] = (
    page_wire_bytes,
    page_line_seconds,
    day_line_time,
    line_prediction_error,
)
