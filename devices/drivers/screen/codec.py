"""Lines of JSON to and from the screen process: orders with a number, answers that carry it. No I/O, no clock."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from dataclasses import dataclass
from typing import Any

from devices.profiles.board import BoardShape
from devices.rendering.page import Page, Strip
from devices.rendering.scene import Area, Film, cut_out, whole

MAX_LINE_BYTES = 65_536  # an answer is a few hundred bytes

BAD_ORDER, NOT_OPEN, WRONG_SIZE, NO_FILM, NO_OUTPUT = 1, 2, 3, 4, 5
REASONS = {
    BAD_ORDER: "the order cannot be read",
    NOT_OPEN: "not open",
    WRONG_SIZE: "another size",
    NO_FILM: "the video cannot be played",
    NO_OUTPUT: "no output",
}


@dataclass(frozen=True, slots=True)
class Told:
    """An answer: what the process says it draws, or its no. Values it did not send are None."""

    number: int
    no: int = 0
    why: str = ""
    width: int | None = None
    height: int | None = None
    lamps: str | None = None  # SHA-256 of the planes of what stands, read back from the output
    frames: int | None = None
    late: int | None = None
    film: int | None = None  # the frame of the first video
    broken: str = ""

    @classmethod
    def from_line(cls, line: bytes) -> Told:
        """Read one line; ValueError if it is no answer."""
        try:
            body = json.loads(line)
            number = body["n"]
        except (ValueError, KeyError, TypeError, RecursionError) as exc:
            raise ValueError("no answer of a screen") from exc
        numbers = {name: body.get(name) for name in ("width", "height", "frames", "late", "film")}
        words = {name: body.get(name, "") for name in ("why", "broken")}
        lamps, no = body.get("lamps"), body.get("no", 0)
        whole_numbers = all(value is None or type(value) is int for value in numbers.values())
        texts = all(isinstance(value, str) for value in words.values()) and isinstance(lamps, str | None)
        if type(number) is not int or type(no) is not int or not whole_numbers or not texts:
            raise ValueError("an answer of a screen has other facts")
        return cls(number, no, lamps=lamps, **numbers, **words)


@dataclass(frozen=True, slots=True)
class Order:
    """One order, with its number and what it asks for."""

    number: int
    body: dict[str, Any]

    def to_bytes(self) -> bytes:
        """As it goes to the process: sorted keys, no spaces, a line end."""
        return json.dumps({"n": self.number, **self.body}, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def opening(shape: BoardShape, output: str, picture: str = "", display: int = 0) -> dict[str, Any]:
    """Begin to draw for a wall of this size."""
    facts = {"width": shape.width, "height": shape.height, "output": output, "display": display}
    return {"open": facts | ({"picture": picture} if picture else {})}


def showing(page: Page, strips: dict[Area, tuple[Strip, float]], films: dict[Area, Film]) -> dict[str, Any]:
    """A page of the whole wall, and what moves over it since which instant of the machine's monotonic clock."""
    facts: dict[str, Any] = {"planes": _planes(page.planes)}
    if strips:
        facts["strips"] = [_strip(area, strip, since) for area, (strip, since) in strips.items()]
    if films:
        facts["films"] = [
            {"place": _place(area), "path": film.path, "since": film.since} for area, film in films.items()
        ]
    return {"show": facts}


def looking() -> dict[str, Any]:
    """Ask what is drawn."""
    return {"look": {}}


def lamps(page: Page) -> str:
    """The hash by which the process names a page that stands: nothing past the board's right edge counts."""
    return hashlib.sha256(b"".join(cut_out(page, whole(page.shape)).planes)).hexdigest()


class Decoder:
    """Bytes in, answers out. What is no answer is skipped; a line without an end is dropped when it is too long."""

    def __init__(self) -> None:
        """Waits for a line."""
        self._rest = b""
        self.skipped = 0  # lines and pieces of lines that were no answer

    def feed(self, data: bytes) -> list[Told]:
        """The answers these bytes complete."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > MAX_LINE_BYTES:
            self._rest = b""
            self.skipped += 1
        answers = []
        for line in lines:
            try:
                answers.append(Told.from_line(line))
            except ValueError:
                self.skipped += 1
        return answers


def _planes(planes: tuple[bytes, ...]) -> list[str]:
    return [base64.b64encode(zlib.compress(plane, 1)).decode() for plane in planes]


def _strip(area: Area, strip: Strip, since: float) -> dict[str, Any]:
    facts = {"width": strip.width, "step": strip.step, "interval": strip.interval, "since": since}
    return facts | {"place": _place(area), "planes": _planes(strip.planes)}


def _place(area: Area) -> dict[str, int]:
    return {"left": area.left, "top": area.top, "width": area.width, "height": area.height}
