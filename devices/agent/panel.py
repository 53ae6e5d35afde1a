"""Works the sending card of a wall fed by video: it shows, is as bright as it should be, and says whether it gets the video."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from devices.agent.dimmer import Dimmer
from devices.agent.hand import Due, Hand, Tools
from devices.agent.orders import View
from devices.agent.reconcile import Probe, ReadLight, SetBrightness
from devices.agent.witness import Witness
from devices.errors import DeviceError, LinkError
from devices.ports import Panel, PanelMode, PanelSight

WATCH_SECONDS = 10.0  # between looks at every card of the wall
STATUS = 2
KNOWN = ("signal", "showing", "cards", "heat", "fan", "smoke", "door", "redundancy")


class PanelHand(Hand):
    """The hand of one panel. Its faults stand in the wall's own list; what it sees goes to the witness."""

    def __init__(self, tools: Tools, witness: Witness) -> None:
        """`tools` are those of the wall, with a chapter of its faults."""
        super().__init__(tools)
        self._witness = witness
        self._dimmer = Dimmer(tools.device, tools.clock)
        self._panel: Panel | None = None
        self._probe: Panel | None = None
        self._watched_at: float | None = None

    def attach(self, open_device: Callable[[bool], Any]) -> None:
        """Take hold of it, once patiently and once for quick looks."""
        self._panel, self._probe = open_device(True), open_device(False)
        self._dimmer.forget()
        self._watched_at = None
        self._contact.hurry()

    def detach(self) -> None:
        """Nobody watches."""
        self._panel = self._probe = None
        self._blind()

    def look(self) -> Due | None:
        """Watch it every few seconds, and dim it in between."""
        if self._panel is None:
            return None
        retry = self._contact.retry
        if retry is not None:
            return Due(STATUS, Probe()) if retry <= 0 else None
        if self._watched_at is None or self._clock.monotonic() - self._watched_at >= WATCH_SECONDS:
            return Due(STATUS, Probe())
        now = self._clock.now()
        plan = self._orders.plan_for(self._clock.trusted())
        if self._dimmer.wants_light(plan):
            return Due(STATUS, ReadLight())
        step = self._dimmer.step(plan, now)
        return Due(STATUS, step) if step is not None else None

    def act(self, step: Any) -> None:
        """One round of questions, or one dimming."""
        if self._panel is None or self._probe is None:
            return
        try:
            if isinstance(step, Probe):
                self._watch(self._panel, self._probe)
            elif isinstance(step, ReadLight):
                self._dimmer.read(self._panel)
            elif isinstance(step, SetBrightness):
                self._dimmer.tell(self._panel, step)
                self._witness.dimmed(self._dimmer.applied)
        except LinkError:
            raise
        except DeviceError as exc:
            self._contact.failed(exc)
            self._blind()

    def _watch(self, panel: Panel, probe: Panel) -> None:
        back = self._contact.retry is not None or self._watched_at is None
        if back:
            probe.identify()
            self._dimmer.forget()  # it may have been without power
        sight = panel.watch()
        if not sight.showing:
            panel.mode(PanelMode.NORMAL)  # black, frozen or a test pattern: nobody but us should switch that on
        self._contact.heard(done=True)
        self._watched_at = self._clock.monotonic()
        self._note(sight)
        whole = sight.signal and sight.showing and not sight.dark and "cards" not in sight.faults
        self._witness.say(whole, self._watched_at, sight.dark)

    def _note(self, sight: PanelSight) -> None:
        found = dict(sight.faults)
        if not sight.signal:
            found["signal"] = "the sending card gets no video"
        if not sight.showing:
            found["showing"] = "a card of the wall was black, frozen or in a test"
        now = self._clock.now()
        for code in KNOWN:
            if code in found:
                self._tools.faults.put(code, found[code], now)
            else:
                self._tools.faults.clear(code)

    def _blind(self) -> None:
        self._witness.say(False, self._clock.monotonic())

    def wake(self) -> float:
        """Until it is watched again, or dimmed."""
        if self._contact.retry is not None:
            return max(self._contact.retry, 0.0)
        since = self._clock.monotonic() - self._watched_at if self._watched_at is not None else WATCH_SECONDS
        return max(min(WATCH_SECONDS - since, self._dimmer.next_look(self._clock.now())), 0.0)

    def view(self) -> View:
        """The wall's own hand tells; what is seen here goes through the witness."""
        return View()

    def test(self, seconds: float) -> None:
        """The test page is drawn by the wall's own hand."""

    def stop(self) -> None:
        """The wall stays as it is."""
