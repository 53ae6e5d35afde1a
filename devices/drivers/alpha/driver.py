"""Talks to one Alpha sign: a page is a DOTS picture, written, then read back and compared lamp by lamp."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from devices.drivers.alpha import words
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
    picture,
    read_special,
    show_dots,
    special,
    text_file,
)
from devices.drivers.registry import Driver
from devices.drivers.talk import Talk
from devices.errors import GarbledError, MismatchError, RefusedError, SettingsError, SilentError
from devices.ports import Evidence, Forecast, Identity, Link
from devices.profiles.board import BoardShape, Colours
from devices.rendering.page import Page, blank_page
from devices.rendering.scene import Scene
from schedules.model import Fact

BAUD = 9600
BITS_A_BYTE = 10  # 7E1 and 8N1 alike
HEAD_PAUSE = 0.1  # seconds after the size of a picture (form 9708-8061F)
DEAF = 5.0  # seconds a sign hears nothing after its memory was cleared
TEXTS, PICTURES = "ABCDEFGHIJKLMNOP", "abcdefghijklmnop"  # the text with a number calls the picture with that number
KNOWN = 64  # pictures of a round that are remembered
TEXT_BYTES = 64  # room for the one call of the picture
AMBER = {"amber": "3", "brown": "6", "orange": "7", "yellow": "8"}  # digits of a picture of eight colours
REPLY_FRAMING = 33  # bytes of a reply but its data: NULs, addresses, command, label, checksum
THINKS = 0.002  # seconds of a sign's own before it answers; not published
SILENCE = 3.5  # characters before each frame
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
    pictures: int = Field(
        default=8, ge=1, le=len(PICTURES), description="pictures the sign keeps: one it has is shown by 24 bytes"
    )
    colours: Literal[1, 3, 8] | None = Field(default=None, description="of a picture's file; none: as the shape says")
    both: Literal["amber", "brown", "orange", "yellow"] = Field(
        default="amber", description="what red and green together are told as; all but amber need eight colours"
    )

    @model_validator(mode="after")
    def _drivable(self) -> AlphaSettings:
        if self.shape.colours is Colours.RGB:
            raise ValueError("an Alpha sign is driven here in one colour or red, green and amber")
        if self.shape.height > MAX_ROWS or self.shape.width > MAX_COLUMNS:
            raise ValueError(f"a DOTS picture has at most {MAX_COLUMNS}x{MAX_ROWS} lamps")
        if self.both != "amber" and self.colours != 8:
            raise ValueError(f"only a picture of eight colours has {self.both}")
        if self.colours == 1 and self.shape.colours is not Colours.MONO:
            raise ValueError("a picture of one colour cannot show red and green")
        return self

    @property
    def of_colours(self) -> int:
        """Colours of a picture's file."""
        return self.colours or (1 if self.shape.colours is Colours.MONO else 3)


class AlphaSign:
    """A sign on an open link."""

    def __init__(self, link: Link, settings: AlphaSettings, clock: Callable[[], float] = time.monotonic) -> None:
        """Does no I/O yet; `clock` is monotonic."""
        self._settings = settings
        self._talk = Talk(link, clock)
        self._prepared = False
        self._held: dict[str, bytes] = {}  # label -> the picture it was proven to hold, the one shown last at the end
        self._lost: deque[bytes] = deque(maxlen=KNOWN)  # pictures that made room for others
        self._damage = ""

    def identify(self) -> Identity:
        """Read the general information; its first eight characters are the firmware."""
        reply = self._read(read_special(GENERAL, self._settings.address), WRITE_SPECIAL, GENERAL)
        return Identity("Alpha sign", reply.data[:8].decode("ascii", "replace").strip() or None)

    def show(self, page: Page) -> Evidence:
        """Show a picture the sign keeps, or write it out of sight and read it back first. The same again is written anew."""
        shape = self._settings.shape
        if page.shape != shape:
            raise SettingsError(f"a page for {page.shape} does not fit the sign {shape}")
        if not self._prepared:
            self._prepare()
        self._prepared = False  # until it is known that all went well
        rows = picture(page, AMBER[self._settings.both])
        label = self._kept(rows)
        if label is None:
            label = self._free(rows)
            if (old := self._held.pop(label, None)) is not None:
                self._lost.append(old)
            self._put(label, page)
        evidence = self._turn_to(label)
        self._held.pop(label, None)
        self._held[label] = rows
        self._prepared = True
        return evidence

    def foretell(self, scene: Scene) -> Forecast:
        """What `show` would cost: a run sequence for a picture the sign keeps, else the picture there and back too."""
        one, page = self._settings, scene.page
        proven, address = one.proof == "picture", one.address
        check = [(special(CLEAR_ERRORS, address=address), 1)]  # of the same length as the question for errors
        sending: list[tuple[Frame, int]] = []  # frames, and the data bytes of their replies; 0: none comes
        known = self._prepared and self._kept(picture(page, AMBER[one.both])) is not None
        if not self._prepared:
            sending += [(read_special(MEMORY, address), 11 * 2 * one.pictures), *check, *check]
            sending += [(show_dots("A", "a", address), 0), *check] * one.pictures
        if not known:
            frame = dots("a", page, address, AMBER[one.both])
            sending += [(frame, 0), *check]
            sending += [(Frame(READ_DOTS, b"a", address), len(frame.data))] if proven else []
        if one.pictures > 1:
            sending += [(words.run("A", address), 0), *check]
            sending += [(read_special(words.SEQUENCE, address), 3)] if proven else []
        sent = sum(len(frame.to_bytes()) for frame, _ in sending)
        received = sum(data + REPLY_FRAMING for _, data in sending if data)
        pauses = (0 if known else HEAD_PAUSE) + THINKS * sum(1 for _, data in sending if data)
        pauses += len(sending) * SILENCE * BITS_A_BYTE / one.baud
        seconds = (sent + received) * BITS_A_BYTE / one.baud + pauses
        return Forecast("re-activate" if known else "full", sent, received, seconds)

    def _kept(self, rows: bytes) -> str | None:
        """The label of a picture that is there; not of the one on the lamps: who asks for it again doubts that it is."""
        labels = [label for label, held in self._held.items() if held == rows]
        return next((label for label in labels if label != next(reversed(self._held))), None)

    def _free(self, rows: bytes) -> str:
        """Where a picture goes: a place that is free, or that of the one not shown for longest.

        Of a round that is longer than the sign keeps, that would always be the one needed next: a picture that had to make room
        before takes the place of the one before it, so that the others stay.
        """
        labels = PICTURES[: self._settings.pictures]
        unused = [label for label in labels if label not in self._held]
        if unused:
            return unused[0]
        by_age = list(self._held)
        return by_age[-2] if rows in self._lost and len(by_age) > 1 else by_age[0]

    def _put(self, label: str, page: Page) -> None:
        address = self._settings.address
        frame = dots(label, page, address, AMBER[self._settings.both])
        self._write(frame)
        if self._settings.proof == "errors":
            return
        ask = Frame(READ_DOTS, label.encode(), address)
        held = self._read(ask, WRITE_DOTS, label, room=len(frame.data)).data
        if held.rstrip(b"\r") != frame.data[1:].rstrip(b"\r"):
            raise MismatchError("the picture", f"{len(frame.data)} bytes", f"{len(held)} bytes, or others")

    def _turn_to(self, label: str) -> Evidence:
        """Make the text that calls this picture the only one that runs."""
        text, address = TEXTS[PICTURES.index(label)], self._settings.address
        proven = self._settings.proof == "picture"
        if self._settings.pictures > 1:
            self._write(words.run(text, address))
            if proven:
                said = self._read(read_special(words.SEQUENCE, address), WRITE_SPECIAL, words.SEQUENCE, room=140).data
                if said != b"SU" + text.encode():
                    raise MismatchError("the run sequence", f"SU{text}", said.decode("latin-1"))
        return Evidence.READ_BACK if proven else Evidence.SENT

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

    def write_text(self, label: str, said: str, mode: str = "hold") -> Evidence:
        """Write a TEXT file in the sign's own letters; SettingsError for what it has none for."""
        return self._told(lambda: words.text(label, said, mode=mode, address=self._settings.address))

    def priority(self, said: str | None) -> Evidence:
        """Show this alone, over everything; None gives the sign back."""
        return self._told(lambda: words.priority(said, self._settings.address))

    def string(self, label: str, said: str) -> Evidence:
        """Write a STRING file and read it back: texts that call it change without a blink."""
        self._told(lambda: words.string(label, said, self._settings.address))
        ask = Frame(words.READ_STRING, label.encode(), self._settings.address)
        held = self._read(ask, words.WRITE_STRING, label, room=words.MOST_SHORT).data
        if held != words.letters(said):
            raise MismatchError("the string", said, held.decode("latin-1"))
        return Evidence.READ_BACK

    def set_clock(self, at: datetime) -> Evidence:
        """Set time, day of the week and date of the local time in `at`."""
        for frame in words.clock(at, self._settings.address):
            self._write(frame)
        return Evidence.SENT

    def report(self) -> Mapping[str, str]:
        """Firmware, free memory, files, faults on the line, dimming and clock, as the sign tells them."""
        general = self._read(read_special(GENERAL, self._settings.address), WRITE_SPECIAL, GENERAL).data
        errors = self._errors()
        files = self._memory()
        return {
            "firmware": general[:8].decode("ascii", "replace").strip(),
            "memory": f"{general[-4:].decode('ascii', 'replace')} of {general[-9:-5].decode('ascii', 'replace')} bytes free",
            "files": f"{len(files)}: {''.join(file.label for file in files)}",
            "line": "no errors" if not errors else f"errors 0x{errors:02X}",
        }

    def _told(self, frame: Callable[[], Frame]) -> Evidence:
        try:
            made = frame()
        except ValueError as exc:
            raise SettingsError(str(exc)) from exc
        self._write(made)
        return Evidence.SENT

    def _prepare(self) -> None:
        """Make room for texts and pictures unless the sign has it, then let each text call its picture."""
        address, wanted = self._settings.address, self._files()
        self._held.clear()
        held = self._memory()
        if not all(any(file.serves(want) for file in held) for want in wanted):
            # At least one BetaBrite shows nothing after a configuration that no bare clear went before.
            self._tell(memory((), address))
            self._talk.rest(DEAF)
            self._write(memory(wanted, address))
        self._tell(special(CLEAR_ERRORS, address=address))
        for label, called in zip(TEXTS[: self._settings.pictures], PICTURES, strict=False):
            self._write(show_dots(label, called, address))

    def _files(self) -> tuple[MemoryFile, ...]:
        shape, count = self._settings.shape, self._settings.pictures
        texts = tuple(text_file(label, TEXT_BYTES) for label in TEXTS[:count])
        colours = self._settings.of_colours
        return texts + tuple(dots_file(label, shape.height, shape.width, colours) for label in PICTURES[:count])

    def _memory(self) -> tuple[MemoryFile, ...]:
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
