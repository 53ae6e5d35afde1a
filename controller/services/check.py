"""Try a wording before it is kept: what it looks like on every board, and what is to be said of it."""

from __future__ import annotations

import base64

from controller.domain.content import clean_texts
from controller.domain.people import Actor, Right
from controller.services.context import Deps
from controller.services.drawing import Remark, draw, page_file
from controller.services.submit import shapes
from controller.store import registry
from devices.rendering.png import png
from schedules.model import Fact


class Tried(Fact):
    """One language on one board: the seconds and the pictures (base64 of PNG, 1:1) of its pages; none if a remark blocks it."""

    language: str
    board: str
    seconds: tuple[float, ...]
    pictures: tuple[str, ...]


class Check(Fact):
    """Nothing of this is kept."""

    findings: tuple[Remark, ...]
    pages: tuple[Tried, ...]


def check_wording(deps: Deps, actor: Actor, texts: dict[str, str], board: str | None = None) -> Check:
    """Draw the texts for one board, or for every board of the register; InvalidError if they cannot be texts at all."""
    actor.need(Right.WRITE)
    clean = clean_texts(texts)
    with deps.store.read() as connection:
        boards = shapes(registry.all_devices(connection)) if board is None else (board,)
    drawn = [(language, each, draw(text, language, each)) for each in boards for language, text in clean.items()]
    return Check(
        findings=tuple(remark for _, _, one in drawn for remark in one.remarks),
        pages=tuple(_tried(language, each, one.data) for language, each, one in drawn),
    )


def _tried(language: str, board: str, data: bytes) -> Tried:
    pages = page_file(data).pages if data else ()
    return Tried(
        language=language,
        board=board,
        seconds=tuple(page.seconds for page in pages),
        pictures=tuple(base64.b64encode(png(page)).decode() for page in pages),
    )
