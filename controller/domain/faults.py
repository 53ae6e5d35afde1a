"""A fault of a device from its first sight to its end. Pure."""

from __future__ import annotations

from enum import StrEnum

from pydantic import AwareDatetime

from schedules.model import Fact


class FaultState(StrEnum):
    """Where it stands: nobody has seen it, somebody has, it is over."""

    ACTIVE = "active"
    ACKNOWLEDGED = "acknowledged"
    CLEARED = "cleared"


class FaultRow(Fact):
    """One fault. `first_seen` and `last_seen` are by the clock of who found it; `cleared_at` by the controller's."""

    id: int
    device: str
    code: str
    text: str
    first_seen: AwareDatetime
    last_seen: AwareDatetime
    count: int
    acknowledged_at: AwareDatetime | None = None
    acknowledged_by: str | None = None
    cleared_at: AwareDatetime | None = None

    @property
    def state(self) -> FaultState:
        """Active, acknowledged or cleared."""
        if self.cleared_at is not None:
            return FaultState.CLEARED
        return FaultState.ACTIVE if self.acknowledged_at is None else FaultState.ACKNOWLEDGED
