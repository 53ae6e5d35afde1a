"""Lines and pages do not tear the words that gates use."""

from itertools import pairwise

import pytest

from devices.rendering.cleaning import clean
from devices.rendering.glyphs import face
from devices.rendering.layout import lay_out
from devices.rendering.style import Style
from devices.rendering.words import HAN_PAIRS, SYLLABLE_PAIRS, inside_word


@pytest.mark.parametrize(
    ("before", "after", "torn"),
    [
        ("Cửa", "khẩu", True),
        ("(hộ", "chiếu,", True),
        ("CHÚ", "Ý!", True),
        ("Ma", "làm", False),
        ("护", "照", True),
        ("通", "行", True),
        ("请", "立", False),
        ("border", "gate", True),
    ],
)
def test_a_word_of_several_syllables_or_characters_is_known(before, after, torn):
    assert inside_word(before.lower(), after.lower()) is torn


def test_the_lists_hold_pairs_and_nothing_else():
    assert all(len(pair) == 2 for pair in HAN_PAIRS)
    assert all(len(pair.split()) == 2 and pair == pair.lower() for pair in SYLLABLE_PAIRS)


@pytest.mark.parametrize("width", range(112, 321, 16))
@pytest.mark.parametrize(
    ("text", "language"),
    [("请备好有效护照或通行证", "zh-Hans"), ("Chuẩn bị sẵn hộ chiếu và giấy thông hành còn giá trị", "vi")],
)
def test_words_stay_whole_on_boards_of_every_usual_width(text, language, width):
    letters = face(Style().packs(language))
    for capacity in (1, 2, 4):
        pages = lay_out(clean(text, letters.widths).text, letters.widths, width, capacity).pages
        lines = [line for page in pages for line in page]
        if language == "vi":
            torn = [(a, b) for a, b in pairwise(lines) if inside_word(a.split()[-1].lower(), b.split()[0].lower())]
        else:
            torn = [(a, b) for a, b in pairwise(lines) if inside_word(a[-1], b[0])]
        assert torn == []


@pytest.mark.parametrize(
    ("text", "language", "width", "rows", "pages"),
    [
        pytest.param(
            "Tạm dừng thông quan 12:30-14:00 (giờ Hà Nội)", "vi", 128, 2,
            [("Tạm dừng", "thông quan"), ("12:30-14:00", "(giờ Hà Nội)")],
            id="what explains a time stands on its page, and no word is torn",
        ),
        pytest.param(
            "峙马口岸通关时间 08:00-18:00（北京时间）", "zh-Hans", 128, 2,
            [("峙马口岸通关时间",), ("08:00-18:00", "（北京时间）")], id="in Chinese too",
        ),
        pytest.param(
            "EMERGENCY: leave now by the nearest exit", "en", 128, 2,
            [("EMERGENCY:",), ("leave now", "by the nearest exit")], id="no line ends with a word that leans on the next",
        ),
        pytest.param(
            "https://langson.gov.vn/cuakhauhuunghiquocte", "en", 192, 4,
            [("https://langson.gov.vn/", "cuakhauhuunghiquocte")], id="an address is broken after its bars",
        ),
        pytest.param(
            "Dense fog, poor visibility: slow down, lights on", "en", 96, 1,
            [("Dense fog,",), ("poor visibility:",), ("slow down,",), ("lights on",)], id="pages of one line end at pauses",
        ),
        pytest.param(
            "欢迎来到友谊关口岸，请货车靠右行驶，注意（等候）通知。100%", "zh-Hans", 128, 2,
            [("欢迎来到", "友谊关口岸，"), ("请货车靠右行驶，",), ("注意（等候）", "通知。100%")],
            id="words of Chinese traffic stay whole",
        ),
        pytest.param(
            "Sương mù dày, tầm nhìn kém: giảm tốc độ, bật đèn", "vi", 80, 2,
            [("Sương mù", "dày,"), ("tầm nhìn", "kém:"), ("giảm", "tốc độ,"), ("bật đèn",)],
            id="a page more is better than a word torn between two lines",
        ),
        pytest.param(
            "Lost property found: claim at the information desk", "en", 112, 2,
            [("Lost property", "found: claim at"), ("the information", "desk")],
            id="but not where a word is wider than a line",
        ),
    ],
)  # fmt: skip
def test_pages_turn_where_a_reader_pauses(text, language, width, rows, pages):
    widths = face(Style().packs(language)).widths
    assert list(lay_out(text, widths, width, rows).pages) == pages
