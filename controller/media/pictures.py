"""Whatever picture staff upload becomes one PNG of our own, upright and without anything hidden in it; or a clear refusal."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from controller.domain.pictures import PictureFacts
from controller.media.audio import MediaError
from controller.media.bounded import DecodeError, Limits, decoded
from controller.media.light import Numbers
from controller.media.picture_child import LONGEST, MAX_PIXELS

MAX_BYTES = 40_000_000
LIMITS = Limits(seconds=20, memory_mb=1536, answer_mb=LONGEST * LONGEST * 4 // 1_000_000 + 1)
_SIGNATURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM", b"RIFF")
_REFUSED = {
    "time": ("picture.time", f"the picture was not decoded within {LIMITS.seconds} s: save it anew and try again"),
    "unreadable": (
        "picture.unreadable",
        "this is no PNG, JPEG, WebP, GIF or BMP picture that can be read, or it is damaged",
    ),
    "large": ("picture.large", f"a picture has at most {MAX_PIXELS // 1_000_000} million pixels: make it smaller"),
}


@dataclass(frozen=True, slots=True)
class Master:
    """Our own PNG of a picture, and what was found in it."""

    png: bytes
    facts: PictureFacts


def picture_like(data: bytes) -> bool:
    """Whether the first letters are those of a picture, or of what pretends to be one."""
    return data.startswith(_SIGNATURES) and (data[:4] != b"RIFF" or data[8:12] == b"WEBP")


def bring_in(data: bytes) -> Master:
    """Decode an upload where it can harm nobody; MediaError says why not."""
    if len(data) > MAX_BYTES:
        raise MediaError("picture.large", f"a picture file has at most {MAX_BYTES // 1_000_000} MB")
    if not picture_like(data):
        raise _refusal("unreadable")
    try:
        found, raw = decoded("controller.media.picture_child", {}, data, LIMITS)
    except DecodeError as exc:
        raise _refusal(exc.reason) from exc
    if "refused" in found:
        raise _refusal(str(found["refused"]))
    return _master(found, raw)


def _master(found: dict[str, Any], raw: bytes) -> Master:
    """Built by this process from bare pixels: nothing of the file that came is in it."""
    width, height = int(found["width"]), int(found["height"])
    if not (1 <= width <= LONGEST and 1 <= height <= LONGEST and len(raw) == width * height * 4):
        raise _refusal("unreadable")
    pixels = np.frombuffer(raw, np.uint8).reshape(height, width, 4)
    png = png_of(pixels)
    facts = PictureFacts(sha256=hashlib.sha256(png).hexdigest(), **found)
    return Master(png, facts)


def png_of(pixels: Numbers) -> bytes:
    """Rows of RGB or RGBA as a PNG."""
    opaque = pixels.shape[2] == 4 and bool((pixels[..., 3] == 255).all())
    out = BytesIO()
    picture = Image.fromarray(np.ascontiguousarray(pixels[..., :3] if opaque else pixels))
    picture.save(out, "PNG", compress_level=1)
    return out.getvalue()


def pixels_of(png: bytes) -> Numbers:
    """Rows of red, green, blue and opacity of one of our own PNGs."""
    with Image.open(BytesIO(png), formats=("PNG",)) as picture:
        return np.asarray(picture.convert("RGBA"))


def _refusal(reason: str) -> MediaError:
    return MediaError(*_REFUSED.get(reason, _REFUSED["unreadable"]))
