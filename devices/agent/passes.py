"""The sounds that are due: passes of playlists with their chime and contents, each at its exact instant. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from devices.profiles.tones import tone_seconds
from schedules.evaluate import OnAir, on_air
from schedules.levels import Level, volume_at
from schedules.model import Alert, ContentRef, Item, Plan, Playlist, Priority
from schedules.playlist import Told, in_order, told

TONE = "tone:"
MICROPHONE = "mic:"
END_TONE = "tone:end"
TEST_TONE = "tone:test"
DRILL_TONE = "tone:drill"
SETTLE = 0.3  # seconds a zone is open before and after its sound: no clicks, no clipped first syllable
_MOST_SEGMENTS = 100
_GOES_ON = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Cue:
    """One sound of a pass: a content of an item, or a tone. `offset` seconds of it are left out: they were said before."""

    due: datetime
    seconds: float
    item: Item | None
    content: ContentRef | None
    tone: str = ""
    planned: datetime | None = None  # where its due instant lay, if it is said after it
    offset: float = 0.0
    attempt: int = 1

    @property
    def meant(self) -> datetime:
        """Its due instant in the plan: it names the sound for ever."""
        return self.planned or self.due

    def is_of(self, sha256: str, meant: datetime) -> bool:
        """Whether it is this content, for this due instant."""
        return self.content is not None and self.content.sha256 == sha256 and self.meant == meant


@dataclass(frozen=True, slots=True)
class Pass:
    """One run through a playlist on a loudspeaker; `until` may cut it short."""

    cause: Literal["alert", "rule", "fallback"]
    source: str
    priority: Priority
    zones: tuple[str, ...]
    due: datetime
    ends: datetime
    until: datetime | None
    cues: tuple[Cue, ...]
    loops: bool = False
    drill: bool = False

    @property
    def begins(self) -> datetime:
        """When its first sample sounds: the chime's, where it has one."""
        return min((cue.due for cue in self.cues), default=self.due)

    @property
    def stops(self) -> datetime:
        """When its last sample is over."""
        return min(self.ends, self.until) if self.until else self.ends


def passes(
    plan: Plan, start: datetime, end: datetime, alerts: Sequence[Alert], bases: dict[str, datetime]
) -> Iterator[Pass]:
    """The passes due within [start, end), in order; `start` as much earlier as a chime is long, to know whom it would cut.

    `bases` gives, for an alert, the instant at which its first pass begins here: zones take a moment to open.
    """
    moment: datetime = start
    last: datetime | None = None
    for _ in range(_MOST_SEGMENTS):
        answer = on_air(plan, moment, alerts)
        until = min(answer.until, end) if answer.until else end
        for one in _within(answer, _begins(answer, bases), moment, until):
            # No chime into somebody's words: whoever listens needs none.
            cues = tuple(cue for cue in one.cues if cue.content or last is None or cue.due >= min(last, one.due))
            yield one if len(cues) == len(one.cues) else replace(one, cues=cues)
            last = one.stops
        if answer.until is None or answer.until >= end:
            return
        moment = answer.until


def talk(answer: OnAir | None, bases: dict[str, datetime], folder: Path, device: str) -> tuple[Pass, ...]:
    """The live microphone that is on air, as a pass; what is said goes into a file of `folder` too."""
    base = bases.get(answer.source) if answer else None
    if answer is None or base is None or answer.since is None or answer.until is None or not _is_talk(answer):
        return ()
    file = folder / f"{answer.since:%Y%m%dT%H%M%S}-{device.replace('/', '-')}.wav"
    mark = (Cue(base, tone_seconds("drill"), None, None, DRILL_TONE),) if answer.drill else ()
    begins = base + timedelta(seconds=sum(cue.seconds for cue in mark))
    cue = Cue(begins, (answer.until - begins).total_seconds(), None, None, f"{MICROPHONE}{file}")
    found = Pass(
        "alert", answer.source, Priority.LIVE, answer.zones, base, answer.until, answer.until, (*mark, cue),
        drill=answer.drill,
    )  # fmt: skip
    return (found,)


def test_tone(due: datetime, seconds: float) -> Pass:
    """The technician's tone in the public zones."""
    cue = Cue(due=due, seconds=seconds, item=None, content=None, tone=TEST_TONE)
    return Pass("rule", "test", Priority.NORMAL, (), due, due + timedelta(seconds=seconds), None, (cue,))


def _is_talk(answer: OnAir) -> bool:
    return answer.cause == "alert" and answer.priority is Priority.LIVE


def levels_of(plan: Plan, one: Pass, at: datetime, public: tuple[str, ...]) -> dict[str, Level]:
    """How loud each zone of a pass is at a moment."""
    return {zone: volume_at(plan, zone, at, one.priority) for zone in one.zones or public or ("",)}


def _begins(answer: OnAir, bases: dict[str, datetime]) -> datetime | None:
    if answer.cause == "alert" or answer.since is None:
        return bases.get(answer.source, answer.since)
    return answer.since - timedelta(seconds=answer.told)


def _within(answer: OnAir, base: datetime | None, start: datetime, end: datetime) -> Iterator[Pass]:
    # A fallback is for boards: a loudspeaker with nothing due is silent.
    if answer.playlist is None or base is None or answer.cause not in ("alert", "rule"):
        return
    plain = told(answer.playlist, answer.playlist.items)
    number = max(math.floor((start - base).total_seconds() / plain.period), 0)
    while (due := base + timedelta(seconds=number * plain.period)) < end:
        if number > 0 and not answer.loop:
            return
        shuffled = answer.playlist.shuffle
        yield _pass(
            answer,
            answer.playlist,
            due,
            told(answer.playlist, in_order(answer.playlist, number)) if shuffled else plain,
        )
        number += 1


def _pass(answer: OnAir, playlist: Playlist, due: datetime, said: Told) -> Pass:
    cause: Literal["alert", "rule"] = "alert" if answer.cause == "alert" else "rule"
    return Pass(
        cause=cause, source=answer.source, priority=answer.priority, zones=answer.zones, due=due,
        ends=due + timedelta(seconds=said.seconds), until=answer.until,
        cues=_of_call(answer, tuple(_cues(playlist, due, said)), due),
        loops=answer.loop, drill=answer.drill,
    )  # fmt: skip


def _of_call(answer: OnAir, cues: tuple[Cue, ...], begun: datetime) -> tuple[Cue, ...]:
    """The cues of a call that the plan moved: named by the instants they were due at, and without what is told already."""
    if answer.due is None or answer.since is None or answer.loop:
        return cues
    by, since = begun - answer.due, answer.since
    chime = tuple(replace(cue, due=since - (begun - cue.due)) for cue in cues if cue.due < begun)
    left = [cue for cue in cues if cue.due >= begun and cue.due + timedelta(seconds=cue.seconds) > since]
    again = left[0].item if left and answer.attempt > 1 else None
    said = (_from(replace(cue, planned=cue.due - by), since) for cue in left)
    return (
        *chime,
        *(replace(cue, attempt=answer.attempt) if again is not None and cue.item == again else cue for cue in said),
    )


def _from(cue: Cue, since: datetime) -> Cue:
    """What is left of a cue at a moment."""
    over = max((since - cue.due).total_seconds(), 0.0)
    return replace(cue, due=max(cue.due, since), offset=cue.offset + over, seconds=cue.seconds - over)


def _cues(playlist: Playlist, due: datetime, said: Told) -> Iterator[Cue]:
    """Counted backwards and forwards from the due instant, on which the first word falls."""
    if playlist.lead > 0:
        yield Cue(due - timedelta(seconds=playlist.lead), playlist.lead, None, None, TONE + playlist.chime)
    ends = 0.0
    for item, content, starts, ends in said.turns:
        yield Cue(due + timedelta(seconds=starts), ends - starts, item, content)
    if playlist.tail > 0:
        yield Cue(due + timedelta(seconds=ends + playlist.gap), playlist.tail, None, None, END_TONE)


def goes_on_by_plan(plan: Plan, of: Pass, cut: Cue, now: datetime) -> bool:
    """Whether the plan itself cut a pass where it is now, and says when the rest of it is told."""
    if of.until is None or of.until > now + timedelta(seconds=SETTLE):
        return False
    left = {cue.meant for cue in of.cues if cue.content and cue.meant >= cut.meant}
    rest = (one for one in passes(plan, of.until, of.until + _GOES_ON, (), {}) if one.source == of.source)
    return any(cue.content and cue.meant in left for one in rest for cue in one.cues)


def all_or_nothing(plan: Plan, of: Pass) -> bool:
    """Whether nothing of a pass goes on when it was cut."""
    return any(rule.id == of.source and rule.routing == "non_partial" for rule in plan.rules)


def heard_at(near: Sequence[Pass], at: datetime, opening: float) -> Pass | None:
    """The pass whose zones should be open at `at`: what sounds, else what begins soon, else what has just ended."""
    settle = timedelta(seconds=SETTLE)
    ahead = settle + timedelta(seconds=opening)
    for chosen in (
        [one for one in near if one.begins <= at < one.stops],
        [one for one in near if one.begins - ahead <= at < one.begins],
        [one for one in near if one.stops <= at < one.stops + settle],
    ):
        if chosen:
            return chosen[0]
    return None


def zone_edges(near: Sequence[Pass], opening: float) -> Iterator[datetime]:
    """The instants at which `heard_at` may change."""
    settle = timedelta(seconds=SETTLE)
    for one in near:
        yield from (one.begins - settle - timedelta(seconds=opening), one.begins, one.stops, one.stops + settle)
