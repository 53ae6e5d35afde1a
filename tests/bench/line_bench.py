"""What one full page costs on the line: a 192x64 board of two colours behind an Onbon 6E2 card at 57600 baud."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from devices.agent.board import BoardHand
from devices.agent.clips import Clips
from devices.agent.clock import AgentClock
from devices.agent.faults import FaultBook
from devices.agent.hand import Tools
from devices.agent.journal import Desk, Journal
from devices.agent.media import MediaFiles
from devices.agent.orders import Orders, View
from devices.agent.store import Store
from devices.agent.worker import ALERT, LineWorker, OnLine
from devices.cli.try_command import Meter
from devices.drivers.alpha.codec import dots
from devices.drivers.onbon_bx import areas
from devices.drivers.onbon_bx.codec import ACK, HOST, SERIES, Answer, Frame
from devices.drivers.onbon_bx.driver import OnbonBoard
from devices.drivers.onbon_bx.settings import OnbonSettings
from devices.drivers.onbon_k import codec as onbon_k
from devices.links import open_link
from devices.links.line import LineSettings
from devices.links.pacing import send_while
from devices.ports import Link
from devices.profiles.board import BoardShape
from devices.rendering.page import Page, PageFile
from devices.rendering.render import render
from devices.rendering.scene import Scene
from schedules.model import Alert, Item, Plan, Playlist, Priority, Rule, Window

DEVICE = "chi-ma/board-1"
SHAPE = BoardShape.parse("192x64:rg")
TEXT = (
    "Kính đề nghị hành khách xếp hàng, chuẩn bị sẵn hộ chiếu và tờ khai hải quan. "
    "Cửa khẩu làm việc từ 7 giờ đến 17 giờ hằng ngày."
)
FRAMING = 8 + 16 + 2 + 1  # preamble, header, checksum, end: what the protocol asks of any frame
K_FRAMING, K_UPDATE = 8 + 14 + 2 + 1, 5 + 1 + 1  # as above; command, what to delete, how many areas
K_AREA = 2 + 27 + 3  # length, place and manner, colour
ALPHA_FRAMING = 5 + 1 + 3 + 1 + 1 + 1 + 4 + 1  # NULs, SOH, type and address, STX, command, ETX, checksum, EOT
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
    """How far the driver's own forecasts of ten pictures, whole pages and changed parts, are from the time they took.

    To a simulated card in another process, paced at 57600 baud; all ten together, for a busy machine now and then holds one up.
    """
    with tempfile.TemporaryDirectory() as folder, simulated_card(Path(folder) / "line") as link:
        board = OnbonBoard(link, OnbonSettings(shape=SHAPE, address=1, bands=4, columns=6))
        page, predicted, took = full_page(), 0.0, 0.0
        board.show(page)
        for change in range(10):
            page = other_notice(page) if change % 2 == 0 else other_figure(page, change)
            predicted += board.foretell(Scene(page)).seconds
            begun = time.monotonic()
            board.show(page)
            took += time.monotonic() - begun
    return {
        "name": "line_prediction_error",
        "value": abs(took / predicted - 1),
        "unit": "of the time",
        "ratio": None,
        "baseline": f"at most 0.05; {predicted:.2f} s were foretold, the card's own thinking included",
    }


def cold_to_first_pixel_s() -> dict[str, Any]:
    """From the opening of the port to the lamps of a simulated card at 57600 baud, through the agent's own worker."""
    with tempfile.TemporaryDirectory() as folder, simulated_card(Path(folder) / "line") as link:
        clock, page = AgentClock(trust=True), full_page()
        notice = PageFile(language="vi", renderer="bench", pages=(page,))
        store, media = Store(Path(folder) / "agent.db", clock.now()), MediaFiles(Path(folder) / "content")
        media.keep(notice.ref().sha256, notice.to_bytes())
        tools = Tools(
            DEVICE, Desk(Journal(store)), media, Clips(Path(folder) / "clips", media), clock, FaultBook(DEVICE)
        )  # fmt: skip
        settings, opened, lit = OnbonSettings(shape=SHAPE, address=1), [0.0], threading.Event()

        def open_now() -> Link:
            opened[0] = time.monotonic()
            return link

        def told(_device: str, view: View) -> None:
            if view.shown is not None:
                lit.set()

        hands = {DEVICE: OnLine(BoardHand(tools, SHAPE), lambda line, _: OnbonBoard(line, settings))}
        worker = LineWorker("bench", hands, open_now, clock, told)
        worker.tell(Orders(DEVICE, plan_of(notice, clock)))
        worker.start()
        lit.wait(10)
        took = time.monotonic() - opened[0]
        worker.stop(5)
        store.close()
    whole = LINE.seconds(wire_bytes(page))
    return {
        "name": "cold_to_first_pixel_s",
        "value": took,
        "unit": "s",
        "ratio": took / whole,
        "baseline": f"at most 1; the page alone takes {whole:.2f} s on the line, and the card is asked first who it is",
    }


def page_wire_bytes_alpha() -> dict[str, Any]:
    """Bytes of one DOTS picture of an Alpha sign against its lamps, a digit each, and one frame's framing."""
    shape = BoardShape.parse("128x16:rg")
    drawn = render("Cửa khẩu Chi Ma", "vi", shape)
    if drawn.file is None:
        raise RuntimeError("the notice of the bench cannot be drawn")
    value = len(dots("a", drawn.file.pages[0], 1).to_bytes())
    floor = shape.width * shape.height + shape.height + 5 + ALPHA_FRAMING  # the protocol's rows end with CR
    return {
        "name": "page_wire_bytes_alpha",
        "value": value,
        "unit": "bytes",
        "ratio": value / floor,
        "baseline": f"a digit a lamp, a CR a row, size and one frame's framing: {floor} bytes",
    }


def page_wire_bytes_onbon_5e() -> dict[str, Any]:
    """The same page as `page_wire_bytes`, in the frames of a 5E card."""
    page = full_page()
    value = len(Frame(1, HOST, SERIES["5E2"], areas.update_5e((areas.Area(page),))).to_bytes())
    floor = sum(map(len, page.planes)) + FRAMING
    return {
        "name": "page_wire_bytes_onbon_5e",
        "value": value,
        "unit": "bytes",
        "ratio": value / floor,
        "baseline": f"raw planes and one frame's framing: {floor} bytes",
    }


def page_wire_bytes_onbon_k() -> dict[str, Any]:
    """Bytes of two lines of Chinese on a font card against letters in GB2312, two areas and one frame's framing."""
    lines = ("峙马口岸通关时间", "北京时间八点至十八点")
    shown = tuple(
        onbon_k.TextArea(
            onbon_k.PIXELS, 16 * row, onbon_k.PIXELS | 192, 16, onbon_k.encode(line, onbon_k.Colour.RED), row
        )
        for row, line in enumerate(lines)
    )
    value = len(onbon_k.Frame.order(1, onbon_k.update(shown, (onbon_k.ALL_AREAS,))).to_bytes())
    floor = sum(len(line.encode("gb2312")) for line in lines) + len(lines) * K_AREA + K_UPDATE + K_FRAMING
    return {
        "name": "page_wire_bytes_onbon_k",
        "value": value,
        "unit": "bytes",
        "ratio": value / floor,
        "baseline": f"two bytes a letter, two areas and one frame's framing: {floor} bytes",
    }


def alert_preempts_ms() -> dict[str, Any]:
    """From an alert told to the line's worker during a long upload to the alert's first byte; the worst of some moments."""
    waits = []
    for after in (0.05, 0.15, 0.25, 0.35, 0.45):
        with tempfile.TemporaryDirectory() as folder, simulated_card(Path(folder) / "line") as link:
            waits.append(preempted(Path(folder), link, after))
    whole = LINE.seconds(wire_bytes(full_page()))
    return {
        "name": "alert_preempts_ms",
        "value": max(waits) * 1000,
        "unit": "ms",
        "ratio": max(waits) / whole,
        "baseline": f"the upload of a page of {SHAPE} at 57600 baud: {whole * 1000:.0f} ms",
    }


def preempted(folder: Path, link: Link, after: float) -> float:
    """Seconds from the telling to the first byte of the alert, told `after` seconds into the upload."""
    clock, page = AgentClock(trust=True), full_page()
    notice = PageFile(language="vi", renderer="bench", pages=(page,))
    urgent = PageFile(language="vi", renderer="bench", pages=(other_notice(page),))
    store, media = Store(folder / "agent.db", clock.now()), MediaFiles(folder / "content")
    for file in (notice, urgent):
        media.keep(file.ref().sha256, file.to_bytes())
    watched = Watched(link)
    tools = Tools(DEVICE, Desk(Journal(store)), media, Clips(folder / "clips", media), clock, FaultBook(DEVICE))
    settings = OnbonSettings(shape=SHAPE, address=1)
    hands = {DEVICE: OnLine(BoardHand(tools, SHAPE), lambda line, _: OnbonBoard(line, settings))}
    worker = LineWorker("bench", hands, lambda: watched, clock, lambda _device, _view: None)
    worker.start()
    try:
        worker.tell(Orders(DEVICE, plan_of(notice, clock)))
        watched.begun.wait(5)
        time.sleep(after)
        told = time.monotonic()
        worker.tell(Orders(DEVICE, plan_of(notice, clock), (alert_of(urgent, clock),), {"a1": 1}), ALERT)
        watched.urgent.wait(5)
        return watched.at - told
    finally:
        worker.stop(5)
        store.close()


class Watched:
    """A link that notes when an upload begins, and when the next one does after it was broken off or done."""

    def __init__(self, link: Link) -> None:
        """Nothing has begun."""
        self._link = link
        self.begun, self.urgent = threading.Event(), threading.Event()
        self.at = 0.0

    def send(self, data: bytes) -> None:
        """All at once: an alert's frame, or a byte that makes the card forget."""
        if len(data) > 1:
            self.at = time.monotonic() + LINE.gap
            self.urgent.set()
        self._link.send(data)

    def send_while(self, data: bytes, go_on: Callable[[], bool]) -> int:
        """The long upload."""
        self.begun.set()
        return send_while(self._link, data, go_on)

    def receive(self, timeout: float) -> bytes:
        """What the card says."""
        return self._link.receive(timeout)

    def discard(self) -> None:
        """Drop it."""
        self._link.discard()

    def close(self) -> None:
        """The card's owner closes the link."""


def plan_of(file: PageFile, clock: AgentClock) -> Plan:
    """Nothing but one page, for ever."""
    rule = Rule(id="r1", playlist="p1", targets=(DEVICE,), windows=(Window.of("00:00", "24:00"),))
    playlist = Playlist(id="p1", items=(item_of("notice", file),))
    return Plan(device=DEVICE, revision=1, issued=clock.now(), rules=(rule,), playlists=(playlist,))


def alert_of(file: PageFile, clock: AgentClock) -> Alert:
    """From now on, for a minute."""
    now = clock.now()
    return Alert(
        id="a1", revision=1, priority=Priority.EMERGENCY, starts=now, until=now + timedelta(minutes=1),
        item=item_of("urgent", file),
    )  # fmt: skip


def item_of(message: str, file: PageFile) -> Item:
    """A message of one file."""
    return Item(message=message, version=1, digest=file.ref().sha256, contents=(file.ref(),))


def line_utilisation() -> dict[str, Any]:
    """Share of the line's time that a long upload uses at 115200 baud, sent so that it could be broken off."""
    line = LineSettings(baud=115200)
    with tempfile.TemporaryDirectory() as folder, simulated_card(Path(folder) / "line", 115200) as link:
        page = Page(
            shape=SHAPE, planes=tuple(bytes([value]) * len(plane) for value, plane in enumerate(full_page().planes, 1)),
            seconds=1,
        )  # fmt: skip
        meter = Paced(link)
        board = OnbonBoard(meter, OnbonSettings(shape=SHAPE, address=1, baud=115200))
        begun = time.monotonic()
        for _ in range(8):
            board.show(page)
        took = time.monotonic() - begun
    used = line.seconds(meter.sent + meter.received)
    return {
        "name": "line_utilisation",
        "value": used / took,
        "unit": "of the time",
        "ratio": None,
        "baseline": "at least 0.95; the card's own thinking, 2 ms a page, included",
    }


class Paced(Meter):
    """A meter that sends as the agent does for anything but an alert."""

    def urgent(self) -> bool:
        """Nothing is."""
        return False

    def send_while(self, data: bytes, go_on: Callable[[], bool]) -> int:
        """At the line's pace."""
        self.sent += len(data)
        return send_while(self.link, data, go_on)


@contextmanager
def simulated_card(path: Path, baud: int = 57600) -> Iterator[Link]:
    """A simulated card in a process of its own, and a link to it."""
    code = "import sys; from devices.cli import main; sys.exit(main())"
    words = ["simulate", "--driver", "onbon_bx", "--listen", f"pty:{path}", "--board", str(SHAPE), "--address", "1"]
    process = subprocess.Popen([sys.executable, "-c", code, *words, "--baud", str(baud)], stdout=subprocess.DEVNULL)
    try:
        for _ in range(500):
            if path.exists():
                break
            time.sleep(0.02)
        link = open_link(str(path), baud=baud)
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
    line_utilisation,
    cold_to_first_pixel_s,
    page_wire_bytes_alpha,
    page_wire_bytes_onbon_5e,
    page_wire_bytes_onbon_k,
    alert_preempts_ms,
)
