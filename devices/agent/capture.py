"""Records of a line on the agent's disk: every byte with its instant, the newest few files, each of a bounded size."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from devices.links.trace import TraceLink
from devices.ports import Link

log = logging.getLogger(__name__)
MOST_BYTES = 4_000_000  # of one record: some hours of a busy line at 57600 baud
KEPT = 5  # records of one line; a new one begins when the line is opened anew


class Captured(TraceLink):
    """A link that is written down; a disk that takes nothing more costs the record, never the line."""

    def __init__(self, link: Link, file: TextIO) -> None:
        """`file` is closed with the link."""
        super().__init__(link, self._write, lambda: datetime.now(UTC), MOST_BYTES)
        self._file = file

    def _write(self, text: str) -> None:
        with suppress(OSError, ValueError):
            self._file.write(text)

    def close(self) -> None:
        """Give the port back, and end the record, even where the port cannot be given back."""
        try:
            super().close()
        finally:
            with suppress(OSError):
                self._file.close()


def captured(open_link: Callable[[], Link], folder: Path, line: str) -> Link:
    """Open the line and begin its record; without a record where the disk takes none. LinkError as the line has it."""
    link = open_link()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for old in sorted(folder.glob(f"{line}-*.hex"))[: -(KEPT - 1)]:
            old.unlink()
        name = f"{line}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.hex"
        return Captured(link, (folder / name).open("w", encoding="ascii", buffering=1))
    except OSError as exc:
        log.warning("a line cannot be recorded", extra={"line": line, "reason": str(exc)})
        return link
