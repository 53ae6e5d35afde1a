"""Hours and days written in a message once, and read by each language in its own way and its own time.

`{time 07:00}`, `{time 07:00-17:00}` and `{date 18/02/2026}` are given in the gate's time. Chinese readers live by Beijing time,
so their hours are converted here and not by a translator.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta

from schedules.fact import clock, minute_of_day
from schedules.live import BEIJING, HANOI, LIVE, FieldError, day_in, is_live, live_field

_FIELD = re.compile(r"\{([^{}]*)\}")
_STRAY = re.compile(r"[{}]")
ANY_DAY = date(2026, 1, 1)  # since neither side has summer time, their hours are one hour apart on every day


def filled(text: str, language: str, day: date) -> str:
    """The text of a language with the fields that stand for good filled as they read on `day`; those that gates fill later
    (`schedules.live`) stay as they are. FieldError if one is not understood."""
    done = _FIELD.sub(lambda found: _keep_live(found.group(1)) or _fill(found.group(1), language, day), text)
    if _STRAY.search(_FIELD.sub("", text)):
        raise FieldError("a brace opens or closes nothing; a field is written {time 07:00}")
    return done


def misread(text: str) -> tuple[int, str] | None:
    """Where the first field or brace stands that is not understood, and what stands there; None if all are."""
    for found in _FIELD.finditer(text):
        try:
            _ = _keep_live(found.group(1)) or _fill(found.group(1), "vi", ANY_DAY)
        except FieldError:
            return found.start(), found.group()
    stray = _STRAY.search(_FIELD.sub(lambda found: " " * len(found.group()), text))
    return None if stray is None else (stray.start(), stray.group())


def fields_of(text: str) -> tuple[str, ...]:
    """The fields in a text, in order, without their braces."""
    return tuple(_FIELD.findall(text))


def unlike(texts: Mapping[str, str]) -> tuple[str, ...]:
    """Fields that some languages carry and others do not, or not as often; none: no language tells another hour."""
    counts = [Counter(fields_of(text)) for text in texts.values()]
    return tuple(sorted({each for one in counts for each in one if any(one[each] != other[each] for other in counts)}))


def _keep_live(field: str) -> str:
    if not is_live(field):
        return ""
    live_field(field)
    return f"{{{field}}}"


def _fill(field: str, language: str, day: date) -> str:
    kind, _, value = field.partition(" ")
    write = _KINDS.get(kind)
    if write is None:
        known = ", ".join(sorted((*_KINDS, *LIVE)))
        raise FieldError(f"there is no field {{{field}}}; a message knows {known}")
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
    return day_in(day, language)


_KINDS: Mapping[str, Callable[[str, str, date], str]] = {"time": _time, "date": _date}
