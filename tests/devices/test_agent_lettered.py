"""A board that draws letters of its own, through the agent's hand, the real driver and a simulated font card."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.agent.board import BoardHand
from devices.agent.lettered import Lettered
from devices.agent.orders import Orders
from devices.agent.worker import LineWorker, OnLine, TestPattern
from devices.contract.messages import Health, Outcome
from devices.drivers.onbon_k.driver import FontBoard, FontCardSettings
from devices.profiles.board import BoardShape
from devices.profiles.letters import unwritten
from devices.rendering.page import PageFile
from devices.rendering.render import render
from devices.simulators.font_boards import FontBoard as SimulatedBoard
from schedules.model import Plan, Playlist, Rule, Window
from tests.support.agent_world import item_of
from tests.support.facts import DEVICE, NOON
from tests.support.fake_devices import Line
from tests.support.virtual_line import VirtualLine

SHAPE = BoardShape.parse("128x32:rg")
ENGLISH, CHINESE, VIETNAMESE = "Lane 1: trucks\nLane 2: cars", "1号通道：货车\n2号通道：小车", "Làn 1: xe tải"


def page_file(text: str, language: str, words: str | None = None) -> PageFile:
    drawn = render(text, language, SHAPE)
    assert drawn.file is not None
    return drawn.file.model_copy(update={"words": text if words is None else words})


class Bench:
    def __init__(self, folder: Path) -> None:
        self.line = Line(folder)
        self.card = SimulatedBoard(SHAPE)
        self.wire = VirtualLine(self.line.clock, self.card)
        settings, clock = FontCardSettings(shape=SHAPE, address=1), self.line.clock
        hand = BoardHand(self.line.tools(DEVICE), SHAPE)
        on_line = OnLine(hand, lambda link, _: Lettered(FontBoard(link, settings, clock.monotonic), SHAPE))
        self.worker = self.line.worker = LineWorker(
            "l", {DEVICE: on_line}, lambda: self.wire, clock, self.line.views.__setitem__
        )  # fmt: skip

    def words(self) -> str:
        """What the card was told, line by line, without its orders for colours."""
        texts = self.card.texts()
        return "\n".join(texts[number].removeprefix("\\C1") for number in sorted(texts)).strip()

    def show(self, *files: PageFile) -> None:
        for file in files:
            self.line.media.keep(file.ref().sha256, file.to_bytes())
        rule = Rule(id="r1", playlist="p1", targets=(DEVICE,), windows=(Window.of("00:00", "24:00"),))
        lists = (Playlist(id="p1", items=(item_of("m", *files),)),)
        self.line.go(Orders(DEVICE, Plan(device=DEVICE, revision=1, issued=NOON, rules=(rule,), playlists=lists)))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.line.store.close()


@pytest.mark.parametrize(("text", "language"), [(ENGLISH, "en"), (CHINESE, "zh-Hans")], ids=["English", "Chinese"])
def test_the_text_itself_goes_to_the_card_line_by_line(bench: Bench, text: str, language: str) -> None:
    bench.show(page_file(text, language))
    assert bench.words() == text
    view = bench.line.views[DEVICE]
    assert view.health is Health.HEALTHY
    assert view.shown is not None
    assert view.shown.evidence == "acknowledged"


def test_the_pages_of_one_text_are_one_telling(bench: Bench) -> None:
    file = page_file("Please have your passport, your pass and the papers of your truck ready at the gate", "en")
    assert len(file.pages) > 1
    bench.show(file)
    sent = len(bench.wire.sent)
    bench.line.run(file.seconds, step=0.5)
    assert len(bench.wire.sent) == sent
    bench.line.run(60.0, step=1.0)
    assert {one.outcome for one in bench.line.records()} == {Outcome.SHOWN}


def test_a_text_without_words_for_this_board_is_refused_said_and_never_shown(bench: Bench) -> None:
    bench.show(page_file(VIETNAMESE, "vi", words=""))
    assert bench.words() == ""
    (fault,) = bench.line.faults[DEVICE].standing()
    assert fault.code == "device.settings"
    assert "letters that this board has not" in fault.text
    bench.show(page_file(ENGLISH, "en"))
    bench.line.run(40.0, step=1.0)
    assert bench.words() == ENGLISH


def test_words_that_the_card_cannot_draw_do_not_leave_as_something_else(bench: Bench) -> None:
    bench.show(page_file(VIETNAMESE, "vi"))
    assert bench.words() == ""
    assert "no letters for" in bench.line.faults[DEVICE].standing()[0].text


def test_the_test_page_of_a_board_of_letters_is_digits(bench: Bench) -> None:
    bench.show(page_file(ENGLISH, "en"))
    bench.worker.tell(TestPattern(DEVICE, 5.0))
    bench.line.run(2.0)
    assert bench.words() == "0123456789"
    bench.line.run(10.0, step=0.5)
    assert bench.words() == ENGLISH


@pytest.mark.parametrize(
    ("text", "missing"),
    [("Lane 1", ()), ("货车·通道—1", ()), ("Lần ế", ("ầ", "ế")), ("a\\b\n", ("\\", "\n")), ("\u3000", ())],
)
def test_what_a_card_has_no_letters_for_is_named_once(text: str, missing: tuple[str, ...]) -> None:
    assert unwritten(text, "gb2312") == missing
