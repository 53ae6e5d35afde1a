"""Time as the agent knows it, and whether to believe it (decision 0010)."""

from __future__ import annotations

import ctypes
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

log = logging.getLogger(__name__)

AGREES = timedelta(minutes=5)
_LOOK_EVERY = 5.0
_STA_UNSYNC = 0x0040  # linux/timex.h
_TIME_ERROR = 5


class _Timex(ctypes.Structure):
    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    )


def system_is_synchronised() -> bool:
    """What the kernel says; False where it cannot be asked."""
    try:
        adjtimex = ctypes.CDLL(None, use_errno=True).adjtimex
    except (OSError, AttributeError):
        return False
    answer = _Timex()
    state = int(adjtimex(ctypes.byref(answer)))
    return 0 <= state < _TIME_ERROR and not answer.status & _STA_UNSYNC


class AgentClock:
    """The machine's clock. Once some source has vouched for it, it stays trusted: it runs on by itself well enough."""

    def __init__(self, trust: bool = False, synchronised: Callable[[], bool] = system_is_synchronised) -> None:
        """`trust`: believe the machine without asking, as in a demo."""
        self._trusted = trust
        self._synchronised = synchronised
        self._looked: float | None = None

    def now(self) -> datetime:
        """Wall clock."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that only grow."""
        return time.monotonic()

    def trusted(self) -> bool:
        """False until the system or a sealed message has vouched for the wall clock."""
        if not self._trusted and (self._looked is None or self.monotonic() - self._looked >= _LOOK_EVERY):
            self._looked = self.monotonic()
            self._believe(self._synchronised(), "the system is synchronised")
        return self._trusted

    def vouch(self, said: datetime, last_entry: datetime | None) -> None:
        """A sealed message says it was made at `said`; it counts if it is newer than all we have written, and agrees."""
        newer = last_entry is None or said >= last_entry
        self._believe(newer and abs(self.now() - said) <= AGREES, "a sealed message agrees")

    def _believe(self, vouched: bool, reason: str) -> None:
        if vouched and not self._trusted:
            self._trusted = True
            log.info("the clock is trusted: %s", reason)
