"""What plain forms bring."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData

from controller.console.i18n import GATE_ZONE, LANGUAGES
from controller.errors import InvalidError, Problem


async def _filled(request: Request) -> AsyncIterator[FormData]:
    async with request.form(max_fields=2000) as form:  # a playlist of 200 places has five fields each
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


def number(name: str, text: str, kind: type[int] | type[float] = int) -> int | float:
    """The number in a field; InvalidError names the field where it is none."""
    try:
        return kind(text)
    except ValueError:
        raise misread(name, f'"{text[:60]}" is no number') from None


def place_of(text: str) -> int | None:
    """A place that a form counts by itself: a row, a weekday; None for what no form of ours writes."""
    return int(text) if text.isdecimal() and len(text) < 10 else None


def moment_of(name: str, text: str) -> datetime:
    """The moment in a field, as a clock at the gate reads; InvalidError names the field where it is none."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=GATE_ZONE)
    except ValueError:
        raise misread(name, f'"{text[:60]}" is no moment: give a day and a time') from None


def misread(name: str, text: str) -> InvalidError:
    """The refusal of what was filled into one field."""
    return InvalidError("form.misread", "the form cannot be read", (Problem(f"/{name}", "form.misread", text),))
