"""The standard dialect of Onbon's 5th and 6th generation: ping, screen on and off, clock, brightness by the hour, status. Pure.

Framed like dialect F0 but without a trailing checksum: the header carries the body's, and ends with the XOR of itself. Layouts
after the message schemas of the maker's library (bx05, bx06).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import xor

from devices.drivers.crc16 import ARC, crc16
from devices.drivers.onbon_bx.areas import ALL_DAY
from devices.drivers.onbon_bx.codec import BRIGHTNESS, command, framed, unescape

CLOCK, POWER, STATUS = (0xA2, 0x02), (0xA2, 0x05), (0xA2, 0x0F)
LOCK, LIGHT = (0xA2, 0x0D), (0xA2, 0x19)
LIGHT_REPLY = (0xA2, 0x99)
NO_SENSOR = 0xFFFFFF
PING_REPLY, STATUS_REPLY = (0xA2, 0x80), (0xA2, 0x8F)
BY_HAND, BY_HOUR = 0, 1  # brightness modes
NO_ENCRYPTION = 0x96
COLOURS = {1: "mono", 3: "rg", 7: "rgb", 255: "rgb"}

# version, physical line, host's buffer in 16 bytes, as the maker's library sends them
_GENERATIONS = {5: (0x05, 1, 0x90), 6: (0x07, 0, 0x0190)}
_HEADERS = {5: struct.Struct("<HHBBHBBHBBBB6sHHB"), 6: struct.Struct("<HHBBHBBHHBB6sHHBB")}
_PING = struct.Struct("<H8sBHBHHBBB")
_STATUS = struct.Struct("<BBBBH4sBBBB")


def generation(series: str) -> int:
    """5 or 6, from the name of a card."""
    return int(series[0])


@dataclass(frozen=True, slots=True)
class Packet:
    """One frame of the standard dialect."""

    destination: int
    source: int
    device: int
    data: bytes
    generation: int = 6
    sequence: int = 0
    random: int = 0

    def to_bytes(self) -> bytes:
        """As it goes on the wire."""
        version, line, room = _GENERATIONS[self.generation]
        spare = (
            ((0,), ()) if self.generation == 5 else ((), (0,))
        )  # the generations keep their spare byte in other places
        fields = (self.destination, self.source, version, 0, self.device, line, 0, self.sequence, *spare[0])
        secret = (room, NO_ENCRYPTION, self.random, bytes(6))
        check = crc16(self.data, ARC)
        head = _HEADERS[self.generation].pack(*fields, *secret, len(self.data), check, *spare[1], 0)[:-1]
        return framed(head + bytes([reduce(xor, head)]) + self.data)

    @classmethod
    def from_bytes(cls, body: bytes) -> Packet:
        """Read what stood between A5 and 5A, still escaped; ValueError says which check failed."""
        plain = unescape(body)
        born = {version: number for number, (version, _, _) in _GENERATIONS.items()}.get(
            plain[4] if len(plain) > 4 else 0
        )
        if born is None:
            raise ValueError("not the standard dialect")
        size = _HEADERS[born].size
        if len(plain) < size:
            raise ValueError("too short")
        if reduce(xor, plain[:size]):
            raise ValueError("header checksum")
        fields = _HEADERS[born].unpack_from(plain)
        length, check = fields[-3:-1] if born == 5 else fields[-4:-2]
        data = plain[size:]
        if length != len(data) or check != crc16(data, ARC):
            raise ValueError("body length or checksum")
        random = fields[11] if born == 5 else fields[10]
        return cls(fields[0], fields[1], fields[4], data, born, fields[7], random)


def power(on: bool) -> bytes:
    """The command that lights or darkens the whole screen, whatever is shown."""
    return command(POWER, bytes([on]))


def lock(on: bool) -> bytes:
    """The command that keeps the present picture whatever is sent, or lets it go; not kept over a power cut."""
    return command(LOCK, bytes([0, on]))


def light(data: bytes) -> int:
    """The reading of the card's light sensor, in lux; ValueError if it is too short."""
    if len(data) < 4:
        raise ValueError("a light reading of too few bytes")
    return int.from_bytes(data[:4], "little")


def clock(at: datetime) -> bytes:
    """The command that sets the card's clock to the local time in `at`; Monday is 1."""
    year, *rest = (at.year, at.month, at.day, at.hour, at.minute, at.second)
    return command(CLOCK, struct.pack("<H", _bcd(year)) + bytes([*map(_bcd, rest), at.isoweekday()]))


def brightness_by_hour(levels: tuple[int, ...]) -> bytes:
    """The command that gives each half hour of the day, from midnight, its level of 0 to 15."""
    if len(levels) != ALL_DAY or any(not 0 <= level <= 15 for level in levels):
        raise ValueError("brightness by the hour is 48 levels of 0 to 15")
    return command(BRIGHTNESS, bytes([BY_HOUR, *levels]))


@dataclass(frozen=True, slots=True)
class PingReply:
    """What a card says of itself."""

    device: int
    firmware: str
    address: int
    width: int
    height: int
    colours: str
    brightness: int
    lit: bool

    @classmethod
    def from_bytes(cls, data: bytes) -> PingReply:
        """Read the data of an answer; what follows differs by firmware and is left. ValueError if it is too short."""
        if len(data) < _PING.size:
            raise ValueError("a ping reply of too few bytes")
        device, firmware, _, address, _, width, height, colour, level, lit = _PING.unpack_from(data)
        version = firmware.rstrip(b"\0 ").decode("ascii", "replace")
        return cls(device, version, address, width, height, COLOURS.get(colour, f"colours {colour}"), level, bool(lit))


@dataclass(frozen=True, slots=True)
class StatusReply:
    """How a card is doing."""

    lit: bool
    brightness_by_hour: bool
    brightness: int
    programs: int
    locked: bool
    clock_runs: bool
    clock: str  # as the card writes it; it may be no date at all
    celsius: float | None = None  # of its first sensor

    @classmethod
    def from_bytes(cls, data: bytes) -> StatusReply:
        """Read the data of an answer; ValueError if it is too short."""
        if len(data) < _STATUS.size + 8:
            raise ValueError("a status of too few bytes")
        lit, _, mode, level, programs, _, locked, _, _, runs = _STATUS.unpack_from(data)
        low, high, month, day, hour, minute, second = data[_STATUS.size : _STATUS.size + 7]
        moment = f"{high:02x}{low:02x}-{month:02x}-{day:02x} {hour:02x}:{minute:02x}:{second:02x}"
        return cls(bool(lit), mode == BY_HOUR, level, programs, bool(locked), bool(runs), moment, _celsius(data))


def _celsius(data: bytes) -> float | None:
    """The first of two readings of three bytes behind the clock: tenths of a degree, then 1 where it freezes."""
    raw = data[_STATUS.size + 8 : _STATUS.size + 11]
    if len(raw) < 3 or int.from_bytes(raw, "little") == NO_SENSOR:
        return None
    tenths = int.from_bytes(raw[:2], "little")
    return (-tenths if raw[2] else tenths) / 10


def _bcd(number: int) -> int:
    return int(str(number), 16)
