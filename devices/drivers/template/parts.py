"""The stretches a frame is made of: bytes that never change, numbers, words, texts, checksums. No I/O, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from devices.drivers.template.checksums import CHECKSUMS, Kind

Value = int | str
Written = Literal["byte", "word", "word-low", "decimal", "hex"]

PRINTABLE = bytes(range(0x20, 0x7F))
_DIGITS = {"decimal": b"0123456789", "hex": b"0123456789ABCDEFabcdef"}


class UnfinishedError(Exception):
    """What is here fits, and more must come to know."""


class Part(Protocol):
    """A stretch of a frame."""

    @property
    def name(self) -> str:
        """Of its place; empty for what is always the same."""

    @property
    def runs_over(self) -> bytes:
        """The bytes it is made of, where only what follows tells its end; empty where its length is known."""

    def encode(self, values: Mapping[str, Value], before: bytes) -> bytes:
        """Its bytes, after those `before` it; ValueError for a value it cannot write."""

    def read(self, data: bytes, start: int, at: int) -> tuple[Value, int] | None:
        """Its value and where it ends, in a frame from `start`; None if `data` is something else; raises UnfinishedError."""


def _same(data: bytes, at: int, wanted: bytes) -> int | None:
    here = data[at : at + len(wanted)]
    if here == wanted:
        return at + len(wanted)
    if len(here) < len(wanted) and wanted.startswith(here):
        raise UnfinishedError
    return None


@dataclass(frozen=True, slots=True)
class Literally:
    """Bytes that never change."""

    wanted: bytes
    name: str = ""
    runs_over: bytes = b""

    def encode(self, values: Mapping[str, Value], before: bytes) -> bytes:
        """Always the same."""
        return self.wanted

    def read(self, data: bytes, start: int, at: int) -> tuple[Value, int] | None:
        """Nothing to learn but that it is there."""
        end = _same(data, at, self.wanted)
        return None if end is None else ("", end)


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number of `least` to `most`, sent with `plus` added; without `digits` as many as it needs."""

    name: str
    least: int
    most: int
    written: Written
    digits: int | None = None
    plus: int = 0

    def __post_init__(self) -> None:
        """ValueError where the wire cannot hold the range."""
        low, high = self.least + self.plus, self.most + self.plus
        if low > high:
            raise ValueError(f"{self.name}: a range runs from its least to its most")
        if low < 0 or high > self._highest():
            raise ValueError(f"{self.name}: {low} to {high} on the wire does not fit, it holds 0 to {self._highest()}")

    @property
    def runs_over(self) -> bytes:
        """Digits, if it is written in as many as it needs."""
        return b"" if self.digits else _DIGITS.get(self.written, b"")

    def encode(self, values: Mapping[str, Value], before: bytes) -> bytes:
        """The number as it is written."""
        value = values[self.name]
        if not isinstance(value, int) or not self.least <= value <= self.most:
            raise ValueError(f"{self.name} is {self.least} to {self.most}, not {value}")
        wire = value + self.plus
        match self.written:
            case "byte" | "word":
                return wire.to_bytes(1 if self.written == "byte" else 2, "big")
            case "word-low":
                return wire.to_bytes(2, "little")
        return f"{wire:0{self.digits or 1}{'d' if self.written == 'decimal' else 'X'}}".encode()

    def read(self, data: bytes, start: int, at: int) -> tuple[Value, int] | None:
        """A number inside its range."""
        end = self._end(data, at)
        if end is None:
            return None
        raw = data[at:end]
        if self.written in _DIGITS:
            wire = int(raw, 10 if self.written == "decimal" else 16)
        else:
            wire = int.from_bytes(raw, "little" if self.written == "word-low" else "big")
        value = wire - self.plus
        return (value, end) if self.least <= value <= self.most else None

    def _end(self, data: bytes, at: int) -> int | None:
        allowed = _DIGITS.get(self.written)
        if allowed is None:
            size = 1 if self.written == "byte" else 2
        else:
            size = self.digits or len(f"{self._highest():{'d' if self.written == 'decimal' else 'X'}}")
            run = data[at : at + size]
            fits = len(run) - len(run.lstrip(allowed))
            if fits < len(run):
                return at + fits if self.digits is None and fits else None
        if len(data) - at < size:
            raise UnfinishedError
        return at + size

    def _highest(self) -> int:
        if self.written in _DIGITS:
            base = 10 if self.written == "decimal" else 16
            return base**self.digits - 1 if self.digits else max(self.most + self.plus, 0)
        return 0xFF if self.written == "byte" else 0xFFFF


@dataclass(frozen=True)
class Words:
    """One of a few named words, `on` and `off` for instance, each with its bytes."""

    name: str
    words: Mapping[str, bytes]
    runs_over: bytes = b""

    def encode(self, values: Mapping[str, Value], before: bytes) -> bytes:
        """The bytes of the word."""
        word = str(values[self.name])
        if word not in self.words:
            raise ValueError(f"{self.name} is one of {', '.join(self.words)}, not {word}")
        return self.words[word]

    def read(self, data: bytes, start: int, at: int) -> tuple[Value, int] | None:
        """The name of the word that stands here."""
        unfinished = False
        for word, wanted in self.words.items():
            try:
                end = _same(data, at, wanted)
            except UnfinishedError:
                unfinished = True
                continue
            if end is not None:
                return word, end
        if unfinished:
            raise UnfinishedError
        return None


@dataclass(frozen=True, slots=True)
class Text:
    """At most `most` printable characters, up to what follows; `fixed`: exactly so many, spaces at the end."""

    name: str
    most: int
    fixed: bool = False

    @property
    def runs_over(self) -> bytes:
        """Printable characters, if their number is not fixed."""
        return b"" if self.fixed else PRINTABLE

    def encode(self, values: Mapping[str, Value], before: bytes) -> bytes:
        """The text itself."""
        raw = str(values[self.name]).encode("ascii", "replace")
        if len(raw) > self.most:
            raise ValueError(f"{self.name} has at most {self.most} characters")
        return raw.ljust(self.most) if self.fixed else raw

    def read(self, data: bytes, start: int, at: int) -> tuple[Value, int] | None:
        """Printable characters, as many as there are; what follows begins with another kind of byte."""
        end = at
        while end < len(data) and end - at < self.most and data[end] in PRINTABLE:
            end += 1
        if end == len(data) and end - at < self.most:
            raise UnfinishedError
        if self.fixed and end - at < self.most:
            return None
        return data[at:end].decode("ascii").rstrip(), end


@dataclass(frozen=True, slots=True)
class Check:
    """The checksum of all that stands before it in its frame, but for the first `skip` bytes."""

    kind: Kind
    skip: int = 0
    low_first: bool = False
    digits: bool = False  # as hexadecimal digits, as papers of text protocols have it
    name: str = "check"
    runs_over: bytes = b""

    def encode(self, values: Mapping[str, Value], before: bytes) -> bytes:
        """Reckoned, not given."""
        size, reckon = CHECKSUMS[self.kind]
        raw = reckon(before[self.skip :]).to_bytes(size, "little" if self.low_first else "big")
        return raw.hex().upper().encode() if self.digits else raw

    def read(self, data: bytes, start: int, at: int) -> tuple[Value, int] | None:
        """Nothing to learn but that it holds."""
        end = _same(data.upper() if self.digits else data, at, self.encode({}, data[start:at]))
        return None if end is None else ("", end)
