"""Try a wording before it is kept: what it looks like on every board, and what is to be said of it."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from pydantic import Field

from controller.domain.boards import Boards, boards_of
from controller.domain.content import MAX_TEXT, in_order, unknown_languages
from controller.domain.people import Actor, Right
from controller.errors import InvalidError, Problem
from controller.services.context import Deps
from controller.services.drawing import Drawn, Remark, between_languages, draw_texts, page_file, shown
from controller.store import registry
from devices.rendering.look import AS_IT_READS_BEST, Look
from devices.rendering.png import png, strip_png
from schedules.model import Fact


class Passing(Fact):
    """How the one picture of a line that passes moves: `lamps` wide, `step` lamps to the left every `interval` seconds."""

    lamps: int
    step: int
    interval: float


class Tried(Fact):
    """One language on one board ("mul": all at once) and its pages as pictures (base64 of PNG, 1:1); none if a remark blocks it."""

    language: str
    board: str
    seconds: tuple[float, ...]
    pictures: tuple[str, ...]
    passing: Passing | None = Field(default=None, description="of a line that passes, whose picture is the whole line")
    effect: str = "none"


class Check(Fact):
    """Nothing of this is kept."""

    findings: tuple[Remark, ...]
    pages: tuple[Tried, ...]


def check_wording(
    deps: Deps, actor: Actor, texts: Mapping[str, str], look: Look = AS_IT_READS_BEST, board: str | None = None
) -> Check:
    """Draw the texts as they were typed for one board, or for every board of the register; what is wrong becomes a finding."""
    actor.need(Right.WRITE)
    problems = [*unknown_languages(texts, "/texts"), *_too_long(texts)]
    if not texts or problems:
        none = Problem("/texts", "text.none", "give the text in at least one language")
        raise InvalidError("text.invalid", "the text cannot be accepted", tuple(problems) or (none,))
    with deps.store.read() as connection:
        every = boards_of(registry.all_devices(connection))
    chosen = every if board is None else tuple(one for one in every if one.shape == board) or (Boards(board),)
    drawings = draw_texts(in_order(texts), chosen, look)
    return Check(
        findings=(*between_languages(texts), *(remark for drawn in drawings.values() for remark in drawn.remarks)),
        pages=tuple(_tried(language, shape, drawn) for (language, shape), drawn in drawings.items()),
    )


def _too_long(texts: Mapping[str, str]) -> list[Problem]:
    return [
        Problem(f"/texts/{language[:40]}", "text.long", f"at most {MAX_TEXT} characters, this has {len(text)}")
        for language, text in texts.items()
        if len(text) > MAX_TEXT
    ]


def _tried(language: str, board: str, drawn: Drawn) -> Tried:
    if not drawn.data:
        return Tried(language=language, board=board, seconds=(), pictures=())
    file = page_file(drawn.data)
    if file.strip is not None:
        passing = Passing(lamps=file.strip.width, step=file.strip.step, interval=file.strip.interval)
        pictures = (base64.b64encode(strip_png(file.strip)).decode(),)
        return Tried(language=language, board=board, seconds=(file.seconds,), pictures=pictures, passing=passing)
    return Tried(
        language=language,
        board=board,
        seconds=tuple(page.seconds for page in file.pages),
        pictures=tuple(base64.b64encode(png(page)).decode() for page in shown(file)),
        effect=file.effect.value,
    )
