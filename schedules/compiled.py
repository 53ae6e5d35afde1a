"""A plan made ready for questions: per day, the moments at which something starts or ends, and who wins in between."""

from __future__ import annotations

import weakref
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator
from datetime import timedelta
from heapq import heappop, heappush
from typing import NamedTuple

from schedules.answer import OnAir
from schedules.book import Book
from schedules.calendar import LATE, Due
from schedules.calls import Calls
from schedules.editions import Editions
from schedules.fact import EVERY_DAY, MINUTES_A_DAY
from schedules.model import Plan, Playlist
from schedules.zone import ALWAYS, DAY, MINUTE, NEVER, iso_weekday, tick, zone_of

KEPT_DAYS = 40
KEPT_PLANS = 256
KEPT_PATTERNS = 14
# Names of what was beaten, kept in remembered answers, eight bytes each.
NAMES_A_RULE, MIN_NAMES, MAX_NAMES = 400, 50_000, 4_000_000


class Occurrence(NamedTuple):
    """One stretch in which a rule is due. Compares by strength: priority, later start, smaller id, later end."""

    rank: int
    start: int
    order: int
    end: int
    since: int
    told: int = 0
    number: int = 1


def goes_on(winner: Occurrence, other: Occurrence | None) -> bool:
    """Whether what wins next only carries on what won: the same, or another window of the rule cut at the same moment."""
    return other is winner or (other is not None and other.order == winner.order and other.since == winner.since)


def same(winner: Occurrence | None, other: Occurrence | None) -> bool:
    """Whether an edge between the two changes nothing."""
    return other is None if winner is None else goes_on(winner, other)


class Run(NamedTuple):
    """Edges of a day between which one thing wins: from the first to before the last; who is due beside the winner; and how
    long after the day opened it ends, where it ends in the day."""

    first: int
    after: int
    place: int  # of what wins, in all that is due; -1: nothing does
    order: int  # of its rule
    since: int  # when its occurrence began, in ticks from the day's opening
    beaten: tuple[str, ...]
    ends: timedelta | None


class Alike(NamedTuple):
    """What days of one pattern have in common, filled when it is asked for: no ticks in it, places only."""

    ids: list[str]  # by place in what is due
    names: dict[int, tuple[str, ...]]  # who is due from an edge on
    runs: list[tuple[Run, ...]]  # none or one


class Pattern(NamedTuple):
    """A day that others are like: when it opened, what was due, strongest first, its edges, and which place wins from each on
    (-1: none)."""

    opens: int
    due: list[Occurrence]
    edges: list[int]
    places: list[int]
    alike: Alike


class Day:
    """One day of UTC: `edges[i]` to `edges[i + 1]` belongs to `winner(i)`."""

    __slots__ = ("_by", "_due", "_pattern", "alike", "answers", "edges", "many", "places")

    def __init__(self, pattern: Pattern, opens: int, many: bool) -> None:
        """The pattern as the day that opens at `opens`; `many`: whether other days are like it."""
        self._pattern, self._by, self.many = pattern, opens - pattern.opens, many
        self.edges = [edge + self._by for edge in pattern.edges] if self._by else pattern.edges
        self.places, self.alike = pattern.places, pattern.alike
        self.answers: dict[int, OnAir] = {}
        self._due: list[Occurrence] | None = None if self._by else pattern.due

    @property
    def due(self) -> list[Occurrence]:
        """All that is due, strongest first. Made when it is asked for: a preview of days alike does not."""
        if self._due is None:
            by = self._by
            self._due = [
                Occurrence(rank, start + by, order, end + by, since + by)
                for rank, start, order, end, since, *_ in self._pattern.due
            ]
        return self._due

    def winner(self, edge: int) -> Occurrence | None:
        """What wins from an edge on."""
        place = self.places[edge]
        return None if place < 0 else self._moved(self._pattern.due[place])

    def due_at(self, at: int) -> list[Occurrence]:
        """All that is due at a tick of the day, strongest first."""
        then = at - self._by
        return [self._moved(one) for one in self._pattern.due if one.since <= then < one.end]

    def _moved(self, one: Occurrence) -> Occurrence:
        by = self._by
        return Occurrence(one.rank, one.start + by, one.order, one.end + by, one.since + by) if by else one


class CompiledPlan:
    """Answers for one plan, made day by day when asked for, a bounded number of days kept."""

    def __init__(self, plan: Plan) -> None:
        self.zone = zone_of(plan.zone)
        # Days are cut where the zone's usual midnight is; any fixed place would do.
        self.offset = self.zone.offset(tick(plan.issued))
        # The smaller id wins a tie, so it gets the larger order.
        self.rules = sorted(plan.rules, key=lambda rule: rule.id, reverse=True)
        lists = {playlist.id: playlist for playlist in plan.playlists}
        shown = {each.id: Editions(each, lists, plan.mournings) for each in plan.playlists}
        self.fallback = self._fallback(plan)
        book = Book(plan, self.zone)
        self.dues = [Due(rule, order, shown[rule.playlist], book) for order, rule in enumerate(self.rules)]
        _settle_calls(self.dues)
        self._weekly = _by_weekday([due for due in self.dues if due.plain])
        self._special = [due for due in self.dues if not due.plain]
        # Where a plain rule becomes valid or invalid, days do not look like others of their weekday.
        self._turns = sorted({edge for due in self.dues if due.plain for edge in (due.starts, due.ends)})
        self._patterns: dict[tuple[int, int, int], Pattern] = {}
        self._once = all(due.plain and len(due.spans) == 1 for due in self.dues)
        self._days: dict[int, Day] = {}
        self._kept = 0
        self._most = min(max(NAMES_A_RULE * len(self.rules), MIN_NAMES), MAX_NAMES)

    def _fallback(self, plan: Plan) -> Editions | None:
        if plan.fallback is None:
            return None
        return Editions(Playlist(id="fallback", items=(plan.fallback,)), {}, plan.mournings)

    def place(self, at: int) -> tuple[Day, int]:
        """The day a tick belongs to, and where in it."""
        day = self.day((at + self.offset) // DAY)
        return day, bisect_right(day.edges, at) - 1

    def due(self, at: int) -> list[Occurrence]:
        """All that is due at a tick, strongest first."""
        return self.place(at)[0].due_at(at)

    def names(self, day: Day, place: int, active: list[int]) -> tuple[str, ...]:
        """The ids of rules due from an edge on, strongest first, each once; `active` are their places in what is due."""
        known = day.alike.names.get(place)
        if known is not None:
            return known
        ids = day.alike.ids
        if not ids:
            ids.extend([self.rules[one.order].id for one in day.due])
        found = [ids[each] for each in active]
        names = tuple(found) if self._once else tuple(dict.fromkeys(found))
        if day.many:
            self._weigh(len(names))
            day.alike.names[place] = names
        return names

    def names_of_class(self, day: Day, place: int, active: list[int], count: int) -> tuple[str, ...]:
        """The ids of the first `count` of the occurrences that are due from an edge on, each once."""
        if self._once:
            return self.names(day, place, active)[:count]
        return tuple(dict.fromkeys(self.rules[day.due[each].order].id for each in active[:count]))

    def runs(self, day: Day) -> Iterable[Run]:
        """A day as what wins in turn. Days alike share them; others are walked as far as they are asked for."""
        if not day.many:
            return self._runs(day)
        if not day.alike.runs:
            found = tuple(self._runs(day))
            day.alike.runs.append(found)
        return day.alike.runs[-1]

    def _runs(self, day: Day) -> Iterator[Run]:
        edges, count, first = day.edges, len(day.edges), 0
        winners = [None if place < 0 else day.due[place] for place in day.places]
        for place, active in enumerate(walk(day)):
            if place < first:
                continue
            winner, first = winners[place], place + 1
            while first < count and same(winner, winners[first]):
                first += 1
            beaten = () if winner is None else self.names(day, place, active)[1:]
            ends = timedelta(microseconds=edges[first] - edges[0]) if first < count else None
            order, since = (-1, 0) if winner is None else (winner.order, winner.since - edges[0])
            yield Run(place, first, day.places[place], order, since, beaten, ends)

    def keep(self, day: Day, place: int, answer: OnAir) -> OnAir:
        """Remember an answer of a day, as long as all that is remembered stays small."""
        self._weigh(len(answer.beaten) + 1)
        day.answers[place] = answer
        return answer

    def _weigh(self, names: int) -> None:
        """So many names more are to be remembered: forget all if it becomes too much."""
        self._kept += names
        if self._kept > self._most:
            for each in list(self._days.values()):
                each.answers.clear()
                each.alike.names.clear()
                each.alike.runs.clear()
            for pattern in self._patterns.values():
                pattern.alike.names.clear()
                pattern.alike.runs.clear()
            self._kept = names

    def until(self, at: int, winner: Occurrence) -> int | None:
        """The tick after `at` at which another occurrence wins, or none."""
        number, last = (at + self.offset) // DAY, winner.end
        while number <= (last + self.offset) // DAY:
            day = self.day(number)
            for place in range(bisect_right(day.edges, at), len(day.edges)):
                other = day.winner(place)
                if not goes_on(winner, other):
                    return day.edges[place]
                last = max(last, other.end if other else last)
            number += 1
        return None

    def idle_until(self, at: int) -> int | None:
        """The tick after an idle `at` at which something is due; None if nothing ever is."""
        day, place = self.place(at)
        for later in range(place + 1, len(day.edges)):
            if day.places[later] >= 0:
                return day.edges[later]
        starts = (due.next_start(at) for due in self.dues)
        return min((start for start in starts if start is not None), default=None)

    def idle_since(self, at: int) -> int | None:
        """The tick at which the last thing due before an idle moment ended; None if nothing ever was."""
        day, place = self.place(at)
        for earlier in range(place, 0, -1):
            if day.places[earlier - 1] >= 0:
                return day.edges[earlier]
        ends = (due.last_end(at) for due in self.dues)
        return max((end for end in ends if end is not None), default=None)

    def day(self, number: int) -> Day:
        """One day, counted from 1970 in this zone's usual time."""
        found = self._days.get(number)
        if found is None:
            found = self._compile(number * DAY - self.offset)
            for old in list(self._days)[: 1 - KEPT_DAYS]:
                self._days.pop(old, None)
            self._days[number] = found
        return found

    def _compile(self, opens: int) -> Day:
        closes = opens + DAY
        if not NEVER < opens < ALWAYS:
            return Day(Pattern(opens, [], [opens], [-1], _alike()), opens, False)
        special = [one for one in self._special_ones(opens, closes) if one.since < closes and one.end > opens]
        key = None if special else self._pattern_key(opens)
        pattern = self._patterns.get(key) if key else None
        if pattern:
            return Day(pattern, opens, True)
        plain = [one for one in self._plain_ones(opens, closes) if one.since < closes and one.end > opens]
        due = sorted(plain + special, reverse=True)
        pattern = Pattern(opens, due, *_sweep(due, opens, closes), _alike())
        if key:
            for old in list(self._patterns)[: 1 - KEPT_PATTERNS]:
                self._patterns.pop(old, None)
            self._patterns[key] = pattern
        return Day(pattern, opens, key is not None)

    def _pattern_key(self, opens: int) -> tuple[int, int, int] | None:
        """What a day of plain rules depends on: its weekday, the one before, and which rules are valid; None if a rule
        becomes valid or invalid nearby, or the clocks change."""
        first = self.zone.day(opens)
        before, after = bisect_right(self._turns, opens - 2 * DAY), bisect_right(self._turns, opens + 3 * DAY)
        if before != after or self.zone.midnight(first - 1) is None or self.zone.midnight(first) != opens:
            return None
        return self._weekly[iso_weekday(first - 1)].number, self._weekly[iso_weekday(first)].number, before

    def _plain_ones(self, opens: int, closes: int) -> Iterator[Occurrence]:
        """Occurrences of rules that know only weekdays, windows and validity."""
        first, last = self.zone.day(opens), self.zone.day(closes - 1)
        for day in range(first - 1, last + 1):
            weekly = self._weekly[iso_weekday(day)]
            spans = weekly.late if day < first and self.zone.midnight(day) is not None else weekly.spans
            clock = self._clock(day, {minute for each in spans for minute in (each.start, each.end)})
            for each in spans:
                start, end = max(clock[each.start], each.valid_from), min(clock[each.end], each.valid_until)
                if start < end:
                    yield Occurrence(each.rank, start, each.order, end, start)

    def _clock(self, day: int, minutes: set[int]) -> dict[int, int]:
        """The ticks of some minutes of a local day."""
        midnight = self.zone.midnight(day)
        if midnight is None:
            return {minute: self.zone.instant(day, minute) for minute in minutes}
        return {minute: midnight + minute * MINUTE for minute in minutes}

    def _special_ones(self, opens: int, closes: int) -> Iterator[Occurrence]:
        """Occurrences of all other rules."""
        if not self._special:
            return
        first, last = self.zone.day(opens), self.zone.day(closes - 1)
        midnights = {day: self.zone.midnight(day) for day in range(first - LATE, last + 1)}
        for due in self._special:
            days = range(first - due.late, last + 1)
            stretches = [each for day in days for each in due.on(day, midnights[day])]
            if not due.rule.loop:
                stretches += due.unfinished(days[0], opens)
            for start, since, end, told, number in stretches:
                yield Occurrence(due.rank, start, due.order, end, since, told, number)


def _settle_calls(dues: list[Due]) -> None:
    """What calls on one device, or in one area of a board, is settled together."""
    calls = [due for due in dues if due.is_call]
    for area in {due.rule.area for due in calls}:
        alike = [due for due in calls if due.rule.area == area]
        queue = Calls(alike, [due for due in dues if due.rule.area == area and not due.is_call])
        for due in alike:
            due.queue = queue


def _alike() -> Alike:
    return Alike([], {}, [])


class Span(NamedTuple):
    """One window of a plain rule on one weekday, in minutes; validity in ticks."""

    rank: int
    order: int
    start: int
    end: int
    valid_from: int
    valid_until: int


class Weekly(NamedTuple):
    """The spans of one weekday, and those of them that pass midnight."""

    spans: list[Span]
    late: list[Span]
    number: int  # the same for weekdays that are alike


def _by_weekday(dues: list[Due]) -> dict[int, Weekly]:
    found: dict[int, list[Span]] = {day: [] for day in EVERY_DAY}
    for due in dues:
        spans = [Span(due.rank, due.order, *each, due.starts, due.ends) for each in due.spans]
        for day in due.rule.weekdays:
            found[day].extend(spans)
    alike: dict[int, Weekly] = {}
    for day, spans in found.items():
        same = next((one for one in alike.values() if one.spans == spans), None)
        late = [each for each in spans if each.end > MINUTES_A_DAY]
        alike[day] = same or Weekly(spans, late, day)
    return alike


def _sweep(due: list[Occurrence], opens: int, closes: int) -> tuple[list[int], list[int]]:
    """The moments of the day at which something starts or ends, and the place in `due` (strongest first) of what wins
    from each on; -1 if nothing does."""
    moments = {edge for one in due for edge in (one.since, one.end) if opens < edge < closes}
    waiting = sorted(range(len(due)), key=lambda place: due[place].since, reverse=True)
    strongest: list[int] = []
    edges = sorted(moments | {opens})
    places: list[int] = []
    for moment in edges:
        while waiting and due[waiting[-1]].since <= moment:
            heappush(strongest, waiting.pop())
        while strongest and due[strongest[0]].end <= moment:
            heappop(strongest)
        places.append(strongest[0] if strongest else -1)
    return edges, places


def walk(day: Day) -> Iterator[list[int]]:
    """For every edge of a day, the places in `day.due` that are due from it on, strongest first; one list, growing and
    shrinking, so look at it before going on."""
    due = day.due
    beginning = sorted(range(len(due)), key=lambda place: due[place].since, reverse=True)
    ending = sorted(range(len(due)), key=lambda place: due[place].end, reverse=True)
    active: list[int] = []
    for edge in day.edges:
        while beginning and due[beginning[-1]].since <= edge:
            insort(active, beginning.pop())
        while ending and due[ending[-1]].end <= edge:
            del active[bisect_left(active, ending.pop())]
        yield active


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
