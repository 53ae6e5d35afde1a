"""Hours and days written in a message once, and read by each language in its own way and its own time.

`{time 07:00}`, `{time 07:00-17:00}` and `{date 18/02/2026}` are given in the gate's time. Chinese readers live by Beijing time,
so their hours are converted here and not by a translator.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from schedules.fact import clock, minute_of_day

HANOI, BEIJING = ZoneInfo("Asia/Ho_Chi_Minh"), ZoneInfo("Asia/Shanghai")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_FIELD = re.compile(r"\{([^{}]*)\}")
_STRAY = re.compile(r"[{}]")


class FieldError(ValueError):
    """A field that cannot be filled; the text names it and says what is understood."""


def filled(text: str, language: str, day: date) -> str:
    """The text of a language with its fields filled as they read on `day`; FieldError if one is not understood."""
    done = _FIELD.sub(lambda found: _fill(found.group(1), language, day), text)
    if _STRAY.search(_FIELD.sub("", text)):
        raise FieldError("a brace opens or closes nothing; a field is written {time 07:00}")
    return done


def fields_of(text: str) -> tuple[str, ...]:
    """The fields in a text, in order, without their braces."""
    return tuple(_FIELD.findall(text))


def alike(texts: Mapping[str, str]) -> bool:
    """Whether all languages carry the same fields, whatever their order: then none tells another hour."""
    return len({tuple(sorted(fields_of(text))) for text in texts.values()}) <= 1


def _fill(field: str, language: str, day: date) -> str:
    kind, _, value = field.partition(" ")
    write = _KINDS.get(kind)
    if write is None:
        raise FieldError(f"there is no field {{{field}}}; a message knows {', '.join(sorted(_KINDS))}")
    return write(value.strip(), language.partition("-")[0], day)


def _time(value: str, language: str, day: date) -> str:
    try:
        minutes = [minute_of_day(each) for each in value.split("-")]
    except ValueError as error:
        raise FieldError(str(error)) from None
    if len(minutes) > 2:
        raise FieldError(f'"{value}" is neither a time nor a time from and to')
    if language == "zh":
        return "-".join(_in_beijing(each, day) for each in minutes) + "（北京时间）"
    said = "-".join(map(clock, minutes))
    return f"{said} (Hanoi time)" if language == "en" else f"{said} (giờ Hà Nội)"


def _in_beijing(minute: int, day: date) -> str:
    there = (datetime.combine(day, time(), HANOI) + timedelta(minutes=minute)).astimezone(BEIJING)
    return f"{'次日' if there.date() > day else ''}{there:%H:%M}"


def _date(value: str, language: str, _: date) -> str:
    try:
        day = datetime.strptime(value, "%d/%m/%Y").date()  # noqa: DTZ007 a day, not a moment
    except ValueError:
        raise FieldError(f'a date is written 18/02/2026, not "{value}"') from None
    if language == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}" if language == "en" else f"{day:%d/%m/%Y}"


_KINDS: Mapping[str, Callable[[str, str, date], str]] = {"time": _time, "date": _date}
