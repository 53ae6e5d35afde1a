"""Whether the panel behind a video output gets the picture and shows it: who draws and who watches meet here."""

from __future__ import annotations

import threading
from datetime import datetime

from devices.agent.faults import FaultBook
from devices.contract.messages import Brightness
from devices.ports import Patch

STALE_SECONDS = 60.0  # what a panel said so long ago proves nothing of now


class Witness:
    """The newest word of a panel. May be used from any thread."""

    def __init__(self) -> None:
        """Nobody has looked."""
        self._lock = threading.Lock()
        self._seen_at: float | None = None
        self._dark: tuple[Patch, ...] = ()
        self._brightness: Brightness | None = None

    def say(self, sees: bool, at: float, dark: tuple[Patch, ...] = ()) -> None:
        """The panel gets video and shows it all, or not; `at` on the monotonic clock. `dark`: where it shows nothing."""
        with self._lock:
            self._seen_at, self._dark = at if sees else None, dark

    def dimmed(self, brightness: Brightness | None) -> None:
        """How bright the panel was told to be."""
        with self._lock:
            self._brightness = brightness

    @property
    def dark(self) -> tuple[Patch, ...]:
        """Where the panel shows nothing to be relied on."""
        with self._lock:
            return self._dark

    @property
    def brightness(self) -> Brightness | None:
        """How bright the panel was told to be."""
        with self._lock:
            return self._brightness

    def sees(self, now: float) -> bool:
        """Whether that is so now."""
        with self._lock:
            return self._seen_at is not None and now - self._seen_at <= STALE_SECONDS


class Chapter(FaultBook):
    """The faults of one part of a device, in the device's own book under a prefix of its own."""

    def __init__(self, book: FaultBook, prefix: str) -> None:
        """`prefix` ends with a dot."""
        super().__init__("")
        self._book, self._prefix = book, prefix

    def put(self, code: str, text: str, at: datetime) -> bool:
        """Note that a fault stands."""
        return self._book.put(self._prefix + code, text, at)

    def clear(self, *codes: str) -> bool:
        """These are over."""
        return self._book.clear(*(self._prefix + code for code in codes))

    def clear_lines(self, but: str = "") -> bool:
        """All faults of this part's line and answers are over, `but` one."""
        kept = self._prefix + but if but else ""
        return self._book.clear_of(self._prefix + "link.", self._prefix + "device.", but=kept)
