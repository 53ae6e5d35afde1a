"""The page files a board needs now, read once from the cache and kept while they are in turn; and the test page."""

from __future__ import annotations

from functools import lru_cache

from devices.agent.media import MediaFiles
from devices.agent.reconcile import Lit
from devices.profiles.board import BoardShape
from devices.rendering.page import Page, PageFile

_KEPT = 6


class PageShelf:
    """A few parsed page files of one board."""

    test_page = Lit("test", 0)

    def __init__(self, media: MediaFiles, shape: BoardShape) -> None:
        """`shape` is that of the test page."""
        self._media, self._shape = media, shape
        self._files: dict[str, PageFile] = {}

    def pages(self, sha256: str) -> PageFile | None:
        """The file with this hash; None if it is missing, damaged or no page file."""
        found = self._files.pop(sha256, None) or self._read(sha256)
        if found is not None:
            self._files[sha256] = found  # the newest stands last
            while len(self._files) > _KEPT:
                del self._files[next(iter(self._files))]
        return found

    def page(self, lit: Lit) -> Page | None:
        """The page to light; None if its file is no longer here."""
        if lit == self.test_page:
            return _chequers(self._shape)
        file = self.pages(lit.sha256)
        return file.pages[lit.page] if file else None

    def _read(self, sha256: str) -> PageFile | None:
        data = self._media.read(sha256)
        return _parsed(data) if data is not None else None


@lru_cache(maxsize=16)
def _parsed(data: bytes) -> PageFile | None:
    """Boards of one shape share their files."""
    try:
        return PageFile.from_bytes(data)
    except ValueError:
        return None


def _chequers(shape: BoardShape) -> Page:
    """Every second lamp, all colours: a dead row or column shows."""
    rows = (bytes([0xAA]) * shape.stride, bytes([0x55]) * shape.stride)
    plane = bytearray(b"".join(rows[y % 2] for y in range(shape.height)))
    if spare := shape.stride * 8 - shape.width:
        for y in range(shape.height):
            plane[(y + 1) * shape.stride - 1] &= 0xFF << spare & 0xFF
    return Page(shape=shape, planes=(bytes(plane),) * shape.colours.planes, seconds=10.0)
