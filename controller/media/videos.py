"""A video becomes what a wall plays, frame by frame its size and rate, when it is brought: the player only plays."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from controller.domain.pictures import Fit, PictureFacts, Transcoded
from controller.media.audio import MediaError
from controller.media.bounded import DecodeError, Limits, decoded
from controller.media.pictures import Master, png_of
from controller.media.video_child import MAX_SECONDS
from devices.profiles.board import BoardShape

RATE = 25  # frames a second of a wall; its sending card shows each of them twice or more
THREADS = 2
LIMITS = Limits(seconds=240, memory_mb=2560, answer_mb=400, threads=THREADS)
_REFUSED = {
    "time": ("video.time", f"the video was not decoded within {LIMITS.seconds} s: make it shorter or smaller"),
    "unreadable": (
        "video.unreadable",
        "this is no MP4, MOV, WebM, MKV, AVI or MPEG video that can be read, or it is damaged",
    ),
    "large": ("video.large", "a video has at most 4096 x 2304 pixels a frame"),
    "long": ("video.long", f"a video lasts at most {MAX_SECONDS // 60} minutes"),
}


@dataclass(frozen=True, slots=True)
class Film:
    """A video for the walls of one size, a picture from its middle, and what the file that came was."""

    file: bytes
    transcoded: Transcoded
    poster: Master
    width: int
    height: int
    rate: float
    sound: bool


def transcode(data: bytes, shape: str, fit: Fit) -> Film:
    """Decode and code anew where it can harm nobody; MediaError says why not."""
    wall = BoardShape.parse(shape)
    request = {"width": wall.width, "height": wall.height, "rate": RATE, "fit": fit, "threads": THREADS}
    try:
        found, answer = decoded("controller.media.video_child", request, data, LIMITS)
        if "refused" in found:
            raise _refusal(str(found["refused"]))
        return _film(found, answer, wall)
    except DecodeError as exc:
        raise _refusal(exc.reason) from exc
    except (KeyError, ValueError, TypeError) as exc:
        if isinstance(exc, MediaError):
            raise
        raise _refusal("unreadable") from exc


def _film(found: dict[str, Any], answer: bytes, wall: BoardShape) -> Film:
    size = int(found["size"])
    file, raw = answer[:size], answer[size:]
    pixels = np.frombuffer(raw, np.uint8).reshape(wall.height, wall.width, 3)
    png = png_of(pixels)
    poster = PictureFacts(
        sha256=hashlib.sha256(png).hexdigest(), width=wall.width, height=wall.height, format="video",
        brought_width=wall.width, brought_height=wall.height,
    )  # fmt: skip
    transcoded = Transcoded(
        sha256=hashlib.sha256(file).hexdigest(), shape=str(wall), size=size, seconds=found["frames"] / RATE, rate=RATE,
        **{name: found[name] for name in ("frames", "frames_sha256", "flashes", "light")},
    )  # fmt: skip
    return Film(
        file, transcoded, Master(png, poster), found["source_width"], found["source_height"], found["source_rate"],
        bool(found["sound"]),
    )  # fmt: skip


def _refusal(reason: str) -> MediaError:
    return MediaError(*_REFUSED.get(reason, _REFUSED["unreadable"]))
