"""Talks to one Onbon font card: lines of text as areas in its RAM; the card's yes is the evidence."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from devices.drivers.onbon_bx.codec import BAD_CHECKSUM, BUSY, ERRORS, HOST, Damaged, Decoder
from devices.drivers.onbon_k.codec import (
    ALL_AREAS,
    BLANK_ON_TIMEOUT,
    CLEAR,
    LOOP,
    MAX_TEXT_BYTES,
    PING,
    PIXELS,
    SERIES,
    Answer,
    Colour,
    Frame,
    TextArea,
    clock,
    command,
    encode,
    switch,
    update,
)
from devices.drivers.registry import Driver
from devices.drivers.talk import Talk
from devices.errors import BusyError, DeviceError, GarbledError, RefusedError, SettingsError, SilentError
from devices.ports import Evidence, Forecast, Identity, Link
from devices.profiles.board import BoardShape, Colours
from devices.profiles.protocols import abilities_of
from schedules.model import Fact

BAUD = 57600
BITS_A_BYTE = 10  # 8N1
YES_BYTES = 30  # the card's yes
THINKS = 0.004  # seconds of a card's own and of the silence before a frame; not published
ANSWER_BYTES = 60  # a yes or no with escapes
ROW = 16  # lamps of the smallest letters
IDLE_TIMEOUT = 5  # seconds in the field of run mode 0, which does not use it; the maker's library sends 5


def _shape(value: Any) -> Any:
    return BoardShape.parse(value) if isinstance(value, str) else value


class FontCardSettings(Fact):
    """One card, as the config describes it."""

    shape: Annotated[BoardShape, BeforeValidator(_shape)]
    # FFFE is "any card" and 8000 the host: neither is a card's own (manual 4).
    address: int = Field(ge=1, lt=HOST)
    colour: Literal["red", "green", "yellow"] = "red"
    baud: int = Field(default=BAUD, ge=1200, le=1_000_000, description="of the line, for time-outs")
    # As for the other Onbon cards: the maker allows 7 s for short commands; we ask again after one.
    timeout: float = Field(default=1.0, gt=0, le=60, description="seconds the card may think before it answers")
    tries: int = Field(default=3, ge=1, le=10, description="sendings before a silent or garbling card is given up")
    busy_wait: float = Field(default=0.25, gt=0, le=10, description="seconds between sendings to a busy card")
    stay: int = Field(default=8, ge=0, le=255, description="how long a page of a long text stays, in the card's units")
    dead_man_seconds: int = Field(
        default=0,
        ge=0,
        le=65535,
        description="the card goes dark by itself when nothing new came for so long; 0: never",
    )

    @model_validator(mode="after")
    def _drivable(self) -> FontCardSettings:
        if self.shape.colours is Colours.RGB:
            raise ValueError("font cards drive boards of one or two colours")
        if self.shape.colours is Colours.MONO and self.colour != "red":
            raise ValueError("a board of one colour is told red")
        if self.shape.height < ROW:
            raise ValueError(f"the card's letters are {ROW} lamps high")
        return self


class FontBoard:
    """The board behind one font card of an open link."""

    def __init__(self, link: Link, settings: FontCardSettings, clock: Callable[[], float] = time.monotonic) -> None:
        """Does no I/O yet; `clock` is monotonic."""
        self._settings = settings
        self._talk = Talk(link, clock)
        self._damage = ""
        self._model = 0

    def identify(self) -> Identity:
        """Ping the card; the header of its answer tells its series."""
        self._order(command(PING))
        series = {number: name for name, number in SERIES.items()}.get(self._model, f"type {self._model:02X}")
        return Identity(model=f"Onbon BX-{series}")

    def show_text(self, text: str) -> Evidence:
        """Put the lines of `text` under each other, replacing what was there; SettingsError if it cannot be drawn."""
        return self._order(self._update(text))

    def _update(self, text: str) -> bytes:
        rows = text.splitlines() or [" "]
        if len(rows) * ROW > self._settings.shape.height:
            raise SettingsError(f"the board has room for {self._settings.shape.height // ROW} lines, not {len(rows)}")
        areas = tuple(self._area(number, row, len(rows)) for number, row in enumerate(rows))
        return update(areas, (ALL_AREAS,))

    def foretell_text(self, text: str) -> Forecast:
        """What `show_text` would send, and how long that takes; SettingsError as there. No I/O."""
        frame = Frame.order(self._settings.address, self._update(text)).to_bytes()
        seconds = (len(frame) + YES_BYTES) * BITS_A_BYTE / self._settings.baud + THINKS
        return Forecast("text", len(frame), YES_BYTES, seconds)

    def blank(self) -> Evidence:
        """Show a space: with no area at all the card's stored program would shine through."""
        return self.show_text(" ")

    def delete_areas(self) -> Evidence:
        """Clear: the card falls back to the program in its flash."""
        return self._order(command(CLEAR))

    def power(self, on: bool) -> Evidence:
        """Light or darken the whole screen, whatever is shown."""
        return self._order(switch(on))

    def set_clock(self, at: datetime) -> Evidence:
        """Set the card's clock to the local time in `at`."""
        return self._order(clock(at))

    def _area(self, number: int, row: str, rows: int) -> TextArea:
        shape, alive = self._settings.shape, self._settings.dead_man_seconds
        try:
            words = encode(row, Colour[self._settings.colour.upper()])
        except ValueError as exc:
            raise SettingsError(str(exc)) from exc
        if len(words) > MAX_TEXT_BYTES:
            raise SettingsError(f"a line has at most {MAX_TEXT_BYTES} bytes, this one {len(words)}")
        height = shape.height // rows
        return TextArea(
            x=PIXELS,
            y=number * height,
            width=PIXELS | shape.width,
            height=height,
            text=words,
            number=number,
            run=BLANK_ON_TIMEOUT if alive else LOOP,
            timeout=alive or IDLE_TIMEOUT,
            stay=self._settings.stay,
        )

    def _order(self, data: bytes) -> Evidence:
        """Send until the card says yes. All our commands may be repeated: they set a state, they do not change one."""
        request = Frame.order(self._settings.address, data).to_bytes()
        wait = (len(request) + ANSWER_BYTES) * BITS_A_BYTE / self._settings.baud + self._settings.timeout
        tries = self._talk.tries(self._settings.tries)
        trouble: DeviceError = SilentError(len(tries) * wait)
        for _ in tries:
            self._damage = ""
            answer = self._talk.ask(request, Decoder(Frame.from_bytes), self._ours, wait)
            if answer is None:
                trouble = GarbledError(self._damage) if self._damage else trouble
            elif answer.error == 0:
                return Evidence.ACKNOWLEDGED
            elif answer.error == BUSY:
                trouble = BusyError(BUSY, ERRORS[BUSY])
                self._talk.rest(self._settings.busy_wait)
            elif answer.error == BAD_CHECKSUM:
                trouble = GarbledError("the card got a wrong checksum")
            else:
                raise RefusedError(answer.error, ERRORS.get(answer.error, ""))
        raise trouble

    def _ours(self, event: Frame | Damaged) -> Answer | None:
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
        self._model = event.device
        return answer


DRIVER = Driver(
    name="onbon_k",
    kind="text",
    settings=FontCardSettings,
    open=FontBoard,
    baud=BAUD,
    abilities=abilities_of("onbon_k"),
    summary="Onbon BX font cards of the series 5K and 6K: texts in ASCII and GB2312, drawn by the card",
)
