"""Where a text in Vietnamese, Chinese or English may be broken: it becomes atoms, pieces that stay whole on one line.

Breaks come at spaces and between Chinese characters, never before a closing sign or after an opening one, never inside a
range such as 07:00–19:00, and a short number stays with the word before it ("bãi số 2").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import IntEnum
from itertools import accumulate, chain
from operator import sub
from typing import NamedTuple

from devices.rendering.cleaning import BREAK, JOIN, NO_BREAK_SPACE
from devices.rendering.words import LEANING, NO_SENTENCE_END, NUMBERED, inside_word

_HAN = "々〇〡-〩\u4e00-\u9fff"
_OPEN = r"（《〈「『【〔〖［｛‘“(\[{«"
_CLOSE = r"，。、；：！？）》〉」』】〕〗］｝’”…—·％‰℃°′″．～%!?,.:;)\]}»"
_WIDE_CLOSE = "，。、；：！？）》〉」』】〕〗］｝％～"
_GAP = f" \u3000{BREAK}"
_WORD = f"[^{_HAN}{_OPEN}{_WIDE_CLOSE}{_GAP}{JOIN}{NO_BREAK_SPACE}]"
_COUNTED = (
    "公里/小时|公里|千米|厘米|毫米|公斤|千克|小时|分钟|秒钟|"
    "[年月日号时点分秒米吨元人辆天周个路层楼度倍次名位件箱岁级条座班台批届]"
)
_DATED = rf"(?:(?<=[0-9])(?:{_COUNTED})(?:(?<=[年月时点])[0-9]+(?:{_COUNTED}))*)?"
_HEADED = rf"(?:第(?=[0-9])|[{_HAN}](?=[A-Z][·-]?[A-Z0-9]{{4,6}}(?![A-Za-z0-9])))?"  # 第3, and a plate: 桂F12345
_UNIT = rf"[{_OPEN}]{{0,8}}(?:{_HEADED}{_WORD}+{_DATED}|[{_HAN}])[{_CLOSE}]*"
_ENDED = rf"[{_CLOSE}]*(?=[{_GAP}]|$)"
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_UNITS = (
    "km/h|km|mm|cm|m|kg|tấn|tạ|tons?|tonnes?|t|°C|đồng|VND|VNĐ|USD|CNY|phút|giây|giờ|minutes?|mins?|hours?|days?|"
    rf"a\.m\.|p\.m\.|am|pm|{_MONTHS}"
)
_NUMBER = (  # a short one belongs to the word before it, with "số" or "No." between or not; not the first group of a telephone's
    rf"(?:(?=\ [0-9sN])(?:(?<=[^\W\d_])(?:\ (?:số|No\.))?\ [0-9]{{1,4}}[A-Za-z]?{_ENDED}(?!\ [0-9]{{1,4}}[{_CLOSE}]*(?:[{_GAP}]|$))"
    rf"|(?<=No\.)\ [0-9]{{1,4}}{_ENDED}))?"
)
_GROUPS = (
    rf"(?:(?:(?<=[0-9])|(?<=[0-9][A-Z]))(?:\ [0-9]{{1,4}}(?:\.[0-9]{{2}})?{_ENDED})+)?"  # 0205 3 878 123, 12C 123.45
)
_MEASURED = rf"(?:(?<=[0-9])\ (?:{_UNITS})(?!\w)[{_CLOSE}]*(?:(?<=giờ)\ [0-9]{{1,2}}(?:\ phút)?{_ENDED})?)?"
_SPAN = rf"(?:(?<=[0-9A-Z])\ [–—-]\ [0-9][^{_GAP}{JOIN}{NO_BREAK_SPACE}]*)?"  # 08:00 – 17:00
_DASH = r"(?:\ [–—/-](?=\ ))?"
_ATOM = re.compile(
    rf"((?:{_UNIT}(?:[{JOIN}{NO_BREAK_SPACE}]+{_UNIT})*{_NUMBER}(?:(?<=[0-9A-Z]){_GROUPS}{_MEASURED}{_SPAN})?{_DASH}|[^{_GAP}]))"
    rf"([{_GAP}]*)"
)
_HELD = re.compile(  # what is let go of last where an atom is wider than a line: a number and its unit, "số 2", a dash
    rf"(?:(?:số|No\.)\ [0-9][^ ]*|[0-9][^ ]*{_MEASURED}|[^ ]+)(?:\ [–—/-](?=\ ))?"
)
_PIECE = re.compile(r"[^/.\-–?&=@年月]*[/.\-–?&=@年月]+|[^/.\-–?&=@年月]+")
_STEER = str.maketrans({JOIN: None, BREAK: None, NO_BREAK_SPACE: " "})
_SENTENCE_END, _PHRASE_END, _PHRASE_START = (
    frozenset(".!?。！？…"),
    frozenset(",;:，；：、/–—-)）"),
    frozenset("(（[《“"),
)
_SIGNS, _ASIDE, _DIGITS = frozenset("/.-?&=@"), frozenset("(（"), frozenset("0123456789")


class Cut(IntEnum):
    """How natural it is to break after an atom, best first."""

    SENTENCE = 0
    PHRASE = 1
    WORD = 3
    LEANING = 4  # after a word that leans on what follows: "of", "khi", 请
    INSIDE = 5  # a word of several syllables or characters


SENTENCE, PHRASE, WORD, LEANS, INSIDE = Cut


class Atoms(NamedTuple):
    """The atoms of one paragraph, and where each begins and ends if all stood on one line."""

    texts: list[str]
    gaps: list[str]
    pieces: list[str]  # each atom and its gap
    starts: list[int]
    ends: list[int]
    broken: tuple[str, ...] = ()

    def line(self, first: int, last: int) -> str:
        """The atoms from `first` up to but not including `last`, with the gaps between them."""
        return "".join(self.pieces[2 * first : 2 * last - 1])

    def cuts(self) -> list[Cut]:
        """How natural a break before each atom is; the one before the first is nobody's."""
        found, lowered = [WORD], [text.lower() for text in self.texts]
        for before, gap, low, after, after_low in zip(
            self.texts, self.gaps, lowered, self.texts[1:], lowered[1:], strict=False
        ):
            end = before[-1]
            if not gap and end in _SIGNS:  # a broken address: its dots end no sentence
                found.append(PHRASE if end == "/" else WORD)
            elif end in _SENTENCE_END and before not in NO_SENTENCE_END:
                found.append(SENTENCE)
            elif end in _PHRASE_END or after[0] in _PHRASE_START:
                found.append(PHRASE)
            elif inside_word(low, after_low):
                found.append(INSIDE)
            elif after[0] in _DIGITS:
                found.append(_before_number(end, gap, low))
            elif low != before and after_low != after and before[0].isupper() and after[0].isupper():
                found.append(_between_capitals(self.texts[max(0, len(found) - 2)], before, after))
            else:
                found.append(LEANS if low in LEANING else WORD)
        return found

    def asides(self) -> set[int]:
        """The atoms that begin what explains the words before them: (giờ Hà Nội)."""
        return {at for at, text in enumerate(self.texts) if at and text[0] in _ASIDE}


def _before_number(end: str, gap: str, low: str) -> Cut:
    """Before a number: "ngày 12/05/2026" is one thing, "biển số 12C-123.45" and 限重30吨 had better be."""
    if end >= "\u4e00":
        return WORD if gap else LEANS
    return INSIDE if low in NUMBERED else LEANS if low == "số" or low in LEANING else WORD


def _between_capitals(earlier: str, before: str, after: str) -> Cut:
    """Between two words that begin with capitals: a name is not parted, and a call such as DỪNG LẠI ends."""
    if not before.isupper():
        return LEANS
    called = len(before) > 1 and not after.isupper() and not earlier[-1].islower() and earlier != before
    return PHRASE if called else WORD


def atoms(paragraph: str, widths: Mapping[str, int], width: int) -> Atoms:
    """Atoms of a clean paragraph, none wider than `width` lamps; every letter must fit by itself."""
    paragraph = paragraph.strip(_GAP)
    pairs = _ATOM.findall(paragraph)
    if not paragraph.isprintable():  # steering characters have done their work and have no width
        pairs = [(atom.translate(_STEER), gap.translate(_STEER)) for atom, gap in pairs]
        pairs = [pair for pair in pairs if not pair[0].isspace() and pair[0]]
    broken: list[str] = []
    pieces = list(chain.from_iterable(pairs))
    starts, ends = _places(pieces, widths)
    if max(map(sub, ends, starts), default=0) > width:
        loose = (_loosened(atom, gap, widths, width, broken) for atom, gap in pairs)
        pieces = [piece for each in loose for pair in each for piece in pair]
        starts, ends = _places(pieces, widths)
    return Atoms(pieces[::2], pieces[1::2], pieces, starts, ends, tuple(broken))


def _places(pieces: Sequence[str], widths: Mapping[str, int]) -> tuple[list[int], list[int]]:
    """Where atoms begin and end, in lamps from the first, if all stand on one line with their gaps."""
    lamps = list(accumulate(map(widths.__getitem__, "".join(pieces)), initial=0))
    edges = list(map(lamps.__getitem__, accumulate(map(len, pieces), initial=0)))
    return edges[:-1:2], edges[1::2]


def _measure(text: str, widths: Mapping[str, int]) -> int:
    return sum(map(widths.__getitem__, text))


def _loosened(
    atom: str, gap: str, widths: Mapping[str, int], width: int, broken: list[str]
) -> Iterator[tuple[str, str]]:
    """Let go of what glued words together; then break words at their signs, and only then anywhere."""
    held = _HELD.findall(atom)
    words = [word for one in held for word in ([one] if _measure(one, widths) <= width else one.split(" "))]
    for number, word in enumerate(words):
        after = gap if number == len(words) - 1 else " "
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
