"""A refusal in the reader's language: which field, and why.

Our code refuses in English, each time with a stable code and one of a few sentences with facts in them. The catalogues hold
"refused" and a code where the code says all, and "why:" and the English sentence, its facts as "{names}", where it does not;
tests/controller/test_console_refusals.py finds every sentence in the code and asks for its translation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from pydantic import ValidationError

from controller.console.i18n import DEFAULT, Words, words
from controller.errors import ControllerError, InvalidError
from devices.rendering.wording import WORDING

WHY = "why: "
_MISREAD = "A number, a day or a time is not written as it should be."
_BLANK = re.compile(r"(?<!\{)\{(\w+)\}(?!\})")


@cache
def _sayings() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Patterns of the English sentences and their ids in the catalogues; the most particular first."""
    known = [each for each in words(DEFAULT).catalogue if each.startswith(WHY)]
    known.sort(key=lambda each: len(_BLANK.sub("", each)), reverse=True)
    return tuple((_pattern(each.removeprefix(WHY)), each) for each in known)


def _pattern(sentence: str) -> re.Pattern[str]:
    constants = iter(_BLANK.split(sentence))
    parts = [re.escape(next(constants))]
    for name in constants:
        parts.append(f"(?P<{name}>.+?){re.escape(next(constants))}")
    return re.compile("".join(parts), re.DOTALL)


def why(text: str, reader: Words) -> str | None:
    """The sentence in the reader's words; None if no catalogue knows it. A fact that is a word of ours is put so too."""
    for pattern, known in _sayings():
        if found := pattern.fullmatch(text):
            facts = {name: _fact(name, value, reader) for name, value in found.groupdict().items()}
            return reader(known, **facts) if known in reader.catalogue else text
    return None


def _fact(name: str, value: str, reader: Words) -> str:
    return reader.catalogue.get(f"{name} {value}", value)


def said(problem: Exception | None, reader: Words) -> str:
    """The refusal in full, as sentences: its own and each of its problems; empty where there is none."""
    if problem is None:
        return ""
    if isinstance(problem, ControllerError):
        sentences = _of_refusal(problem, reader)
    elif isinstance(problem, ValidationError):
        sentences = _of_fields(problem, reader)
    else:  # a form that could not be read; Python's own words for that are no help
        sentences = iter((why(str(problem), reader) or reader(_MISREAD),))
    chinese = reader.language == "zh-Hans"
    return ("" if chinese else " ").join(dict.fromkeys(_sentence(text, reader) for text in sentences if text))


def words_for(problem: ControllerError, reader: Words) -> str:
    """The refusal's own sentence, without its problems."""
    return _sentence(_translated(problem.code, problem.text, reader), reader)


def _of_refusal(problem: ControllerError, reader: Words) -> Iterator[str]:
    yield _translated(problem.code, problem.text, reader)
    if isinstance(problem, InvalidError):
        for each in problem.problems:
            place = [part for part in each.pointer.split("/") if part]
            yield _named(place, _translated(each.code, each.text, reader), reader)


def _of_fields(problem: ValidationError, reader: Words) -> Iterator[str]:
    for each in problem.errors(include_url=False, include_input=False):
        text = str(each["msg"]).removeprefix("Value error, ")
        yield _named([str(part) for part in each["loc"]], why(text, reader) or text, reader)


def _translated(code: str, text: str, reader: Words) -> str:
    """By its sentence, else by its code; "{detail}" is what follows the colon."""
    if reworded := why(text, reader) or _of_finding(code, text, reader):
        return reworded
    for known in (f"refused {code}", f"refused {code}: {{detail}}"):
        if known in reader.catalogue:
            return reader(known, detail=text.partition(": ")[2])
    return text


def _of_finding(code: str, text: str, reader: Words) -> str | None:
    """What the renderer found, with the board it was found on: "192x64:rg: Boards cannot show the emoji..."."""
    wording = WORDING.get(code)
    board, _, remark = text.partition(": ")
    if wording is None or not (
        found := _pattern(wording["en"].replace("{{", "{").replace("}}", "}")).fullmatch(remark)
    ):
        return None
    return f"{board}: {wording[reader.language].format(**found.groupdict())}"


def _named(place: Sequence[str], text: str, reader: Words) -> str:
    """The sentence with the field it is about before it: the innermost that has a word."""
    known = [part for part in reversed(place) if f"field {part}" in words(DEFAULT).catalogue]
    field = reader.catalogue.get(f"field {known[0]}", known[0].replace("_", " ")) if known else ""
    if not field:
        return text
    inside = text[:1].lower() + text[1:] if text[1:2].islower() else text
    return reader("{field}: {why}", field=_capital(field), why=inside)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _sentence(text: str, reader: Words) -> str:
    text = _capital(text)
    end = "。" if reader.language == "zh-Hans" else "."
    return text if text.endswith((".", "。", "!", "?", "！", "？")) else text + end
