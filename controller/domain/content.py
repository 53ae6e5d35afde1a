"""Messages: categories, languages, what a text may hold, and the digest that approvals bind to."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterator, Mapping
from enum import StrEnum

from controller.errors import InvalidError, Problem

LANGUAGES = ("vi", "zh-Hans", "en")  # in the order in which they are shown
MAX_TITLE = 200
MAX_TEXT = 2000

_RIGHT_TO_LEFT = {"R", "AL", "AN"}
# Hidden marks that turn what follows: they can make a reviewed text read as another one.
_HIDDEN_TURNS = {"RLE", "RLO", "RLI", "LRE", "LRO", "LRI", "PDF", "PDI", "FSI"}


class Category(StrEnum):
    """What a message is about."""

    SERVICE = "service"
    LAW = "law"
    FOREIGN = "foreign"
    EPIDEMIC = "epidemic"
    WEATHER = "weather"
    CUSTOMS = "customs"
    TEST = "test"


class State(StrEnum):
    """How far a message has come."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED_ONE_SIDE = "approved_one_side"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


def clean_title(title: str, pointer: str = "/title") -> str:
    """The title in NFC, without space around it; InvalidError if it cannot be one."""
    clean = _clean(title)
    problems = list(_problems(clean, pointer, MAX_TITLE, line_breaks=False))
    if problems:
        raise InvalidError("text.invalid", "the title cannot be accepted", tuple(problems))
    return clean


def clean_texts(texts: Mapping[str, str], pointer: str = "/texts") -> dict[str, str]:
    """The texts in NFC, in showing order; InvalidError lists everything that cannot be accepted."""
    clean = {language: _clean(text) for language, text in texts.items()}
    problems = list(unknown_languages(texts, pointer))
    if not texts:
        problems.append(Problem(pointer, "text.none", "give the text in at least one language"))
    for language, text in clean.items():
        problems.extend(_problems(text, f"{pointer}/{language}", MAX_TEXT, line_breaks=True))
    if problems:
        raise InvalidError("text.invalid", "the text cannot be accepted", tuple(problems))
    return in_order(clean)


def in_order(by_language: Mapping[str, str]) -> dict[str, str]:
    """The same, in the order in which languages are shown."""
    return {language: by_language[language] for language in LANGUAGES if language in by_language}


def unknown_languages(by_language: Mapping[str, object], pointer: str) -> Iterator[Problem]:
    """A problem for each language that we do not show."""
    for language in by_language:
        if language not in LANGUAGES:
            known = ", ".join(LANGUAGES)
            yield Problem(f"{pointer}/{language[:40]}", "language.unknown", f'"{language[:40]}" is not one of {known}')


def _problems(text: str, pointer: str, longest: int, *, line_breaks: bool) -> Iterator[Problem]:
    if not text:
        yield Problem(pointer, "text.empty", "there is nothing to read")
    if len(text) > longest:
        yield Problem(pointer, "text.long", f"at most {longest} characters, this has {len(text)}")
    for index, letter in enumerate(text[:longest]):
        if fault := _fault(letter, line_breaks=line_breaks):
            code, what = fault
            yield Problem(pointer, code, f"{what} (U+{ord(letter):04X}, position {index})")
            return


def _fault(letter: str, *, line_breaks: bool) -> tuple[str, str] | None:
    if unicodedata.category(letter) in ("Cc", "Cs") and not (line_breaks and letter == "\n"):
        return "text.control", "a control character is not allowed"
    direction = unicodedata.bidirectional(letter)
    if direction in _HIDDEN_TURNS or letter in "\u200e\u200f\u061c":
        return "text.bidi", "a hidden mark that turns the direction of reading is not allowed"
    if direction in _RIGHT_TO_LEFT:
        return "text.right-to-left", "right-to-left writing is not shown here"
    return None


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip(" \n")


def digest(
    *,
    title: str,
    category: str,
    texts: Mapping[str, str],
    audio: Mapping[str, str],
    renderings: Mapping[tuple[str, str], str],
    visuals: Mapping[str, object] | None = None,
) -> str:
    """SHA-256 over all that can be seen or heard; `renderings` maps (language, board) to the hash of its pages.

    `visuals` are picture and video as chosen, and the hashes of the video's frames on each wall.
    """
    body: dict[str, object] = {
        "title": title,
        "category": category,
        "texts": dict(texts),
        "audio": dict(audio),
        "renderings": {f"{language} {board}": sha256 for (language, board), sha256 in renderings.items()},
    }
    if visuals:
        body["visuals"] = dict(visuals)
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()
