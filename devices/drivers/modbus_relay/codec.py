"""The part of Modbus RTU a relay board needs: read coils (01), read inputs (02), hold a coil (05), write coils (0F).

No I/O, no clock.

After the Modbus application protocol 1.1b3 and the serial line guide 1.02: address, function, data, CRC low byte first.
"""

from __future__ import annotations

from dataclasses import dataclass

from devices.drivers.crc16 import MODBUS, crc16

READ_COILS, READ_INPUTS, WRITE_COIL, WRITE_COILS = 0x01, 0x02, 0x05, 0x0F
TIMED = 0x0200  # added to a coil's number: on for so many tenths of a second (a maker's own; boards without it refuse the number)
LONGEST_TENTHS = 0x7FFF
REFUSED = 0x80  # set in the function code of a refusal
MAX_FRAME_BYTES = 256  # serial line guide 2.5.1
BUSY = 6
EXCEPTIONS = {
    1: "unknown function",
    2: "no such coil or input",
    3: "bad value",
    4: "device fault",
    5: "accepted, still at work",
    BUSY: "busy",
    8: "memory fault",
    10: "gateway has no path",
    11: "gateway got no answer",
}


def with_check(body: bytes) -> bytes:
    """The frame with its CRC."""
    return body + crc16(body, MODBUS).to_bytes(2, "little")


def pack(bits: tuple[bool, ...]) -> bytes:
    """Bits as bytes, the first in the lowest bit of the first byte."""
    return sum(bit << i for i, bit in enumerate(bits)).to_bytes((len(bits) + 7) // 8, "little")


def unpack(data: bytes, count: int) -> tuple[bool, ...]:
    """The first `count` bits of `data`."""
    number = int.from_bytes(data, "little")
    return tuple(bool(number >> i & 1) for i in range(count))


@dataclass(frozen=True, slots=True)
class Read:
    """Ask for `count` coils or inputs from `start`."""

    address: int
    function: int  # READ_COILS or READ_INPUTS
    start: int
    count: int

    def to_bytes(self) -> bytes:
        """As it goes on the wire."""
        numbers = self.start.to_bytes(2, "big") + self.count.to_bytes(2, "big")
        return with_check(bytes([self.address, self.function]) + numbers)

    @property
    def answer_size(self) -> int:
        """Bytes of a yes."""
        return 5 + (self.count + 7) // 8

    def fits(self, frame: bytes) -> bool:
        """Whether `frame` is the yes to this; its CRC is checked elsewhere."""
        return frame[2] == self.answer_size - 5


@dataclass(frozen=True, slots=True)
class WriteCoils:
    """Set coils from `start` in one write, so that all change together."""

    address: int
    start: int
    bits: tuple[bool, ...]

    function = WRITE_COILS
    answer_size = 8

    def to_bytes(self) -> bytes:
        """As it goes on the wire."""
        data = pack(self.bits)
        return with_check(self._head() + bytes([len(data)]) + data)

    def fits(self, frame: bytes) -> bool:
        """Whether `frame` is the yes to this: it repeats where and how many."""
        return frame[:6] == self._head()

    def _head(self) -> bytes:
        numbers = self.start.to_bytes(2, "big") + len(self.bits).to_bytes(2, "big")
        return bytes([self.address, self.function]) + numbers


@dataclass(frozen=True, slots=True)
class HoldCoil:
    """Close one coil for so many tenths of a second, after which the board opens it by itself."""

    address: int
    coil: int
    tenths: int

    function = WRITE_COIL
    answer_size = 8

    def to_bytes(self) -> bytes:
        """As it goes on the wire."""
        numbers = (TIMED + self.coil).to_bytes(2, "big") + self.tenths.to_bytes(2, "big")
        return with_check(bytes([self.address, self.function]) + numbers)

    def fits(self, frame: bytes) -> bool:
        """Whether `frame` is the yes to this: it repeats everything."""
        return frame == self.to_bytes()


Request = Read | WriteCoils | HoldCoil


class Reply:
    """What the board says: Yes or No."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Yes(Reply):
    """The board did it; `data` are the bits read."""

    data: bytes = b""

    @classmethod
    def from_bytes(cls, frame: bytes) -> Yes:
        """From a whole frame."""
        return cls(frame[3:-2] if frame[1] in (READ_COILS, READ_INPUTS) else b"")


@dataclass(frozen=True, slots=True)
class No(Reply):
    """The board refused."""

    reason: int

    @property
    def meaning(self) -> str:
        """The specification's word for the reason."""
        return EXCEPTIONS.get(self.reason, "")


class AnswerDecoder:
    """Finds the answer to one request among arriving bytes: echoes, noise and other boards' frames are stepped over."""

    def __init__(self, request: Request) -> None:
        """An RTU frame has no marks: what it must look like follows from what was asked."""
        self._request = request
        self._pending = bytearray()
        self.skipped = 0  # bytes so far that belong to no answer of ours

    def feed(self, data: bytes) -> list[Reply]:
        """The answers these bytes complete. Keeps less than one frame."""
        self._pending += data
        self.skipped += len(data)
        events: list[Reply] = []
        at = keep = 0
        while at < len(self._pending):
            size = self._size_at(at)
            answer = self._answer(bytes(self._pending[at : at + size]))
            at += size if answer else 1
            if answer:
                events.append(answer)
                self.skipped -= size
                keep = at
        del self._pending[: max(keep, len(self._pending) - MAX_FRAME_BYTES)]
        return events

    def _size_at(self, at: int) -> int:
        """Size of the answer that may begin here; 0 if none can."""
        request, head = self._request, self._pending[at : at + 2]
        if len(head) < 2 or head[0] != request.address:
            return 0
        return {request.function: request.answer_size, request.function | REFUSED: 5}.get(head[1], 0)

    def _answer(self, frame: bytes) -> Reply | None:
        """What a stretch of bytes says; None if it is cut short, damaged, or the answer to something else."""
        if len(frame) < 5 or frame != with_check(frame[:-2]):
            return None
        if frame[1] & REFUSED:
            return No(frame[2])
        return Yes.from_bytes(frame) if self._request.fits(frame) else None
