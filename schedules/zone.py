"""Moments as ticks (microseconds since 1970, UTC), and the clock of a time zone in ticks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from schedules.fact import day_start

MINUTE = 60_000_000
DAY = 24 * 60 * MINUTE
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = EPOCH.toordinal()
FIRST_DAY, LAST_DAY = date(2, 1, 1).toordinal(), date(9998, 12, 31).toordinal()
NEVER, ALWAYS = (FIRST_DAY - EPOCH_DAY) * DAY, (LAST_DAY - EPOCH_DAY) * DAY
KEPT = 500  # days


def tick(at: datetime) -> int:
    """Write an aware datetime as microseconds since 1970."""
    passed = at - EPOCH
    return (passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds


class Zone:
    """A time zone that answers in ticks."""

    def __init__(self, name: str) -> None:
        self.info = ZoneInfo(name)
        self._midnights: dict[int, int | None] = {}
        self._steady: dict[int, datetime | None] = {}

    def when(self, instant: int) -> datetime:
        """The tick as a clock in this zone shows it."""
        day, passed = instant // DAY, timedelta(microseconds=instant)
        if day not in self._steady:
            self._look(day)
        steady = self._steady.get(day)
        return (EPOCH + passed).astimezone(self.info) if steady is None else steady + passed

    def _look(self, day: int) -> None:
        """Note from where the clocks of a day of UTC can be read by one addition; None if they change about it."""
        about = [(EPOCH + timedelta(days=day + ahead)).astimezone(self.info).utcoffset() for ahead in (-1, 0, 1, 2)]
        for old in list(self._steady)[: 1 - KEPT]:
            self._steady.pop(old, None)
        ahead = about[0] if len(set(about)) == 1 else None
        self._steady[day] = None if ahead is None else datetime(1970, 1, 1, tzinfo=self.info) + ahead

    def day(self, instant: int) -> int:
        """The ordinal of the local day at a tick."""
        return self.when(min(max(instant, NEVER), ALWAYS)).toordinal()

    def offset(self, instant: int) -> int:
        """How far the clock is ahead of UTC at a tick."""
        ahead = self.when(instant).utcoffset() or timedelta()
        return ahead // timedelta(microseconds=1)

    def midnight(self, day: int) -> int | None:
        """The tick at which a local day starts, or None if the clocks change in it or in the two days after."""
        found = self._midnights.get(day, NEVER)
        if found == NEVER:
            offsets = {_naive(day + ahead, 0).replace(tzinfo=self.info).utcoffset() for ahead in range(4)}
            found = self.instant(day, 0) if len(offsets) == 1 else None
            for old in list(self._midnights)[: 1 - KEPT]:
                self._midnights.pop(old, None)
            self._midnights[day] = found
        return found

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
        old = self.offset(before)
        while after - before > 1:
            middle = (before + after) // 2
            before, after = (middle, after) if self.offset(middle) == old else (before, middle)
        return after


@lru_cache(maxsize=16)
def zone_of(name: str) -> Zone:
    """The zone of that name, one for all plans: what was found out of a day serves each of them."""
    return Zone(name)


def iso_weekday(day: int) -> int:
    """1 (Monday) to 7 (Sunday) of an ordinal."""
    return (day - 1) % 7 + 1


def _naive(day: int, minute: int) -> datetime:
    return day_start(date.fromordinal(min(max(day, FIRST_DAY), LAST_DAY)), minute)
