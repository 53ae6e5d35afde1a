"""Recordings ready to sound: what travelled coded lies decoded beside it, so that playing takes no decoder and no time."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from devices.agent.files import move_whole
from devices.agent.media import MediaFiles
from devices.sound.unfold import CODED, unfold


class Clips:
    """WAV files `clips/<hash of the coded file>-<hash of the WAV>.wav`; a plain WAV is played where it lies."""

    def __init__(self, folder: Path, media: MediaFiles) -> None:
        """`media` holds what travelled; `folder` what was made of it, which may be deleted at any time."""
        self._folder, self._media = folder, media
        self._found: dict[str, Path] = {}
        self._coded: dict[str, bool] = {}

    def path(self, sha256: str) -> str | None:
        """The WAV to play; None if the recording is not here, or not decoded yet."""
        source = self._media.path(sha256)
        if source is None:
            return None
        if sha256 not in self._coded:
            self._coded[sha256] = _coded(Path(source))
        if not self._coded[sha256]:
            return source
        found = self._found.get(sha256)
        if found is None or not found.exists():
            found = self._look(sha256)
        return str(found) if found else None

    def prepare(self, sha256: str) -> None:
        """Decode what is here and not ready; takes some 0.2 s a minute of sound. ValueError or OSError if it cannot be."""
        source = self._media.path(sha256)
        if source is None or self.path(sha256) is not None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        beside = self._folder / f".{sha256}.{os.getpid()}.new"
        try:
            unfold(Path(source), beside)
            with beside.open("rb") as file:
                made = hashlib.file_digest(file, "sha256").hexdigest()
                os.fsync(file.fileno())
            target = self._folder / f"{sha256}-{made}.wav"
            move_whole(beside, target)
        finally:
            beside.unlink(missing_ok=True)
        self._found[sha256] = target

    def sweep(self, wanted: frozenset[str]) -> None:
        """Drop what no plan or alert names: it can be made again."""
        for path in self._folder.glob("*.wav"):
            sha256 = path.stem.partition("-")[0]
            if sha256 not in wanted:
                self._found.pop(sha256, None)
                self._coded.pop(sha256, None)
                with suppress(OSError):
                    path.unlink()

    def _look(self, sha256: str) -> Path | None:
        """What an earlier boot decoded, its own hash checked once; a damaged one is dropped."""
        for path in self._folder.glob(f"{sha256}-*.wav"):
            with suppress(OSError):
                with path.open("rb") as file:
                    made = hashlib.file_digest(file, "sha256").hexdigest()
                if path.stem.endswith(made):
                    self._found[sha256] = path
                    return path
                path.unlink()
        return None


def _coded(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(CODED)) == CODED
    except OSError:
        return False
