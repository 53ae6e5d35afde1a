"""Where the picture leaves the PC: a full-screen window for the sending card, or memory alone where no display is."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from devices.screen.canvas import Picture


class OutputError(Exception):
    """The picture cannot leave; the text says why."""


class Output(Protocol):
    """Takes whole pictures and can say what it holds."""

    def present(self, picture: Picture) -> None:
        """Put it out; OutputError if the output is gone."""

    def held(self) -> Picture:
        """What is out, read back."""

    def idle(self) -> None:
        """Do what an output needs done now and then; OutputError if it is gone."""

    def close(self) -> None:
        """Give the display back."""


class Headless:
    """Nobody sees it but who reads it back."""

    def __init__(self, width: int, height: int) -> None:
        """Dark."""
        self._picture: Picture = np.zeros((height, width, 3), np.uint8)

    def present(self, picture: Picture) -> None:
        """Keep a copy."""
        self._picture[:] = picture

    def held(self) -> Picture:
        """The copy."""
        return self._picture

    def idle(self) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing to give back."""


class Window:
    """The wall's pixels, one to one, in the upper left corner of a borderless window over the whole display: where the
    sending card takes them from."""

    def __init__(self, width: int, height: int, display: int) -> None:
        """OutputError if there is no display, or pygame is not installed."""
        os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
        try:
            import pygame
        except ImportError as exc:
            raise OutputError("a window needs pygame: install gatecast[screen]") from exc
        self._pygame: Any = pygame
        self._size = (width, height)
        try:
            pygame.display.init()
            sizes = pygame.display.get_desktop_sizes()
            if display >= len(sizes):
                raise OutputError(f"there is no display {display}: there are {len(sizes)}, counted from 0")
            if sizes[display][0] < width or sizes[display][1] < height:
                raise OutputError(f"the display is smaller than the wall: {sizes[display]}")
            self._surface: Any = pygame.display.set_mode(sizes[display], pygame.NOFRAME, display=display)
            pygame.mouse.set_visible(False)
        except pygame.error as exc:
            raise OutputError(f"no window can be opened: {exc}") from exc

    def present(self, picture: Picture) -> None:
        """Draw and flip."""
        try:
            part = self._surface.subsurface((0, 0, *self._size))
            self._pygame.surfarray.blit_array(part, picture.swapaxes(0, 1))
            self._pygame.display.flip()
        except self._pygame.error as exc:
            raise OutputError(f"the window is gone: {exc}") from exc
        self.idle()

    def held(self) -> Picture:
        """The window's own pixels."""
        part = self._surface.subsurface((0, 0, *self._size))
        found: Picture = self._pygame.surfarray.array3d(part).swapaxes(0, 1)
        return found

    def idle(self) -> None:
        """Answer the display, lest it takes us for dead; keys and clicks mean nothing here."""
        for event in self._pygame.event.get():
            if event.type == self._pygame.QUIT:
                raise OutputError("the window was closed")

    def close(self) -> None:
        """Give the display back."""
        self._pygame.display.quit()


def write_png(picture: Picture, path: Path) -> None:
    """True colours, whole or not at all."""
    height, width, _ = picture.shape
    rows = np.concatenate((np.zeros((height, 1), np.uint8), picture.reshape(height, width * 3)), axis=1)
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    data = b"\x89PNG\r\n\x1a\n" + head + _chunk(b"IDAT", zlib.compress(rows.tobytes(), 1)) + _chunk(b"IEND", b"")
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_bytes(data)
    fresh.replace(path)


def _chunk(kind: bytes, data: bytes) -> bytes:
    # The renderer has the same, and brings its models along: a process that must be back within two seconds does without.
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
