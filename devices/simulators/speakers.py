"""A Modbus RTU relay board: coils that close zones and amplifier power, contact inputs, and relays that can stick."""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable, Collection, Sequence

_READ_COILS, _READ_INPUTS, _WRITE_COIL, _WRITE_COILS = 0x01, 0x02, 0x05, 0x0F
_BAD_FUNCTION, _BAD_ADDRESS, _BAD_VALUE = 1, 2, 3
_TIMED = 0x0200  # coils from here on: close for so many tenths of a second, then open
_EVERYONE = 0
_MAX_FRAME = 256
# The manual's silence is 3.5 characters; a host in user space makes longer holes inside a frame than that.
_HOLE = 0.02


def crc16(data: bytes) -> int:
    """CRC-16/MODBUS, bit by bit: frames here are a dozen bytes long."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0xA001 if crc & 1 else 0)
    return crc


class _Exception(Exception):  # noqa: N818  # Modbus's own word for "the device says no"
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class RelayBoard:
    """Safe to touch from a test while a line's thread talks to it. `silent` obeys without answering."""

    def __init__(
        self,
        *,
        address: int = 1,
        coils: int = 8,
        inputs: int = 8,
        changed: Callable[[int, bool], None] | None = None,
        contacts: Callable[[], Collection[int]] | None = None,
    ) -> None:
        """`changed(coil, closed)` is told every relay that really moved; `contacts()` are inputs closed by somebody else."""
        self.address = address
        self.silent = False
        self.frames = 0  # sound frames for this board
        self._coils = [False] * coils
        self._inputs = [False] * inputs
        self._stuck: set[int] = set()
        self._opens_at: dict[int, float] = {}
        self._changed, self._contacts = changed, contacts
        self._lock = threading.RLock()
        self._heard = b""
        self._heard_at = 0.0
        self._powered = True

    def coils(self) -> tuple[bool, ...]:
        """True: closed."""
        return tuple(self._coils)

    def set_input(self, number: int, closed: bool) -> None:
        """Close or open a contact: a fault, mains, a door, a button."""
        with self._lock:
            self._inputs[number] = closed

    def stick(self, coil: int, stuck: bool = True) -> None:
        """A relay that no longer moves: writes are answered as ever, and read-back tells the truth."""
        with self._lock:
            (self._stuck.add if stuck else self._stuck.discard)(coil)

    def power_off(self) -> None:
        """All relays fall open, also those that stick, and nobody answers."""
        with self._lock:
            self._powered, self._heard = False, b""
            self._opens_at.clear()
            for coil in range(len(self._coils)):
                self._move(coil, False, force=True)

    def power_on(self) -> None:
        """Answers again, all relays open."""
        with self._lock:
            self._powered = True

    def receive(self, data: bytes, at: float) -> bytes:
        """Hear bytes of the line; the answer if the board has one."""
        with self._lock:
            if not self._powered:
                return b""
            began = at - len(data) / 960  # no line is slower in use; only long holes matter
            if began - self._heard_at > _HOLE:
                self._heard = b""
            self._heard, self._heard_at = (self._heard + data)[-_MAX_FRAME:], at
            answers = b"".join(self._frames(at))
            return b"" if self.silent else answers

    def wake(self, at: float) -> float | None:
        """Open relays whose time is over."""
        with self._lock:
            for coil in [coil for coil, end in self._opens_at.items() if end <= at]:
                del self._opens_at[coil]
                self._move(coil, False)
            return min(self._opens_at.values(), default=None)

    def unasked(self, at: float) -> bytes:
        """It speaks only when spoken to."""
        return b""

    def _frames(self, at: float) -> list[bytes]:
        """Find whole frames by length and checksum; bytes before one are noise, or somebody else's answer."""
        answers = []
        start = 0
        while start < len(self._heard):
            size = _length(self._heard[start:])
            frame = self._heard[start : start + size]
            if len(frame) == size and crc16(frame[:-2]) == int.from_bytes(frame[-2:], "little"):
                answers.append(self._handle(frame[:-2], at))
                self._heard, start = self._heard[start + size :], 0
            else:
                start += 1
        return answers

    def _handle(self, frame: bytes, at: float) -> bytes:
        address, function, body = frame[0], frame[1], frame[2:]
        if address not in (self.address, _EVERYONE):
            return b""
        self.frames += 1
        try:
            answer = bytes([function]) + self._obey(function, body, at)
        except _Exception as refused:
            answer = bytes([function | 0x80, refused.code])
        if address == _EVERYONE:
            return b""
        answer = bytes([self.address]) + answer
        return answer + crc16(answer).to_bytes(2, "little")

    def _obey(self, function: int, body: bytes, at: float) -> bytes:
        if function == _READ_COILS:
            return _packed(self._part(self._coils, body))
        if function == _READ_INPUTS:
            pressed = self._contacts() if self._contacts else ()
            return _packed(self._part([state or n in pressed for n, state in enumerate(self._inputs)], body))
        if function == _WRITE_COIL:
            return self._write_one(body, at)
        if function == _WRITE_COILS:
            return self._write_many(body)
        raise _Exception(_BAD_FUNCTION)

    def _part(self, states: Sequence[bool], body: bytes) -> Sequence[bool]:
        first, count = struct.unpack_from(">HH", body)
        if not 1 <= count <= 2000:
            raise _Exception(_BAD_VALUE)
        if first + count > len(states):
            raise _Exception(_BAD_ADDRESS)
        return states[first : first + count]

    def _write_one(self, body: bytes, at: float) -> bytes:
        coil, value = struct.unpack(">HH", body)
        timed = coil >= _TIMED
        number = coil - _TIMED if timed else coil
        if number >= len(self._coils):
            raise _Exception(_BAD_ADDRESS)
        if not timed and value not in (0x0000, 0xFF00):
            raise _Exception(_BAD_VALUE)
        self._opens_at.pop(number, None)
        self._move(number, bool(value))
        if timed and value:
            self._opens_at[number] = at + value / 10
        return body

    def _write_many(self, body: bytes) -> bytes:
        first, count, size = struct.unpack_from(">HHB", body)
        if not 1 <= count <= 1968 or size != (count + 7) // 8:
            raise _Exception(_BAD_VALUE)
        if first + count > len(self._coils):
            raise _Exception(_BAD_ADDRESS)
        bits = int.from_bytes(body[5 : 5 + size], "little")
        for i in range(count):
            self._opens_at.pop(first + i, None)
            self._move(first + i, bool(bits >> i & 1))
        return body[:4]

    def _move(self, coil: int, closed: bool, *, force: bool = False) -> None:
        if self._coils[coil] == closed or (coil in self._stuck and not force):
            return
        self._coils[coil] = closed
        if self._changed:
            self._changed(coil, closed)


def _length(heard: bytes) -> int:
    """How long a request that begins here would be."""
    if len(heard) < 7 or heard[1] not in (_WRITE_COILS, 0x10):
        return 8
    return 9 + heard[6]


def _packed(states: Sequence[bool]) -> bytes:
    bits = sum(closed << i for i, closed in enumerate(states))
    size = (len(states) + 7) // 8
    return bytes([size]) + bits.to_bytes(size, "little")
