"""How a line is set, and how long bytes take on it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from schedules.model import Fact


class LineSettings(Fact):
    """Speed and shape of the characters of a serial line."""

    baud: int = Field(default=9600, ge=300, le=4_000_000)
    bits: Literal[7, 8] = 8
    parity: Literal["N", "E", "O"] = "N"
    stopbits: Literal[1, 2] = 1

    @property
    def character(self) -> float:
        """Seconds of one character: start bit, data, parity, stop."""
        return (1 + self.bits + (self.parity != "N") + self.stopbits) / self.baud

    def seconds(self, size: int) -> float:
        """Seconds that `size` bytes take."""
        return size * self.character

    @property
    def gap(self) -> float:
        """Silence between frames: 3.5 characters, and past 19200 baud a fixed 1.75 ms (Modbus serial line guide 2.5.1.1)."""
        return 3.5 * self.character if self.baud <= 19200 else 0.00175
