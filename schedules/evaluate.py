"""What is on air at a moment, and when that changes next. The order and the ties are those of decision 0007:
priority, then the later start, then the id (the smaller one wins)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from schedules.answer import Cause, OnAir
from schedules.compiled import CompiledPlan, Occurrence, compiled
from schedules.drills import marked
from schedules.editions import Editions
from schedules.model import Alert, Plan, Playlist, Priority
from schedules.zone import tick

__all__ = ["Cause", "OnAir", "next_change", "on_air"]


_ON_TIME = tuple(OnAir._field_defaults.values())[1:]  # of an answer that is not late, cut or an exercise


def on_air(plan: Plan, at: datetime, alerts: Sequence[Alert] = ()) -> OnAir:
    """Name what `plan` and the alerts put on air at `at`, and why."""
    ready = compiled(plan)
    moment = tick(at)
    day, place = ready.place(moment)
    base = day.answers.get(place) or ready.keep(day, place, _from_rules(ready, moment, day.winner(place)))
    if base.cause != "rule" and ready.fallback is not None and len(ready.fallback.edges) > 1:
        base = _fallback_now(ready, ready.fallback, base, moment)
    return _under_alerts(ready, base, moment, alerts) if alerts else base


def next_change(plan: Plan, after: datetime, alerts: Sequence[Alert] = ()) -> datetime | None:
    """The first moment after `after` at which something else is on air; None if that never comes."""
    return on_air(plan, after, alerts).until


def _from_rules(ready: CompiledPlan, moment: int, winner: Occurrence | None) -> OnAir:
    if winner is None:
        since, until = _when(ready, ready.idle_since(moment)), _when(ready, ready.idle_until(moment))
        playlist = ready.fallback.at(moment) if ready.fallback else None
        return OnAir("fallback" if playlist else "nothing", "", Priority.FALLBACK, playlist, (), True, since, until)
    until = _when(ready, ready.until(moment, winner))
    _, *beaten = dict.fromkeys([ready.rules[one.order].id for one in ready.due(moment)])
    return answer_of_rule(ready, winner, ready.zone.when(winner.since), until, tuple(beaten))


def answer_of_rule(
    ready: CompiledPlan, winner: Occurrence, since: datetime, until: datetime | None, beaten: tuple[str, ...]
) -> OnAir:
    """The answer when a rule wins; `beaten` names what else is due, strongest first."""
    wins = ready.dues[winner.order]
    if wins.head is not None:
        return answer_on_time(wins.head, since, until, beaten)
    rule, playlist = wins.rule, wins.playlist_of(winner.start, winner.since)
    zones = wins.zones_at(winner.since)
    if not wins.is_call:
        return OnAir("rule", rule.id, rule.priority, playlist, zones, rule.loop, since, until, beaten)
    meant = ready.zone.when(winner.start) if winner.start != winner.since else None
    told = winner.told / 1e6
    return OnAir(
        "rule", rule.id, rule.priority, playlist, zones, rule.loop, since, until, beaten, meant, told, winner.number
    )


def answer_on_time(head: tuple[object, ...], since: datetime, until: datetime | None, beaten: tuple[str, ...]) -> OnAir:
    """The answer of a rule whose occurrences differ in nothing but their time."""
    return OnAir._make((*head, since, until, beaten, *_ON_TIME))


def _fallback_now(ready: CompiledPlan, editions: Editions, idle: OnAir, moment: int) -> OnAir:
    """What an idle device shows when its fallback has an end, or falls mute in mourning."""
    now = editions.at(moment)
    place = editions.place(moment)
    changes = [edge for edge in editions.edges[1:] if editions.at(edge) != editions.at(edge - 1)]
    past = [ready.zone.when(edge) for edge in changes if edge <= editions.edges[place]]
    coming = [ready.zone.when(edge) for edge in changes if edge > moment]
    return idle._replace(
        cause="fallback" if now else "nothing",
        playlist=now,
        since=max([*past, *([idle.since] if idle.since else [])], default=None),
        until=_first([*coming, idle.until]),
    )


def _when(ready: CompiledPlan, moment: int | None) -> datetime | None:
    return None if moment is None else ready.zone.when(moment)


def _under_alerts(ready: CompiledPlan, base: OnAir, moment: int, alerts: Iterable[Alert]) -> OnAir:
    """Lay the alerts over what the rules say: every alert is stronger than every rule."""
    newest = _newest(alerts)
    active = sorted((one for one in newest if tick(one.starts) <= moment < tick(one.until)), key=_strength)
    coming = [one for one in newest if tick(one.starts) > moment]
    if active:
        return _of_alert(ready, base, active, coming)
    until = _first([base.until, *(one.starts for one in coming)])
    if base.cause == "rule":
        return base._replace(until=_local(ready, until))
    ended = [one.until for one in newest if tick(one.until) <= moment]
    since = max([*ended, *([base.since] if base.since else [])], default=None)
    return base._replace(since=_local(ready, since), until=_local(ready, until))


def _newest(alerts: Iterable[Alert]) -> list[Alert]:
    """Each alert once, at its highest revision."""
    found: dict[str, Alert] = {}
    for alert in sorted(alerts, key=lambda one: (one.revision, tick(one.until))):
        found[alert.id] = alert
    return list(found.values())


def _strength(alert: Alert) -> tuple[bool, int, int, str]:
    """Strongest first: what is real before every exercise; priority, later start, smaller id."""
    return alert.drill, -alert.priority.rank, -tick(alert.starts), alert.id


def _shown(alert: Alert) -> Playlist | None:
    """What an alert shows; None for blank-all and the microphone."""
    if alert.item is None:
        return None
    return Playlist(id=alert.id, items=marked(alert.item, alert.mark) if alert.mark else (alert.item,))


def _of_alert(ready: CompiledPlan, base: OnAir, active: list[Alert], coming: list[Alert]) -> OnAir:
    strongest = active[0]
    stronger = [one.starts for one in coming if _strength(one) < _strength(strongest)]
    until = _first([strongest.until, *stronger])
    below = (base.source, *base.beaten) if base.cause == "rule" else ()
    return OnAir(
        cause="alert",
        source=strongest.id,
        priority=strongest.priority,
        playlist=_shown(strongest),
        zones=strongest.zones,
        loop=True,
        since=_local(ready, strongest.starts),
        until=_local(ready, until),
        beaten=(*(one.id for one in active[1:]), *below),
        drill=strongest.drill,
    )


def _first(moments: list[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _local(ready: CompiledPlan, moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(ready.zone.info)
