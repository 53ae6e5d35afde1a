"""A device as its description tells it: frames, places, answers, states. Read from TOML text, checked whole; no I/O."""

from __future__ import annotations

import tomllib
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, ValidationError, model_validator

from devices.drivers.template.checksums import LOW_FIRST, Kind
from devices.drivers.template.codec import Notation, Pattern, literal, pattern
from devices.drivers.template.parts import Check, Number, Part, Text, Words, Written
from schedules.model import Fact, Id

DeedName = Literal["ping", "power", "zone", "zones", "level", "read_zone", "read_zones", "read_inputs"]
ANSWER, REFUSED = "answer", "refused"
BUSY, DAMAGED = "busy", "damaged"  # reasons after which the same frame is worth sending again

# What the driver puts into the frame of a deed, and what it must be told by the answer.
_SENT: dict[DeedName, frozenset[str]] = {
    "ping": frozenset(),
    "power": frozenset({"on"}),
    "zone": frozenset({"zone", "on"}),
    "zones": frozenset({"mask"}),
    "level": frozenset({"zone", "level"}),
    "read_zone": frozenset({"zone"}),
    "read_zones": frozenset(),
    "read_inputs": frozenset(),
}
_TOLD: dict[DeedName, str] = {"read_zone": "on", "read_zones": "mask", "read_inputs": "contacts"}

_NUMBERS = ("address", "zone", "level", "mask", "contacts", "reason")

Seconds = Annotated[float, Field(ge=0, le=30)]


class Checksum(Fact):
    """What `{check}` stands for: all before it in the frame, but for the first `skip` bytes."""

    kind: Kind
    skip: int = Field(default=0, ge=0, le=16)
    order: Literal["low-first", "high-first"] | None = None
    written: Literal["bytes", "digits"] | None = None


class Place(Fact):
    """What may stand at a named place: a number of a range, one of some words, or a text."""

    range: tuple[int, int] | None = None
    written: Written | None = None
    digits: int | None = Field(default=None, ge=1, le=9)
    plus: int = 0
    words: dict[str, str] | None = None
    text: int | None = Field(default=None, ge=1, le=64)
    fixed: bool = Field(default=False, description="a text of exactly so many characters")

    @model_validator(mode="after")
    def _one_kind(self) -> Place:
        if sum(kind is not None for kind in (self.range, self.words, self.text)) != 1:
            raise ValueError("a place has a range, words or a text")
        if self.range is None and (self.written or self.digits or self.plus):
            raise ValueError("written, digits and plus go with a range")
        if self.fixed and self.text is None:
            raise ValueError("fixed goes with a text")
        return self


class Deed(Fact):
    """One thing the device does: the frame that asks for it, and the frame that says it is done, if one comes."""

    send: str = Field(min_length=1)
    answer: str | None = None


class Refusal(Fact):
    """The frame that says no, and its numbers by what they mean; `busy` and `damaged` are worth another try."""

    answer: str
    reasons: dict[Id, int] = Field(default_factory=dict)


class States(Fact):
    """The device as it leaves its box; its stand-in begins like this."""

    power: Literal["on", "off"] = "off"
    zones: tuple[int, ...] = ()
    contacts: tuple[Id, ...] = Field(default=(), description="inputs that are closed")
    told: dict[str, int | str] = Field(default_factory=dict, description="values of other places, in answers")
    answers_when_off: tuple[DeedName, ...] | None = Field(default=None, description="None: all")


class Description(Fact):
    """A whole device."""

    name: str = Field(min_length=1, max_length=60)
    source: str = Field(default="", description="the paper, with its date or number")
    frames: Notation
    timeout: float = Field(default=0.5, gt=0, le=10, description="seconds the device may think before it answers")
    gap: Seconds = Field(default=0.0, description="seconds of rest after each exchange")
    power_settle: Seconds = Field(default=0.0, description="seconds from power to the next frame")
    checksum: Checksum | None = None
    places: dict[str, Place] = Field(default_factory=dict)
    deeds: dict[DeedName, Deed]
    refused: Refusal | None = None
    inputs: dict[Id, int] = Field(default_factory=dict, description="contact input -> its bit in {contacts}")
    states: States = States()

    @classmethod
    def parse(cls, text: str) -> Description:
        """Read TOML; ValueError with the first thing that is wrong and its place."""
        try:
            return cls.model_validate(tomllib.loads(text))
        except tomllib.TOMLDecodeError as exc:
            raise ValueError(f"not TOML: {exc}") from exc
        except ValidationError as exc:
            first = exc.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"]))
            said = first["msg"].removeprefix("Value error, ")
            raise ValueError(f"{where}: {said}" if where else said) from exc

    @model_validator(mode="after")
    def _holds_together(self) -> Description:
        for name, place in self.places.items():
            _check_place(name, place)
        if not {"zone", "zones"} & self.deeds.keys():
            raise ValueError("a loudspeaker device has the deed zone, for one zone, or zones, for all at once")
        if "zone" not in self.places:
            raise ValueError("the place zone tells by its range which zones there are")
        for deed in self.deeds:
            self._check_deed(deed)
        if self.refused and self.refusal is None:
            raise ValueError("refused: an empty frame")
        return self

    def _check_deed(self, deed: DeedName) -> None:
        request, answer = self.request(deed), self.answer(deed)
        if stray := request.names - _SENT[deed] - {"address"}:
            raise ValueError(f"deeds.{deed}: nobody knows what to send for {', '.join(sorted(stray))}")
        if lacking := _SENT[deed] - request.names:
            raise ValueError(f"deeds.{deed}: the frame needs a place for {', '.join(sorted(lacking))}")
        told = _TOLD.get(deed)
        if told and (answer is None or told not in answer.names):
            raise ValueError(f"deeds.{deed}: its answer needs a place for {told}")
        if deed == "ping" and answer is None:
            raise ValueError("deeds.ping: a ping has an answer")

    def request(self, deed: DeedName) -> Pattern:
        """The frame that asks for a deed."""
        return self._patterns[deed][0]

    def answer(self, deed: DeedName) -> Pattern | None:
        """The frame that says the deed is done; None if the device says nothing."""
        return self._patterns[deed][1]

    @cached_property
    def refusal(self) -> Pattern | None:
        """The frame that says no."""
        return pattern(self.refused.answer, self.frames, self._parts) if self.refused else None

    @property
    def addressed(self) -> bool:
        """Whether frames carry an address."""
        return any("address" in self.request(deed).names for deed in self.deeds)

    @property
    def zone_range(self) -> range:
        """The zones that can be named."""
        least, most = self.places["zone"].range or (0, -1)
        return range(least, most + 1)

    def bit(self, zone: int) -> int:
        """The place of a zone in {mask}: the first zone of the range is bit 0."""
        return zone - self.zone_range.start

    def meaning(self, reason: int) -> str:
        """The name of a reason to refuse; empty if the description has none for it."""
        reasons = self.refused.reasons if self.refused else {}
        return next((name for name, number in reasons.items() if number == reason), "")

    @cached_property
    def _patterns(self) -> dict[DeedName, tuple[Pattern, Pattern | None]]:
        return {
            name: (
                pattern(deed.send, self.frames, self._parts),
                pattern(deed.answer, self.frames, self._parts) if deed.answer else None,
            )
            for name, deed in self.deeds.items()
        }

    @cached_property
    def _parts(self) -> dict[str, Part]:
        parts = {name: self._part(name, place) for name, place in self.places.items()}
        if self.checksum:
            parts["check"] = self._check(self.checksum)
        return parts

    def _part(self, name: str, place: Place) -> Part:
        if place.words is not None:
            words = {word: literal(text, self.frames) for word, text in place.words.items()}
            if any(a != b and words[b].startswith(words[a]) for a in words for b in words):
                raise ValueError(f"{name}: one word begins like another")
            return Words(name, words)
        if place.range is not None:
            usual: Written = "byte" if self.frames == "hex" else "decimal"
            written = place.written or usual
            ends = {len(f"{end + place.plus:{'X' if written == 'hex' else 'd'}}") for end in place.range}
            # All of one length: their end is known without being told.
            digits = place.digits or (ends.pop() if written in ("decimal", "hex") and len(ends) == 1 else None)
            return Number(name, *place.range, written, digits, place.plus)
        return Text(name, place.text or 0, place.fixed)

    def _check(self, checksum: Checksum) -> Check:
        low_first = checksum.order == "low-first" or (checksum.order is None and checksum.kind in LOW_FIRST)
        digits = checksum.written == "digits" or (checksum.written is None and self.frames == "ascii")
        return Check(checksum.kind, checksum.skip, low_first and not (digits and checksum.order is None), digits)


def _check_place(name: str, place: Place) -> None:
    if name == "check" or not name.isidentifier():
        raise ValueError(f"{name} is not a name for a place")
    if name == "on" and set(place.words or ()) != {"on", "off"}:
        raise ValueError('the place on has the words "on" and "off"')
    if name in _NUMBERS and place.range is None:
        raise ValueError(f"the place {name} is a number and has a range")
