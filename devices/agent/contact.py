"""Whether a device answers, and when to try again if not: 1 to 30 s, doubling."""

from __future__ import annotations

from devices.agent.faults import FaultBook
from devices.agent.usage import LineUse
from devices.errors import DeviceError, GarbledError, LinkError, SilentError
from devices.ports import Clock

FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0


class Contact:
    """The state of one device's line as its answers show it."""

    def __init__(self, clock: Clock, faults: FaultBook, use: LineUse | None = None) -> None:
        """Nothing is known yet. `use` counts what goes wrong."""
        self._clock, self._faults = clock, faults
        self.use = use or LineUse(clock)
        self._failures = 0
        self._retry_at: float | None = None
        self._heard_at: float | None = None
        self.offline = False
        self.noisy = False  # the line damages more than it should, though answers come
        self.reason = ""

    @property
    def measured(self) -> bool:
        """Whether the device answered or failed at least once."""
        return self._heard_at is not None or self.offline

    @property
    def quiet(self) -> float:
        """Seconds since its last answer."""
        return self._clock.monotonic() - self._heard_at if self._heard_at is not None else 1e9

    @property
    def retry(self) -> float | None:
        """Seconds until the next try; None while all is well."""
        return None if self._retry_at is None else self._retry_at - self._clock.monotonic()

    def next_try(self, every: float) -> float:
        """Seconds until it should be asked: the next try of one in trouble, else `every` after its last answer."""
        return every - self.quiet if self.retry is None else self.retry

    def heard(self, done: bool) -> None:
        """It answered; `done`: it also did what it was told, so that no fault stands."""
        self._heard_at = self._clock.monotonic()
        self._retry_at, self.offline = None, False
        self.use.well()
        if done:
            self._failures, self.reason = 0, ""
            self._faults.clear_lines(but="link.noise" if self.noisy else "")
        else:
            kept = ("link.noise",) if not self.noisy else ()
            self._faults.clear("link.silent", "link.lost", "link.port", *kept)

    def failed(self, error: DeviceError) -> None:
        """It did not; try again later."""
        self.reason = str(error)
        self.use.failed(error)
        self.offline = isinstance(error, (SilentError, GarbledError, LinkError))
        if not self.offline:
            self._heard_at = self._clock.monotonic()
        wait = min(FIRST_WAIT * 2 ** min(self._failures, 10), LONGEST_WAIT)
        self._failures += 1
        self._retry_at = self._clock.monotonic() + wait
        self._faults.put(error.code, str(error), self._clock.now())

    def hurry(self) -> None:
        """Something urgent is due: do not wait for the next try."""
        if self._retry_at is not None:
            self._retry_at = self._clock.monotonic()
