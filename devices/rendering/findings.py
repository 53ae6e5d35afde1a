"""What is worth saying of a text before it goes on a board: a code, how grave, where, and what to do, in three languages."""

from __future__ import annotations

from typing import Literal, NamedTuple

from devices.rendering.wording import WORDING

Severity = Literal["block", "warn", "info"]


class Finding(NamedTuple):
    """One remark. `position` is an index into the text as it was given; a finding of severity "block" stops submission."""

    code: str
    severity: Severity
    position: int | None = None
    facts: tuple[tuple[str, str | int | float], ...] = ()

    def text(self, language: str) -> str:
        """The remark and what to do, in "vi", "zh-Hans" or "en"; any other language reads English."""
        words = WORDING[self.code]
        return words.get(language, words["en"]).format(**dict(self.facts))


def finding(code: str, severity: Severity, position: int | None = None, **facts: str | int | float) -> Finding:
    """Make a finding; `facts` fill the wording's blanks."""
    return Finding(code, severity, position, tuple(facts.items()))


def named(letter: str) -> str:
    """A character as an author can find it: itself where it can be seen, and its number."""
    number = f"U+{ord(letter):04X}"
    return f"{letter} ({number})" if letter.isprintable() and not letter.isspace() else number
