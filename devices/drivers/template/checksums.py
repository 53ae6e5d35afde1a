"""Checksums by the names a description uses. No I/O, no clock."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import xor
from typing import Literal

from devices.drivers.crc16 import ARC, MODBUS, crc16

Kind = Literal["sum8", "xor8", "lrc", "sum16", "neg16", "crc16-modbus", "crc16-arc", "crc16-xmodem"]
LOW_FIRST = ("crc16-modbus", "crc16-arc")  # as their protocols send them; a description may say otherwise


def _xmodem(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


# Bytes of the checksum, and how it is reckoned.
CHECKSUMS: dict[Kind, tuple[int, Callable[[bytes], int]]] = {
    "sum8": (1, lambda data: sum(data) & 0xFF),
    "xor8": (1, lambda data: reduce(xor, data, 0)),
    "lrc": (1, lambda data: -sum(data) & 0xFF),
    "sum16": (2, lambda data: sum(data) & 0xFFFF),
    "neg16": (2, lambda data: -sum(data) & 0xFFFF),
    "crc16-modbus": (2, lambda data: crc16(data, MODBUS)),
    "crc16-arc": (2, lambda data: crc16(data, ARC)),
    "crc16-xmodem": (2, _xmodem),
}
