"""What showing will cost is foretold: by the driver to the byte, by the profile within a twentieth, and it comes true."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from devices.drivers.alpha.driver import AlphaSettings
from devices.drivers.alpha.driver import AlphaSign as AlphaDriver
from devices.drivers.onbon_bx.driver import OnbonBoard as OnbonDriver
from devices.drivers.onbon_bx.settings import OnbonSettings
from devices.drivers.onbon_k.driver import FontBoard, FontCardSettings
from devices.links.line import LineSettings
from devices.links.rs485 import Rs485Link
from devices.profiles.board import BoardShape
from devices.profiles.costs import page_seconds, text_seconds
from devices.rendering.page import Page, blank_page
from devices.rendering.render import render
from devices.rendering.scene import Scene
from devices.simulators.alpha_sign import AlphaSign
from devices.simulators.boards import OnbonBoard
from devices.simulators.font_boards import FontBoard as FontCard
from tests.support.fake_devices import FakeClock
from tests.support.virtual_line import VirtualLine

BOARD, SIGN = BoardShape.parse("192x64:rg"), BoardShape.parse("90x16:rg")


def notice(shape: BoardShape) -> Page:
    drawn = render("Cửa khẩu làm việc từ 7 giờ đến 17 giờ", "vi", shape)
    assert drawn.file is not None
    return drawn.file.pages[0]


def noise(shape: BoardShape, seed: int = 3) -> Page:
    dice, edge = random.Random(seed), 0xFF << -shape.width % 8 & 0xFF
    rows = [dice.randbytes(shape.stride - 1) + bytes([dice.randrange(256) & edge]) for _ in range(2 * shape.height)]
    planes = b"".join(rows[: shape.height]), b"".join(rows[shape.height :])
    return Page(shape=shape, planes=planes, seconds=1)


class Bench:
    """A driver on a paced wire with a simulated device; bytes are counted where they pass."""

    def __init__(self, baud: int, device: object, make: Callable[..., object]) -> None:
        self.clock = FakeClock()
        self.wire = VirtualLine(self.clock, device, baud=baud)
        link = Rs485Link(
            self.wire, LineSettings(baud=baud), clock=self.clock.monotonic, sleep=self.wire.pass_by
        )  # fmt: skip
        self.driver = make(link, self.clock.monotonic)

    def shown(self, page: Page) -> tuple[str, float, int, float, int]:
        """The way foretold; seconds and bytes foretold, and as they were."""
        told = self.driver.foretell(Scene(page))
        begun, before = self.clock.monotonic(), len(self.wire.sent)
        self.driver.show(page)
        sent = sum(len(data) for _, data in self.wire.sent[before:])
        return told.way, told.seconds, told.sent, self.clock.monotonic() - begun, sent


def onbon(series: str = "6E2", baud: int = 57600, **facts: object) -> Bench:
    settings = OnbonSettings.model_validate({"shape": BOARD, "address": 1, "series": series, "baud": baud} | facts)
    return Bench(baud, OnbonBoard(BOARD, series=series), lambda link, clock: OnbonDriver(link, settings, clock))


def alpha(baud: int = 9600, **facts: object) -> Bench:
    settings = AlphaSettings.model_validate({"shape": SIGN, "address": 1, "baud": baud} | facts)
    return Bench(baud, AlphaSign(SIGN, address="01"), lambda link, clock: AlphaDriver(link, settings, clock))


@pytest.mark.parametrize("draw", [notice, noise, blank_page], ids=["a notice", "noise", "dark"])
@pytest.mark.parametrize(
    "bench",
    [onbon, lambda: onbon("5E2"), lambda: onbon(baud=9600), alpha, lambda: alpha(19200), lambda: alpha(pictures=1)],
    ids=["6E2", "5E2", "6E2 at 9600", "alpha", "alpha at 19200", "alpha with one picture"],
)
def test_a_whole_page_takes_the_time_and_bytes_foretold(bench: Callable[[], Bench], draw: Callable[[BoardShape], Page]):
    made = bench()
    shape = made.driver._settings.shape
    made.shown(noise(shape, 9))
    way, seconds, size, took, sent = made.shown(draw(shape))
    assert (way, size) == ("full", sent)
    assert seconds == pytest.approx(took, rel=0.05)


def test_one_changed_tile_is_foretold_and_sent_alone():
    bench = onbon(bands=4, columns=6)
    page = noise(BOARD)
    bench.shown(page)
    plane = bytearray(page.planes[0])
    plane[0] ^= 0xFF
    way, seconds, size, took, sent = bench.shown(page.model_copy(update={"planes": (bytes(plane), page.planes[1])}))
    assert (way, size) == ("area", sent)
    assert seconds == pytest.approx(took, rel=0.05)
    assert took < 0.1


def test_a_picture_the_sign_keeps_is_foretold_as_such():
    bench = alpha()
    for seed in (1, 2):
        bench.shown(noise(SIGN, seed))
    way, seconds, size, took, sent = bench.shown(noise(SIGN, 1))
    assert (way, size) == ("re-activate", sent)
    assert seconds == pytest.approx(took, rel=0.05)


@pytest.mark.parametrize("draw", [notice, noise, blank_page], ids=["a notice", "noise", "dark"])
@pytest.mark.parametrize(
    ("name", "bench"),
    [("onbon_bx", onbon), ("onbon_bx", lambda: onbon(baud=9600)), ("alpha", alpha), ("alpha", lambda: alpha(19200))],
    ids=["6E2", "6E2 at 9600", "alpha", "alpha at 19200"],
)
def test_the_operators_forecast_is_the_drivers_within_a_twentieth(
    name: str, bench: Callable[[], Bench], draw: Callable[[BoardShape], Page]
):
    made = bench()
    shape = made.driver._settings.shape
    made.shown(noise(shape, 9))
    page = draw(shape)
    drivers = made.driver.foretell(Scene(page)).seconds
    found = page_seconds(name, made.driver._settings.baud, page.planes, shape.width, shape.height)
    assert found == pytest.approx(drivers, rel=0.05)


@pytest.mark.parametrize("words", ["Lane 1: trucks", "Lane 1: trucks\nLane 2: cars and buses", "请排队\n请准备护照"])
@pytest.mark.parametrize("baud", [9600, 57600])
def test_words_take_the_time_foretold_by_driver_and_profile(words: str, baud: int):
    shape, clock = BoardShape.parse("128x32:rg"), FakeClock()
    wire = VirtualLine(clock, FontCard(shape), baud=baud)
    link = Rs485Link(wire, LineSettings(baud=baud), clock=clock.monotonic, sleep=wire.pass_by)
    driver = FontBoard(link, FontCardSettings(shape=shape, address=1, baud=baud), clock.monotonic)
    told = driver.foretell_text(words)
    begun = clock.monotonic()
    driver.show_text(words)
    assert (told.way, told.sent) == ("text", sum(len(data) for _, data in wire.sent))
    assert told.seconds == pytest.approx(clock.monotonic() - begun, rel=0.05)
    assert text_seconds("onbon_k", baud, words) == pytest.approx(told.seconds, rel=0.05)


@pytest.mark.parametrize(("name", "baud"), [("neon", 9600), ("onbon_bx", 0)])
def test_what_is_not_known_is_not_guessed(name: str, baud: int):
    assert page_seconds(name, baud, noise(BOARD).planes, 192, 64) is None
