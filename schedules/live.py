"""Fields of a text that a gate fills while it is shown: clock, day, day of the moon, countdown, figures of the digital gate. Pure.

`{clock}`, `{today}`, `{lunar}`, `{countdown 18/02/2026 09:00}`, `{figure lorries}` and `{figure-time lorries}`. An approval covers
the text around them, the room they have, and what may stand there: the values of a kind and nothing else. Chinese hours are
Beijing's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, Field

from schedules.fact import Fact, Id
from schedules.lunar import LunarDate, LunarTable, lunar_date, written

HANOI, BEIJING = ZoneInfo("Asia/Ho_Chi_Minh"), ZoneInfo("Asia/Shanghai")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
STALE = timedelta(minutes=15)  # a figure older than this is not shown: drivers act on it
MOST = 99_999  # of a figure
LONGEST_COUNT = 999  # days of a countdown
LIVE = ("clock", "today", "lunar", "countdown", "figure", "figure-time")
_NAME = re.compile(r"[a-z0-9_-]{1,32}")


class FieldError(ValueError):
    """A field that cannot be filled; the text names it and says what is understood."""


class LiveField(NamedTuple):
    """What a field asks for; `argument` as it is written."""

    kind: str
    argument: str


class Figure(Fact):
    """One live number and when it was so."""

    value: int = Field(ge=0, le=MOST)
    at: AwareDatetime


Figures = Mapping[Id, Figure]


def is_live(field: str) -> bool:
    """Whether what stands between braces is filled while it is shown."""
    return field.partition(" ")[0] in LIVE


def live_field(text: str) -> LiveField:
    """Read what stands between the braces; FieldError if it is no live field."""
    kind, _, rest = text.partition(" ")
    argument = rest.strip()
    if kind not in LIVE:
        raise FieldError(f"there is no field {{{text}}} that a gate could fill")
    if kind == "countdown":
        moment_of(argument)
    elif kind.startswith("figure"):
        if not _NAME.fullmatch(argument):
            raise FieldError(f'a figure is written {{{kind} lorries}}, with a name of a-z, 0-9, "_" and "-"')
    elif argument:
        raise FieldError(f"the field {{{kind}}} stands alone, without {argument}")
    return LiveField(kind, argument)


def moment_of(text: str) -> datetime:
    """The instant a countdown runs to, in the gate's time; FieldError if it is none."""
    for form in ("%d/%m/%Y %H:%M", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=HANOI)
        except ValueError:
            continue
    raise FieldError(f'a countdown is written {{countdown 18/02/2026 09:00}}, not "{text}"')


def around(field: LiveField, language: str) -> tuple[str, str]:
    """The words that stand before and after a field and never change; lines may break beside them."""
    tongue = language.partition("-")[0]
    before = {"zh": "数据截至", "en": "as of "}.get(tongue, "số liệu lúc ") if field.kind == "figure-time" else ""
    return before, "（北京时间）" if tongue == "zh" and field.kind in ("clock", "figure-time") else ""


def value(
    field: LiveField, language: str, now: datetime, moons: LunarTable | None = None, figures: Figures | None = None
) -> str | None:
    """What a field reads at `now`; empty where nothing is to be said; None where it cannot be known (no table, no figure yet)."""
    tongue = language.partition("-")[0]
    if field.kind == "clock":
        return _clock(now, tongue)
    if field.kind == "today":
        return day_in(_local(now, tongue).date(), tongue)
    if field.kind == "lunar":
        return _moon(now, language, moons)
    if field.kind == "countdown":
        return _count(moment_of(field.argument) - now, tongue)
    return _figure(field, tongue, now, (figures or {}).get(field.argument))


def samples(field: LiveField, language: str) -> tuple[str, ...]:
    """Values as long as any: what room is made for. The first is the sample that previews show."""
    tongue = language.partition("-")[0]
    if field.kind == "clock":
        return tuple(_clock(datetime.combine(date(2028, 8, 28), time(hour), HANOI), tongue) for hour in (8, 0, 20))
    if field.kind == "today":
        return tuple(day_in(date(2028, month, 28), tongue) for month in range(1, 13))
    if field.kind == "lunar":
        return _longest_moons(language)
    if field.kind == "countdown":
        return tuple(
            _count(timedelta(days=days, hours=hours, minutes=58), tongue)
            for days, hours in ((888, 0), (0, 23), (18, 0))
        )
    if field.kind == "figure":
        return (f"{MOST - 11_111}", "0")
    return (_clock(datetime.combine(date(2028, 8, 28), time(20, 58), HANOI), tongue),)


def next_value(field: LiveField, now: datetime) -> datetime:
    """When to look again: the next full minute, or the next midnight of either side for what names a day."""
    minute = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    if field.kind not in ("today", "lunar"):
        return minute
    local = now.astimezone(HANOI)
    midnights = [local.replace(hour=hour, minute=0, second=0, microsecond=0) for hour in (0, 23)]
    coming = [each if each > local else each + timedelta(days=1) for each in midnights]
    return min(coming).astimezone(now.tzinfo)


def day_in(day: date, tongue: str) -> str:
    """A date as each language writes it."""
    if tongue == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}" if tongue == "en" else f"{day:%d/%m/%Y}"


def _local(now: datetime, tongue: str) -> datetime:
    return now.astimezone(BEIJING if tongue == "zh" else HANOI)


def _clock(now: datetime, tongue: str) -> str:
    return f"{_local(now, tongue):%H:%M}"


def _moon(now: datetime, language: str, moons: LunarTable | None) -> str | None:
    tongue = language.partition("-")[0]
    months = () if moons is None else moons.zh if tongue == "zh" else moons.vi
    found = lunar_date(months, _local(now, tongue).date()) if months else None
    return None if found is None else written(found, language)


def _longest_moons(language: str) -> tuple[str, ...]:
    return tuple(
        written(LunarDate(28, 12, year, leap), language) for leap in (False, True) for year in range(2024, 2034)
    )


def _count(left: timedelta, tongue: str) -> str:
    if left <= timedelta():
        return ""
    days = min(left.days, LONGEST_COUNT)
    if days >= 1:
        return {"zh": f"{days}天", "en": f"{days} day{'s' * (days > 1)}"}.get(tongue, f"{days} ngày")
    hours, minutes = divmod(int(left.total_seconds()) // 60, 60)
    return {"zh": f"{hours}小时{minutes:02d}分", "en": f"{hours} h {minutes:02d} min"}.get(
        tongue, f"{hours} giờ {minutes:02d} phút"
    )


def _figure(field: LiveField, tongue: str, now: datetime, figure: Figure | None) -> str | None:
    if figure is None:
        return None
    if field.kind == "figure-time":
        return _clock(figure.at, tongue)
    return str(figure.value) if now - figure.at <= STALE else ""
