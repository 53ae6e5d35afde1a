"""Content files on disk, each under its hash, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from secrets import token_hex

_HASH = re.compile(r"[0-9a-f]{64}")


class HashedFiles:
    """A folder of files named by SHA-256, in 256 subfolders."""

    def __init__(self, folder: Path) -> None:
        """Make the folder if it is missing."""
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def _place(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256

    def keep(self, data: bytes, *, settled: bool = True) -> str:
        """Store whole, on disk before it returns; the hash. Not `settled`: a power cut may lose it until `settle` is called."""
        sha256 = hashlib.sha256(data).hexdigest()
        place = self._place(sha256)
        if place.exists() and place.stat().st_size == len(data):  # a power cut may have left it empty
            return sha256
        place.parent.mkdir(exist_ok=True)
        draft = place.with_name(f".{sha256}.{token_hex(4)}")
        try:
            draft.write_bytes(data)
            if settled:
                _sync(draft)
            draft.replace(place)
        finally:
            draft.unlink(missing_ok=True)
        if settled:
            _sync(place.parent)
        return sha256

    def settle(self, sha256: str) -> None:
        """Have a kept file on disk before it returns."""
        place = self._place(sha256)
        _sync(place)
        _sync(place.parent)

    def path(self, sha256: str) -> Path | None:
        """Where the file lies; None if it is not here."""
        if not _HASH.fullmatch(sha256):
            return None
        place = self._place(sha256)
        return place if place.is_file() else None

    def read(self, sha256: str) -> bytes:
        """The file; KeyError if it is not here."""
        place = self.path(sha256)
        if place is None:
            raise KeyError(sha256)
        return place.read_bytes()


def _sync(place: Path) -> None:
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
