"""A picture on a board: scaled by light to its lamps, each of which is lit or not. The same picture gives the same lamps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from controller.domain.pictures import NO_LANGUAGE, Picture
from controller.media.light import LUMINANCE, TO_LIGHT, Light, numbers, scaled
from controller.media.pictures import pixels_of
from devices.profiles.board import BoardShape, Colours
from devices.rendering.page import Page, PageFile

DRAWER = "picture/1"
THRESHOLD = 110  # of 255: keeps lines that cover a sixth of a lamp
LIT = float(TO_LIGHT[THRESHOLD])
FINER = 4  # times the board's fineness at which lost detail is looked for
Lamps = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture on one board, and what can be measured of it there. Shares are of the lamps the picture covers."""

    file: PageFile
    width: int  # lamps the picture covers
    height: int
    lit: float  # share of the most lit plane, of all lamps of the board
    blue: float  # share of lamps whose content is blue
    lost: float  # share of fine content that is gone
    cut: float  # share of the picture that was cut off
    fewer: bool  # the picture has fewer pixels than lamps


@lru_cache(maxsize=4)
def _light(png: bytes, inverted: bool) -> Light:
    """The picture on a dark ground as light; inverted, on a white ground and then turned around."""
    pixels = pixels_of(png)
    opacity = pixels[..., 3:].astype(np.float32) / 255
    light: Light = TO_LIGHT.take(pixels[..., :3]) * opacity
    return TO_LIGHT.take(255 - numbers(light + (1 - opacity))) if inverted else light


def on_board(png: bytes, picture: Picture, shape: BoardShape) -> Seen:
    """The page of a picture on a board of `shape`; `png` is one of our own."""
    light = _light(png, picture.inverted)
    full = picture.fit == "fill"
    cropped = _cropped(light, shape) if full else light
    width, height = (shape.width, shape.height) if full else _room(cropped, shape)
    small = _small(cropped, width, height)
    lamps = np.zeros((shape.height, shape.width, shape.colours.planes), np.bool_)
    top, left = (shape.height - height) // 2, (shape.width - width) // 2
    level = _level(cropped) if shape.colours is Colours.MONO else LIT
    lamps[top : top + height, left : left + width] = lamps_of(small, shape.colours, picture.tone == "photo", level)
    page = Page(shape=shape, planes=tuple(_packed(lamps)), seconds=picture.seconds)
    return Seen(
        file=PageFile(language=NO_LANGUAGE, renderer=DRAWER, pages=(page,)),
        width=width,
        height=height,
        lit=float(lamps.mean(axis=(0, 1)).max()),
        blue=_blue(small),
        lost=_lost(cropped, small, width, height, level),
        cut=1 - cropped.shape[0] * cropped.shape[1] / (light.shape[0] * light.shape[1]),
        fewer=cropped.shape[1] < width,
    )


def lamps_of(light: Light, colours: Colours, photo: bool, level: float = LIT) -> Lamps:
    """Which lamps of each plane are lit, in a logo those of `level` and more; red and green lamps show no blue."""
    channels = light @ LUMINANCE[:, None] if colours is Colours.MONO else light[..., : colours.planes]
    if photo:
        return np.stack([_dithered(channels[..., place]) for place in range(channels.shape[2])], axis=2)
    return np.asarray(channels >= level)


def _level(light: Light) -> float:
    """The light that parts a picture best in two on a board of one colour: a red ring on white must not drown.

    Otsu's threshold; of all that part nearly as well, the one nearest to `THRESHOLD`.
    """
    shares = np.bincount(numbers(light @ LUMINANCE).ravel(), minlength=256) / (light.shape[0] * light.shape[1])
    below, sums = np.cumsum(shares)[:-1], np.cumsum(shares * np.arange(256))
    parts = below * (1 - below)
    spread = np.divide((sums[-1] * below - sums[:-1]) ** 2, parts, out=np.zeros(255), where=parts > 1e-9)
    good = np.flatnonzero(spread >= spread.max() * 0.98) + 1
    return float(TO_LIGHT[good[np.argmin(np.abs(good - THRESHOLD))]]) if spread.max() > 1 else LIT


def _dithered(channel: Light) -> Lamps:
    """So many lamps lit that a stretch of them gives the light it should: Floyd and Steinberg's error diffusion."""
    grey = Image.fromarray(np.rint(np.clip(channel, 0, 1) * 255).astype(np.uint8))
    return np.asarray(grey.convert("1", dither=Image.Dither.FLOYDSTEINBERG))


def _cropped(light: Light, shape: BoardShape) -> Light:
    """The middle of the picture with the board's proportions."""
    height, width = light.shape[:2]
    wide = min(width, max(1, round(height * shape.width / shape.height)))
    high = min(height, max(1, round(width * shape.height / shape.width)))
    top, left = (height - high) // 2, (width - wide) // 2
    return light[top : top + high, left : left + wide]


def _room(light: Light, shape: BoardShape) -> tuple[int, int]:
    """Lamps across and down that the whole picture covers in its own proportions."""
    height, width = light.shape[:2]
    scale = min(shape.width / width, shape.height / height)
    return min(shape.width, max(1, round(width * scale))), min(shape.height, max(1, round(height * scale)))


def _small(light: Light, width: int, height: int) -> Light:
    return np.stack([scaled(light[..., place], width, height) for place in range(3)], axis=2)


def _packed(lamps: Lamps) -> Iterator[bytes]:
    for place in range(lamps.shape[2]):
        yield np.packbits(lamps[..., place], axis=1).tobytes()


def _blue(light: Light) -> float:
    """Share of what is bright at all whose light only blue lamps could give."""
    bright = light.max(axis=2) >= LIT
    only = bright & (light[..., 0] < LIT) & (light[..., 1] < LIT)
    return float(only.sum() / max(1, bright.sum()))


def _lost(whole: Light, small: Light, width: int, height: int, level: float) -> float:
    """Share of the content of a `FINER` board that this one shows otherwise: of lit or of dark lamps, whichever are fewer."""
    if whole.shape[1] < width * 2:
        return 0.0
    fine = (_small(whole, width * FINER, height * FINER) @ LUMINANCE) >= level
    coarse = np.repeat(np.repeat((small @ LUMINANCE) >= level, FINER, axis=0), FINER, axis=1)
    content = min(fine.sum(), fine.size - fine.sum())
    return float((fine ^ coarse).sum() / content) if content > fine.size / 500 else 0.0
