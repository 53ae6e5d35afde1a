"""The answer to "what is on air?"."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from schedules.model import Playlist, Priority

Cause = Literal["alert", "rule", "fallback", "nothing"]


@dataclass(frozen=True, slots=True)
class OnAir:
    """What a device shows at a moment, why, since when and until when; `beaten` names what else was due, strongest first."""

    cause: Cause
    source: str
    priority: Priority
    playlist: Playlist | None
    zones: tuple[str, ...]
    loop: bool
    since: datetime | None
    until: datetime | None
    beaten: tuple[str, ...] = field(default=(), compare=False)
    due: datetime | None = None  # its own instant, if it begins or goes on later
    told: float = 0.0  # seconds of the pass that were over at `since`
    attempt: int = 1  # grows each time it goes on
    drill: bool = False  # an exercise
