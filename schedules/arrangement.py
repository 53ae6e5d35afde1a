"""A board with areas: the whole of it belongs to one thing, or each area to one of its own. Pure.

The strongest thing due decides: if it is of the whole board (a rule without an area, an alert), it holds the board; else every area
shows the strongest of its own rules, and an area with nothing due is dark. With nothing due at all the fallback holds the board.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from schedules.evaluate import OnAir, on_air
from schedules.model import Alert, Plan
from schedules.zone import tick

KEPT_PLANS = 256


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What the board shows at a moment: `whole`, or the `areas` by id. Until then nothing of it changes."""

    whole: OnAir | None
    areas: Mapping[str, OnAir]
    until: datetime | None


def arrangement(plan: Plan, at: datetime, alerts: Sequence[Alert] = ()) -> Arrangement:
    """Name what `plan` and the alerts put on the board and its areas at `at`."""
    now, until = _look(plan, at, alerts)
    while until is not None:
        then, later = _look(plan, until, alerts)
        if _unlike(now, then):
            break
        until = later
    return Arrangement(now.whole, now.areas, until)


def _look(plan: Plan, at: datetime, alerts: Sequence[Alert]) -> tuple[Arrangement, datetime | None]:
    views = views_of(plan)
    whole = on_air(views[""], at, alerts)
    parts = {name: on_air(view, at) for name, view in views.items() if name}
    until = min((one.until for one in (whole, *parts.values()) if one.until), default=None)
    due = {name: one for name, one in parts.items() if one.cause == "rule"}
    strongest = min((_strength(one) for one in due.values()), default=None)
    if strongest is None or whole.cause == "alert" or (whole.cause == "rule" and _strength(whole) < strongest):
        return Arrangement(whole, {}, until), until
    return Arrangement(None, parts, until), until


def _strength(answer: OnAir) -> tuple[int, float, str]:
    """Strongest first, as decision 0007 has it: class, the later start, the smaller id."""
    return -answer.priority.rank, -tick(answer.since) if answer.since else 0, answer.source


def _unlike(one: Arrangement, other: Arrangement) -> bool:
    return _facts(one) != _facts(other)


def _facts(one: Arrangement) -> tuple[object, ...]:
    return _fact(one.whole), tuple(sorted((name, _fact(each)) for name, each in one.areas.items()))


def _fact(answer: OnAir | None) -> tuple[object, ...]:
    return (answer.cause, answer.source, str(answer.since), answer.zones) if answer else ()


def views_of(plan: Plan) -> Mapping[str, Plan]:
    """The plan as its areas see it, by their ids; "" is the board as a whole, which alone has the fallback."""
    if not plan.areas:
        return {"": plan}
    found = _VIEWS.get(id(plan))
    if found is not None and found[0]() is plan:
        return found[1]
    key = id(plan)
    for old in list(_VIEWS)[: 1 - KEPT_PLANS]:
        _VIEWS.pop(old, None)
    views = dict(_views(plan))
    _VIEWS[key] = (weakref.ref(plan, lambda _: _VIEWS.pop(key, None)), views)
    return views


def _views(plan: Plan) -> Iterator[tuple[str, Plan]]:
    yield "", plan.model_copy(update={"rules": tuple(rule for rule in plan.rules if rule.area is None)})
    for area in plan.areas:
        rules = tuple(rule for rule in plan.rules if rule.area == area.id)
        yield area.id, plan.model_copy(update={"rules": rules, "fallback": None})


_VIEWS: dict[int, tuple[weakref.ref[Plan], dict[str, Plan]]] = {}
