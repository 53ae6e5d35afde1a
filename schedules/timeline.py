"""A plan over a period, piece by piece: preview, forecast, and the planned half of the report."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from schedules.compiled import CompiledPlan, compiled
from schedules.evaluate import OnAir, answer_of_rule, answer_on_time, on_air
from schedules.model import Alert, Plan
from schedules.zone import tick


class Segment(NamedTuple):
    """A half-open stretch in which one thing is on air; `on_air` is the answer at its start."""

    start: datetime
    end: datetime
    on_air: OnAir


def segments(plan: Plan, start: datetime, end: datetime, alerts: Sequence[Alert] = ()) -> Iterator[Segment]:
    """Tile [start, end) with what is on air, in order; lazy, so a year costs no more memory than a day."""
    ready, moment, last = compiled(plan), start, tick(end)
    while moment < end:
        if not alerts:
            moment = yield from _of_a_day(plan, ready, moment, last)
        if moment < end:
            # What goes on past midnight, an idle time, an alert: asked for one by one.
            answer = on_air(plan, moment, alerts)
            until = end if answer.until is None else min(answer.until, end)
            yield Segment(moment, until, answer)
            moment = until


def _of_a_day(plan: Plan, ready: CompiledPlan, moment: datetime, last: int) -> Generator[Segment, None, datetime]:
    """Segments from an edge on, as far as they follow one another within its day and the period, in one walk; how far that is."""
    edge = tick(moment)
    day, first = ready.place(edge)
    edges = day.edges
    if edges[first] != edge:
        return moment
    zone, dues = ready.zone, ready.dues
    opens = edges[0]
    opened = zone.when(opens)
    ours = moment.tzinfo is zone.info
    for started, after, place, order, began, beaten, ends in ready.runs(day):
        if after <= first:
            continue
        if started != first or ends is None or edges[after] > last:
            return moment  # it began before, or does not end here
        # Where days are alike the clocks do not change, and a length of time is a stretch of the clock.
        until = opened + ends if day.many else zone.when(edges[after])
        if place < 0:
            idle = on_air(plan, moment)
            if idle.until is None or tick(idle.until) != edges[after]:
                return moment  # its fallback changes meanwhile
            yield Segment(moment, until, idle)
        else:
            since = moment if ours and opens + began == edges[started] else zone.when(opens + began)
            head = dues[order].head
            if head is not None:
                answer = answer_on_time(head, since, until, beaten)
            else:
                answer = answer_of_rule(ready, day.due[place], since, until, beaten)
            yield Segment(moment, until, answer)
        first, moment, ours = after, until, True
    return moment
