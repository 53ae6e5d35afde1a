"""Fields that a gate fills while a page is shown: room made for them when it is drawn, values set into that room and nowhere else.

A field stands in the layout as one letter as wide as its longest value. What a gate sets there is drawn with the same packs, and
only if it fits: an approval of the page with its boxes covers every value that can ever be lit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from devices.profiles.board import BoardShape
from devices.rendering.cleaning import BLANKS
from devices.rendering.colouring import Colours
from devices.rendering.drawing import draw_line, left_of, placed
from devices.rendering.findings import Finding, finding
from devices.rendering.glyphs import Face, Layers, face, strided
from devices.rendering.page import FieldBox, Page, PageFile
from devices.rendering.scene import Area
from devices.rendering.style import Style
from schedules.fields import ANY_DAY, fields_of, filled, misread
from schedules.live import Figures, around, live_field, samples, value
from schedules.lunar import LunarTable

FIRST = 0xF0000  # letters of a plane nobody writes: one for each field of a text
MOST = 50
_STAND_INS = re.compile(f"[{chr(FIRST)}-{chr(FIRST + MOST - 1)}]")
_FIELD = re.compile(r"\{([^{}]*)\}")


class Slot(NamedTuple):
    """A field in a layout: the letter it stands as, what it is, and the lamps it may take."""

    letter: str
    field: str
    width: int


def field_faults(text: str) -> tuple[Finding, ...]:
    """What blocks: a field or a brace that nobody understands, or more fields than a page file may hold."""
    posing = _STAND_INS.search(text)
    wrong = (posing.start(), f"U+{ord(posing[0]):04X}") if posing else misread(text)
    if wrong is not None:
        return (finding("field.unknown", "block", wrong[0], field=wrong[1][:60]),)
    count = len(fields_of(text))
    return () if count <= MOST else (finding("field.many", "block", count=count, limit=MOST),)


def too_wide(slot: Slot, shape: BoardShape) -> Finding:
    """A field whose longest value no line of the board can hold."""
    return finding("field.wide", "block", field=f"{{{slot.field}}}", needed=slot.width, width=shape.width)


def with_slots(text: str, language: str, letters: Face) -> tuple[str, tuple[Slot, ...]]:
    """The text with a letter of its own for each live field, all of which must be understood."""
    slots: list[Slot] = []

    def put(found: re.Match[str]) -> str:
        field = live_field(found.group(1))
        widest = max(_width(each, letters) for each in samples(field, language))
        slots.append(Slot(chr(FIRST + len(slots)), found.group(1), widest))
        before, after = around(field, language)
        return f"{before}{slots[-1].letter}{after}"

    return _FIELD.sub(put, text), tuple(slots)


def as_written(findings: Iterable[Finding], text: str, language: str, letters: Face) -> Iterator[Finding]:
    """Findings about a text with its fields filled, at their places in `text` as it was written."""
    ends: list[tuple[int, int, int]] = []  # of each field: its end when filled, its beginning and its end as written
    grown = 0
    for found in _FIELD.finditer(text):
        size = len(with_slots(filled(found.group(), language, ANY_DAY), language, letters)[0])
        grown += size - len(found.group())
        ends.append((found.end() + grown, found.start(), found.end()))
    for item in findings:
        yield item if item.position is None else item._replace(position=_written(item.position, ends))


def _written(place: int, ends: Sequence[tuple[int, int, int]]) -> int:
    """What stands inside a field is told of its brace."""
    before = [each for each in ends if each[0] <= place]
    after = ends[len(before)] if len(before) < len(ends) else None
    shifted = place if not before else before[-1][2] + place - before[-1][0]
    return shifted if after is None else min(shifted, after[1])


def _width(said: str, letters: Face) -> int:
    """Letters that a pack lacks count as none: nothing of them is ever drawn."""
    return max(sum(letters.widths.get(letter, 0) for letter in said), 1)


def with_room(letters: Face, slots: Sequence[Slot]) -> Face:
    """The face with a dark letter for each slot."""
    widths = letters.widths | {slot.letter: slot.width for slot in slots}
    dark = {slot.letter: bytes((slot.width + 7) // 8 * letters.rows) for slot in slots}
    return letters._replace(widths=widths, bitmaps=Layers(dark, letters.bitmaps))


def darken(letters: Face, slots: Sequence[Slot], shape: BoardShape) -> None:
    """Slots have no lamps: the shaped letters of a board of that stride know them as dark."""
    strided(letters.packs, shape.stride).update({slot.letter: 0 for slot in slots})


def boxes_of(
    pages: Sequence[Sequence[str]], painted: Sequence[Colours], letters: Face, shape: BoardShape, style: Style,
    slots: Sequence[Slot],
) -> tuple[FieldBox, ...]:  # fmt: skip
    """Where the slots of a layout came to lie, in the colours that their page's letters have (none: the style's)."""
    known = {slot.letter: slot for slot in slots}
    found = []
    for number, (lines, colours) in enumerate(zip(pages, painted, strict=True)):
        above, gap = placed(len(lines), letters.rows, shape.height, style.vertical)
        rest = iter(colours)
        for place, line in enumerate(lines):
            room = shape.width - letters.measure(line)
            x = left_of(line, room, letters, style.align)
            for letter in line:
                colour = style.colour if letter in BLANKS else next(rest, style.colour)
                if letter in known:
                    slot, top = known[letter], above + place * (letters.rows + gap)
                    found.append(
                        FieldBox(
                            page=number, field=slot.field, left=x, top=top, width=slot.width, rows=style.rows,
                            weight=style.weight, lit=Style(colour=colour).lit(shape.colours),
                        )
                    )  # fmt: skip
                x += letters.widths[letter]
    return tuple(found)


def moved(boxes: Iterable[FieldBox], area: Area, language: str = "") -> Iterator[FieldBox]:
    """The boxes of pages drawn for an area, as they lie on the whole board."""
    for box in boxes:
        place = {"left": box.left + area.left, "top": box.top + area.top, "language": box.language or language}
        yield box.model_copy(update=place)


def fits(said: str, box: FieldBox, language: str) -> bool:
    """Whether a value can stand in a box: letters of its packs, within its room."""
    letters = _letters(box, language)
    return all(letter in letters.widths for letter in said) and letters.measure(said) <= box.width


def _letters(box: FieldBox, language: str) -> Face:
    return face(Style(rows=box.rows, weight=box.weight).packs(box.language or language))


def filled_page(file: PageFile, number: int, values: Mapping[int, str | None]) -> Page:
    """A page with values in its boxes, by their place in the file; a box without one, or whose value does not fit, stays dark."""
    page = file.pages[number]
    planes = [bytearray(plane) for plane in page.planes]
    for place, box in enumerate(file.fields):
        said = values.get(place)
        if box.page == number and said and fits(said, box, file.language):
            rows = _drawn(said, box, file.language)
            for plane, lit in zip(planes, box.lit, strict=True):
                if lit:
                    _set(plane, rows, box, page.shape.stride)
    return page.model_copy(update={"planes": tuple(bytes(plane) for plane in planes)})


@lru_cache(maxsize=64)
def _drawn(said: str, box: FieldBox, language: str) -> bytes:
    return draw_line(said, _letters(box, language), box.width)


def _set(plane: bytearray, rows: bytes, box: FieldBox, stride: int) -> None:
    """Or the rows of a value into a plane, row by row."""
    size = (box.width + 7) // 8
    shift = stride * 8 - size * 8 - box.left
    for row in range(box.rows):
        ink = int.from_bytes(rows[row * size : (row + 1) * size], "big")
        at = (box.top + row) * stride
        here = int.from_bytes(plane[at : at + stride], "big")
        here |= ink << shift if shift >= 0 else ink >> -shift
        plane[at : at + stride] = here.to_bytes(stride, "big")


def values_at(
    file: PageFile, number: int, now: datetime, moons: LunarTable | None, figures: Figures
) -> dict[int, str | None]:
    """What the fields of a page read at `now`, by their place in the file; None where it is not known or does not fit."""
    found: dict[int, str | None] = {}
    for place, box in enumerate(file.fields):
        if box.page == number:
            read = value(live_field(box.field), box.language or file.language, now, moons, figures)
            found[place] = read if read is not None and fits(read, box, file.language) else None
    return found


def sample_page(file: PageFile, number: int) -> Page:
    """A page as previews show it: every box with the sample of its kind."""
    values = {
        place: samples(live_field(box.field), box.language or file.language)[0] for place, box in enumerate(file.fields)
    }
    return filled_page(file, number, values)
