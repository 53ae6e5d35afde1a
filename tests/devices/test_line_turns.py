"""Who has a shared line next: alerts first, nobody starved, nothing sent twice that was overtaken; and what is counted of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from devices.agent.contact import Contact
from devices.agent.faults import FaultBook
from devices.agent.orders import Orders, View
from devices.agent.usage import LineUse
from devices.agent.worker import ALERT, LineWorker
from devices.errors import BusyError, DeviceError, GarbledError, LinkLostError, MismatchError, RefusedError, SilentError
from devices.ports import Forecast
from devices.rendering.page import Page, PageFile
from schedules.model import Alert, Plan, Playlist, Priority, Rule, Window
from tests.support.agent_world import item_of, page_file
from tests.support.facts import NOON
from tests.support.fake_devices import FakeBoard, FakeClock, Line

ONE, TWO = "huu-nghi/lane-1", "huu-nghi/lane-2"
PAGES = page_file(1, pages=8, seconds=0.5)
URGENT = page_file(9)


def plan(device: str, file: PageFile = PAGES, revision: int = 1) -> Plan:
    rule = Rule(id="r1", playlist="p1", targets=(device,), windows=(Window.of("00:00", "24:00"),))
    lists = (Playlist(id="p1", items=(item_of("m", file),)),)
    return Plan(device=device, revision=revision, issued=NOON, rules=(rule,), playlists=lists)


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    made = Line(tmp_path)
    for file in (PAGES, URGENT):
        made.media.keep(file.ref().sha256, file.to_bytes())
    yield made
    made.store.close()


def slow(line: Line, *boards: FakeBoard, seconds: float) -> None:
    """Every exchange takes so long on the line."""
    for board in boards:
        board.before = lambda: line.clock.pass_by(seconds)


def work(line: Line, seconds: float) -> None:
    """The line is never quiet: one turn after the other."""
    assert line.worker is not None
    end = line.clock.monotonic() + seconds
    while line.clock.monotonic() < end:
        if line.worker.turn() > 0:
            line.clock.pass_by(0.01)


def begin(line: Line, *orders: Orders) -> None:
    line.worker = LineWorker("l", line._on_line, line._open, line.clock, line.views.__setitem__)
    for order in orders:
        line.worker.tell(order)


def pages(board: FakeBoard) -> int:
    return sum(isinstance(word, Page) for word in board.told)


def test_two_boards_on_an_overloaded_bus_get_the_same_number_of_turns(line: Line) -> None:
    first, second = line.board(ONE), line.board(TWO)
    slow(line, first, second, seconds=0.7)  # a page each half second on both: three times what the line carries
    begin(line, Orders(ONE, plan(ONE)), Orders(TWO, plan(TWO)))
    work(line, 60.0)
    assert pages(first) > 30
    assert abs(pages(first) - pages(second)) <= 2


def test_on_a_bus_that_is_always_busy_with_content_a_board_is_still_asked_how_it_is(line: Line) -> None:
    busy, calm = line.board(ONE), line.board(TWO)
    slow(line, busy, calm, seconds=0.7)
    begin(line, Orders(ONE, plan(ONE)), Orders(TWO, plan(TWO, URGENT)))
    work(line, 300.0)
    assert calm.told.count("ping") >= 6  # every 30 s, lifted after waiting
    assert pages(busy) > 300


def test_the_same_again_waits_for_all_else_and_comes_in_the_end(line: Line) -> None:
    busy, calm = line.board(ONE), line.board(TWO)
    slow(line, busy, calm, seconds=0.7)
    begin(line, Orders(ONE, plan(ONE)), Orders(TWO, plan(TWO, URGENT)))
    work(line, 960.0)
    assert pages(calm) == 2  # once at the beginning, and once to be sure


def test_an_alert_waits_for_nothing_that_was_lifted(line: Line) -> None:
    busy, calm = line.board(ONE), line.board(TWO)
    slow(line, busy, calm, seconds=0.7)
    begin(line, Orders(ONE, plan(ONE)), Orders(TWO, plan(TWO, URGENT)))
    work(line, 29.0)
    alert = Alert(
        id="a1", revision=1, priority=Priority.EMERGENCY, starts=line.clock.now(), until=NOON.replace(hour=23),
        item=item_of("urgent", URGENT),
    )  # fmt: skip
    assert line.worker is not None
    told = line.clock.monotonic()
    line.worker.tell(Orders(ONE, plan(ONE), (alert,), {"a1": 1}), ALERT)
    while busy.told[-1] != URGENT.pages[0]:
        line.worker.turn()
    assert line.clock.monotonic() - told < 1.0


def test_orders_that_were_overtaken_before_their_turn_are_never_sent(line: Line) -> None:
    board = line.board(ONE)
    files = [page_file(number, seconds=600.0) for number in range(20, 60)]
    for file in files:
        line.media.keep(file.ref().sha256, file.to_bytes())
    line.go(*(Orders(ONE, plan(ONE, file, revision)) for revision, file in enumerate(files, 1)))
    assert [word for word in board.told if isinstance(word, Page)] == [files[-1].pages[0]]


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (SilentError(1.0), "silent"), (GarbledError("x"), "noise"), (BusyError(3), "busy"), (RefusedError(1), "refused"),
        (MismatchError("x", 1, 2), "mismatch"), (LinkLostError("l", "x"), "port"),
    ],
    ids=lambda one: one if isinstance(one, str) else type(one).__name__,
)  # fmt: skip
def test_each_way_to_fail_has_a_state_and_a_count_of_its_own(error: DeviceError, state: str) -> None:
    clock = FakeClock()
    contact = Contact(clock, FaultBook(ONE))
    contact.heard(done=True)
    clock.pass_by(5.0)
    contact.failed(error)
    contact.failed(error)
    report = contact.use.report(0.0, 30.0)
    assert (report.state, report.errors) == (state, {error.code: 2})
    assert report.since == clock.now()
    contact.heard(done=True)
    assert (contact.use.report(0.0, 30.0).state, contact.use.report(0.0, 30.0).errors) == ("ok", {error.code: 2})


def test_what_nobody_asked_for_two_minutes_is_stale_and_before_the_first_word_unknown() -> None:
    use = LineUse(FakeClock(), "onbon_bx", 57600)
    assert use.report(1e9, 30.0).state == "unknown"
    use.well()
    assert (use.report(119.0, 30.0).state, use.report(121.0, 30.0).state) == ("ok", "stale")


def test_the_forecast_of_the_last_picture_stands_beside_what_it_took() -> None:
    use = LineUse(FakeClock(), "onbon_bx", 57600)
    use.moved(100, 36, 0.25)
    use.moved(50, 36, 0.25)
    use.shown(Forecast("area", 150, 36, 0.0321), 0.0331)
    told = use.report(0.0, 30.0)
    assert (told.sent, told.received, told.seconds) == (150, 72, 0.5)
    assert (told.way, told.predicted, told.took) == ("area", 0.0321, 0.0331)


def test_counting_alone_is_no_news(line: Line) -> None:
    board = line.board(ONE)
    news: list[str] = []
    line.worker = LineWorker("l", line._on_line, line._open, line.clock, lambda name, _: news.append(name))
    line.go(Orders(ONE, plan(ONE, page_file(3, seconds=600.0))))
    line.run(5.0)
    before = len(news)
    line.run(100.0, step=1.0)
    assert board.told.count("ping") >= 3
    assert len(news) == before


def test_an_alerts_zones_are_open_before_any_word_of_it_is_told(line: Line) -> None:
    speaker, sound = line.speaker("g/pa")
    told: list[tuple[str, frozenset[str]]] = []

    def report(_device: str, view: View) -> None:
        told.append((view.answer.source if view.answer else "", speaker.open_now))

    line.worker = LineWorker("l", line._on_line, line._open, line.clock, report)
    work(line, 1.0)
    told.clear()
    soon = line.clock.now() + timedelta(minutes=1)
    urgent = Alert(id="a1", revision=1, starts=NOON, until=soon, item=item_of("urgent", URGENT))
    line.worker.tell(Orders("g/pa", None, (urgent,), {"a1": 1}), ALERT)
    assert line.worker.turn() == 0.0
    assert {clip.bus for clip in sound.history} == {"emergency"}
    assert told == []
    line.worker.turn()
    assert told == [("a1", frozenset({"hall"}))]
