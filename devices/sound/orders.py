"""The lines the sound process takes: JSON objects, one a line, judged before anything is done. Pure.

{"play": {"id": "...", "due": "2026-01-01T07:00:00+07:00", "path": "/x.wav", "bus": "normal", "max_late": 60, "offset": 0,
          "gain": 100, "delay": 0}}
{"stop": ["id", ...]}
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from devices.sound.mixer import BUSES
from devices.sound.timeline import utc_samples

MAX_LINE = 8192
MAX_ID = 200
MOST_DELAY = 1.0
_MAX_LATE = 7 * 86_400.0


class OrderError(ValueError):
    """A line that is no order."""


@dataclass(frozen=True, slots=True)
class Play:
    """Place a clip; `due` is a UTC sample, `max_late`, `offset` (what is left out at its beginning) and `delay` (of its zones, by
    their trim) in seconds, `gain` in percent."""

    id: str
    due: int
    path: str
    bus: str
    max_late: float
    offset: float = 0.0
    gain: int = 100
    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class Stop:
    """Take clips away."""

    ids: frozenset[str]


def read_order(line: bytes) -> Play | Stop:
    """One line; OrderError with one sentence for anything else."""
    if len(line) > MAX_LINE:
        raise OrderError(f"a line is at most {MAX_LINE} bytes")
    try:
        order = json.loads(line)
    except (ValueError, RecursionError):
        raise OrderError("not a line of JSON") from None
    if not isinstance(order, dict) or len(order) != 1:
        raise OrderError('an order is {"play": {...}} or {"stop": [...]}')
    if "stop" in order:
        return _stop(order["stop"])
    if "play" in order:
        return _play(order["play"])
    raise OrderError('an order is {"play": {...}} or {"stop": [...]}')


def _stop(ids: Any) -> Stop:
    if not isinstance(ids, list) or not all(isinstance(name, str) for name in ids):
        raise OrderError("stop takes a list of clip ids")
    return Stop(frozenset(ids))


def _play(fields: Any) -> Play:
    if not isinstance(fields, dict) or not {"id", "due", "path", "bus"} <= set(fields) <= {
        "id", "due", "path", "bus", "max_late", "offset", "gain", "delay",
    }:  # fmt: skip
        raise OrderError("play takes id, due, path, bus, max_late, offset, gain and delay")
    name, path, bus, late = fields["id"], fields["path"], fields["bus"], fields.get("max_late", 60.0)
    if not isinstance(name, str) or not 0 < len(name) <= MAX_ID:
        raise OrderError(f"a clip's id is a text of 1 to {MAX_ID} characters")
    if not isinstance(path, str) or not path or "\0" in path:
        raise OrderError("a clip's path is a file's name or tone:NAME")
    if bus not in BUSES:
        raise OrderError(f"a bus is one of {', '.join(BUSES)}")
    late, offset = _seconds("max_late", late), _seconds("offset", fields.get("offset", 0.0))
    gain = fields.get("gain", 100)
    if isinstance(gain, bool) or not isinstance(gain, int) or not 0 <= gain <= 100:
        raise OrderError("gain is a whole number of percent, 0 to 100")
    delay = _seconds("delay", fields.get("delay", 0.0))
    if delay > MOST_DELAY:
        raise OrderError(f"delay is at most {MOST_DELAY:g} s")
    return Play(name, utc_samples(_instant(fields["due"])), path, bus, late, offset, gain, delay)


def _seconds(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _MAX_LATE:
        raise OrderError(f"{name} is a number of seconds, at most a week")
    return float(value)


def _instant(text: Any) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise OrderError("due is an instant like 2026-01-01T07:00:00+07:00") from None
    if instant.tzinfo is None:
        raise OrderError("due needs its time zone")
    return instant
