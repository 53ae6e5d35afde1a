"""The demo's folder: held by one demo at a time, writable, with room, and where everything in it lies."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOM_FIRST, ROOM_LATER = 400, 50  # megabytes


class DemoError(Exception):
    """The demo cannot run; the text says why in one sentence."""


@dataclass(frozen=True, slots=True)
class Place:
    """Paths below `root`, all absolute."""

    root: Path

    @property
    def controller(self) -> Path:
        """Database, key, media, broker."""
        return self.root / "controller"

    @property
    def sim(self) -> Path:
        """Pictures, sound and logs of the simulated devices."""
        return self.root / "sim"

    @property
    def lines(self) -> Path:
        """The simulated serial lines."""
        return self.root / "lines"

    @property
    def logs(self) -> Path:
        """What each process wrote."""
        return self.root / "logs"

    def config(self, gate: str) -> Path:
        """The config of a gate's agent."""
        return self.root / "config" / f"{gate}.toml"

    def agent(self, gate: str) -> Path:
        """The state of a gate's agent."""
        return self.root / "agents" / gate

    @property
    def seeded(self) -> bool:
        """Whether the controller's data were made whole."""
        return (self.controller / "gatecast.db").exists()


def take(root: Path) -> tuple[Place, IO[str]]:
    """Make the folder and hold it for as long as the answered file is open; DemoError if that cannot be."""
    place = Place(root.resolve())
    try:
        for folder in (place.root, place.sim, place.lines, place.logs, place.root / "config", place.root / "agents"):
            folder.mkdir(parents=True, exist_ok=True)
        lock = (place.root / "lock").open("a+")
    except OSError as exc:
        raise _unwritable(root, exc) from exc
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _check(place, lock)
    except BlockingIOError as exc:
        lock.seek(0)
        owner = lock.read().strip() or "?"
        lock.close()
        raise DemoError(f"a demo already runs in {root} (process {owner}); end that one first") from exc
    except OSError as exc:
        lock.close()
        raise _unwritable(root, exc) from exc
    except DemoError:
        lock.close()
        raise
    return place, lock


def _check(place: Place, lock: IO[str]) -> None:
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    trial = place.root / ".trial"
    trial.write_bytes(bytes(1_000_000))
    trial.unlink()
    need, free = ROOM_LATER if place.seeded else ROOM_FIRST, shutil.disk_usage(place.root).free // 1_000_000
    if free < need:
        raise DemoError(f"the disk of {place.root} is full: {need} MB are needed, {free} MB are free")


def _unwritable(root: Path, exc: OSError) -> DemoError:
    if exc.errno in (errno.ENOSPC, errno.EDQUOT):
        return DemoError(f"the disk of {root} is full")
    return DemoError(f"the folder {root} cannot be written: {exc.strerror or exc}")
