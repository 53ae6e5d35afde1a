"""A suspension as the controller keeps it: the order, what it closes, and the notice it puts up. Pure."""

from __future__ import annotations

from datetime import datetime

from pydantic import AwareDatetime

from schedules.model import DeviceId, Fact, Id
from schedules.suspension import Suspension


class Closing(Fact):
    """One order and its effects. It ends by itself at the order's end, or when it is lifted."""

    id: Id
    suspension: Suspension
    hours: tuple[Id, ...] = ()  # opening hours of the passages it closes
    playlist: Id | None = None  # the notice
    targets: tuple[DeviceId, ...] = ()  # boards and loudspeakers that carry the notice
    lifted_at: AwareDatetime | None = None

    @property
    def until(self) -> datetime:
        """Its true end."""
        return min(self.suspension.until, self.lifted_at) if self.lifted_at else self.suspension.until

    @property
    def effective(self) -> Suspension | None:
        """The order as far as it held; None if it was lifted before it began."""
        if self.until <= self.suspension.starts:
            return None
        return self.suspension.model_copy(update={"until": self.until})
