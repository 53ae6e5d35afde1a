"""The standing faults of one device: raised and cleared by code, one log line for each change."""

from __future__ import annotations

import logging
import threading
from datetime import datetime

from devices.contract.messages import Fault

log = logging.getLogger(__name__)
_MOST = 32


class FaultBook:
    """Faults by code. May be used from any thread."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._faults: dict[str, Fault] = {}
        self._lock = threading.Lock()

    def put(self, code: str, text: str, at: datetime) -> bool:
        """Note that a fault stands; True if it is new or says something new."""
        with self._lock:
            old = self._faults.get(code)
            if old is None and len(self._faults) >= _MOST:
                return False
            first, count = (old.first_seen, old.count + 1) if old else (at, 1)
            self._faults[code] = Fault(code=code, text=text[:500], first_seen=first, last_seen=at, count=count)
        changed = old is None or old.text != text[:500]
        if old is None:  # one alarm for one outage, however its words change
            log.warning("fault", extra={"device": self._device, "code": code, "reason": text})
        return changed

    def clear(self, *codes: str) -> bool:
        """These faults are over; True if one stood."""
        with self._lock:
            gone = [code for code in codes if self._faults.pop(code, None)]
        for code in gone:
            log.info("fault over", extra={"device": self._device, "code": code})
        return bool(gone)

    def clear_lines(self, but: str = "") -> bool:
        """All faults of the line and of the device's answers are over, `but` one."""
        return self.clear_of("link.", "device.", but=but)

    def clear_of(self, *beginnings: str, but: str = "") -> bool:
        """All faults whose codes begin so are over, `but` one."""
        with self._lock:
            codes = [code for code in self._faults if code.startswith(beginnings) and code != but]
        return self.clear(*codes)

    def standing(self) -> tuple[Fault, ...]:
        """All that stand, by code."""
        with self._lock:
            return tuple(self._faults[code] for code in sorted(self._faults))
