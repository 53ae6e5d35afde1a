"""Height, weight, colour, place and pictograms."""

import pytest

from devices.profiles.board import BoardShape
from devices.rendering.cleaning import clean
from devices.rendering.glyphs import face
from devices.rendering.render import render
from devices.rendering.signs import LETTERS
from devices.rendering.style import Style


def lit(style, board="192x64", text="Hữu Nghị"):
    page = render(text, "vi", BoardShape.parse(board), style=style).file.pages[0]
    shape = page.shape
    return {(x, y): page.lamp(x, y) for y in range(shape.height) for x in range(shape.width) if page.lamp(x, y)}


@pytest.mark.parametrize(("align", "side"), [("left", "left"), ("right", "right"), ("centre", "middle")])
def test_lines_stand_where_they_are_told(align, side):
    columns = [x for x, _ in lit(Style(align=align))]
    places = {"left": min(columns) <= 1, "right": max(columns) >= 189, "middle": 60 < sum(columns) / len(columns) < 132}
    assert [place for place, there in places.items() if there] == [side]


def test_pages_stand_at_the_top_in_the_middle_or_at_the_bottom():
    tops = [min(y for _, y in lit(Style(vertical=place))) for place in ("top", "middle", "bottom")]
    assert tops[0] < 4 < 20 < tops[1] < 32 < 44 < tops[2]


@pytest.mark.parametrize("rows", [16, 24, 32])
def test_higher_rows_make_higher_letters(rows):
    rows_lit = [y for _, y in lit(Style(rows=rows), text="H")]
    assert max(rows_lit) - min(rows_lit) + 1 == {16: 9, 24: 13, 32: 17}[rows]


@pytest.mark.parametrize(
    ("board", "colour", "planes"),
    [
        ("192x64:mono", "red", 1),
        ("192x64:rg", "amber", 3),
        ("192x64:rg", "red", 1),
        ("192x64:rg", "green", 2),
        ("192x64:rg", "blue", 3),
        ("192x64:rgb", "amber", 3),
        ("192x64:rgb", "blue", 4),
        ("192x64:rgb", "white", 7),
    ],
)
def test_each_board_shows_a_colour_with_the_lamps_it_has(board, colour, planes):
    assert set(lit(Style(colour=colour), board).values()) == {planes}


def test_a_pictogram_is_written_by_name_among_words():
    letters = face(Style().packs("vi")).widths
    assert clean("Làn :lorry: 07:00:info:", letters).text == f"Làn {LETTERS['lorry']} 07:00{LETTERS['info']}"
    assert lit(Style(), text=":lorry:") != lit(Style(), text=":car:")


@pytest.mark.parametrize("text", [":nothing:", "a:b:c", ":Lorry:", ": lorry :"])
def test_what_names_no_pictogram_stays_as_it_is(text):
    assert clean(text, face(Style().packs("en")).widths).text == text


def test_the_letter_of_a_pictogram_cannot_be_smuggled_in():
    rendering = render(f"Xe {LETTERS['stop']}", "vi", BoardShape.parse("192x64"))
    assert [item.code for item in rendering.findings] == ["text.no-glyph"]


def margins(text, language, shape, style):
    """Dark columns before the first and after the last lit lamp of a page of one line."""
    page = render(text, language, BoardShape.parse(shape), style=style).file.pages[0]
    lit = [x for x in range(page.shape.width) if any(page.lamp(x, y) for y in range(page.shape.height))]
    return lit[0], page.shape.width - 1 - lit[-1]


@pytest.mark.parametrize("rows", [16, 24, 32])
@pytest.mark.parametrize(
    "text", ["开启雾灯", "减速慢行，", "能见度低：", "（北京时间）", "注意（等候）", "（等候）通知", "请勿停车！"]
)
def test_a_centred_chinese_line_has_its_ink_in_the_middle(text, rows):
    before, after = margins(text, "zh-Hans", f"320x{rows}:mono", Style(rows=rows))
    assert abs(before - after) <= rows // 3


def test_a_stop_at_the_edge_of_a_full_line_is_not_pushed_off_the_board():
    before, after = margins("减速慢行，", "zh-Hans", "80x16:mono", Style())
    assert (before, after) == margins("减速慢行，", "zh-Hans", "80x16:mono", Style(align="left"))


def test_a_field_in_a_line_that_ends_with_a_stop_lies_where_its_room_was_left():
    shape, letters = BoardShape.parse("192x16:mono"), face(Style().packs("zh-Hans"))
    plain, stopped = (render(f"等候{{figure lorries}}{end}", "zh-Hans", shape).file.fields[0] for end in ("", "。"))
    assert plain.left == (192 - letters.measure("等候") - plain.width) // 2 + letters.measure("等候")
    assert stopped.left == plain.left - letters.widths["。"] // 2 + letters.widths["。"] // 4
