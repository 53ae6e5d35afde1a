"""How far a long labour has come: a share from 0 to 1, told as it grows. Pure."""

from __future__ import annotations

from collections.abc import Callable

Told = Callable[[float], None]


def unheard(_share: float) -> None:
    """For those whom nobody asks."""


def within(told: Told, low: float, high: float) -> Told:
    """A part of the labour: its whole is the stretch from `low` to `high` of all."""
    return lambda share: told(low + (high - low) * share)
