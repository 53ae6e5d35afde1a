"""From what people decided to the plan of one device. Pure: the same facts give the same plan on every day it is built."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from controller.domain.gates import Device
from devices.profiles.tones import tone_seconds
from schedules.model import ContentRef, DeviceId, Fact, Id, Item, Plan, Playlist, Priority, Rule, Sha256, Window

GAP = 0.7  # seconds of silence between languages
CHIME = "chime-2"


class Showable(Fact):
    """An approved message with all its files, languages in showing order."""

    message: Id
    version: int
    digest: Sha256
    title: str
    pages: dict[str, tuple[ContentRef, ...]]  # board shape -> pages
    audio: tuple[ContentRef, ...] = ()


class Entry(Fact):
    """One message of a playlist, as the operator chose it."""

    message: Id
    seconds: float | None = None
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
    sound: Sound = Sound()


class WantedRule(Fact):
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


def chime_lead(chime: str = CHIME) -> float:
    """Seconds by which a chime begins before the first word: its length, rounded up to half a second, and half a second."""
    return math.ceil(tone_seconds(chime) * 2) / 2 + 0.5


def _sound(sound: Sound) -> dict[str, Any]:
    chime = {} if sound.chime == "none" else {"chime": sound.chime, "lead": chime_lead(sound.chime)}
    tail = {"tail": tone_seconds("end")} if sound.end_tone else {}
    return {"gap": GAP, "repeats": sound.repeats, **chime, **tail}


def build(device: Device, wanted: Wanted, now: datetime) -> Body:
    """What `device` is to do from `now` on."""
    rules = tuple(rule for rule in wanted.rules if device.id in rule.targets and not (rule.ends and rule.ends <= now))
    playlists = {name: _playlist(device, wanted, name) for name in sorted({rule.playlist for rule in rules})}
    kept = {name: playlist for name, playlist in playlists.items() if playlist is not None}
    return Body(
        playlists=tuple(kept.values()),
        rules=tuple(_rule(device, rule) for rule in sorted(rules, key=lambda each: each.id) if rule.playlist in kept),
        preload=wanted.alert_clips if device.kind == "speaker" else (),
    )


def _rule(device: Device, rule: WantedRule) -> Rule:
    return Rule(
        id=rule.id,
        playlist=rule.playlist,
        targets=(device.id,),
        priority=rule.priority,
        weekdays=rule.weekdays,
        windows=tuple(Window.of(start, end) for start, end in rule.windows),
        starts=rule.starts,
        ends=rule.ends,
        loop=device.kind == "board" and rule.every is None,
        every=rule.every,
        zones=rule.zones if device.kind == "speaker" else (),
    )


def _playlist(device: Device, wanted: Wanted, name: str) -> Playlist | None:
    playlist = wanted.playlists[name]
    items = tuple(item for entry in playlist.items if (item := _item(device, wanted, entry)))
    if not items:
        return None
    sound = _sound(playlist.sound) if device.kind == "speaker" else {}
    return Playlist(id=playlist.id, name=playlist.name, items=items, **sound)


def contents_for(device: Device, showable: Showable) -> tuple[ContentRef, ...]:
    """The files of a message that a device can show; empty if it has none for it."""
    return showable.audio if device.kind == "speaker" else showable.pages.get(device.shape or "", ())


def _item(device: Device, wanted: Wanted, entry: Entry) -> Item | None:
    showable = wanted.showables.get(entry.message)
    contents = contents_for(device, showable) if showable else ()
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
        interrupted=entry.interrupted,
        late=entry.late,
        max_late=entry.max_late,
    )


def gaps(devices: Sequence[Device], wanted: Wanted, rule: WantedRule) -> Iterator[Gap]:
    """What a rule asks for and its devices will not show: not yet approved, or no file for this kind of device."""
    for device in devices:
        if device.id not in rule.targets:
            continue
        for entry in wanted.playlists[rule.playlist].items:
            showable = wanted.showables.get(entry.message)
            if showable is None:
                state = wanted.states.get(entry.message, "unknown")
                text = f"left out until it is approved; it is {state} now"
                yield Gap(device=device.id, message=entry.message, code="message.not_approved", text=text)
            elif not contents_for(device, showable):
                what = "no sound file" if device.kind == "speaker" else f"no pages for {device.shape}"
                yield Gap(
                    device=device.id, message=entry.message, code="content.missing", text=f"left out: it has {what}"
                )
