"""Talks to one Onbon BX card: pages as areas in its RAM, control in the standard dialect; the card's yes is the evidence."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

from devices.drivers.onbon_bx import areas, stage, standard
from devices.drivers.onbon_bx.codec import (
    BAD_CHECKSUM,
    BUSY,
    ERRORS,
    HOST,
    PING,
    SERIES,
    START,
    UNKNOWN,
    Answer,
    Damaged,
    Decoder,
    Frame,
    command,
)
from devices.drivers.onbon_bx.settings import BAUD, OnbonSettings
from devices.drivers.onbon_bx.standard import Packet, PingReply, StatusReply
from devices.drivers.registry import Driver
from devices.drivers.talk import Talk
from devices.errors import (
    BusyError,
    GarbledError,
    GaveWayError,
    MismatchError,
    RefusedError,
    SettingsError,
    SilentError,
)
from devices.ports import Evidence, Forecast, Identity, Link
from devices.profiles.protocols import abilities_of
from devices.rendering.page import Page, Strip, blank_page
from devices.rendering.scene import Area, Scene

BITS_A_BYTE = 10  # 8N1
# A frame without its end is never lit. A start byte makes the card forget what came of it, lest it takes what others on
# the line say for the rest, and says that the checksum is wrong.
FORGET = bytes([START])
YES_BYTES = 36  # the card's yes
THINKS = 0.004  # seconds of a card's own and of the silence before a frame; no maker says, measure it on site
ANSWER_BYTES = 400  # room for the longest answer we ask for, a ping reply of the 6th generation, with escapes

Reader = Callable[[bytes], Frame | Packet]
Reply = TypeVar("Reply")
Sheets = dict[Area, stage.Sheet]


class OnbonBoard:
    """A board behind one card of an open link."""

    def __init__(self, link: Link, settings: OnbonSettings, clock: Callable[[], float] = time.monotonic) -> None:
        """Does no I/O yet; `clock` is monotonic."""
        self._settings = settings
        self._talk = Talk(link, clock)
        self._damage = ""
        self._sequence = itertools.count(1)
        self._divided: tuple[Area, ...] | None = None  # how the card's areas lie; None: somebody else's may be there
        self._drafted: tuple[tuple[areas.Area, ...], tuple[bytes, ...]] = ((), ())  # what was foretold last
        self._believed: dict[Area, stage.Sheet] = {}  # what the card last said yes to, while nothing went wrong since

    def identify(self) -> Identity:
        """Ping the card; MismatchError if it drives a board of another size or colours than the config says."""
        try:
            said = self._ask_standard(command(PING), standard.PING_REPLY, PingReply.from_bytes, yields=True)
        except RefusedError as exc:
            if exc.reason not in UNKNOWN:
                raise
            # Any answer to the ping of dialect F0 tells that the card is there (manual 5.5.1), and no more.
            self._order(self._frame(command(PING)), Frame.from_bytes, lambda answer: True, yields=True)
            return Identity(model=f"Onbon BX-{self._settings.series}")
        shape = self._settings.shape
        found = f"{said.width}x{said.height}:{said.colours}"
        if found != str(shape):
            raise MismatchError("the board", str(shape), found)
        model = {number: name for name, number in SERIES.items()}.get(said.device, f"type {said.device:04X}")
        return Identity(f"Onbon BX-{model}", said.firmware, said.width, said.height)

    def show(self, page: Page) -> Evidence:
        """Light the page: of a board in tiles the changed ones, or all when it is the same page again."""
        return self.stage(Scene(page))

    def scrolls(self, strip: Strip, area: Area, areas: tuple[Area, ...]) -> bool:
        """Whether the card can run this strip in an area of a board so divided."""
        return stage.runs(self._settings, strip, area, areas)

    def stage(self, scene: Scene) -> Evidence:
        """Light the scene: what changed, or all when it is the same again, as the card may have lost it to a power cut."""
        if scene.page.shape != self._settings.shape:
            raise SettingsError(f"a page for {scene.page.shape} does not fit the board {self._settings.shape}")
        wanted = stage.sheets(self._settings, scene)
        self._divide(tuple(wanted))
        self._send_areas(self._to_send(wanted, self._believed))
        self._believed = wanted
        return Evidence.ACKNOWLEDGED

    def foretell(self, scene: Scene) -> Forecast:
        """What `stage` would send now: the changed areas, or all of them; each frame with its answer and silences."""
        wanted = stage.sheets(self._settings, scene)
        anew = self._divided != tuple(wanted)
        sending = self._to_send(wanted, {} if anew else self._believed)
        frames = list(self._frames(sending))
        if anew and (len(wanted) > 1 or self._divided is not None):
            frames.append(self._frame(areas.delete()))
        sent, received = sum(map(len, frames)), len(frames) * YES_BYTES
        seconds = (sent + received) * BITS_A_BYTE / self._settings.baud + len(frames) * THINKS
        return Forecast("full" if len(sending) == len(wanted) else "area", sent, received, seconds)

    def _to_send(self, wanted: Sheets, held: Sheets) -> tuple[areas.Area, ...]:
        """The areas that differ; where none does, all: who shows the same again doubts that it is there."""
        changed = [place for place, sheet in wanted.items() if not sheet.same_as(held.get(place))]
        return tuple(
            stage.told(self._settings, number, place, sheet, place in changed)
            for number, (place, sheet) in enumerate(wanted.items())
            if place in changed or not changed or self._settings.dead_man_seconds
        )

    def blank(self) -> Evidence:
        """Show the dark page: deleting the area would let the card's stored program shine through."""
        return self.show(blank_page(self._settings.shape))

    def delete_areas(self) -> Evidence:
        """Delete all areas: the card falls back to the program in its flash."""
        self._believed, self._divided = {}, None
        return self._write(areas.delete())

    def brightness(self, percent: int) -> Evidence:
        """Set one of the card's sixteen levels for the whole day."""
        if not 0 <= percent <= 100:
            raise SettingsError(f"brightness is 0 to 100 percent, not {percent}")
        data = areas.brightness(round(percent * 15 / 100))
        try:
            return self._write(data)
        except RefusedError as exc:
            if exc.reason not in UNKNOWN:
                raise
            # Dialect F0 has brightness only since the manuals of 2018; the standard dialect always had the same command.
            return self._write_standard(data)

    def brightness_by_hour(self, levels: tuple[int, ...]) -> Evidence:
        """Give each half hour of the day, from midnight, its level of 0 to 15; the card follows its own clock."""
        return self._write_standard(standard.brightness_by_hour(levels))

    def power(self, on: bool) -> Evidence:
        """Light or darken the whole screen, whatever is shown."""
        return self._write_standard(standard.power(on))

    def lock(self, on: bool) -> Evidence:
        """Keep the present picture whatever is sent, or let it go."""
        return self._write_standard(standard.lock(on))

    def lux(self) -> float | None:
        """The light on the card's sensor; None on cards that do not know the question."""
        try:
            return self._ask_standard(command(standard.LIGHT), standard.LIGHT_REPLY, standard.light)
        except RefusedError as exc:
            if exc.reason not in UNKNOWN:
                raise
            return None

    def set_clock(self, at: datetime) -> Evidence:
        """Set the card's clock to the local time in `at`."""
        return self._write_standard(standard.clock(at))

    def report(self) -> Mapping[str, str]:
        """What the card tells of itself, for a technician to read."""
        said = self._ask_standard(command(standard.STATUS), standard.STATUS_REPLY, StatusReply.from_bytes)
        return {
            "screen": "on" if said.lit else "off",
            "brightness": f"{said.brightness} of 15, {'by the hour' if said.brightness_by_hour else 'by hand'}",
            "stored programs": str(said.programs),
            "locked": "yes" if said.locked else "no",
            "clock": said.clock if said.clock_runs else f"{said.clock}, not running",
            "temperature": "no sensor" if said.celsius is None else f"{said.celsius:g} °C",
        }

    def _divide(self, places: tuple[Area, ...]) -> None:
        """Delete areas that lie otherwise: of an earlier config or plan. One area over the whole board covers them all."""
        if self._divided != places:
            if len(places) > 1 or self._divided is not None:
                self.delete_areas()
            self._divided = places

    def _send_areas(self, wanted: tuple[areas.Area, ...]) -> None:
        """Send areas; GaveWayError leaves the card as it was, unless it says otherwise."""
        before, self._believed = self._believed, {}
        for number, frame in enumerate(self._frames(wanted)):
            try:
                self._order(frame, Frame.from_bytes, lambda answer: answer.plain, yields=True)
            except GaveWayError as exc:
                if exc.changed or number:
                    raise GaveWayError(changed=True) from exc
                self._believed = before
                raise

    def _frames(self, wanted: tuple[areas.Area, ...]) -> tuple[bytes, ...]:
        """A 5E frame carries one area, a 6E frame as many as there are. What was foretold is sent: it is made once."""
        if not wanted or self._drafted[0] != wanted:
            one_each = self._settings.series.startswith("5E")
            commands = [areas.update_5e((area,)) for area in wanted] if one_each else [areas.update_6e(wanted)]
            self._drafted = wanted, tuple(map(self._frame, commands))
        return self._drafted[1]

    def _write(self, data: bytes) -> Evidence:
        self._order(self._frame(data), Frame.from_bytes, lambda answer: answer.plain)
        return Evidence.ACKNOWLEDGED

    def _write_standard(self, data: bytes) -> Evidence:
        self._order(self._packet(data), Packet.from_bytes, lambda answer: answer.plain)
        return Evidence.ACKNOWLEDGED

    def _ask_standard(
        self, data: bytes, kind: tuple[int, int], read: Callable[[bytes], Reply], yields: bool = False
    ) -> Reply:
        answer = self._order(
            self._packet(data), Packet.from_bytes, lambda said: (said.group, said.command) == kind, yields
        )
        try:
            return read(answer.data)
        except ValueError as exc:
            raise GarbledError(str(exc)) from exc

    def _frame(self, data: bytes) -> bytes:
        return Frame(self._settings.address, HOST, SERIES[self._settings.series], data).to_bytes()

    def _packet(self, data: bytes) -> bytes:
        series = self._settings.series
        number = next(self._sequence) & 0xFFFF
        born = standard.generation(series)
        return Packet(self._settings.address, HOST, SERIES[series], data, born, number).to_bytes()

    def _order(self, request: bytes, read: Reader, fits: Callable[[Answer], bool], yields: bool = False) -> Answer:
        """Send until the card says yes. All our commands may be repeated: they set a state, they do not change one."""
        self._damage = ""
        tries = self._talk.tries(self._settings.tries)
        for number in tries:
            if number and yields and self._talk.urgent():
                raise GaveWayError(changed=True)  # an answer may have been lost, and not the request
            answer = self._ask_patiently(request, read, fits, yields)
            if answer and not answer.refused:
                return answer
            if answer and answer.error != BAD_CHECKSUM:  # a damaged request is worth sending again, a wrong one never
                raise RefusedError(answer.error, ERRORS.get(answer.error, ""))
            if answer:
                self._damage = "the card got a wrong checksum"
        if self._damage:
            raise GarbledError(self._damage)
        raise SilentError(len(tries) * self._wait(request))

    def _ask_patiently(
        self, request: bytes, read: Reader, fits: Callable[[Answer], bool], yields: bool
    ) -> Answer | None:
        """Ask again while the card is busy, within the patience of the settings."""
        rounds = math.ceil(self._settings.busy_patience / self._settings.busy_wait)
        for _ in range(rounds + 1):
            answer = self._talk.ask(
                request,
                Decoder(read),
                lambda event: self._ours(event, fits),
                self._wait(request),
                FORGET if yields else b"",
            )
            if answer is None or not answer.refused or answer.error != BUSY:
                return answer
            if yields and self._talk.urgent():
                raise GaveWayError
            self._talk.rest(self._settings.busy_wait)
        raise BusyError(BUSY, ERRORS[BUSY])

    def _ours(self, event: Frame | Packet | Damaged, fits: Callable[[Answer], bool]) -> Answer | None:
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
    abilities=abilities_of("onbon_bx"),
    summary="Onbon BX cards of the series 5E and 6E, one or two colours, over RS-232, RS-485 or TCP",
)
