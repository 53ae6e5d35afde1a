"""English read aloud, for travellers from many countries: short words, twelve-hour clock."""

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

ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = (
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))
MONTHS = (
    "", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_ODD_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
UNITS = {
    "km/h": "kilometres per hour", "km": "kilometres", "kg": "kilograms", "m": "metres", "cm": "centimetres",
    "mm": "millimetres", "t": "tonnes", "°C": "degrees Celsius", "%": "percent", "VND": "dong", "₫": "dong", "USD": "dollars",
    "CNY": "yuan", "RMB": "yuan", "m²": "square metres", "m2": "square metres", "m³": "cubic metres", "m3": "cubic metres",
}  # fmt: skip
ROADS = {"QL": "National Road", "TL": "Provincial Road", "CT": "Expressway", "AH": "Asian Highway"}


def number(digits_: str) -> str:
    """A whole number in words; one that begins with a nought is said digit by digit."""
    if (len(digits_) > 1 and digits_[0] == "0") or len(digits_) > 12:
        return digits(digits_, ONES)
    return _whole(int(digits_))


def _whole(value_: int) -> str:
    for size, name in _SCALES:
        if value_ >= size:
            head, rest = divmod(value_, size)
            joint = " and " if rest and (size == 100 or rest < 100) else " "
            return f"{_whole(head)} {name}" + (joint + _whole(rest) if rest else "")
    if value_ < 10:
        return ONES[value_]
    if value_ < 20:
        return _TEENS[value_ - 10]
    return _TENS[value_ // 10] + (f"-{ONES[value_ % 10]}" if value_ % 10 else "")


def ordinal(value_: int) -> str:
    """First, twenty-second."""
    head, dash, last = _whole(value_).rpartition("-")
    if last in _ODD_ORDINALS:
        return head + dash + _ODD_ORDINALS[last]
    return head + dash + (last[:-1] + "ieth" if last.endswith("y") else last + "th")


def year(digits_: str) -> str:
    """2026 is twenty twenty-six, 2005 two thousand and five."""
    value_ = int(digits_)
    if value_ % 1000 < 10:
        return _whole(value_)
    low = value_ % 100
    return f"{_whole(value_ // 100)} " + ("hundred" if not low else f"oh {ONES[low]}" if low < 10 else _whole(low))


def _number(match: re.Match[str]) -> str:
    whole, part = value(match)
    return number(whole) + (f" point {digits(part, ONES)}" if part else "")


def _time(match: re.Match[str]) -> str:
    hour, minute = int(match["hour"]), int(match["minute"])
    if not minute and hour in (0, 12, 24):
        return "noon" if hour == 12 else "midnight"
    clock = _whole(hour % 12 or 12)
    if minute:
        clock += f" oh {ONES[minute]}" if minute < 10 else f" {_whole(minute)}"
    return clock + (" p.m." if 12 <= hour < 24 else " a.m.")


def _date(match: re.Match[str]) -> str:
    return f"{ordinal(int(match['day']))} of {MONTHS[int(match['month'])]} {year(match['year'])}"


def _called(text: str) -> str:
    return " ".join(ONES[int(char)] if char.isdigit() else char for char in text if char.isalnum())


def _plate(match: re.Match[str]) -> str:
    once = ", ".join([_called(match["area"]), _called(match["series"]), *map(_called, groups(match["number"]))])
    return f"{once}, again, {once}"


def _foreign_plate(match: re.Match[str]) -> str:
    once = f"{_called(match['area'])}, {_called(match['number'])}"
    return f"{once}, again, {once}"


def _phone(match: re.Match[str]) -> str:
    return ("plus " if match["phone"].startswith("+") else "") + ", ".join(
        digits(group, ONES) for group in groups(match["phone"])
    )


def _road(match: re.Match[str]) -> str:
    return f"{ROADS[match['road']]} {number(match['number'])}" + (f" {match['tail']}" if match["tail"] else "")


def _unit(match: re.Match[str]) -> str:
    return f"{_number(match)} {UNITS[match['unit']]}"


_UNIT = "|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True))
_MONTH = "|".join(MONTHS[1:])
_AFTER_MONTH = "(?:" + "|".join(f"(?<={name} )" for name in (*MONTHS[1:], "in", "since", "until")) + ")"
ENGLISH = Tongue(
    rules=(
        Rule(DATE, _date),
        Rule(ISO_DATE, _date),
        Rule(rf"(?P<day>[12]?[0-9]|3[01])(?= (?:{_MONTH}))", lambda match: ordinal(int(match["day"]))),
        Rule(_AFTER_MONTH + r"(?P<year>20[0-9]{2})(?![0-9])", lambda match: year(match["year"])),
        Rule(PLATE, _plate),
        Rule(FOREIGN_PLATE, _foreign_plate),
        Rule(PHONE, _phone),
        Rule(r"(?i:(?<=call )|(?<=dial )|(?<=phone ))(?P<phone>1[0-9]{2})(?![0-9])", lambda m: digits(m["phone"], ONES)),
        Rule(r"(?<![A-Za-z])(?P<road>QL|TL|CT|AH)\s?(?P<number>[0-9]{1,3})(?P<tail>[A-Z])?(?![A-Za-z0-9])", _road),
        Rule(HOUR + ":" + MINUTE + r"(?! ?[ap]\.?m)", _time),
        Rule(r"\$\s?" + NUMBER, lambda match: f"{_number(match)} dollars"),
        Rule(NUMBER + rf"\s?(?P<unit>{_UNIT})(?![^\W_])", _unit),
        Rule(r"(?P<day>[0-9]*)(?<=[0-9])(?:st|nd|rd|th)(?![^\W_])", lambda match: ordinal(int(match["day"]))),
        Rule(r"(?<=[0-9])\s?[-–]\s?(?=[0-9])", lambda match: " to "),
        Rule(r"(?<![^\s(])-(?=[0-9])", lambda match: "minus "),
        Rule(NUMBER, _number),
    ),
    lexicon={"ID": "I D", "QR": "Q R", "e.g.": "for example"},
)  # fmt: skip
