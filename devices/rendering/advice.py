"""What to say of a text on a board: whether it fits, whether people have time and sight enough, and whether it dazzles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from devices.profiles.board import BoardShape
from devices.rendering.findings import Finding, finding, named
from devices.rendering.glyphs import Face
from devices.rendering.page import MAX_FILE_BYTES, Page
from devices.rendering.reading import MARKS, Reader, available_seconds, han_reach_m, reach_m

MAX_PAGES = 200
ROOM = MAX_FILE_BYTES * 0.9
DAZZLING = 0.30  # lit share of a page


def board_limits(text: str, letters: Face, shape: BoardShape) -> Iterator[Finding]:
    """A board that is lower than a line or narrower than a letter."""
    if shape.height < letters.rows:
        yield finding("board.too-low", "block", board=str(shape), needed=letters.rows)
    if shape.width >= letters.widest:
        return
    widest = max(set(text), key=lambda letter: (letters.widths.get(letter, 0), letter), default=" ")
    needed = letters.widths.get(widest, 0)
    if needed > shape.width:
        yield finding("board.too-narrow", "block", board=str(shape), character=named(widest), needed=needed)


def page_limits(pages: int, shape: BoardShape) -> Iterator[Finding]:
    """More pages than a file may have, or than can be read back."""
    size = pages * shape.stride * shape.height * shape.colours.planes * 4 // 3
    if pages > MAX_PAGES or size > ROOM:
        yield finding(
            "text.too-long", "block", board=str(shape), pages=pages, limit=min(MAX_PAGES, int(pages * ROOM / size))
        )


def broken_words(words: Sequence[str], text: str) -> Iterator[Finding]:
    """Words that are wider than the board; the first few of them, with their place where they are written as they are shown."""
    for word in words[:5]:
        place = text.find(word)
        yield finding("text.long-word", "warn", place if place >= 0 else None, word=word[:60])


def time_and_sight(needed: float, language: str, letters: Face, reader: Reader) -> Iterator[Finding]:
    """Too long for the time readers have; too small for the distance they stand or drive at, by day and by night."""
    available = available_seconds(letters.capital, reader)
    if available is not None and needed > available:
        yield finding("time.short", "warn", needed=round(needed, 1), available=round(available, 1))
    if reader.distance_m is None:
        return
    han = language == "zh-Hans"
    height = round((letters.rows if han else letters.capital) * reader.pitch_mm)
    for code, night in (("sight.day", False), ("sight.night", True)):
        if night and not reader.night:
            return
        reach = han_reach_m(letters.rows, reader, night=night) if han else reach_m(letters.capital, reader, night=night)
        reach /= MARKS if language == "vi" else 1
        if reach < reader.distance_m:
            yield finding(code, "warn", height=height, reach=int(reach), distance=round(reader.distance_m))


def light(pages: Sequence[Page], reader: Reader) -> Iterator[Finding]:
    """The brightest page, if it dazzles at night."""
    if not reader.night:
        return
    lamps = pages[0].shape.width * pages[0].shape.height
    shares = [max(map(_lit, {id(plane): plane for plane in page.planes}.values())) / lamps for page in pages]
    most = max(shares)
    if most > DAZZLING:
        yield finding("light.much", "info", page=shares.index(most) + 1, share=round(most * 100))


def _lit(plane: bytes) -> int:
    return int.from_bytes(plane, "big").bit_count()
