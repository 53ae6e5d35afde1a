"""A bad line, the same bad line each time: seeded loss, flips, doubles, delays, cuts and the echo of a half-duplex adapter."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

DELAY_SECONDS = 0.05
CUT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Faults:
    """Chances are per byte, 0 to 1; `echo` gives the host back whatever it sends."""

    drop: float = 0.0
    flip: float = 0.0
    duplicate: float = 0.0
    delay: float = 0.0
    cut: float = 0.0
    echo: bool = False
    seed: int = 1

    def __post_init__(self) -> None:
        for name in _CHANCES:
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is a chance per byte between 0 and 1, not {getattr(self, name)}")

    @classmethod
    def parse(cls, text: str) -> Faults:
        """Read "drop=0.001,flip=0.001,echo=1,seed=7"; ValueError names what is unknown."""
        read: dict[str, Any] = {}
        for part in filter(None, text.split(",")):
            name, _, value = part.partition("=")
            if name not in _READERS:
                raise ValueError(f"a line has no fault {name}; known: {', '.join(_READERS)}")
            try:
                read[name] = _READERS[name](value)
            except ValueError as exc:
                raise ValueError(f"{name} needs a number, not {value!r}") from exc
        return cls(**read)


_CHANCES = ("drop", "flip", "duplicate", "delay", "cut")
_READERS: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(_CHANCES, float),
    "echo": lambda value: bool(int(value)),
    "seed": int,
}


class Weather:
    """What one direction of a line does to the bytes that pass."""

    def __init__(self, faults: Faults, direction: int = 0) -> None:
        """The two directions of a line share the seed and still suffer apart."""
        self._faults = faults
        self._chance = random.Random(faults.seed * 2 + direction)
        self._calm = not (faults.drop or faults.flip or faults.duplicate or faults.delay or faults.cut)
        self._cut_until = float("-inf")

    def spoil(self, data: bytes, now: float) -> list[tuple[bytes, float]]:
        """What arrives of `data`, in pieces, each with the seconds it is held up."""
        if self._calm:
            return [(data, 0.0)]
        pieces: list[tuple[bytes, float]] = []
        for byte in data:
            bad, hold = self._one(byte, now)
            if bad:
                pieces.append((bad, hold))
        return pieces

    def _one(self, byte: int, now: float) -> tuple[bytes, float]:
        faults, chance = self._faults, self._chance.random
        if faults.cut and chance() < faults.cut:
            self._cut_until = now + CUT_SECONDS
        if now < self._cut_until or (faults.drop and chance() < faults.drop):
            return b"", 0.0
        if faults.flip and chance() < faults.flip:
            byte ^= 1 << self._chance.randrange(8)
        times = 2 if faults.duplicate and chance() < faults.duplicate else 1
        hold = DELAY_SECONDS if faults.delay and chance() < faults.delay else 0.0
        return bytes([byte]) * times, hold
