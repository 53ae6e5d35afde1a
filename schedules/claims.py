"""More facts of a plan: a share of every hour, a time in which all else is frozen, the languages of an hour, parts of a board."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from schedules.fact import EVERY_DAY, Fact, Id, Weekdays, Window

Language = Annotated[
    str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$")
]  # BCP 47, the part we use


class Share(Fact):
    """So much air in every period of a rule's windows, in whole turns of its items, spread evenly (decision 0026)."""

    seconds: float = Field(gt=0, le=86_400, description="of air")
    per: int = Field(default=60, ge=5, le=1440, description="minutes of a period, counted from where a window begins")

    @model_validator(mode="after")
    def _fits(self) -> Share:
        if self.seconds > self.per * 60:
            raise ValueError("a share cannot be longer than its period")
        return self


class Event(Fact):
    """A time in which only its own rules, and what is urgent, may claim a device: a state visit."""

    id: Id
    name: str = Field(default="", max_length=200)
    starts: AwareDatetime
    until: AwareDatetime

    @model_validator(mode="after")
    def _in_order(self) -> Event:
        if self.starts >= self.until:
            raise ValueError("an event must start before it ends")
        return self


class Tongues(Fact):
    """The languages of some hours, in their order. A message that has none of them is told in those it has."""

    languages: tuple[Language, ...] = Field(min_length=1, max_length=12)
    weekdays: Weekdays = EVERY_DAY
    windows: tuple[Window, ...] = Field(default=(), description="none: at all hours")
    zones: tuple[Id, ...] = Field(default=(), description="of a loudspeaker; none: in all of them")


class Area(Fact):
    """A part of a board, in lamps from its left upper corner."""

    id: Id
    left: int = Field(default=0, ge=0, le=4096)
    top: int = Field(default=0, ge=0, le=4096)
    width: int = Field(ge=1, le=4096)
    height: int = Field(ge=1, le=4096)

    def meets(self, other: Area) -> bool:
        """Whether two areas share a lamp."""
        return (
            self.left < other.left + other.width
            and other.left < self.left + self.width
            and self.top < other.top + other.height
            and other.top < self.top + self.height
        )
