"""Argon2 for passwords, at most two at once: one check takes 64 MiB and a tenth of a second."""

from __future__ import annotations

import threading

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher


class ArgonPasswords:
    """Slow hashes, with the cost from the settings."""

    def __init__(self, memory_kib: int, rounds: int) -> None:
        """The cost of one hash."""
        self._hash = PasswordHash((Argon2Hasher(time_cost=rounds, memory_cost=memory_kib, parallelism=1),))
        self._places = threading.BoundedSemaphore(2)

    def hash(self, password: str) -> str:
        """A new salted hash."""
        with self._places:
            return self._hash.hash(password)

    def verify(self, password: str, hashed: str | None) -> bool:
        """Whether the password fits; without a hash it never does, and takes as long."""
        with self._places:
            if hashed is None:
                self._hash.hash(password)
                return False
            return self._hash.verify(password, hashed)
