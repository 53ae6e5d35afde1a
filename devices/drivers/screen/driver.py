"""Draws on the PC's own output through the screen process; what it says it drew is compared with what was sent."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from devices.drivers.registry import Driver
from devices.drivers.screen.codec import REASONS, Decoder, Order, Told, lamps, looking, opening, showing
from devices.drivers.talk import Talk
from devices.errors import GarbledError, MismatchError, RefusedError, SettingsError, SilentError
from devices.ports import Evidence, Identity, Link
from devices.profiles.board import BoardShape, Colours
from devices.profiles.protocols import abilities_of
from devices.rendering.page import Page, Strip, blank_page
from devices.rendering.scene import Area, Scene
from schedules.model import Fact

BAUD = 115200  # a pipe has none; asked for by the config's rules alone
WATCH_EVERY = 0.25  # seconds between looks: a process that died is back, with its picture, within two


def _shape(value: Any) -> Any:
    return BoardShape.parse(value) if isinstance(value, str) else value


class ScreenSettings(Fact):
    """One output of the PC, as the config describes it."""

    shape: Annotated[BoardShape, BeforeValidator(_shape)]
    output: Literal["window", "headless"] = Field(
        default="window", description="a full-screen window, or memory alone where no display is"
    )
    display: int = Field(default=0, ge=0, le=15, description="which display of the PC, counted from 0")
    picture: str = Field(default="", max_length=500, description="a PNG file that follows what is drawn; empty: none")
    timeout: float = Field(default=3.0, gt=0, le=30, description="seconds the process may take to draw and answer")
    tries: int = Field(default=2, ge=1, le=10, description="sendings before a silent process is given up")

    @model_validator(mode="after")
    def _drivable(self) -> ScreenSettings:
        if self.shape.colours is not Colours.RGB:
            raise ValueError("a wall has three colours: its shape ends in :rgb")
        return self


class ScreenBoard:
    """The picture of one output, on the open link to its process."""

    watch_every = WATCH_EVERY

    def __init__(self, link: Link, settings: ScreenSettings, clock: Callable[[], float] = time.monotonic) -> None:
        """Does no I/O yet; `clock` is the machine's monotonic one, by which videos run."""
        self._settings, self._clock = settings, clock
        self._talk = Talk(link, clock)
        self._numbers = itertools.count(1)
        self._open = False
        self._running: dict[Area, tuple[Strip, float]] = {}

    def identify(self) -> Identity:
        """Ask what is drawn; MismatchError if the process draws for another size, GarbledError if a video broke off."""
        told = self._look()
        if told.broken:
            raise GarbledError(told.broken)
        return Identity("Gatecast screen", None, told.width, told.height)

    def show(self, page: Page) -> Evidence:
        """Draw the page and compare what is out with it."""
        return self.stage(Scene(page))

    def scrolls(self, strip: Strip, area: Area, areas: tuple[Area, ...]) -> bool:
        """Every strip of the right height runs, in any area."""
        return strip.shape == area.shape_on(self._settings.shape)

    def rolls(self, area: Area) -> bool:
        """Videos play in any area of the wall."""
        return area.inside(self._settings.shape)

    def stage(self, scene: Scene) -> Evidence:
        """Draw a page with what moves over it; a text that runs already goes on where it is."""
        if scene.page.shape != self._settings.shape:
            raise SettingsError(f"a page for {scene.page.shape} does not fit the wall {self._settings.shape}")
        self._must_be_open()
        self._running = {area: self._since(area, strip) for area, strip in scene.strips.items()}
        told = self._order(showing(scene.page, self._running, dict(scene.films)))
        wanted = lamps(scene.page)
        if told.lamps != wanted:
            raise MismatchError("the picture", wanted[:12], (told.lamps or "nothing")[:12])
        # A video's frames are decoded, not compared: that they are drawn is the process's own word.
        return Evidence.ACKNOWLEDGED if scene.films else Evidence.READ_BACK

    def blank(self) -> Evidence:
        """All lamps dark."""
        return self.show(blank_page(self._settings.shape))

    def brightness(self, percent: int) -> Evidence:
        """Never in pixels: that would cost colours. The sending card dims."""
        raise SettingsError("a screen is not dimmed in its pixels: the sending card does it")

    def report(self) -> Mapping[str, str]:
        """Frames drawn, late ones, and the frame of the video that plays."""
        told = self._look()
        facts = {"output": self._settings.output, "frames": str(told.frames), "late frames": str(told.late)}
        return facts | ({"video frame": str(told.film)} if told.film is not None else {})

    def _since(self, area: Area, strip: Strip) -> tuple[Strip, float]:
        held = self._running.get(area)
        return held if held is not None and held[0] == strip else (strip, self._clock())

    def _look(self) -> Told:
        self._must_be_open()
        told = self._order(looking())
        shape = self._settings.shape
        if (told.width, told.height) != (shape.width, shape.height):
            raise MismatchError("the wall", f"{shape.width}x{shape.height}", f"{told.width}x{told.height}")
        return told

    def _must_be_open(self) -> None:
        if not self._open:
            one = self._settings
            self._order(opening(one.shape, one.output, one.picture, one.display))
            self._open = True

    def _order(self, body: dict[str, Any]) -> Told:
        """Send until answered; each sending has a number of its own, so a late answer is never taken for a new one."""
        tries = self._talk.tries(self._settings.tries)
        for _ in tries:
            order = Order(next(self._numbers), body)
            told = self._talk.ask(order.to_bytes(), Decoder(), partial(_ours, order.number), self._settings.timeout)
            if told is not None and told.no:
                raise RefusedError(told.no, told.why or REASONS.get(told.no, ""))
            if told is not None:
                return told
        raise SilentError(len(tries) * self._settings.timeout)


def _ours(number: int, told: Told) -> Told | None:
    return told if told.number == number else None


DRIVER = Driver(
    name="screen",
    kind="board",
    settings=ScreenSettings,
    open=ScreenBoard,
    baud=BAUD,
    abilities=abilities_of("screen"),
    by_video=True,
    summary="a full-screen picture on the PC for walls behind a sending card: pages, running text, videos",
)
