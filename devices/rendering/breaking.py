"""Lines: where a text in Vietnamese, Chinese or English may be broken, and how it fills lines of a given width.

Breaks come at spaces and between Chinese characters, never before a closing sign or after an opening one, never inside a
range such as 07:00–19:00, and a short number stays with the word before it ("bãi số 2").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from devices.rendering.cleaning import BREAK, JOIN, NO_BREAK_SPACE

_HAN = "々〇〡-〩\u4e00-\u9fff"
_OPEN = r"（《〈「『【〔〖［｛‘“(\[{«"
_CLOSE = r"，。、；：！？）》〉」』】〕〗］｝’”…—·％‰℃°′″．～%!?,.:;)\]}»"
_WIDE_CLOSE = "，。、；：！？）》〉」』】〕〗］｝％～"
_GAP = f" \u3000{BREAK}"
_WORD = f"[^{_HAN}{_OPEN}{_WIDE_CLOSE}{_GAP}{JOIN}{NO_BREAK_SPACE}]"
_UNIT = rf"[{_OPEN}]*(?:(?:第(?=[0-9]))?{_WORD}+(?:(?<=[0-9])[{_HAN}])?|[{_HAN}])[{_CLOSE}]*"
_NUMBER = rf"(?:(?<=[^\W\d_])\ [0-9]{{1,4}}[A-Za-z]?[{_CLOSE}]*(?=[{_GAP}]|$))?"
_MEASURE = r"(?:(?<=[0-9])\ (?:km/h|km|m|kg|tấn|phút|giờ|tons?|min)(?=[\W]|$))?"
_DASH = r"(?:\ [–—-](?=\ ))?"
_ATOM = re.compile(rf"(?:{_UNIT}(?:[{JOIN}{NO_BREAK_SPACE}]+{_UNIT})*{_NUMBER}{_MEASURE}{_DASH}|[^{_GAP}])([{_GAP}]*)")
_PIECE = re.compile(r"[^/.\-–?&=@]*[/.\-–?&=@]+|[^/.\-–?&=@]+")
_STEER = str.maketrans({JOIN: None, BREAK: None, NO_BREAK_SPACE: " "})


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines in order, none wider than asked, and the words that had to be broken."""

    lines: tuple[str, ...]
    broken: tuple[str, ...] = ()


def wrap(text: str, widths: Mapping[str, int], width: int) -> Lines:
    """Break a clean text into lines of at most `width` lamps; every letter must fit by itself."""
    lines: list[str] = []
    broken: list[str] = []
    for paragraph in text.split("\n"):
        lines.extend(_fill(_atoms(paragraph, widths, width, broken), widths, width))
    return Lines(tuple(lines), tuple(broken))


def _measure(text: str, widths: Mapping[str, int]) -> int:
    return sum(map(widths.__getitem__, text))


def _atoms(paragraph: str, widths: Mapping[str, int], width: int, broken: list[str]) -> Iterator[tuple[str, str, int]]:
    """Unbreakable pieces with the gap that follows, and the width of the piece."""
    for match in _ATOM.finditer(paragraph.strip(_GAP)):
        gap = match[1].translate(_STEER)
        atom = match.group()[: match.start(1) - match.start()].translate(_STEER)
        wide = _measure(atom, widths)
        if wide <= width:
            yield atom, gap, wide
        else:
            yield from _loosened(atom, gap, widths, width, broken)


def _loosened(
    atom: str, gap: str, widths: Mapping[str, int], width: int, broken: list[str]
) -> Iterator[tuple[str, str, int]]:
    """Let go of what glued words together; then break words at their signs, and only then anywhere."""
    words = atom.split(" ")
    for number, word in enumerate(words):
        after = gap if number == len(words) - 1 else " "
        if _measure(word, widths) <= width:
            yield word, after, _measure(word, widths)
            continue
        broken.append(word)
        pieces = [part for piece in _PIECE.findall(word) for part in _parts(piece, widths, width)]
        for piece in pieces[:-1]:
            yield piece, "", _measure(piece, widths)
        yield pieces[-1], after, _measure(pieces[-1], widths)


def _parts(piece: str, widths: Mapping[str, int], width: int) -> Iterator[str]:
    if _measure(piece, widths) <= width:
        yield piece
    else:
        yield from piece


def _fill(atoms: Iterator[tuple[str, str, int]], widths: Mapping[str, int], width: int) -> Iterator[str]:
    line: list[str] = []
    used = space = 0
    gap = ""
    for atom, after, wide in atoms:
        if line and used + space + wide > width:
            yield "".join(line)
            line, used = [], 0
        elif line:
            line.append(gap)
            used += space
        line.append(atom)
        used += wide
        gap, space = after, _measure(after, widths)
    yield "".join(line)
