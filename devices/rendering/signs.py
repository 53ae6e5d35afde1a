"""Pictograms in a text: an author writes :lorry: and the board shows the sign. Their shapes are drawn by scripts/pictograms.py."""

from __future__ import annotations

import re

# The order is for ever: it gives each sign its place in the packs, from U+E000 on.
NAMES = (
    "stop", "no-entry", "warning", "info", "lorry", "car", "walk", "passport", "mask", "fog", "exit",
    "up", "right", "down", "left",
)  # fmt: skip
LETTERS = {name: chr(0xE000 + number) for number, name in enumerate(NAMES)}
_NAMED = re.compile(f":({'|'.join(NAMES)}):(?![\u0300-\u036f])")


def signs_at(text: str) -> dict[int, tuple[int, str]]:
    """Where signs are written: start -> (end, letter)."""
    return {match.start(): (match.end(), LETTERS[match[1]]) for match in _NAMED.finditer(text)}
