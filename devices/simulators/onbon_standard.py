"""The standard dialect of 5G and 6G cards: what one can ask and set besides pictures.

Replies are laid out as the message tables of the maker's own software say; that software has talked to this card.
"""

from __future__ import annotations

import functools
import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import xor

from devices.simulators.onbon_areas import Refusal, RefusedFrame
from devices.simulators.onbon_wire import crc16, wrap

G5, G6 = 0x05, 0x07
_HEAD = {G5: "<HHBBHBBHBBBB6sHHB", G6: "<HHBBHBBHHBB6sHHBB"}
_PLAIN = 0x96  # no encryption
_LEVELS = 16
_DAWN = datetime(2000, 1, 1)  # noqa: DTZ001  # a card knows no time zones


@dataclass(frozen=True, slots=True)
class Packet:
    """A frame of the standard dialect; `sound` says whether both checks and the length hold."""

    to: int
    sender: int
    version: int
    kind: int
    device: int
    sequence: int
    body: bytes
    sound: bool = True

    @classmethod
    def read(cls, frame: bytes) -> Packet | None:
        """The packet in a frame; None if it is of another dialect or too short to have a header."""
        layout = _HEAD.get(frame[4]) if len(frame) > 4 else None
        if layout is None or len(frame) < struct.calcsize(layout):
            return None
        size = struct.calcsize(layout)
        head = struct.unpack_from(layout, frame)
        body = frame[size:]
        length, crc = (head[13], head[14]) if frame[4] == G5 else (head[12], head[13])
        whole = functools.reduce(xor, frame[: size - 1]) == frame[size - 1]
        sound = whole and length == len(body) and crc == crc16(body)
        return cls(head[0], head[1], head[2], head[3], head[4], head[7], body, sound)

    def to_bytes(self) -> bytes:
        """The packet as it travels."""
        first = (self.to, self.sender, self.version, self.kind, self.device, 1, 0, self.sequence)
        last = (_PLAIN, 0, bytes(6), len(self.body), crc16(self.body))
        middle = (0, 0x90) if self.version == G5 else (0x0190,)
        spare = () if self.version == G5 else (0,)
        head = struct.pack(_HEAD[self.version], *first, *middle, *last, *spare, 0)
        return wrap(head[:-1] + bytes([functools.reduce(xor, head[:-1])]) + self.body)


@dataclass(frozen=True, slots=True)
class Brightness:
    """How bright, by what: 0 by hand, 1 by the clock, 2 and 3 by a sensor; a level 0 to 15 for each half hour."""

    mode: int = 0
    levels: bytes = bytes([_LEVELS - 1]) * 48

    def level(self, now: datetime) -> int:
        """The level at the card's own time; a sensor is taken to see full daylight."""
        if self.mode >= 2:
            return _LEVELS - 1
        return self.levels[now.hour * 2 + now.minute // 30 if self.mode == 1 else 0]


@dataclass(frozen=True, slots=True)
class Clock:
    """The card's own time: set once, running since; a battery keeps it."""

    set_to: datetime = _DAWN
    at: float = 0.0
    trusted: bool = False

    def now(self, at: float) -> datetime:
        """What the card believes the time is."""
        return self.set_to + timedelta(seconds=at - self.at)


@dataclass(frozen=True, slots=True)
class CardState:
    """What can be asked and set besides pictures. `temperature` is the raw reading; all ones: no sensor."""

    on: bool = True
    locked: bool = False
    brightness: Brightness = Brightness()
    clock: Clock = Clock()
    temperature: int = 0xFFFFFF
    humidity: int = 0xFFFF
    light: int = 0


@dataclass(frozen=True, slots=True)
class Plate:
    """What is printed on the card: kind, address, size, colours (1 one, 3 two)."""

    device: int
    address: int
    width: int
    height: int
    colours: int
    firmware: bytes = b"20.01.08"


Reply = tuple[int, int, bytes]  # group, command, data
ACK: Reply = (0xA0, 0x00, b"")
Deed = Callable[[CardState, Plate, bytes, float], tuple[CardState, Reply]]


def obey(state: CardState, plate: Plate, body: bytes, at: float) -> tuple[CardState, Reply, bool]:
    """Do what a body asks: the new state, the reply, whether one is wanted. RefusedFrame if it cannot be."""
    if len(body) < 5:
        raise RefusedFrame(Refusal.COMMAND)
    wants, group, command, size = struct.unpack_from("<BBBH", body)
    if group != 0xA2:
        raise RefusedFrame(Refusal.GROUP)
    deed = _DEEDS.get(command)
    if deed is None or size != len(body) - 5:
        raise RefusedFrame(Refusal.COMMAND)
    wanted, reply = deed(state, plate, body[5:], at)
    return wanted, reply, wants == 1


def reply_body(reply: Reply, refusal: Refusal | None = None) -> bytes:
    """A reply's body: spare, group, command, status, error, length, data."""
    group, command, data = reply if refusal is None else (0xA0, 0x01, b"")
    return struct.pack("<BBBHHH", 0, group, command, refusal is not None, refusal or 0, len(data)) + data


def _ping(state: CardState, plate: Plate, data: bytes, at: float) -> tuple[CardState, Reply]:
    level = state.brightness.level(state.clock.now(at))
    answer = struct.pack(
        "<H8sBHBHHBBBHBBH", plate.device, plate.firmware, 1, plate.address, 2, plate.width, plate.height,
        plate.colours, level, state.on, 0, 16, 0, plate.width,
    )  # fmt: skip
    return state, (0xA2, 0x80, answer + bytes(4 if _is_6(plate) else 2) + (bytes(16) if _is_6(plate) else b""))


def _is_6(plate: Plate) -> bool:
    return plate.device & 0xFF == 0x74


def read_clock(data: bytes, at: float) -> Clock:
    """A clock set to eight bytes: year (low half first), month, day, hour, minute, second in decimal digits; weekday."""
    try:
        digits = data.hex()
        year = int(digits[2:4] + digits[0:2])
        month, day, hour, minute, second = (int(digits[i : i + 2]) for i in range(4, 14, 2))
        return Clock(datetime(year, month, day, hour, minute, second), at, trusted=True)  # noqa: DTZ001
    except ValueError as exc:
        raise RefusedFrame(Refusal.DATE) from exc


def _clock(state: CardState, plate: Plate, data: bytes, at: float) -> tuple[CardState, Reply]:
    return replace(state, clock=read_clock(data, at)), ACK


def _switch(state: CardState, plate: Plate, data: bytes, at: float) -> tuple[CardState, Reply]:
    return replace(state, on=_flag(data, 1)), ACK


def _brightness(state: CardState, plate: Plate, data: bytes, at: float) -> tuple[CardState, Reply]:
    if len(data) != 49 or data[0] > 3 or max(data[1:]) >= _LEVELS:
        raise RefusedFrame(Refusal.COMMAND)
    return replace(state, brightness=Brightness(data[0], data[1:])), ACK


def _lock(state: CardState, plate: Plate, data: bytes, at: float) -> tuple[CardState, Reply]:
    return replace(state, locked=_flag(data, 2)), ACK


def _flag(data: bytes, size: int) -> bool:
    if len(data) != size or data[-1] > 1:
        raise RefusedFrame(Refusal.COMMAND)
    return bool(data[-1])


def _status(state: CardState, plate: Plate, data: bytes, at: float) -> tuple[CardState, Reply]:
    now = state.clock.now(at)
    level = state.brightness.level(now)
    head = struct.pack(
        "<BBBBH4sBBBB", state.on, 0, state.brightness.mode, level, 0, b"", state.locked, 0, 0, state.clock.trusted
    )
    year = f"{now.year:04d}"
    clock = bytes.fromhex(year[2:] + year[:2] + now.strftime("%m%d%H%M%S")) + bytes([now.isoweekday()])
    heat = state.temperature.to_bytes(3, "little") + b"\xff\xff\xff"
    air = struct.pack("<HHB", state.humidity, 0xFFFF, 0)
    return state, (0xA2, 0x8F, head + clock + heat + air + (bytes(28) if _is_6(plate) else b""))


def _light(state: CardState, plate: Plate, data: bytes, at: float) -> tuple[CardState, Reply]:
    return state, (0xA2, 0x99, struct.pack("<I", state.light))


_DEEDS: dict[int, Deed] = {
    0x00: _ping,
    0x02: _clock,
    0x05: _switch,
    0x07: _brightness,
    0x0D: _lock,
    0x0F: _status,
    0x19: _light,
}
