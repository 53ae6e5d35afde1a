"""Where a playlist stands that was interrupted: what was cut goes on, begins again or is let go, as its message says. Pure.

What begins again is the recording, or the pages, of one language: nobody hears the Vietnamese twice because the Chinese was cut.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

from schedules.model import Playlist
from schedules.playlist import in_order, item_at, period_seconds, turns

SHORTEST = 1.0  # seconds that are worth going on for


def after_cut(playlist: Playlist, told: float, loop: bool = True) -> float | None:
    """From which second a playlist goes on that was cut when `told` seconds of it were over; None: not at all."""
    slot = item_at(playlist, told, loop)
    if slot is None:
        return None
    passes = math.floor(told / period_seconds(playlist))
    order = in_order(playlist, passes)
    pass_turns = list(turns(playlist, order))
    begins = slot.starts - pass_turns[slot.index][2]
    in_a_gap = told >= slot.ends
    if slot.item.interrupted == "restart" and not in_a_gap:
        return slot.starts
    after = slot.index + 1
    if slot.item.interrupted == "skip":
        after = _last_of(playlist, [len(item.contents) for item in order], slot.index) + 1
    elif slot.ends - told >= SHORTEST or in_a_gap:
        return told  # in a gap there is nothing to say again
    if after < len(pass_turns):
        return begins + pass_turns[after][2]
    return begins + period_seconds(playlist) if loop else None


def _last_of(playlist: Playlist, counts: Sequence[int], index: int) -> int:
    """The last content of the message that a content of a pass belongs to."""
    last = -1
    for _ in range(playlist.repeats):
        for count in counts:
            last += count
            if index <= last:
                return last
    return index


def standing(
    playlist: Playlist, began: datetime, cuts: Sequence[tuple[datetime, datetime]], at: datetime, loop: bool = True
) -> float | None:
    """How many seconds of a playlist are over at `at` that began at `began` and was off air from and until each of `cuts`,
    in order; None if it is over."""
    told, moment = 0.0, began
    for start, end in cuts:
        if start >= at:
            break
        if start > moment:  # else it had not begun again
            after = after_cut(playlist, told + (start - moment).total_seconds(), loop)
            if after is None:
                return None
            told = after
        moment = max(moment, min(end, at))
    return told + (at - moment).total_seconds()
