"""What no device tells: a disk that fills up, files that came damaged, schedules of which nothing is left."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from devices.agent.expired import emptied
from devices.agent.faults import FaultBook
from schedules.model import ContentRef, Plan

WATCH_EVERY = 5.0  # seconds: found in ten
LOW_BYTES, LOW_SHARE = 100_000_000, 0.02  # free, and of the whole; below both the disk is low


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is to look at: plans by device, the files a device wants, those of all files that came and were not what they
    are called, and how many records were given up.
    """

    plans: Mapping[str, Plan]
    needed: Callable[[str], tuple[ContentRef, ...]]
    spoilt: frozenset[str]
    given_up: int = 0


class Watch:
    """Looks, and puts and clears faults of each device."""

    def __init__(
        self, folder: Path, faults: Mapping[str, FaultBook], usage: Callable[[Path], tuple[int, int, int]]
    ) -> None:
        """`usage(folder)` is total, used and free bytes of its disk; it may raise OSError."""
        self._folder, self._faults, self._usage = folder, faults, usage

    def look(self, seen: Seen, now: datetime, trusted: bool) -> tuple[str, ...]:
        """The devices of which something was put or cleared; what is over is known by a trusted clock only."""
        low = self._low()
        full = (
            f"{seen.given_up} play records were given up: nobody has taken them for too long" if seen.given_up else ""
        )
        return tuple(
            device
            for device, faults in self._faults.items()
            if any(
                [
                    _say(faults, "storage.low", low, now),
                    _say(faults, "store.full", full, now),
                    _say(faults, "content.hash", _damaged(seen.needed(device), seen.spoilt), now),
                    _say(faults, "content.expired", _over(seen.plans.get(device), now) if trusted else "", now),
                ]
            )
        )

    def _low(self) -> str:
        with suppress(OSError):
            total, _, free = self._usage(self._folder)
            if free < LOW_BYTES and free < total * LOW_SHARE:
                return f"{free // 1_000_000} MB of the disk are free"
        return ""


def _damaged(needed: tuple[ContentRef, ...], spoilt: frozenset[str]) -> str:
    lost = sorted({ref.sha256[:12] for ref in needed if ref.sha256 in spoilt})
    return f"came damaged, asked for again: {', '.join(lost)}" if lost else ""


def _over(plan: Plan | None, now: datetime) -> str:
    names = emptied(plan, now) if plan is not None else ()
    return f"nothing is left to show of {', '.join(names)}" if names else ""


def _say(faults: FaultBook, code: str, text: str, now: datetime) -> bool:
    return faults.put(code, text, now) if text else faults.clear(code)


def disk_usage(folder: Path) -> tuple[int, int, int]:
    """Of the disk a folder lies on: total, used, free."""
    return shutil.disk_usage(folder)
