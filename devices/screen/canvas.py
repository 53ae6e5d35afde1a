"""What a wall shows at an instant: a standing page, and over it texts that run and videos that roll."""

from __future__ import annotations

import hashlib
import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from devices.screen.films import Film, FilmError
from devices.screen.orders import NO_FILM, WRONG_SIZE, OrderError, Place, Rolling, Running, Show

Picture: TypeAlias = NDArray[np.uint8]  # rows, lamps, red-green-blue
HALF = 128  # a lamp of a page is full on or off


class Canvas:
    """The newest scene. Told the time, it draws."""

    def __init__(self, width: int, height: int) -> None:
        """All dark."""
        self.width, self.height = width, height
        self._page: Picture = np.zeros((height, width, 3), np.uint8)
        self._texts: list[_Text] = []
        self._films: list[tuple[Rolling, Film]] = []
        self.film_frame: int | None = None  # of the first video, as last drawn

    def show(self, order: Show) -> None:
        """Take a new scene; OrderError, and the old one stays, if it does not fit or a video cannot be played."""
        page = self._lamps(order.number, order.planes, self.width, self.height)
        for place in [one.place for one in order.strips] + [one.place for one in order.films]:
            self._must_fit(order.number, place)
        texts = [_Text(one, self._lamps(order.number, one.planes, one.width, one.place.height)) for one in order.strips]
        self._roll(order)
        self._page, self._texts = page, texts

    def _roll(self, order: Show) -> None:
        """Videos that go on keep their open file."""
        held = {(one.path, one.place): film for one, film in self._films}
        fresh: list[tuple[Rolling, Film]] = []
        opened: list[Film] = []
        try:
            for one in order.films:
                film = held.get((one.path, one.place))
                if film is None:
                    film = Film(one.path, one.place.width, one.place.height)
                    opened.append(film)
                fresh.append((one, film))
        except FilmError as exc:
            for film in opened:
                film.close()
            raise OrderError(order.number, NO_FILM, str(exc)) from exc
        kept = {id(film) for _, film in fresh}
        for _, film in self._films:
            if id(film) not in kept:
                film.close()
        self._films, self.film_frame = fresh, None

    def draw(self, at: float) -> Picture:
        """The wall at an instant; FilmError if a video broke off."""
        if not self._texts and not self._films:
            return self._page
        picture = self._page.copy()
        for text in self._texts:
            _patch(picture, text.order.place, text.at(at))
        for number, (order, film) in enumerate(self._films):
            frame = film.number_at(at - order.since)
            _patch(picture, order.place, film.frame(frame))
            if number == 0:
                self.film_frame = frame
        return picture

    def next_change(self, after: float) -> float | None:
        """When the picture changes by itself; None: never."""
        due = [text.next_step(after) for text in self._texts]
        due += [_next_beat(after, order.since, 1 / film.rate) for order, film in self._films]
        return min(due, default=None)

    def lamps_of(self, picture: Picture) -> str:
        """SHA-256 of the three planes of what stands in `picture`; what moves counts as dark."""
        still = picture
        if self._texts or self._films:
            still = picture.copy()
            for place in (*(text.order.place for text in self._texts), *(order.place for order, _ in self._films)):
                _patch(still, place, np.zeros((place.height, place.width, 3), np.uint8))
        planes = (np.packbits(still[:, :, colour] >= HALF, axis=1).tobytes() for colour in range(3))
        return hashlib.sha256(b"".join(planes)).hexdigest()

    def close(self) -> None:
        """Give the files back."""
        for _, film in self._films:
            film.close()

    def _must_fit(self, number: int, place: Place) -> None:
        right, bottom = place.left + place.width, place.top + place.height
        if min(place.left, place.top) < 0 or right > self.width or bottom > self.height:
            raise OrderError(number, WRONG_SIZE, f"{place} leaves the wall of {self.width}x{self.height}")

    @staticmethod
    def _lamps(number: int, planes: tuple[bytes, ...], width: int, height: int) -> Picture:
        stride = (width + 7) // 8
        if any(len(plane) != stride * height for plane in planes):
            raise OrderError(number, WRONG_SIZE, f"planes of {width}x{height} lamps have {stride * height} bytes")
        bits = [np.unpackbits(np.frombuffer(plane, np.uint8).reshape(height, stride), axis=1) for plane in planes]
        picture: Picture = np.stack([one[:, :width] for one in bits], axis=2) * np.uint8(255)
        return picture


class _Text:
    """A text that runs: it comes in at the right edge of its place, leaves at the left, and comes again."""

    def __init__(self, order: Running, lamps: Picture) -> None:
        self.order = order
        wide, gap = order.place.width, np.zeros((order.place.height, order.place.width, 3), np.uint8)
        self._track = np.concatenate((gap, lamps, gap), axis=1)
        self._steps = math.ceil((order.width + wide) / order.step)

    def at(self, at: float) -> Picture:
        """The part that is seen."""
        step = int(max(at - self.order.since, 0.0) / self.order.interval + 1e-6) % self._steps
        left = step * self.order.step
        shown: Picture = self._track[:, left : left + self.order.place.width]
        return shown

    def next_step(self, after: float) -> float:
        return _next_beat(after, self.order.since, self.order.interval)


def _next_beat(after: float, since: float, every: float) -> float:
    return since + (math.floor((after - since) / every + 1e-6) + 1) * every


def _patch(picture: Picture, place: Place, part: Picture) -> None:
    picture[place.top : place.top + place.height, place.left : place.left + place.width] = part
