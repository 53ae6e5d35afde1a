"""Whether a video flashes. More than three flashes a second over a quarter of the field of view can cause seizures (WCAG 2.3.1).

A flash is a pair of opposite changes of light by a tenth or more of what the wall can give. The picture is looked at in
sixteen fields; it flashes as often as its fourth-busiest field, a quarter of the whole.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

FIELDS = 4  # across, and as many down
STEP = 0.1
MOST = 3  # flashes in any second


class Eye:
    """Looks at every frame in its order."""

    def __init__(self, rate: int) -> None:
        """`rate` in frames a second."""
        self._rate = rate
        self._light: list[NDArray[np.floating[Any]]] = []

    def look(self, luma: NDArray[np.uint8]) -> None:
        """One frame, its luma from 16 to 235."""
        rows = np.array_split(luma, min(FIELDS, luma.shape[0]), axis=0)
        fields = [np.array_split(row, min(FIELDS, row.shape[1]), axis=1) for row in rows]
        table = _LIGHT
        self._light.append(np.array([table[field].mean() for row in fields for field in row]))

    def flashes(self) -> int:
        """Most flashes in any one second."""
        light = np.array(self._light)
        turns = np.stack([_turns(field) for field in light.T], axis=1)
        sums = np.cumsum(np.vstack((np.zeros((1, turns.shape[1]), int), turns)), axis=0)
        window = min(self._rate, len(turns))
        most = (sums[window:] - sums[:-window]).max(axis=0) // 2
        return int(np.sort(most)[::-1][max(0, turns.shape[1] // 4 - 1)])

    def light(self) -> float:
        """Mean light of the brightest second, of all that the wall can give."""
        whole = np.array(self._light).mean(axis=1)
        window = min(self._rate, len(whole))
        return round(float(np.convolve(whole, np.ones(window) / window, "valid").max()), 4)


def _turns(light: NDArray[np.floating[Any]]) -> NDArray[np.int_]:
    """1 at each frame in which the light has gone the other way by a step or more."""
    found = np.zeros(len(light), int)
    low = high = float(light[0])
    way = 0
    for place, value in enumerate(light.tolist()):
        low, high = min(low, value), max(high, value)
        if way >= 0 and value <= high - STEP:
            found[place], way, low = 1, -1, value
        elif way <= 0 and value >= low + STEP:
            found[place], way, high = 1, 1, value
    return found


_LIGHT = (np.clip((np.arange(256) - 16) / 219, 0, 1) ** 2.2).astype(np.float32)
