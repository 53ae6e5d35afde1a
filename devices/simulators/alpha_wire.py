"""The ear of a sign that speaks the Alpha protocol: packets of one or more blocks, each with a checksum if it carries ETX."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag

_NUL, _SOH, _STX, _ETX, _EOT = 0, 1, 2, 3, 4
_WAKE = 5  # NULs by which the sign finds the baud rate
_TOO_LONG = 1.0  # seconds between two bytes
MAX_PACKET = 32_768


class Trouble(IntFlag):
    """The serial error register; bit 6 is always set."""

    NONE = 0x40
    TIME_OUT = 0x04
    OVERFLOW = 0x08
    CHECKSUM = 0x10
    ILLEGAL = 0x20


@dataclass(frozen=True, slots=True)
class Packet:
    """To which kind of sign and address, the blocks that are sound, and what was wrong with the others."""

    kind: str
    address: str
    blocks: tuple[bytes, ...]
    trouble: Trouble = Trouble.NONE


def checksum(block: bytes) -> bytes:
    """Sum of STX, the block and ETX in four hex digits."""
    return b"%04X" % ((_STX + sum(block) + _ETX) & 0xFFFF)


def reply(block: bytes) -> bytes:
    """A sign's answer to a read."""
    return bytes(20) + b"\x01000\x02" + block + b"\x03" + checksum(block) + b"\x04"


class AlphaEar:
    """Bytes in, packets out. SOH after enough NULs always begins anew."""

    def __init__(self) -> None:
        self._nuls = 0
        self._packet: bytearray | None = None
        self._last = 0.0

    def hear(self, data: bytes, at: float) -> list[Packet]:
        """The packets that ended, or broke off, with `data`."""
        packets = []
        if self._packet is not None and at - len(data) / 30 - self._last > _TOO_LONG:
            packets.append(Packet("Z", "00", (), Trouble.TIME_OUT))
            self._packet = None
        self._last = at
        for byte in data:
            packet = self._take(byte)
            if packet:
                packets.append(packet)
        return packets

    def _take(self, byte: int) -> Packet | None:
        if byte == _SOH and self._nuls >= _WAKE:
            self._packet = bytearray()
        elif byte == _EOT and self._packet is not None:
            whole, self._packet = bytes(self._packet), None
            return _packet(whole)
        elif self._packet is not None and byte != _NUL:
            self._packet.append(byte)
            if len(self._packet) > MAX_PACKET:
                self._packet = None
                return Packet("Z", "00", (), Trouble.OVERFLOW)
        self._nuls = self._nuls + 1 if byte == _NUL else 0
        return None


def _packet(whole: bytes) -> Packet | None:
    head, *rest = whole.split(b"\x02")
    if len(head) != 3 or not rest:
        return None
    trouble, blocks = Trouble.NONE, []
    for part in rest:
        block, etx, told = part.partition(b"\x03")
        if etx and told != checksum(block):
            trouble |= Trouble.CHECKSUM
        elif block:
            blocks.append(block)
    return Packet(head[:1].decode("latin-1"), head[1:].decode("latin-1"), tuple(blocks), trouble)
