"""Time as the agent knows it, and whether to believe it (decision 0010)."""

from __future__ import annotations

import ctypes
import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from schedules.trust import AGREES, Doubt, Reading, Verdict, judge

log = logging.getLogger(__name__)

BUILT = datetime(2026, 11, 1, tzinfo=UTC)  # no release of ours is older: a clock before it has lost its battery
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


def _now() -> datetime:
    return datetime.now(UTC)


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
    """The machine's clock, judged by the rules of `schedules.trust`. Once vouched for it stays trusted: it runs on by itself
    well enough, until it is set by hand or the controller says another time. May be used from any thread."""

    def __init__(
        self,
        trust: bool = False,
        synchronised: Callable[[], bool] = system_is_synchronised,
        wall: Callable[[], datetime] = _now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`trust`: believe the machine without asking, as in a demo; what others say is still measured."""
        self._trust, self._synchronised, self._wall, self.monotonic = trust, synchronised, wall, monotonic
        self._one = threading.Lock()
        self._verdict: Verdict | None = None
        self._recorded: datetime | None = None
        self.doubted: Callable[[], None] = lambda: None  # told, from any thread, when trust ends

    def now(self) -> datetime:
        """Wall clock."""
        return self._wall()

    def begin(self, recorded: datetime | None) -> None:
        """The newest moment written down before this start: a clock that shows an earlier one is wrong."""
        self._recorded = recorded

    def trusted(self) -> bool:
        """False until the system, a sealed message or the controller has vouched for the wall clock."""
        return self._trust or self._look().trusted

    def doubt(self) -> Doubt:
        """Why not, or what is wrong with it all the same."""
        found = self._look()
        return found.doubt if found.offset is not None or not self._trust else Doubt.NONE

    def offset(self) -> timedelta | None:
        """How far it is ahead of the controller's clock; None where nobody said so since it was set."""
        return self._look().offset

    def vouch(self, said: datetime, last_entry: datetime | None) -> None:
        """A sealed message says it was made at `said`; it counts if it is newer than all we have written, and agrees."""
        newer = last_entry is None or said >= last_entry
        if newer and abs(self.now() - said) <= AGREES:
            self._judge(vouched=True)

    def told(self, said: datetime) -> None:
        """It is `said` at this moment, by the controller's own word (a sealed answer to our question)."""
        self._judge(said=said)

    def _look(self) -> Verdict:
        known = self._verdict
        if known is None or self.monotonic() - known.reading.monotonic >= _LOOK_EVERY:
            return self._judge()
        return known

    def _judge(self, *, vouched: bool = False, said: datetime | None = None) -> Verdict:
        with self._one:
            before = self._verdict
            synchronised = vouched or (said is None and self._synchronised())
            reading = Reading(self._wall(), self.monotonic(), synchronised, said)
            after = self._verdict = judge(reading, before, BUILT, self._recorded)
        if before is None or before.doubt is not after.doubt:
            facts = {
                "doubt": after.doubt.value,
                "offset": None if after.offset is None else after.offset.total_seconds(),
            }
            log.log(logging.WARNING if after.alarm else logging.INFO, "the clock is judged anew", extra=facts)
        if after.doubt is Doubt.STEPPED and (before is None or before.doubt is not Doubt.STEPPED):
            self.doubted()
        return after
