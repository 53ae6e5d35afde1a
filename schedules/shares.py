"""The turns that a rule with a share of every hour wants: evenly spread, whole items, nothing lost to rounding.

A turn is wanted where the air of all turns before it, stretched by period / share, is over: after any time t exactly those
turns were wanted that t x share / period pays for. All is counted in whole microseconds of an exact fraction from where the
window begins, and no remainder is dropped.
Where a turn meets something stronger it waits, as long as its own period lasts (schedules/calls.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from schedules.claims import Share
from schedules.zone import MINUTE

MOST_TURNS = 3_000  # of one window: half-minute notices all day long


class Claim(NamedTuple):
    """One turn: where it is wanted, how long it takes, where it must be over, in ticks; which item; where its period began."""

    at: int
    length: int
    closes: int
    item: int
    period: int


def wanted(
    share: Share,
    opens: int,
    closes: int,
    first: int,
    order: Callable[[int], Sequence[int]],
    length: Callable[[int, int], int],
) -> Iterator[Claim]:
    """The turns a share wants in one window, from turn number `first` on. `order(pass)` names the items of a pass;
    `length(item, at)` is 0 for an item that may not be shown then."""
    period, air, told = share.per * MINUTE, round(share.seconds * 1_000_000), 0
    number = first
    for _ in range(MOST_TURNS):
        at = opens + told * period // air
        found, number = _next(number, at, order, length)
        if found is None:
            told += max(air // share.per, 1)  # nothing may be shown now: look again a minute later
            if at >= closes:
                return
            continue
        takes = length(found, at)
        if at + takes > closes:
            return
        began = at - (at - opens) % period
        yield Claim(at, takes, min(max(began + period, at + takes), closes), found, began)
        told += takes


def _next(
    number: int, at: int, order: Callable[[int], Sequence[int]], length: Callable[[int, int], int]
) -> tuple[int | None, int]:
    """The item of the next turn, and the number of the one after it."""
    pass_order, passes = order(0), 0
    count = len(pass_order)
    for ahead in range(number, number + count):
        if ahead // count != passes:
            passes = ahead // count
            pass_order = order(passes)
        item = pass_order[ahead % count]
        if length(item, at) > 0:
            return item, ahead + 1
    return None, number
