"""How notices are read aloud, case by case and by law."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.media.speech import en, vi, zh
from controller.media.speech.tongues import TONGUES, spoken

VI = {
    "0": "không", "5": "năm", "10": "mười", "15": "mười lăm", "21": "hai mươi mốt", "24": "hai mươi tư", "25": "hai mươi lăm",
    "30": "ba mươi", "100": "một trăm", "105": "một trăm linh năm", "111": "một trăm mười một", "1000": "một nghìn",
    "1005": "một nghìn không trăm linh năm", "1.500": "một nghìn năm trăm", "37,5": "ba mươi bảy phẩy năm",
    "2026": "hai nghìn không trăm hai mươi sáu", "1.000.000": "một triệu", "2.000.010": "hai triệu không trăm mười",
    "1.000.000.000": "một tỷ", "007": "không không bảy",
    "8h30": "tám giờ ba mươi phút", "8h": "tám giờ", "07:05": "bảy giờ năm phút", "17:00": "mười bảy giờ",
    "24:00": "hai mươi tư giờ", "từ 7h-17h": "từ bảy giờ đến mười bảy giờ",
    "từ 07:00 - 17:30": "từ bảy giờ đến mười bảy giờ ba mươi phút",
    "ngày 5/4/2026": "ngày năm tháng tư năm hai nghìn không trăm hai mươi sáu",
    "2026-01-05": "ngày năm tháng một năm hai nghìn không trăm hai mươi sáu", "ngày 30/4": "ngày ba mươi tháng tư",
    "xe 12C-123.45": "xe một hai, xê, một hai ba, bốn năm, nhắc lại, một hai, xê, một hai ba, bốn năm",
    "29LD 1234": "hai chín, lờ dê, một hai ba bốn, nhắc lại, hai chín, lờ dê, một hai ba bốn",
    "gọi 113": "gọi một một ba", "gọi 0205 3871 234": "gọi không hai không năm, ba tám bảy một, hai ba bốn",
    "1900 9095": "một chín không không, chín không chín năm",
    "QL1A": "quốc lộ một a", "QL 4B": "quốc lộ bốn bê", "30 km/h": "ba mươi ki lô mét trên giờ", "5 kg": "năm ki lô gam",
    "50%": "năm mươi phần trăm", "-5°C": "âm năm độ xê", "500.000đ": "năm trăm nghìn đồng",
    "200 USD": "hai trăm đô la Mỹ", "làn 2": "làn hai", "5-7 ngày": "năm đến bảy ngày", "CCCD": "căn cước công dân",
    "Xin chào.": "Xin chào.",
}  # fmt: skip
ZH = {
    "0": "零", "2": "二", "10": "十", "12": "十二", "20": "二十", "105": "一百零五", "110": "一百一十", "1000": "一千",
    "1005": "一千零五", "10000": "一万", "10005": "一万零五", "10500": "一万零五百", "110000": "十一万", "100000000": "一亿",
    "100000001": "一亿零一", "1.500": "一千五百", "37.5": "三十七点五",
    "08:30": "八点三十分", "2:00": "两点整", "17:05": "十七点零五分", "8点30分": "八点三十分", "2点": "两点",
    "2026年1月5日": "二零二六年一月五日", "05/01/2026": "二零二六年一月五日", "2026-01-05": "二零二六年一月五日",
    "07:00-17:00": "七点整到十七点整", "2号通道": "二号通道", "3条车道": "三条车道", "2辆车": "两辆车",
    "12C-123.45": "幺 二,C,幺 二 三,四 五,再说一遍,幺 二,C,幺 二 三,四 五",
    "桂F·12345": "桂 F,幺 二 三 四 五,再说一遍,桂 F,幺 二 三 四 五",
    "拨打110": "拨打幺幺零", "0205 3871 234": "零二零五,三八七幺,二三四", "QL1A": "国道一A", "G322": "国道三二二",
    "30 km/h": "三十公里每小时", "2kg": "两公斤", "50%": "百分之五十", "500元": "五百元", "2元": "两元",
    "200 USD": "二百美元", "-5℃": "负五摄氏度", "１２": "十二",
}  # fmt: skip
EN = {
    "0": "zero", "13": "thirteen", "21": "twenty-one", "105": "one hundred and five", "1,500": "one thousand five hundred",
    "1005": "one thousand and five", "2,000,000": "two million", "37.5": "thirty-seven point five",
    "08:30": "eight thirty a.m.", "17:00": "five p.m.", "12:00": "noon", "24:00": "midnight", "00:05": "twelve oh five a.m.",
    "07:00 - 17:00": "seven a.m. to five p.m.", "5/1/2026": "fifth of January twenty twenty-six",
    "2026-02-22": "twenty-second of February twenty twenty-six", "5 January 2026": "fifth January twenty twenty-six",
    "12C-123.45": "one two, C, one two three, four five, again, one two, C, one two three, four five",
    "call 113": "call one one three", "0205 3871 234": "zero two zero five, three eight seven one, two three four",
    "QL1A": "National Road one A", "30 km/h": "thirty kilometres per hour", "5%": "five percent", "$20": "twenty dollars",
    "500,000 VND": "five hundred thousand dong", "Lane 2": "Lane two", "the 3rd lane": "the third lane",
    "-5 °C": "minus five degrees Celsius", "since 2026": "since twenty twenty-six",
    "+84 205 3871 234": "plus eight four, two zero five, three eight seven one, two three four",
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "written", "words"),
    [
        (language, *case)
        for language, cases in (
            ("vi", VI),
            ("zh-Hans", {written: words.replace(",", "\uff0c") for written, words in ZH.items()}),
            ("en", EN),
        )
        for case in cases.items()
    ],
)
def test_what_is_written_is_read_like_this(language, written, words):
    assert spoken(written, language) == words


def test_a_whole_notice_in_vietnamese():
    text = "Xe 12C-123.45 vào làn 3 trước 8h30 ngày 05/01/2026. Đường dây nóng 0205 3871 234."
    assert spoken(text, "vi") == (
        "Xe một hai, xê, một hai ba, bốn năm, nhắc lại, một hai, xê, một hai ba, bốn năm vào làn ba trước tám giờ ba mươi phút "
        "ngày năm tháng một năm hai nghìn không trăm hai mươi sáu. "
        "Đường dây nóng không hai không năm, ba tám bảy một, hai ba bốn."
    )


def test_the_lexicon_of_the_gate_comes_first_and_only_for_whole_words():
    lexicon = {"KKT": "khu kinh tế", "Bằng Tường": "Bằng Tường, Trung Quốc", "QL1A": "quốc lộ số một"}
    assert spoken("KKT, QL1A, KKTX", "vi", lexicon) == "khu kinh tế, quốc lộ số một, KKTX"


def test_a_language_without_rules_is_a_key_error():
    with pytest.raises(KeyError):
        spoken("1", "lo")


@settings(max_examples=150, deadline=None)
@given(
    text=st.text(
        alphabet=st.sampled_from("0123456789 .,:/-–+%hABCQL1ađ°C年月日点分元kmg٣5\n") | st.characters(), max_size=40
    ),
    language=st.sampled_from(sorted(TONGUES)),
)
def test_no_digit_is_left_for_the_voice_to_guess(text, language):
    assert not any(char.isdecimal() for char in spoken(text, language))


def value_of(words: str) -> int:
    """An independent reader of Vietnamese numbers below a billion."""
    names = {
        "một": 1,
        "mốt": 1,
        "hai": 2,
        "ba": 3,
        "bốn": 4,
        "tư": 4,
        "năm": 5,
        "lăm": 5,
        "sáu": 6,
        "bảy": 7,
        "tám": 8,
        "chín": 9,
    }
    total = group = digit = 0
    for word in words.split():
        if word in names:
            digit = names[word]
        elif word in ("không", "linh"):
            digit = 0
        elif word == "mười":
            group, digit = group + 10, 0
        elif word in ("mươi", "trăm"):
            group, digit = group + digit * {"mươi": 10, "trăm": 100}[word], 0
        else:
            total, group, digit = total + (group + digit) * {"nghìn": 1_000, "triệu": 1_000_000}[word], 0, 0
    return total + group + digit


@given(st.integers(1, 10**9 - 1))
def test_vietnamese_number_words_mean_the_number(value):
    assert value_of(vi.number(str(value))) == value


def hanzi_value(words: str) -> int:
    """An independent reader of Chinese numbers."""
    total = part = digit = 0
    for char in words:
        if char in zh.ONES:
            digit = zh.ONES.index(char)
        elif char in "十百千":
            part, digit = part + (digit or 1) * {"十": 10, "百": 100, "千": 1_000}[char], 0
        else:
            total, part, digit = (total + part + digit) * {"万": 10**4, "亿": 10**8}[char], 0, 0
    return total + part + digit


@given(st.integers(1, 10**8 - 1))
def test_chinese_number_words_mean_the_number(value):
    assert hanzi_value(zh.number(str(value))) == value


@given(st.integers(0, 10**9))
def test_english_number_words_are_told_apart(value):
    assert en.number(str(value)) != en.number(str(value + 1))
