"""Where what is on air stands by now, interruptions counted: those the plan knows, and alerts that were (decision 0026)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from schedules.answer import OnAir
from schedules.model import Alert, Plan
from schedules.standing import standing
from schedules.timeline import segments

Cut = tuple[datetime, datetime]


def cuts_of(plan: Plan, answer: OnAir, at: datetime, alerts: Sequence[Alert] = ()) -> list[Cut]:
    """From when until when something else was on air since `answer` began, in order, up to `at`."""
    if answer.since is None or answer.since >= at:
        return []
    found: list[Cut] = []
    for one in segments(plan, answer.since, at, alerts):
        if (one.on_air.cause, one.on_air.source, one.on_air.since) == (answer.cause, answer.source, answer.since):
            continue
        if found and found[-1][1] == one.start:
            found[-1] = (found[-1][0], one.end)
        else:
            found.append((one.start, one.end))
    return found


def stood(
    plan: Plan, answer: OnAir, at: datetime, alerts: Sequence[Alert] = (), more: Sequence[Cut] = ()
) -> float | None:
    """Seconds of the playlist of `answer` that are over at `at`; None if nothing of it is left. `alerts` are all that were,
    `more` are interruptions that only the device knows."""
    if answer.playlist is None:
        return None
    if answer.since is None:
        return (at - plan.issued).total_seconds()
    if answer.cause == "rule" and (answer.due is None or answer.loop):
        cuts = _joined([*cuts_of(plan, answer, at, alerts), *more])
        return standing(answer.playlist, answer.since, cuts, at, answer.loop)
    return answer.told + (at - answer.since).total_seconds()


def _joined(cuts: Sequence[Cut]) -> list[Cut]:
    found: list[Cut] = []
    for start, end in sorted(cuts):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found
