"""Drivers by name, found through entry points of the group `gatecast.drivers`, loaded only when a config names them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any, Literal

from pydantic import BaseModel

from devices.errors import SettingsError
from devices.ports import Board, ClipPlayer, Link, Panel, Speaker, TextBoard
from devices.profiles.protocols import PLAIN, Abilities

GROUP = "gatecast.drivers"


@dataclass(frozen=True, slots=True)
class Driver:
    """What a driver package offers: its settings model and how to take hold of one device on an open link."""

    name: str
    kind: Literal["board", "speaker", "player", "panel", "text"]
    settings: type[BaseModel]  # frozen, extra="forbid"; a board's has `shape: BoardShape`, a shared line's `address`
    open: Callable[[Link, Any], Board | Speaker | ClipPlayer | Panel | TextBoard]  # does no I/O yet
    baud: int
    summary: str
    abilities: Abilities = (
        PLAIN  # of a board's protocol; one that is in devices/profiles/protocols.py is known to authors too
    )
    by_video: bool = False  # its pixels leave by video: only the panel behind can say that they arrived


def known_drivers() -> tuple[str, ...]:
    """Names of all installed drivers, without loading one."""
    return tuple(sorted(point.name for point in entry_points(group=GROUP)))


def load_driver(name: str) -> Driver:
    """The driver called `name`; SettingsError lists the known ones if there is none."""
    found = entry_points(group=GROUP, name=name)
    if not found:
        raise SettingsError(f"there is no driver {name}; installed: {', '.join(known_drivers()) or 'none'}")
    try:
        driver = next(iter(found)).load()
    except (ImportError, AttributeError) as exc:
        raise SettingsError(f"the driver {name} cannot be loaded: {exc}") from exc
    if not isinstance(driver, Driver):
        raise SettingsError(f"the entry point {name} is not a Gatecast driver")
    return driver
