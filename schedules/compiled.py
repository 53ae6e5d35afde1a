"""A plan made ready for questions: per day, the moments at which something starts or ends, and who wins in between."""

from __future__ import annotations

import weakref
from bisect import bisect_right
from heapq import heappop, heappush
from typing import NamedTuple

from schedules.answer import OnAir
from schedules.calendar import DAY, EPOCH_DAY, FIRST_DAY, LAST_DAY, Due, Stretch, Zone
from schedules.model import Plan, Playlist, Rule
from schedules.playlist import playlist_seconds

KEPT_DAYS = 40
KEPT_PLANS = 64
KEPT_NAMES = 100_000
LONGEST_RUN = 31  # days; a playlist that runs once is taken as ended after it


class Occurrence(NamedTuple):
    """One stretch in which a rule is due. Compares by strength: priority, later start, smaller id, later end."""

    rank: int
    start: int
    order: int
    end: int


class Day(NamedTuple):
    """One day of UTC: `edges[i]` to `edges[i + 1]` belongs to `winners[i]`; all that is due, strongest first."""

    edges: list[int]
    winners: list[Occurrence | None]
    due: list[Occurrence]
    answers: dict[int, OnAir]


class CompiledPlan:
    """Answers for one plan, made day by day when asked for, a bounded number of days kept."""

    def __init__(self, plan: Plan) -> None:
        self.zone = Zone(plan.zone)
        self.playlists = {playlist.id: playlist for playlist in plan.playlists}
        # The smaller id wins a tie, so it gets the larger index.
        self.rules = sorted(plan.rules, key=lambda rule: rule.id, reverse=True)
        self.fallback = Playlist(id="fallback", items=(plan.fallback,)) if plan.fallback else None
        self._dues = [Due(rule, index, self._run(rule)) for index, rule in enumerate(self.rules)]
        self._days: dict[int, Day] = {}
        self._kept = 0

    def _run(self, rule: Rule) -> int | None:
        if rule.loop:
            return None
        return int(min(playlist_seconds(self.playlists[rule.playlist]) * 1_000_000, LONGEST_RUN * DAY))

    def winner(self, at: int) -> Occurrence | None:
        """What rules put on air at a tick."""
        day = self.day(at // DAY)
        return day.winners[bisect_right(day.edges, at) - 1]

    def due(self, at: int) -> list[Occurrence]:
        """All that is due at a tick, strongest first."""
        return [one for one in self.day(at // DAY).due if one.start <= at < one.end]

    def keep(self, day: Day, place: int, answer: OnAir) -> OnAir:
        """Remember an answer of a day, as long as all that is remembered stays small."""
        self._kept += len(answer.beaten) + 1
        if self._kept > KEPT_NAMES:
            for each in list(self._days.values()):
                each.answers.clear()
            self._kept = 0
        day.answers[place] = answer
        return answer

    def until(self, at: int, winner: Occurrence | None) -> int | None:
        """The tick after `at` at which another occurrence, or none, wins; None if that never happens."""
        number = at // DAY
        last = (winner.end if winner else at) // DAY
        while number <= last:
            day = self.day(number)
            for place in range(bisect_right(day.edges, at), len(day.edges)):
                if day.winners[place] != winner:
                    return day.edges[place]
            number += 1
            at = number * DAY - 1
        return None if winner else self._next_start(at)

    def idle_since(self, at: int) -> int | None:
        """The tick at which the last thing due before an idle moment ended; None if nothing ever was."""
        day = self.day(at // DAY)
        for place in range(bisect_right(day.edges, at) - 1, 0, -1):
            if day.winners[place - 1]:
                return day.edges[place]
        ends = (due.last_end(at, self.zone) for due in self._dues)
        return max((end for end in ends if end is not None), default=None)

    def _next_start(self, at: int) -> int | None:
        starts = (due.next_start(at, self.zone) for due in self._dues)
        return min((start for start in starts if start is not None), default=None)

    def day(self, number: int) -> Day:
        """One day of UTC, counted from 1970."""
        found = self._days.get(number)
        if found is None:
            found = self._compile(number)
            for old in list(self._days)[: 1 - KEPT_DAYS]:
                self._days.pop(old, None)
            self._days[number] = found
        return found

    def _compile(self, number: int) -> Day:
        opens, closes = number * DAY, (number + 1) * DAY
        if not FIRST_DAY < number + EPOCH_DAY < LAST_DAY:
            return Day([opens], [None], [], {})
        first, last = self.zone.day(opens) - 1, self.zone.day(closes - 1)
        midnights = {day: self.zone.midnight(day) for day in range(first, last + 1)}
        due = [
            Occurrence(rule.rank, start, rule.order, end)
            for rule in self._dues
            if rule.starts < closes
            for start, end in self._stretches(rule, midnights, opens)
            if start < closes and end > opens
        ]
        due.sort(reverse=True)
        return Day(*_sweep(due, opens, closes), due, {})

    def _stretches(self, due: Due, midnights: dict[int, int | None], opens: int) -> list[Stretch]:
        found = [run for day, midnight in midnights.items() for run in due.on(day, self.zone, midnight)]
        return found if due.length is None else found + self._unfinished(due, min(midnights), opens)

    def _unfinished(self, due: Due, before: int, opens: int) -> list[Stretch]:
        """Runs due before a local day that may go on when the day of UTC opens. All runs of a rule are equally long
        and a newer one is stronger, so the newest is enough; it is of the latest day with any, or the day before."""
        days_back = (due.length or 0) // DAY + 3
        for day in range(before - 1, before - days_back, -1):
            runs = due.on(day, self.zone, None)
            if runs:
                earlier = due.on(day - 1, self.zone, None)
                return [run for run in (*runs[-1:], *earlier[-1:]) if run[1] > opens]
        return []


def _sweep(due: list[Occurrence], opens: int, closes: int) -> tuple[list[int], list[Occurrence | None]]:
    """The moments of the day at which something starts or ends, and the winner from each on."""
    moments = {edge for one in due for edge in (one.start, one.end) if opens < edge < closes}
    waiting = sorted(due, key=lambda one: one.start, reverse=True)
    strongest: list[tuple[int, int, int, int]] = []
    edges: list[int] = []
    winners: list[Occurrence | None] = []
    for moment in sorted(moments | {opens}):
        while waiting and waiting[-1].start <= moment:
            one = waiting.pop()
            heappush(strongest, (-one.rank, -one.start, -one.order, -one.end))
        while strongest and -strongest[0][3] <= moment:
            heappop(strongest)
        winner = Occurrence(*(-value for value in strongest[0])) if strongest else None
        edges.append(moment)
        winners.append(winner)
    return edges, winners


_COMPILED: dict[int, tuple[weakref.ref[Plan], CompiledPlan]] = {}


def compiled(plan: Plan) -> CompiledPlan:
    """The plan made ready; remembered for as long as this very plan lives, for a bounded number of plans."""
    found = _COMPILED.get(id(plan))
    if found is not None and found[0]() is plan:
        return found[1]
    key = id(plan)
    for old in list(_COMPILED)[: 1 - KEPT_PLANS]:
        _COMPILED.pop(old, None)
    ready = CompiledPlan(plan)
    _COMPILED[key] = (weakref.ref(plan, lambda _: _COMPILED.pop(key, None)), ready)
    return ready
