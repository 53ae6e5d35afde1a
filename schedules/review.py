"""A plan explained and examined: why something is on air, which rules clash, when nothing is due, which can never win."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from schedules.arrangement import views_of
from schedules.compiled import CompiledPlan, Day, Occurrence, compiled, walk
from schedules.drills import MARK
from schedules.evaluate import OnAir, on_air
from schedules.model import Alert, Item, Plan
from schedules.settled import settled, waiting
from schedules.timeline import segments
from schedules.words import sentence
from schedules.zone import DAY, MINUTE, tick


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a device shows what it shows at `at`: the answer, and the messages it consists of."""

    at: datetime
    on_air: OnAir
    messages: tuple[Item, ...]
    held_back: tuple[str, ...] = ()  # by an event
    waiting: tuple[str, ...] = ()  # due, and to sound later
    called: Mapping[str, str] = field(default_factory=dict)  # rules by id, as people call them: by their playlists

    def words(self, language: str = "vi") -> str:
        """The reason in plain sentences: `vi`, `zh-Hans` or `en`; any other language reads `en`."""
        titles = [item.title or item.message for item in self.messages]
        answer = self.on_air._replace(beaten=self._called(self.on_air.beaten))
        return sentence(answer, titles, language, self._called(self.waiting), self._called(self.held_back))

    def _called(self, rules: tuple[str, ...]) -> tuple[str, ...]:
        """Each once, though two rules may show one playlist."""
        return tuple(dict.fromkeys(self.called.get(rule, rule) for rule in rules))


@dataclass(frozen=True, slots=True)
class Conflict:
    """A stretch in which `hidden` are due with the same priority as `winner`, so that only the tie rule decides."""

    start: datetime
    end: datetime
    winner: str
    hidden: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch in which no rule is due; `fallback` says whether the device shows its fallback or nothing."""

    start: datetime
    end: datetime
    fallback: bool


@dataclass(frozen=True, slots=True)
class NeverWins:
    """A rule that is not once on air in the period: never due, or always beaten, by these."""

    rule: str
    due: bool
    beaten_by: tuple[str, ...]


def why(plan: Plan, at: datetime, alerts: Sequence[Alert] = ()) -> Reason:
    """Explain what is on air at `at`."""
    answer = on_air(plan, at, alerts)
    named = {playlist.id: playlist.name for playlist in plan.playlists if playlist.name}
    called = {rule.id: named[rule.playlist] for rule in plan.rules if rule.playlist in named}
    return Reason(at, answer, told(answer), held_back(plan, at), waiting(plan, at), called)


def told(answer: OnAir) -> tuple[Item, ...]:
    """What is on air as people name it: each message once, without the marks of an exercise."""
    items = answer.playlist.items if answer.playlist else ()
    return tuple({item.message: item for item in items if item.message != MARK}.values()) if answer.drill else items


def held_back(plan: Plan, at: datetime) -> tuple[str, ...]:
    """The rules that would be due at `at`, and that an event freezes, by id."""
    if not any(one.starts <= at < one.until for one in plan.events):
        return ()
    due, free = compiled(plan), compiled(_without_events(plan))
    now = {due.rules[one.order].id for one in due.due(tick(at))}
    return tuple(sorted({free.rules[one.order].id for one in free.due(tick(at))} - now))


def _without_events(plan: Plan) -> Plan:
    rules = tuple(rule for rule in plan.rules if rule.event is None)
    return plan.model_copy(update={"events": (), "rules": rules})


@dataclass(frozen=True, slots=True)
class ShareKept:
    """One period of a rule with a share: how much air it is promised and how much it gets, in seconds."""

    rule: str
    start: datetime
    end: datetime
    promised: float
    given: float


def shares_kept(plan: Plan, start: datetime, end: datetime) -> tuple[ShareKept, ...]:
    """What rules with a share are promised in each of their periods that begins in [start, end), and what they are given."""
    ready = compiled(plan)
    shares = {due.name: due.rule.share.per * MINUTE for due in ready.dues if due.rule.share}
    if not shares:
        return ()
    wanted: dict[tuple[str, int], int] = {}  # where the period of a turn began
    promised: dict[tuple[str, int], int] = {}
    for due in (due for due in ready.dues if due.name in shares):
        for day in range(ready.zone.day(tick(start)) - 1, ready.zone.day(tick(end)) + 1):
            for claim in due.claims(day).values():
                wanted[due.name, claim.at] = claim.period
                promised[due.name, claim.period] = promised.get((due.name, claim.period), 0) + claim.length
    given: dict[tuple[str, int], int] = {}
    last = end + timedelta(microseconds=max(shares.values()))
    for one in segments(plan, start, last):
        began = one.on_air.due or one.on_air.since
        period = wanted.get((one.on_air.source, tick(began))) if began and one.on_air.cause == "rule" else None
        if period is not None:
            key = one.on_air.source, period
            given[key] = given.get(key, 0) + tick(one.end) - tick(one.start)
    return tuple(
        ShareKept(
            rule, ready.zone.when(at), ready.zone.when(at + shares[rule]), promised[rule, at] / 1e6,
            given.get((rule, at), 0) / 1e6,
        )
        for rule, at in sorted(promised, key=lambda key: (key[1], key[0]))
        if tick(start) <= at < tick(end)
    )  # fmt: skip


def shortfalls(plan: Plan, start: datetime, end: datetime) -> tuple[ShareKept, ...]:
    """The periods that begin in [start, end) in which a rule with a share gets less than it was promised."""
    return tuple(one for one in shares_kept(plan, start, end) if one.given < one.promised)


def conflicts(plan: Plan, start: datetime, end: datetime) -> tuple[Conflict, ...]:
    """Every stretch of [start, end) in which rules of one priority, and one area, are due at once, in order."""
    if plan.areas:
        found = [each for view in views_of(plan).values() for each in _conflicts(view, start, end)]
        return tuple(sorted(found, key=lambda one: (one.start, one.winner)))
    return _conflicts(plan, start, end)


def _conflicts(plan: Plan, start: datetime, end: datetime) -> tuple[Conflict, ...]:
    ready, begins, ends = compiled(plan), tick(start), tick(end)
    found: list[Conflict] = []
    known: dict[int, tuple[Day, list[Clash]]] = {}  # of days that are alike, looked at once
    for day, closes in _days(ready, begins, ends):
        if day.many and id(day.alike) not in known:
            known[id(day.alike)] = day, list(_clashes(ready, day))
        edges, over, until = [*day.edges, closes], None, start
        for first, after, winner, hidden in known[id(day.alike)][1] if day.many else _clashes(ready, day):
            opens, shuts = max(edges[first], begins), min(edges[after], ends)
            if opens < shuts:
                since = until if opens == over else ready.zone.when(opens)
                over, until = shuts, ready.zone.when(shuts)
                _join(found, Conflict(since, until, winner, hidden))
    return tuple(found)


class Clash(NamedTuple):
    """Edges of a day between which the same rules of one class are due: from the first to before the last."""

    first: int
    after: int
    winner: str
    hidden: tuple[str, ...]


def _clashes(ready: CompiledPlan, day: Day) -> Iterator[Clash]:
    due = day.due
    for edge, active in enumerate(walk(day)):
        if len(active) < 2 or due[active[1]].rank != due[active[0]].rank:
            continue
        rank = due[active[0]].rank
        # Strongest first: those of the winner's class stand together at the head.
        alike = len(active) if due[active[-1]].rank == rank else sum(due[place].rank == rank for place in active)
        names = ready.names_of_class(day, edge, active, alike)
        if len(names) > 1:
            yield Clash(edge, edge + 1, names[0], names[1:])


def gaps(plan: Plan, start: datetime, end: datetime) -> tuple[Gap, ...]:
    """Every stretch of [start, end) in which no rule is due, in order."""
    return tuple(
        Gap(one.start, one.end, one.on_air.cause == "fallback")
        for one in segments(plan, start, end)
        if one.on_air.cause != "rule"
    )


def never_wins(plan: Plan, start: datetime, end: datetime) -> tuple[NeverWins, ...]:
    """The rules that are not once on air in [start, end), by id; in areas, not once strongest in their own."""
    if plan.areas:
        found = [each for view in views_of(plan).values() for each in _never_wins(view, start, end)]
        return tuple(sorted(found, key=lambda one: one.rule))
    return _never_wins(plan, start, end)


def _never_wins(plan: Plan, start: datetime, end: datetime) -> tuple[NeverWins, ...]:
    ready = compiled(plan)
    won: set[int] = set()
    beaten: dict[int, set[int]] = {}
    for due, active in _stretches(ready, tick(start), tick(end)):
        winner = due[active[0]].order
        won.add(winner)
        for place in active:
            beaten.setdefault(due[place].order, set()).add(winner)
    for one in settled(plan, start, end):
        if one.what == "dropped":
            by = {each for each, rule in enumerate(ready.rules) if rule.id in one.by}
            beaten.setdefault(next(each for each, rule in enumerate(ready.rules) if rule.id == one.rule), set()).update(
                by
            )
    silent = (order for order in reversed(range(len(ready.rules))) if order not in won)
    return tuple(
        NeverWins(ready.rules[each].id, each in beaten, _names(ready, beaten.get(each, ()))) for each in silent
    )


def _names(ready: CompiledPlan, orders: Sequence[int] | set[int]) -> tuple[str, ...]:
    return tuple(sorted(ready.rules[order].id for order in orders))


def _join(found: list[Conflict], conflict: Conflict) -> None:
    """Add a conflict, or lengthen the last one if it is the same going on."""
    last = found[-1] if found else None
    if last and last.end == conflict.start and (last.winner, last.hidden) == (conflict.winner, conflict.hidden):
        found[-1] = Conflict(last.start, conflict.end, last.winner, last.hidden)
    else:
        found.append(conflict)


def _days(ready: CompiledPlan, start: int, end: int) -> Iterator[tuple[Day, int]]:
    """The days that have a part in a period, and when each closes."""
    for number in range((start + ready.offset) // DAY, (end - 1 + ready.offset) // DAY + 1):
        yield ready.day(number), (number + 1) * DAY - ready.offset


def _stretches(ready: CompiledPlan, start: int, end: int) -> Iterator[tuple[list[Occurrence], list[int]]]:
    """Where something is due, in order: all of the day, and the places of what is due then, strongest first."""
    for day, closes in _days(ready, start, end):
        for opens, shuts, active in zip(day.edges, [*day.edges[1:], closes], walk(day), strict=True):
            if active and max(opens, start) < min(shuts, end):
                yield day.due, active
