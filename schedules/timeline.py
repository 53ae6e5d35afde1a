"""A plan over a period, piece by piece: preview, forecast, and the planned half of the report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from schedules.evaluate import OnAir, on_air
from schedules.model import Alert, Plan


@dataclass(frozen=True, slots=True)
class Segment:
    """A half-open stretch in which one thing is on air; `on_air` is the answer at its start."""

    start: datetime
    end: datetime
    on_air: OnAir


def segments(plan: Plan, start: datetime, end: datetime, alerts: Sequence[Alert] = ()) -> Iterator[Segment]:
    """Tile [start, end) with what is on air, in order; lazy, so a year costs no more memory than a day."""
    moment = start
    while moment < end:
        answer = on_air(plan, moment, alerts)
        until = end if answer.until is None else min(answer.until, end)
        yield Segment(moment, until, answer)
        moment = until
