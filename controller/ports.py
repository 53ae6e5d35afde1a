"""What the controller's deeds need from the world, as small as each can be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Protocol

Clock = Callable[[], datetime]  # the wall clock, aware


class MediaFiles(Protocol):
    """Files by their SHA-256."""

    def keep(self, data: bytes, *, settled: bool = True) -> str:
        """Store whole, on disk before it returns; the hash. Not `settled`: a power cut may lose it until `settle` is called."""

    def settle(self, sha256: str) -> None:
        """Have a kept file on disk before it returns."""

    def path(self, sha256: str) -> Path | None:
        """Where the file lies; None if it is not here."""

    def read(self, sha256: str) -> bytes:
        """The file; KeyError if it is not here."""


class Passwords(Protocol):
    """Slow hashes of passwords."""

    def hash(self, password: str) -> str:
        """A new salted hash."""

    def verify(self, password: str, hashed: str | None) -> bool:
        """Whether the password fits; without a hash it never does, and takes as long."""
