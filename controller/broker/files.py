"""Files written whole, and secrets only their owner reads."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Replace `path` by `data` in one step: a reader, or a power cut, finds the old or the new, never a half."""
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(path)


def write_secret(path: Path, data: bytes) -> None:
    """The same, readable by its owner only."""
    write_whole(path, data, 0o600)
