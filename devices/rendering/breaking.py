"""Where a text in Vietnamese, Chinese or English may be broken: it becomes atoms, pieces that stay whole on one line.

Breaks come at spaces and between Chinese characters, never before a closing sign or after an opening one, never inside a
range such as 07:00–19:00, and a short number stays with the word before it ("bãi số 2").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import IntEnum
from itertools import accumulate
from typing import NamedTuple

from devices.rendering.cleaning import BREAK, JOIN, NO_BREAK_SPACE
from devices.rendering.words import LEANING, inside_word

_HAN = "々〇〡-〩\u4e00-\u9fff"
_OPEN = r"（《〈「『【〔〖［｛‘“(\[{«"
_CLOSE = r"，。、；：！？）》〉」』】〕〗］｝’”…—·％‰℃°′″．～%!?,.:;)\]}»"
_WIDE_CLOSE = "，。、；：！？）》〉」』】〕〗］｝％～"
_GAP = f" \u3000{BREAK}"
_WORD = f"[^{_HAN}{_OPEN}{_WIDE_CLOSE}{_GAP}{JOIN}{NO_BREAK_SPACE}]"
_UNIT = rf"[{_OPEN}]*(?:(?:第(?=[0-9]))?{_WORD}+(?:(?<=[0-9])[{_HAN}])?|[{_HAN}])[{_CLOSE}]*"
_NUMBER = rf"(?:(?<=[^\W\d_])\ [0-9]{{1,4}}[A-Za-z]?[{_CLOSE}]*(?=[{_GAP}]|$))?"
_MEASURE = r"(?:(?<=[0-9])\ (?:km/h|km|m|kg|tấn|phút|giờ|tons?|min)(?=[\W]|$))?"
_DASH = r"(?:\ [–—/-](?=\ ))?"
_ATOM = re.compile(
    rf"((?:{_UNIT}(?:[{JOIN}{NO_BREAK_SPACE}]+{_UNIT})*{_NUMBER}{_MEASURE}{_DASH}|[^{_GAP}]))([{_GAP}]*)"
)
_PIECE = re.compile(r"[^/.\-–?&=@]*[/.\-–?&=@]+|[^/.\-–?&=@]+")
_STEER = str.maketrans({JOIN: None, BREAK: None, NO_BREAK_SPACE: " "})
_SENTENCE_END, _PHRASE_END, _PHRASE_START = (
    frozenset(".!?。！？…"),
    frozenset(",;:，；：、/–—-)）"),
    frozenset("(（[《“"),
)
_SIGNS, _ASIDE = frozenset("/.-?&=@"), frozenset("(（")


class Cut(IntEnum):
    """How natural it is to break after an atom, best first."""

    SENTENCE = 0
    PHRASE = 1
    WORD = 3
    LEANING = 4  # after a word that leans on what follows: "of", "khi", 请
    INSIDE = 5  # a word of several syllables or characters


class Atoms(NamedTuple):
    """The atoms of one paragraph, and where each begins and ends if all stood on one line."""

    texts: tuple[str, ...]
    gaps: tuple[str, ...]
    starts: list[int]
    ends: list[int]
    broken: tuple[str, ...] = ()

    def line(self, first: int, last: int) -> str:
        """The atoms from `first` up to but not including `last`, with the gaps between them."""
        pieces = [part for at in range(first, last - 1) for part in (self.texts[at], self.gaps[at])]
        return "".join((*pieces, self.texts[last - 1]))

    def cut(self, at: int) -> Cut:
        """How natural a break before atom `at` is."""
        before, after = self.texts[at - 1], self.texts[at]
        if not self.gaps[at - 1] and before[-1] in _SIGNS:  # a broken address: its dots end no sentence
            return Cut.PHRASE if before[-1] == "/" else Cut.WORD
        if before[-1] in _SENTENCE_END:
            return Cut.SENTENCE
        if before[-1] in _PHRASE_END or after[0] in _PHRASE_START:
            return Cut.PHRASE
        if inside_word(before, after):
            return Cut.INSIDE
        return Cut.LEANING if before.lower() in LEANING else Cut.WORD

    def aside(self, at: int) -> bool:
        """Whether atom `at` begins what explains the words before it: (giờ Hà Nội)."""
        return self.texts[at][0] in _ASIDE


def atoms(paragraph: str, widths: Mapping[str, int], width: int) -> Atoms:
    """Atoms of a clean paragraph, none wider than `width` lamps; every letter must fit by itself."""
    pairs = _ATOM.findall(paragraph.strip(_GAP))
    if not paragraph.isprintable():  # steering characters have done their work and have no width
        pairs = [(atom.translate(_STEER), gap.translate(_STEER)) for atom, gap in pairs]
        pairs = [pair for pair in pairs if not pair[0].isspace() and pair[0]]
    measure = widths.__getitem__
    wide = [sum(map(measure, atom)) for atom, _ in pairs]
    broken: list[str] = []
    if wide and max(wide) > width:
        pairs = [pair for one in pairs for pair in _loosened(one[0], one[1], widths, width, broken)]
        wide = [sum(map(measure, atom)) for atom, _ in pairs]
    space = measure(" ")
    steps = [own + (space if gap == " " else sum(map(measure, gap))) for own, (_, gap) in zip(wide, pairs, strict=True)]
    starts = list(accumulate(steps, initial=0))[:-1]
    ends = [start + own for start, own in zip(starts, wide, strict=True)]
    texts, gaps = zip(*pairs, strict=True) if pairs else ((), ())
    return Atoms(texts, gaps, starts, ends, tuple(broken))


def _measure(text: str, widths: Mapping[str, int]) -> int:
    return sum(map(widths.__getitem__, text))


def _loosened(
    atom: str, gap: str, widths: Mapping[str, int], width: int, broken: list[str]
) -> Iterator[tuple[str, str]]:
    """Let go of what glued words together; then break words at their signs, and only then anywhere."""
    words = atom.split(" ")
    for number, word in enumerate(words):
        after = gap if number == len(words) - 1 else " "
        if not word:
            continue
        if _measure(word, widths) <= width:
            yield word, after
            continue
        broken.append(word)
        pieces = [part for piece in _PIECE.findall(word) for part in _parts(piece, widths, width)]
        yield from ((piece, "") for piece in pieces[:-1])
        yield pieces[-1], after


def _parts(piece: str, widths: Mapping[str, int], width: int) -> Iterator[str]:
    if _measure(piece, widths) <= width:
        yield piece
    else:
        yield from piece
