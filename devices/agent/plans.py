"""The sealed plans and alerts on disk. What is read back is verified again; a damaged file gives way to the older one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from devices.agent.files import read_if_there, write_whole
from devices.contract.messages import AlertMessage, WireError
from schedules.model import Plan

log = logging.getLogger(__name__)
KEPT = 2


class PlanFiles:
    """Folders `plans/<device>/<revision>.sealed` and `alerts/<id>.sealed` below the agent's state."""

    def __init__(
        self,
        folder: Path,
        devices: tuple[str, ...],
        read_plan: Callable[[bytes, str], Plan],
        read_alert: Callable[[bytes], AlertMessage],
    ) -> None:
        """`read_plan(sealed, device)` and `read_alert(sealed)` verify; WireError for what must not be obeyed."""
        self._folder, self._devices = folder, devices
        self._read_plan, self._read_alert = read_plan, read_alert

    def plans(self) -> Mapping[str, Plan]:
        """The newest good plan of each device."""
        found = ((device, self._newest_good(device)) for device in self._devices)
        return {device: plan for device, plan in found if plan is not None}

    def _newest_good(self, device: str) -> Plan | None:
        for path in self._files(device):
            try:
                return self._read_plan(path.read_bytes(), device)
            except (OSError, WireError) as exc:
                log.error(
                    "a plan on disk is damaged, the older one is taken",
                    extra={"device": device, "file": path.name, "reason": str(exc)},
                )
        return None

    def keep_plan(self, plan: Plan, sealed: bytes) -> None:
        """Write the plan, then drop all but the last two."""
        write_whole(self._of(plan.device) / f"{plan.revision:012d}.sealed", sealed)
        for old in self._files(plan.device)[KEPT:]:
            with suppress(OSError):
                old.unlink()

    def alerts(self) -> tuple[bytes, ...]:
        """The sealed alerts that still verify."""
        good = []
        for path in sorted(self._alerts.glob("*.sealed")):
            sealed = read_if_there(path) or b""
            try:
                self._read_alert(sealed)
                good.append(sealed)
            except WireError as exc:
                log.error("an alert on disk is damaged", extra={"file": path.name, "reason": str(exc)})
        return tuple(good)

    def keep_alerts(self, sealed: Mapping[str, bytes]) -> None:
        """Write what is new, then drop what is no longer named."""
        for alert, data in sealed.items():
            path = self._alerts / f"{alert}.sealed"
            if read_if_there(path) != data:
                write_whole(path, data)
        for path in self._alerts.glob("*.sealed"):
            if path.stem not in sealed:
                with suppress(OSError):
                    path.unlink()

    @property
    def _alerts(self) -> Path:
        return self._folder / "alerts"

    def _of(self, device: str) -> Path:
        return self._folder / "plans" / device.partition("/")[2]

    def _files(self, device: str) -> list[Path]:
        return sorted(self._of(device).glob("*.sealed"), reverse=True)
