"""A video as pictures by their number: decoded in order, sought only where the order breaks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_SKIPPED = 50  # frames decoded and thrown away before it is cheaper to seek: two groups of a wall's film


class FilmError(Exception):
    """The file cannot be played; the text says why."""


class Film:
    """One open file. Memory holds one picture."""

    def __init__(self, path: str, width: int, height: int) -> None:
        """FilmError if nothing of it can be decoded, or it was made for another size."""
        try:
            import av
        except ImportError as exc:
            raise FilmError("videos need PyAV: install gatecast[screen]") from exc
        self._errors: tuple[type[Exception], ...] = (av.error.FFmpegError, OSError, ValueError)
        try:
            self._file: Any = av.open(path, "r")
            self._track: Any = self._file.streams.video[0]
        except (*self._errors, IndexError) as exc:
            raise FilmError(f"{path} cannot be played: {exc}") from exc
        if (self._track.width, self._track.height) != (width, height):
            size = f"{self._track.width}x{self._track.height}"
            self.close()
            raise FilmError(f"the video is for a wall of {size}, not {width}x{height}")
        self.rate = float(self._track.average_rate or 25)
        self._frames: Iterator[Any] = self._file.decode(self._track)
        self._at = -1
        self._picture: NDArray[np.uint8] = np.zeros((height, width, 3), np.uint8)
        self.count = self._track.frames or max(1, round(float(self._file.duration or 0) / av.time_base * self.rate))

    def number_at(self, seconds: float) -> int:
        """The frame due `seconds` after the first one; it goes round and round."""
        return int(max(seconds, 0.0) * self.rate + 1e-6) % self.count

    def frame(self, number: int) -> NDArray[np.uint8]:
        """Red, green and blue of a frame; where the file is damaged, the last one that could be read."""
        if not self._at <= number <= self._at + MOST_SKIPPED:
            self._seek(number)
        try:
            while self._at < number:
                found = next(self._frames, None)
                if found is None:
                    self._seek(0)
                    break
                self._at = self._number(found)
                if self._at >= number:
                    self._picture = found.to_ndarray(format="rgb24")
        except self._errors as exc:
            raise FilmError(f"the video broke off: {exc}") from exc
        return self._picture

    def _number(self, frame: Any) -> int:
        return round(float(frame.pts * frame.time_base) * self.rate) if frame.pts is not None else self._at + 1

    def _seek(self, number: int) -> None:
        with suppress(*self._errors):
            self._file.seek(int(number / self.rate / float(self._track.time_base)), stream=self._track)
        self._frames = self._file.decode(self._track)
        self._at = -1

    def close(self) -> None:
        """Give the file back."""
        with suppress(*self._errors):
            self._file.close()
