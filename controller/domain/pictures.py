"""Pictures and videos of messages: what an author chooses, what is known of a file, which boards can show it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from controller.domain.asked import Asked
from controller.domain.gates import Device
from devices.profiles.board import Colours
from schedules.model import Fact, Sha256

NO_LANGUAGE = (
    "zxx"  # ISO 639-2: nothing in it is of a language; so the pages of a picture are told from those of a text
)

Tone = Literal["logo", "photo"]
Fit = Literal["whole", "fill"]


class Picture(Asked):
    """A picture brought before, and how it is put on boards. Its defaults suit signs and logos."""

    sha256: Sha256
    tone: Tone = Field(default="logo", description="logo: a lamp is lit or not; photo: grey is made of single lamps")
    fit: Fit = Field(
        default="whole", description="whole: all of it, with dark edges; fill: the board is full, edges are cut"
    )
    inverted: bool = Field(default=False, description="light becomes dark: for black drawings on white")
    place: Literal["turn", "beside"] = Field(
        default="turn",
        description="turn: a page of its own before the texts; beside: left of the texts, on all their pages",
    )
    seconds: float = Field(default=6.0, ge=2.8, le=60, description="of its own page")


class Video(Asked):
    """A video brought before, and how it is put on walls."""

    sha256: Sha256
    fit: Fit = "whole"


class PictureFacts(Fact):
    """What was found in a picture that was brought; `sha256` names our own PNG of it, upright and at most 1,280 pixels long."""

    sha256: Sha256
    width: int
    height: int
    format: str = Field(description="of the file that was brought")
    brought_width: int
    brought_height: int
    frames: int = Field(default=1, description="over 1: it moved, and the first frame was taken")
    clear: bool = Field(default=False, description="has see-through parts")


class VideoFacts(Fact):
    """What was found in a video that was brought; `sha256` names the file as it came."""

    sha256: Sha256
    width: int
    height: int
    seconds: float
    rate: float = Field(description="frames a second")
    sound: bool
    poster: Sha256 = Field(description="a picture of it, as for a message")


class Transcoded(Fact):
    """A video as one wall plays it. `frames_sha256` is over the decoded frames: the same on every machine that decodes it."""

    sha256: Sha256
    shape: str
    size: int = Field(gt=0, description="bytes")
    seconds: float = Field(gt=0)
    frames: int = Field(gt=0)
    rate: int
    frames_sha256: Sha256
    flashes: int = Field(default=0, ge=0, description="most changes between light and dark in one second")
    light: float = Field(default=0.0, ge=0, le=1, description="mean light of the brightest second, of all lamps white")


def walls(devices: Iterable[Device]) -> tuple[str, ...]:
    """The sizes of boards that can show video: those of full colour."""
    shapes = {device.shape for device in devices if device.shape and device.board.colours is Colours.RGB}
    return tuple(sorted(shapes))
