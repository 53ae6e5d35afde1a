"""Frames as a description writes them: fixed bytes with named places between them. No I/O, no clock."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from devices.drivers.template.parts import Literally, Part, UnfinishedError, Value

Notation = Literal["hex", "ascii"]

STRANGE_BYTES = 16  # kept of what was no frame, to tell a technician
_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Pattern:
    """A frame with its places."""

    parts: tuple[Part, ...]

    @property
    def names(self) -> frozenset[str]:
        """Of its places, the checksum not counted."""
        return frozenset(part.name for part in self.parts) - {"", "check"}

    def to_bytes(self, values: Mapping[str, Value]) -> bytes:
        """As it goes on the wire; ValueError for a value its place cannot hold."""
        frame = b""
        for part in self.parts:
            frame += part.encode(values, frame)
        return frame

    def read(self, data: bytes, start: int = 0) -> tuple[dict[str, Value], int] | None:
        """The values in a frame that begins at `start`, and its end; None if it is another; raises UnfinishedError."""
        values: dict[str, Value] = {}
        at = start
        for part in self.parts:
            found = part.read(data, start, at)
            if found is None:
                return None
            value, at = found
            if part.name in self.names and values.setdefault(part.name, value) != value:
                return None
        return values, at


@dataclass(frozen=True, slots=True)
class Filled:
    """A frame with its values: what goes on the wire."""

    pattern: Pattern
    values: Mapping[str, Value] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """As it goes on the wire."""
        return self.pattern.to_bytes(self.values)


def pattern(text: str, notation: Notation, places: Mapping[str, Part]) -> Pattern:
    """Read a frame as a description writes it; ValueError says what is wrong with it."""
    parts: list[Part] = []
    for number, piece in enumerate(_PLACE.split(text)):
        if number % 2:
            if piece not in places:
                raise ValueError(f'"{text}" has a place {{{piece}}} that is not described')
            parts.append(places[piece])
        elif raw := literal(piece, notation):
            parts.append(Literally(raw))
    if not parts:
        raise ValueError("a frame has at least one byte")
    for part, after in zip(parts, [*parts[1:], None], strict=True):
        if part.runs_over and not (isinstance(after, Literally) and after.wanted[0] not in part.runs_over):
            raise ValueError(f'"{text}": nothing fixed tells where {{{part.name}}} ends')
    return Pattern(tuple(parts))


def literal(text: str, notation: Notation) -> bytes:
    """Bytes that stand for themselves; ValueError where the notation does not know them."""
    try:
        return bytes.fromhex(text) if notation == "hex" else text.encode("ascii")
    except ValueError as exc:
        raise ValueError(f'"{text}" is not {"hexadecimal bytes" if notation == "hex" else "ASCII"}') from exc


@dataclass(frozen=True, slots=True)
class Told:
    """A frame that was read: which, and its values."""

    frame: str
    values: Mapping[str, Value]


class Decoder:
    """Bytes in, frames out; holds at most one frame, and of what is none the last few bytes for a technician."""

    def __init__(self, frames: Mapping[str, Pattern]) -> None:
        """`frames` that may come, by name."""
        self._frames = frames
        self._held = b""
        self.strange = b""

    def feed(self, data: bytes) -> list[Told]:
        """The frames these bytes complete."""
        told = []
        self._held += data
        while self._held:
            try:
                found, end = self._front()
            except UnfinishedError:
                break
            if found is None:
                self.strange = (self.strange + self._held[:1])[-STRANGE_BYTES:]
            else:
                told.append(found)
            self._held = self._held[end:]
        return told

    def _front(self) -> tuple[Told | None, int]:
        """The shortest frame that begins with the first byte held, or none and one byte to step over."""
        found: list[tuple[Told, int]] = []
        unfinished = False
        for name, frame in self._frames.items():
            try:
                read = frame.read(self._held)
            except UnfinishedError:
                unfinished = True
                continue
            if read is not None:
                found.append((Told(name, read[0]), read[1]))
        if found:
            return min(found, key=lambda each: each[1])
        if unfinished:
            raise UnfinishedError
        return None, 1
