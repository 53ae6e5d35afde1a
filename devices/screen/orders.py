"""What the screen process is told, one JSON line each, with a number that comes back in the answer."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from dataclasses import dataclass
from typing import Any, Literal

MAX_LINE = 8 * 1024 * 1024
MAX_PLANE_BYTES = 2_000_000  # 2000 x 1000 lamps take 250,000; a strip of 20,000 lamps on them more
MOST_LAMPS = (2000, 1000)

BAD_ORDER, NOT_OPEN, WRONG_SIZE, NO_FILM, NO_OUTPUT = 1, 2, 3, 4, 5


class OrderError(Exception):
    """The order cannot be obeyed. `number` is the order's, 0 if it has none that can be read."""

    def __init__(self, number: int, code: int, why: str) -> None:
        super().__init__(why)
        self.number, self.code, self.why = number, code, why


@dataclass(frozen=True, slots=True)
class Place:
    """A rectangle of lamps, from the upper left corner."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Open:
    """Begin to draw for a wall of this size. `picture`: a PNG file that follows what is drawn."""

    number: int
    width: int
    height: int
    output: Literal["headless", "window"]
    picture: str = ""
    display: int = 0


@dataclass(frozen=True, slots=True)
class Running:
    """A text that runs in `place`: `width` lamps, a step every `interval` seconds since the instant `since`."""

    place: Place
    width: int
    step: int
    interval: float
    planes: tuple[bytes, ...]
    since: float


@dataclass(frozen=True, slots=True)
class Rolling:
    """A video in `place`, whose first frame was due at the instant `since`."""

    place: Place
    path: str
    since: float


@dataclass(frozen=True, slots=True)
class Show:
    """A page of the whole wall, and what moves over it. Instants are those of the machine's monotonic clock."""

    number: int
    planes: tuple[bytes, ...]
    strips: tuple[Running, ...] = ()
    films: tuple[Rolling, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """Say what is drawn now."""

    number: int


Order = Open | Show | Look


def read_order(line: bytes) -> Order:
    """One line; OrderError if it is none."""
    try:
        body: dict[str, Any] = json.loads(line)
        number = int(body["n"])
    except (ValueError, KeyError, TypeError, RecursionError) as exc:
        raise OrderError(0, BAD_ORDER, "no order") from exc
    try:
        if "open" in body:
            return _open(number, body["open"])
        if "show" in body:
            return _show(number, body["show"])
        if "look" in body:
            return Look(number)
    except (KeyError, TypeError, ValueError, AttributeError, zlib.error, binascii.Error) as exc:
        raise OrderError(number, BAD_ORDER, f"no order: {exc}") from exc
    raise OrderError(number, BAD_ORDER, "an order opens, shows or looks")


def _open(number: int, body: dict[str, Any]) -> Open:
    width, height = int(body["width"]), int(body["height"])
    if not (0 < width <= MOST_LAMPS[0] and 0 < height <= MOST_LAMPS[1]):
        raise ValueError(f"a wall has at most {MOST_LAMPS[0]} x {MOST_LAMPS[1]} lamps")
    if body["output"] not in ("headless", "window"):
        raise ValueError("an output is headless or window")
    return Open(number, width, height, body["output"], str(body.get("picture", "")), int(body.get("display", 0)))


def _show(number: int, body: dict[str, Any]) -> Show:
    return Show(
        number,
        _planes(body["planes"]),
        tuple(_running(one) for one in body.get("strips", ())),
        tuple(Rolling(_place(one["place"]), str(one["path"]), float(one["since"])) for one in body.get("films", ())),
    )


def _running(body: dict[str, Any]) -> Running:
    width, step, interval = int(body["width"]), int(body["step"]), float(body["interval"])
    if width < 1 or step < 1 or not interval > 0:
        raise ValueError("a strip has lamps, steps and seconds")
    return Running(_place(body["place"]), width, step, interval, _planes(body["planes"]), float(body["since"]))


def _place(body: dict[str, Any]) -> Place:
    return Place(*(int(body[name]) for name in ("left", "top", "width", "height")))


def _planes(texts: list[str]) -> tuple[bytes, ...]:
    if len(texts) != 3:
        raise ValueError("a wall has red, green and blue")
    return tuple(_plane(text) for text in texts)


def _plane(text: str) -> bytes:
    unpacked = zlib.decompressobj()
    data = unpacked.decompress(base64.b64decode(text, validate=True), MAX_PLANE_BYTES + 1)
    if len(data) > MAX_PLANE_BYTES or not unpacked.eof:
        raise ValueError("a plane is too large or cut off")
    return data
