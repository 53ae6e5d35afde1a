"""How an author wants a text to look on boards, whatever their size: what a message carries beside its words."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from devices.profiles.protocols import Effect
from devices.rendering.page import MAX_STEPS_PER_SECOND
from devices.rendering.style import ROWS, Colour, Rows, Style
from schedules.model import Fact


class Look(Fact):
    """The defaults read best: the largest letters that cost no page more, bold, amber, standing pages, a language at a time."""

    rows: Literal["largest", 16, 24, 32] = Field(
        default="largest", description="lamps of a line; on a lower board as many as it has room for"
    )
    weight: Literal["bold", "regular"] = "bold"
    colour: Colour = Field(default="amber", description="of words that name no colour of their own")
    align: Literal["left", "centre", "right"] = "centre"
    vertical: Literal["top", "middle", "bottom"] = "middle"
    motion: Literal["pages", "scroll"] = Field(default="pages", description="scroll: one line that passes, for walkers")
    speed: int | None = Field(
        default=None,
        ge=1,
        le=MAX_STEPS_PER_SECOND,
        description="lamps a second of a line that passes; none: as people read",
    )
    effect: Effect = Field(default=Effect.NONE, description="how pages come onto the lamps, on boards that can")
    languages: Literal["turn", "together"] = Field(
        default="turn", description="together: all languages at once, on boards with room for that"
    )

    def style(self, rows: Rows) -> Style:
        """The same for one height of lines."""
        return Style(rows=rows, weight=self.weight, colour=self.colour, align=self.align, vertical=self.vertical)

    def rows_within(self, height: int) -> Rows:
        """The highest lines that are asked for and have room in `height` lamps; 16 where nothing has."""
        most = ROWS[-1] if self.rows == "largest" else self.rows
        return max((rows for rows in ROWS if rows <= min(most, height)), default=ROWS[0])


AS_IT_READS_BEST = Look()
