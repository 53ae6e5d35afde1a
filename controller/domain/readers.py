"""Who reads a board: a fact of the register that decides how long pages stay and what is said of small letters. Pure."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from devices.rendering.reading import Reader
from schedules.model import Fact


class Readers(Fact):
    """`[gates.devices.readers]`; what is left out is a driver at 30 km/h before lamps of 10 mm pitch, day and night."""

    audience: Literal["driver", "walker"] = Field(
        default="driver", description="walkers and people who wait read faster"
    )
    speed_kmh: float = Field(default=30.0, ge=0, le=120, description="of drivers as they pass")
    distance_m: float | None = Field(default=None, gt=0, le=1000, description="from where it must be readable")
    cutoff_m: float = Field(default=0.0, ge=0, le=200, description="nearer than this a driver no longer sees it")
    pitch_mm: float = Field(default=10.0, gt=0, le=100, description="between two lamps")
    night: bool = Field(default=True, description="false where nobody reads it in the dark")

    def reader(self) -> Reader:
        """The same for the renderer."""
        return Reader(**self.model_dump())
