"""How long a page will take on the line of a board, for who decides to send it: by protocol and speed, before anything is sent.

Drivers count their own frames to the byte; this is the same sum without them. A test holds the two within a twentieth.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

BITS_A_BYTE = 10
_ONBON_FRAMING = 101 + 36  # bytes of a frame with one area but its lamps, and the card's yes
_ONBON_ESCAPED = frozenset((0xA5, 0xA6, 0x5A, 0x5B))  # take two bytes each
_FONT_FRAMING, _FONT_LINE = 36 + 30, 31  # bytes of a frame of words and its yes; of each line beside its letters
_ALPHA_REPLY, _ALPHA_FRAME, _ALPHA_QUESTION = 33, 22, 15
_ALPHA_PAUSE, _THINKS = 0.1, 0.004


def page_seconds(driver: str, baud: int, planes: Sequence[bytes], width: int, height: int) -> float | None:
    """Seconds until a whole page is on the lamps and answered for; None for a protocol or speed that is not known.

    `planes` are those of a page: rows of whole bytes, 1 = lit.
    """
    cost = _COSTS.get(driver)
    return None if cost is None or baud <= 0 else cost(baud, planes, width, height)


def text_seconds(driver: str, baud: int, words: str) -> float | None:
    """The same for a board that is told words; None where it is told lamps, or is not known."""
    if driver != "onbon_k" or baud <= 0:
        return None
    lines = words.splitlines() or [" "]
    letters = sum(1 if letter.isascii() else 2 for line in lines for letter in line)
    size = _FONT_FRAMING + _FONT_LINE * len(lines) + letters
    return size * BITS_A_BYTE / baud + _THINKS


def _onbon(baud: int, planes: Sequence[bytes], width: int, height: int) -> float:
    padded = (width + 31) // 32 * 4  # a row ends at 32 lamps
    lamps = len(planes) * padded * height
    escapes = sum((byte ^ 0xFF) in _ONBON_ESCAPED for plane in planes for byte in plane)
    return (lamps + escapes + _ONBON_FRAMING) * BITS_A_BYTE / baud + _THINKS


def _alpha(baud: int, planes: Sequence[bytes], width: int, height: int) -> float:
    picture = (width + 1) * height + 5
    there = picture + _ALPHA_FRAME + 3 * _ALPHA_QUESTION + _ALPHA_FRAME + 6
    back = picture + 4 * _ALPHA_REPLY + 6
    silences = 6 * 3.5
    return (there + back + _ALPHA_QUESTION + silences) * BITS_A_BYTE / baud + _ALPHA_PAUSE + 2 * _THINKS


def _screen(baud: int, planes: Sequence[bytes], width: int, height: int) -> float:
    return 0.02  # a pipe within the PC


_COSTS: Mapping[str, Callable[[int, Sequence[bytes], int, int], float]] = {
    "onbon_bx": _onbon, "alpha": _alpha, "screen": _screen,
}  # fmt: skip
