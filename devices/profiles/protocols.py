"""What the protocol of a board can do by itself, beyond standing pages: the authors' findings and the agent read the same table."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

from pydantic import Field

from schedules.model import Fact


class Effect(StrEnum):
    """How a page comes onto the lamps. `none` is the default: drivers read standing pages best."""

    NONE = "none"
    LEFT = "left"  # it moves in from the right, to the left
    RIGHT = "right"
    UP = "up"
    DOWN = "down"
    CURTAIN = "curtain"  # it is uncovered from right to left


class Abilities(Fact):
    """Of one protocol; without a word for it a protocol shows standing pages and no more."""

    effects: frozenset[Effect] = Field(default=frozenset(), description="page turns that the card itself can do")
    scroll: bool = Field(
        default=False, description="a strip of text can run by itself; else it is shown cut into pages"
    )
    deltas: bool = Field(default=False, description="a changed part of the board can be sent alone")
    letters: Literal["", "gb2312"] = Field(
        default="",
        description="it is told texts and draws them itself, in this set of letters; empty: it is told lamps",
    )
    films: bool = Field(default=False, description="videos play")
    gives_way: bool = Field(
        default=False, description="an upload can be broken off for an alert, and nothing of it is lit"
    )

    def can(self, effect: Effect) -> bool:
        """Whether `effect` is seen on such a board."""
        return effect is Effect.NONE or effect in self.effects


PLAIN = Abilities()

PROTOCOLS: Mapping[str, Abilities] = {
    "onbon_bx": Abilities(
        effects=frozenset(Effect) - {Effect.NONE},
        scroll=True,
        deltas=True,
        gives_way=True,
    ),
    "onbon_k": Abilities(letters="gb2312"),
    "screen": Abilities(scroll=True, films=True),
}


def abilities_of(driver: str) -> Abilities:
    """By the name of its driver; of one that is not in the table, the least."""
    return PROTOCOLS.get(driver, PLAIN)
