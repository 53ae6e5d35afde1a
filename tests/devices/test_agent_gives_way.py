"""An alert that comes while a large page is on its way: the page is broken off, never lit, and sent again afterwards."""

import random
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from devices.agent.board import BoardHand
from devices.agent.orders import Orders
from devices.agent.worker import ALERT, LineWorker, OnLine
from devices.contract.messages import Outcome
from devices.drivers.onbon_bx import areas
from devices.drivers.onbon_bx.codec import HOST, SERIES, Frame
from devices.drivers.onbon_bx.driver import FORGET
from devices.drivers.onbon_bx.driver import OnbonBoard as OnbonDriver
from devices.drivers.onbon_bx.settings import OnbonSettings
from devices.links.line import LineSettings
from devices.links.rs485 import Rs485Link
from devices.profiles.board import BoardShape
from devices.rendering.page import Page, PageFile
from devices.simulators.boards import OnbonBoard
from devices.simulators.faults import Faults
from schedules.model import Alert, Plan, Playlist, Priority, Rule, Window
from tests.support.agent_world import item_of
from tests.support.facts import DEVICE, NOON
from tests.support.fake_devices import Line
from tests.support.virtual_line import VirtualLine

SHAPE = BoardShape.parse("192x64:rg")
SIZE = SHAPE.stride * SHAPE.height
UPLOAD = 0.55  # seconds a page takes at 57600 baud
WITHIN = 0.15


def page(pattern: int) -> Page:
    return Page(shape=SHAPE, planes=(bytes([pattern]) * SIZE, bytes([pattern, 0]) * (SIZE // 2)), seconds=5)


def pages(*patterns: int) -> PageFile:
    return PageFile(language="vi", renderer="test", pages=tuple(map(page, patterns)))


NOTICE, URGENT = pages(0x11, 0x33), pages(0x77)


def frame(of: Page, to: int = 1) -> bytes:
    return Frame(to, HOST, SERIES["6E2"], areas.update_6e((areas.Area(of),))).to_bytes()


def plan(revision: int = 1) -> Plan:
    rule = Rule(id="r1", playlist="p1", targets=(DEVICE,), windows=(Window.of("12:00", "17:00"),))
    lists = (Playlist(id="p1", items=(item_of("m1", NOTICE),)),)
    return Plan(device=DEVICE, revision=revision, issued=NOON - timedelta(hours=1), rules=(rule,), playlists=lists)


def with_alert() -> Orders:
    alert = Alert(
        id="a1", revision=1, priority=Priority.EMERGENCY, starts=NOON, until=NOON + timedelta(seconds=30),
        item=item_of("urgent", URGENT),
    )  # fmt: skip
    return Orders(DEVICE, plan(), (alert,), {"a1": 1})


class Bench:
    """A worker, its board hand, the real driver and a simulated card, on a wire of 57600 baud."""

    def __init__(self, folder: Path, *, neighbour: bool = False, faults: Faults | None = None, **facts: object) -> None:
        self.line = Line(folder)
        for file in (NOTICE, URGENT):
            self.line.media.keep(file.ref().sha256, file.to_bytes())
        self.seen: list[Page] = []
        self.card = OnbonBoard(SHAPE, series=str(facts.get("series", "6E2")), changed=self.seen.append)
        self.wire = VirtualLine(self.line.clock, self.card, faults=faults)
        clock, link = self.line.clock, LineSettings(baud=57600)
        echo = bool(faults and faults.echo)
        self.port = Rs485Link(self.wire, link, echo=echo, clock=clock.monotonic, sleep=self.wire.pass_by)
        settings = OnbonSettings.model_validate({"shape": SHAPE, "address": 1} | facts)
        hand = BoardHand(self.line.tools(DEVICE), SHAPE)
        on_line = {DEVICE: OnLine(hand, lambda link, _: OnbonDriver(link, settings, self.line.clock.monotonic))}
        if neighbour:  # on the same line, and without power
            away = OnbonSettings(shape=SHAPE, address=9)
            other = BoardHand(self.line.tools("chi-ma/board-0"), SHAPE)
            mine = on_line.pop(DEVICE)
            on_line["chi-ma/board-0"] = OnLine(
                other, lambda link, _: OnbonDriver(link, away, self.line.clock.monotonic)
            )
            on_line[DEVICE] = mine
        self.worker = self.line.worker = LineWorker(
            "l", on_line, lambda: self.port, self.line.clock, self.line.views.__setitem__
        )

    def lit(self) -> list[bytes]:
        """The pictures that were seen, by the first byte of their red lamps."""
        return [one.planes[0][:1] for one in self.seen]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.line.store.close()


@pytest.mark.parametrize("after", [0.001, 0.05, 0.2, 0.4, 0.45], ids=lambda s: f"{s} s into the upload")
def test_an_alert_begins_on_the_line_at_once_and_the_broken_page_is_never_lit(bench: Bench, after: float) -> None:
    told = bench.line.clock.monotonic() + after

    bench.wire.later(after, lambda: bench.worker.tell(with_alert(), ALERT))
    bench.line.go(Orders(DEVICE, plan()))
    first = next(at for at, data in bench.wire.sent if data == frame(URGENT.pages[0]))
    assert first - told < WITHIN
    assert bench.lit() == [b"\x77"]
    assert sum(len(data) for _, data in bench.wire.sent) < len(frame(URGENT.pages[0])) + (after + WITHIN) * 5760
    bench.line.run(38.0, step=0.5)
    assert set(bench.lit()) == {b"\x77", b"\x11", b"\x33"}  # afterwards the notice comes back
    assert bench.line.faults[DEVICE].standing() == ()
    assert [one.outcome for one in bench.line.records() if one.message == "urgent"] == [Outcome.SHOWN]


def uploads(bench: Bench) -> list[bytes]:
    """All that was sent but the first frame, which asks who is there unless an alert is the first thing due."""
    sent = [data for _, data in bench.wire.sent]
    return sent if sent[0] == frame(URGENT.pages[0]) else sent[1:]


def test_an_alerts_own_upload_gives_way_to_nothing(bench: Bench) -> None:
    bench.wire.later(0.2, lambda: bench.worker.tell(with_alert(), ALERT))
    bench.line.go(with_alert())
    assert uploads(bench) == [frame(URGENT.pages[0])]
    assert bench.lit() == [b"\x77"]


def test_without_an_alert_the_page_goes_whole_and_no_byte_is_lost(bench: Bench) -> None:
    bench.wire.later(0.2, lambda: bench.worker.tell(Orders(DEVICE, plan(2))))
    bench.line.go(Orders(DEVICE, plan()))
    assert b"".join(uploads(bench)) == frame(NOTICE.pages[0])


def test_wherever_a_page_is_cut_the_card_lights_nothing_of_it_and_the_next_frame_whole() -> None:
    """Golden evidence, byte by byte: the card hears a beginning, a start byte, and the alert."""
    old, new, alert = frame(page(0x11)), frame(page(0xA5)), frame(page(0x77))
    for cut in [*range(0, 120), *range(120, len(new) - 1, 61), len(new) - 2, len(new) - 1]:
        seen: list[bytes] = []
        card = OnbonBoard(SHAPE, changed=lambda shown, seen=seen: seen.append(shown.planes[0][:1]))
        assert card.receive(old, 0.0)
        assert card.receive(new[:cut] + FORGET, 1.0) == b""  # it says nothing that could be taken for an answer
        assert card.receive(alert, 2.0)
        assert seen == [b"\x11", b"\x77"], cut


def test_a_card_that_does_not_answer_holds_an_alert_up_for_a_moment_only(bench: Bench) -> None:
    bench.card.silent = True
    bench.wire.later(UPLOAD + 0.1, lambda: bench.worker.tell(with_alert(), ALERT))
    told = bench.line.clock.monotonic() + UPLOAD + 0.1
    bench.line.go(Orders(DEVICE, plan()))
    again = next(at for at, data in bench.wire.sent if data == frame(URGENT.pages[0]))
    assert again - told < 2.0  # the late answer of the page must not be taken for the alert's


@pytest.mark.parametrize("after", [0.7, 1.4, 2.3, 3.9, 5.6, 9.1])
def test_an_alert_for_one_board_does_not_wait_for_another_that_is_silent(tmp_path: Path, after: float) -> None:
    bench = Bench(tmp_path, neighbour=True)
    told: list[float] = []

    def alarm() -> None:
        told.append(bench.line.clock.monotonic())
        bench.worker.tell(with_alert(), ALERT)

    bench.wire.later(after, alarm)
    bench.worker.tell(Orders(DEVICE, plan()))
    while b"\x77" not in bench.lit():
        bench.worker.turn()
        bench.wire.pass_by(0.01)
    first = next(at for at, data in bench.wire.sent if data == frame(URGENT.pages[0]))
    assert first - told[0] < 0.5
    bench.line.store.close()


@pytest.mark.parametrize("after", [0.05, 0.2, 0.35, 0.5])
def test_a_card_that_takes_one_area_a_frame_shows_the_alert_whole_after_a_page_of_which_it_has_some(
    tmp_path: Path, after: float
) -> None:
    bench = Bench(tmp_path, series="5E2", bands=4)
    bench.wire.later(after, lambda: bench.worker.tell(with_alert(), ALERT))
    bench.line.go(Orders(DEVICE, plan()))
    assert bench.card.page().planes == URGENT.pages[0].planes
    assert bench.line.faults[DEVICE].standing() == ()
    assert bench.line.views[DEVICE].health.value == "healthy"
    bench.line.run(38.0, step=0.5)
    assert bench.card.page().planes in {one.planes for one in NOTICE.pages}
    bench.line.store.close()


NOISE = {
    "echo": Faults(echo=True),
    "noise": Faults(flip=0.00015, drop=0.0001, duplicate=0.0001, seed=3),  # one error in a page, on average
    "noise and echo": Faults(flip=0.0002, drop=0.0001, echo=True, seed=5),
    "cuts": Faults(cut=0.0001, seed=7),
}


@pytest.mark.parametrize("faults", NOISE.values(), ids=NOISE)
def test_on_a_bad_line_with_alerts_at_any_moment_no_wrong_picture_is_seen_and_the_right_one_in_the_end(
    tmp_path: Path, faults: Faults
) -> None:
    bench, dice = Bench(tmp_path, faults=faults), random.Random(11)
    bench.worker.tell(Orders(DEVICE, plan()))
    for number in range(1, 9):
        active = number % 2 == 1
        seconds = (bench.line.clock.now() - NOON).total_seconds()
        told = alert_from(seconds + 0.3, number) if active else Orders(DEVICE, plan(), (), {"a1": number})
        bench.wire.later(dice.uniform(0.1, 3.0), partial(bench.worker.tell, told, ALERT))
        end = bench.line.clock.monotonic() + 6.0
        while bench.line.clock.monotonic() < end:
            bench.worker.turn()
            bench.wire.pass_by(0.02)
    assert set(bench.lit()) == {b"\x77", b"\x11", b"\x33"}
    whole = {one.planes for file in (NOTICE, URGENT) for one in file.pages}
    assert {one.planes for one in bench.seen} <= whole
    for _ in range(2000):
        bench.worker.turn()
        bench.wire.pass_by(0.02)
        if bench.line.views[DEVICE].health.value == "healthy":
            break
    assert bench.line.views[DEVICE].health.value == "healthy"
    assert bench.lit()[-1] in (b"\x11", b"\x33")
    bench.line.store.close()


def alert_from(seconds: float, revision: int) -> Orders:
    begins = NOON + timedelta(seconds=seconds)
    alert = Alert(
        id="a1", revision=revision, priority=Priority.EMERGENCY, starts=begins, until=begins + timedelta(hours=1),
        item=item_of("urgent", URGENT),
    )  # fmt: skip
    return Orders(DEVICE, plan(), (alert,), {"a1": revision})
