"""How long people need to read a text, how long they have, and from how far they can."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

FIND = 1.5  # seconds to find the board and begin
SHORTEST = 2.8  # seconds of a page; the default of American message signs
DAY, NIGHT = 300, 150  # distance over capital height; LED signs, 85th percentile driver (TTI)
HAN_DAY = 142  # distance over the height of a character: 24.2 minutes of arc
MARKS = 1.25  # Vietnamese letters must be larger by this: one lamp decides between ọ and o

_HAN = re.compile("[\u4e00-\u9fff\ue000-\ue0ff]")  # characters, and our pictograms
_WORD = re.compile("[^\\W_\u4e00-\u9fff][^\\s\u3000-\u303f\u4e00-\u9fff\uff00-\uffef–—]*")
_DIGIT = re.compile("[0-9]")
_SECONDS = {  # per syllable, word or character: drivers, people on foot
    "vi": (0.50, 0.30),
    "en": (0.60, 0.35),
    "han": (0.40, 0.25),
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a board. `distance_m` is from where it must be readable; None leaves that unasked."""

    audience: Literal["driver", "walker"] = "driver"
    speed_kmh: float = 30.0
    distance_m: float | None = None
    cutoff_m: float = 0.0  # nearer than this a driver no longer sees the board
    pitch_mm: float = 10.0
    night: bool = True


def reading_seconds(lines: Iterable[str], language: str, reader: Reader) -> float:
    """Seconds to read `lines` once they are found; times, plates and long numbers count twice."""
    text = " ".join(lines)
    on_foot = reader.audience == "walker"
    han = len(_HAN.findall(text))
    words = _WORD.findall(text)
    count = len(words) + sum(_slow(word) for word in words if not word.isalpha())
    return han * _SECONDS["han"][on_foot] + count * _SECONDS["vi" if language == "vi" else "en"][on_foot]


def _slow(word: str) -> bool:
    """Whether it is read digit by digit, or letter by letter: long numbers, times and plates."""
    digits = len(_DIGIT.findall(word))
    return digits > 2 or (digits > 0 and any(map(str.isalpha, word)))


def reach_m(capital: int, reader: Reader, *, night: bool = False) -> float:
    """From how many metres capitals of `capital` lamps are read."""
    return capital * reader.pitch_mm * (NIGHT if night else DAY) / 1000


def han_reach_m(rows: int, reader: Reader, *, night: bool = False) -> float:
    """From how many metres Chinese characters of `rows` lamps are read: 142:1 for full reading speed, half of it at night."""
    return rows * reader.pitch_mm * HAN_DAY / 1000 / (2 if night else 1)


def available_seconds(capital: int, reader: Reader) -> float | None:
    """How long a passing reader can read; None for people who stand or walk."""
    if reader.audience == "walker" or reader.speed_kmh <= 0:
        return None
    return max(0.0, reach_m(capital, reader) - reader.cutoff_m) / (reader.speed_kmh / 3.6)
