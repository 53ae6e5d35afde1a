"""Texts set as their authors want them, on whatever board they come to."""

import pytest

from devices.profiles.board import BoardShape
from devices.profiles.protocols import Effect
from devices.rendering.areas import split
from devices.rendering.fit import render_largest
from devices.rendering.look import Look
from devices.rendering.page import PageFile
from devices.rendering.reading import Reader
from devices.rendering.render import render
from devices.rendering.scene import cut_out
from devices.rendering.setting import set_text, set_together
from devices.rendering.strip import scroll
from devices.rendering.style import Style

WALKER = Reader(audience="walker")
TEXTS = {"vi": "Đi chậm", "zh-Hans": "慢行", "en": "Slow down"}


def codes(found):
    return [item.code for item in found.findings]


def test_without_a_wish_letters_are_as_large_as_the_pages_allow():
    shape = BoardShape.parse("192x64:rg")
    assert set_text("Đi chậm", "vi", shape, Look()).file == render_largest("Đi chậm", "vi", shape).file


@pytest.mark.parametrize(
    ("board", "rows", "drawn"), [("192x64", 24, 24), ("192x24", 32, 24), ("96x16", 32, 16), ("96x31", 24, 24)]
)
def test_a_chosen_height_is_kept_where_there_is_room_and_said_where_there_is_not(board, rows, drawn):
    shape = BoardShape.parse(board)
    found = set_text("Chờ", "vi", shape, Look(rows=rows))
    assert found.file == render("Chờ", "vi", shape, style=Style(rows=drawn)).file
    assert ("rows.fewer" in codes(found)) == (rows != drawn)


def test_a_board_lower_than_any_line_still_blocks():
    found = set_text("Chờ", "vi", BoardShape.parse("96x12"), Look(rows=24))
    assert found.file is None
    assert "board.too-low" in codes(found)


def test_a_line_that_passes_has_its_speed_and_its_height():
    shape = BoardShape.parse("128x32:rg")
    found = set_text("Xe tải chờ", "vi", shape, Look(motion="scroll", speed=50), WALKER)
    assert (
        found.file.strip
        == scroll("Xe tải chờ", "vi", shape, reader=WALKER, style=Style(rows=32), lamps_per_second=50).strip
    )
    assert found.file.strip.interval == 0.02


def test_an_effect_is_in_the_file_and_never_of_a_line_that_passes():
    shape = BoardShape.parse("128x32:rg")
    pages = set_text("Xe tải chờ", "vi", shape, Look(effect=Effect.UP)).file
    assert PageFile.from_bytes(pages.to_bytes()).effect is Effect.UP
    assert set_text("Xe", "vi", shape, Look(effect=Effect.UP, motion="scroll"), WALKER).file.effect is Effect.NONE


@pytest.mark.parametrize("board", ["192x64:rg", "640x16:mono", "320x160:rgb"])
def test_languages_together_each_have_their_own_part_of_the_board(board):
    shape = BoardShape.parse(board)
    together = set_together(TEXTS, shape, Look(effect=Effect.LEFT))
    assert (together.file.language, together.file.effect) == ("mul", Effect.LEFT)
    rows = max(
        row for row in (16, 24, 32) if shape.height // 3 >= row or (shape.height >= row > 0 and shape.height < 48)
    )
    page = together.file.pages[0]
    for (language, text), area in zip(TEXTS.items(), split(shape, 3, rows), strict=True):
        alone = render(text, language, area.shape_on(shape), style=Style(rows=rows)).file.pages[0]
        assert cut_out(page, area).planes == alone.planes


@pytest.mark.parametrize("board", ["96x16:mono", "128x32:mono", "192x16:mono", "291x16"])
def test_a_board_without_room_for_all_languages_lets_them_take_turns(board):
    assert set_together(TEXTS, BoardShape.parse(board), Look()) is None


def test_lines_that_pass_are_never_shown_together():
    assert set_together(TEXTS, BoardShape.parse("192x64"), Look(motion="scroll")) is None


def test_together_a_language_that_blocks_blocks_them_all_and_says_which():
    found = set_together(TEXTS | {"en": "Slow 🚚"}, BoardShape.parse("192x64:rg"), Look())
    assert found.file is None
    assert [
        (language, item.code) for language, said in found.findings.items() for item in said if item.severity == "block"
    ] == [("en", "text.emoji")]


@pytest.mark.parametrize("text", ["Đi chậm", "Xe tải chờ ở bãi số 2, xin chuẩn bị hộ chiếu và giấy tờ hải quan."])
def test_larger_letters_together_never_cost_a_page(text):
    shape, texts = BoardShape.parse("320x160:rgb"), {"vi": text, "en": "Wait"}
    pages = [len(set_together(texts, shape, Look(rows=rows)).file.pages) for rows in (16, "largest")]
    assert pages[1] <= pages[0]
