"""How bright a board should be, and whether it was told: by the plan's hours, its sensor and the sun, under the night's cap."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from devices.agent.reconcile import SetBrightness
from devices.contract.messages import Brightness
from devices.errors import SettingsError
from devices.ports import Clock, LightSensing
from schedules.levels import Level, brightness_at, next_level_change
from schedules.model import Plan

log = logging.getLogger(__name__)

SENSOR_SECONDS = 30.0  # between readings: the lamps may light the sensor, and must not flicker for it
SENSOR_STALE = 120.0  # seconds after which the sun is asked instead
STEP_OF_SENSOR = 5  # percent by which the sensor must differ before the board is told
AGAIN_SECONDS = 900.0  # a board forgets its brightness at power-off, and nobody may notice


@dataclass(frozen=True, slots=True)
class _Wanted:
    plan: Plan
    until: datetime
    lux: float | None
    level: Level | None


class Dimmer:
    """The brightness of one board. All methods are called by the thread of its line."""

    def __init__(self, device: str, clock: Clock) -> None:
        """Nothing was told."""
        self._device, self._clock = device, clock
        self._told: int | None = None
        self._told_at = 0.0
        self._able = True
        self._wanted: _Wanted | None = None
        self._lux: float | None = None
        self._lux_at: float | None = None
        self.applied: Brightness | None = None

    def forget(self) -> None:
        """The board may have lost it: its line was closed, or it was away."""
        self._told, self._able = None, True

    def step(self, plan: Plan, now: datetime) -> SetBrightness | None:
        """What to tell the board; None while all is as it should be, or it cannot be dimmed."""
        level = self._level(plan, now)
        if level is None or not self._able:
            return None
        old = self._clock.monotonic() - self._told_at >= AGAIN_SECONDS
        small = level.by == "sensor" and self._told is not None and abs(level.percent - self._told) < STEP_OF_SENSOR
        if self._told is not None and not old and (level.percent == self._told or small):
            return None
        return SetBrightness(level.percent, level.wanted, level.by)

    def wants_light(self, plan: Plan) -> bool:
        """Whether the sensor should be read now."""
        light = plan.levels.light
        read = self._lux_at is not None and self._clock.monotonic() - self._lux_at < SENSOR_SECONDS
        return light is not None and light.sensor is not None and not read

    def read(self, board: object) -> None:
        """Read the sensor of a board that has one. Raises DeviceError."""
        self._lux_at = self._clock.monotonic()
        self._lux = board.lux() if isinstance(board, LightSensing) else None

    def tell(self, board: Any, step: SetBrightness) -> None:
        """Tell the board; one that cannot be dimmed is not asked again until its line is opened anew. Raises DeviceError."""
        try:
            board.brightness(step.percent)
        except SettingsError as exc:
            self._able = False
            log.info("a board cannot be dimmed", extra={"device": self._device, "reason": str(exc)})
            return
        changed = self._told != step.percent
        self._told, self._told_at = step.percent, self._clock.monotonic()
        if changed or self.applied is None:
            self.applied = Brightness(percent=step.percent, wanted=step.wanted, by=step.by, at=self._clock.now())
            facts = {"device": self._device, "percent": step.percent, "wanted": step.wanted, "by": step.by}
            log.info("brightness", extra=facts)

    def next_look(self, now: datetime) -> float:
        """Seconds until the brightness may be another."""
        return max((self._wanted.until - now).total_seconds(), 0.0) if self._wanted is not None else 3600.0

    def _level(self, plan: Plan, now: datetime) -> Level | None:
        held, lux = self._wanted, self._fresh_lux()
        if held is None or held.plan is not plan or held.lux != lux or now >= held.until:
            until = next_level_change(plan, now)
            self._wanted = held = _Wanted(plan, until, lux, brightness_at(plan, now, lux))
        return held.level

    def _fresh_lux(self) -> float | None:
        fresh = self._lux_at is not None and self._clock.monotonic() - self._lux_at < SENSOR_STALE
        return self._lux if fresh else None
