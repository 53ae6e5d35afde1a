"""TOA 9000 bytes, after the RS-232 manuals of the 9000 (3.13), the 9000M2 (2.00A) and the M-864D (2.0.0). No I/O, no clock.

A frame is a command with its high bit set, a length of 0 to 127, and data bytes of seven bits. There is no checksum and no end
mark: the high bit begins a frame, and a frame that is too short ends where the next begins.
"""

from __future__ import annotations

from dataclasses import dataclass

FADER, CHANNEL, REQUEST, POWER = 0x91, 0x92, 0xF0, 0xF4
OF_NAME, OF_CHANNEL = 0x40, 0x12
NAME_REPLY = 0xC0
INPUT, OUTPUT = 0x00, 0x01
HIGH = 0x80
INVERTED = 0x7F  # a refused byte comes back with all seven bits turned over


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame, either way."""

    command: int
    data: bytes

    def __post_init__(self) -> None:
        """ValueError for what the line cannot carry."""
        if not HIGH <= self.command <= 0xFF or len(self.data) >= HIGH or any(byte & HIGH for byte in self.data):
            raise ValueError("a command has its high bit set; data are at most 127 bytes of seven bits")

    def to_bytes(self) -> bytes:
        """As it goes on the wire."""
        return bytes([self.command, len(self.data)]) + self.data

    @classmethod
    def from_bytes(cls, frame: bytes) -> Frame:
        """Read one whole frame; ValueError if it is none."""
        if len(frame) < 2 or frame[1] != len(frame) - 2:
            raise ValueError("a frame of another length than it says")
        return cls(frame[0], frame[2:])


def power(on: bool) -> Frame:
    """Wake the unit or send it to sleep. Asleep it hears little else, and answers none of it."""
    return Frame(POWER, bytes([on]))


def output(number: int, on: bool, attribute: int = OUTPUT) -> Frame:
    """Open or shut output `number`, counted from 0, of the kind its model calls `attribute`."""
    return Frame(CHANNEL, bytes([attribute, number, on]))


def output_fader(number: int, position: int, attribute: int = OUTPUT) -> Frame:
    """Set the fader of output `number`, counted from 0, to a position of its model's own table."""
    return Frame(FADER, bytes([attribute, number, position]))


def name_request(number: int = 0) -> Frame:
    """Ask a 9000 or 9000M2 for the name of an input: the one question they answer, so it serves as ping."""
    return Frame(REQUEST, bytes([OF_NAME, INPUT, number]))


def output_request(number: int, attribute: int) -> Frame:
    """Ask an M-864D whether output `number`, counted from 0, is open."""
    return Frame(REQUEST, bytes([OF_CHANNEL, attribute, number]))


def output_in(frame: Frame, number: int, attribute: int) -> bool | None:
    """Whether a reply to `output_request` says that the output is open; None if the frame is something else."""
    if frame.command != CHANNEL or len(frame.data) != 3 or frame.data[:2] != bytes([attribute, number]):
        return None
    return frame.data[2] == 1


def name_in(frame: Frame) -> str | None:
    """The name in a reply to `name_request`, None if the frame is something else."""
    if frame.command != NAME_REPLY or len(frame.data) < 3:
        return None
    return frame.data[2:].split(b"\0")[0].decode("ascii").strip()


def refused_bytes(sent: Frame, got: Frame) -> tuple[int, ...] | None:
    """Where the answer turned our data over; empty if it took all as sent, None if it answers something else."""
    if got.command != sent.command or len(got.data) != len(sent.data):
        return None
    differ = tuple(i for i, (ours, theirs) in enumerate(zip(sent.data, got.data, strict=True)) if ours != theirs)
    return differ if all(got.data[i] == sent.data[i] ^ INVERTED for i in differ) else None


class Decoder:
    """Bytes in, frames out; holds at most one frame of 129 bytes."""

    def __init__(self) -> None:
        """Waits for a byte with its high bit set."""
        self._frame = bytearray()
        self.skipped = 0  # bytes that belonged to no whole frame

    def feed(self, data: bytes) -> list[Frame]:
        """The frames these bytes complete."""
        frames = []
        for byte in data:
            if byte & HIGH:
                self.skipped += len(self._frame)
                self._frame = bytearray([byte])
            elif self._frame:
                self._frame.append(byte)
            else:
                self.skipped += 1
            if len(self._frame) >= 2 and len(self._frame) == self._frame[1] + 2:
                frames.append(Frame.from_bytes(bytes(self._frame)))
                self._frame = bytearray()
        return frames
