"""When a rule is due: windows and weekdays of a time zone, as stretches of ticks (microseconds since 1970, UTC)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from schedules.model import Rule, Window, day_start

MINUTE = 60_000_000
DAY = 24 * 60 * MINUTE
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = EPOCH.toordinal()
FIRST_DAY, LAST_DAY = date(2, 1, 1).toordinal(), date(9998, 12, 31).toordinal()
ALWAYS = (LAST_DAY - EPOCH_DAY + 1) * DAY
# A weekday returns within 7 days; a window swallowed by a change of clocks waits one week more.
REACH = 16

Stretch = tuple[int, int]


def tick(at: datetime) -> int:
    """Write an aware datetime as microseconds since 1970."""
    passed = at - EPOCH
    return (passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds


class Zone:
    """A time zone that answers in ticks."""

    def __init__(self, name: str) -> None:
        self.info = ZoneInfo(name)

    def when(self, instant: int) -> datetime:
        """The tick as a clock in this zone shows it."""
        return (EPOCH + timedelta(microseconds=instant)).astimezone(self.info)

    def day(self, instant: int) -> int:
        """The ordinal of the local day at a tick."""
        return self.when(min(max(instant, _FIRST), ALWAYS)).toordinal()

    def midnight(self, day: int) -> int | None:
        """The tick at which a local day starts, or None if the clocks change in it or in the day after."""
        offsets = {_naive(day + ahead, 0).replace(tzinfo=self.info).utcoffset() for ahead in range(3)}
        if len(offsets) > 1:
            return None
        return self.instant(day, 0)

    def instant(self, day: int, minute: int) -> int:
        """The tick at which the clock first shows `minute` of a local day; a minute the clocks skip comes when they jump."""
        naive = _naive(day, minute)
        local = naive.replace(tzinfo=self.info)
        back = local.astimezone(UTC).astimezone(self.info)
        if back.replace(tzinfo=None) == naive:
            return tick(local)
        return self._jump(tick(local.replace(fold=1)), tick(local))

    def _jump(self, before: int, after: int) -> int:
        """The tick between the two at which the offset changes."""
        old = self.when(before).utcoffset()
        while after - before > 1:
            middle = (before + after) // 2
            before, after = (middle, after) if self.when(middle).utcoffset() == old else (before, middle)
        return after


_FIRST = (FIRST_DAY - EPOCH_DAY) * DAY


def _naive(day: int, minute: int) -> datetime:
    return day_start(date.fromordinal(min(max(day, FIRST_DAY), LAST_DAY)), minute)


def iso_weekday(day: int) -> int:
    """1 (Monday) to 7 (Sunday) of an ordinal."""
    return (day - 1) % 7 + 1


class Due:
    """A rule as the calendar sees it: its weekdays, windows and validity, and how long one run takes (None: it loops)."""

    __slots__ = ("_every", "_spans", "ends", "length", "order", "rank", "starts", "weekdays")

    def __init__(self, rule: Rule, order: int, length: int | None) -> None:
        self.order, self.rank, self.length = order, rule.priority.rank, length
        self.weekdays = frozenset(rule.weekdays)
        self.starts = tick(rule.starts) if rule.starts else -ALWAYS
        self.ends = tick(rule.ends) if rule.ends else ALWAYS
        self._every = rule.every
        self._spans = tuple((window.start, _end(window)) for window in rule.windows)

    def on(self, day: int, zone: Zone, midnight: int | None) -> list[Stretch]:
        """What starts on a local day: clipped windows of a looping rule, else runs to their natural end."""
        if iso_weekday(day) not in self.weekdays:
            return []
        if self.length is not None:
            return [(due, due + self.length) for due in self._dues(day, zone, midnight)]
        found = []
        for start, end in self._spans:
            opens, closes = _at(day, start, zone, midnight), _at(day, end, zone, midnight)
            opens, closes = max(opens, self.starts), min(closes, self.ends)
            if opens < closes:
                found.append((opens, closes))
        return found

    def _dues(self, day: int, zone: Zone, midnight: int | None) -> list[int]:
        found = set()
        for start, end in self._spans:
            closes = _at(day, end, zone, midnight)
            for minute in range(start, end, self._every or end):
                due = _at(day, minute, zone, midnight)
                if self.starts <= due < self.ends and due < closes:
                    found.add(due)
        return sorted(found)

    def next_start(self, instant: int, zone: Zone) -> int | None:
        """The first start after a tick, as far as a weekday can be away."""
        first = zone.day(max(instant, self.starts)) - 1
        for day in range(first, min(first + REACH, LAST_DAY)):
            near = [start for start, _ in self.on(day, zone, None) if start > instant]
            if near:
                # What is due past midnight of one day may come after what is due early on the next.
                return min(near + [start for start, _ in self.on(day + 1, zone, None) if start > instant])
        return None

    def last_end(self, instant: int, zone: Zone) -> int | None:
        """The last end until a tick, as far back as a weekday can be away from the last valid day."""
        last = zone.day(min(instant, self.ends))
        days = range(last, max(last - REACH, FIRST_DAY), -1)
        ends = [end for day in days for _, end in self.on(day, zone, None) if end <= instant]
        return max(ends, default=None)


def _end(window: Window) -> int:
    return window.start + window.minutes


def _at(day: int, minute: int, zone: Zone, midnight: int | None) -> int:
    return zone.instant(day, minute) if midnight is None else midnight + minute * MINUTE
