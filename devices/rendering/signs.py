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

_EMOJI = {
    "lorry": "🚚🚛🚐", "car": "🚗🚘🚙🚕", "passport": "🛂🪪", "mask": "😷", "fog": "🌫🌁", "no-entry": "⛔🚫",
    "warning": "⚠", "info": "ℹ",
    "stop": "🛑✋🤚", "exit": "🏃🚪", "walk": "🚶🚸", "up": "⬆☝👆", "right": "➡👉", "down": "⬇👇", "left": "⬅👈",
}  # fmt: skip


def instead_of(emoji: str) -> str:
    """The pictogram nearest to an emoji, as an author writes it; a few of them where none is near."""
    near = [f":{name}:" for name, alike in _EMOJI.items() if emoji[0] in alike]
    return near[0] if near else ":stop: :lorry: :passport: :info:"


def signs_at(text: str) -> dict[int, tuple[int, str]]:
    """Where signs are written: start -> (end, letter)."""
    return {match.start(): (match.end(), LETTERS[match[1]]) for match in _NAMED.finditer(text)}


def without_signs(text: str) -> str:
    """The text with a blank for each sign."""
    return _NAMED.sub(" ", text) if ":" in text else text
