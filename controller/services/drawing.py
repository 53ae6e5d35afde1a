"""Texts drawn for boards: the same pages for preview, approval and lamps, each drawn once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from controller.store.media import File
from devices.profiles.board import BoardShape
from devices.rendering.page import PageFile
from devices.rendering.png import apng, png
from devices.rendering.render import render
from schedules.model import ContentRef, Fact

MOST_FRAMES = 2000  # of a moving preview; a longer strip takes larger steps


class Remark(Fact):
    """What is to be said of a text on a board, in the three languages of the staff."""

    language: str
    board: str
    code: str
    severity: Literal["block", "warn", "info"]
    position: int | None
    text: str
    texts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A text as pages of one board: the file's bytes and reference, None if a remark blocks it."""

    data: bytes
    ref: ContentRef | None
    remarks: tuple[Remark, ...]

    def file(self) -> File:
        """For the table of files."""
        if self.ref is None:
            raise ValueError("a blocked text has no file")
        return File(self.ref.sha256, "pages", self.ref.size, self.ref.seconds)


@lru_cache(maxsize=1024)
def draw(text: str, language: str, board: str) -> Drawn:
    """The pages of `text` on a board like "192x64:rg". Drawing is pure, so what was drawn once is remembered."""
    rendering = render(text, language, BoardShape.parse(board))
    remarks = tuple(
        Remark(
            language=language,
            board=board,
            code=found.code,
            severity=found.severity,
            position=found.position,
            text=found.text("en"),
            texts={each: found.text(each) for each in ("vi", "zh-Hans", "en")},
        )
        for found in rendering.findings
    )
    if rendering.file is None:
        return Drawn(b"", None, remarks)
    return Drawn(rendering.file.to_bytes(), rendering.file.ref(), remarks)


@lru_cache(maxsize=64)
def page_file(data: bytes) -> PageFile:
    """A stored page file, read."""
    return PageFile.from_bytes(data)


def picture(data: bytes, page: int) -> bytes | None:
    """PNG of one page of a page file, 1:1; None if it has no such page. Of a strip there is one: where it begins."""
    file = page_file(data)
    pages = file.pages if file.strip is None else (file.strip.window(0, file.strip.interval),)
    return png(pages[page]) if 0 <= page < len(pages) else None


@lru_cache(maxsize=32)
def moving(data: bytes) -> bytes:
    """APNG of a page file at true speed: its pages in turn, or its strip as it passes."""
    file = page_file(data)
    if file.strip is None:
        return apng(file.pages)
    skip = -(-file.strip.frames // MOST_FRAMES)
    chosen = range(0, file.strip.frames, skip)
    frames = [file.strip.frame(number) for number in chosen]
    return apng([frame.model_copy(update={"seconds": frame.seconds * skip}) for frame in frames])
