"""What is said after its second: the rest of a pass that was cut, and what could not begin in time. Pure.

It waits until nothing else sounds and nothing begins meanwhile, is said once, and is let go when its patience ends.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from devices.agent.passes import SETTLE, Cue, Pass
from schedules.playlist import patience

MOST = 20  # held passes of one loudspeaker
ATTEMPTS = 5  # of one sound for one due instant
SHORTEST = 1.0  # seconds that are worth going on for


@dataclass(frozen=True, slots=True)
class Held:
    """What is left of a pass, its own second past; let go at `expires`."""

    of: Pass
    cues: tuple[Cue, ...]
    expires: datetime
    why: str

    @property
    def lead(self) -> Cue | None:
        """The chime that went before it."""
        return next((cue for cue in self.of.cues if cue.content is None and cue.due < self.of.due), None)


def after_cut(of: Pass, cue: Cue, seconds: float, why: str) -> Held | None:
    """What is to follow when a sound was cut `seconds` after `cue` began; None if its rules want nothing more."""
    let_go = cue.item if cue.item and cue.item.interrupted == "skip" else None
    rest = tuple(each for each in _words(of) if each.meant > cue.meant and each.item != let_go)
    again = _again(cue, seconds)
    cues = (*([again] if again else []), *rest)
    if not cues or cue.item is None or of.loops:  # a loop goes on by its own time
        return None
    begun = cue.meant + timedelta(seconds=cue.offset + seconds)
    return Held(of, cues, begun + timedelta(seconds=patience(cue.item, of.priority)), why)


def too_late_to_begin(of: Pass, cue: Cue, why: str) -> Held | None:
    """The pass from `cue` on, which should have begun already; None if its rules want it no more."""
    if cue.item is None or cue.item.late == "skip" or of.loops:
        return None
    cues = tuple(each for each in _words(of) if each.meant >= cue.meant)
    last = cue.seconds - SHORTEST if cue.item.late == "shorten" else patience(cue.item, of.priority)
    return Held(of, cues, cue.meant + timedelta(seconds=last), why)


def placed(held: Held, begins: datetime) -> Pass:
    """The pass as it is said now, from `begins` on: with its chime, or joined where it would be by then."""
    first = held.cues[0]
    joins = first.attempt == 1 and first.item is not None and first.item.late == "shorten"
    chime = None if joins else held.lead
    due = begins + timedelta(seconds=chime.seconds if chime else 0.0)
    cues: list[Cue] = [replace(chime, due=begins)] if chime else []
    at, left = due, (_joined(first, due), *held.cues[1:]) if joins else held.cues
    for cue, pause in zip(left, _pauses(held), strict=True):
        cues.append(replace(cue, due=at, planned=cue.meant))
        ends = at + timedelta(seconds=cue.seconds)
        at = ends + timedelta(seconds=pause)
    return replace(held.of, due=due, ends=ends, until=None, cues=tuple(cues))


def room_for(said: Pass, others: Sequence[Pass], now: datetime) -> bool:
    """Whether nothing else sounds from now until it is over."""
    settle = timedelta(seconds=SETTLE)
    return all(one.stops + settle <= now or one.begins - settle >= said.stops for one in others)


def next_of(held: Sequence[Held]) -> Held | None:
    """The strongest, of these the one that was due first."""
    return min(held, key=lambda one: (-one.of.priority.rank, one.of.due), default=None)


def _joined(cue: Cue, at: datetime) -> Cue:
    """Begun where it would be by now: it ends at its own time."""
    missed = max((at - cue.meant).total_seconds(), 0.0)
    return replace(cue, offset=round(missed, 3), seconds=max(cue.seconds - missed, 0.0))


def _again(cue: Cue, seconds: float) -> Cue | None:
    if cue.item is None or cue.attempt >= ATTEMPTS:
        return None
    if cue.item.interrupted == "restart":
        return replace(cue, offset=0.0, seconds=cue.offset + cue.seconds, attempt=cue.attempt + 1)
    if cue.item.interrupted == "resume" and cue.seconds - seconds >= SHORTEST:
        return replace(
            cue, offset=round(cue.offset + seconds, 3), seconds=cue.seconds - seconds, attempt=cue.attempt + 1
        )
    return None


def _words(of: Pass) -> Iterator[Cue]:
    return (cue for cue in of.cues if cue.content is not None)


def _pauses(held: Held) -> Iterator[float]:
    """The silence that followed each of the cues in the pass as it was due; none after the last."""
    words = list(_words(held.of))
    after = {one.meant: (two.meant - one.meant).total_seconds() for one, two in itertools.pairwise(words)}
    for cue in held.cues:
        yield max(after.get(cue.meant, 0.0) - cue.offset - cue.seconds, 0.0)
