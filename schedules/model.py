"""Frozen facts of a schedule: what may be shown, when, and how strongly. Times are aware datetimes; seconds are floats."""

from __future__ import annotations

from collections.abc import Container, Mapping
from enum import StrEnum
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AwareDatetime, Field, StringConstraints, field_validator, model_validator

from schedules.claims import Area, Event, Share, Tongues
from schedules.claims import Language as Language
from schedules.fact import EVERY_DAY, MINUTES_A_DAY, Weekdays
from schedules.fact import Fact as Fact
from schedules.fact import Id as Id
from schedules.fact import Window as Window
from schedules.fact import clock as clock
from schedules.fact import day_start as day_start
from schedules.hours import DayHours, DayList, Hours, Mourning, Quiet, Relative, one_each_day
from schedules.levels import Levels
from schedules.lunar import LunarTable
from schedules.recurrence import Recurrence

DeviceId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,32}/[a-z0-9_-]{1,32}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


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
    """One file of content, named by its hash: the pages of one language for one board shape, a sound clip, or a wall's video."""

    sha256: Sha256
    kind: Literal["pages", "audio", "video"]
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
    starts: AwareDatetime | None = Field(default=None, description="not shown before")
    until: AwareDatetime | None = Field(default=None, description="not shown from then on, also with no link")
    tags: tuple[Id, ...] = Field(default=(), description="what mourning can mute: music, entertainment")
    interrupted: Literal["resume", "restart", "skip"] = Field(
        default="resume", description="what becomes of sound that was cut: it goes on, begins again, or is let go"
    )
    late: Literal["play", "shorten", "skip"] = Field(
        default="play", description="sound that could not begin in time: whole, joined where it would be, or not at all"
    )
    max_late: float | None = Field(
        default=None, ge=0, le=86_400, description="seconds after which it is let go; None: as its class has it"
    )

    @model_validator(mode="after")
    def _starts_before_until(self) -> Item:
        if self.starts and self.until and self.starts >= self.until:
            raise ValueError("an item must start before it ends")
        return self


class Playlist(Fact):
    """Items in the order they are shown. Of sound are: a chime before the due instant, gaps, repeats, and a tone at the end."""

    id: Id
    name: str = ""
    items: tuple[Item, ...] = ()
    includes: tuple[Id, ...] = Field(default=(), description="playlists whose items follow its own, in this order")
    shuffle: bool = Field(default=False, description="each pass in another order, nothing twice in a pass or in a row")
    seed: int = Field(default=0, ge=0, le=2**31, description="of the shuffle")
    chime: Id = Field(default="chime-2", description="name of the tone that sounds in `lead`")
    lead: float = Field(default=0, ge=0, le=60, description="seconds before the due instant in which the chime sounds")
    gap: float = Field(default=0, ge=0, le=60, description="seconds between contents")
    repeats: int = Field(default=1, ge=1, le=10, description="how often the contents are said in one pass")
    tail: float = Field(default=0, ge=0, le=60, description="seconds of the end tone, a gap after the last content")

    @model_validator(mode="after")
    def _not_empty(self) -> Playlist:
        if not self.items and not self.includes:
            raise ValueError("a playlist needs items, or playlists to take them from")
        return self


class Rule(Fact):
    """A playlist wanted on targets in daily windows. A weekday belongs to the start of a window that passes midnight."""

    id: Id
    playlist: Id
    targets: tuple[DeviceId, ...] = Field(min_length=1)
    priority: Literal[Priority.NORMAL, Priority.EVENT, Priority.PRIORITY] = Priority.NORMAL
    weekdays: Weekdays = EVERY_DAY
    windows: tuple[Window, ...] = Field(min_length=1)
    starts: AwareDatetime | None = None
    ends: AwareDatetime | None = None
    loop: bool = Field(default=True, description="False: the playlist runs once from each due instant, to its own end")
    every: int | None = Field(
        default=None, ge=1, le=MINUTES_A_DAY, description="minutes between due instants in a window"
    )
    zones: tuple[Id, ...] = Field(default=(), description="of a loudspeaker; empty means all its public zones")

    minutes: tuple[Annotated[int, Field(ge=0, le=59)], ...] = Field(
        default=(), max_length=60, description="of every hour in a window: due at these"
    )
    recurrence: Recurrence | None = Field(default=None, description="picks days; weekdays still apply")
    exceptions: tuple[DayHours, ...] = ()
    only_on: tuple[Id, ...] = Field(default=(), description="lists of days, one of which must name the day")
    not_on: tuple[Id, ...] = Field(default=(), description="lists of days, none of which may")
    relative: Relative | None = Field(default=None, description="opening hours the windows are cut to")
    in_quiet: Literal["hold", "drop"] = Field(default="hold", description="what is due once, and meets quiet hours")
    share: Share | None = Field(default=None, description="one item at a time, so often that this much air is its own")
    event: Id | None = Field(
        default=None, description="the event it belongs to: due in its time only, and not frozen by it"
    )
    area: Id | None = Field(default=None, description="of the board; None: all of it")
    routing: Literal["partial", "non_partial", "stacked"] = Field(
        default="partial", description="of sound once: where it is free, in all zones or none, or in all when free"
    )
    stack_for: float | None = Field(
        default=None, gt=0, le=14_400, description="seconds a stacked sound waits; None: as late as its message may be"
    )
    longest: float | None = Field(
        default=None, ge=1, le=86_400, description="seconds of sound after which a run ends, whatever is left of it"
    )

    @model_validator(mode="after")
    def _starts_before_ends(self) -> Rule:
        if self.starts and self.ends and self.starts >= self.ends:
            raise ValueError("a rule must start before it ends")
        if (self.every or self.minutes) and self.loop:
            raise ValueError("a rule that repeats every so many minutes runs once each time: set loop to false")
        if self.every and self.minutes:
            raise ValueError("a rule is due every so many minutes or at fixed minutes of the hour, not both")
        if self.share and (self.loop or self.every or self.minutes):
            raise ValueError("a rule with a share finds its own instants: loop is false, without every and minutes")
        if self.loop and (self.routing != "partial" or self.longest):
            raise ValueError("routing and the longest time are of what runs once: set loop to false")
        if self.stack_for and self.routing != "stacked":
            raise ValueError("only what is stacked waits: set routing to stacked")
        one_each_day(self.exceptions)
        return self


class LocalCall(Fact):
    """What a button at the gate starts with no network at all: an approved item, or the microphone where there is none."""

    id: Id
    item: Item | None = None
    priority: Literal[Priority.LIVE, Priority.EMERGENCY, Priority.EVACUATION] = Priority.EMERGENCY
    zones: tuple[Id, ...] = Field(default=(), description="of a loudspeaker; none: all its public zones")
    release: Literal["hold", "latch"] = Field(default="latch", description="on while pressed, or until pressed again")
    longest: int = Field(default=600, ge=5, le=3600, description="seconds after which it ends by itself")
    drill: bool = Field(default=False, description="an exercise: marked wherever it is shown, said or told")

    @model_validator(mode="after")
    def _whole(self) -> LocalCall:
        if (self.item is None) != (self.priority is Priority.LIVE):
            raise ValueError("a local call has an item; only the microphone, of class live, has none")
        return self


class Alert(Fact):
    """An alert as one device meets it: over everything weaker, from `starts` to `until`, whatever the plan says."""

    id: Id
    revision: int = Field(ge=1)
    priority: Literal[Priority.LIVE, Priority.EMERGENCY, Priority.EVACUATION, Priority.BLANK] = Priority.EMERGENCY
    starts: AwareDatetime
    until: AwareDatetime
    item: Item | None = None  # None only for BLANK, and for a live microphone
    zones: tuple[Id, ...] = ()  # of a loudspeaker; none: all its public zones
    drill: bool = False  # an exercise: everything real goes over it
    mark: Item | None = None  # of an exercise: goes before each of its contents

    @model_validator(mode="after")
    def _whole(self) -> Alert:
        if self.starts >= self.until:
            raise ValueError("an alert must start before it ends")
        if (self.item is None) != (self.priority in (Priority.BLANK, Priority.LIVE)):
            raise ValueError("an alert shows an item; only blank-all and a live microphone show none")
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
    hours: tuple[Hours, ...] = ()
    days: tuple[DayList, ...] = ()
    mournings: tuple[Mourning, ...] = ()
    quiet: tuple[Quiet, ...] = ()
    events: tuple[Event, ...] = ()
    tongues: tuple[Tongues, ...] = Field(default=(), description="the first that covers a moment counts")
    areas: tuple[Area, ...] = ()
    levels: Levels = Levels()
    calls: tuple[LocalCall, ...] = Field(default=(), description="that buttons at the gate may start")
    lunar: LunarTable | None = Field(default=None, description="for dates of the moon in texts")
    mark: Item | None = Field(default=None, description="goes before each content of a local call that is an exercise")

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f'there is no time zone "{value}"') from None
        return value

    @model_validator(mode="after")
    def _closed(self) -> Plan:
        unique("playlists", [one.id for one in self.playlists])
        unique("rules", [one.id for one in self.rules])
        unique("opening hours", [one.id for one in self.hours])
        unique("lists of days", [one.id for one in self.days])
        lists = {playlist.id: playlist for playlist in self.playlists}
        _known("playlists", lists, [rule.playlist for rule in self.rules])
        _known("playlists", lists, [each for playlist in self.playlists for each in playlist.includes])
        hours, days = {one.id for one in self.hours}, {one.id for one in self.days}
        _known("opening hours", hours, [rule.relative.hours for rule in self.rules if rule.relative])
        _known("lists of days", days, [each for rule in self.rules for each in (*rule.only_on, *rule.not_on)])
        if any(quiet.zones for quiet in self.quiet) and not all(rule.zones for rule in self.rules):
            raise ValueError("where quiet hours name zones, every rule must name its zones")
        unique("events", [one.id for one in self.events])
        unique("local calls", [one.id for one in self.calls])
        unique("areas", [one.id for one in self.areas])
        _known("events", {one.id for one in self.events}, [rule.event for rule in self.rules if rule.event])
        _known("areas", {one.id for one in self.areas}, [rule.area for rule in self.rules if rule.area])
        for place, area in enumerate(self.areas):
            if any(area.meets(other) for other in self.areas[:place]):
                raise ValueError(f'the area "{area.id}" lies over another')
        stray = sorted(rule.id for rule in self.rules if self.device not in rule.targets)
        if stray:
            raise ValueError(f"rules for another device: {', '.join(stray)}")
        return self

    @model_validator(mode="after")
    def _unfolds(self) -> Plan:
        lists = {playlist.id: playlist for playlist in self.playlists}
        for playlist in self.playlists:
            unfold(playlist, lists)
        return self

    def items(self) -> tuple[Item, ...]:
        """Every item: of playlists, of the fallback, of local calls."""
        extra = [self.fallback, self.mark, *(call.item for call in self.calls)]
        return tuple(item for one in self.playlists for item in one.items) + tuple(item for item in extra if item)

    def contents(self) -> tuple[ContentRef, ...]:
        """Every file the plan needs, each once, in a stable order."""
        refs = [ref for item in self.items() for ref in item.contents]
        return tuple({ref.sha256: ref for ref in (*refs, *self.preload)}.values())


MOST_ITEMS = 10_000
DEEPEST = 8


def unfold(playlist: Playlist, lists: Mapping[str, Playlist], above: tuple[str, ...] = ()) -> tuple[Item, ...]:
    """The items of a playlist and of those it includes, in order; ValueError if one includes itself or grows too long."""
    if playlist.id in above:
        raise ValueError(f"playlists that include one another without end: {', '.join((*above, playlist.id))}")
    if len(above) == DEEPEST:
        raise ValueError(f"playlists may include one another {DEEPEST} deep, not more: {', '.join(above)}")
    items = playlist.items
    for name in playlist.includes:
        items += unfold(lists[name], lists, (*above, playlist.id))
        if len(items) > MOST_ITEMS:
            raise ValueError(f'the playlist "{playlist.id}" unfolds to more than {MOST_ITEMS} items')
    return items


def unique(what: str, names: list[str]) -> None:
    """ValueError if a name comes twice."""
    if len(set(names)) != len(names):
        raise ValueError(f"ids of {what} must be unique in a plan")


def _known(what: str, known: Container[str], named: list[str]) -> None:
    missing = sorted({name for name in named if name not in known})
    if missing:
        raise ValueError(f"the plan names {what} it does not hold: {', '.join(missing)}")
