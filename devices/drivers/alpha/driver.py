"""Talks to one Alpha sign: a page is a DOTS picture, written, then read back and compared lamp by lamp."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from devices.drivers.alpha.codec import (
    CLEAR_ERRORS,
    DAMAGE,
    DIMMED,
    DIMMING,
    ERRORS,
    GENERAL,
    ILLEGAL,
    MAX_COLUMNS,
    MAX_ROWS,
    MEMORY,
    OVERFLOW,
    READ_DOTS,
    WRITE_DOTS,
    WRITE_SPECIAL,
    Damaged,
    Decoder,
    Frame,
    MemoryFile,
    Reply,
    dots,
    dots_file,
    memory,
    read_special,
    show_dots,
    special,
    text_file,
)
from devices.drivers.registry import Driver
from devices.drivers.talk import Talk
from devices.errors import GarbledError, MismatchError, RefusedError, SettingsError, SilentError
from devices.ports import Evidence, Identity, Link
from devices.profiles.board import BoardShape, Colours
from devices.rendering.page import Page, blank_page
from schedules.model import Fact

BAUD = 9600
BITS_A_BYTE = 10  # 7E1 and 8N1 alike
HEAD_PAUSE = 0.1  # seconds after the size of a picture (form 9708-8061F)
DEAF = 5.0  # seconds a sign hears nothing after its memory was cleared
TEXT, PICTURE = "A", "P"
TEXT_BYTES = 64  # room for the one call of the picture
ROOM = 60  # bytes of a reply beside its data


def _shape(value: Any) -> Any:
    return BoardShape.parse(value) if isinstance(value, str) else value


class AlphaSettings(Fact):
    """One sign, as the config describes it."""

    shape: Annotated[BoardShape, BeforeValidator(_shape)]
    address: int = Field(ge=0, le=255, description="0 is every sign: only where one stands alone on its line")
    baud: int = Field(default=BAUD, ge=1200, le=115200, description="of the line, for time-outs")
    timeout: float = Field(default=1.0, gt=0, le=10, description="seconds the sign may think before it answers")
    tries: int = Field(default=3, ge=1, le=10, description="sendings before a silent or garbling sign is given up")
    proof: Literal["picture", "errors"] = Field(
        default="picture",
        description="read the picture back, or only ask for errors, which shows less and takes half the time",
    )
    dimming: bool = Field(default=False, description="the sign has the dimming register (Solar, AlphaEclipse)")

    @model_validator(mode="after")
    def _drivable(self) -> AlphaSettings:
        if self.shape.colours is Colours.RGB:
            raise ValueError("an Alpha sign is driven here in one colour or red, green and amber")
        if self.shape.height > MAX_ROWS or self.shape.width > MAX_COLUMNS:
            raise ValueError(f"a DOTS picture has at most {MAX_COLUMNS}x{MAX_ROWS} lamps")
        return self


class AlphaSign:
    """A sign on an open link."""

    def __init__(self, link: Link, settings: AlphaSettings, clock: Callable[[], float] = time.monotonic) -> None:
        """Does no I/O yet; `clock` is monotonic."""
        self._settings = settings
        self._talk = Talk(link, clock)
        self._prepared = False
        self._damage = ""

    def identify(self) -> Identity:
        """Read the general information; its first eight characters are the firmware."""
        reply = self._read(read_special(GENERAL, self._settings.address), WRITE_SPECIAL, GENERAL)
        return Identity("Alpha sign", reply.data[:8].decode("ascii", "replace").strip() or None)

    def show(self, page: Page) -> Evidence:
        """Write the picture and read it back."""
        shape, address = self._settings.shape, self._settings.address
        if page.shape != shape:
            raise SettingsError(f"a page for {page.shape} does not fit the sign {shape}")
        if not self._prepared:
            self._prepare()
        self._prepared = False  # until it is known that all went well
        frame = dots(PICTURE, page, address)
        self._write(frame)
        if self._settings.proof == "errors":
            self._prepared = True
            return Evidence.SENT
        ask = Frame(READ_DOTS, PICTURE.encode(), address)
        held = self._read(ask, WRITE_DOTS, PICTURE, room=len(frame.data)).data
        if held.rstrip(b"\r") != frame.data[1:].rstrip(b"\r"):
            raise MismatchError("the picture", f"{len(frame.data)} bytes", f"{len(held)} bytes, or others")
        self._prepared = True
        return Evidence.READ_BACK

    def blank(self) -> Evidence:
        """A dark picture."""
        return self.show(blank_page(self._settings.shape))

    def brightness(self, percent: int) -> Evidence:
        """The nearest of the register's five steps, where the sign has one; the darkest is 44 percent."""
        if not self._settings.dimming:
            raise SettingsError("this sign has no dimming register; set dimming where it has one")
        if not 0 <= percent <= 100:
            raise SettingsError(f"brightness is 0 to 100 percent, not {percent}")
        step = min(range(len(DIMMED)), key=lambda number: abs(DIMMED[number] - percent))
        self._write(special(DIMMING, f"00{step:02X}".encode(), self._settings.address))
        return Evidence.SENT

    def _prepare(self) -> None:
        """Make room for text and picture unless the sign has it, then let the text call the picture."""
        address, wanted = self._settings.address, self._files()
        held = self._held()
        if not all(any(file.serves(want) for file in held) for want in wanted):
            # At least one BetaBrite shows nothing after a configuration that no bare clear went before.
            self._tell(memory((), address))
            self._talk.rest(DEAF)
            self._write(memory(wanted, address))
        self._tell(special(CLEAR_ERRORS, address=address))
        self._write(show_dots(TEXT, PICTURE, address))

    def _files(self) -> tuple[MemoryFile, ...]:
        shape = self._settings.shape
        colours = 1 if shape.colours is Colours.MONO else 3
        return text_file(TEXT, TEXT_BYTES), dots_file(PICTURE, shape.height, shape.width, colours)

    def _held(self) -> tuple[MemoryFile, ...]:
        reply = self._read(read_special(MEMORY, self._settings.address), WRITE_SPECIAL, MEMORY, room=1500)
        try:
            return reply.files()
        except ValueError:
            return ()  # a layout of somebody else's making: ours replaces it

    def _write(self, frame: Frame) -> None:
        """Send until the sign has no error to tell. A frame whose beginning was lost leaves none: only a read-back proves."""
        for _ in range(self._settings.tries):
            self._tell(frame)
            errors = self._errors()
            if not errors:
                return
            self._tell(special(CLEAR_ERRORS, address=self._settings.address))
            if errors & (ILLEGAL | OVERFLOW):
                raise RefusedError(
                    errors, "too large for its memory" if errors & OVERFLOW else "no such command or file"
                )
        raise GarbledError("the sign got damaged frames")

    def _errors(self) -> int:
        reply = self._read(read_special(ERRORS, self._settings.address), WRITE_SPECIAL, ERRORS)
        return reply.data[0] & (ILLEGAL | OVERFLOW | DAMAGE) if reply.data else 0

    def _tell(self, frame: Frame) -> None:
        """Send what has no answer, with its pause, and let the line carry it."""
        wire = frame.parts()
        for number, part in enumerate(wire):
            self._talk.tell(
                part, len(part) * BITS_A_BYTE / self._settings.baud + (HEAD_PAUSE if number < len(wire) - 1 else 0)
            )

    def _read(self, question: Frame, command: str, label: str, room: int = 0) -> Reply:
        """Ask until the reply to this question comes; `room` is for its data."""
        request = question.to_bytes()
        wait = self._settings.timeout + (len(request) + ROOM + room) * BITS_A_BYTE / self._settings.baud
        self._damage = ""
        tries = self._talk.tries(self._settings.tries)
        for _ in tries:
            reply = self._talk.ask(request, Decoder(), lambda event: self._ours(event, command, label), wait)
            if reply:
                return reply
        if self._damage:
            raise GarbledError(self._damage)
        raise SilentError(len(tries) * wait)

    def _ours(self, event: Reply | Damaged, command: str, label: str) -> Reply | None:
        if isinstance(event, Damaged):
            self._damage = event.why
            return None
        return event if (event.command, event.label) == (command, label) else None


DRIVER = Driver(
    name="alpha",
    kind="board",
    settings=AlphaSettings,
    open=AlphaSign,
    baud=BAUD,
    summary="Alpha signs (Adaptive, BetaBrite) of up to 255x31 lamps, one colour or red, green and amber",
)
