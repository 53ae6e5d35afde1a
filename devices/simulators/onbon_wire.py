"""The card's ear: bytes of an Onbon line into frames and back, read from the manual anew (decision 0006)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

_START, _STOP, _ESC_START, _ESC_STOP = 0xA5, 0x5A, 0xA6, 0x5B
_PLAIN = {(0xA6, 0x02): 0xA5, (0xA6, 0x01): 0xA6, (0x5B, 0x02): 0x5A, (0x5B, 0x01): 0x5B}
MAX_FRAME = 310_000  # an area is at most 300 KB

ANY_ADDRESS = 0xFFFE
ANY_DEVICE = 0xFFFE
F0 = 0xF0


def crc16(data: bytes) -> int:
    """CRC-16/ARC; of "123456789" it is BB3D."""
    crc = 0
    for byte in data:
        crc = (crc >> 8) ^ _CRC_OF[(crc ^ byte) & 0xFF]
    return crc


def _crc_of(byte: int) -> int:
    for _ in range(8):
        byte = (byte >> 1) ^ (0xA001 if byte & 1 else 0)
    return byte


_CRC_OF = tuple(_crc_of(byte) for byte in range(256))


def wrap(body: bytes) -> bytes:
    """A body as it travels: wake-up bytes, escapes, end."""
    travels = bytearray(b"\xa5" * 8)
    for byte in body:
        pair = next((pair for pair, plain in _PLAIN.items() if plain == byte), None)
        travels += bytes(pair) if pair else bytes([byte])
    return bytes(travels) + b"\x5a"


class Ear:
    """Bytes in, bodies out. A start byte always begins anew, so one damaged frame costs only itself."""

    def __init__(self) -> None:
        self._body: bytearray | None = None  # None: waiting for a start byte
        self._escape = 0

    def hear(self, data: bytes) -> list[bytes]:
        """The bodies that ended in `data`, unescaped; empty ones are skipped."""
        bodies = []
        for byte in data:
            if byte == _START:
                self._body, self._escape = bytearray(), 0
            elif self._body is None:
                continue
            elif byte == _STOP:
                if self._body and not self._escape:
                    bodies.append(bytes(self._body))
                self._body = None
            else:
                self._take(byte)
        return bodies

    def _take(self, byte: int) -> None:
        body = self._body
        if body is None:
            return
        if self._escape:
            plain = _PLAIN.get((self._escape, byte))
            self._escape = 0
            if plain is None:
                self._body = None
                return
            body.append(plain)
        elif byte in (_ESC_START, _ESC_STOP):
            self._escape = byte
        else:
            body.append(byte)
        if len(body) > MAX_FRAME:
            self._body = None


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame of the F0 dialect; `sound` says whether checksum and length hold."""

    to: int
    sender: int
    device: int
    data: bytes
    sound: bool = True

    @classmethod
    def read(cls, body: bytes) -> Frame | None:
        """The frame in a body; None if it is of another dialect or too short to have a header."""
        if len(body) < 18 or body[4] != F0:
            return None
        to, sender, _, _, device, _, size = struct.unpack_from("<HHBBHII", body)
        sound = size == len(body) - 18 and crc16(body[:-2]) == int.from_bytes(body[-2:], "little")
        return cls(to, sender, device, body[16:-2], sound)

    def to_bytes(self) -> bytes:
        """The frame as it travels."""
        head = struct.pack("<HHBBHII", self.to, self.sender, F0, 0, self.device, 0, len(self.data))
        body = head + self.data
        return wrap(body + crc16(body).to_bytes(2, "little"))
