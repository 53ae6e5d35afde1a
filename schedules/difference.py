"""What changes between two plans of a device over a period: "publishing this hides X on Tuesday 09:00-11:00"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from schedules.evaluate import OnAir
from schedules.model import Plan, Playlist
from schedules.timeline import Segment, segments


@dataclass(frozen=True, slots=True)
class Difference:
    """A stretch in which the two plans show something else: what was, and what comes instead."""

    start: datetime
    end: datetime
    before: OnAir
    after: OnAir


def differences(before: Plan, after: Plan, start: datetime, end: datetime) -> Iterator[Difference]:
    """Every stretch of [start, end) in which the plans do not show the same, in order; lazy. The same is: the same rule
    with the same items, zones and priority, whenever it began."""
    last: Difference | None = None
    for found in _unlike(before, after, start, end):
        if (
            last
            and last.end == found.start
            and _as(last.before) == _as(found.before)
            and _as(last.after) == _as(found.after)
        ):
            last = Difference(last.start, found.end, last.before, last.after)
            continue
        if last:
            yield last
        last = found
    if last:
        yield last


def hidden(
    before: Plan, after: Plan, start: datetime, end: datetime
) -> dict[str, tuple[tuple[datetime, datetime], ...]]:
    """The rules both plans hold that the second puts off air where the first shows them, and when."""
    kept = {rule.id for rule in after.rules}
    found: dict[str, list[tuple[datetime, datetime]]] = {}
    for one in differences(before, after, start, end):
        if one.before.source in kept and one.before.source != one.after.source:
            found.setdefault(one.before.source, []).append((one.start, one.end))
    return {name: tuple(found[name]) for name in sorted(found)}


def _unlike(before: Plan, after: Plan, start: datetime, end: datetime) -> Iterator[Difference]:
    for left, right in _together(segments(before, start, end), segments(after, start, end)):
        opens, closes = max(left.start, right.start), min(left.end, right.end)
        if _as(left.on_air) != _as(right.on_air):
            yield Difference(opens, closes, left.on_air, right.on_air)


def _together(left: Iterator[Segment], right: Iterator[Segment]) -> Iterator[tuple[Segment, Segment]]:
    """The pairs of segments of two tilings of one period that overlap, in order."""
    one, other = next(left, None), next(right, None)
    while one is not None and other is not None:
        yield one, other
        first_over = min(one.end, other.end)
        one = next(left, None) if one.end == first_over else one
        other = next(right, None) if other.end == first_over else other


def _as(answer: OnAir) -> tuple[object, ...]:
    shown: Playlist | None = answer.playlist
    items = tuple((item.message, item.version, item.digest) for item in shown.items) if shown else ()
    return answer.cause, answer.source, answer.priority, answer.zones, answer.loop, items
