"""Pictures as light: sRGB numbers to light and back, and averages of light. Lines one lamp thin stay as bright as they are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Light = NDArray[np.floating[Any]]  # rows, columns, channels; 0 dark to 1 full
Numbers = NDArray[np.uint8]

_SRGB = np.arange(256) / 255.0
TO_LIGHT = np.where(_SRGB <= 0.04045, _SRGB / 12.92, ((_SRGB + 0.055) / 1.055) ** 2.4).astype(np.float32)
TO_LIGHT.setflags(write=False)
_FINE = np.arange(65_536) / 65_535.0
_TO_NUMBERS = np.rint(255 * np.where(_FINE <= 0.0031308, _FINE * 12.92, 1.055 * _FINE ** (1 / 2.4) - 0.055)).astype(
    np.uint8
)
_TO_NUMBERS.setflags(write=False)
LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)


def numbers(light: Light) -> Numbers:
    """Light as sRGB numbers of 8 bits."""
    return np.asarray(np.take(_TO_NUMBERS, (np.clip(light, 0.0, 1.0) * 65_535 + 0.5).astype(np.uint16)))


def scaled(channel: Light, width: int, height: int) -> Light:
    """One channel of light in another size: each pixel the mean of the area it covers."""
    if channel.shape == (height, width):
        return channel
    picture = Image.fromarray(np.ascontiguousarray(channel, np.float32))
    return np.asarray(picture.resize((width, height), Image.Resampling.BOX), np.float32)
