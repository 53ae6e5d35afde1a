"""When a rule is due: its days, its windows of the day, and what validity, quiet hours and editions leave of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import date
from functools import partial
from itertools import islice, takewhile
from typing import NamedTuple

from schedules.arbiter import Call, level
from schedules.book import ALL_ZONES, NO_DAYS, Book, Span, joined, span, spans_by_day
from schedules.calls import ALL, Calls, Piece
from schedules.editions import Editions
from schedules.fact import MINUTES_A_DAY
from schedules.model import Playlist, Rule
from schedules.playlist import in_languages, item_at, patience, playlist_seconds
from schedules.recurrence import RecurringDays
from schedules.shares import Claim
from schedules.standing import SHORTEST, after_cut
from schedules.turns import ShareTurns
from schedules.zone import ALWAYS, DAY, FIRST_DAY, LAST_DAY, MINUTE, NEVER, iso_weekday, tick

REACH = (
    20  # A weekday returns within 7 days; a window swallowed by a change of clocks waits one week more; and LATE days.
)
REACH_OF_HOURS = 400  # so long is looked for a place to open again
REACH_OF_RECURRENCE = 100  # years; 29 February on a Monday comes every 28, or 40 about a year such as 2100
MOST_DAYS = 1_500  # so many days are tried, and no more, until something of a rule begins or has ended
MOST_CALL_DAYS = 60  # on so many days in a row something stronger keeps a call silent, and no more are tried
LONGEST_RUN = 31  # days; a playlist that runs once is taken as ended after it
LATE = 4  # days after its own on which something due can begin, when it is past midnight and held by quiet hours
KEPT = 64


Quiets = list[tuple[int, int, frozenset[str]]]  # from, to, the zones


class Stretch(NamedTuple):
    """A stretch in ticks of one occurrence that began at `start`; `since` is later where something in it changed, or where
    a call begins late, or goes on when `told` of it are over: for the `number`th time."""

    start: int
    since: int
    end: int
    told: int = 0
    number: int = 1


class Due:
    """A rule as the calendar sees it."""

    def __init__(self, rule: Rule, order: int, editions: Editions, book: Book) -> None:
        self.rule, self.order, self.editions = rule, order, editions
        # A call goes before what loops in its own class, and before nothing stronger.
        self.name, self.is_call = rule.id, rule.share is not None or (not rule.loop and editions.audible)
        self.rank = 2 * rule.priority.rank + self.is_call
        began, over = book.event(rule)
        self.starts = max(tick(rule.starts) if rule.starts else NEVER, began)
        self.ends = min(tick(rule.ends) if rule.ends else ALWAYS, over)
        self._frozen = book.frozen(rule)
        self._tongues = book.tongues_for(rule)
        self.queue: Calls | None = None  # where it is settled when it sounds, if it is a call
        self.spans = tuple(map(span, rule.windows))
        self._book, self._zone = book, book.zone
        self._exceptions = spans_by_day(rule.exceptions)
        self._recurring = RecurringDays(rule.recurrence) if rule.recurrence else None
        self._only, self._not = book.days(rule.only_on), book.days(rule.not_on)
        # Days from which on, or until which, the rule's days are picked otherwise: there it pays to look again.
        self._turning = self._turning_days() if rule.relative or self._exceptions or self._not or self._frozen else []
        self._quiet = book.quiet_for(rule)
        self._dues: dict[int, list[int]] = {}
        self.late = LATE if self._quiet else 1  # days after its own on which something due may begin
        # Whatever the languages of an hour leave out, a run is never longer than all of it.
        longest = 0.0 if rule.loop else max(map(editions.seconds, editions.edges))
        self.longest = int(min(longest * 1_000_000, LONGEST_RUN * DAY))
        everyday = not (rule.recurrence or rule.exceptions or rule.only_on or rule.not_on or rule.relative)
        steady = not (self._quiet or self._frozen or self._tongues)
        self.plain = rule.loop and everyday and steady and len(editions.edges) == 1
        self._whole = editions.at(NEVER) if self.plain else None
        # The head of every answer in which a plain rule wins.
        self.head = ("rule", rule.id, rule.priority, self._whole, rule.zones, rule.loop) if self._whole else None
        self._said: dict[tuple[int, int], Playlist] = {}
        self._shared: ShareTurns | None = None
        if rule.share:
            shared = rule.share, editions, self._tongue_at, self._in_tongue, self._windows, self._zone
            self._shared = ShareTurns(*shared)

    def _turning_days(self) -> list[int]:
        relative = self.rule.relative
        turning = self._book.turning(relative) if relative else NO_DAYS
        thawed = {self._zone.day(edge) for span in self._frozen for edge in span}
        return sorted(turning | self._exceptions.keys() | self._not | thawed)

    # --- what is due on a day

    def on(self, day: int, midnight: int | None) -> list[Stretch]:
        """What belongs to a local day: pieces of windows of a looping rule, else runs."""
        if self.queue is not None:
            clipped = (self._clipped(piece) for piece in self.queue.pieces(self.name, self.rank, day))
            return [each for each in clipped if each is not None]
        if not self.rule.loop:
            return [run for due in self._due_on(day) if (run := self._run(due, day)) is not None]
        found = []
        for start, end in self._spans_of(day):
            opens = max(self._tick(day, start, midnight), self.starts)
            closes = min(self._tick(day, end, midnight), self.ends)
            if opens < closes:
                found += self._pieces(opens, closes)
        return found

    def unfinished(self, before: int, opens: int) -> list[Stretch]:
        """Runs of days before another that go on at a tick. A newer run cuts an older one, so only the latest can."""
        if self.queue is not None:
            days = range(before - 1 - self.longest // DAY, before)
            return [run for day in days for run in self.on(day, None) if run.end > opens]
        for day in range(before - 1, before - 1 - self.longest // DAY - self.late, -1):
            runs = self.on(day, None)
            if runs:
                earlier = [run for late in range(1, self.late + 1) for run in self.on(day - late, None)]
                return [run for run in (*runs, *earlier) if run.end > opens]
        return []

    def playlist_of(self, start: int, since: int) -> Playlist | None:
        """What of the rule's playlist is shown by what began at a tick, in the languages of the hour: of a share, one item."""
        if self._shared is not None:
            return self._shared.at(start)
        return self._whole or self._spoken(start if self.is_call else since)

    def zones_at(self, moment: int) -> tuple[str, ...]:
        """The rule's zones that are not quiet at a tick."""
        if not self._quiet:
            return self.rule.zones
        return self._loud(moment, self._quiet_about(moment, moment)) or ()

    def _spans_of(self, day: int) -> tuple[Span, ...]:
        found = self._exceptions.get(day)
        if found is not None:
            return found
        if not self._falls_on(day):
            return ()
        if self.rule.relative is None:
            return self.spans
        given = self._book.relative(self.rule.relative, day)
        if not self.rule.loop:
            given = self._book.begins(self.rule.relative, day, given)
        both = [(max(s, t), min(e, f)) for s, e in map(_unbounded, self.spans) for t, f in given]
        return tuple((start, end) for start, end in both if start < end)

    def _falls_on(self, day: int) -> bool:
        return (
            iso_weekday(day) in self.rule.weekdays
            and (self._recurring is None or day in self._recurring)
            and (not self.rule.only_on or day in self._only)
            and day not in self._not
        )

    def _tick(self, day: int, minute: int, midnight: int | None) -> int:
        return self._zone.instant(day, minute) if midnight is None else midnight + minute * MINUTE

    # --- what runs once

    def _due_on(self, day: int) -> list[int]:
        """The ticks at which runs of a local day begin, held ones where the quiet ends."""
        found = self._dues.get(day)
        if found is None:
            valid = {at for at in self._unheld(day) if self.starts <= at < self.ends and not self._is_frozen(at)}
            held: set[int | None] = {*valid}
            if self._quiet and valid:
                quiet = self._quiet_about(min(valid), max(valid) + DAY)
                held = {self._hold(at, quiet) for at in valid}
            found = sorted(at for at in held if at is not None and at < self.ends and not self._is_frozen(at))
            for old in list(self._dues)[: 1 - KEPT]:
                self._dues.pop(old, None)
            self._dues[day] = found
        return found

    def _unheld(self, day: int) -> Iterable[int]:
        """The ticks at which runs of a day would begin, but for validity and quiet hours."""
        if self.rule.share is not None:
            return self.claims(day)
        spans = self._spans_of(day)
        midnight = self._zone.midnight(day) if spans else None
        return (at for each in spans for at in self._moments(day, each, midnight))

    # --- calls: sound that runs once, and turns of a share

    def calls(self, day: int) -> Iterator[Call]:
        """The calls of windows that begin on a local day, as they are wanted."""
        claims = self.claims(day)
        for due in self._due_on(day):
            claim = claims.get(due)
            if claim is not None:
                yield self._call(due, claim.length, claim.closes - claim.length, claim.closes)
            elif (run := self._run(due, day)) is not None:
                yield self._call(due, run.end - due, self._latest(due), None)

    def _call(self, due: int, length: int, latest: int | None, ends_by: int | None) -> Call:
        playlist = self.playlist_of(due, due)
        longest = None if self.rule.longest is None else int(self.rule.longest * 1_000_000)
        first = playlist.items[0] if playlist else None
        joins = ends_by is None and self.rule.routing != "stacked" and first is not None and first.late == "shorten"
        return Call(
            self.name, level(self.rule.priority), due, length, ALL, self.rule.routing, latest, ends_by, joins, longest,
            lead=int(playlist.lead * 1_000_000) if playlist else 0, goes_on=partial(self._goes_on, playlist),
        )  # fmt: skip

    def _latest(self, due: int) -> int | None:
        """Where what is due once may begin at the latest."""
        playlist = self._spoken(due)
        if playlist is None:
            return None
        first = playlist.items[0]
        waits = patience(first, self.rule.priority)
        if self.rule.routing == "stacked":
            waits = waits if self.rule.stack_for is None else self.rule.stack_for
        elif first.late == "skip":
            return None
        elif first.late == "shorten":
            waits = playlist_seconds(playlist) - SHORTEST
        return due + int(max(waits, 0.0) * 1_000_000)

    def _goes_on(self, playlist: Playlist | None, told: int) -> tuple[int, int] | None:
        """From where a call goes on that was cut, and how long it waits for that; nothing that is all or nothing does."""
        if playlist is None or self.rule.routing == "non_partial":
            return None
        slot, onwards = item_at(playlist, told / 1e6, loop=False), after_cut(playlist, told / 1e6, loop=False)
        if slot is None or onwards is None:
            return None
        return round(onwards * 1_000_000), int(patience(slot.item, self.rule.priority) * 1_000_000)

    def _clipped(self, piece: Piece) -> Stretch | None:
        """A piece but for what quiet hours, events and the ends of items take of it."""
        end = piece.end if self.rule.share else self.editions.loses(piece.start, piece.end)
        end = min((start for start, _ in self._frozen if piece.since < start < end), default=end)
        hushed = piece.since > piece.start and (
            self._is_frozen(piece.since) or self._loud(piece.since, self._quiet_about(piece.since, piece.since)) is None
        )
        return None if hushed or piece.since >= end else Stretch(piece.start, piece.since, end, *piece[3:])

    def taken(self, day: int) -> Iterator[tuple[int, int]]:
        """When something of a rule that is no call is due, of windows that begin on a local day."""
        return ((each.since, each.end) for each in self.on(day, None))

    def claims(self, day: int) -> dict[int, Claim]:
        """The turns the rule's share wants in windows that begin on a local day, by their ticks."""
        return self._shared.claims(day) if self._shared else {}

    def _windows(self, day: int) -> Iterator[tuple[int, int]]:
        midnight = self._zone.midnight(day)
        for start, end in joined(self._spans_of(day)):
            yield max(self._tick(day, start, midnight), self.starts), min(self._tick(day, end, midnight), self.ends)

    def _moments(self, day: int, each: Span, midnight: int | None) -> Iterator[int]:
        closes = self._tick(day, each[1], midnight)
        for minute in self._minutes(*each):
            at = self._tick(day, minute, midnight)
            if at < closes:
                yield at

    def _minutes(self, start: int, end: int) -> Iterable[int]:
        if self.rule.minutes:
            hours = range(start // 60, (end - 1) // 60 + 1)
            return (at for hour in hours for each in self.rule.minutes if start <= (at := hour * 60 + each) < end)
        return range(start, end, self.rule.every or end - start)

    def _run(self, due: int, day: int) -> Stretch | None:
        """One run to its natural end, or to where a newer one is due or an item in it may be shown no more."""
        end = due + self._length(due)
        for near in range(day - self.late, day + self.late + (end - due) // DAY + 1):
            dues = self._due_on(near)
            newer = bisect_right(dues, due)
            if newer < len(dues):
                end = min(end, dues[newer])
        end = self.editions.loses(due, end)
        end = min((start for start, _ in self._frozen if due < start < end), default=end)
        return Stretch(due, due, end) if due < end else None

    def _length(self, due: int) -> int:
        if self._tongues:
            spoken = self._spoken(due)
            seconds = playlist_seconds(spoken) if spoken else 0.0
        else:
            seconds = self.editions.seconds(due)
        return int(min(seconds * 1_000_000, LONGEST_RUN * DAY))

    def _hold(self, at: int, quiet: Quiets) -> int | None:
        """Where the quiet about a due tick ends; None if it is to be dropped, or the quiet lasts a day."""
        if self._loud(at, quiet) is not None:
            return at
        if self.rule.in_quiet == "drop" or self.rule.share:
            return None
        later = (edge for edge in sorted({end for _, end, _ in quiet}) if at < edge <= at + DAY)
        return next((edge for edge in later if self._loud(edge, quiet) is not None), None)

    # --- what loops

    def _pieces(self, opens: int, closes: int) -> list[Stretch]:
        """A window cut where another edition begins or zones fall quiet; what may not be shown is left out."""
        steady = not (self._quiet or self._frozen or self._tongues)
        if steady and len(self.editions.edges) == 1:
            return [Stretch(opens, opens, closes)] if self.editions.at(opens) else []
        quiet = self._quiet_about(opens, closes)
        bounds = [*self.editions.edges, *(edge for start, end, _ in quiet for edge in (start, end))]
        edges = {edge for edge in (*bounds, *self._tongue_edges(opens, closes)) if opens < edge < closes}
        found: list[Stretch] = []
        last: object = None
        for start, end in zip([opens, *sorted(edges)], [*sorted(edges), closes], strict=True):
            edition, zones = self._spoken(start), self._loud(start, quiet)
            if edition is None or zones is None:
                last = None
            elif (edition, zones) == last:
                found[-1] = found[-1]._replace(end=end)
            else:
                found.append(Stretch(opens, start, end))
                last = (edition, zones)
        return found

    # --- quiet hours

    def _quiet_about(self, start: int, end: int) -> Quiets:
        """Quiet hours near a stretch, and events that freeze the rule: nothing of it may sound in either."""
        days = range(self._zone.day(start) - 1, self._zone.day(end) + 1) if self._quiet else range(0)
        hushed = [each for day in days for each in self._book.quiet_spans(self._quiet, day)]
        return hushed + [(opens, closes, frozenset((ALL_ZONES,))) for opens, closes in self._frozen]

    def _is_frozen(self, at: int) -> bool:
        return any(start <= at < end for start, end in self._frozen)

    def _loud(self, at: int, quiet: Quiets) -> tuple[str, ...] | None:
        """The zones of the rule that may sound at a tick; None if nothing may."""
        asleep = frozenset().union(*(zones for start, end, zones in quiet if start <= at < end))
        zones = tuple(zone for zone in self.rule.zones if zone not in asleep)
        if self.rule.routing != "partial" and zones != self.rule.zones:
            return None
        return None if ALL_ZONES in asleep or (self.rule.zones and not zones) else zones

    # --- languages in turn

    def _tongue_at(self, moment: int) -> int:
        """Which order of languages counts at a tick; -1: the message's own."""
        if not self._tongues:
            return -1
        day = self._zone.day(moment)
        for place, one in enumerate(self._tongues):
            spans = (each for near in (day - 1, day) for each in self._book.tongue_spans(one, near))
            if any(start <= moment < end for start, end in spans):
                return place
        return -1

    def _tongue_edges(self, start: int, end: int) -> Iterator[int]:
        days = range(self._zone.day(start) - 1, self._zone.day(end) + 1) if self._tongues else range(0)
        return (
            edge for one in self._tongues for day in days for each in self._book.tongue_spans(one, day) for edge in each
        )

    def _spoken(self, moment: int) -> Playlist | None:
        edition = self.editions.at(moment)
        if edition is None or not self._tongues or (place := self._tongue_at(moment)) < 0:
            return edition
        key = self.editions.place(moment), place
        if key not in self._said:
            self._said[key] = in_languages(edition, self._tongues[place].languages)
        return self._said[key]

    def _in_tongue(self, playlist: Playlist, place: int) -> Playlist:
        return playlist if place < 0 else in_languages(playlist, self._tongues[place].languages)

    # --- looking far ahead and back

    def next_start(self, instant: int) -> int | None:
        """The first tick after another at which something of the rule begins, as far as can be looked ahead."""
        silent = 0
        for day in self._days_after(max(instant, self.starts, self.editions.first)):
            if self._begin_after(day, instant):
                # What is late of one day may begin after what is early on a following one.
                return min(start for late in range(self.late + 1) for start in self._begin_after(day + late, instant))
            silent += self.queue is not None and bool(self._due_on(day))
            if silent > MOST_CALL_DAYS:
                break
        return None

    def last_end(self, instant: int) -> int | None:
        """The last tick until another at which something of the rule ended, as far as can be looked back."""
        latest: int | None = None
        found_on = 0
        for day in self._days_before(min(instant, self.ends, self.editions.last)):
            if latest is not None and day < found_on - self.late:
                break
            ends = [each.end for each in self.on(day, None) if each.end <= instant]
            if ends and latest is None:
                found_on = day
            latest = max([*ends, *([] if latest is None else [latest])], default=None)
        return latest

    def _begin_after(self, day: int, instant: int) -> list[int]:
        return [each.since for each in self.on(day, None) if each.since > instant]

    def _days_after(self, instant: int) -> Iterator[int]:
        """Days on which something could begin, in order."""
        first = self._zone.day(instant) - LATE
        picked = self._picked(range(date.fromordinal(first).year, self._year(first, REACH_OF_RECURRENCE)))
        if picked is None:
            anchors = [first, *(self._zone.day(edge) - 1 for edge in self.editions.edges if edge > instant)]
            anchors += [day for day in self._turning if day > first]
            days = {day for anchor in anchors for day in range(anchor, anchor + self._reach())}
            picked = iter(sorted(days))
        last = min(LAST_DAY, self._zone.day(min(self.ends, self.editions.last)) + 1)
        return islice((day for day in takewhile(lambda day: day <= last, picked) if day >= first), MOST_DAYS)

    def _days_before(self, instant: int) -> Iterator[int]:
        """Days on which something could have begun, latest first."""
        last = self._zone.day(instant)
        first_year = self._year(last, -REACH_OF_RECURRENCE)
        picked = self._picked(range(date.fromordinal(last).year, first_year, -1))
        if picked is None:
            anchors = [last, *(self._zone.day(edge) for edge in self.editions.edges if NEVER < edge <= instant)]
            anchors += [day for day in self._turning if day < last]
            days = {day for anchor in anchors for day in range(anchor, anchor - self._reach(), -1)}
            picked = iter(sorted(days, reverse=True))
        first = max(FIRST_DAY, self._zone.day(max(self.starts, self.editions.first)) - LATE)
        return islice((day for day in takewhile(lambda day: day >= first, picked) if day <= last), MOST_DAYS)

    def _picked(self, years: range) -> Iterator[int] | None:
        """The days a recurrence or the lists pick in these years, in their order; None if every weekday counts."""
        if self._recurring is None and not self.rule.only_on:
            return None
        return (day for year in years for day in sorted(self._of_year(year), reverse=years.step < 0))

    def _of_year(self, year: int) -> set[int]:
        days = set(self._recurring.year(year)) if self._recurring else self._within(self._only, year)
        return days | self._within(self._exceptions, year)

    def _within(self, days: Iterable[int], year: int) -> set[int]:
        return {day for day in days if date.fromordinal(day).year == year}

    def _reach(self) -> int:
        return REACH_OF_HOURS if self.rule.relative else REACH

    def _year(self, day: int, further: int) -> int:
        return min(max(date.fromordinal(day).year + further, 2), 9_998)


def _unbounded(each: Span) -> Span:
    """The whole day as a limit is no limit: opening hours may pass midnight."""
    return (0, 4 * MINUTES_A_DAY) if each == (0, MINUTES_A_DAY) else each
