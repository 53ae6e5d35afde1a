"""Scrolling text: one strip, seen through a window."""

import pytest

from devices.profiles.board import BoardShape
from devices.rendering.page import Page
from devices.rendering.reading import Reader
from devices.rendering.strip import MAX_LAMPS, scroll
from devices.rendering.style import Style

WALKER = Reader(audience="walker")
BOARD = BoardShape.parse("100x16:rg")
TEXT = "Xe tải chờ ở bãi số 2"


def strip_of(text=TEXT, board=BOARD, language="vi", **how):
    return scroll(text, language, board, reader=WALKER, **how).strip


def test_it_begins_and_ends_dark_and_shows_the_whole_text_once():
    strip = strip_of()
    columns = []
    for number in range(1, strip.frames):
        page = strip.frame(number)
        columns.append([page.lamp(BOARD.width - 1, y) for y in range(BOARD.height)])
    lit = sum(map(bool, (lamp for column in columns for lamp in column)))
    assert lit == int.from_bytes(strip.planes[0], "big").bit_count()
    assert not any(map(any, strip.frame(0).planes))
    assert not any(map(any, strip.frame(strip.frames).planes))


@pytest.mark.parametrize("board", ["100x16:rg", "33x20:mono", "7x16:rgb", "192x64:rgb"])
def test_every_step_moves_every_lamp_one_to_the_left(board):
    shape = BoardShape.parse(board)
    strip = strip_of("Gì", shape)
    if strip is None:
        assert shape.width < 16
        return
    for number in range(strip.frames - 1):
        now, then = strip.frame(number), strip.frame(number + 1)
        moved = [[now.lamp(x + 1, y) for x in range(shape.width - 1)] for y in range(shape.height)]
        assert moved == [[then.lamp(x, y) for x in range(shape.width - 1)] for y in range(shape.height)]


def test_each_frame_is_a_sound_page():
    page = strip_of().frame(60)
    assert Page(shape=page.shape, planes=page.planes, seconds=page.seconds) == page


@pytest.mark.parametrize(
    ("language", "text", "rows", "low", "high"),
    [("vi", TEXT, 16, 40, 60), ("zh-Hans", "货车在2号场等候", 16, 40, 50), ("en", "Lorries wait here", 32, 80, 120)],
)
def test_it_passes_as_fast_as_people_read(language, text, rows, low, high):
    strip = strip_of(text, BoardShape.parse("192x32"), language, style=Style(rows=rows))
    assert low <= 1 / strip.interval <= high


def test_lines_and_steering_characters_become_one_line():
    assert strip_of("Xe\ntải\u200b\u2060 \u00a0chờ").planes == strip_of("Xe tải chờ").planes


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"reader": Reader()}, "scroll.driver"),
        ({"reader": WALKER, "lamps_per_second": 200}, "scroll.fast"),
        ({"reader": WALKER, "style": Style(colour="blue")}, "colour.blue"),
    ],
)
def test_what_cannot_be_read_is_noticed(how, code):
    scrolling = scroll(TEXT, "vi", BOARD, **how)
    assert scrolling.strip is not None
    assert code in [item.code for item in scrolling.findings]


@pytest.mark.parametrize(
    ("text", "language", "code"),
    [
        ("M" * MAX_LAMPS, "en", "scroll.too-long"),
        ("", "en", "text.empty"),
        ("🚚", "en", "text.emoji"),
        ("Gate", "fr", "language.unknown"),
    ],
)
def test_what_cannot_be_shown_is_refused(text, language, code):
    scrolling = scroll(text, language, BOARD, reader=WALKER)
    assert scrolling.strip is None
    assert code in [item.code for item in scrolling.findings]


def test_a_board_lower_than_a_line_is_refused():
    assert scroll(TEXT, "vi", BoardShape.parse("100x15")).findings[-1].code == "board.too-low"
