"""What a board is, as far as pixels go: its size, its lamps, and the colours a preview gives them."""

from __future__ import annotations

import re
from enum import StrEnum

from pydantic import Field

from schedules.model import Fact


class Colours(StrEnum):
    """The lamps of a board; each value has as many bit planes as `planes` says, in the order of the letters."""

    MONO = "mono"
    RG = "rg"
    RGB = "rgb"

    @property
    def planes(self) -> int:
        """Bit planes of one page: 1, 2 (red, green) or 3 (red, green, blue)."""
        return {"mono": 1, "rg": 2, "rgb": 3}[self.value]


class BoardShape(Fact):
    """Size in lamps and kind of lamps; written "192x64:rg"."""

    width: int = Field(ge=1, le=2000)
    height: int = Field(ge=1, le=1000)
    colours: Colours = Colours.MONO

    @classmethod
    def parse(cls, text: str) -> BoardShape:
        """Read "192x64:rg"; without a colon the board has one colour."""
        match = re.fullmatch(r"(\d{1,4})x(\d{1,4})(?::(mono|rg|rgb))?", text)
        if not match:
            raise ValueError(f'a board is written like "192x64:rg" (mono, rg or rgb), not "{text}"')
        return cls(width=int(match[1]), height=int(match[2]), colours=Colours(match[3] or "mono"))

    def __str__(self) -> str:
        """The form that `parse` reads."""
        return f"{self.width}x{self.height}:{self.colours.value}"

    @property
    def stride(self) -> int:
        """Bytes of one row of one plane."""
        return (self.width + 7) // 8


OFF = (24, 24, 24)  # a dark lamp is not black: the edge of the board must be seen
_AMBER = (255, 176, 0)
_RED, _GREEN = (255, 48, 32), (48, 224, 64)


def palette(colours: Colours) -> tuple[tuple[int, int, int], ...]:
    """The preview's RGB for each combination of lit planes; index bit 0 is plane 0. One table for previews and simulators."""
    if colours is Colours.MONO:
        return (OFF, _AMBER)
    if colours is Colours.RG:
        return (OFF, _RED, _GREEN, _AMBER)
    full = tuple((255 * (i & 1), 255 * (i >> 1 & 1), 255 * (i >> 2 & 1)) for i in range(1, 8))
    return (OFF, *full)
