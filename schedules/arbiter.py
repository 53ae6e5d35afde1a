"""Who sounds where and when: calls that want zones, on a device with one or more streams of sound. Pure; times are ticks.

The stronger call goes first, of equals the one that was due first. A stream carries one call at a time, to any of the zones; a zone
hears one call at a time. What is known of the future counts too: who waits begins where all of what is left of it fits.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal, NamedTuple

from schedules.model import Priority

Routing = Literal["partial", "non_partial", "stacked"]
What = Literal["begins", "waits", "gains", "loses", "cut", "goes_on", "ends", "dropped"]
LOWEST_CALL, LOWEST_EMERGENCY = 32, 224  # below and above these a call always takes the zones it can get
PIECES = 5  # so often a call is begun, counting each time it goes on
_BUCKET = 600_000_000

_CALLS = {
    Priority.FALLBACK: 0, Priority.NORMAL: 80, Priority.EVENT: 112, Priority.PRIORITY: 160, Priority.LIVE: 192,
    Priority.EMERGENCY: 240, Priority.EVACUATION: 250, Priority.BLANK: 255,
}  # fmt: skip
_LOOPS = {Priority.NORMAL: 16, Priority.EVENT: 104, Priority.PRIORITY: 144}


def level(priority: Priority, loop: bool = False) -> int:
    """The class as a number from 0 to 255: 0-31 background, thông thường to 127, ưu tiên to 223, khẩn cấp above."""
    return _LOOPS.get(priority, _CALLS[priority]) if loop else _CALLS[priority]


def let_go(_told: int) -> tuple[int, int] | None:
    """What is cut does not go on."""
    return None


@dataclass(frozen=True, slots=True)
class Call:
    """Something that wants to sound from `due` on, for `length`; `id` and `due` name it for ever."""

    id: str
    level: int
    due: int
    length: int
    zones: frozenset[str]
    routing: Routing = "partial"
    latest: int | None = None  # where it may begin at the latest; None: at `due` or not at all
    ends_by: int | None = None  # where it must be over, if it begins late
    joins: bool = False  # what begins late begins where it would be by then
    longest: int | None = None  # so much of it sounds, and no more
    lead: int = 0  # of a chime, which needs room too when it begins late
    holds: bool = False  # goes on by its own clock, whatever is stronger meanwhile: what loops
    goes_on: Callable[[int], tuple[int, int] | None] = field(default=let_go, compare=False)
    """Cut after so much of it: from where it goes on, and how long it may wait for that."""

    @property
    def all_or_nothing(self) -> bool:
        """Whether it sounds in all of its zones or in none."""
        return self.routing != "partial" and LOWEST_CALL <= self.level < LOWEST_EMERGENCY


class Sounding(NamedTuple):
    """A stretch in which a call sounds in some zones; `told` of it were over at `start`, and it is begun for the `piece`th time."""

    start: int
    end: int
    call: str
    due: int
    zones: frozenset[str]
    told: int
    piece: int


class Change(NamedTuple):
    """What became of a call at a moment, in which zones, and because of whom."""

    at: int
    call: str
    due: int
    what: What
    zones: frozenset[str]
    by: tuple[str, ...] = ()


def arbitrate(calls: Iterable[Call], streams: int = 1) -> tuple[Sounding, ...]:
    """What sounds where and when, in order; of each call at most as often as `PIECES` says."""
    air = _Line() if streams == 1 else _Air(streams)
    for call in sorted(calls, key=lambda one: (-one.level, one.due, one.id)):
        for sounding in _unmoved(call, air) if call.holds else _placed(call, air):
            air.add(sounding)
    return tuple(sorted(air.all, key=lambda one: (one.start, one.call, one.due)))


def changes(calls: Iterable[Call], streams: int = 1) -> tuple[Change, ...]:
    """Everything that becomes of the calls, with its reason, in order."""
    calls = tuple(calls)
    air = _Air(streams)
    mine: dict[tuple[str, int], list[Sounding]] = {}
    for sounding in arbitrate(calls, streams):
        air.add(sounding)
        mine.setdefault((sounding.call, sounding.due), []).append(sounding)
    found = [each for call in calls for each in _story(call, mine.get((call.id, call.due), []), air)]
    return tuple(sorted(found, key=lambda one: (one.at, one.call, one.due)))


class _Air:
    """What is taken already."""

    def __init__(self, streams: int) -> None:
        self._streams = streams
        self.all: list[Sounding] = []
        self._buckets: dict[int, list[Sounding]] = {}

    def add(self, one: Sounding) -> None:
        self.all.append(one)
        for number in range(one.start // _BUCKET, (one.end - 1) // _BUCKET + 1):
            self._buckets.setdefault(number, []).append(one)

    def near(self, start: int, end: int) -> list[Sounding]:
        """What sounds somewhere in [start, end)."""
        found: set[Sounding] = set()
        for number in range(start // _BUCKET, max(end - 1, start) // _BUCKET + 1):
            found.update([one for one in self._buckets.get(number, ()) if one.start < end and one.end > start])
        return list(found)

    def steps(self, call: Call, start: int, end: int) -> list[tuple[int, int, frozenset[str]]]:
        """The zones that are free for a call from `start` to `end`, as they change."""
        near = self.near(start, end)
        if not near or start >= end:
            return [(start, end, call.zones)] if start < end else []
        edges = sorted({start, end, *(edge for one in near for edge in (one.start, one.end) if start < edge < end)})
        found: list[tuple[int, int, frozenset[str]]] = []
        for opens, closes in pairwise(edges):
            free = self._free(call, [one for one in near if one.start <= opens < one.end])
            if found and found[-1][2] == free:
                found[-1] = (found[-1][0], closes, free)
            else:
                found.append((opens, closes, free))
        return found

    def _free(self, call: Call, on: list[Sounding]) -> frozenset[str]:
        if len({(one.call, one.due) for one in on}) >= self._streams:
            return frozenset()
        free = call.zones.difference(*(one.zones for one in on))
        return frozenset() if call.all_or_nothing and free != call.zones else free

    def room(self, call: Call, at: int, rest: int, latest: int) -> int | None:
        """The first tick from `at` to `latest` from which all that is left of a call can sound."""
        edges = {one.end + call.lead for one in self.near(at, latest + 1)}
        for begin in sorted({at, *edges}):
            if at <= begin <= latest and (call.ends_by is None or begin + rest <= call.ends_by):
                quiet = begin - call.lead if begin > at else begin
                if all(zones for _, _, zones in self.steps(call, quiet, begin + rest)):
                    return begin
        return None


class _Line(_Air):
    """One stream: what is taken lies in a row, and is found by bisection."""

    def __init__(self) -> None:
        super().__init__(1)
        self._starts: list[int] = []
        self._ends: list[int] = []

    def add(self, one: Sounding) -> None:
        place = bisect_left(self._starts, one.start)
        self._starts.insert(place, one.start)
        self._ends.insert(place, one.end)
        self.all.insert(place, one)

    def near(self, start: int, end: int) -> list[Sounding]:
        return self.all[bisect_right(self._ends, start) : bisect_left(self._starts, end)]

    def room(self, call: Call, at: int, rest: int, latest: int) -> int | None:
        begin, place = at, bisect_right(self._ends, at)
        while begin <= latest and (call.ends_by is None or begin + rest <= call.ends_by):
            if place == len(self._starts) or self._starts[place] >= begin + rest:
                return begin
            begin = self._ends[place] + call.lead
            place += 1
        return None


def _unmoved(call: Call, air: _Air) -> Iterator[Sounding]:
    for start, end, zones in air.steps(call, call.due, call.due + call.length):
        if zones:
            yield Sounding(start, end, call.id, call.due, zones, start - call.due, 1)


def _placed(call: Call, air: _Air) -> Iterator[Sounding]:
    """The pieces of a call, between what is taken."""
    left = PIECES * call.length if call.longest is None else call.longest
    begin, told = _beginning(call, air, min(call.length, left))
    for piece in range(1, PIECES + 1):
        if begin is None:
            return
        rest = min(call.length - told, left)
        end = begin
        for start, stops, zones in air.steps(call, begin, begin + rest):
            if not zones:
                break
            yield Sounding(start, stops, call.id, call.due, zones, told + start - begin, piece)
            end = stops
        left -= end - begin
        onwards = call.goes_on(told + end - begin) if end < begin + rest else None
        if onwards is None:
            return
        told, patience = onwards
        begin = air.room(call, end, min(call.length - told, left), end + patience)


def _beginning(call: Call, air: _Air, length: int) -> tuple[int | None, int]:
    """Where a call begins, and how much of it is over by then."""
    steps = air.steps(call, call.due, call.due + length)
    if not steps or steps[0][2]:
        return (call.due if steps else None), 0
    if call.joins:
        begin = next((start for start, _, zones in steps if zones), None)
        in_time = begin is not None and (call.latest is None or begin <= call.latest)
        return (begin, begin - call.due) if begin is not None and in_time else (None, 0)
    return (None if call.latest is None else air.room(call, call.due, length, call.latest)), 0


def _story(call: Call, soundings: Sequence[Sounding], air: _Air) -> Iterator[Change]:
    """What became of one call."""

    def change(at: int, what: What, zones: frozenset[str], because: bool = False) -> Change:
        others = {one.call for one in air.near(at, at + 1) if (one.call, one.due) != (call.id, call.due)}
        return Change(at, call.id, call.due, what, zones, tuple(sorted(others)) if because else ())

    if not soundings:
        yield change(call.due, "dropped", call.zones, because=True)
        return
    if soundings[0].start > call.due:
        yield change(call.due, "waits", call.zones, because=True)
    yield change(soundings[0].start, "begins", soundings[0].zones)
    if soundings[0].zones != call.zones:
        yield change(soundings[0].start, "loses", call.zones - soundings[0].zones, because=True)
    for one, other in pairwise(soundings):
        if one.piece != other.piece:
            yield change(one.end, "cut", one.zones, because=True)
            yield change(other.start, "goes_on", other.zones)
            continue
        if one.zones - other.zones:
            yield change(other.start, "loses", one.zones - other.zones, because=True)
        if other.zones - one.zones:
            yield change(other.start, "gains", other.zones - one.zones)
    last = soundings[-1]
    whole = min(call.length - last.told, call.longest or call.length) <= last.end - last.start
    yield change(last.end, "ends" if whole else "cut", last.zones, because=not whole)
