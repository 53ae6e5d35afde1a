"""A NovaStar sending card with the receiving cards of a wall behind it: no pixels, but brightness, black, freeze and health."""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum

_REQUEST, _REPLY = b"\x55\xaa", b"\xaa\x55"
_HOST, _ALL, _ALL_BOARDS = 0xFE, 0xFF, 0xFFFF
_HEAD = struct.Struct(
    "<BBBBBBHBBIH"
)  # acknowledgement, serial, from, to, kind, port, board, write, spare, register, length
MOST_DATA = 512
_HOLE = 0.1  # seconds

_SENDING, _RECEIVING = 0, 1
_LINK, _MODEL, _VERSION = 0x00000000, 0x00000002, 0x04100004
_GAMMA, _LEVELS, _BLACK, _TEST, _FREEZE = 0x02000000, 0x02000001, 0x02000100, 0x02000101, 0x02000102
_SIGNAL, _REDUNDANCY, _LIGHT = 0x02000017, 0x0200001E, 0x0200000F
_STORE, _FACTORY = 0x01000011, 0x01000002
_HEALTH, _HEALTH_SIZE = 0x0A000000, 0x100
MODELS = {"MCTRL300": 0x0001, "MCTRL500": 0x0101, "MCTRL600": 0x1101}
_FRESH = {_GAMMA: 28} | {_LEVELS + i: 0xFF for i in range(5)} | {_BLACK: 0, _TEST: 0, _FREEZE: 0}


_NAMES = {_GAMMA: "gamma", _LEVELS: "brightness", _BLACK: "black", _TEST: "test", _FREEZE: "freeze", _STORE: "store"}


class Answer(IntEnum):
    """How the card acknowledges."""

    DONE = 0
    NOBODY_BEHIND = 1
    CHECKSUM = 2
    INVALID = 4


@dataclass
class Health:
    """What the sensors of a receiving card and its monitor card say."""

    celsius: float | None = 43.0
    humidity: int = 40
    volts: float | None = 4.1
    monitor: bool = True
    smoke: int = 0
    fans: tuple[int, ...] = (1500, 1500, 1500, 1500)
    doors: int = 0

    def block(self) -> bytes:
        """The 256 bytes of the health register."""
        block = bytearray(_HEALTH_SIZE)
        if self.celsius is not None:
            block[0], block[1] = 0x80 | (self.celsius < 0), int(abs(self.celsius) * 2)
        block[2] = self.humidity
        if self.volts is not None:
            block[3] = 0x80 | round(self.volts * 10)
        if self.monitor:
            block[0x20], block[0x2A], block[0x41] = 0xFF, self.smoke, self.doors
            block[0x2B:0x2F] = bytes(rpm // 50 for rpm in self.fans[:4]).ljust(4, b"\0")
        return bytes(block)


@dataclass
class ReceivingCard:
    """A piece of the wall: registers in RAM, those that were stored, and how it is."""

    ram: dict[int, int] = field(default_factory=lambda: dict(_FRESH))
    stored: dict[int, int] = field(default_factory=lambda: dict(_FRESH))
    writes_to_flash: int = 0
    health: Health = field(default_factory=Health)
    linked: bool = True

    @property
    def brightness(self) -> int:
        """0 to 255."""
        return self.ram[_LEVELS]

    @property
    def black(self) -> bool:
        """Whether the lamps are off."""
        return self.ram[_BLACK] == 0xFF

    @property
    def frozen(self) -> bool:
        """Whether the picture stands still."""
        return self.ram[_FREEZE] == 0xFF

    @property
    def test_picture(self) -> int:
        """0 none, 2 red, 3 green, 4 blue, 5 white, 6 to 8 lines, 9 grey, 10 ageing."""
        return self.ram[_TEST]


class _Refused(Exception):  # noqa: N818  # the card's answer, not a fault of ours
    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.name)
        self.answer = answer


@dataclass(frozen=True, slots=True)
class _Order:
    serial: int
    kind: int
    port: int
    board: int
    register: int
    length: int
    data: bytes | None  # None: a read


class SendingCard:
    """One card of a chain. Safe to touch from a test while a line's thread talks to it. `silent` obeys without answering."""

    def __init__(
        self,
        *,
        index: int = 0,
        ports: int = 2,
        boards: int = 2,
        model: str = "MCTRL300",
        changed: Callable[[str], None] | None = None,
    ) -> None:
        """`ports` outlets with `boards` receiving cards on each; `index` is the card's place in the chain.

        `changed` is told every write to the wall in words: which cards, register, value.
        """
        if model not in MODELS:
            raise ValueError(f"there is no sending card {model}; known: {', '.join(MODELS)}")
        self.index, self.model = index, model
        self._changed = changed
        self.wall = {(port, board): ReceivingCard() for port in range(ports) for board in range(boards)}
        self.signal = True
        self.redundancy = 0
        self.lux: int | None = None
        self.silent = False
        self.frames = 0
        self._lock = threading.RLock()
        self._heard = b""
        self._heard_at = 0.0
        self._powered = True

    def power_off(self) -> None:
        """Deaf; what was not stored is lost."""
        with self._lock:
            self._powered, self._heard = False, b""
            for card in self.wall.values():
                card.ram = dict(card.stored)

    def power_on(self) -> None:
        """Answers again, as it was when last stored."""
        with self._lock:
            self._powered = True

    def receive(self, data: bytes, at: float) -> bytes:
        """Hear bytes of the line; the answer if the card has one."""
        with self._lock:
            if not self._powered:
                return b""
            if at - len(data) / 960 - self._heard_at > _HOLE:
                self._heard = b""  # the rest of that frame will not come
            self._heard, self._heard_at = self._heard + data, at
            answers = b"".join(self._handle(frame) for frame in self._frames())
            return b"" if self.silent else answers

    def wake(self, at: float) -> float | None:
        """Nothing changes by itself."""

    def unasked(self, at: float) -> bytes:
        """It speaks only when spoken to."""
        return b""

    def _frames(self) -> Iterator[bytes]:
        """Whole frames; one that announces more data than any command has is no frame."""
        while (start := self._heard.find(_REQUEST)) >= 0:
            self._heard = self._heard[start:]
            if len(self._heard) < 2 + _HEAD.size:
                return
            head = _HEAD.unpack_from(self._heard, 2)
            written, length = head[7], head[10]
            size = 2 + _HEAD.size + (length if written else 0) + 2
            if length > MOST_DATA or head[0] or head[2] != _HOST:
                self._heard = self._heard[2:]
            elif len(self._heard) < size:
                return
            else:
                frame = self._heard[:size]
                # A spoilt length may have swallowed the frames behind: look for them.
                self._heard = self._heard[size if _sum(frame[2:-2]) == frame[-2:] else 2 :]
                yield frame
        self._heard = self._heard[-1:] if self._heard.endswith(_REQUEST[:1]) else b""

    def _handle(self, frame: bytes) -> bytes:
        _, serial, _, card, kind, port, board, written, _, register, length = _HEAD.unpack_from(frame, 2)
        if card not in (self.index, _ALL):
            return b""
        data = frame[2 + _HEAD.size : -2] if written else None
        order = _Order(serial, kind, port, board, register, length, data)
        if _sum(frame[2:-2]) != frame[-2:]:
            return self._answer(order, Answer.CHECKSUM)
        self.frames += 1
        try:
            return self._answer(order, Answer.DONE, self._obey(order))
        except _Refused as refused:
            return self._answer(order, refused.answer)

    def _answer(self, order: _Order, answer: Answer, data: bytes = b"") -> bytes:
        body = _HEAD.pack(
            answer, order.serial, self.index, _HOST, order.kind, order.port, order.board, order.data is not None, 0,
            order.register, len(data),
        ) + data  # fmt: skip
        return _REPLY + body + _sum(body)

    def _obey(self, order: _Order) -> bytes:
        if order.kind == _SENDING:
            return self._own(order)
        if order.kind != _RECEIVING:
            raise _Refused(Answer.INVALID)
        cards = self._cards(order)
        if order.data is None:
            return _read(cards[0], order.register, order.length)
        for card in cards:
            _write(card, order.register, order.data)
        if self._changed:
            whole = order.port == _ALL and order.board == _ALL_BOARDS
            which = "wall" if whole else f"port {order.port} board {order.board}"
            self._changed(f"{which} {_NAMES.get(order.register, 'colours')} {order.data.hex()}")
        return b""

    def _cards(self, order: _Order) -> list[ReceivingCard]:
        meant = [
            card
            for (port, board), card in self.wall.items()
            if order.port in (port, _ALL) and order.board in (board, _ALL_BOARDS)
        ]
        linked = [card for card in meant if card.linked]
        if not linked:
            raise _Refused(Answer.NOBODY_BEHIND)
        if order.data is None and len(meant) > 1:
            raise _Refused(Answer.INVALID)  # many cannot answer one question
        return linked

    def _own(self, order: _Order) -> bytes:
        if order.data is not None:
            if (order.register, order.data) != (_FACTORY, b"\0"):
                raise _Refused(Answer.INVALID)
            for card in self.wall.values():
                card.ram, card.stored = dict(_FRESH), dict(_FRESH)
            return b""
        light = b"\0\0" if self.lux is None else (0x8000 | self.lux // 2).to_bytes(2, "little")
        known = {
            (_MODEL, 2): MODELS[self.model].to_bytes(2, "big"),
            (_VERSION, 4): bytes([4, 6, 1, 0]),
            (_SIGNAL, 1): bytes([self.signal]),
            (_REDUNDANCY, 1): bytes([self.redundancy]),
            (_LIGHT, 2): light,
        }
        if (order.register, order.length) not in known:
            raise _Refused(Answer.INVALID)
        return known[order.register, order.length]


def _read(card: ReceivingCard, register: int, length: int) -> bytes:
    if (register, length) == (_LINK, 2):
        return b"\x01\x00"
    if register >= _HEALTH and register + length <= _HEALTH + _HEALTH_SIZE and length:
        return card.health.block()[register - _HEALTH :][:length]
    places = range(register, register + length)
    if not length or any(place not in card.ram for place in places):
        raise _Refused(Answer.INVALID)
    return bytes(card.ram[place] for place in places)


def _write(card: ReceivingCard, register: int, data: bytes) -> None:
    if register == _STORE and len(data) == 1:
        card.stored = dict(card.ram)
        card.writes_to_flash += 1
        return
    places = range(register, register + len(data))
    if not data or any(place not in card.ram for place in places):
        raise _Refused(Answer.INVALID)
    card.ram.update(zip(places, data, strict=True))


def _sum(body: bytes) -> bytes:
    return ((sum(body) + 0x5555) & 0xFFFF).to_bytes(2, "little")
