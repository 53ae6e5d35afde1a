"""A plan over a period, piece by piece: preview, forecast, and the planned half of the report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from schedules.compiled import CompiledPlan, Occurrence, compiled, goes_on, walk
from schedules.evaluate import OnAir, answer_of_rule, on_air
from schedules.model import Alert, Plan
from schedules.zone import tick


@dataclass(frozen=True, slots=True)
class Segment:
    """A half-open stretch in which one thing is on air; `on_air` is the answer at its start."""

    start: datetime
    end: datetime
    on_air: OnAir


def segments(plan: Plan, start: datetime, end: datetime, alerts: Sequence[Alert] = ()) -> Iterator[Segment]:
    """Tile [start, end) with what is on air, in order; lazy, so a year costs no more memory than a day."""
    ready, moment, last = compiled(plan), start, tick(end)
    while moment < end:
        for segment in () if alerts else _of_a_day(plan, ready, moment, last):
            yield segment
            moment = segment.end
        if moment < end:
            # What goes on past midnight, an idle time, an alert: asked for one by one.
            answer = on_air(plan, moment, alerts)
            until = end if answer.until is None else min(answer.until, end)
            yield Segment(moment, until, answer)
            moment = until


def _of_a_day(plan: Plan, ready: CompiledPlan, moment: datetime, last: int) -> Iterator[Segment]:
    """Segments from an edge on, as far as they follow one another within its day and the period, in one walk."""
    edge = tick(moment)
    day, first = ready.place(edge)
    edges, winners = day.edges, day.winners
    if edges[first] != edge:
        return
    for place, active in enumerate(walk(day)):
        if place < first:
            continue
        winner, after = winners[place], place + 1
        while after < len(edges) and _same(winner, winners[after]):
            after += 1
        if after == len(edges) or edges[after] > last:
            return
        until = ready.zone.when(edges[after])
        if winner is None:
            idle = on_air(plan, moment)
            if idle.until is None or tick(idle.until) != edges[after]:
                return  # its fallback changes meanwhile
            yield Segment(moment, until, idle)
            first, moment = after, until
            continue
        begins_now = winner.since == edges[first] and moment.tzinfo is ready.zone.info
        since = moment if begins_now else ready.zone.when(winner.since)
        yield Segment(moment, until, answer_of_rule(ready, winner, since, until, ready.names(day, active)))
        first, moment = after, until


def _same(winner: Occurrence | None, other: Occurrence | None) -> bool:
    """Whether the next edge changes nothing."""
    return other is None if winner is None else goes_on(winner, other)
