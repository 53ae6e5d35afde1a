"""How written notices are read aloud: times, dates, plates, phone numbers, roads, money and units become words. Pure.

A language is a list of rules. All are tried at each place of the text, the first that fits wins, and what it says is not read
again. Whatever digits no rule takes are read as numbers, so that a voice never has to guess.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

Say = Callable[[re.Match[str]], str]

# Shapes that all three languages share. Digits are ASCII by then. In our texts the day stands before the month.
HOUR = r"(?<![0-9.,:/])(?P<hour>[01]?[0-9]|2[0-4])"
MINUTE = r"(?P<minute>[0-5][0-9])(?![0-9]|[.,:/][0-9])"
DATE = r"(?<![0-9/.-])(?P<day>0?[1-9]|[12][0-9]|3[01])[/.-](?P<month>0?[1-9]|1[0-2])[/.-](?P<year>(?:19|20)[0-9]{2})(?![0-9])"
ISO_DATE = r"(?<![0-9/.-])(?P<year>(?:19|20)[0-9]{2})[/-](?P<month>0?[1-9]|1[0-2])[/-](?P<day>0?[1-9]|[12][0-9]|3[01])(?![0-9])"
PLATE = (
    r"(?<![A-Za-z0-9])(?P<area>[0-9]{2})\s?-?(?P<series>[A-ZĐ]{1,2}[0-9]?)\s?[-–. ]\s?"
    r"(?P<number>[0-9]{3}\.[0-9]{2}|[0-9]{4,5})(?![0-9])"
)
FOREIGN_PLATE = (
    r"(?<![A-Za-z0-9])(?P<area>[\u4e00-\u9fff][A-Z])\s?[·•. -]?\s?"
    r"(?P<number>(?=[A-Z0-9]*[0-9])[A-Z0-9]{5,6})(?![A-Za-z0-9])"
)
PHONE = (
    r"(?<![0-9.,+])(?P<phone>(?=\+?(?:[ .-]?[0-9]){8,13}(?![0-9]))"
    r"(?:(?:\+(?:84|86)[ .-]?|0)[0-9]{1,3}(?:[ .-][0-9]{2,4}){1,3}|(?:\+?(?:84|86)|0)[0-9]{8,11}|1[89]00(?:[ .-]?[0-9]{2,4}){1,2}))"
    r"(?![0-9]|[.,][0-9])"
)
NUMBER = r"(?P<whole>[0-9]{1,3}(?:[.,][0-9]{3})+(?![0-9])|[0-9]+)(?:(?P<mark>[.,])(?P<part>[0-9]+))?"
_TWO_KINDS = 2


@dataclass(frozen=True, slots=True)
class Rule:
    """Where `pattern` fits, `say` gives the words."""

    pattern: str
    say: Say


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language: its rules, strongest first, and the abbreviations every gate reads alike."""

    rules: tuple[Rule, ...]
    lexicon: Mapping[str, str]


def read_aloud(text: str, tongue: Tongue, lexicon: Mapping[str, str] | None = None) -> str:
    """The words to speak. `lexicon` is the gate's own: written form to spoken form, whole words, before everything else."""
    plain = _plain(text)
    words = {**tongue.lexicon, **(lexicon or {})}
    rules = [*_lexicon_rules(words), *tongue.rules]
    places = [(rule, re.compile(rule.pattern)) for rule in rules]
    said: list[str] = []
    at = 0
    while at < len(plain):
        found = _first(places, plain, at)
        if found is None:
            said.append(plain[at:])
            break
        rule, match = found
        said += [plain[at : match.start()], rule.say(match)]
        at = match.end()
    return _tidy("".join(said))


def _first(places: Iterable[tuple[Rule, re.Pattern[str]]], text: str, at: int) -> tuple[Rule, re.Match[str]] | None:
    """The earliest fit; of those at one place, that of the strongest rule."""
    best: tuple[Rule, re.Match[str]] | None = None
    for rule, pattern in places:
        match = pattern.search(text, at)
        if match and match.end() > match.start() and (best is None or match.start() < best[1].start()):
            best = (rule, match)
    return best


def _plain(text: str) -> str:
    """NFC, wide and foreign digits as ASCII, wide Latin letters and signs as narrow ones."""
    found = []
    for char in unicodedata.normalize("NFC", text):
        if char.isdecimal():
            found.append(str(unicodedata.decimal(char)))
        elif "\uff21" <= char <= "\uff5a" or char in "\uff05\uff0b\uff0d\uff0e\uff0f\uff1a":
            found.append(chr(ord(char) - 0xFEE0))
        else:
            found.append(char)
    return "".join(found)


def _lexicon_rules(words: Mapping[str, str]) -> list[Rule]:
    """Longest first; a word of Latin letters must stand alone."""
    rules = []
    for written in sorted(words, key=len, reverse=True):
        edges = (r"(?<![^\W_])", r"(?![^\W_])") if written[:1].isascii() else ("", "")
        rules.append(Rule(edges[0] + re.escape(written) + edges[1], _constant(words[written])))
    return rules


def _constant(words: str) -> Say:
    return lambda match: words


def _tidy(text: str) -> str:
    return re.sub(r"[ \t]+", " ", re.sub(r"\s+([,.;!?])", r"\1", text)).strip()


def digits(text: str, names: Sequence[str], between: str = " ") -> str:
    """Each digit by its name."""
    return between.join(names[int(char)] for char in text if char.isdigit())


def groups(text: str) -> list[str]:
    """The groups in which a number is said: as written, or by threes and fours."""
    parts = [part for part in re.split(r"[^0-9]+", text) if part]
    if len(parts) >= _TWO_KINDS:
        return parts
    whole = parts[0]
    first = len(whole) % 3 + 3 if len(whole) % 3 else 3
    return [whole[:first], *(whole[at : at + 3] for at in range(first, len(whole), 3))]


def value(match: re.Match[str]) -> tuple[str, str]:
    """(whole, decimals) of NUMBER as digits. Three digits after the only mark are thousands, as Vietnam and China print money."""
    whole = re.sub(r"[.,]", "", match["whole"])
    return whole, match["part"] or ""
