"""Laws that hold for every text on every board."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.profiles.board import BoardShape, Colours
from devices.rendering.advice import MAX_PAGES
from devices.rendering.cleaning import clean
from devices.rendering.glyphs import face
from devices.rendering.layout import lay_out
from devices.rendering.render import render

FACE = face(("n16", "u16"))
SAMPLE = """Cửa khẩu Hữu Nghị chuẩn bị hộ chiếu, số 2 07:00–19:00 (giờ Nội). Gate A12! 100%
友谊关 口岸 ，注意 （等候） https://a.vn/b-c"""
WORDS = st.sampled_from(SAMPLE.split())
GAPS = st.sampled_from([" ", "", "\n", "\u200b", "\u00a0", "\u2060", "\u3000", "  ", "\n\n", " / "])
TEXTS = st.lists(st.tuples(WORDS, GAPS), min_size=1, max_size=30).map(lambda pairs: "".join(a + b for a, b in pairs))
SHAPES = st.builds(
    BoardShape, width=st.integers(33, 400), height=st.integers(16, 100), colours=st.sampled_from(list(Colours))
)
ANY_TEXT = st.text(st.characters() | st.sampled_from("\u0301\u0302\u0323\u200d\ufe0f🚚\u202eאđơ好。"), max_size=40)


def letters(text):
    return [letter for letter in text if not letter.isspace() and letter not in "\u200b\u2060"]


@settings(max_examples=60, deadline=None)
@given(TEXTS, SHAPES)
def test_marks_apart_or_joined_give_the_same_file(text, shape):
    assert render(unicodedata.normalize("NFD", text), "vi", shape).file == render(text, "vi", shape).file


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.integers(33, 400), st.integers(1, 6))
def test_nothing_is_lost_or_doubled_between_lines_and_pages(text, width, capacity):
    cleaned = clean(text, FACE.widths).text
    pages = lay_out(cleaned, FACE.widths, width, capacity).pages
    assert letters("".join(line for page in pages for line in page)) == letters(cleaned)


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.integers(33, 400), st.integers(1, 6))
def test_no_line_is_too_wide_and_no_page_too_full_or_empty(text, width, capacity):
    for page in lay_out(clean(text, FACE.widths).text, FACE.widths, width, capacity).pages:
        assert len(page) <= capacity
        assert any(line.strip() for line in page)
        assert all(FACE.measure(line) <= width for line in page)


@settings(max_examples=60, deadline=None)
@given(TEXTS, SHAPES)
def test_every_page_fits_its_board_and_has_light_and_time(text, shape):
    file = render(text, "vi", shape).file
    assert file is not None
    for page in file.pages:
        assert page.shape == shape
        assert any(map(any, page.planes))
        assert page.seconds >= 2.8


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(sorted(FACE.widths)), min_size=1, max_size=12).map("".join))
def test_ink_is_drawn_where_it_was_measured(line):
    """On a board exactly as wide as the line the same lamps light as on a wide one, and none at its margins."""
    text = line.strip()
    width = FACE.measure(text)
    file = render(text, "vi", BoardShape(width=max(width, 32) + 40, height=16)).file
    if file is None or len(file.pages) > 1:
        return
    left = (max(width, 32) + 40 - width) // 2
    lit = [x for row in file.pages[0].text_art().split("\n") for x, lamp in enumerate(row) if lamp == "#"]
    assert left <= min(lit)
    assert max(lit) < left + width


@settings(max_examples=300, deadline=None)
@given(ANY_TEXT, st.sampled_from(["vi", "zh-Hans", "en"]), st.integers(1, 300), st.integers(1, 70))
def test_any_text_on_any_board_is_pages_or_a_block_never_a_crash(text, language, width, height):
    rendering = render(text, language, BoardShape(width=width, height=height))
    stopped = [item for item in rendering.findings if item.severity == "block"]
    assert (rendering.file is None) == bool(stopped)
    for item in rendering.findings:
        assert item.position is None or 0 <= item.position < len(text)
        assert all(item.text(words).strip() for words in ("vi", "zh-Hans", "en"))
        "".join(item.text("en")).encode()


@pytest.mark.parametrize("width", [1, 2, 7, 8, 15, 16, 17, 33, 640, 1999, 2000])
@pytest.mark.parametrize("height", [1, 15, 16, 64, 1000])
def test_any_width_and_height_give_pages_or_a_finding(width, height):
    rendering = render(
        "Kính chào quý khách 欢迎光临 https://langson.gov.vn 2", "vi", BoardShape(width=width, height=height)
    )
    assert rendering.file is not None or any(item.severity == "block" for item in rendering.findings)


@pytest.mark.parametrize(
    "piece", ["Xe chờ ở bãi. ", "好", "A", "\n", "a\u0301\u0302 ", "\0", "א", "é\n", "Xe-", "(", "số 2 "]
)
def test_a_text_of_100_000_characters_is_too_long_and_says_so_soon(piece):
    text = (piece * 100_000)[:100_000]
    rendering = render(text, "vi", BoardShape(width=192, height=64))
    assert rendering.file is None
    assert len(rendering.findings) < 300


def test_a_text_of_more_pages_than_a_file_may_have_names_both_numbers():
    text = "Xe chờ ở bãi số 2.\n" * (MAX_PAGES + 50)
    (item,) = [
        item for item in render(text, "vi", BoardShape(width=192, height=16)).findings if item.severity == "block"
    ]
    assert (item.code, dict(item.facts)["pages"], dict(item.facts)["limit"]) == ("text.too-long", 250, 200)


def test_a_file_that_could_not_be_read_back_is_never_made():
    file = render("好" * 40_000, "zh-Hans", BoardShape(width=2000, height=1000, colours=Colours.RGB)).file
    assert file is not None
    assert type(file).from_bytes(file.to_bytes()) == file
