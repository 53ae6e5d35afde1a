"""Lines and pages do not tear the words that gates use."""

from itertools import pairwise

import pytest

from devices.rendering.breaking import Cut, atoms
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


def lines_of(text, language, width, capacity=1):
    widths = face(Style().packs(language)).widths
    layout = lay_out(clean(text, widths).text, widths, width, capacity)
    return [line for page in layout.pages for line in page]


WIDTHS = range(112, 321, 16)
HELD = [
    ("Gọi số điện thoại 0205 3 878 123 hoặc 1900 1234", "vi", ["0205 3 878 123", "1900 1234"]),
    (
        "Xe 12C 123.45 vào làn số 3, xe 98H-012.34 vào cổng số 12",
        "vi",
        ["12C 123.45", "làn số 3", "98H-012.34", "cổng số 12"],
    ),
    ("Chờ khoảng 45 phút, phí 150.000 đồng, tốc độ 20 km/h", "vi", ["45 phút,", "150.000 đồng,", "20 km/h"]),
    ("Làm việc 08:00 – 17:00, nghỉ từ ngày 30/4", "vi", ["08:00 – 17:00,", "ngày 30/4"]),
    ("Mở cửa từ 7 giờ 30 đến 17 giờ 30 phút", "vi", ["7 giờ 30", "17 giờ 30 phút"]),
    ("Speed limit 20 km/h, trucks over 18 t use lane 3", "en", ["20 km/h,", "18 t", "lane 3"]),
    ("Closed from 30 April to 3 May, waiting time 45 minutes", "en", ["30 April", "3 May,", "45 minutes"]),
    ("Truck drivers please go to counter No. 5 at 7:30 a.m. sharp", "en", ["No. 5", "7:30 a.m."]),
    ("桂F12345货车请到3号窗口，限重30吨，车距50米", "zh-Hans", ["桂F12345", "3号", "30吨，", "50米"]),
    ("2月5日至2月11日放假，限速20公里/小时，等候45分钟", "zh-Hans", ["2月5日", "2月11日", "45分钟"]),
]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("text", "language", "held"), HELD)
def test_a_number_stays_with_its_unit_and_a_plate_a_date_and_a_telephone_are_whole(text, language, held, width):
    for capacity in (1, 2, 4):
        lines = lines_of(text, language, width, capacity)
        assert [each for each in held if not any(each in line for line in lines)] == [], lines


@pytest.mark.parametrize("width", range(60, 321, 4))
@pytest.mark.parametrize(("text", "language", "held"), HELD)
def test_no_line_begins_with_a_closing_sign_however_narrow(text, language, held, width):
    lines = lines_of(text, language, width, 2)
    assert not [line for line in lines if line[0] in ",.:;!?)，。、：；！？）"]
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_a_line_too_narrow_for_all_keeps_the_number_with_its_unit():
    assert lines_of("Chờ khoảng 45 phút, còn xe", "vi", 96) == ["Chờ khoảng", "45 phút,", "còn xe"]
    assert "ở bãi số 2," in lines_of("Xe tải chờ ở bãi số 2, xin chuẩn bị", "vi", 128, 2)


@pytest.mark.parametrize(
    ("text", "language", "width", "rows", "lines"),
    [
        pytest.param(
            "EMERGENCY: leave now by the nearest exit", "en", 192, 4, ["EMERGENCY:", "leave now", "by the nearest exit"],
            id="a line more where one would end soon after a pause",
        ),
        pytest.param(
            "Lost property found: claim at the information desk", "en", 192, 4,
            ["Lost property found:", "claim at the", "information desk"], id="not found: claim",
        ),
        pytest.param(
            "货车司机：请先在数字口岸平台申报再进场", "zh-Hans", 192, 4, ["货车司机：", "请先在数字口岸", "平台申报再进场"],
            id="in Chinese too",
        ),
        pytest.param(
            "No illegal crossing. Do not damage border markers", "en", 96, 1,
            ["No illegal", "crossing.", "Do not", "damage", "border", "markers"], id="on boards of one line too",
        ),
        pytest.param(
            "Tạm dừng thông quan 12:30-14:00 (giờ Hà Nội)", "vi", 192, 4, ["Tạm dừng thông quan", "12:30-14:00 (giờ Hà Nội)"],
            id="no line more where none ends soon after a pause",
        ),
        pytest.param(
            "DỪNG LẠI Xe tải chờ ở bãi số 2", "vi", 192, 4, ["DỪNG LẠI", "Xe tải chờ ở bãi số 2"],
            id="a call in capitals ends with its last word",
        ),
        pytest.param(
            "Đồn trưởng Nguyễn Văn An thông báo", "vi", 176, 2, ["Đồn trưởng", "Nguyễn Văn An thông báo"],
            id="a name is not parted where another place is as good",
        ),
    ],
)  # fmt: skip
def test_lines_end_where_the_text_pauses(text, language, width, rows, lines):
    assert lines_of(text, language, width, rows) == lines


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("trước ngày 12/05/2026", Cut.INSIDE),
        ("pay USD 12.50", Cut.INSIDE),
        ("biển số 12C-123.45", Cut.LEANING),
        ("限重30吨", Cut.LEANING),
        ("通关时间 08:00", Cut.WORD),
        ("ông Văn An", Cut.LEANING),
        ("DỪNG LẠI Xe", Cut.PHRASE),
        ("UBND tỉnh", Cut.WORD),
    ],
)
def test_how_natural_a_break_before_a_number_or_a_name_is(text, cut):
    widths = face(Style().packs("zh-Hans")).widths
    assert atoms(text, widths, 1000).cuts()[-1] is cut
