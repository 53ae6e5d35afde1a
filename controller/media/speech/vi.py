"""Vietnamese read aloud, in the words of the north."""

from __future__ import annotations

import re

from controller.media.speech.reader import (
    DATE,
    FOREIGN_PLATE,
    HOUR,
    ISO_DATE,
    MINUTE,
    NUMBER,
    PHONE,
    PLATE,
    Rule,
    Tongue,
    digits,
    groups,
    value,
)

ONES = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
LETTERS = {
    "A": "a", "B": "bê", "C": "xê", "D": "dê", "Đ": "đê", "E": "e", "F": "ép", "G": "giê", "H": "hát", "I": "i", "J": "gi",
    "K": "ca", "L": "lờ", "M": "mờ", "N": "nờ", "O": "o", "P": "pê", "Q": "quy", "R": "rờ", "S": "sờ", "T": "tê", "U": "u",
    "V": "vê", "W": "vê kép", "X": "ích", "Y": "i dài", "Z": "dét",
}  # fmt: skip
MONTHS = ("", "một", "hai", "ba", "tư", "năm", "sáu", "bảy", "tám", "chín", "mười", "mười một", "mười hai")
UNITS = {
    "km/h": "ki lô mét trên giờ", "km": "ki lô mét", "kg": "ki lô gam", "m": "mét", "cm": "xăng ti mét", "mm": "mi li mét",
    "°C": "độ xê", "%": "phần trăm", "m²": "mét vuông", "m2": "mét vuông", "m³": "mét khối", "m3": "mét khối", "l": "lít",
    "đ": "đồng", "₫": "đồng", "VND": "đồng", "VNĐ": "đồng", "USD": "đô la Mỹ", "CNY": "nhân dân tệ", "NDT": "nhân dân tệ",
    "t": "tấn",
}  # fmt: skip
ROADS = {"QL": "quốc lộ", "TL": "tỉnh lộ", "ĐT": "đường tỉnh", "CT": "cao tốc", "AH": "đường xuyên Á", "HL": "huyện lộ"}
LEXICON = {
    "CCCD": "căn cước công dân", "CMND": "chứng minh nhân dân", "UBND": "ủy ban nhân dân", "BĐBP": "bộ đội biên phòng",
    "TP.": "thành phố", "TP": "thành phố", "GTVT": "giao thông vận tải", "XNC": "xuất nhập cảnh", "XNK": "xuất nhập khẩu",
}  # fmt: skip
_SCALES = ("", "nghìn", "triệu")


def number(digits_: str) -> str:
    """A whole number in words; one that begins with a nought is said digit by digit."""
    if (len(digits_) > 1 and digits_[0] == "0") or len(digits_) > 15:
        return digits(digits_, ONES)
    return _whole(int(digits_)) or ONES[0]


def _whole(value_: int) -> str:
    if value_ >= 10**9:
        head, rest = divmod(value_, 10**9)
        return f"{_whole(head)} tỷ {_below_billion(rest, True)}".strip()
    return _below_billion(value_, False)


def _below_billion(value_: int, inside: bool) -> str:
    """Groups of three from the left; a group that is not the first says its empty hundreds too."""
    parts: list[str] = []
    for power in (2, 1, 0):
        group = value_ // 1000**power % 1000
        if group:
            parts += [_group(group, inside or bool(parts)), _SCALES[power]]
    return " ".join(part for part in parts if part)


def _group(value_: int, inside: bool) -> str:
    hundreds, rest = divmod(value_, 100)
    parts = [f"{ONES[hundreds]} trăm"] if hundreds or inside else []
    if rest and rest < 10 and parts:
        return f"{parts[0]} linh {ONES[rest]}"
    return " ".join([*parts, *([_tens(rest)] if rest else [])])


def _tens(value_: int) -> str:
    tens, ones = divmod(value_, 10)
    if not tens:
        return ONES[ones]
    last = "lăm" if ones == 5 else ONES[ones]
    if tens == 1:
        return f"mười {last}" if ones else "mười"
    last = {1: "mốt", 4: "tư"}.get(ones, last)
    return f"{ONES[tens]} mươi {last}" if ones else f"{ONES[tens]} mươi"


def _number(match: re.Match[str]) -> str:
    whole, part = value(match)
    # Ranges and signs are said: "5-7", "-5 °C".
    return number(whole) + (
        f" phẩy {digits(part, ONES) if part[0] == '0' or len(part) > 2 else number(part)}" if part else ""
    )


def _letters(text: str) -> str:
    return " ".join(LETTERS.get(char, ONES[int(char)] if char.isdigit() else char) for char in text.upper())


def _time(match: re.Match[str]) -> str:
    minute = int(match.groupdict().get("minute") or 0)
    return f"{number(str(int(match['hour'])))} giờ" + (f" {number(str(minute))} phút" if minute else "")


def _date(match: re.Match[str]) -> str:
    year = number(match["year"])
    return f"ngày {number(str(int(match['day'])))} tháng {MONTHS[int(match['month'])]} năm {year}"


def _day_month(match: re.Match[str]) -> str:
    return f"ngày {number(str(int(match['day'])))} tháng {MONTHS[int(match['month'])]}"


def _plate(match: re.Match[str]) -> str:
    once = ", ".join([_letters(match["area"]), *_series(match), *(_letters(part) for part in groups(match["number"]))])
    return f"{once}, nhắc lại, {once}"


def _series(match: re.Match[str]) -> list[str]:
    return [_letters(match["series"])] if "series" in match.groupdict() else []


def _foreign_plate(match: re.Match[str]) -> str:
    once = f"{_letters(match['area'])}, {_letters(match['number'])}"
    return f"{once}, nhắc lại, {once}"


def _phone(match: re.Match[str]) -> str:
    return ("cộng " if match["phone"].startswith("+") else "") + ", ".join(
        digits(group, ONES) for group in groups(match["phone"])
    )


def _road(match: re.Match[str]) -> str:
    tail = f" {_letters(match['tail'])}" if match["tail"] else ""
    return f"{ROADS[match['road']]} {number(match['number'])}{tail}"


def _unit(match: re.Match[str]) -> str:
    return f"{_number(match)} {UNITS[match['unit']]}"


_UNIT = "|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True))
_TO = r"(?<=[0-9hH])\s?[-–]\s?(?=[0-9])"
VIETNAMESE = Tongue(
    rules=(
        Rule(r"(?:[Nn]gày )?" + DATE, _date),
        Rule(r"(?:[Nn]gày )?" + ISO_DATE, _date),
        Rule(r"[Nn]gày (?P<day>0?[1-9]|[12][0-9]|3[01])/(?P<month>0?[1-9]|1[0-2])(?![0-9/])", _day_month),
        Rule(PLATE, _plate),
        Rule(FOREIGN_PLATE, _foreign_plate),
        Rule(PHONE, _phone),
        Rule(r"(?i:(?<=gọi )|(?<=số )|(?<=thoại )|(?<=nóng ))(?P<phone>11[0-9])(?![0-9])", lambda m: digits(m["phone"], ONES)),
        Rule(r"(?<![A-Za-z])(?P<road>QL|TL|ĐT|CT|AH|HL)\s?\.?(?P<number>[0-9]{1,3})(?P<tail>[A-Z])?(?![A-Za-z0-9])", _road),
        Rule(HOUR + r"\s?(?:[hH:]|giờ )" + MINUTE + r"(?:\s?phút|')?", _time),
        Rule(HOUR + r"[hH](?![^\W_])", _time),
        Rule(NUMBER + rf"\s?(?P<unit>{_UNIT})(?![^\W_])", _unit),
        Rule(_TO, lambda match: " đến "),
        Rule(r"(?<![^\s(])-(?=[0-9])", lambda match: "âm "),
        Rule(NUMBER, _number),
    ),
    lexicon=LEXICON,
)  # fmt: skip
