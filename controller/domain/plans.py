"""From what people decided to the plan of one device. Pure: the same facts give the same plan on every day it is built."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Container, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, Field

from controller.calendars.moons import moon_table
from controller.calendars.sun import sun_table
from controller.domain.calendars import Calendar, CallWanted, Days, EventKept, Kind, LevelsWanted, MourningKept, those
from controller.domain.closings import Closing
from controller.domain.gates import Device
from controller.domain.terms import OF_SOUND, TERMS, Terms
from devices.profiles.tones import tone_seconds
from schedules.claims import Area, Event, Tongues
from schedules.fact import EVERY_DAY
from schedules.hours import DayList, Hours, Mourning, Quiet
from schedules.levels import Cap, Levels, Volume
from schedules.lunar import LunarTable
from schedules.model import (
    ContentRef,
    DeviceId,
    Fact,
    Id,
    Item,
    LocalCall,
    Plan,
    Playlist,
    Priority,
    Rule,
    Sha256,
    Window,
)
from schedules.suspension import suspended

LevelT = TypeVar("LevelT", Volume, Cap)
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
YEARS_OF_MOON = 4
GAP = 0.7  # seconds of silence between languages
CHIME = "chime-2"
SAID_EVERY = 15  # minutes between two sayings of a suspension


class Showable(Fact):
    """An approved message with all its files, languages in showing order."""

    message: Id
    version: int
    digest: Sha256
    title: str
    pages: dict[str, tuple[ContentRef, ...]]  # board shape -> pages
    audio: tuple[ContentRef, ...] = ()
    moon: bool = False  # its text names days of the moon


class Entry(Fact):
    """One message of a playlist, as the operator chose it."""

    message: Id
    seconds: float | None = None
    starts: AwareDatetime | None = None
    until: AwareDatetime | None = None
    tags: tuple[Id, ...] = ()
    interrupted: Literal["resume", "restart", "skip"] = "resume"
    late: Literal["play", "shorten", "skip"] = "play"
    max_late: float | None = None


class Sound(Fact):
    """How a playlist sounds on a loudspeaker: the chime before the due second, how often it is said, a tone at the end."""

    chime: Literal["chime-2", "chime-4", "none"] = "chime-2"
    repeats: int = Field(default=1, ge=1, le=10)
    end_tone: bool = False


class WantedPlaylist(Fact):
    """A playlist of the operator."""

    id: Id
    name: str
    items: tuple[Entry, ...]
    includes: tuple[Id, ...] = ()
    shuffle: bool = False
    sound: Sound = Sound()
    version: int = 1


class WantedRule(Terms):
    """A schedule of the operator."""

    id: Id
    playlist: Id
    targets: tuple[DeviceId, ...]
    priority: Literal[Priority.NORMAL, Priority.EVENT, Priority.PRIORITY]
    weekdays: tuple[int, ...]
    windows: tuple[tuple[str, str], ...]
    starts: datetime | None = None
    ends: datetime | None = None
    every: int | None = None
    zones: tuple[Id, ...] = ()
    version: int = 1


class Gap(Fact):
    """Something wanted that a device will not show, and why."""

    device: DeviceId
    message: Id
    code: str
    text: str


class Body(Fact):
    """A plan without its number: what it makes a device do."""

    playlists: tuple[Playlist, ...] = ()
    rules: tuple[Rule, ...] = ()
    fallback: Item | None = None
    preload: tuple[ContentRef, ...] = ()
    hours: tuple[Hours, ...] = ()
    days: tuple[DayList, ...] = ()
    mournings: tuple[Mourning, ...] = ()
    quiet: tuple[Quiet, ...] = ()
    events: tuple[Event, ...] = ()
    tongues: tuple[Tongues, ...] = ()
    areas: tuple[Area, ...] = ()
    levels: Levels = Levels()
    calls: tuple[LocalCall, ...] = ()
    lunar: LunarTable | None = None
    mark: Item | None = None

    def fingerprint(self) -> str:
        """SHA-256 of the canonical form: equal if and only if the plans do the same."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def numbered(self, device: str, revision: int, issued: datetime) -> Plan:
        """The plan as it is sealed."""
        return Plan(device=device, revision=revision, issued=issued, **dict(self))


class Wanted(Fact):
    """All that plans are built from."""

    playlists: dict[str, WantedPlaylist]
    rules: tuple[WantedRule, ...]
    showables: dict[str, Showable]
    states: dict[str, str]  # of every message a playlist names
    alert_clips: tuple[ContentRef, ...] = ()  # for loudspeakers to hold ready
    marks: dict[str, Item] = Field(default_factory=dict)  # of exercises, by shape of board; "" of loudspeakers
    calendars: tuple[Calendar, ...] = ()
    closings: tuple[Closing, ...] = ()


def chime_lead(chime: str = CHIME) -> float:
    """Seconds by which a chime begins before the first word: its length, rounded up to half a second, and half a second."""
    return math.ceil(tone_seconds(chime) * 2) / 2 + 0.5


def _sound(sound: Sound) -> dict[str, Any]:
    chime = {} if sound.chime == "none" else {"chime": sound.chime, "lead": chime_lead(sound.chime)}
    tail = {"tail": tone_seconds("end")} if sound.end_tone else {}
    return {"gap": GAP, "repeats": sound.repeats, **chime, **tail}


def build(device: Device, wanted: Wanted, now: datetime) -> Body:
    """What `device` is to do from `now` on."""
    rules = tuple(rule for rule in all_rules(wanted, device.kind) if _concerns(rule, device, now))
    playlists = {name: playlist for rule in rules for name, playlist in _playlists(device, wanted, rule).items()}
    body = Body(
        playlists=tuple(playlists[name] for name in sorted(playlists)),
        rules=tuple(
            rule_of(device, rule, _name(rule))
            for rule in sorted(rules, key=lambda each: each.id)
            if _name(rule) in playlists
        ),
        preload=wanted.alert_clips if device.kind == "speaker" else (),
        areas=device.areas,
    )
    return with_calendars(body, device, wanted, now)


def all_rules(wanted: Wanted, kind: Literal["board", "speaker"] = "board") -> tuple[WantedRule, ...]:
    """The schedules, and the notices of suspensions as a kind of device carries them."""
    return (*wanted.rules, *(rule for one in wanted.closings if (rule := _notice(one, kind))))


def _notice(closing: Closing, kind: str) -> WantedRule | None:
    """On boards for the whole time; on loudspeakers when it begins, and again every so many minutes."""
    order = closing.effective
    if order is None or closing.playlist is None or not closing.targets:
        return None
    says = kind == "speaker"
    return WantedRule(
        id=closing.id, playlist=closing.playlist, targets=closing.targets, priority=Priority.PRIORITY,
        weekdays=EVERY_DAY, windows=day_from(order.starts) if says else (("00:00", "24:00"),), starts=order.starts,
        ends=order.until, every=SAID_EVERY if says else None,
    )  # fmt: skip


def day_from(when: datetime) -> tuple[tuple[str, str], ...]:
    """The whole day, counted from the first full minute of a moment."""
    minute = when.astimezone(ZONE)
    if minute.second or minute.microsecond:
        minute += timedelta(minutes=1)
    first = f"{minute:%H:%M}"
    return (("00:00", "24:00"),) if first == "00:00" else ((first, "24:00"), ("00:00", first))


def _concerns(rule: WantedRule, device: Device, now: datetime) -> bool:
    here = rule.area is None or any(area.id == rule.area for area in device.areas)
    return device.id in rule.targets and here and not (rule.ends and rule.ends <= now)


def rule_of(device: Device, rule: WantedRule, playlist: str) -> Rule:
    """The schedule as a rule of a device's plan; ValueError if its terms contradict one another."""
    once = rule.every is not None or bool(rule.minutes) or rule.share is not None
    return Rule(
        id=rule.id,
        playlist=playlist,
        targets=(device.id,),
        priority=rule.priority,
        weekdays=rule.weekdays,
        windows=tuple(Window.of(start, end) for start, end in rule.windows),
        starts=rule.starts,
        ends=rule.ends,
        loop=device.kind == "board" and not once,
        every=rule.every,
        zones=device.zones_of(rule.zones) if device.kind == "speaker" else (),
        **{name: getattr(rule, name) for name in TERMS if device.kind == "speaker" or name not in OF_SOUND},
    )


def _name(rule: WantedRule) -> str:
    """A playlist's name in the plan: in an area its messages have other pages."""
    return f"{rule.playlist}-{rule.area}"[:32] if rule.area else rule.playlist


def _playlists(device: Device, wanted: Wanted, rule: WantedRule) -> dict[str, Playlist]:
    """The rule's playlist and those it includes, by their names in the plan; those with nothing to show are left out."""
    found: dict[str, Playlist] = {}
    _gather(device, wanted, rule.playlist, rule.area, found)
    return found


def _gather(device: Device, wanted: Wanted, name: str, area: str | None, found: dict[str, Playlist]) -> bool:
    playlist = wanted.playlists[name]
    key = f"{name}-{area}"[:32] if area else name
    if key in found:
        return True
    includes = tuple(each for each in playlist.includes if _gather(device, wanted, each, area, found))
    items = tuple(item for entry in playlist.items if (item := _item(device, wanted, entry, area)))
    if not items and not includes:
        return False
    sound = _sound(playlist.sound) if device.kind == "speaker" else {}
    named = tuple(f"{each}-{area}"[:32] if area else each for each in includes)
    found[key] = Playlist(
        id=key, name=playlist.name, items=items, includes=named, shuffle=playlist.shuffle, **sound
    )  # fmt: skip
    return True


def contents_for(device: Device, showable: Showable, area: str | None = None) -> tuple[ContentRef, ...]:
    """The files of a message that a device, or an area of it, can show; empty if it has none for it."""
    return showable.audio if device.kind == "speaker" else showable.pages.get(device.shape_of(area) or "", ())


def _item(device: Device, wanted: Wanted, entry: Entry, area: str | None) -> Item | None:
    showable = wanted.showables.get(entry.message)
    contents = contents_for(device, showable, area) if showable else ()
    if showable is None or not contents:
        return None
    return Item(
        message=showable.message,
        version=showable.version,
        digest=showable.digest,
        title=showable.title,
        contents=contents,
        # Speech takes the time it takes: a turn is stretched or cut on boards only.
        seconds=entry.seconds if device.kind == "board" else None,
        starts=entry.starts,
        until=entry.until,
        tags=entry.tags,
        interrupted=entry.interrupted,
        late=entry.late,
        max_late=entry.max_late,
    )


def entries_of(wanted: Wanted, playlist: str) -> tuple[Entry, ...]:
    """The messages of a playlist and of those it includes."""
    found = wanted.playlists[playlist]
    return found.items + tuple(entry for each in found.includes for entry in entries_of(wanted, each))


def with_calendars(body: Body, device: Device, wanted: Wanted, now: datetime) -> Body:
    """The body with what its rules name and what is said for its device."""
    quiet = _quiet(device, those(wanted.calendars, Quiet, device.id))
    events = tuple(one.bare() for one in those(wanted.calendars, EventKept, device.id) if one.until > now)
    lists = {one.id: one.bare() for one in those(wanted.calendars, Days)}
    places = {one.id: one for one in those(wanted.calendars, Hours)}
    rules = tuple(rule for rule in body.rules if _whole(rule, {one.id for one in events}, lists, places))
    hours = sorted({rule.relative.hours for rule in rules if rule.relative})
    days = sorted({name for rule in rules for name in (*rule.only_on, *rule.not_on)})
    if any(one.zones for one in quiet):
        # Where quiet hours name zones, what is for all of them must name them too.
        rules = tuple(rule if rule.zones else rule.model_copy(update={"zones": device.zones}) for rule in rules)
    calls = _calls(device, wanted)
    facts = {
        "rules": rules,
        "mark": _mark(device, wanted) if any(call.drill for call in calls) else None,
        "hours": tuple(_hours(places[name], wanted.closings) for name in hours),
        "days": tuple(lists[name] for name in days),
        "quiet": quiet,
        "mournings": tuple(one.bare() for one in those(wanted.calendars, MourningKept, device.id) if one.until > now),
        "events": events,
        "calls": calls,
        "tongues": those(wanted.calendars, Tongues, device.id),
        "levels": _levels(device, those(wanted.calendars, LevelsWanted, device.id)),
        "lunar": _moon(body, wanted, now),
    }
    return body.model_copy(update=facts)


def _whole(rule: Rule, events: Container[str], lists: Container[str], places: Container[str]) -> bool:
    """Whether all a rule names is there: an event that is over takes its rules with it."""
    there = rule.event is None or rule.event in events
    open_or_closed = rule.relative is None or rule.relative.hours in places
    return there and open_or_closed and all(name in lists for name in (*rule.only_on, *rule.not_on))


def _quiet(device: Device, wanted: Sequence[Quiet]) -> tuple[Quiet, ...]:
    """The quiet hours of a loudspeaker, in the zones it has."""
    if device.kind != "speaker":
        return ()
    here = ((one, device.zones_of(one.zones)) for one in wanted)
    return tuple(one.model_copy(update={"zones": zones}) for one, zones in here if zones or not one.zones)


def _moon(body: Body, wanted: Wanted, now: datetime) -> LunarTable | None:
    """Months of the moon for years to come, where a text names its days: the agent may be alone for long."""
    shown = {item.message for playlist in body.playlists for item in playlist.items}
    if not any(wanted.showables[message].moon for message in shown):
        return None
    return moon_table(now.astimezone(ZONE).year, YEARS_OF_MOON)


def _hours(hours: Hours, closings: Sequence[Closing]) -> Hours:
    orders = [order for one in closings if hours.id in one.hours and (order := one.effective)]
    return suspended(hours, orders) if orders else hours


def _calls(device: Device, wanted: Wanted) -> tuple[LocalCall, ...]:
    """The local calls a device can answer: their message is approved and has a sound or pages for it."""
    kept = (one for one in wanted.calendars if one.kind is Kind.CALL and one.confirmed and one.concerns(device.id))
    return tuple(
        call for one in kept if isinstance(one.said, CallWanted) and (call := _call(device, wanted, one.id, one.said))
    )


def _mark(device: Device, wanted: Wanted) -> Item | None:
    return wanted.marks.get(device.shape or "")


def _call(device: Device, wanted: Wanted, name: str, said: CallWanted) -> LocalCall | None:
    if said.drill and _mark(device, wanted) is None:
        return None  # an exercise that cannot be marked is not shown
    item = _item(device, wanted, Entry(message=said.message), None) if said.message else None
    if item is None and (said.message is not None or device.kind == "board"):
        return None
    usual = Priority.EVACUATION if said.evacuation else Priority.EMERGENCY
    zones = device.zones_of(said.zones)
    return LocalCall(
        id=name, item=item, priority=usual if item else Priority.LIVE, zones=zones, release=said.release,
        longest=said.longest, drill=said.drill,
    )  # fmt: skip


def _here(device: Device, levels: Iterable[LevelT]) -> tuple[LevelT, ...]:
    """Those for all zones, and those for zones of the device, groups unfolded."""
    found = ((one, device.zones_of(one.zones)) for one in levels)
    return tuple(one.model_copy(update={"zones": zones}) for one, zones in found if zones or not one.zones)


def _levels(device: Device, wanted: Sequence[LevelsWanted]) -> Levels:
    light = next((one.light for one in wanted if one.light), None) if device.kind == "board" else None
    return Levels(
        volumes=_here(device, (each for one in wanted for each in one.volumes)) if device.kind == "speaker" else (),
        caps=_here(device, (each for one in wanted for each in one.caps)),
        light=light,
        sun=sun_table(*device.place) if light else (),
    )


def gaps(devices: Sequence[Device], wanted: Wanted, rule: WantedRule) -> Iterator[Gap]:
    """What a rule asks for and its devices will not show: not yet approved, or no file for this kind of device."""
    for device in devices:
        if device.id not in rule.targets:
            continue
        for entry in entries_of(wanted, rule.playlist):
            showable = wanted.showables.get(entry.message)
            if showable is None:
                state = wanted.states.get(entry.message, "unknown")
                text = f"left out until it is approved; it is {state} now"
                yield Gap(device=device.id, message=entry.message, code="message.not_approved", text=text)
            elif not contents_for(device, showable, rule.area):
                what = "no sound file" if device.kind == "speaker" else f"no pages for {device.shape_of(rule.area)}"
                yield Gap(
                    device=device.id, message=entry.message, code="content.missing", text=f"left out: it has {what}"
                )
