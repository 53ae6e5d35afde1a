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
Told = Callable[[Playlist, int], Playlist]  # in the languages of the hour


class ShareTurns:
    """Turns of windows that begin on a local day, remembered for a bounded number of days."""

    def __init__(self, share: Share, editions: Editions, told: Told, zone: Zone) -> None:
        self._share, self._editions, self._told, self._zone = share, editions, told, zone
        self._claims: dict[int, list[Claim]] = {}

    def claims(self, day: int, windows: Callable[[int], Iterable[tuple[int, int]]]) -> list[Claim]:
        """The turns wanted in the windows (from and to, in ticks) that begin on a local day."""
        found = self._claims.get(day)
        if found is None:
            found = list(self._wanted(day, list(windows(day))))
            for old in list(self._claims)[: 1 - KEPT]:
                self._claims.pop(old, None)
            self._claims[day] = found
        return found

    def _wanted(self, day: int, windows: list[tuple[int, int]]) -> Iterator[Claim]:
        count = len(self._editions)
        mean = self._editions.seconds(NEVER) / count or 1.0
        # About so many turns fit into each window; on the next day the playlist goes on where it stopped.
        rate = self._share.seconds / (self._share.per * 60) / mean / 1_000_000
        fits = [round((closes - opens) * rate) for opens, closes in windows]
        number = (day * sum(fits)) % count
        for (opens, closes), turns in zip(windows, fits, strict=True):
            if opens < closes:
                yield from wanted(self._share, opens, closes, number, self._editions.order, self._length)
            number += turns

    def at(self, start: int, windows: Callable[[int], Iterable[tuple[int, int]]]) -> Playlist | None:
        """The item alone whose turn was wanted at a tick."""
        day = self._zone.day(start)
        claims = (claim for near in (day, day - 1) for claim in self.claims(near, windows))
        place = next((claim.item for claim in claims if claim.at == start), None)
        return None if place is None else self._turn(place, start)

    def _turn(self, place: int, at: int) -> Playlist | None:
        alone = self._editions.alone(place)
        told = self._told(alone, at)
        return told if self._editions.may(place, at, playlist_seconds(told)) else None

    def _length(self, place: int, at: int) -> int:
        turn = self._turn(place, at)
        return round(playlist_seconds(turn) * 1_000_000) if turn else 0
