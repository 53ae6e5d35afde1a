"""Files written whole: after a power cut a file is the old one or the new one, never half of either."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write beside, flush to disk, rename over, flush the folder. OSError leaves what was there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Two threads may write the same file: each beside it by a name of its own.
    beside = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.new")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        move_whole(beside, path)
    except OSError:
        with suppress(OSError):
            beside.unlink()
        raise


def move_whole(source: Path, target: Path) -> None:
    """Rename a flushed file over another and flush the folder."""
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read_if_there(path: Path) -> bytes | None:
    """The file's bytes; None if it cannot be read."""
    try:
        return path.read_bytes()
    except OSError:
        return None
