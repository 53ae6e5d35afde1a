"""How a text is set: height, weight, colour and place; and the glyph packs that serve each height and language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from devices.profiles.board import Colours

LANGUAGES = ("vi", "zh-Hans", "en")

_LATIN = {
    (16, "bold"): ("n16", "u16", "p16"), (16, "regular"): ("u16", "p16"),
    (24, "bold"): ("n24", "h24", "p24"), (24, "regular"): ("r24", "h24", "p24"),
    (32, "bold"): ("n32", "b32", "p32"), (32, "regular"): ("r32", "h32", "p32"),
}  # fmt: skip
_CHINESE = {  # bold strokes close up in dense characters below 32 rows
    (16, "bold"): ("u16", "p16"), (16, "regular"): ("u16", "p16"),
    (24, "bold"): ("h24", "n24", "p24"), (24, "regular"): ("h24", "r24", "p24"),
    (32, "bold"): ("b32", "n32", "p32"), (32, "regular"): ("h32", "r32", "p32"),
}  # fmt: skip
_LIT = {  # colour -> planes red, green, blue
    "amber": (True, True, False), "red": (True, False, False), "green": (False, True, False),
    "blue": (False, False, True), "white": (True, True, True),
}  # fmt: skip

COLOURS = tuple(_LIT)
Rows = Literal[16, 24, 32]
ROWS: tuple[Rows, ...] = (16, 24, 32)
Colour = Literal["amber", "red", "green", "blue", "white"]


@dataclass(frozen=True, slots=True)
class Style:
    """`rows` is the height of a line in lamps. Amber is read from farthest; red is for stop and danger."""

    rows: Rows = 16
    weight: Literal["bold", "regular"] = "bold"
    colour: Colour = "amber"
    align: Literal["left", "centre", "right"] = "centre"
    vertical: Literal["top", "middle", "bottom"] = "middle"

    def packs(self, language: str) -> tuple[str, ...]:
        """Names of the packs for texts in `language`, in order of preference."""
        return (_CHINESE if language == "zh-Hans" else _LATIN)[self.rows, self.weight]

    def lit(self, colours: Colours) -> tuple[bool, ...]:
        """Which planes of a board light up; a red and green board shows blue and white as amber."""
        if colours is Colours.MONO:
            return (True,)
        if colours is Colours.RG:
            return _LIT[self.colour][:2] if self.colour in ("red", "green") else (True, True)
        return _LIT[self.colour]

    def missing(self, colours: Colours) -> bool:
        """Whether a board lacks the lamps of the chosen colour; amber is what every board can show."""
        if self.colour == "amber" or colours is Colours.RGB:
            return False
        return colours is Colours.MONO or self.colour in ("blue", "white")


PLAIN = Style()
