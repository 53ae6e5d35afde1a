"""The CRC-16 of the reflected polynomial A001: started at 0 it is CRC-16/ARC, at FFFF it is CRC-16/MODBUS."""

from __future__ import annotations

ARC, MODBUS = 0x0000, 0xFFFF


def _entry(byte: int) -> int:
    for _ in range(8):
        byte = (byte >> 1) ^ (0xA001 if byte & 1 else 0)
    return byte


_TABLE = tuple(_entry(byte) for byte in range(256))


def crc16(data: bytes, start: int) -> int:
    """The check word of `data`; `start` is ARC or MODBUS. Both go on the wire low byte first."""
    crc = start
    for byte in data:
        crc = (crc >> 8) ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc
