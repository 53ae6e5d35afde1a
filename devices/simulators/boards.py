"""An Onbon 5E or 6E board: areas in RAM, turned into lamps one can look at."""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable
from dataclasses import replace

from devices.profiles.board import BoardShape, Colours
from devices.rendering.page import Page
from devices.simulators.onbon_areas import Area, Refusal, RefusedFrame, compose, read_areas_5e, read_areas_6e
from devices.simulators.onbon_standard import ACK, CardState, Packet, Plate, obey, reply_body
from devices.simulators.onbon_wire import ANY_ADDRESS, ANY_DEVICE, Ear, Frame

SERIES = {
    "5E1": 0x0154, "5E2": 0x0254, "5E3": 0x0354,
    "6E1": 0x0174, "6E2": 0x0274, "6E3": 0x0374, "6E1X": 0x0474, "6E2X": 0x0574,
}  # fmt: skip  # little-endian on the wire: 74 02 is a 6E2
_SYSTEM, _AREAS = 0xA2, 0xA7
_ANSWER = 0xA0
_MOST_AREAS = {"5": 4, "6": 32}


class OnbonBoard:
    """A card and its lamps. Safe to touch from a test while a line's thread talks to it.

    `silent` obeys without answering; `answers_as` puts another address into the answers.
    """

    def __init__(
        self, shape: BoardShape, *, address: int = 1, series: str = "6E2", changed: Callable[[Page], None] | None = None
    ) -> None:
        """`changed` is told every new picture, once, in order."""
        if shape.colours is Colours.RGB:
            raise ValueError("a 5E or 6E card has one or two colours; this board has three")
        if series not in SERIES:
            raise ValueError(f"there is no card {series}; known: {', '.join(SERIES)}")
        self.shape, self.address, self.series = shape, address, series
        self.silent = False
        self.answers_as: int | None = None
        self.frames = 0  # sound frames for this card
        self.changed = changed
        self._lock = threading.RLock()
        self._ear = Ear()
        self._areas: dict[int, Area] = {}
        colours = 3 if shape.colours is Colours.RG else 1
        self._plate = Plate(SERIES[series], address, shape.width, shape.height, colours)
        self._powered = True
        self._busy_for = 0.0
        self._busy_until: float | None = None
        self._state = CardState()
        self._page = self._draw(0.0)
        self._next: float | None = None

    def page(self) -> Page:
        """What the lamps show, as last drawn."""
        return self._page

    def state(self) -> CardState:
        """Switch, lock, brightness, clock and sensors."""
        return self._state

    def sense(self, *, temperature: int = 0xFFFFFF, humidity: int = 0xFFFF, light: int = 0) -> None:
        """Give the card's sensors raw readings; without one it says it has none."""
        with self._lock:
            self._state = replace(self._state, temperature=temperature, humidity=humidity, light=light)

    def power_off(self) -> None:
        """Dark and deaf; the areas, being in RAM, are gone."""
        with self._lock:
            self._powered = False
            self._areas.clear()
            self._ear = Ear()
            self._redraw(0.0)

    def power_on(self) -> None:
        """Listens again, with nothing to show."""
        with self._lock:
            self._powered = True

    def busy(self, seconds: float) -> None:
        """From the next frame on, say "busy" for that long."""
        with self._lock:
            self._busy_for, self._busy_until = seconds, None

    def receive(self, data: bytes, at: float) -> bytes:
        """Hear bytes of the line; the answer if the card has one."""
        with self._lock:
            if not self._powered:
                return b""
            answers = b"".join(self._areas_or_state(body, at) for body in self._ear.hear(data))
            return b"" if self.silent else answers

    def wake(self, at: float) -> float | None:
        """Turn pages and let areas that nobody renewed go dark."""
        with self._lock:
            if self._next is not None and at >= self._next:
                self._redraw(at)
            return self._next

    def unasked(self, at: float) -> bytes:
        """It speaks only when spoken to."""
        return b""

    def _areas_or_state(self, body: bytes, at: float) -> bytes:
        """Two dialects on one line: areas speak F0, everything else the standard one."""
        packet = Packet.read(body)
        if packet is None:
            return self._handle(body, at)
        if packet.to not in (self.address, ANY_ADDRESS):
            return b""
        try:
            if not packet.sound:
                raise RefusedFrame(Refusal.CRC)
            self.frames += 1
            self._may_i(packet.device, at)
            self._state, reply, wanted = obey(self._state, self._plate, packet.body, at)
        except RefusedFrame as refused:
            return self._reply(packet, reply_body(ACK, refused.reason))
        self._redraw(at)
        return self._reply(packet, reply_body(reply)) if wanted else b""

    def _reply(self, packet: Packet, body: bytes) -> bytes:
        return replace(packet, to=packet.sender, sender=self._sender(), device=self._plate.device, body=body).to_bytes()

    def _may_i(self, device: int, at: float) -> None:
        if device not in (self._plate.device, ANY_DEVICE):
            raise RefusedFrame(Refusal.CONTROLLER)
        if self._is_busy(at):
            raise RefusedFrame(Refusal.BUSY)

    def _handle(self, body: bytes, at: float) -> bytes:
        frame = Frame.read(body)
        if frame is None or frame.to not in (self.address, ANY_ADDRESS):
            return b""
        try:
            if not frame.sound:
                raise RefusedFrame(Refusal.CRC)
            self.frames += 1
            wants_answer = self._obey(frame, at)
        except RefusedFrame as refused:
            return self._answer(frame, refused.reason)
        return self._answer(frame, None) if wants_answer else b""

    def _obey(self, frame: Frame, at: float) -> bool:
        self._may_i(frame.device, at)
        if len(frame.data) < 5:
            raise RefusedFrame(Refusal.COMMAND)
        wants_answer, group, command = frame.data[0], frame.data[1], frame.data[2]
        known = {(_SYSTEM, 0x00): self._ping, (_AREAS, 0x00): self._update, (_AREAS, 0x01): self._delete}
        deed = known.get((group, command))
        if deed is None:
            raise RefusedFrame(Refusal.COMMAND if group in (_SYSTEM, _AREAS) else Refusal.GROUP)
        deed(frame.data[5:], at)
        return wants_answer == 1

    def _is_busy(self, at: float) -> bool:
        if self._busy_for and self._busy_until is None:
            self._busy_until = at + self._busy_for
        if self._busy_until is not None and at >= self._busy_until:
            self._busy_for, self._busy_until = 0.0, None
        return self._busy_until is not None

    def _ping(self, data: bytes, at: float) -> None:
        """To answer is all there is to it."""

    def _update(self, data: bytes, at: float) -> None:
        planes = self.shape.colours.planes
        read = read_areas_5e if self.series.startswith("5") else read_areas_6e
        areas = read(data, planes, at)
        for area in areas:
            if area.x + area.width > self.shape.width or area.y + area.height > self.shape.height:
                raise RefusedFrame(Refusal.SCREEN)
        wanted = self._areas | {area.id: area for area in areas}
        if len(wanted) > _MOST_AREAS[self.series[0]]:
            raise RefusedFrame(Refusal.MEMORY)
        self._areas = wanted
        self._redraw(at)

    def _delete(self, data: bytes, at: float) -> None:
        if not data or (data[0] != 0xFF and len(data) < 1 + data[0]):
            raise RefusedFrame(Refusal.COMMAND)
        doomed = set(self._areas) if data[0] == 0xFF else set(data[1 : 1 + data[0]])
        self._areas = {id: area for id, area in self._areas.items() if id not in doomed}
        self._redraw(at)

    def _answer(self, frame: Frame, refusal: Refusal | None) -> bytes:
        data = struct.pack("<BBBHHH", 0, _ANSWER, refusal is not None, refusal is not None, refusal or 0, 0)
        return Frame(frame.sender, self._sender(), self._plate.device, data).to_bytes()

    def _sender(self) -> int:
        return self.address if self.answers_as is None else self.answers_as

    def _redraw(self, at: float) -> None:
        if self._state.locked and self._powered:
            return
        page = self._draw(at)
        if page != self._page:
            self._page = page
            if self.changed:
                self.changed(page)

    def _draw(self, at: float) -> Page:
        page, self._next = compose(self.shape, self._areas if self._state.on else {}, at)
        return page
