"""Content files by hash on the agent's disk: `content/ab/abcdef...`, and `.part` files of downloads that go on later."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from devices.agent.files import move_whole, read_if_there, write_whole

log = logging.getLogger(__name__)
CAP_BYTES = 2_000_000_000
ROOM_BYTES = 50_000_000  # kept free for records, plans and alerts, or a tenth of a small disk


class MediaFiles:
    """A folder of files named by their SHA-256."""

    def __init__(self, folder: Path, cap: int = CAP_BYTES) -> None:
        """`cap`: what unwanted files may take on the disk, in bytes."""
        self._folder, self._cap = folder, cap
        self._verified: set[str] = set()
        self._lent: dict[str, bytes] = {}

    def path(self, sha256: str) -> str | None:
        """Where the whole, verified file lies; None if it is not there."""
        path = self._of(sha256)
        if sha256 in self._verified and path.exists():
            return str(path)
        return str(path) if self.read(sha256) is not None else None

    def read(self, sha256: str) -> bytes | None:
        """The file, hash checked at this reading; a damaged one is dropped, so that it is fetched again."""
        lent = self._lent.get(sha256)
        data = read_if_there(self._of(sha256)) if lent is None else lent
        if data is None:
            return None
        if hashlib.sha256(data).hexdigest() != sha256:
            log.error("a content file is damaged and is dropped", extra={"sha256": sha256})
            self._verified.discard(sha256)
            with suppress(OSError):
                self._of(sha256).unlink()
            return None
        self._verified.add(sha256)
        return data

    def keep(self, sha256: str, data: bytes) -> None:
        """Store after checking the hash; ValueError if it differs. What is here already is not written again."""
        if sha256 in self._verified and self._of(sha256).exists():
            self._lent.pop(sha256, None)
            return
        if hashlib.sha256(data).hexdigest() != sha256:
            raise ValueError(f"the file is not the one named {sha256[:12]}")
        write_whole(self._of(sha256), data)
        self._verified.add(sha256)
        self._lent.pop(sha256, None)

    def lend(self, files: Mapping[str, bytes]) -> None:
        """Have these files, whose hashes were checked, readable at once; `keep` follows: lamps do not wait for the disk."""
        self._lent |= {sha256: data for sha256, data in files.items() if sha256 not in self._verified}

    def part(self, sha256: str) -> Path:
        """Where an unfinished download lies."""
        return self._of(sha256).with_suffix(".part")

    def finish_part(self, sha256: str) -> None:
        """The download is complete: check and take it; ValueError, and it is dropped, if it is not what its name says."""
        part = self.part(sha256)
        with part.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
            if found == sha256:
                os.fsync(file.fileno())
        if found != sha256:
            part.unlink()
            raise ValueError(f"the download is not the file named {sha256[:12]}")
        move_whole(part, self._of(sha256))
        self._verified.add(sha256)

    def sweep(self, wanted: frozenset[str]) -> None:
        """Drop what no plan or alert names, oldest first, down to the cap and until the disk has room again."""
        idle = [path for path in self._folder.glob("??/*") if path.stem not in wanted]
        facts = sorted((stat.st_mtime, stat.st_size, path) for path in idle if (stat := _stat(path)))
        excess = max(sum(size for _, size, _ in facts) - self._cap, self._short())
        for _, size, path in facts:
            if excess <= 0:
                return
            with suppress(OSError):
                path.unlink()
                excess -= size

    def _short(self) -> int:
        """How many bytes the disk lacks to have room for what comes next."""
        try:
            disk = os.statvfs(self._folder)
        except OSError:
            return 0
        room = min(ROOM_BYTES, disk.f_blocks * disk.f_frsize // 10)
        return room - disk.f_bavail * disk.f_frsize

    def _of(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None
