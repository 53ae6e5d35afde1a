"""What differs between the models: channels, commands, and a fader table for each, from its own manual. Pure."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

ModelName = Literal["9000", "9000M2", "M-864D"]
SILENT = 0x00


@dataclass(frozen=True, slots=True)
class Model:
    """One series. `table[n]` is the level of fader position n + 1 in dB, rising; position 0 is silence."""

    output: int  # channel attribute of what loudspeakers hang on
    outputs: int
    table: tuple[float, ...]
    power: bool  # whether it is woken and let sleep by command F4
    reads: bool  # whether it answers status requests with what is set

    def position(self, decibel: float) -> int:
        """The fader position of a level, the next below; silence below the table. ValueError above it."""
        if decibel > self.table[-1]:
            raise ValueError(f"the fader ends at {self.table[-1]:+g} dB, not {decibel:g}")
        return SILENT if math.isinf(decibel) else max(1, bisect_right(self.table, decibel))


def _rising(start: float, *legs: tuple[float, float]) -> Iterator[float]:
    """A table from `start` by legs of (step, last)."""
    level = start
    yield level
    for step, last in legs:
        while level < last:
            level += step
            yield level


# RS-232C protocol manual of the 9000, 3.11 to 3.13, section 5.1.1: 01H -70, 02H -68, 22H -36, 23H -35.5, 44H -19, 66H -2,
# up to 7EH +10.
_M9000 = tuple(_rising(-70, (2, -60), (1, -40), (0.5, 10)))
# RS-232C protocol manual of the 9000M2, 2.00A: 02H to 06H by 2 dB, 07H to 1AH by 1 dB, 1BH to 7EH by half a dB, 6AH 0.
_M9000M2 = tuple(_rising(-70, (2, -60), (1, -40), (0.5, 10)))
# External control protocol of the M-864D, 2.0.0, and a public program written after it: 00H to 3FH, 35H 0, 2BH -10, 0EH -40.
_M864D = tuple(_rising(-69, (3, -60), (2, -38), (1, 10)))

MODELS: dict[ModelName, Model] = {
    "9000": Model(output=0x01, outputs=8, table=_M9000, power=True, reads=False),
    "9000M2": Model(output=0x01, outputs=8, table=_M9000M2, power=True, reads=False),
    # Its F4 locks the front panel, and what is attribute 01 elsewhere is its stereo input here.
    "M-864D": Model(output=0x02, outputs=4, table=_M864D, power=False, reads=True),
}
