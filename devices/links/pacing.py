"""Bytes at the pace of the line: what lies in a port's buffer cannot be called back, so little is put there."""

from __future__ import annotations

import time
from collections.abc import Callable

from devices.links.line import LineSettings
from devices.ports import Link, PacedLink

PIECE = 0.01  # seconds of the line between two looks
AHEAD = 0.05  # seconds of the line in the port's buffer: a thread that wakes late must not leave it empty


def paced(
    write: Callable[[bytes], object],
    data: bytes,
    line: LineSettings,
    go_on: Callable[[], bool],
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Write `data` piece by piece while `go_on()`; how many bytes were written."""
    piece = max(1, int(PIECE / line.character))
    begun = clock()
    for start in range(0, len(data), piece):
        if start and not go_on():
            return start
        write(data[start : start + piece])
        ahead = begun + line.seconds(start + piece) - clock()
        if ahead > AHEAD:
            sleep(ahead - AHEAD)
    return len(data)


def send_while(link: Link, data: bytes, go_on: Callable[[], bool]) -> int:
    """The same on any link: one that keeps no pace takes all at once."""
    if isinstance(link, PacedLink):
        return link.send_while(data, go_on)
    link.send(data)
    return len(data)
