"""Mandarin read aloud, written in simplified characters."""

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

ONES = ("零", "一", "二", "三", "四", "五", "六", "七", "八", "九")
CALLED = ("零", "幺", "二", "三", "四", "五", "六", "七", "八", "九")  # in numbers that are called out, one is yāo
UNITS = {
    "km/h": "公里每小时", "km": "公里", "kg": "公斤", "m": "米", "cm": "厘米", "mm": "毫米", "t": "吨", "m²": "平方米",
    "m2": "平方米", "m³": "立方米", "m3": "立方米", "°C": "摄氏度", "℃": "摄氏度", "VND": "越南盾", "VNĐ": "越南盾", "đ": "越南盾",
    "₫": "越南盾", "USD": "美元", "CNY": "元", "RMB": "元", "l": "升",
}  # fmt: skip
ROADS = {"QL": "国道", "TL": "省道", "CT": "高速", "AH": "亚洲公路", "G": "国道", "S": "省道"}
_COMMA = "\uff0c"
_TENS = ("", "十", "百", "千")


def number(digits_: str) -> str:
    """A whole number; one that begins with a nought is said digit by digit."""
    if (len(digits_) > 1 and digits_[0] == "0") or len(digits_) > 16:
        return digits(digits_, ONES, "")
    words = _whole(int(digits_))
    return words[1:] if words.startswith("一十") else words


def _whole(value_: int) -> str:
    if value_ == 0:
        return ONES[0]
    parts: list[str] = []
    gap = False
    for power, scale in ((3, "万亿"), (2, "亿"), (1, "万"), (0, "")):
        group = value_ // 10000**power % 10000
        if group:
            parts += ["零"] if parts and (gap or group < 1000) else []
            parts += [_group(group), scale]
        gap = not group
    return "".join(parts)


def _group(value_: int) -> str:
    said, gap = "", False
    for power in (3, 2, 1, 0):
        digit = value_ // 10**power % 10
        if digit:
            said += ("零" if gap and said else "") + ONES[digit] + _TENS[power]
            gap = False
        else:
            gap = True
    return said


def counted(digits_: str) -> str:
    """A number before a measure word: two is 两."""
    return "两" if digits_ == "2" else number(digits_)


def _number(match: re.Match[str]) -> str:
    whole, part = value(match)
    return number(whole) + (f"点{digits(part, ONES, '')}" if part else "")


def _time(match: re.Match[str]) -> str:
    hour, minute = match["hour"], int(match.groupdict().get("minute") or 0)
    said = counted(str(int(hour))) + "点"
    return said + (("零" if minute < 10 else "") + number(str(minute)) + "分" if minute else "整")


def _date(match: re.Match[str]) -> str:
    year = digits(match["year"], ONES, "")
    return f"{year}年{number(str(int(match['month'])))}月{number(str(int(match['day'])))}日"


def _called(text: str) -> str:
    """Letters as they are, digits one by one."""
    return " ".join(CALLED[int(char)] if char.isdigit() else char for char in text if char.isalnum())


def _plate(match: re.Match[str]) -> str:
    once = _COMMA.join([_called(match["area"]), _called(match["series"]), *map(_called, groups(match["number"]))])
    return f"{once}{_COMMA}再说一遍{_COMMA}{once}"


def _foreign_plate(match: re.Match[str]) -> str:
    once = f"{_called(match['area'])}{_COMMA}{_called(match['number'])}"
    return f"{once}{_COMMA}再说一遍{_COMMA}{once}"


def _phone(match: re.Match[str]) -> str:
    return ("加" if match["phone"].startswith("+") else "") + _COMMA.join(
        digits(group, CALLED, "") for group in groups(match["phone"])
    )


def _road(match: re.Match[str]) -> str:
    number_ = match["number"]
    said = digits(number_, CALLED, "") if len(number_) > 2 else number(number_)
    return f"{ROADS[match['road']]}{said}{match['tail'] or ''}"


def _unit(match: re.Match[str]) -> str:
    said = counted(match["whole"]) if not match["part"] else _number(match)
    return said + UNITS[match["unit"]]


_UNIT = "|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True))
MANDARIN = Tongue(
    rules=(
        Rule(DATE, _date),
        Rule(ISO_DATE, _date),
        Rule(r"(?P<year>(?:19|20)[0-9]{2})(?=\s?年)", lambda match: digits(match["year"], ONES, "")),
        Rule(PLATE, _plate),
        Rule(FOREIGN_PLATE, _foreign_plate),
        Rule(PHONE, _phone),
        Rule(r"(?:(?<=拨打)|(?<=电话)|(?<=热线))\s?(?P<phone>1[0-9]{2,4})(?![0-9])", lambda m: digits(m["phone"], CALLED, "")),
        Rule(r"(?<![A-Za-z0-9])(?P<road>QL|TL|CT|AH|G|S)\s?(?P<number>[0-9]{1,4})(?P<tail>[A-Z])?(?![A-Za-z0-9])", _road),
        Rule(HOUR + r"\s?:\s?" + MINUTE, _time),
        Rule(NUMBER + r"\s?%", lambda match: "百分之" + _number(match)),
        Rule(NUMBER + rf"\s?(?P<unit>{_UNIT})(?![A-Za-z0-9])", _unit),
        Rule(r"(?<![0-9.,])(?P<two>2)\s?(?=[点个条辆名位张次小天种分元])(?!分之)", lambda match: "两"),
        Rule(r"(?<=[0-9])\s?[-–~\uff5e]\s?(?=[0-9])", lambda match: "到"),
        Rule(r"(?<![^\s(\uff08\uff0c,。])-(?=[0-9])", lambda match: "负"),
        Rule(NUMBER, _number),
    ),
    lexicon={},
)  # fmt: skip
