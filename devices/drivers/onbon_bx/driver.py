"""Talks to one Onbon BX card: a page becomes one area over the whole board, and the card's own yes is the evidence."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from devices.drivers.onbon_bx import areas
from devices.drivers.onbon_bx.codec import (
    BAD_CHECKSUM,
    BUSY,
    ERRORS,
    HOST,
    PING,
    SERIES,
    Answer,
    Damaged,
    Decoder,
    Frame,
    command,
)
from devices.drivers.registry import Driver
from devices.drivers.talk import Talk
from devices.errors import BusyError, GarbledError, RefusedError, SettingsError, SilentError
from devices.ports import Evidence, Identity, Link
from devices.profiles.board import BoardShape, Colours
from devices.rendering.page import Page, blank_page
from schedules.model import Fact

BAUD = 57600
BITS_A_BYTE = 10  # 8N1
ANSWER_BYTES = 64  # room for the longest answer we ask for, with preamble and escapes


def _shape(value: Any) -> Any:
    return BoardShape.parse(value) if isinstance(value, str) else value


class OnbonSettings(Fact):
    """One card, as the config describes it."""

    shape: Annotated[BoardShape, BeforeValidator(_shape)]
    # FFFE is "any card" and 8000 the host: neither is a card's own (manual 4).
    address: int = Field(ge=1, lt=HOST)
    series: Literal["5E1", "5E2", "5E3", "6E1", "6E2", "6E3", "6E1X", "6E2X"] = "6E2"
    baud: int = Field(default=BAUD, ge=1200, le=1_000_000, description="of the line, for time-outs")
    # The maker allows 7 s for short commands; 1 s is where field reports of areas in RAM begin, and we try again.
    timeout: float = Field(default=1.0, gt=0, le=60, description="seconds the card may think before it answers")
    tries: int = Field(default=3, ge=1, le=10, description="sendings before a silent or garbling card is given up")
    busy_wait: float = Field(default=0.25, gt=0, le=10, description="seconds between sendings to a busy card")
    busy_patience: float = Field(default=10.0, ge=0, le=120, description="seconds a card may stay busy")
    dead_man_seconds: int = Field(
        default=0,
        ge=0,
        le=65535,
        description="the card goes dark by itself when nothing new came for so long; 0: never",
    )

    @model_validator(mode="after")
    def _drivable(self) -> OnbonSettings:
        if self.shape.colours is Colours.RGB:
            raise ValueError("cards of the series 5E and 6E drive boards of one or two colours")
        return self


class OnbonBoard:
    """A board behind one card of an open link."""

    def __init__(self, link: Link, settings: OnbonSettings, clock: Callable[[], float] = time.monotonic) -> None:
        """Does no I/O yet; `clock` is monotonic."""
        self._settings = settings
        self._talk = Talk(link, clock)
        self._damage = ""

    def identify(self) -> Identity:
        """Ping the card; any answer of its own tells it is there (manual 5.5.1)."""
        self._order(command(PING), lambda answer: True)
        return Identity(model=f"Onbon BX-{self._settings.series}")

    def show(self, page: Page) -> Evidence:
        """Set the one area that covers the board."""
        if page.shape != self._settings.shape:
            raise SettingsError(f"a page for {page.shape} does not fit the board {self._settings.shape}")
        alive = self._settings.dead_man_seconds
        mode = areas.BLANK_ON_TIMEOUT if alive else areas.LOOP
        return self._write(self._update((areas.Area(page, run_mode=mode, timeout=alive or areas.IDLE_TIMEOUT),)))

    def blank(self) -> Evidence:
        """Show the dark page: deleting the area would let the card's stored program shine through."""
        return self.show(blank_page(self._settings.shape))

    def delete_areas(self) -> Evidence:
        """Delete all areas: the card falls back to the program in its flash."""
        return self._write(areas.delete())

    def brightness(self, percent: int) -> Evidence:
        """Set one of the card's sixteen levels for the whole day."""
        if not 0 <= percent <= 100:
            raise SettingsError(f"brightness is 0 to 100 percent, not {percent}")
        return self._write(areas.brightness(round(percent * 15 / 100)))

    def _update(self, wanted: tuple[areas.Area, ...]) -> bytes:
        return areas.update_5e(wanted) if self._settings.series.startswith("5E") else areas.update_6e(wanted)

    def _write(self, data: bytes) -> Evidence:
        self._order(data, lambda answer: answer.plain)
        return Evidence.ACKNOWLEDGED

    def _order(self, data: bytes, fits: Callable[[Answer], bool]) -> Answer:
        """Send until the card says yes. All our commands may be repeated: they set a state, they do not change one."""
        request = Frame(self._settings.address, HOST, SERIES[self._settings.series], data).to_bytes()
        self._damage = ""
        tries = self._talk.tries(self._settings.tries)
        for _ in tries:
            answer = self._ask_patiently(request, fits)
            if answer and not answer.refused:
                return answer
            if answer and answer.error != BAD_CHECKSUM:  # a damaged request is worth sending again, a wrong one never
                raise RefusedError(answer.error, ERRORS.get(answer.error, ""))
            if answer:
                self._damage = "the card got a wrong checksum"
        if self._damage:
            raise GarbledError(self._damage)
        raise SilentError(len(tries) * self._wait(request))

    def _ask_patiently(self, request: bytes, fits: Callable[[Answer], bool]) -> Answer | None:
        """Ask again while the card is busy, within the patience of the settings."""
        rounds = math.ceil(self._settings.busy_patience / self._settings.busy_wait)
        for _ in range(rounds + 1):
            answer = self._talk.ask(request, Decoder(), lambda event: self._ours(event, fits), self._wait(request))
            if answer is None or not answer.refused or answer.error != BUSY:
                return answer
            self._talk.rest(self._settings.busy_wait)
        raise BusyError(BUSY, ERRORS[BUSY])

    def _ours(self, event: Frame | Damaged, fits: Callable[[Answer], bool]) -> Answer | None:
        """The answer in a frame from our card to us; echoes of our own and other cards' frames are not."""
        if isinstance(event, Damaged):
            self._damage = event.why
            return None
        if event.destination != HOST or event.source != self._settings.address:
            return None
        try:
            answer = Answer.from_bytes(event.data)
        except ValueError as exc:
            self._damage = str(exc)
            return None
        return answer if answer.refused or fits(answer) else None

    def _wait(self, request: bytes) -> float:
        """Seconds until an answer is late: the line's own time both ways, then the card's."""
        return (len(request) + ANSWER_BYTES) * BITS_A_BYTE / self._settings.baud + self._settings.timeout


DRIVER = Driver(
    name="onbon_bx",
    kind="board",
    settings=OnbonSettings,
    open=OnbonBoard,
    baud=BAUD,
    summary="Onbon BX cards of the series 5E and 6E, one or two colours, over RS-232, RS-485 or TCP",
)
