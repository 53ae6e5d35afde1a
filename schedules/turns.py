"""The turns of one rule with a share: which item of its playlist is wanted when, day by day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from schedules.claims import Share
from schedules.editions import Editions
from schedules.model import Playlist
from schedules.playlist import playlist_seconds
from schedules.shares import Claim, wanted
from schedules.zone import NEVER, Zone

KEPT = 64
Windows = Callable[[int], Iterable[tuple[int, int]]]  # of a local day: from and to, in ticks


class ShareTurns:
    """Turns of windows that begin on a local day, remembered for a bounded number of days."""

    def __init__(
        self, share: Share, editions: Editions, tongue_at: Callable[[int], int],
        told: Callable[[Playlist, int], Playlist], windows: Windows, zone: Zone,
    ) -> None:  # fmt: skip
        """`tongue_at(tick)` numbers the order of languages of the hour, `told(playlist, number)` puts a playlist into it."""
        self._share, self._editions, self._windows, self._zone = share, editions, windows, zone
        self._tongue_at, self._told = tongue_at, told
        self._claims: dict[int, dict[int, Claim]] = {}
        self._alone: dict[tuple[int, int], tuple[Playlist, int]] = {}

    def claims(self, day: int) -> dict[int, Claim]:
        """The turns wanted in the windows of a local day, by the ticks at which they are."""
        found = self._claims.get(day)
        if found is None:
            found = {claim.at: claim for claim in self._wanted(day)}
            for old in list(self._claims)[: 1 - KEPT]:
                self._claims.pop(old, None)
            self._claims[day] = found
        return found

    def _wanted(self, day: int) -> Iterator[Claim]:
        windows, count = list(self._windows(day)), len(self._editions)
        mean = self._editions.seconds(NEVER) / count or 1.0
        # About so many turns fit into each window; on the next day the playlist goes on where it stopped.
        rate = self._share.seconds / (self._share.per * 60) / mean / 1_000_000
        fits = [round((closes - opens) * rate) for opens, closes in windows]
        number = (day * sum(fits)) % count
        for (opens, closes), turns in zip(windows, fits, strict=True):
            if opens < closes:
                yield from wanted(self._share, opens, closes, number, self._editions.order, self._length)
            number += turns

    def at(self, start: int) -> Playlist | None:
        """The item alone whose turn was wanted at a tick."""
        day = self._zone.day(start)
        claim = self.claims(day).get(start) or self.claims(day - 1).get(start)
        return None if claim is None else self._turn(claim.item, start)[0]

    def _turn(self, place: int, at: int) -> tuple[Playlist, int]:
        """One item alone in the languages of the hour, and how many ticks it takes."""
        tongue = self._tongue_at(at)
        found = self._alone.get((place, tongue))
        if found is None:
            told = self._told(self._editions.alone(place), tongue)
            found = self._alone[place, tongue] = told, round(playlist_seconds(told) * 1_000_000)
        return found

    def _length(self, place: int, at: int) -> int:
        length = self._turn(place, at)[1]
        return length if self._editions.may(place, at, length) else 0
