"""What the worker of a line is told about one device, and what it tells: frozen values that cross between threads."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache

from devices.agent.local import Started
from devices.contract.messages import Brightness, DarkPatch, Health, LineReport, Shown
from schedules.evaluate import OnAir
from schedules.live import Figure
from schedules.model import Alert, Plan

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Orders:
    """The plan held (None: none yet), the alerts that concern the device, and every alert's revision ever acted on."""

    device: str
    plan: Plan | None = None
    alerts: tuple[Alert, ...] = ()
    revisions: Mapping[str, int] = field(default_factory=dict)
    local: tuple[Started, ...] = ()  # calls begun at the gate itself
    figures: Mapping[str, Figure] = field(default_factory=dict)  # live numbers for the fields of texts
    number: int = field(default_factory=itertools.count(1).__next__, compare=False, repr=False)  # later ones are higher

    @property
    def revision(self) -> int:
        """Of the plan held; 0: none."""
        return self.plan.revision if self.plan else 0

    def plan_for(self, trusted: bool) -> Plan:
        """What to go by: without a trusted clock only the fallback (decision 0010)."""
        return self._whole if trusted else self._fallback_only

    def alerts_for(self, trusted: bool, now: datetime, began: datetime) -> tuple[Alert, ...]:
        """Without a trusted clock every alert not ended counts as on, since `began`: better too long than not at all."""
        if trusted:
            return self.alerts
        soon = now + timedelta(minutes=1)
        return tuple(
            alert.model_copy(update={"starts": min(alert.starts, began), "until": max(alert.until, soon)})
            for alert in self.alerts
        )

    def local_alerts(self, plan: Plan) -> tuple[Alert, ...]:
        """Calls begun here, as this device meets them; they do not ask whether the clock is trusted."""
        return tuple(alert for one in self.local if (alert := one.alert(plan)) is not None)

    @cached_property
    def _whole(self) -> Plan:
        return self.plan or _no_plan(self.device)

    @cached_property
    def _fallback_only(self) -> Plan:
        return self._whole.model_copy(update={"rules": ()})


@lru_cache(maxsize=256)
def _no_plan(device: str) -> Plan:
    """What a device goes by before its first plan."""
    return Plan(device=device, revision=1, issued=_LONG_AGO)


@dataclass(frozen=True, slots=True)
class View:
    """What one device does, for its status."""

    revision: int = 0
    health: Health = Health.UNMEASURED
    answer: OnAir | None = None
    message: str | None = None
    why: str = ""
    shown: Shown | None = None
    alerts: Mapping[str, int] = field(default_factory=dict)
    trusted: bool = True
    brightness: Brightness | None = None
    dark: tuple[DarkPatch, ...] = ()
    line: LineReport | None = None

    def unlike(self, other: View | None) -> bool:
        """Whether a reader would want to know at once; the instant of showing alone is no news."""
        if other is None or any(getattr(self, name) != getattr(other, name) for name in _NEWS):
            return True
        if (self.line and self.line.state) != (
            other.line and other.line.state
        ):  # what it counts goes with the next news
            return True
        return self.shown is not other.shown and _timeless(self.shown) != _timeless(other.shown)


_NEWS = tuple(one.name for one in fields(View) if one.name not in ("shown", "line"))


def _timeless(shown: Shown | None) -> Shown | None:
    return shown.model_copy(update={"at": _LONG_AGO}) if shown else None
