"""What the line to one device carries and suffers: bytes, seconds, state, errors by kind, the last forecast and its outcome."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Literal

from devices.contract.messages import LineReport
from devices.errors import DeviceError
from devices.ports import Clock, Forecast

State = Literal["unknown", "ok", "stale", "silent", "noise", "refused", "busy", "mismatch", "port"]
STALE_AFTER = 4  # probes: nobody asked it for so long, so what is known of it is old
_STATES: dict[str, State] = {
    "link.silent": "silent", "link.noise": "noise", "link.port": "port", "link.lost": "port",
    "device.busy": "busy", "device.mismatch": "mismatch",
}  # fmt: skip


class LineUse:
    """Of one device, since the agent began."""

    def __init__(self, clock: Clock, driver: str = "", baud: int = 0) -> None:
        """Nothing has moved."""
        self._clock, self._driver, self._baud = clock, driver, baud
        self._state: State = "unknown"
        self._since: datetime | None = None
        self._sent = self._received = 0
        self._seconds = 0.0
        self._errors: Counter[str] = Counter()
        self._forecast: Forecast | None = None
        self._took: float | None = None

    def moved(self, sent: int, received: int, seconds: float) -> None:
        """One step on the line is done."""
        self._sent, self._received, self._seconds = (
            self._sent + sent,
            self._received + received,
            self._seconds + seconds,
        )

    def well(self) -> None:
        """It answered."""
        self._be("ok")

    def failed(self, error: DeviceError) -> None:
        """It did not do as it was told."""
        self._errors[error.code] += 1
        self._be(_STATES.get(error.code, "refused"))

    def shown(self, forecast: Forecast | None, took: float) -> None:
        """A picture went, as it was foretold."""
        self._forecast, self._took = forecast, took

    def report(self, quiet: float, probe_every: float) -> LineReport:
        """For the status; `quiet` is how long nothing was heard, in seconds."""
        stale = self._state == "ok" and quiet > STALE_AFTER * probe_every
        return LineReport(
            state="stale" if stale else self._state, since=self._since, driver=self._driver, baud=self._baud,
            sent=self._sent, received=self._received, seconds=round(self._seconds, 3), errors=dict(self._errors),
            way=self._forecast.way if self._forecast else None,
            predicted=round(self._forecast.seconds, 4) if self._forecast else None,
            took=None if self._took is None else round(self._took, 4),
        )  # fmt: skip

    def _be(self, state: State) -> None:
        if state != self._state:
            self._state, self._since = state, self._clock.now()
