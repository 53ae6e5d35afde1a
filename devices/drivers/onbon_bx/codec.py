"""Onbon BX bytes: PHY0 framing and dialect F0, after the 6th generation dynamic area manual 2.0. No I/O, no clock.

On the wire: A5 x 8, then header (16), data and CRC with four values escaped, then 5A. All numbers low byte first.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from devices.drivers.crc16 import ARC, crc16

T = TypeVar("T")

START, END = 0xA5, 0x5A
HOST = 0x8000  # the address every host answers to (manual 4)
ANYONE = 0xFFFE  # any card: two of them would answer at once, so never on a shared line
VERSION = 0xF0
MAX_FRAME_BYTES = 400_000  # an area holds at most 300 KB (manual 1.3); our own echo must fit too

# As the manual's table 4 numbers them; on the wire low byte first.
SERIES = {
    "5E1": 0x0154,
    "5E2": 0x0254,
    "5E3": 0x0354,
    "6E1": 0x0174,
    "6E2": 0x0274,
    "6E3": 0x0374,
    "6E1X": 0x0474,
    "6E2X": 0x0574,
}

ERRORS = {
    1: "unknown command group",
    2: "unknown command",
    3: "busy",
    4: "memory full",
    5: "wrong checksum",
    6: "no such file",
    7: "flash fault",
    8: "download fault",
    9: "file name",
    10: "file type",
    11: "file checksum",
    12: "no such font",
    13: "firmware of another card",
    14: "date or time",
    15: "file exists",
    16: "block number",
    17: "another type of card",
    18: "screen settings",
    19: "card id",
}
BUSY, BAD_CHECKSUM = 3, 5
UNKNOWN = (1, 2)  # the card does not have the command

ACK, NAK = (0xA0, 0x00), (0xA0, 0x01)
PING, BRIGHTNESS = (0xA2, 0x00), (0xA2, 0x07)
UPDATE_AREAS, DELETE_AREAS = (0xA7, 0x00), (0xA7, 0x01)

_HEADER = struct.Struct("<HHBBHII")  # destination, source, version, 0, device, 0, length of the data
_ANSWER = struct.Struct("<BBBHHH")  # 0, group, command, status, error, length of what follows
_ESCAPES = {0xA5: b"\xa6\x02", 0xA6: b"\xa6\x01", 0x5A: b"\x5b\x02", 0x5B: b"\x5b\x01"}
_PLAIN = {pair: bytes([byte]) for byte, pair in _ESCAPES.items()}


def escape(body: bytes) -> bytes:
    """Hide the four bytes that mean something to the framing."""
    hidden = body.replace(b"\xa6", b"\xa6\x01").replace(b"\xa5", b"\xa6\x02")
    return hidden.replace(b"\x5b", b"\x5b\x01").replace(b"\x5a", b"\x5b\x02")


def unescape(wire: bytes) -> bytes:
    """Undo `escape`; ValueError where a pair is not one of the four."""
    parts, at = [], 0
    for i, byte in enumerate(wire):
        if byte in (0xA6, 0x5B) and i >= at:
            pair = wire[i : i + 2]
            if pair not in _PLAIN:
                raise ValueError(f"no such escape: {pair.hex(' ')}")
            parts += [wire[at:i], _PLAIN[pair]]
            at = i + 2
    return b"".join((*parts, wire[at:]))


def framed(body: bytes) -> bytes:
    """A frame around its body, as it goes on the wire."""
    return bytes([START] * 8) + escape(body) + bytes([END])


def command(kind: tuple[int, int], arguments: bytes = b"") -> bytes:
    """Data of a request: answer wanted, group, command, length of the rest, the rest."""
    # The manual reserves the length field for 0; the maker's own library sends the length, 0 past 64 KB being our guess.
    length = len(arguments) if len(arguments) <= 0xFFFF else 0
    return bytes([1, *kind]) + struct.pack("<H", length) + arguments


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of dialect F0."""

    destination: int
    source: int
    device: int
    data: bytes

    def to_bytes(self) -> bytes:
        """As it goes on the wire."""
        header = _HEADER.pack(self.destination, self.source, VERSION, 0, self.device, 0, len(self.data))
        body = header + self.data
        return framed(body + struct.pack("<H", crc16(body, ARC)))

    @classmethod
    def from_bytes(cls, body: bytes) -> Frame:
        """Read what stood between A5 and 5A, still escaped; ValueError says which check failed."""
        plain = unescape(body)
        if len(plain) < _HEADER.size + 2:
            raise ValueError("too short")
        destination, source, version, _, device, _, length = _HEADER.unpack_from(plain)
        if crc16(plain[:-2], ARC) != int.from_bytes(plain[-2:], "little"):
            raise ValueError("checksum")
        if version != VERSION:
            raise ValueError(f"dialect {version:02X}")
        if length != len(plain) - _HEADER.size - 2:
            raise ValueError("length")
        return cls(destination, source, device, plain[_HEADER.size : -2])


@dataclass(frozen=True, slots=True)
class Answer:
    """What a card says to a request."""

    group: int
    command: int
    status: int = 0
    error: int = 0
    data: bytes = b""

    @property
    def refused(self) -> bool:
        """Whether this is a no."""
        return bool(self.status & 1) or (self.group, self.command) == NAK

    @property
    def plain(self) -> bool:
        """Whether this is a bare yes or no, the answer to a write."""
        return self.group == ACK[0]

    def to_bytes(self) -> bytes:
        """As data of a frame."""
        return _ANSWER.pack(0, self.group, self.command, self.status, self.error, len(self.data)) + self.data

    @classmethod
    def from_bytes(cls, data: bytes) -> Answer:
        """Read the data of a frame from a card; ValueError if it is none."""
        if len(data) < _ANSWER.size:
            raise ValueError("an answer has at least nine bytes")
        _, group, number, status, error, length = _ANSWER.unpack_from(data)
        if length != len(data) - _ANSWER.size:
            raise ValueError("an answer of another length than it says")
        return cls(group, number, status, error, data[_ANSWER.size :])


@dataclass(frozen=True, slots=True)
class Damaged:
    """Bytes that began like a frame and are none."""

    why: str


class Decoder(Generic[T]):
    """Bytes in, frames out, whatever the cuts; holds at most `limit` bytes and comes back at the next A5."""

    def __init__(self, read: Callable[[bytes], T], limit: int = MAX_FRAME_BYTES) -> None:
        """`read` makes a frame of one dialect from an escaped body, or raises ValueError; `limit` counts escaped bytes."""
        self._read = read
        self._limit = limit
        self._body: bytearray | None = None  # None: outside a frame

    def feed(self, data: bytes) -> list[T | Damaged]:
        """The frames, whole or damaged, that these bytes complete."""
        events: list[T | Damaged] = []
        for byte in data:
            if byte == START:
                if self._body:
                    events.append(Damaged("cut short"))
                self._body = bytearray()
            elif self._body is not None:
                events += self._inside(byte, self._body)
        return events

    def _inside(self, byte: int, body: bytearray) -> list[T | Damaged]:
        if byte != END:
            body.append(byte)
            if len(body) <= self._limit:
                return []
            self._body = None
            return [Damaged("too long")]
        self._body = None
        if not body:
            return []  # the maker's library ends a frame with two 5A
        try:
            return [self._read(bytes(body))]
        except ValueError as exc:
            return [Damaged(str(exc))]
