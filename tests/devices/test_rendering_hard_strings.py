"""The ten hard strings and the traps around them."""

import unicodedata

import pytest

from devices.profiles.board import BoardShape
from devices.rendering.breaking import atoms
from devices.rendering.cleaning import clean
from devices.rendering.glyphs import face
from devices.rendering.layout import lay_out
from devices.rendering.render import render

BOARD = BoardShape.parse("192x64:rg")
FACE = face(("n16", "u16"))
GREETING = (
    "Kính chào quý khách đến cửa khẩu quốc tế Hữu Nghị. "
    "Xe tải chờ ở bãi số 2, xin chuẩn bị hộ chiếu và giấy tờ hải quan."
)


def codes(text, language="vi"):
    return [item.code for item in render(text, language, BOARD).findings]


def lines(text, width=192, capacity=4):
    return [
        line for page in lay_out(clean(text, FACE.widths).text, FACE.widths, width, capacity).pages for line in page
    ]


def blocked(text, code):
    rendering = render(text, "vi", BOARD)
    assert rendering.file is None
    return [item for item in rendering.findings if item.code == code and item.severity == "block"]


def test_1_a_greeting_takes_a_page_a_sentence_and_says_that_drivers_have_too_little_time():
    rendering = render(GREETING, "vi", BOARD)
    assert len(rendering.file.pages) == 2
    assert rendering.file.seconds == 15.5
    (item,) = rendering.findings
    assert item.code == "time.short"
    assert dict(item.facts)["needed"] == 15.5
    assert any("số 2," in line for line in lines(GREETING))


@pytest.mark.parametrize("width", [96, 112, 128, 160, 192, 224])
def test_2_chinese_breaks_anywhere_but_around_its_signs(width):
    text = "欢迎来到友谊关口岸，请货车靠右行驶，注意（等候）通知。100%"
    for line in lines(text, width):
        assert line[0] not in "，）。%"
        assert not line.endswith("（")


@pytest.mark.parametrize("width", [60, 96, 120, 192])
def test_3_three_scripts_share_a_line_and_a_time_range_stays_whole(width):
    text = "Hữu Nghị（友谊）Gate 07:00–19:00 ₫"
    assert render(text, "vi", BOARD).file is not None
    if width >= FACE.measure("07:00–19:00"):
        assert any("07:00–19:00" in line for line in lines(text, width))


def test_4_marks_apart_give_the_same_lamps_as_letters_whole():
    whole = "Ổ Ậ ữ ệ đường ấ"
    apart = unicodedata.normalize("NFD", "Ổ Ậ ữ ệ đường ") + "a\u0301\u0302"
    one, other = render(whole, "vi", BOARD), render(apart, "vi", BOARD)
    assert one.file == other.file
    (item,) = [item for item in other.findings if item.code == "text.repaired"]
    assert item.position == len(apart) - 3


def test_5_an_address_breaks_at_its_signs_and_says_so():
    text = "https://langson.gov.vn/cuakhauhuunghiquocte"
    assert lines(text, 96)[0][-1] in "/."
    assert "".join(lines(text, 96)) == text
    assert "text.long-word" in [item.code for item in render(text, "en", BoardShape.parse("96x16")).findings]


@pytest.mark.parametrize("width", range(1, 20))
def test_5_a_board_narrower_than_a_letter_is_a_finding_and_no_crash(width):
    rendering = render("https://langson.gov.vn", "en", BoardShape(width=width, height=16))
    assert (rendering.file is None) == any(item.code == "board.too-narrow" for item in rendering.findings)
    assert width >= max(FACE.widths[letter] for letter in "https://langson.gov.vn") or rendering.file is None


def test_6_each_emoji_is_refused_once_as_its_reader_sees_it():
    text = "Xe 🚚👨‍👩‍👧 đi ❤️"
    found = blocked(text, "text.emoji")
    assert [item.position for item in found] == [3, 4, text.index("❤")]
    assert dict(found[0].facts)["sign"] == ":lorry:"
    assert clean(text, FACE.widths).text == "Xe □□ đi □"


def test_7_right_to_left_script_is_refused():
    assert len(blocked("Gate שלום 123 العربية end", "text.right-to-left")) == 2


def test_8_invisible_characters_never_reach_a_lamp():
    text = "A\u200bB\u200dC\ufeffD\u00adE\u2060F"
    cleaned = clean(text, FACE.widths)
    (piece, *_) = lines(text)
    assert piece == "ABCDEF"
    assert [item.position for item in cleaned.findings] == [3, 5, 7]
    assert atoms(cleaned.text, FACE.widths, 192).texts == ["A", "BCDEF"]


@pytest.mark.parametrize("code", [*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
def test_8_what_could_hide_text_from_approvers_is_refused(code):
    assert len(blocked(f"A{chr(code)}B", "text.bidi")) == 1


def test_9_every_kind_of_line_end_ends_a_line():
    text = "Dòng 1\r\nDòng 2\u2028Dòng 3\n\nDòng 5"
    assert clean(text, FACE.widths).text.split("\n") == ["Dòng 1", "Dòng 2", "Dòng 3", "", "Dòng 5"]
    assert len(render(text, "vi", BOARD).file.pages) == 2


def test_10_control_characters_are_refused_not_stripped():
    text = "A\0B\x1b[31mC\aC\tD"
    assert [item.position for item in blocked(text, "text.control")] == [1, 3, 9]
    assert "text.tab" in codes(text)


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x0b", "\x1b", "\x7f", "\x85", "\x9b"])
def test_every_control_character_is_refused(character):
    assert blocked(f"A{character}B", "text.control")


@pytest.mark.parametrize(("one", "other"), [("chờ", "chớ"), ("đỡ", "đõ")])
def test_words_that_turn_the_meaning_around_look_different(one, other):
    assert render(one, "vi", BOARD).file.pages[0].planes != render(other, "vi", BOARD).file.pages[0].planes


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Ðường Hữu Nghị", "text.eth"),
        ("Ɖường Hữu Nghị", "text.eth"),
        ("XIN CHU Y", "text.unmarked"),
        ("１２ Ａ", "text.full-width"),
        ("10∶30 ＄", "text.full-width"),
        ("a\u0340", None),
    ],
)
def test_traps_that_are_mended_or_only_noticed(text, code):
    rendering = render(text, "vi", BOARD)
    assert rendering.file is not None
    assert code is None or code in [item.code for item in rendering.findings]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("歡迎光臨", "text.traditional"),
        ("㐀", "text.not-gb2312"),
        ("Сửа", "text.look-alike"),
        ("ยินดี", "text.script"),
        ("ဗ", "text.script"),
        ("\ud800", "text.no-glyph"),
        ("\ue000", "text.no-glyph"),
        ("\u0301a", "text.stray-mark"),
        ("z\u0302\u0301", "text.stray-mark"),
        ("", "text.empty"),
        ("\u200b \u00a0\n\u3000", "text.empty"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_its_reason(text, code):
    assert blocked(text, code)


def test_old_code_points_of_marks_fold_to_the_usual_ones():
    assert render("a\u0340 a\u0341", "vi", BOARD).file == render("à á", "vi", BOARD).file


def test_nfkc_is_never_applied():
    assert clean("20㎡ ①", FACE.widths).text == "20㎡ ①"


@pytest.mark.parametrize("language", ["", "fr", "zh", "x" * 1000])
def test_an_unknown_language_is_a_finding(language):
    rendering = render("Hello", language, BOARD)
    assert [item.code for item in rendering.findings] == ["language.unknown"]


def test_a_traditional_character_comes_with_the_simplified_one():
    found = blocked("關口", "text.traditional")
    assert dict(found[0].facts)["letter"] == "关"
