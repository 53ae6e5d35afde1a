"""Frozen facts of a schedule: what may be shown, when, and how strongly. Times are aware datetimes; seconds are floats."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,32}$")]
DeviceId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,32}/[a-z0-9_-]{1,32}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Language = Annotated[
    str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$")
]  # BCP 47, the part we use

MINUTES_A_DAY = 24 * 60


class Fact(BaseModel):
    """A frozen fact that refuses what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Priority(StrEnum):
    """How strongly something claims a device, weakest first (decision 0007)."""

    FALLBACK = "fallback"
    NORMAL = "normal"
    EVENT = "event"
    PRIORITY = "priority"
    LIVE = "live"
    EMERGENCY = "emergency"
    EVACUATION = "evacuation"
    BLANK = "blank"

    @property
    def rank(self) -> int:
        """0 for the weakest, growing."""
        return _RANK[self]


_RANK = {priority: rank for rank, priority in enumerate(Priority)}


class ContentRef(Fact):
    """One file of content, named by its hash: the pages of one language for one board shape, or one sound clip."""

    sha256: Sha256
    kind: Literal["pages", "audio"]
    language: Language
    size: int = Field(gt=0, description="bytes")
    seconds: float = Field(gt=0, description="how long one showing takes by itself")


class Item(Fact):
    """One approved message as a device shows it: its languages in turn."""

    message: Id
    version: int = Field(ge=1)
    digest: Sha256
    title: str = ""
    contents: tuple[ContentRef, ...] = Field(min_length=1)
    seconds: float | None = Field(
        default=None, gt=0, description="the whole turn, shared by the contents in proportion"
    )


class Playlist(Fact):
    """Items in the order they are shown. `lead` and `gap` are of sound: time for the chime, and silence between contents."""

    id: Id
    name: str = ""
    items: tuple[Item, ...] = Field(min_length=1)
    lead: float = Field(default=0, ge=0, le=60, description="seconds before the first content")
    gap: float = Field(default=0, ge=0, le=60, description="seconds between contents")


class Window(Fact):
    """A half-open stretch of the day in minutes after midnight; `end <= start` passes midnight into the next day."""

    start: int = Field(ge=0, lt=MINUTES_A_DAY)
    end: int = Field(gt=0, le=MINUTES_A_DAY)

    @model_validator(mode="after")
    def _not_empty(self) -> Window:
        if self.start == self.end:
            raise ValueError("a window must not be empty; the whole day is 00:00 to 24:00")
        return self

    @classmethod
    def of(cls, start: str, end: str) -> Window:
        """Read "07:00", "17:00"; the end may be "24:00"."""
        end_minute = _minute(end)
        return cls(start=_minute(start), end=end_minute if end_minute else MINUTES_A_DAY)

    @property
    def minutes(self) -> int:
        """Length in minutes."""
        return self.end - self.start if self.end > self.start else self.end + MINUTES_A_DAY - self.start


class Rule(Fact):
    """A playlist wanted on targets in daily windows. A weekday belongs to the start of a window that passes midnight."""

    id: Id
    playlist: Id
    targets: tuple[DeviceId, ...] = Field(min_length=1)
    priority: Literal[Priority.NORMAL, Priority.EVENT, Priority.PRIORITY] = Priority.NORMAL
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)
    windows: tuple[Window, ...] = Field(min_length=1)
    starts: AwareDatetime | None = None
    ends: AwareDatetime | None = None
    loop: bool = Field(default=True, description="False: the playlist runs once from each due instant, to its own end")
    every: int | None = Field(
        default=None, ge=1, le=MINUTES_A_DAY, description="minutes between due instants in a window"
    )
    zones: tuple[Id, ...] = Field(default=(), description="of a loudspeaker; empty means all its public zones")

    @field_validator("weekdays")
    @classmethod
    def _iso_weekdays(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if not value or any(day not in range(1, 8) for day in value):
            raise ValueError("weekdays are ISO numbers 1 (Monday) to 7 (Sunday), at least one")
        return tuple(sorted(set(value)))

    @model_validator(mode="after")
    def _starts_before_ends(self) -> Rule:
        if self.starts and self.ends and self.starts >= self.ends:
            raise ValueError("a rule must start before it ends")
        if self.every and self.loop:
            raise ValueError("a rule that repeats every so many minutes runs once each time: set loop to false")
        return self


class Alert(Fact):
    """An alert as one device meets it: over everything weaker, from `starts` to `until`, whatever the plan says."""

    id: Id
    revision: int = Field(ge=1)
    priority: Literal[Priority.EMERGENCY, Priority.EVACUATION, Priority.BLANK] = Priority.EMERGENCY
    starts: AwareDatetime
    until: AwareDatetime
    item: Item | None = None  # None only for BLANK

    @model_validator(mode="after")
    def _whole(self) -> Alert:
        if self.starts >= self.until:
            raise ValueError("an alert must start before it ends")
        if (self.item is None) != (self.priority is Priority.BLANK):
            raise ValueError("an alert shows an item; only blank-all shows none")
        return self


class Plan(Fact):
    """The whole desired state of one device: rules, not events, so that the agent can go on alone."""

    format: Literal[1] = 1
    device: DeviceId
    revision: int = Field(ge=1)
    issued: AwareDatetime
    zone: str = "Asia/Ho_Chi_Minh"
    playlists: tuple[Playlist, ...] = ()
    rules: tuple[Rule, ...] = ()
    fallback: Item | None = None
    preload: tuple[ContentRef, ...] = Field(default=(), description="clips to hold ready for alerts")

    @model_validator(mode="after")
    def _closed(self) -> Plan:
        known = {playlist.id for playlist in self.playlists}
        missing = sorted({rule.playlist for rule in self.rules} - known)
        if missing:
            raise ValueError(f"the plan names playlists it does not hold: {', '.join(missing)}")
        if len(known) != len(self.playlists) or len({rule.id for rule in self.rules}) != len(self.rules):
            raise ValueError("ids of playlists and rules must be unique in a plan")
        stray = sorted(rule.id for rule in self.rules if self.device not in rule.targets)
        if stray:
            raise ValueError(f"rules for another device: {', '.join(stray)}")
        return self

    def contents(self) -> tuple[ContentRef, ...]:
        """Every file the plan needs, each once, in a stable order."""
        items = [item for playlist in self.playlists for item in playlist.items]
        if self.fallback:
            items.append(self.fallback)
        refs = [ref for item in items for ref in item.contents]
        return tuple({ref.sha256: ref for ref in (*refs, *self.preload)}.values())


def _minute(text: str) -> int:
    hours, colon, minutes = text.partition(":")
    if not (
        colon and len(hours) == 2 and len(minutes) == 2 and (hours + minutes).isascii() and (hours + minutes).isdigit()
    ):
        raise ValueError(f'a time of day is written "HH:MM", not "{text}"')
    value = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or value > MINUTES_A_DAY:
        raise ValueError(f'there is no "{text}" in a day; the last is "24:00"')
    return value


def clock(minute: int) -> str:
    """Write minutes after midnight as "HH:MM"."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def day_start(day: date, minute: int = 0) -> datetime:
    """The naive local instant `minute` minutes into `day`."""
    return datetime.combine(day, time()) + timedelta(minutes=minute)
