"""The largest letters a text can have."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.cli import main
from devices.profiles.board import BoardShape
from devices.rendering.fit import render_largest
from devices.rendering.render import render
from devices.rendering.style import Style

SAMPLE = "DỪNG LẠI xe tải chờ ở bãi số 2 友谊关 Gate https://a.vn/bcdefgh"
WORDS = st.lists(st.sampled_from(SAMPLE.split()), min_size=1, max_size=14)


@pytest.mark.parametrize(
    ("text", "board", "rows"),
    [
        ("DỪNG LẠI", "192x64:rg", 32),
        ("Tạm dừng thông quan 12:30-14:00", "192x64:rg", 24),
        ("DỪNG LẠI", "128x16:mono", 16),
        ("Làn 1: công dân Việt Nam", "128x32:mono", 16),
    ],
)
def test_letters_are_as_large_as_the_page_allows(text, board, rows):
    shape = BoardShape.parse(board)
    assert render_largest(text, "vi", shape).file == render(text, "vi", shape, style=Style(rows=rows)).file


@settings(max_examples=40, deadline=None)
@given(WORDS.map(" ".join), st.integers(40, 320), st.integers(16, 100))
def test_larger_letters_never_cost_a_page(text, width, height):
    shape = BoardShape(width=width, height=height)
    small, large = render(text, "vi", shape).file, render_largest(text, "vi", shape).file
    assert len(large.pages) <= len(small.pages)


def test_a_text_that_is_blocked_stays_blocked():
    assert render_largest("Xe 🚚", "vi", BoardShape.parse("192x64")).findings[0].code == "text.emoji"


def test_the_command_takes_the_largest(tmp_path):
    words = ["render", "--board", "192x64:rg", "--text", "DỪNG LẠI", "--rows"]
    for rows in ("largest", "32", "16"):
        assert main([*words, rows, "--out", str(tmp_path / f"{rows}.png")]) == 0
    files = {path.stem: path.read_bytes() for path in tmp_path.iterdir()}
    assert files["largest-1"] == files["32-1"] != files["16-1"]
