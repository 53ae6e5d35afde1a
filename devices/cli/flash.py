"""Writes into the flash of devices, counted on this box across runs: flash wears, and a loop that stores must be stopped."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from devices.agent.files import read_if_there, write_whole
from devices.errors import SettingsError

EVERY = timedelta(hours=1)
MANY = 1000  # writes after which a maker's promise of 10,000 is worth a thought; each one after that says so
USUAL = Path(".local/state/gatecast/flash.json")  # below the user's home


class FlashLedger:
    """How often each device was stored to, and when last; a ledger that cannot be read counts from nothing and says so."""

    def __init__(self, path: Path) -> None:
        """The folder is made if need be."""
        self._path = path

    def allow(self, device: str, now: datetime) -> None:
        """SettingsError if the device was stored to within the hour."""
        count, last = self._of(device)
        if last is not None and timedelta(0) <= now - last < EVERY:
            left = (EVERY - (now - last)).total_seconds() / 60
            raise SettingsError(
                f"the settings of {device} were stored {count} times, last at {last:%H:%M}: flash wears, wait {left:.0f} minutes"
            )

    def count(self, device: str, now: datetime) -> int:
        """One more; how many that makes. SettingsError if the ledger cannot be written: then nothing may be stored either."""
        known = self._read()
        number = self._of(device)[0] + 1
        known[device] = {"count": number, "last": now.isoformat()}
        try:
            write_whole(self._path, json.dumps(known, indent=1, sort_keys=True).encode())
        except OSError as exc:
            raise SettingsError(f"the ledger of flash writes {self._path} cannot be written: {exc.strerror}") from exc
        return number

    def _of(self, device: str) -> tuple[int, datetime | None]:
        entry = self._read().get(device, {})
        try:
            return int(entry["count"]), datetime.fromisoformat(entry["last"])
        except (KeyError, ValueError, TypeError):
            return 0, None

    def _read(self) -> dict[str, Any]:
        data = read_if_there(self._path)
        try:
            found = json.loads(data) if data is not None else {}
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}
