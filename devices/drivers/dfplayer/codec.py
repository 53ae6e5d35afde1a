"""DFPlayer bytes, after the module's data sheet. No I/O, no clock.

7E FF 06, command, answer wanted, value (high byte first), checksum (high byte first), EF; always ten bytes. The checksum is the
negative sum of the six bytes from FF on.
"""

from __future__ import annotations

from dataclasses import dataclass

START, VERSION, LENGTH, END = 0x7E, 0xFF, 0x06, 0xEF
SIZE = 10

VOLUME, SOURCE, RESET, PAUSE = 0x06, 0x09, 0x0C, 0x0E
PLAY_IN_FOLDER, PLAY_MP3, PLAY_IN_LARGE_FOLDER = 0x0F, 0x12, 0x14
STOP = 0x16
FINISHED, READY, FAULT, ACCEPTED, STATE = 0x3D, 0x3F, 0x40, 0x41, 0x42
CARD = 2  # the source that is an SD card
LOUDEST = 30
STATES = {0: "stopped", 1: "playing", 2: "paused"}

FAULTS = {
    1: "busy",
    2: "asleep",
    3: "bad frame",
    4: "wrong checksum",
    5: "no such number",
    6: "no such file",
    7: "nothing is playing to interrupt",
}
BUSY = 1
DAMAGED = (3, 4)  # of our frame on its way


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame, either way."""

    command: int
    value: int = 0
    answer: bool = False  # whether an ACCEPTED is wanted

    def to_bytes(self) -> bytes:
        """As it goes on the wire."""
        body = bytes([VERSION, LENGTH, self.command, self.answer]) + self.value.to_bytes(2, "big")
        return bytes([START]) + body + (-sum(body) & 0xFFFF).to_bytes(2, "big") + bytes([END])

    @classmethod
    def from_bytes(cls, data: bytes) -> Frame:
        """Read ten bytes; ValueError says which check failed."""
        if len(data) != SIZE or data[:3] != bytes([START, VERSION, LENGTH]) or data[-1] != END:
            raise ValueError("no frame")
        if (sum(data[1:7]) + int.from_bytes(data[7:9], "big")) & 0xFFFF:
            raise ValueError("checksum")
        return cls(data[3], int.from_bytes(data[5:7], "big"), bool(data[4]))


def play_mp3(number: int) -> Frame:
    """Play file `number`, 1 to 9999, of the folder named mp3."""
    return Frame(PLAY_MP3, _within(number, 9999), answer=True)


def play_in_folder(folder: int, track: int) -> Frame:
    """Play track 1 to 255 of folder 1 to 99, or up to 3000 of folder 1 to 15."""
    if track <= 255:
        return Frame(PLAY_IN_FOLDER, _within(folder, 99) << 8 | _within(track, 255), answer=True)
    return Frame(PLAY_IN_LARGE_FOLDER, _within(folder, 15) << 12 | _within(track, 3000), answer=True)


def _within(number: int, most: int) -> int:
    if not 1 <= number <= most:
        raise ValueError(f"numbers run from 1 to {most} here, not {number}")
    return number


class Decoder:
    """Bytes in, frames out; holds less than one frame, and after damage looks for the next start byte by byte."""

    def __init__(self) -> None:
        """Waits for a start."""
        self._pending = bytearray()
        self.skipped = 0  # bytes that belonged to no frame

    def feed(self, data: bytes) -> list[Frame]:
        """The frames these bytes complete."""
        self._pending += data
        frames = []
        while len(self._pending) >= SIZE:
            try:
                frames.append(Frame.from_bytes(bytes(self._pending[:SIZE])))
                del self._pending[:SIZE]
            except ValueError:
                del self._pending[:1]
                self.skipped += 1
        return frames
