"""The answer to "what is on air?"."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple

from schedules.model import Playlist, Priority

Cause = Literal["alert", "rule", "fallback", "nothing"]


class OnAir(NamedTuple):
    """What a device shows at a moment, why, since when and until when; `beaten` names what else was due, strongest first.

    A tuple, because a week's preview makes tens of thousands. Two answers are equal whatever they beat.
    """

    cause: Cause
    source: str
    priority: Priority
    playlist: Playlist | None
    zones: tuple[str, ...]
    loop: bool
    since: datetime | None
    until: datetime | None
    beaten: tuple[str, ...] = ()
    due: datetime | None = None  # its own instant, if it begins or goes on later
    told: float = 0.0  # seconds of the pass that were over at `since`
    attempt: int = 1  # grows each time it goes on
    drill: bool = False  # an exercise

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OnAir) and self[:8] == other[:8] and self[9:] == other[9:]

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((self.cause, self.source, self.since, self.until))
