"""What a line's worker needs of the hand that works one device: look, act, and say what it does."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from devices.agent.clips import Clips
from devices.agent.contact import Contact
from devices.agent.faults import FaultBook
from devices.agent.journal import Desk
from devices.agent.media import MediaFiles
from devices.agent.orders import Orders, View
from devices.agent.usage import LineUse
from devices.contract.messages import Health
from devices.errors import DeviceError
from devices.ports import Clock
from schedules.evaluate import OnAir, on_air
from schedules.model import Alert, Plan
from schedules.review import why
from schedules.trust import Doubt

CLOCK_FAULTS = {
    Doubt.UNCONFIRMED: ("clock.unsynced", "no source vouches for the clock: fallback and alerts only"),
    Doubt.BEFORE_BUILD: (
        "clock.behind",
        "the clock shows a time before this release was made: fallback and alerts only",
    ),
    Doubt.BEHIND_RECORD: ("clock.behind", "the clock shows a time before the last record: fallback and alerts only"),
    Doubt.STEPPED: ("clock.stepped", "the clock was set by hand and nobody has confirmed it: fallback and alerts only"),
    Doubt.OFF: (
        "clock.off",
        "the clock differs from the controller's by more than 5 s; by more than 5 min it is not believed",
    ),
    Doubt.BEIJING: ("clock.beijing", "the clock is an hour fast, as if set to Beijing time: fallback and alerts only"),
}


@dataclass(frozen=True, slots=True)
class Tools:
    """What every hand works with."""

    device: str
    journal: Desk
    media: MediaFiles
    clips: Clips
    clock: Clock
    faults: FaultBook
    beside: FaultBook | None = None  # of the loudspeaker it stands in for
    talks: Path = Path()  # where what was said into microphones is kept
    pressed: Callable[[str, bool], None] = lambda _call, _down: None  # a button of this device went down or up
    driver: str = ""
    baud: int = 0  # of the line; 0: it has none


@dataclass(frozen=True, slots=True)
class Due:
    """A step and how much it matters: 0 alert, 1 content, 2 status."""

    rank: int
    step: Any


class Hand(ABC):
    """Works one device. All methods are called by the worker's thread alone."""

    def __init__(self, tools: Tools) -> None:
        """Holds nothing of the line until `attach`."""
        self._tools = tools
        self._clock = tools.clock
        self._contact = Contact(tools.clock, tools.faults, LineUse(tools.clock, tools.driver, tools.baud))
        self._orders = Orders(tools.device)
        self._began = tools.clock.now()
        self._why: tuple[Any, str] = (None, "")
        self._situation: tuple[OnAir, Plan, datetime, tuple[Alert, ...]] | None = None
        self._done_alerts: dict[str, int] = {}
        self._disk_said = False

    @property
    def device(self) -> str:
        """ "gate/device"."""
        return self._tools.device

    def moved(self, sent: int, received: int, seconds: float) -> None:
        """A step of this hand moved so many bytes on the line, and took so long."""
        self._contact.use.moved(sent, received, seconds)

    def order(self, orders: Orders) -> None:
        """Go by these from now on. An alert's orders overtake a plan's in the queue: what comes after newer ones is old."""
        if orders.number > self._orders.number:
            self._orders = orders

    def _answer_now(self, now: datetime) -> tuple[OnAir, Plan, tuple[Alert, ...]]:
        """What is on air; under an alert the journal waits for the lamps."""
        plan, alerts = self._facts(now)
        answer = on_air(plan, now, alerts)
        self._situation = (answer, plan, now, alerts)
        if answer.cause == "alert":
            self._tools.journal.hold()
        return answer, plan, alerts

    def _facts(self, now: datetime) -> tuple[Plan, tuple[Alert, ...]]:
        trusted = self._clock.trusted()
        self._say_clock(now)
        if self._tools.journal.failing:
            self._disk_said = True
            self._tools.faults.put("store.write", f"the disk takes no records: {self._tools.journal.failing}", now)
        elif self._disk_said:  # who keeps plans says the same of them, and takes it back himself
            self._disk_said = False
            self._tools.faults.clear("store.write")
        plan = self._orders.plan_for(trusted)
        return plan, self._orders.alerts_for(trusted, now, self._began) + self._orders.local_alerts(plan)

    def _say_clock(self, now: datetime) -> None:
        doubt = self._clock.doubt()
        self._tools.faults.clear(*(code for each, (code, _) in CLOCK_FAULTS.items() if each is not doubt))
        if doubt in CLOCK_FAULTS:
            self._tools.faults.put(*CLOCK_FAULTS[doubt], now)

    def _words(self) -> str:
        """Why this is on air; made when a view needs it, after the step."""
        if self._situation is None:
            return ""
        answer, plan, now, alerts = self._situation
        key = (answer.cause, answer.source, answer.since, answer.until, plan.revision)
        if self._why[0] != key:
            self._why = (key, why(plan, now, alerts).words("vi"))
        return self._why[1]

    def _health(self, as_wanted: bool) -> Health:
        if not self._contact.measured:
            return Health.UNMEASURED
        if self._contact.offline:
            return Health.OFFLINE
        return Health.HEALTHY if as_wanted and not self._tools.faults.standing() else Health.IMPAIRED

    def cut_off(self, error: DeviceError) -> None:
        """The line is gone."""
        self._contact.failed(error)
        self.detach()

    @abstractmethod
    def attach(self, open_device: Callable[[bool], Any]) -> None:
        """The line is open; `open_device(patient)` takes hold of the device on it."""

    @abstractmethod
    def detach(self) -> None:
        """Forget the line and what the device showed."""

    @abstractmethod
    def look(self) -> Due | None:
        """Compare wanted and seen; the next step, if any. Plays begin and end here."""

    @abstractmethod
    def act(self, step: Any) -> None:
        """Take the step on the line. LinkError if the line is gone; what the device does wrong is kept, not raised."""

    @abstractmethod
    def wake(self) -> float:
        """Seconds until something may be due."""

    @abstractmethod
    def view(self) -> View:
        """What it does now."""

    @abstractmethod
    def test(self, seconds: float) -> None:
        """Show the test page, or sound the test tone."""

    @abstractmethod
    def stop(self) -> None:
        """End all plays; boards keep their picture, zones are shut."""
