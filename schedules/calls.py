"""The calls of a plan: sound that runs once, and turns of a share. Where they meet something stronger, or one another,
`arbiter` decides.

A loudspeaker has one stream of sound, a board one light: whoever is on air has all of it. The calls of windows that begin on
one local day are settled together: they know what is stronger on the days about it, and of their own class those of that day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from schedules.arbiter import Call, Change, arbitrate, changes
from schedules.zone import DAY

KEPT = 64
ALL = frozenset(("*",))  # one stream: it hears as one zone
_OVER_ALL = 256


class Piece(NamedTuple):
    """A stretch of a call that was due at `start`: `told` of it was over at `since`, and it is begun for the `number`th time."""

    start: int
    since: int
    end: int
    told: int
    number: int


class Caller(Protocol):
    """A rule as the calendar sees it."""

    name: str
    rank: int

    def calls(self, day: int) -> Iterable[Call]:
        """The calls of windows that begin on a local day."""

    def taken(self, day: int) -> Iterable[tuple[int, int]]:
        """When something of a rule that is no call is due, of windows that begin on a local day."""


class Calls:
    """The calls of one device, or of one area of a board."""

    def __init__(self, callers: Sequence[Caller], others: Sequence[Caller]) -> None:
        """`others` are the rules that do not call: what loops."""
        self._callers, self._others = callers, others
        self._settled: dict[tuple[int, int], dict[str, list[Piece]]] = {}

    def pieces(self, name: str, rank: int, day: int) -> list[Piece]:
        """When a rule of a rank is on air, of windows that begin on a local day."""
        key = rank, day
        found = self._settled.get(key)
        if found is None:
            found = {each.name: [] for each in self._callers if each.rank == rank}
            for one in arbitrate(self.all(rank, day)):
                if one.call in found:
                    found[one.call].append(Piece(one.due, one.start, one.end, one.told, one.piece))
            for old in list(self._settled)[: 1 - 4 * KEPT]:
                self._settled.pop(old, None)
            self._settled[key] = found
        return found.get(name, [])

    def all(self, rank: int, day: int) -> list[Call]:
        """The calls of a rank and a local day, and what is stronger about them."""
        own = [call for one in self._callers if one.rank == rank for call in one.calls(day)]
        if not own:
            return []
        opens = min(call.due - call.lead for call in own)
        closes = max(max(call.latest or 0, call.due) + call.length for call in own) + DAY
        return own + [
            Call(name, _OVER_ALL, start, end - start, ALL, holds=True)
            for name, start, end in self._stronger(rank, day)
            if start < closes and end > opens
        ]

    def became(self, rank: int, day: int) -> tuple[Change, ...]:
        """What became of the calls of a rank and a local day, and because of whom."""
        own = {each.name for each in self._callers if each.rank == rank}
        return tuple(one for one in changes(self.all(rank, day)) if one.call in own)

    def _stronger(self, rank: int, day: int) -> Iterator[tuple[str, int, int]]:
        for near in (day - 1, day, day + 1):
            for other in self._others:
                if other.rank > rank:
                    yield from ((other.name, start, end) for start, end in other.taken(near))
            for each in self._callers:
                if each.rank > rank:
                    for _, since, end, _, _ in self.pieces(each.name, each.rank, near):
                        yield each.name, since, end
