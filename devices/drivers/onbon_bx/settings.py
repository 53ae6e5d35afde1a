"""One Onbon card, as the config describes it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from devices.drivers.onbon_bx.codec import HOST
from devices.profiles.board import BoardShape, Colours
from schedules.model import Fact

BAUD = 57600
AREAS = {"5": 4, "6": 32}  # dynamic areas a card keeps, by generation (manuals 1.3)


def _shape(value: Any) -> Any:
    return BoardShape.parse(value) if isinstance(value, str) else value


class OnbonSettings(Fact):
    """Settings of one card; defaults suit a 6E2."""

    shape: Annotated[BoardShape, BeforeValidator(_shape)]
    # FFFE is "any card" and 8000 the host: neither is a card's own (manual 4).
    address: int = Field(ge=1, lt=HOST)
    series: Literal["5E1", "5E2", "5E3", "6E1", "6E2", "6E3", "6E1X", "6E2X"] = "6E2"
    baud: int = Field(default=BAUD, ge=1200, le=1_000_000, description="of the line, for time-outs")
    # The maker allows 7 s for short commands; 1 s is where field reports of areas in RAM begin, and we try again.
    timeout: float = Field(default=1.0, gt=0, le=60, description="seconds the card may think before it answers")
    tries: int = Field(default=3, ge=1, le=10, description="sendings before a silent or garbling card is given up")
    busy_wait: float = Field(default=0.25, gt=0, le=10, description="seconds between sendings to a busy card")
    busy_patience: float = Field(default=10.0, ge=0, le=120, description="seconds a card may stay busy")
    dead_man_seconds: int = Field(
        default=0,
        ge=0,
        le=65535,
        description="the card goes dark by itself when nothing new came for so long; 0: never",
    )
    bands: int = Field(default=1, ge=1, le=32, description="stripes the board is cut into; only what changed is sent")
    columns: int = Field(default=1, ge=1, le=32, description="parts of each stripe, at multiples of 32 lamps")

    # Levels of speed go from 1 to 65; what one of them is in time no manual says.
    speed_unit_ms: float = Field(
        default=2.0, gt=0, le=100, description="of one level of speed, for each lamp of text that runs"
    )
    effect_speed: int = Field(
        default=4, ge=1, le=65, description="level of speed at which pages move in; 1 is the fastest"
    )

    @property
    def tiled(self) -> bool:
        """Whether the board is more than one area."""
        return self.bands * self.columns > 1

    @model_validator(mode="after")
    def _drivable(self) -> OnbonSettings:
        if self.shape.colours is Colours.RGB:
            raise ValueError("cards of the series 5E and 6E drive boards of one or two colours")
        if self.bands * self.columns > AREAS[self.series[0]]:
            raise ValueError(f"a {self.series} keeps {AREAS[self.series[0]]} areas")
        if self.bands > self.shape.height:
            raise ValueError("a stripe is at least one lamp high")
        if self.tiled and self.dead_man_seconds:
            raise ValueError("in tiles, the dead-man would darken those that do not change")
        return self
