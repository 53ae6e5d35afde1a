"""Why a play ended as it did, in the reader's language: agents say it in English, and in few ways."""

from __future__ import annotations

import re

from controller.console.i18n import Words

# What agents say, with what varies in it; the pattern's English is the id of the words.
_SAYINGS = (
    (re.compile(r"over the cap of (?P<percent>\d+) % of this hour"), "over the cap of {percent} % of this hour"),
    (re.compile(r"(?:alert|rule) (?P<name>\S+)"), "gave way to {name}"),
    (re.compile(r"let go: (?P<why>.+)"), "let go: {why}"),
    (re.compile(r"live microphone, kept as (?P<file>\S+)"), "live microphone, kept as {file}"),
)
# The zones of these are told one by one beside it.
_WITH_ZONES = re.compile(r"not in .+: its .+|refused: not in all of its zones \(.+\)")


def reason_words(reason: str, words: Words, zones_told: bool) -> str:
    """The reason of a record; what is known only in the agent's words stays so. `zones_told`: changes of its zones follow."""
    parts = []
    for part in filter(None, _split(reason)):
        if part.startswith("refused: not in all of its zones"):
            parts.append(words("refused: not in all of its zones"))
        elif not (zones_told and _WITH_ZONES.fullmatch(part)):
            parts.append(_one(part, words))
    return "; ".join(parts)


def _split(reason: str) -> list[str]:
    """At "; ", but not inside brackets."""
    return re.split(r"; (?![^(]*\))", reason)


def _one(part: str, words: Words) -> str:
    for pattern, text in _SAYINGS:
        if found := pattern.fullmatch(part):
            return words(text, **{name: words(value) for name, value in found.groupdict().items()})
    return words(part)
