"""The screen driver: its lines byte for byte, the talk as scripts, and the kit's checks."""

from __future__ import annotations

import json

import pytest

from devices.drivers import kit
from devices.drivers.screen.codec import Decoder, Order, Told, lamps, looking, opening, showing
from devices.drivers.screen.driver import DRIVER, ScreenBoard, ScreenSettings
from devices.errors import MismatchError, RefusedError, SettingsError, SilentError
from devices.ports import Evidence, Identity
from devices.profiles.board import BoardShape
from devices.rendering.page import Page, Strip, blank_page
from devices.rendering.scene import Area, Film, Scene
from tests.support.scripted_link import ScriptedLink

SHAPE = BoardShape.parse("8x2:rgb")
SETTINGS = ScreenSettings(shape=SHAPE, output="headless")
PAGE = Page(shape=SHAPE, planes=(b"\x80\x00", b"\x00\x01", b"\x00\x00"), seconds=1)
GOLDEN = {
    "open a headless wall (docs/reference/drivers.md)": (
        Order(1, opening(SHAPE, "headless")),
        b'{"n":1,"open":{"display":0,"height":2,"output":"headless","width":8}}\n'.hex(),
    ),
    "look (docs/reference/drivers.md)": (Order(7, looking()), b'{"look":{},"n":7}\n'.hex()),
}
OPEN = GOLDEN["open a headless wall (docs/reference/drivers.md)"][0].to_bytes()


def line(**facts: object) -> bytes:
    return json.dumps(facts).encode() + b"\n"


def drawn(number: int, page: Page, **more: object) -> bytes:
    return line(n=number, width=8, height=2, lamps=lamps(page), frames=number, late=0, **more)


class Talking:
    """A link whose other end answers each order by its number; `answer(body)` makes the line."""

    def __init__(self, *answers: bytes) -> None:
        self.answers, self.told = list(answers), []

    def send(self, data: bytes) -> None:
        self.told.append(json.loads(data))

    def receive(self, timeout: float) -> bytes:
        return self.answers.pop(0) if self.answers else b""

    def discard(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing is held."""


def test_the_lines_are_byte_for_byte_what_the_reference_says():
    kit.check_golden(GOLDEN)
    assert Order(2, showing(PAGE, {}, {})).to_bytes().startswith(b'{"n":2,"show":{"planes":[')


def test_an_answer_is_read_alike_however_it_is_cut():
    told = Told(3, width=8, height=2, lamps="ab", frames=4, late=0)
    kit.check_cuts(Decoder, line(n=3, width=8, height=2, lamps="ab", frames=4, late=0), [told])
    assert Told.from_line(b'{"n":3,"no":4,"why":"x"}') == Told(3, no=4, why="x")


def test_noise_never_raises_and_a_clean_line_is_read_again():
    told = Told(3, lamps="ab")
    kit.check_noise(Decoder, line(n=3, lamps="ab"), told)


@pytest.mark.parametrize(
    "bad",
    [b"[]", b'{"n":"1"}', b'{"n":1,"lamps":3}', b'{"n":1,"width":"8"}', b'{"n":true}', b"\xff", b'{"no":1}'],
)
def test_what_is_no_answer_is_skipped(bad: bytes):
    decoder = Decoder()
    assert decoder.feed(bad + b"\n") == []
    assert decoder.skipped == 1


def test_a_line_without_an_end_is_dropped_and_memory_stays_small():
    decoder = Decoder()
    for _ in range(20):
        decoder.feed(b"x" * 10_000)
    assert decoder.skipped >= 1
    assert decoder.feed(b"\n" + line(n=1)) == [Told(1)]


def test_a_page_is_read_back_from_what_was_drawn():
    link = Talking(line(n=1), drawn(2, PAGE))
    assert ScreenBoard(link, SETTINGS).show(PAGE) is Evidence.READ_BACK
    assert [sorted(body) for body in link.told] == [["n", "open"], ["n", "show"]]


def test_another_picture_than_the_one_sent_is_a_fault():
    with pytest.raises(MismatchError):
        ScreenBoard(Talking(line(n=1), drawn(2, blank_page(SHAPE))), SETTINGS).show(PAGE)


def test_a_late_answer_to_an_earlier_order_is_stepped_over():
    link = Talking(line(n=1), drawn(1, blank_page(SHAPE)), drawn(2, PAGE))
    assert ScreenBoard(link, SETTINGS).show(PAGE) is Evidence.READ_BACK


def test_a_no_carries_the_reason_and_is_not_repeated():
    link = ScriptedLink((OPEN, line(n=1, no=5, why="no display")))
    board = ScreenBoard(link, SETTINGS, link.clock)
    kit.check_refusal(board, link, lambda one: one.show(PAGE), 5)
    assert len(link.sent) == 1


def test_a_video_is_acknowledged_and_not_said_to_be_read_back():
    link = Talking(line(n=1), drawn(2, blank_page(SHAPE), film=0))
    film = Film("/videos/a.mp4", 12.5)
    scene = Scene(blank_page(SHAPE), films={Area(0, 0, 8, 2): film})
    assert ScreenBoard(link, SETTINGS).stage(scene) is Evidence.ACKNOWLEDGED
    assert link.told[1]["show"]["films"] == [
        {"place": {"left": 0, "top": 0, "width": 8, "height": 2}, "path": "/videos/a.mp4", "since": 12.5}
    ]


def test_a_text_that_runs_is_not_begun_anew_when_something_beside_it_changes():
    strip = Strip(shape=SHAPE, width=16, planes=(b"\xff" * 4,) * 3, interval=0.02)
    place, now = Area(0, 0, 8, 2), [100.0]
    dark = blank_page(SHAPE)
    link = Talking(line(n=1), drawn(2, dark), drawn(3, dark))
    board = ScreenBoard(link, SETTINGS, lambda: now[0])
    board.stage(Scene(dark, strips={place: strip}))
    now[0] = 107.0
    board.stage(Scene(dark, strips={place: strip}))
    assert [body["show"]["strips"][0]["since"] for body in link.told[1:]] == [100.0, 100.0]


def test_it_says_who_it_is_and_a_wall_of_another_size_is_a_fault():
    assert ScreenBoard(Talking(line(n=1), drawn(2, PAGE)), SETTINGS).identify() == Identity(
        "Gatecast screen", None, 8, 2
    )
    with pytest.raises(MismatchError):
        ScreenBoard(Talking(line(n=1), line(n=2, width=9, height=2)), SETTINGS).identify()


def test_a_page_for_another_board_and_dimming_are_refused_before_anything_is_sent():
    link = Talking()
    board = ScreenBoard(link, SETTINGS)
    for deed in (lambda: board.show(blank_page(BoardShape.parse("8x3:rgb"))), lambda: board.brightness(50)):
        with pytest.raises(SettingsError):
            deed()
    assert link.told == []


def test_silence_ends_after_bounded_sendings():
    kit.check_silence(ScreenBoard, SETTINGS, lambda board: board.show(PAGE))
    link = kit.DeadLink()
    with pytest.raises(SilentError):
        ScreenBoard(link, SETTINGS, link.clock).identify()
    assert len(link.sent) == SETTINGS.tries


def test_settings_refuse_the_unknown_and_walls_without_three_colours():
    kit.check_settings(DRIVER.settings, {"shape": "320x160:rgb"})
    with pytest.raises(ValueError, match="three colours"):
        ScreenSettings(shape=BoardShape.parse("8x2:rg"))


def test_a_refusal_names_its_meaning_when_the_process_gave_none():
    link = Talking(line(n=1), line(n=2, no=4))
    with pytest.raises(RefusedError, match="video cannot be played"):
        ScreenBoard(link, SETTINGS).show(PAGE)
