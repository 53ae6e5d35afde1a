"""What of one loudspeaker waits to be said after its second, and what of it is being said now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from devices.agent.held import MOST, Held, next_of, placed, room_for
from devices.agent.passes import SETTLE, Pass

_FORGET = timedelta(days=2)  # longer than the longest patience


class Later:
    """Held passes, at most `MOST`; a pass that is held is no longer said at its own second."""

    def __init__(self) -> None:
        """Nothing waits."""
        self.waiting: tuple[Held, ...] = ()
        self.now: Pass | None = None
        self._given_up: dict[tuple[str, datetime], datetime] = {}

    def gave_up(self, one: Pass) -> bool:
        """Whether what is left of this pass waits here, or was said or let go."""
        return _key(one) in self._given_up

    def hold(self, one: Pass, held: Held | None, now: datetime) -> None:
        """Say the rest later, or never; in either case not at its own second."""
        self._given_up = {key: at for key, at in self._given_up.items() if now - at < _FORGET} | {_key(one): now}
        if self.now is one:
            self.now = None
        if held is not None:
            self.waiting = (*self.waiting, held)

    def let_go(self, now: datetime) -> tuple[Held, ...]:
        """Those whose patience has ended, and those too many."""
        gone = tuple(one for one in self.waiting if one.expires < now)
        kept = tuple(one for one in self.waiting if one.expires >= now)
        gone += kept[:-MOST]
        self.waiting = kept[-MOST:]
        return gone

    def end(self, others: Sequence[Pass], now: datetime) -> None:
        """Stop being said when something else begins, or when it is over."""
        settle = timedelta(seconds=SETTLE)
        said = self.now
        if said is not None and (
            now >= said.stops + 2 * settle or any(one.begins <= now < one.stops for one in others)
        ):
            self.now = None

    def candidate(self, begins: datetime) -> tuple[Held, Pass] | None:
        """What would be said next, if it began at `begins`."""
        held = next_of(self.waiting)
        return (held, placed(held, begins)) if held and self.now is None else None

    def begin(self, held: Held, said: Pass, others: Sequence[Pass], now: datetime) -> None:
        """Say it, if there is room."""
        if room_for(said, others, now):
            self.waiting = tuple(one for one in self.waiting if one is not held)
            self.now = said


def _key(one: Pass) -> tuple[str, datetime]:
    """The same for a pass and for what is said of it later."""
    return one.source, min((cue.meant for cue in one.cues if cue.content), default=one.due)
