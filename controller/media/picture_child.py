"""python -m controller.media.picture_child REQUEST: one picture on standard input, upright and small, as raw pixels.

Runs confined (controller.media.bounded). Answers facts and rows of red, green, blue and opacity, 8 bits each.
"""

from __future__ import annotations

import sys
import warnings
from io import BytesIO

import numpy as np
from PIL import Image, ImageFile, ImageOps

from controller.media.bounded import confined, give
from controller.media.light import TO_LIGHT, Light, Numbers, numbers, scaled

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
MAX_PIXELS = 25_000_000
LONGEST = 1_280  # four pixels a lamp of a usual wall
_DEEP = ("I;16", "I;16B", "I;16L", "I;16N", "I")


def main(argument: str) -> int:
    """The child's work: 0, or 3 with a reason where the picture is refused."""
    Image.MAX_IMAGE_PIXELS = None  # our own limit is lower, and refuses in words
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    warnings.simplefilter("error")
    Image.preinit()
    Image.init()
    with confined(argument) as (_, source, answer):
        with Image.open(BytesIO(source.read()), formats=FORMATS) as picture:
            facts = {"format": str(picture.format), "frames": int(getattr(picture, "n_frames", 1))}
            if picture.width * picture.height > MAX_PIXELS:
                give(answer, {"refused": "large"})
                return 0
            upright = _eight_bits(picture)
            ImageOps.exif_transpose(upright, in_place=True)  # a copy would cost a hundred megabytes more
        facts |= {"brought_width": upright.width, "brought_height": upright.height}
        pixels, clear = _small(upright)
        give(answer, facts | {"width": pixels.shape[1], "height": pixels.shape[0], "clear": clear}, pixels.tobytes())
    return 0


def _eight_bits(picture: Image.Image) -> Image.Image:
    """The first frame with 8 bits a channel; the whole file is read here, so what is broken fails here."""
    picture.seek(0)
    picture.load()
    if picture.mode not in _DEEP:
        return picture
    values = np.asarray(picture).astype(np.int32)
    most = 65_535 if picture.mode.startswith("I;16") or values.max(initial=0) > 255 else 255
    grey = Image.fromarray((np.clip(values, 0, most) * 255 // most).astype(np.uint8))
    grey.info = dict(picture.info)
    return grey


def _small(picture: Image.Image) -> tuple[Numbers, bool]:
    """At most `LONGEST` pixels a side, averaged in light; whether parts of it are see-through."""
    clear = picture.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in picture.info
    mode = "RGBA" if clear else "RGB"
    whole = picture if picture.mode == mode else picture.convert(mode)
    scale = min(1.0, LONGEST / max(whole.size))
    width, height = (max(1, round(side * scale)) for side in whole.size)
    pixels = np.full((height, width, 4), 255, np.uint8)
    seen = np.asarray(whole.getchannel("A"), np.float32) / np.float32(255) if clear else None
    opacity = None if seen is None else scaled(seen, width, height)
    if opacity is not None:
        pixels[..., 3] = np.rint(opacity * 255)
    for place, band in enumerate("RGB"):
        channel = np.asarray(whole.getchannel(band))
        pixels[..., place] = channel if scale == 1 else _averaged(channel, seen, opacity, width, height)
    return pixels, bool(clear and (pixels[..., 3] < 255).any())


def _averaged(channel: Numbers, seen: Light | None, opacity: Light | None, width: int, height: int) -> Numbers:
    """One colour, averaged in light. What cannot be seen has no colour to give."""
    light = TO_LIGHT.take(channel)
    if seen is None or opacity is None:
        return numbers(scaled(light, width, height))
    light *= seen
    small = scaled(light, width, height)
    return numbers(np.divide(small, opacity, out=np.zeros_like(small), where=opacity > 0))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
