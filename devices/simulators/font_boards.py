"""An Onbon font card (5K, 6K) and its lamps: it is told texts, not pictures."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

from devices.profiles.board import BoardShape, Colours
from devices.rendering.page import Page
from devices.simulators.onbon_areas import Refusal, RefusedFrame, compose
from devices.simulators.onbon_font import FontFrame, TextArea, read_text_areas
from devices.simulators.onbon_standard import Clock, read_clock
from devices.simulators.onbon_wire import ANY_ADDRESS, Ear

FONT_SERIES = {"5K1": 0x51, "5K2": 0x58, "5MK1": 0x54, "5MK2": 0x53, "6K1": 0x61, "6K2": 0x62, "6K3": 0x63}
_ANY_DEVICE = 0xFE
_SYSTEM, _SCREEN = 0xA2, 0xA3
_ON = {1: True, 2: False}


class FontBoard:
    """Safe to touch from a test while a line's thread talks to it. `silent` obeys without answering."""

    def __init__(
        self, shape: BoardShape, *, address: int = 1, series: str = "6K1", changed: Callable[[Page], None] | None = None
    ) -> None:
        """`changed` is told every new picture, once, in order."""
        if shape.colours is Colours.RGB:
            raise ValueError("a font card has one or two colours; this board has three")
        if series not in FONT_SERIES:
            raise ValueError(f"there is no font card {series}; known: {', '.join(FONT_SERIES)}")
        self.shape, self.address, self.series = shape, address, series
        self.silent = False
        self.changed = changed
        self.frames = 0  # sound frames for this card
        self.on = True
        self.clock = Clock()
        self._lock = threading.RLock()
        self._ear = Ear()
        self._texts: dict[int, TextArea] = {}
        self._powered = True
        self._page, self._next = compose(shape, {}, 0.0)

    def page(self) -> Page:
        """What the lamps show, as last drawn."""
        return self._page

    def texts(self) -> dict[int, str]:
        """What each area was told, as it was sent."""
        return {number: area.text for number, area in self._texts.items()}

    def now(self, at: float) -> datetime:
        """The card's own time."""
        return self.clock.now(at)

    def power_off(self) -> None:
        """Dark and deaf; the areas, being in RAM, are gone."""
        with self._lock:
            self._powered, self._ear, self._texts = False, Ear(), {}
            self._redraw(0.0)

    def power_on(self) -> None:
        """Listens again, with nothing to show."""
        with self._lock:
            self._powered = True

    def receive(self, data: bytes, at: float) -> bytes:
        """Hear bytes of the line; the answer if the card has one."""
        with self._lock:
            if not self._powered:
                return b""
            answers = b"".join(self._handle(body, at) for body in self._ear.hear(data))
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

    def _handle(self, body: bytes, at: float) -> bytes:
        frame = FontFrame.read(body)
        if frame is None or frame.to not in (self.address, ANY_ADDRESS):
            return b""
        try:
            if not frame.sound:
                raise RefusedFrame(Refusal.CRC)
            self.frames += 1
            wanted = self._obey(frame, at)
        except RefusedFrame as refused:
            return self._answer(frame, refused.reason)
        return self._answer(frame, 0) if wanted else b""

    def _obey(self, frame: FontFrame, at: float) -> bool:
        if frame.device not in (FONT_SERIES[self.series], _ANY_DEVICE):
            raise RefusedFrame(Refusal.CONTROLLER)
        if len(frame.data) < 5:
            raise RefusedFrame(Refusal.COMMAND)
        group, command, wants_answer = frame.data[:3]
        deeds: dict[tuple[int, int], Callable[[bytes, float], None]] = {
            (_SYSTEM, 0x00): self._ping,
            (_SYSTEM, 0x01): self._clear,
            (_SYSTEM, 0x03): self._set_clock,
            (_SCREEN, 0x00): self._switch,
            (_SCREEN, 0x06): self._show,
            (_SCREEN, 0x10): self._clear,
        }
        deed = deeds.get((group, command))
        if deed is None:
            raise RefusedFrame(Refusal.COMMAND if group in (_SYSTEM, _SCREEN) else Refusal.GROUP)
        deed(frame.data[5:], at)
        self._redraw(at)
        return wants_answer == 1

    def _answer(self, frame: FontFrame, error: int) -> bytes:
        data = bytes([0xA0, bool(error), error, 0, 0])
        return FontFrame(frame.sender, self.address, FONT_SERIES[self.series], data).to_bytes()

    def _ping(self, data: bytes, at: float) -> None:
        """To answer is all there is to it."""

    def _clear(self, data: bytes, at: float) -> None:
        self._texts = {}

    def _set_clock(self, data: bytes, at: float) -> None:
        self.clock = read_clock(data, at)

    def _switch(self, data: bytes, at: float) -> None:
        if len(data) != 1 or data[0] not in _ON:
            raise RefusedFrame(Refusal.COMMAND)
        self.on = _ON[data[0]]

    def _show(self, data: bytes, at: float) -> None:
        wide = self.series.startswith("5")
        gone, areas = read_text_areas(data, self.shape.colours.planes, at, wide=wide)
        for text in areas:
            area = text.area
            if area.x + area.width > self.shape.width or area.y + area.height > self.shape.height:
                raise RefusedFrame(Refusal.SCREEN)
        kept = {} if gone is None else {id: text for id, text in self._texts.items() if id not in gone}
        self._texts = kept | {text.area.id: text for text in areas}

    def _redraw(self, at: float) -> None:
        shown = {number: text.area for number, text in self._texts.items()} if self.on else {}
        page, self._next = compose(self.shape, shown, at)
        if page != self._page:
            self._page = page
            if self.changed:
                self.changed(page)
