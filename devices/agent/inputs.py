"""What the contact inputs of a device mean: a fault of zones, the mains, a door, a button. Pure but for its fault book."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from devices.agent.config import InputConfig
from devices.agent.faults import FaultBook

BUTTON_SECONDS = 0.3  # between looks where a button waits: a press is heard well within a second
WATCH_SECONDS = 5.0  # between looks for faults: found in ten seconds at the latest
_CODES = {"fault": "zone.contact", "mains": "power.mains", "door": "cabinet.door"}
_TEXTS = {
    "fault": "the fault contact {name} reports",
    "mains": "the mains are gone, says {name}",
    "door": "the door {name} is open",
}


class Inputs:
    """Follows the inputs that the config gives a meaning; tells each change once."""

    def __init__(
        self, meanings: Mapping[str, InputConfig], faults: FaultBook, pressed: Callable[[str, bool], None]
    ) -> None:
        """`pressed(call, down)` is told of buttons."""
        self._meanings, self._faults, self._pressed = dict(meanings), faults, pressed
        self._now: dict[str, bool] = {}
        self._looked = -WATCH_SECONDS

    @property
    def wanted(self) -> bool:
        """Whether there is anything to look at."""
        return bool(self._meanings)

    def due_in(self, monotonic: float) -> float:
        """Seconds until the next look; never more than its interval, however the clock was set."""
        every = BUTTON_SECONDS if any(one.means == "button" for one in self._meanings.values()) else WATCH_SECONDS
        return min(max(self._looked + every - monotonic, 0.0), every)

    def asked(self, monotonic: float) -> None:
        """The device is asked now, whatever it answers."""
        self._looked = monotonic

    def see(self, states: Mapping[str, bool], now: datetime, monotonic: float) -> None:
        """The contacts as the device read them; True is closed."""
        self._looked = monotonic
        before = self._now
        self._now = {name: states[name] == one.closed for name, one in self._meanings.items() if name in states}
        for name, meaning in self._meanings.items():
            if meaning.means == "button" and meaning.call and self._now.get(name, False) != before.get(name, False):
                self._pressed(meaning.call, self._now.get(name, False))
        for kind, code in _CODES.items():
            self._tell(kind, code, now)

    def _tell(self, kind: str, code: str, now: datetime) -> None:
        on = sorted(name for name, active in self._now.items() if active and self._meanings[name].means == kind)
        if not on:
            self._faults.clear(code)
            return
        zones = sorted({zone for name in on for zone in self._meanings[name].zones})
        text = "; ".join(_TEXTS[kind].format(name=name) for name in on)
        self._faults.put(code, f"{text} (zones {', '.join(zones)})" if zones else text, now)

    @property
    def lost_zones(self) -> frozenset[str]:
        """The zones whose fault contact reports: nobody there may count as having heard."""
        return frozenset(
            zone for name, active in self._now.items() if active and self._meanings[name].means == "fault"
            for zone in self._meanings[name].zones
        )  # fmt: skip
