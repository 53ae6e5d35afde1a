"""A device's week as days of bars and lines: what is on air when. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta

from controller.console.i18n import GATE_ZONE
from controller.services.foresee import SegmentView
from schedules.model import Fact

DAYS = 7
MOST_LINES = 14  # a day with more stretches is told by schedule
DAY = timedelta(days=1)


class Bar(Fact):
    """A stretch as minutes of its day; `kind` is its colour."""

    left: int
    width: int
    kind: str


class Line(Fact):
    """One line of a day: its hours, or how often; the messages; the reason."""

    when: str
    times: int
    words: str
    kind: str
    why: str
    beaten: tuple[str, ...]


class Day(Fact):
    """One day of the week, its rows of bars by area ("" is the whole device) and its lines."""

    day: date
    rows: tuple[tuple[str, tuple[Bar, ...]], ...]
    lines: tuple[Line, ...]


def monday_of(day: date) -> date:
    """The first day of a day's week."""
    return day - timedelta(days=day.weekday())


def bounds(monday: date) -> tuple[datetime, datetime]:
    """A week's begin and end at the gates."""
    start = datetime.combine(monday, time(), GATE_ZONE)
    return start, start + DAYS * DAY


def week(
    monday: date, segments: Iterable[SegmentView], titles: Mapping[str, str], names: Mapping[str, str]
) -> list[Day]:
    """The days of a week; `titles` of messages, `names` of schedules."""
    parts: dict[date, list[SegmentView]] = {monday + number * DAY: [] for number in range(DAYS)}
    for one in segments:
        for part in _by_day(one):
            parts.setdefault(part.start.date(), []).append(part)
    return [_day(day, parts[day], titles, names) for day in sorted(parts)[:DAYS]]


def _by_day(one: SegmentView) -> Iterator[SegmentView]:
    start, end = one.start.astimezone(GATE_ZONE), one.end.astimezone(GATE_ZONE)
    while start < end:
        until = min(end, datetime.combine(start.date() + DAY, time(), GATE_ZONE))
        yield one.model_copy(update={"start": start, "end": until})
        start = until


def _day(day: date, parts: list[SegmentView], titles: Mapping[str, str], names: Mapping[str, str]) -> Day:
    areas = list(dict.fromkeys(part.area or "" for part in parts))
    rows = tuple((area, tuple(_bars(part for part in parts if (part.area or "") == area))) for area in areas)
    shown = [part for part in parts if part.cause != "nothing"]
    lines = _each(shown, titles, names) if len(shown) <= MOST_LINES else _counted(shown, titles, names)
    return Day(day=day, rows=rows, lines=tuple(lines))


def _bars(parts: Iterable[SegmentView]) -> Iterator[Bar]:
    """Neighbours of one kind are one bar; the shortest still shows."""
    last: Bar | None = None
    for part in parts:
        left, kind = _minute(part.start), _kind(part)
        width = max(2, int((part.end - part.start).total_seconds() / 60))
        if last and last.kind == kind and left <= last.left + last.width + 2:
            last = Bar(left=last.left, width=left + width - last.left, kind=kind)
            continue
        if last:
            yield last
        last = Bar(left=left, width=width, kind=kind)
    if last:
        yield last


def _kind(part: SegmentView) -> str:
    return part.priority if part.cause == "rule" else part.cause


def _minute(moment: datetime) -> int:
    return moment.hour * 60 + moment.minute


def _each(parts: list[SegmentView], titles: Mapping[str, str], names: Mapping[str, str]) -> Iterator[Line]:
    for part in parts:
        end = "24:00" if part.end.time() == time() else f"{part.end:%H:%M}"
        yield _line(f"{part.start:%H:%M}-{end}", 1, part, titles, names)


def _counted(parts: list[SegmentView], titles: Mapping[str, str], names: Mapping[str, str]) -> Iterator[Line]:
    by_source: dict[str, list[SegmentView]] = {}
    for part in parts:
        by_source.setdefault(part.source, []).append(part)
    for found in by_source.values():
        when = f"{found[0].start:%H:%M}-{found[-1].start:%H:%M}" if len(found) > 1 else f"{found[0].start:%H:%M}"
        yield _line(when, len(found), found[0], titles, names)


def _line(when: str, times: int, part: SegmentView, titles: Mapping[str, str], names: Mapping[str, str]) -> Line:
    said = names.get(part.source) or ", ".join(titles.get(each, each) for each in part.messages)
    words = f"{part.area}: {said}" if part.area else said
    beaten = tuple(dict.fromkeys(names.get(each, each) for each in part.beaten))
    return Line(when=when, times=times, words=words, kind=_kind(part), why=part.why, beaten=beaten)
