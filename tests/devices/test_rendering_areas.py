"""Areas of a board, and languages side by side."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.profiles.board import BoardShape, Colours
from devices.rendering.areas import Area, put_together, render_together, split
from devices.rendering.page import Page, PageFile
from devices.rendering.render import render

TEXTS = {"vi": "Xe tải chờ ở bãi số 2", "zh-Hans": "货车在2号场等候", "en": "Lorries wait in yard 2"}


@st.composite
def boards_with_a_part(draw):
    shape = BoardShape(
        width=draw(st.integers(1, 40)), height=draw(st.integers(1, 12)), colours=draw(st.sampled_from(Colours))
    )
    left, top = draw(st.integers(0, shape.width - 1)), draw(st.integers(0, shape.height - 1))
    area = Area(left, top, draw(st.integers(1, shape.width - left)), draw(st.integers(1, shape.height - top)))
    inner = BoardShape(width=area.width, height=area.height, colours=shape.colours)
    lamps = [[draw(st.booleans()) for _ in range(area.width)] for _ in range(area.height)]
    rows = [sum(lit << (inner.stride * 8 - 1 - x) for x, lit in enumerate(row)) for row in lamps]
    plane = b"".join(row.to_bytes(inner.stride, "big") for row in rows)
    return shape, area, Page(shape=inner, planes=(plane,) * shape.colours.planes, seconds=1)


@settings(max_examples=60, deadline=None)
@given(boards_with_a_part())
def test_every_lamp_of_a_part_stands_at_its_place_and_no_other_is_lit(case):
    shape, area, part = case
    whole = put_together(shape, [(area, part)], 2.0)
    for y in range(shape.height):
        for x in range(shape.width):
            inside = area.left <= x < area.left + area.width and area.top <= y < area.top + area.height
            assert whole.lamp(x, y) == (part.lamp(x - area.left, y - area.top) if inside else 0)


@pytest.mark.parametrize("area", [Area(-1, 0, 8, 8), Area(60, 0, 8, 8), Area(0, 1, 8, 8), Area(0, 0, 9, 8)])
def test_a_part_that_leaves_the_board_or_does_not_fill_its_area_is_refused(area):
    page = Page(shape=BoardShape(width=8, height=8), planes=(bytes(8),), seconds=1)
    with pytest.raises(ValueError, match="does not fill"):
        put_together(BoardShape(width=64, height=8), [(area, page)], 1)


@pytest.mark.parametrize(
    ("board", "count", "wanted"),
    [
        ("192x64", 3, [(0, 0, 192, 21), (0, 21, 192, 21), (0, 42, 192, 21)]),
        ("192x32", 2, [(0, 0, 192, 16), (0, 16, 192, 16)]),
        ("196x16", 2, [(0, 0, 96, 16), (100, 0, 96, 16)]),
    ],
)
def test_languages_stand_one_above_the_other_where_there_is_height(board, count, wanted):
    areas = split(BoardShape.parse(board), count, 16)
    assert [(area.left, area.top, area.width, area.height) for area in areas] == wanted


def test_three_languages_share_a_board_and_each_is_drawn_as_it_would_be_alone():
    shape = BoardShape.parse("192x64:rg")
    together = render_together(TEXTS, shape)
    assert together.file.language == "mul"
    assert PageFile.from_bytes(together.file.to_bytes()) == together.file
    alone = render(TEXTS["zh-Hans"], "zh-Hans", BoardShape.parse("192x21:rg")).file.pages[0]
    page = together.file.pages[0]
    assert [[page.lamp(x, 21 + y) for x in range(192)] for y in range(21)] == [
        [alone.lamp(x, y) for x in range(192)] for y in range(21)
    ]


def test_a_language_with_fewer_pages_begins_again_and_the_slowest_reader_sets_the_time():
    together = render_together(
        {"vi": "Xe tải chờ ở bãi số 2. Xin cảm ơn quý khách.", "zh-Hans": "等候"}, BoardShape.parse("128x32")
    )
    pages = together.file.pages
    assert len(pages) > 1
    halves = [page.text_art().split("\n")[16:] for page in pages]
    assert all(half == halves[0] for half in halves)
    assert max(page.seconds for page in pages) > 2.8


def test_a_text_that_is_blocked_in_one_language_blocks_them_all():
    together = render_together({"vi": "Xe 🚚", "en": "Lorry"}, BoardShape.parse("192x64"))
    assert together.file is None
    assert [item.code for item in together.findings["vi"]] == ["text.emoji"]


def test_no_text_at_all_is_a_fault_of_the_caller():
    with pytest.raises(ValueError, match="no text"):
        render_together({}, BoardShape.parse("192x64"))
