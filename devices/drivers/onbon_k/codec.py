"""Onbon BX dialect K, of the font cards: after the maker's "dynamic area user manual". No I/O, no clock.

The physical layer is that of all Onbon cards (`onbon_bx.codec`); header and commands are the font cards' own.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from devices.drivers.crc16 import ARC, crc16
from devices.drivers.onbon_bx.codec import ACK, HOST, NAK, framed, unescape
from devices.profiles.letters import SAME_IN_PRINT, unwritten

ANY_DEVICE = 0xFE
SERIES = {"5K1": 0x51, "5MK2": 0x53, "5MK1": 0x54, "5K2": 0x58, "6K1": 0x61, "6K2": 0x62, "6K3": 0x63,
          "6K1-YY": 0x64, "6K2-YY": 0x65, "6K3-YY": 0x66}  # fmt: skip
VERSION = 2
PIXELS = (
    0x8000  # set in X and width they count lamps, else bytes of eight on some cards (the maker's libraries disagree)
)
ALL_AREAS = 0xFF
LOOP, BLANK_ON_TIMEOUT = 0, 2  # run modes
MAX_TEXT_BYTES = 2048  # of one area; the cards' own limit is not published

PING, CLOCK, SWITCH, UPDATE, CLEAR = (0xA2, 0x00), (0xA2, 0x03), (0xA3, 0x00), (0xA3, 0x06), (0xA3, 0x10)

_HEADER = struct.Struct("<HH3xBBBBBH")  # destination, source, barcode, CRC mode, display, device, version, length
_AREA = struct.Struct("<BHHHHBBBHBBBBBBBBBI")
_CRC16 = 0  # CRC modes: 0 CRC-16, 1 sum, 2 none
_SEVERAL_LINES, _INSTANT = 2, 2


class Colour(IntEnum):
    """What a text is lit in; one colour of lamps knows only the first."""

    RED = 1
    GREEN = 2
    YELLOW = 3


class NewLine(IntEnum):
    """Whether the card breaks lines that are too long."""

    BY_HAND = 1
    AUTOMATIC = 2


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of dialect K."""

    destination: int
    source: int
    data: bytes
    device: int = ANY_DEVICE

    def to_bytes(self) -> bytes:
        """As it goes on the wire."""
        header = _HEADER.pack(self.destination, self.source, 0, _CRC16, 0, self.device, VERSION, len(self.data))
        body = header + self.data
        return framed(body + struct.pack("<H", crc16(body, ARC)))

    @classmethod
    def from_bytes(cls, body: bytes) -> Frame:
        """Read what stood between A5 and 5A, still escaped; ValueError says which check failed."""
        plain = unescape(body)
        if len(plain) < _HEADER.size + 2:
            raise ValueError("too short")
        destination, source, barcode, mode, _, device, version, length = _HEADER.unpack_from(plain)
        if crc16(plain[:-2], ARC) != int.from_bytes(plain[-2:], "little"):
            raise ValueError("checksum")
        if version != VERSION or barcode or mode != _CRC16:
            raise ValueError("another dialect")
        if length != len(plain) - _HEADER.size - 2:
            raise ValueError("length")
        return cls(destination, source, plain[_HEADER.size : -2], device)

    @classmethod
    def order(cls, address: int, data: bytes) -> Frame:
        """From us to the card at `address`."""
        return cls(address, HOST, data)


@dataclass(frozen=True, slots=True)
class Answer:
    """A card's yes, or its no with the reason."""

    error: int

    @classmethod
    def from_bytes(cls, data: bytes) -> Answer:
        """Read the data of a frame from a card; ValueError if it is neither."""
        if len(data) < 5 or tuple(data[:2]) not in (ACK, NAK):
            raise ValueError("neither yes nor no")
        if tuple(data[:2]) == NAK:
            return cls(data[2] or 0xFF)  # a no without its reason stays a no
        return cls(0)


@dataclass(frozen=True, slots=True)
class TextArea:
    """A stretch of the board with its text. `x` and `width` are as on the wire: see PIXELS."""

    x: int
    y: int
    width: int
    height: int
    text: bytes  # as `encode` makes it
    number: int = 0
    run: int = LOOP
    timeout: int = 5
    new_line: NewLine = NewLine.AUTOMATIC
    stay: int = 8

    def to_bytes(self) -> bytes:
        """With its length before it."""
        fields = (0, self.x, self.y, self.width, self.height, self.number, 0, self.run, self.timeout, 0, 0)
        how = (0, _SEVERAL_LINES, self.new_line, _INSTANT, 0, 0, self.stay, len(self.text))
        area = _AREA.pack(*fields, *how) + self.text
        return struct.pack("<H", len(area)) + area


def command(kind: tuple[int, int], arguments: bytes = b"") -> bytes:
    """Data of a request: group, command, answer wanted, two reserved, the rest."""
    return bytes([*kind, 1, 0, 0]) + arguments


def switch(on: bool) -> bytes:
    """Light or darken the whole screen."""
    return command(SWITCH, bytes([1 if on else 2]))


def clock(at: datetime) -> bytes:
    """Set the card's clock to the local time in `at`."""
    digits = f"{at.year % 100:02d}{at.year // 100:02d}{at:%m%d%H%M%S}{at.isoweekday():02d}"
    return command(CLOCK, bytes.fromhex(digits))


def update(areas: tuple[TextArea, ...], delete: tuple[int, ...] = ()) -> bytes:
    """Delete areas, ALL_AREAS alone for all, and show these."""
    doomed = bytes([ALL_AREAS]) if delete == (ALL_AREAS,) else bytes([len(delete), *delete])
    return command(UPDATE, doomed + bytes([len(areas)]) + b"".join(area.to_bytes() for area in areas))


def undrawable(text: str) -> tuple[str, ...]:
    """The characters the card has no letter for, each once, in order: all but printable ASCII and GB2312.

    A backslash begins an escape, and how one is written plain is not published.
    """
    return unwritten(text, "gb2312")


def encode(text: str, colour: Colour) -> bytes:
    """One line as the card takes it, its colour first; ValueError if a character cannot be drawn."""
    if strange := undrawable(text):
        raise ValueError(f"the card has no letters for {' '.join(strange)}")
    return rf"\C{colour.value}".encode() + text.translate(SAME_IN_PRINT).encode("gb2312")
