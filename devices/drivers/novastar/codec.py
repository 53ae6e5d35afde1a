"""NovaStar bytes, after "Nova M3 Control System COM Protocol" 1.6: registers of cards, read and written. No I/O, no clock.

Twenty bytes and data: 55 AA to the card or AA 55 from it, acknowledgement, serial number, source, destination, kind of card, port,
place in the chain, read or write, register, length, data, checksum. Numbers low byte first.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

HOST = 0xFE
ALL_PORTS, ALL_CARDS = 0xFF, 0xFFFF
MAX_DATA_BYTES = 512  # nothing we read is longer; a damaged length must not hold the decoder up

REQUEST, REPLY = b"\x55\xaa", b"\xaa\x55"
_HEADER = struct.Struct("<BBBBBBHBBIH")  # from acknowledgement to length
_SUM_START = 0x5555

# Registers of sending cards.
MODEL, VIDEO, LIGHT_SENSOR, FIRMWARE = 0x00000002, 0x02000017, 0x0200000F, 0x04100004
REDUNDANCY = 0x0200001E
# Registers of receiving cards.
LINK, GLOBAL_BRIGHTNESS, BLACK, TEST_PATTERN, FREEZE = 0x00000000, 0x02000001, 0x02000100, 0x02000101, 0x02000102
HEALTH, STORE = 0x0A000000, 0x01000011
STORE_WORD = 0x11
HEALTH_BYTES = 0x42  # up to the doors
FANS = 4
MODELS = {0x0001: "MCTRL300", 0x0101: "MCTRL500", 0x1101: "MCTRL600"}

OK, NO_ANSWER_BEHIND, REQUEST_DAMAGED, REPLY_DAMAGED, INVALID = range(5)
MEANINGS = {
    NO_ANSWER_BEHIND: "the receiving card gave no answer",
    REQUEST_DAMAGED: "wrong checksum",
    REPLY_DAMAGED: "wrong checksum behind the card",
    INVALID: "no such command",
}


class Kind(IntEnum):
    """Which kind of card is meant."""

    SENDING = 0
    RECEIVING = 1
    FUNCTION = 2


@dataclass(frozen=True, slots=True)
class Place:
    """A receiving card: the output port of the sending card, and its number in that port's chain, both from 0."""

    port: int = 0
    card: int = 0


FIRST, EVERYWHERE = Place(), Place(ALL_PORTS, ALL_CARDS)


@dataclass(frozen=True, slots=True)
class Message:
    """One message, either way. A read carries `length` and no data; a write's answer neither."""

    kind: Kind
    register: int
    place: Place = FIRST
    data: bytes = b""
    length: int = 0
    write: bool = False
    serial: int = 0
    source: int = HOST
    destination: int = 0
    acknowledged: int = OK

    def to_bytes(self) -> bytes:
        """As it goes on the wire."""
        start = REQUEST if self.source == HOST else REPLY
        body = _HEADER.pack(
            self.acknowledged, self.serial, self.source, self.destination, self.kind,
            self.place.port, self.place.card, self.write, 0, self.register, self.length,
        ) + self.data  # fmt: skip
        return start + body + _sum(body)

    @classmethod
    def from_bytes(cls, wire: bytes) -> Message:
        """Read one whole message; ValueError says which check failed."""
        body, check = wire[2:-2], wire[-2:]
        if wire[:2] not in (REQUEST, REPLY) or len(body) < _HEADER.size:
            raise ValueError("no message")
        if check != _sum(body):
            raise ValueError("checksum")
        said, serial, source, to, kind, port, card, write, _, register, length = _HEADER.unpack_from(body)
        data = body[_HEADER.size :]
        return cls(Kind(kind), register, Place(port, card), data, length, bool(write), serial, source, to, said)


def read(kind: Kind, register: int, length: int, place: Place = FIRST, serial: int = 0) -> Message:
    """Ask for `length` bytes from a register."""
    return Message(kind, register, place, length=length, serial=serial)


def write(kind: Kind, register: int, data: bytes, place: Place = EVERYWHERE, serial: int = 0) -> Message:
    """Set a register. It holds until the power goes, unless it is stored."""
    return Message(kind, register, place, data, len(data), True, serial)


@dataclass(frozen=True, slots=True)
class Health:
    """What a receiving card measures; None where it has no valid reading."""

    celsius: float | None
    volts: float | None
    fans: tuple[int, ...] = ()  # turns a minute, of the monitor card; empty without one
    smoke: bool = False
    doors: int = 0  # a bit for each door that is open

    @classmethod
    def from_bytes(cls, data: bytes) -> Health:
        """The health register, or its first four bytes; ValueError if there are fewer. A monitor card says FF at 20h."""
        if len(data) < 4:
            raise ValueError("health of too few bytes")
        sign = -1 if data[0] & 1 else 1
        celsius = sign * data[1] / 2 if data[0] & 0x80 else None
        volts = (data[3] & 0x7F) / 10 if data[3] & 0x80 else None
        if len(data) < HEALTH_BYTES or data[0x20] != 0xFF:
            return cls(celsius, volts)
        fans = tuple(turns * 50 for turns in data[0x2B : 0x2B + FANS])
        return cls(celsius, volts, fans, bool(data[0x2A]), data[0x41])


def lux(data: bytes) -> int | None:
    """The light sensor's reading; None if it has none."""
    value = int.from_bytes(data[:2], "little")
    return (value & 0x7FFF) * 2 if value & 0x8000 else None


def _sum(body: bytes) -> bytes:
    return (sum(body) + _SUM_START & 0xFFFF).to_bytes(2, "little")


class Decoder:
    """Bytes in, answers out. A damaged length holds nothing up: every AA 55 may begin an answer, whatever another promises."""

    def __init__(self) -> None:
        """Waits for AA 55."""
        self._pending = bytearray()
        self.skipped = 0  # bytes so far that belong to no answer

    def feed(self, data: bytes) -> list[Message]:
        """The answers these bytes complete. Keeps less than two of the longest."""
        self._pending += data
        self.skipped += len(data)
        answers, at = [], 0
        while (at := self._pending.find(REPLY, at)) >= 0:
            size = self._size(at)
            try:
                answers.append(Message.from_bytes(bytes(self._pending[at : at + size])))
            except ValueError:
                at += 1
                continue
            del self._pending[: at + size]
            self.skipped -= size
            at = 0
        del self._pending[: -(MAX_DATA_BYTES + 20)]
        return answers

    def _size(self, at: int) -> int:
        length = int.from_bytes(self._pending[at + 16 : at + 18], "little")
        # The answer to a write carries no data, whatever length it names.
        return 20 + (0 if self._pending[at + 10 : at + 11] == b"\x01" else length)
