"""Texts drawn for boards: the same pages for preview, approval and lamps, each drawn once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Literal

from pydantic import Field

from controller.domain.boards import Boards
from controller.domain.pictures import NO_LANGUAGE
from controller.store.media import File
from devices.profiles.letters import unwritten
from devices.profiles.protocols import Abilities, Effect, abilities_of
from devices.rendering.areas import MANY
from devices.rendering.fields import filled_page, sample_page, values_at
from devices.rendering.findings import Finding, finding
from devices.rendering.look import AS_IT_READS_BEST, Look
from devices.rendering.page import Page, PageFile
from devices.rendering.png import apng, png
from devices.rendering.setting import set_text, set_together
from schedules.fields import unlike
from schedules.live import Figures
from schedules.lunar import LunarTable
from schedules.model import ContentRef, Fact

MOST_FRAMES = 2000  # of a moving preview; a longer strip takes larger steps
_OF_SIZE = ("board.", "text.too-long", "scroll.too-long", "picture.no-room", "picture.nothing")


class Remark(Fact):
    """What is to be said of a text on a board, in the three languages of the staff."""

    language: str
    board: str
    code: str
    severity: Literal["block", "warn", "info"]
    position: int | None
    text: str
    texts: dict[str, str]
    devices: tuple[str, ...] = Field(default=(), description="that it holds for; none: all boards of this shape")


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


Drawings = dict[tuple[str, str], Drawn]  # by language and board


@lru_cache(maxsize=1024)
def draw(text: str, language: str, boards: Boards, look: Look = AS_IT_READS_BEST) -> Drawn:
    """The pages of `text` on the boards of one shape. Drawing is pure, so what was drawn once is remembered."""
    ways = {who: set_text(text, language, boards.size, look, who.reader()) for who in boards.every_reader}
    said = [(way.findings, boards.devices_of(who)) for who, way in ways.items()]
    remarks = [*_said(said, language, boards.shape), *_of_protocols(look, language, boards)]
    return _kept(ways[boards.slowest].file, tuple(remarks))


@lru_cache(maxsize=256)
def draw_at_once(texts: tuple[tuple[str, str], ...], boards: Boards, look: Look) -> Drawn | None:
    """All languages of a text at once; None where the boards have no room for that."""
    ways = {who: set_together(dict(texts), boards.size, look, who.reader()) for who in boards.every_reader}
    drawn = ways[boards.slowest]
    if drawn is None:
        return None
    remarks: list[Remark] = []
    for language in drawn.findings:
        said = [(way.findings[language], boards.devices_of(who)) for who, way in ways.items() if way]
        remarks += _said(said, language, boards.shape)
    remarks += _of_protocols(look, MANY, boards)
    return _kept(drawn.file, tuple(remarks))


def draw_texts(texts: Mapping[str, str], every: Iterable[Boards], look: Look = AS_IT_READS_BEST) -> Drawings:
    """Every language on all boards, in turn or at once as is wished; whatever is to be said of it."""
    drawings: Drawings = {}
    for boards in every:
        at_once = look.languages == "together" and len(texts) > 1
        whole = draw_at_once(tuple(texts.items()), boards, look) if at_once else None
        if whole is not None:
            drawings[MANY, boards.shape] = fitted(whole, boards)
            continue
        for language, text in texts.items():
            drawn = lettered(fitted(draw(text, language, boards, look), boards), text, language, boards)
            drawings[language, boards.shape] = _with_turns(drawn, language, boards, len(texts)) if at_once else drawn
    return drawings


def _kept(file: PageFile | None, remarks: tuple[Remark, ...]) -> Drawn:
    return Drawn(b"", None, remarks) if file is None else Drawn(file.to_bytes(), file.ref(), remarks)


def _with_turns(drawn: Drawn, language: str, boards: Boards, count: int) -> Drawn:
    said = remark(finding("languages.no-room", "info", board=boards.shape, count=count), language, boards.shape)
    return replace(drawn, remarks=(*drawn.remarks, said))


def fitted(drawn: Drawn, boards: Boards) -> Drawn:
    """A part of a board that is too small for a text shows nothing of it, and keeps no other board from showing it."""
    if drawn.ref is not None or not boards.area_only:
        return drawn
    if any(each.severity == "block" and not each.code.startswith(_OF_SIZE) for each in drawn.remarks):
        return drawn
    left_out = finding("area.unfit", "warn", board=boards.shape)
    languages = dict.fromkeys(each.language for each in drawn.remarks if each.severity == "block")
    return Drawn(b"", None, tuple(remark(left_out, language, boards.shape) for language in languages))


def lettered(drawn: Drawn, text: str, language: str, boards: Boards) -> Drawn:
    """With the text itself beside the pages where a board of this shape draws letters of its own, unless it lacks some."""
    tellers = [(name, ids) for name, ids in boards.drivers if abilities_of(name).letters]
    if drawn.ref is None or not tellers:
        return drawn
    missing = {name: unwritten(text.replace("\n", ""), abilities_of(name).letters) for name, _ in tellers}
    remarks = [
        remark(finding("letters.none", "warn", letters=" ".join(missing[name][:8])), language, boards.shape, ids)
        for name, ids in tellers
        if missing[name]
    ]
    file = page_file(drawn.data)
    if not all(missing.values()) and not file.fields:
        file = file.model_copy(update={"words": text})
    return Drawn(file.to_bytes(), file.ref(), (*drawn.remarks, *remarks))


def _said(ways: Sequence[tuple[tuple[Finding, ...], tuple[str, ...]]], language: str, board: str) -> Iterator[Remark]:
    """What holds for all readers once, and for some of them with the devices they stand before."""
    found: dict[Finding, list[tuple[str, ...]]] = {}
    for findings, devices in ways:
        for each in findings:
            found.setdefault(each, []).append(devices)
    for each, groups in found.items():
        devices = () if len(groups) == len(ways) else tuple(device for group in groups for device in group)
        yield remark(each, language, board, devices)


def _of_protocols(look: Look, language: str, boards: Boards) -> Iterator[Remark]:
    """What the boards cannot do by themselves; where the register does not say what drives them, nothing."""
    scrolls = look.motion == "scroll"
    dull = [(name, ids) for name, ids in boards.drivers if not _can(abilities_of(name), look)]
    if dull and (scrolls or look.effect is not Effect.NONE):
        devices = () if len(dull) == len(boards.drivers) else tuple(device for _, ids in dull for device in ids)
        said = finding("scroll.cut" if scrolls else "effect.missing", "info", board=boards.shape)
        yield remark(said, language, boards.shape, devices)


def _can(abilities: Abilities, look: Look) -> bool:
    return abilities.scroll if look.motion == "scroll" else abilities.can(look.effect)


def remark(found: Finding, language: str, board: str, devices: tuple[str, ...] = ()) -> Remark:
    """A finding of the renderer, in the three languages of the staff."""
    return Remark(
        language=language,
        board=board,
        code=found.code,
        severity=found.severity,
        position=found.position,
        text=found.text("en"),
        texts={each: found.text(each) for each in ("vi", "zh-Hans", "en")},
        devices=devices,
    )


def between_languages(texts: Mapping[str, str]) -> tuple[Remark, ...]:
    """What is to be said of the texts of one message beside each other."""
    fields = unlike(texts)
    if not fields:
        return ()
    named = ", ".join(f"{{{field}}}" for field in fields)
    return (remark(finding("field.differs", "warn", fields=named), NO_LANGUAGE, ""),)


@lru_cache(maxsize=64)
def page_file(data: bytes) -> PageFile:
    """A stored page file, read."""
    return PageFile.from_bytes(data)


def picture_at(data: bytes, page: int, now: datetime, moons: LunarTable | None, figures: Figures) -> bytes | None:
    """PNG of one page as a gate shows it at `now`, its fields filled with what is known."""
    file = page_file(data)
    if not file.fields or not 0 <= page < len(file.pages):
        return picture(data, page)
    return png(filled_page(file, page, values_at(file, page, now, moons, figures)))


def picture(data: bytes, page: int) -> bytes | None:
    """PNG of one page of a page file, 1:1; None if it has no such page. Of a strip there is one: where it begins."""
    file = page_file(data)
    pages = shown(file) if file.strip is None else (file.strip.window(0, file.strip.interval),)
    return png(pages[page]) if 0 <= page < len(pages) else None


def shown(file: PageFile) -> tuple[Page, ...]:
    """The pages as people look at them: fields that gates fill show a sample."""
    return tuple(sample_page(file, number) for number in range(len(file.pages))) if file.fields else file.pages


@lru_cache(maxsize=32)
def moving(data: bytes) -> bytes:
    """APNG of a page file at true speed: its pages in turn, or its strip as it passes."""
    file = page_file(data)
    if file.strip is None:
        return apng(shown(file))
    skip = -(-file.strip.frames // MOST_FRAMES)
    chosen = range(0, file.strip.frames, skip)
    frames = [file.strip.frame(number) for number in chosen]
    return apng([frame.model_copy(update={"seconds": frame.seconds * skip}) for frame in frames])
