"""Calendars as people keep them: named facts, drafted or confirmed, for every gate or some devices. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, StringConstraints

from controller.domain.almanac import Days as Days
from schedules.claims import Event, Tongues
from schedules.hours import Hours, Mourning, Quiet
from schedules.levels import Cap, Light, Volume
from schedules.model import Fact, Id

Scope = Annotated[str, StringConstraints(pattern=r"^(all|[a-z0-9_-]{1,32}/(\*|[a-z0-9_-]{1,32}))$")]


class Kind(StrEnum):
    """What a calendar says."""

    HOURS = "hours"  # when a place serves a kind of traffic
    DAYS = "days"  # a list of days: holidays, markets
    MOURNING = "mourning"
    QUIET = "quiet"
    EVENT = "event"
    TONGUES = "tongues"  # the languages of some hours
    LEVELS = "levels"  # volume and brightness
    CALL = "call"  # what a button at the gate starts


class LevelsWanted(Fact):
    """Volume and brightness as people set them; the table of the sun is added when plans are built."""

    volumes: tuple[Volume, ...] = ()
    caps: tuple[Cap, ...] = ()
    light: Light | None = None


class CallWanted(Fact):
    """A local call as people set it: an approved message, or the microphone where none is named."""

    message: Id | None = None
    evacuation: bool = Field(default=False, description="of a message: over every other emergency")
    zones: tuple[Id, ...] = ()
    release: Literal["hold", "latch"] = "latch"
    longest: int = Field(default=600, ge=5, le=3600, description="seconds")
    drill: bool = False


class MourningKept(Mourning):
    """A mourning with what people call it and the number of the notice that ordered it."""

    name: str = Field(default="", max_length=200)
    notice: str = Field(default="", max_length=60)

    def bare(self) -> Mourning:
        """As a plan carries it."""
        return Mourning(id=self.id, starts=self.starts, until=self.until, mutes=self.mutes)


class EventKept(Event):
    """An event with who ordered it."""

    who: str = Field(default="", max_length=200)

    def bare(self) -> Event:
        """As a plan carries it."""
        return Event(id=self.id, name=self.name, starts=self.starts, until=self.until)


FACTS: dict[Kind, type[Fact]] = {
    Kind.HOURS: Hours,
    Kind.DAYS: Days,
    Kind.MOURNING: MourningKept,
    Kind.QUIET: Quiet,
    Kind.EVENT: EventKept,
    Kind.TONGUES: Tongues,
    Kind.LEVELS: LevelsWanted,
    Kind.CALL: CallWanted,
}
NAMED = frozenset(kind for kind, fact in FACTS.items() if "id" in fact.model_fields)
FactT = TypeVar("FactT", bound=Fact)


class Calendar(Fact):
    """One of them. Only what is confirmed counts; hours and lists of days count where a schedule names them."""

    kind: Kind
    id: Id
    targets: tuple[Scope, ...] = Field(default=("all",), min_length=1)
    fact: dict[str, Any]
    confirmed: bool = True
    version: int = 1

    @cached_property
    def said(self) -> Fact:
        """The fact itself, with its id where it has one; ValidationError if it is none."""
        given = self.fact | ({"id": self.id} if self.kind in NAMED else {})
        return FACTS[self.kind].model_validate(given)

    def concerns(self, device: str) -> bool:
        """Whether it is for a device."""
        return any(target in ("all", device, device.partition("/")[0] + "/*") for target in self.targets)


def those(calendars: Iterable[Calendar], fact: type[FactT], device: str | None = None) -> tuple[FactT, ...]:
    """The confirmed facts of one type, in the order of their ids; those for a device, if one is named."""
    return tuple(
        one.said
        for one in sorted(calendars, key=lambda each: each.id)
        if one.confirmed and isinstance(one.said, fact) and (device is None or one.concerns(device))
    )


def named(calendars: Iterable[Calendar], kind: Kind, names: Sequence[str]) -> tuple[Calendar, ...]:
    """The confirmed calendars of a kind with these ids."""
    return tuple(one for one in calendars if one.kind is kind and one.confirmed and one.id in names)
