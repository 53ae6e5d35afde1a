"""A stand-in for a device from its description alone: the TOML is read here by its own code, with expressions over bytes."""

from __future__ import annotations

import re
import threading
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Facts = Mapping[str, Any]

POWER = -1  # stands for the power where zones are counted
_MOST = 256  # bytes kept of a frame that does not end
_PLACE = re.compile(r"\{(\w+)\}")
_BYTES = {"byte": 1, "word": 2, "word-low": 2}


def _crc(data: bytes, start: int, polynomial: int, *, reflected: bool) -> int:
    """Bit by bit; a reflected one is turned over at both ends."""
    crc = start
    for byte in data:
        for n in range(8):
            bit = byte >> (n if reflected else 7 - n) & 1
            crc = (crc << 1 ^ (polynomial if (crc >> 15 ^ bit) & 1 else 0)) & 0xFFFF
    return int(f"{crc:016b}"[::-1], 2) if reflected else crc


def _xor(data: bytes) -> int:
    value = 0
    for byte in data:
        value ^= byte
    return value


# Bytes of each checksum, whether its low byte goes first, and its sum.
_SUMS: dict[str, tuple[int, bool, Callable[[bytes], int]]] = {
    "sum8": (1, False, lambda data: sum(data) % 256),
    "xor8": (1, False, _xor),
    "lrc": (1, False, lambda data: (256 - sum(data) % 256) % 256),
    "sum16": (2, False, lambda data: sum(data) % 65536),
    "neg16": (2, False, lambda data: (65536 - sum(data) % 65536) % 65536),
    "crc16-modbus": (2, True, lambda data: _crc(data, 0xFFFF, 0x8005, reflected=True)),
    "crc16-arc": (2, True, lambda data: _crc(data, 0, 0x8005, reflected=True)),
    "crc16-xmodem": (2, False, lambda data: _crc(data, 0, 0x1021, reflected=False)),
}


class Paper:
    """The frames of a description: finds them at the end of what was heard, and writes them."""

    def __init__(self, facts: Facts) -> None:
        """`facts` is the TOML as it stands."""
        self._hex = facts["frames"] == "hex"
        self._places: Facts = facts.get("places", {})
        self._sum: Facts | None = facts.get("checksum")

    def expression(self, frame: str) -> re.Pattern[bytes]:
        """What matches the frame at the end of the bytes heard; each place is a group of its name."""
        whole, seen = b"", set[str]()
        for number, piece in enumerate(_PLACE.split(frame)):
            if number % 2 == 0:
                whole += re.escape(self._raw(piece))
            elif piece in seen:
                whole += b"(?P=%s)" % piece.encode()
            else:
                seen.add(piece)
                whole += b"(?P<%s>%s)" % (piece.encode(), self._shape(piece))
        return re.compile(whole + rb"\Z", re.DOTALL)

    def read(self, found: re.Match[bytes]) -> tuple[dict[str, int | str], bool]:
        """The values of a frame, and whether its checksum holds."""
        groups = found.groupdict()
        check = groups.pop("check", None)
        if check is not None and self._in_digits:
            check = check.upper()
        sound = check is None or self._check(found.string[found.start() : found.start("check")]) == check
        return {name: self._value(name, raw) for name, raw in groups.items()}, sound

    def write(self, frame: str, values: Mapping[str, int | str]) -> bytes:
        """The frame with its values; a place without one holds its least."""
        whole = b""
        for number, piece in enumerate(_PLACE.split(frame)):
            if number % 2 == 0:
                whole += self._raw(piece)
            else:
                whole += self._check(whole) if piece == "check" else self._put(piece, values.get(piece))
        return whole

    def in_range(self, name: str, value: int | str) -> bool:
        """Whether the description allows it."""
        allowed = self._places[name].get("range")
        return allowed is None or allowed[0] <= int(value) <= allowed[1]

    def _raw(self, text: str) -> bytes:
        return bytes.fromhex(text) if self._hex else text.encode("ascii")

    def _written(self, name: str) -> str:
        return str(self._places[name].get("written", "byte" if self._hex else "decimal"))

    def _shape(self, name: str) -> bytes:
        if name == "check":
            size = len(self._check(b""))
            return b"[0-9A-Fa-f]{%d}" % size if self._in_digits else b".{%d}" % size
        place = self._places[name]
        if "words" in place:
            return b"|".join(re.escape(self._raw(word)) for word in place["words"].values())
        if "text" in place:
            return b"[ -~]{%d,%d}" % (place["text"] if place.get("fixed") else 0, place["text"])
        if (written := self._written(name)) in _BYTES:
            return b".{%d}" % _BYTES[written]
        letters = b"[0-9]" if written == "decimal" else b"[0-9A-Fa-f]"
        return letters + (b"{%d}" % place["digits"] if "digits" in place else b"{1,10}")

    def _value(self, name: str, raw: bytes) -> int | str:
        place = self._places[name]
        if "words" in place:
            return next(str(word) for word, text in place["words"].items() if self._raw(text) == raw)
        if "text" in place:
            return raw.decode("ascii")
        written = self._written(name)
        if written in _BYTES:
            wire = int.from_bytes(raw, "little" if written == "word-low" else "big")
        else:
            wire = int(raw, 10 if written == "decimal" else 16)
        return wire - int(place.get("plus", 0))

    def _put(self, name: str, value: int | str | None) -> bytes:
        place = self._places[name]
        if "words" in place:
            return self._raw(place["words"][value] if value is not None else next(iter(place["words"].values())))
        if "text" in place:
            text = str(value or "").encode("ascii")[: place["text"]]
            return text.ljust(place["text"]) if place.get("fixed") else text
        wire = int(place["range"][0] if value is None else value) + int(place.get("plus", 0))
        written = self._written(name)
        if written in _BYTES:
            return wire.to_bytes(_BYTES[written], "little" if written == "word-low" else "big")
        digits = str(wire) if written == "decimal" else hex(wire)[2:].upper()
        return digits.rjust(int(place.get("digits", 1)), "0").encode()

    @property
    def _in_digits(self) -> bool:
        return bool(self._sum and self._sum.get("written", "bytes" if self._hex else "digits") == "digits")

    def _check(self, before: bytes) -> bytes:
        if self._sum is None:
            return b""
        size, low_first, reckon = _SUMS[self._sum["kind"]]
        low_first = {"low-first": True, "high-first": False}.get(
            self._sum.get("order", ""), low_first and not self._in_digits
        )
        value = reckon(before[self._sum.get("skip", 0) :]).to_bytes(size, "little" if low_first else "big")
        return value.hex().upper().encode() if self._in_digits else value


class TemplateDevice:
    """Safe to touch from a test while a line's thread talks to it. `silent` obeys without answering."""

    def __init__(
        self, facts: Facts, *, address: int | None = None, changed: Callable[[int, bool], None] | None = None
    ) -> None:
        """`facts` is the description's TOML; `changed(zone, heard)` is told every zone, and POWER, that really changes."""
        self._facts, self._paper = facts, Paper(facts)
        self.address = address if "address" in facts.get("places", {}) else None
        self.silent = False
        self.busy = 0  # so many frames are still answered with "busy"
        self.frames = 0
        states = facts.get("states", {})
        self._deeds: dict[str, Facts] = facts["deeds"]
        self._power = states.get("power", "off") == "on" or "power" not in self._deeds
        self._off_deeds = states.get("answers_when_off", list(self._deeds))
        self._open: set[int] = set(states.get("zones", ()))
        self._contacts: set[str] = set(states.get("contacts", ()))
        self.levels: dict[int, int] = {}
        self._told = dict(states.get("told", {}))
        self._ears = {name: self._paper.expression(deed["send"]) for name, deed in self._deeds.items()}
        self._changed = changed
        self._lock = threading.RLock()
        self._heard = b""

    @classmethod
    def from_file(cls, path: Path, **more: Any) -> TemplateDevice:
        """Read a description."""
        return cls(tomllib.loads(path.read_text(encoding="utf-8")), **more)

    @property
    def power(self) -> bool:
        """Whether it is on."""
        return self._power

    def zones(self) -> frozenset[int]:
        """The zones that are heard: open, with power."""
        return frozenset(self._open) if self._power else frozenset()

    def press_power(self, on: bool) -> None:
        """Somebody at the front panel: nothing is said on the line."""
        with self._lock:
            self._switch(on, self._open)

    def turn(self, zone: int, on: bool) -> None:
        """A zone button at the front panel."""
        with self._lock:
            self._switch(self._power, self._open | {zone} if on else self._open - {zone})

    def set_contact(self, name: str, closed: bool) -> None:
        """Close or open a contact of the description."""
        with self._lock:
            (self._contacts.add if closed else self._contacts.discard)(name)

    def receive(self, data: bytes, at: float) -> bytes:
        """Hear bytes of the line; the answers, if there are any."""
        with self._lock:
            answers = b"".join(self._hear(data[i : i + 1]) for i in range(len(data)))
            return b"" if self.silent else answers

    def wake(self, at: float) -> float | None:
        """Nothing changes by itself."""

    def unasked(self, at: float) -> bytes:
        """It speaks only when spoken to."""
        return b""

    def _hear(self, byte: bytes) -> bytes:
        self._heard = (self._heard + byte)[-_MOST:]
        found = [(match, deed) for deed, ear in self._ears.items() if (match := ear.search(self._heard))]
        if not found:
            return b""
        match, deed = min(found, key=lambda each: each[0].start())  # the longest frame that ends here
        values, sound = self._paper.read(match)
        self._heard = b""
        if self.address is not None and values.get("address", self.address) != self.address:
            return b""
        reason = self._objection(deed, values, sound)
        if reason:
            return self._refuse(reason, values)
        self.frames += 1
        self._obey(deed, values)
        return self._answer(deed, values)

    def _objection(self, deed: str, values: Mapping[str, int | str], sound: bool) -> str:
        if not sound:
            return "damaged"
        if self.busy:
            self.busy -= 1
            return "busy"
        if not self._power and deed not in self._off_deeds:
            return "power_off"
        return "" if all(self._paper.in_range(*each) for each in values.items()) else "out_of_range"

    def _refuse(self, reason: str, values: Mapping[str, int | str]) -> bytes:
        """Say no if the description has the frame and the number for it, else nothing."""
        refused = self._facts.get("refused", {})
        if reason not in refused.get("reasons", {}):
            return b""
        address = {} if self.address is None else {"address": self.address}
        kept = {name: value for name, value in values.items() if self._paper.in_range(name, value)}
        return self._paper.write(refused["answer"], kept | address | {"reason": refused["reasons"][reason]})

    def _obey(self, deed: str, values: Mapping[str, int | str]) -> None:
        on = values.get("on") == "on"
        zone = int(values.get("zone", 0))
        if deed == "power":
            self._switch(on, self._open)
        elif deed == "zone":
            self._switch(self._power, self._open | {zone} if on else self._open - {zone})
        elif deed == "zones":
            mask = int(values["mask"])
            self._switch(self._power, {number for number in self._numbers() if mask >> self._bit(number) & 1})
        elif deed == "level":
            self.levels[zone] = int(values["level"])

    def _answer(self, deed: str, values: Mapping[str, int | str]) -> bytes:
        answer = self._deeds[deed].get("answer")
        if not answer:
            return b""
        bits = self._facts.get("inputs", {})
        state: dict[str, int | str] = {
            "mask": sum(1 << self._bit(number) for number in self._open),
            "contacts": sum(1 << bit for name, bit in bits.items() if name in self._contacts),
        }
        if "zone" in values:
            state["on"] = "on" if int(values["zone"]) in self._open else "off"
        return self._paper.write(answer, self._told | state | dict(values))

    def _numbers(self) -> range:
        least, most = self._facts["places"]["zone"]["range"]
        return range(least, most + 1)

    def _bit(self, zone: int) -> int:
        return zone - self._numbers().start

    def _switch(self, power: bool, zones: set[int]) -> None:
        """Set power and zones, and tell what is heard otherwise than before."""
        before, power_before = self.zones(), self._power
        self._power, self._open = power, set(zones)
        if not self._changed:
            return
        if power != power_before:
            self._changed(POWER, power)
        for zone in sorted(before ^ self.zones()):
            self._changed(zone, zone in self.zones())
