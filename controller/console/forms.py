"""What plain forms bring, and how a refusal is said above them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from pydantic import ValidationError
from starlette.datastructures import FormData

from controller.console.i18n import LANGUAGES, Words
from controller.errors import ControllerError, InvalidError

_MISREAD = "A number, a day or a time is not written as it should be."
_SAID = {"too_short": "give at least one"}


async def _filled(request: Request) -> AsyncIterator[FormData]:
    async with request.form() as form:
        yield form


Filled = Annotated[FormData, Depends(_filled)]


def one(form: FormData, name: str) -> str:
    """A field's text without blanks around it; empty if it was left out."""
    return str(form.get(name, "")).strip()


def many(form: FormData, name: str) -> tuple[str, ...]:
    """All that was ticked or filled in under one name."""
    return tuple(text for value in form.getlist(name) if (text := str(value).strip()))


def texts(form: FormData) -> dict[str, str]:
    """The texts by language, without those that were left empty."""
    return {tag: text for tag in LANGUAGES if (text := one(form, f"text-{tag}"))}


def said(problem: Exception | None, words: Words | None = None) -> str:
    """The refusal in full: its sentence and each of its problems; empty where there is none.

    In the reader's words where their catalogue has "refused" and the code; "{detail}" is what follows the colon.
    """
    if isinstance(problem, ValidationError) and words is not None and "refused field: {detail}" in words.catalogue:
        places = dict.fromkeys(str(each["loc"][0]) for each in problem.errors() if each["loc"])
        named = (words(f"field {place}") if f"field {place}" in words.catalogue else place for place in places)
        return words("refused field: {detail}", detail=", ".join(named)) + "."
    if isinstance(problem, ValidationError):
        return ". ".join(
            dict.fromkeys(_of_field(each["loc"], _SAID.get(each["type"], each["msg"])) for each in problem.errors())
        )
    if not isinstance(problem, ControllerError):
        return words(_MISREAD) if isinstance(problem, ValueError) and words is not None else str(problem or "")
    more = problem.problems if isinstance(problem, InvalidError) else ()
    sentences = [
        (problem.code, problem.text[:1].upper() + problem.text[1:]),
        *((each.code, each.text) for each in more),
    ]
    return " ".join(dict.fromkeys(_sentence(_translated(code, text, words)) for code, text in sentences))


def _translated(code: str, text: str, words: Words | None) -> str:
    if words is None:
        return text
    for known in (f"refused {code}", f"refused {code}: {{detail}}"):
        if known in words.catalogue:
            return words(known, detail=text.partition(": ")[2])
    return text


def _sentence(text: str) -> str:
    return text if text.endswith((".", "。", "!", "?")) else f"{text}."


def _of_field(place: tuple[int | str, ...], text: str) -> str:
    return ": ".join([*(str(place[0]) for _ in place[:1]), text])
