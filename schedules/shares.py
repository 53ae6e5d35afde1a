"""Where the passes of rules with a share of every hour lie: evenly spread, never two at once, nothing lost to rounding.

Pass number j of a window is wanted j x period x pass / share after the window begins, in whole microseconds of an exact fraction:
after any time t exactly the passes are over that fit into t x share / period, and no remainder is ever dropped. Rules of one class
and one area queue where they would meet; who waits keeps its turn as long as its window lasts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from schedules.claims import Share

MOST_PASSES = 3_000  # of one window: half-minute notices all day long
KEPT = 64


class Claim(NamedTuple):
    """One pass: where it is wanted, how long it takes, where its window ends (ticks), and whose it is."""

    at: int
    length: int
    closes: int
    order: int


class Claimant(Protocol):
    """A rule with a share, as the calendar sees it."""

    order: int

    def claims(self, day: int) -> Iterable[Claim]:
        """The passes wanted in windows that begin on a local day."""


class Shares:
    """The queue of the rules of one class and one area."""

    def __init__(self, claimants: Iterable[Claimant]) -> None:
        self._claimants = tuple(claimants)
        self._days: dict[int, dict[int, list[int]]] = {}

    def dues(self, order: int, day: int) -> list[int]:
        """The ticks at which passes of a rule begin, of windows that begin on a local day."""
        found = self._days.get(day)
        if found is None:
            found = queued(claim for one in self._claimants for claim in one.claims(day))
            for old in list(self._days)[: 1 - KEPT]:
                self._days.pop(old, None)
            self._days[day] = found
        return found.get(order, [])


def wanted(share: Share, opens: int, closes: int, length: int, order: int) -> list[Claim]:
    """The passes a share wants in one window; `length` of a pass in ticks."""
    if length <= 0:
        return []
    period, air = share.per * 60_000_000, round(share.seconds * 1_000_000)
    found = []
    for number in range(MOST_PASSES):
        at = opens + number * period * length // air
        if at + length > closes:
            break
        found.append(Claim(at, length, closes, order))
    return found


def queued(claims: Iterable[Claim]) -> dict[int, list[int]]:
    """Where each pass begins once those that meet have queued: the one wanted first, then the smaller id (the larger order)."""
    found: dict[int, list[int]] = {}
    free = None
    for claim in sorted(claims, key=lambda one: (one.at, -one.order)):
        at = claim.at if free is None else max(claim.at, free)
        if at + claim.length <= claim.closes:
            found.setdefault(claim.order, []).append(at)
            free = at + claim.length
    return found
