"""The calendars of a plan made ready: which days a list names, when a place is open, when zones are quiet."""

from __future__ import annotations

from datetime import date

from schedules.claims import Tongues
from schedules.fact import MINUTES_A_DAY, Window
from schedules.hours import DayHours, Hours, OpenDays, Quiet, Relative
from schedules.model import Plan, Priority, Rule
from schedules.zone import ALWAYS, NEVER, Zone, iso_weekday, tick

Span = tuple[int, int]
ALL_ZONES = "*"
NO_DAYS: frozenset[int] = frozenset()
_PASSES = {"event": Priority.EVENT.rank, "priority": Priority.PRIORITY.rank, "none": Priority.LIVE.rank}


def span(window: Window) -> Span:
    """A window in minutes of its day; the end may lie past midnight."""
    return window.start, window.start + window.minutes


def spans_by_day(exceptions: tuple[DayHours, ...]) -> dict[int, tuple[Span, ...]]:
    """The spans of days that differ, by ordinal."""
    if not exceptions:
        return {}
    return {one.day.toordinal(): tuple(map(span, one.windows)) for one in exceptions}


class OpenBook:
    """The opening hours of one place."""

    def __init__(self, hours: Hours) -> None:
        self._weekly = hours.weekly
        self._exceptions = spans_by_day(hours.exceptions)

    def windows(self, day: int) -> tuple[Span, ...]:
        """The windows of a day as they are written, in minutes."""
        found = self._exceptions.get(day)
        if found is None:
            found = tuple(span(window) for each in self._weekly if _covers(each, day) for window in each.windows)
        return found

    def spans(self, day: int) -> tuple[Span, ...]:
        """When it opens and closes on a day, in minutes; overlapping windows are one."""
        return joined(self.windows(day))

    def turning(self) -> frozenset[int]:
        """The days at which its hours change: first and last ones of a season, and those that differ."""
        bounds = (bound for each in self._weekly for bound in (each.first, each.last) if bound)
        return frozenset(day.toordinal() for day in bounds) | self._exceptions.keys()

    def closed(self, day: int) -> tuple[Span, ...]:
        """What is left of a day, midnight to midnight."""
        left, clock = [], 0
        for start, end in self._open_within(day):
            if clock < start:
                left.append((clock, start))
            clock = end
        return tuple([*left, (clock, MINUTES_A_DAY)] if clock < MINUTES_A_DAY else left)

    def open_until_midnight(self, day: int) -> bool:
        """Whether it is open in the last minute of a day."""
        return any(end == MINUTES_A_DAY for _, end in self._open_within(day))

    def _open_within(self, day: int) -> tuple[Span, ...]:
        late = [(start - MINUTES_A_DAY, end - MINUTES_A_DAY) for start, end in self.spans(day - 1)]
        both = [(max(start, 0), min(end, MINUTES_A_DAY)) for start, end in (*late, *self.spans(day))]
        return joined(tuple((start, end) for start, end in both if start < end))


class Book:
    """All calendars of a plan."""

    def __init__(self, plan: Plan, zone: Zone) -> None:
        self.zone = zone
        self._hours = {one.id: OpenBook(one) for one in plan.hours}
        self._lists = {one.id: frozenset(day.toordinal() for day in one.days) for one in plan.days}
        self._quiet = plan.quiet
        self._events = {one.id: (tick(one.starts), tick(one.until)) for one in plan.events}
        self._tongues = plan.tongues

    def days(self, names: tuple[str, ...]) -> frozenset[int]:
        """The ordinals some lists name."""
        return frozenset().union(*(self._lists[name] for name in names)) if names else NO_DAYS

    def relative(self, wanted: Relative, day: int) -> tuple[Span, ...]:
        """The spans of a day taken from opening hours, moved as wanted; what only goes on at midnight is not moved."""
        book = self._hours[wanted.hours]
        spans = book.spans(day) if wanted.state == "open" else book.closed(day)
        found = []
        for start, end in spans:
            goes_on = wanted.state == "closed" and end == MINUTES_A_DAY
            came_over = wanted.state == "closed" and start == 0
            opens = start if came_over else max(start + wanted.start_offset, 0)
            closes = end if goes_on else end + wanted.end_offset
            if opens < closes:
                found.append((opens, closes))
        return tuple(found)

    def turning(self, wanted: Relative) -> frozenset[int]:
        """The days at which those opening hours change."""
        return self._hours[wanted.hours].turning()

    def begins(self, wanted: Relative, day: int, spans: tuple[Span, ...]) -> tuple[Span, ...]:
        """Those spans that truly begin on the day, not only go on from the day before."""
        if wanted.state == "open" or self._hours[wanted.hours].open_until_midnight(day - 1):
            return spans
        return tuple(each for each in spans if each[0] > 0)

    def quiet_for(self, rule: Rule) -> tuple[Quiet, ...]:
        """The quiet hours a rule must keep."""
        if not self._quiet:
            return ()
        zones = set(rule.zones)
        return tuple(
            one
            for one in self._quiet
            if rule.priority.rank < _PASSES[one.passes] and (not one.zones or not zones.isdisjoint(one.zones))
        )

    def event(self, rule: Rule) -> tuple[int, int]:
        """The ticks between which the rule's own event lasts; for ever, if it has none."""
        return self._events[rule.event] if rule.event else (NEVER, ALWAYS)

    def frozen(self, rule: Rule) -> tuple[tuple[int, int], ...]:
        """From and to of the events that freeze a rule: those of others, unless it is of class ưu tiên."""
        if not self._events or rule.priority.rank >= Priority.PRIORITY.rank:
            return ()
        return tuple(sorted(span for name, span in self._events.items() if name != rule.event))

    def tongues_for(self, rule: Rule) -> tuple[Tongues, ...]:
        """The orders of languages that may concern a rule."""
        if not self._tongues:
            return ()
        zones = set(rule.zones)
        return tuple(one for one in self._tongues if not one.zones or (zones and zones <= set(one.zones)))

    def tongue_spans(self, tongues: Tongues, day: int) -> list[tuple[int, int]]:
        """Where a day's hours of an order of languages lie, in ticks."""
        if iso_weekday(day) not in tongues.weekdays:
            return []
        return [
            (self.zone.instant(day, start), self.zone.instant(day, end))
            for start, end in (map(span, tongues.windows) if tongues.windows else [(0, MINUTES_A_DAY)])
        ]

    def quiet_spans(self, quiet: tuple[Quiet, ...], day: int) -> list[tuple[int, int, frozenset[str]]]:
        """Where a day's quiet hours lie, in ticks, and in which zones."""
        return [
            (self.zone.instant(day, start), self.zone.instant(day, end), frozenset(one.zones or (ALL_ZONES,)))
            for one in quiet
            if iso_weekday(day) in one.weekdays
            for start, end in map(span, one.windows)
        ]


def joined(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Spans in order, those that touch made one."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def _covers(open_days: OpenDays, day: int) -> bool:
    when = date.fromordinal(day)
    return (
        iso_weekday(day) in open_days.weekdays
        and (open_days.first is None or open_days.first <= when)
        and (open_days.last is None or when <= open_days.last)
    )
