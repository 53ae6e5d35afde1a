"""Words in colours of their own: the same lamps as without, each in its colour, and what is said of colours."""

from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.profiles.board import BoardShape
from devices.rendering.colouring import words_alone
from devices.rendering.reading import Reader
from devices.rendering.render import render
from devices.rendering.strip import scroll
from devices.rendering.style import Style

RG, RGB = BoardShape.parse("128x32:rg"), BoardShape.parse("192x64:rgb")
WORDS = st.lists(
    st.sampled_from(["Xe", "tải", "chờ", "số", "2,", "请", "慢行", "Gate", ":lorry:", "07:00–19:00"]),
    min_size=1,
    max_size=4,
)
PIECES = st.lists(st.tuples(st.sampled_from(["", "red", "green", "đỏ", "绿", "Amber"]), WORDS), min_size=1, max_size=6)


def written(pieces):
    return " ".join(f"[{colour}: {' '.join(words)}]" if colour else " ".join(words) for colour, words in pieces)


def both(page):
    total = 0
    for plane in page.planes:
        total |= int.from_bytes(plane, "big")
    return total


def codes(text, board=RG, **how):
    return [item.code for item in render(text, "vi", board, **how).findings if item.code.startswith("colour")]


@settings(max_examples=80, deadline=None)
@given(PIECES, st.sampled_from(["96x16:rg", "128x32:rg", "192x64:rgb", "64x64:mono"]))
def test_colours_change_which_lamps_of_a_letter_light_and_nothing_else(pieces, board):
    shape = BoardShape.parse(board)
    plain = render(" ".join(" ".join(words) for _, words in pieces), "vi", shape).file
    coloured = render(written(pieces), "vi", shape).file
    assert [both(page) for page in coloured.pages] == [both(page) for page in plain.pages]
    assert [page.seconds for page in coloured.pages] == [page.seconds for page in plain.pages]


def test_each_word_lights_the_planes_of_its_colour():
    page = render("[red: MM] MM [green: MM]", "vi", BoardShape.parse("128x16:rg")).file.pages[0]
    columns = zip(*page.text_art().split("\n"), strict=True)
    inked = [lamp for column in columns for lamp in column if lamp != "."]
    assert [lamp for lamp, _ in groupby(inked)] == ["R", "#", "G"]


def test_a_line_that_passes_keeps_its_colours():
    plain = scroll("Dừng lại chờ", "vi", RG, reader=Reader(audience="walker")).strip
    strip = scroll("[đỏ: Dừng lại] chờ", "vi", RG, reader=Reader(audience="walker")).strip
    red, green = (int.from_bytes(plane, "big") for plane in strip.planes)
    assert red == int.from_bytes(plain.planes[0], "big")
    assert 0 < green.bit_count() < red.bit_count()


@pytest.mark.parametrize("text", ["[brown: a]", "[red a]", "[red: a", "[]", "a] [b", "[red: [green: a]]"])
def test_what_names_no_colour_is_shown_as_it_is_written(text):
    page = render(text, "en", RGB).file.pages[0]
    assert "[" in text or "]" in text
    assert page.planes[2] == bytes(len(page.planes[2]))
    if text != "[red: [green: a]]":
        assert page.planes[0] == page.planes[1]


def test_a_finding_inside_a_coloured_word_names_its_place_in_the_text_as_written():
    text = "Xe [red:  đi 🚚] ok"
    (item,) = [item for item in render(text, "vi", RG).findings if item.code == "text.emoji"]
    assert text[item.position] == "🚚"


@pytest.mark.parametrize("text", ["[red: ]", "[red:][green: ]", " [đỏ:  ] "])
def test_colours_without_letters_are_an_empty_text(text):
    assert [item.code for item in render(text, "vi", RG).findings if item.severity == "block"] == ["text.empty"]


def test_the_names_of_colours_are_no_words_of_the_text():
    assert "text.unmarked" not in [item.code for item in render("[red: Xe] [green: tai]", "vi", RG).findings]


@pytest.mark.parametrize(
    ("text", "board", "said"),
    [
        ("[red: DỪNG] lại", "128x32:rg", ["colour.red"]),
        ("[red: :stop:]", "128x32:rg", ["colour.red-alone", "colour.red"]),
        ("[red: 5]", "128x32:rg", ["colour.red-alone", "colour.red"]),
        ("[red: :stop:] Dừng", "128x32:rg", ["colour.red"]),
        ("[red: Đóng] [green: Mở]", "128x32:rg", ["colour.red-green", "colour.red"]),
        ("[blue: Mở] cửa", "128x32:rg", ["colour.blue"]),
        ("[green: Mở] cửa", "128x32:mono", ["colour.missing"]),
        ("[red: :stop:]", "128x32:mono", ["colour.missing"]),
        ("[blue: Mở] cửa", "128x32:rgb", []),
    ],
)
def test_what_is_said_of_colours_is_said_of_each_word(text, board, said):
    assert codes(text, BoardShape.parse(board)) == said


def test_a_sign_that_is_red_with_its_word_on_another_page_stands_alone():
    findings = render(
        "[red: :stop: :stop: :stop: :stop: :stop:]\nDừng lại", "vi", BoardShape.parse("96x16:rg")
    ).findings
    assert [dict(item.facts)["page"] for item in findings if item.code == "colour.red-alone"] == [1]


def test_the_usual_colour_holds_for_words_that_name_none():
    page = render("[amber: A] B", "en", RG, style=Style(colour="green")).file.pages[0]
    red, green = (int.from_bytes(plane, "big").bit_count() for plane in page.planes)
    assert 0 < red < green


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[đỏ: :no-entry: DỪNG LẠI] xe  tải", "DỪNG LẠI xe tải"),
        ("Xe :lorry:\n[green: làn 2]", "Xe\nlàn 2"),
        ("07:00, [a] {clock}  x", "07:00, [a] {clock}  x"),
        ("红色 [红: 停]车", "红色 停 车"),
    ],
)
def test_what_is_spoken_names_neither_colours_nor_signs(text, said):
    assert words_alone(text) == said
