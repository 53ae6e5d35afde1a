"""Words in a colour of their own: an author writes [red: STOP] and only that is red. What is said of colours is said of each.

Letters keep their order through layout, where only blanks come and go, so a letter's colour is known by its number.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import NamedTuple, get_args

from devices.profiles.board import BoardShape
from devices.profiles.board import Colours as BoardColours
from devices.rendering.cleaning import BLANKS, MAX_FINDINGS, Cleaned, clean
from devices.rendering.drawing import draw_lines
from devices.rendering.findings import Finding, finding
from devices.rendering.glyphs import Face
from devices.rendering.signs import without_signs
from devices.rendering.style import Colour, Style

NAMES: dict[str, Colour] = {
    **{colour: colour for colour in get_args(Colour)},
    "vàng": "amber", "đỏ": "red", "xanh lá": "green", "xanh dương": "blue", "trắng": "white",
    "黄": "amber", "红": "red", "绿": "green", "蓝": "blue", "白": "white",
}  # fmt: skip
_SPAN = re.compile(rf"\[({'|'.join(NAMES)})[:：][ \u3000]*([^\[\]\n]*)\]", re.IGNORECASE)
_BLANKS = str.maketrans(dict.fromkeys(BLANKS))

Colours = tuple[Colour, ...]


class Painted(NamedTuple):
    """A clean text, and the colour of each of its letters but blanks; no colours where the author named none."""

    cleaned: Cleaned
    colours: Colours = ()


def clean_painted(text: str, letters: Collection[str], usual: Colour) -> Painted:
    """Clean what stands in the named colours and between them; `usual` is the colour of the rest."""
    spans = list(_SPAN.finditer(text)) if "[" in text else []
    if not spans:
        return Painted(clean(text, letters))
    said, colours, findings = [], [], []
    for at, piece, colour in _pieces(text, spans, usual):
        part = clean(piece, letters)
        said.append(part.text)
        colours += [colour] * len(part.text.translate(_BLANKS))
        findings += [_moved(item, at) for item in part.findings if item.code != "text.empty"]
    whole = "".join(said)
    if BLANKS.issuperset(whole):
        findings.append(finding("text.empty", "block"))
    findings.sort(key=lambda item: item.severity != "block")
    return Painted(Cleaned(whole, tuple(findings[:MAX_FINDINGS])), tuple(colours))


def bare(text: str) -> str:
    """The text with blanks where colours are named, so that what is left keeps its place."""
    if "[" not in text:
        return text
    return _SPAN.sub(lambda span: " " * (span.start(2) - span.start()) + span[2] + " ", text)


def words_alone(text: str) -> str:
    """What a text says, without colours and signs: as it is spoken, or named in a list."""
    plain = without_signs(bare(text))
    return text if plain == text else "\n".join(" ".join(line.split()) for line in plain.split("\n"))


def _pieces(text: str, spans: Iterable[re.Match[str]], usual: Colour) -> Iterator[tuple[int, str, Colour]]:
    """Where a piece begins, what it says, and its colour."""
    done = 0
    for span in spans:
        yield done, text[done : span.start()], usual
        yield span.start(2), span[2], NAMES[span[1].lower()]
        done = span.end()
    yield done, text[done:], usual


def _moved(item: Finding, by: int) -> Finding:
    return item if item.position is None else item._replace(position=item.position + by)


def by_page(pages: Sequence[Sequence[str]], colours: Colours) -> list[Colours]:
    """The colours of each page's letters; nothing where the author named none."""
    if not colours:
        return [() for _ in pages]
    rest = iter(colours)
    return [tuple(islice(rest, sum(len(line.translate(_BLANKS)) for line in lines))) for lines in pages]


def painted_planes(
    lines: Sequence[str], colours: Colours, letters: Face, shape: BoardShape, width: int, style: Style
) -> tuple[bytes, ...]:
    """The planes of a page, or of a strip `width` lamps long; without colours all letters have the style's."""
    if not colours:
        return _lit(draw_lines(lines, letters, width, shape.height, style.align, style.vertical), style, shape)
    layers = [
        _lit(
            draw_lines(
                lines, letters, width, shape.height, style.align, style.vertical, _shown(lines, colours, colour)
            ),
            replace(style, colour=colour),
            shape,
        )
        for colour in sorted(set(colours))
    ]
    return tuple(_over(planes) for planes in zip(*layers, strict=True))


def _shown(lines: Sequence[str], colours: Colours, colour: Colour) -> list[list[bool]]:
    """Which letters of each line have a colour; blanks have none."""
    rest = iter(colours)
    return [[letter not in BLANKS and next(rest) == colour for letter in line] for line in lines]


def _lit(plane: bytes, style: Style, shape: BoardShape) -> tuple[bytes, ...]:
    dark = bytes(len(plane))
    return tuple(plane if lit else dark for lit in style.lit(shape.colours))


def _over(planes: Sequence[bytes]) -> bytes:
    total = 0
    for plane in planes:
        total |= int.from_bytes(plane, "big")
    return total.to_bytes(len(planes[0]), "big")


def colour_rules(
    pages: Sequence[Sequence[str]], colours: Sequence[Colours], style: Style, shape: BoardShape
) -> Iterator[Finding]:
    """Colours that a board has no lamps for; red, which needs a word, and which some cannot tell from green."""
    if style.colour == "amber" and not any(colours):
        return
    seen = [set(page) or {style.colour} for page in colours]
    used = set().union(*seen)
    missing = {colour for colour in used if Style(colour=colour).missing(shape.colours)}
    if missing:
        yield finding(
            "colour.missing" if shape.colours is BoardColours.MONO else "colour.blue", "warn", board=str(shape)
        )
    if "red" not in used or "red" in missing:
        return
    alone = next(
        (number for number, lines in enumerate(pages, 1) if "red" in seen[number - 1] and not _says(lines)), None
    )
    if alone is not None:
        yield finding("colour.red-alone", "warn", page=alone)
    both = next((number for number, page in enumerate(seen, 1) if {"red", "green"} <= page), None)
    if both is not None:
        yield finding("colour.red-green", "warn", page=both)
    yield finding("colour.red", "info")


def _says(lines: Iterable[str]) -> bool:
    """Whether a page has a word; pictograms and numbers are none."""
    return any(letter.isalpha() for line in lines for letter in line)
