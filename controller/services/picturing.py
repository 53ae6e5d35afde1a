"""Pictures on the boards of a message: pages like those of its texts, and what is to be said of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from controller.domain.boards import Boards
from controller.domain.pictures import NO_LANGUAGE, Picture, PictureFacts, Transcoded
from controller.media.flashes import MOST
from controller.media.lamps import DRAWER, Seen, on_board
from controller.media.picture_words import PICTURE_WORDS
from controller.services.drawing import Drawings, Drawn, Remark, fitted, page_file
from devices.profiles.board import BoardShape, Colours
from devices.rendering.areas import GUTTER, Area, put_together
from devices.rendering.fields import moved
from devices.rendering.page import PageFile

LEAST_ROOM = 48  # lamps across for a text beside a picture: three Chinese characters
FEW_ACROSS, FEW_LAMPS = 12, 384  # a pictogram of 16 by 24 is about the least that people recognise
MUCH_LOST = 0.35
DARK, LIGHT, BRIGHT = 0.01, 0.30, 0.60  # shares of lit lamps
LONG, GLARING = 30, 0.5  # seconds of a video, and its share of all light in a bright second


def remark(code: str, board: str, **facts: object) -> Remark:
    """What is to be said of a picture or video on a board."""
    severity, words = PICTURE_WORDS[code]
    texts = {language: text.format(**facts) for language, text in words.items()}
    return Remark(
        language=NO_LANGUAGE, board=board, code=code, severity=severity, position=None, text=texts["en"], texts=texts
    )


@lru_cache(maxsize=256)
def draw_picture(png: bytes, picture: Picture, board: str, moving: bool = False) -> Drawn:
    """The page of a picture on a board like "192x64:rg". The same picture gives the same page, so it is drawn once."""
    shape = BoardShape.parse(board)
    seen = on_board(png, picture, shape)
    remarks = tuple(_remarks(seen, shape, moving))
    if any(each.severity == "block" for each in remarks):
        return Drawn(b"", None, remarks)
    return Drawn(seen.file.to_bytes(), seen.file.ref(), remarks)


def _remarks(seen: Seen, shape: BoardShape, moving: bool) -> Iterator[Remark]:
    board = str(shape)
    if seen.lit == 0:
        yield remark("picture.nothing", board)
        return
    yield from _of_light(seen, board)
    if min(seen.width, seen.height) < FEW_ACROSS or seen.width * seen.height < FEW_LAMPS:
        yield remark("picture.few-lamps", board, width=seen.width, height=seen.height)
    if seen.lost > MUCH_LOST:
        yield remark("picture.detail", board, share=min(100, round(seen.lost * 100)))
    if shape.colours is Colours.RG and seen.blue > 0.05:
        yield remark("picture.blue", board, share=round(seen.blue * 100))
    yield from _of_form(seen, board, moving)


def _of_light(seen: Seen, board: str) -> Iterator[Remark]:
    share = round(seen.lit * 100)
    if seen.lit < DARK:
        yield remark("picture.dark", board, share=f"{seen.lit * 100:.1f}")
    elif seen.lit > BRIGHT:
        yield remark("picture.bright", board, share=share)
    elif seen.lit > LIGHT:
        yield remark("picture.light", board, share=share)


def _of_form(seen: Seen, board: str, moving: bool) -> Iterator[Remark]:
    if seen.cut > 0.1:
        yield remark("picture.cut", board, share=round(seen.cut * 100))
    if seen.fewer:
        yield remark("picture.small", board)
    if moving:
        yield remark("picture.still", board)


def draw_pictures(png: bytes, picture: Picture, every: Iterable[Boards], moving: bool) -> Drawings:
    """The picture as a page of its own on every board."""
    return {
        (NO_LANGUAGE, boards.shape): fitted(draw_picture(png, picture, boards.shape, moving), boards)
        for boards in every
    }


def room_beside(facts: PictureFacts, board: str) -> tuple[Area, Area]:
    """Where a picture stands and where the text: the picture as high as the board, at most two fifths as wide."""
    shape = BoardShape.parse(board)
    wide = max(1, min(round(shape.height * facts.width / facts.height), shape.width * 2 // 5))
    left = min(shape.width - 1, wide + GUTTER)
    return Area(0, 0, wide, shape.height), Area(left, 0, shape.width - left, shape.height)


def text_board(facts: PictureFacts, board: str) -> str:
    """The room for texts beside a picture, as if it were a board."""
    return shape_in(room_beside(facts, board)[1], board)


def shape_in(area: Area, board: str) -> str:
    """An area of a board as if it were a board."""
    return str(BoardShape(width=area.width, height=area.height, colours=BoardShape.parse(board).colours))


def put_beside(png: bytes, picture: Picture, facts: PictureFacts, text: Drawn, boards: Boards) -> Drawn:
    """The pages of `text`, drawn for the room that is left, with the picture at their left; its remarks follow the text's."""
    return fitted(_beside(png, picture, facts, text, boards.shape), boards)


def _beside(png: bytes, picture: Picture, facts: PictureFacts, text: Drawn, board: str) -> Drawn:
    stands, room = room_beside(facts, board)
    said = tuple(each.model_copy(update={"board": board}) for each in text.remarks)
    if room.width < LEAST_ROOM:
        return Drawn(b"", None, (*said, remark("picture.no-room", board, width=room.width)))
    drawn = draw_picture(png, picture, shape_in(stands, board), facts.frames > 1)
    said += tuple(each.model_copy(update={"board": board}) for each in drawn.remarks)
    if text.ref is None or drawn.ref is None:
        return Drawn(b"", None, said)
    words, shown = page_file(text.data), page_file(drawn.data).pages[0]
    if words.strip is not None:
        return Drawn(b"", None, (*said, remark("picture.moving-text", board)))
    shape = BoardShape.parse(board)
    pages = tuple(put_together(shape, [(stands, shown), (room, page)], page.seconds) for page in words.pages)
    renderer = f"{words.renderer} {DRAWER}"
    boxes = tuple(moved(words.fields, room))
    file = PageFile(language=words.language, renderer=renderer, pages=pages, effect=words.effect, fields=boxes)
    return Drawn(file.to_bytes(), file.ref(), said)


def film_remarks(film: Transcoded) -> Iterator[Remark]:
    """What is to be said of a video on a wall."""
    if film.flashes > MOST:
        yield remark("video.flashing", film.shape, count=film.flashes)
    if film.light > GLARING:
        yield remark("video.bright", film.shape, share=round(film.light * 100))
    if film.seconds > LONG:
        yield remark("video.long", film.shape, seconds=round(film.seconds))


def left_out(boards: Iterable[str], walls: Iterable[str]) -> Iterator[Remark]:
    """Boards that show nothing of a video."""
    if not tuple(walls):
        yield remark("video.no-wall", "")
    for board in boards:
        if board not in walls:
            yield remark("video.board", board)
