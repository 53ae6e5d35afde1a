"""Whether to believe a clock: pure rules over what it shows, what has passed since, and what others say the time is.

Time that passes is told by a monotonic clock, which no one sets. A clock an hour fast at this border was set to Beijing time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

STEP = timedelta(
    seconds=2
)  # a clock that gains or loses more than this against the monotonic one, drift apart, was set
DRIFT = 200e-6  # of the time passed; quartz is better than 100 ppm
OFF = timedelta(seconds=5)  # alarm from here on
AGREES = timedelta(minutes=5)
BEIJING_AHEAD = timedelta(hours=1)


class Doubt(StrEnum):
    """Why a clock is not believed, or is believed and still to be reported."""

    NONE = "none"
    BEFORE_BUILD = "before_build"  # it shows a time before this release was made
    BEHIND_RECORD = "behind_record"  # it shows a time before something already recorded
    UNCONFIRMED = "unconfirmed"  # nobody has vouched for it
    STEPPED = "stepped"  # it was set by hand while nobody vouched for it
    OFF = "off"  # others say another time
    BEIJING = "beijing"  # it is one hour fast


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at both clocks. `said` is the time another, trusted side gave at this moment; None if nobody did."""

    wall: datetime
    monotonic: float
    synchronised: bool = False
    said: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the clock may decide what is on air, why not, and how far it is from what others say."""

    trusted: bool
    doubt: Doubt
    offset: timedelta | None
    reading: Reading

    @property
    def alarm(self) -> bool:
        """Whether someone must be told; a clock nobody has confirmed yet is no alarm but a state."""
        return self.doubt not in (Doubt.NONE, Doubt.UNCONFIRMED)


def judge(reading: Reading, before: Verdict | None, built: datetime, recorded: datetime | None = None) -> Verdict:
    """Judge a reading after the verdict on the one before. `built`: when this release was made; `recorded`: the newest
    moment in what was written down. A schedule is never shifted by what others say: it is played by a clock or not at all."""
    offset = _offset(reading, before)
    doubt = _doubt(reading, before, built, recorded, offset)
    trusted = doubt is Doubt.NONE or (doubt is Doubt.OFF and offset is not None and abs(offset) <= AGREES)
    return Verdict(trusted, doubt, offset, reading)


def _offset(reading: Reading, before: Verdict | None) -> timedelta | None:
    """How far the clock is from what others said last; forgotten when it is set."""
    if reading.said is not None:
        return reading.wall - reading.said
    return None if before is None or stepped(before.reading, reading) else before.offset


def _doubt(
    reading: Reading, before: Verdict | None, built: datetime, recorded: datetime | None, offset: timedelta | None
) -> Doubt:
    if reading.wall < built:
        return Doubt.BEFORE_BUILD
    if offset is not None:
        return _from_others(offset)  # also when the system calls itself synchronised: it may ask a wrong server
    if recorded is not None and reading.wall < recorded - OFF:
        return Doubt.BEHIND_RECORD
    if reading.synchronised:
        return Doubt.NONE
    if before is None:
        return Doubt.UNCONFIRMED
    if before.trusted and stepped(before.reading, reading):
        return Doubt.STEPPED
    return before.doubt


def _from_others(offset: timedelta) -> Doubt:
    if abs(offset) <= OFF:
        return Doubt.NONE
    return Doubt.BEIJING if abs(offset - BEIJING_AHEAD) <= AGREES else Doubt.OFF


def stepped(before: Reading, now: Reading) -> bool:
    """Whether the wall clock was set between two readings of one boot."""
    passed = now.monotonic - before.monotonic
    gained = now.wall - before.wall - timedelta(seconds=passed)
    return abs(gained) > STEP + timedelta(seconds=max(passed, 0) * DRIFT)
