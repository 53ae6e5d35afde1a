"""iCalendar (RFC 5545): a device's schedule as an .ics any calendar reads, and rules from an .ics someone sends."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationError

from schedules.fact import MINUTES_A_DAY, Window
from schedules.model import Alert, Plan
from schedules.recurrence import Recurrence
from schedules.timeline import Segment, segments

MOST_EVENTS = 5_000
FIRST_YEAR, LAST_YEAR = 1970, 9_000
_LINE = 75  # octets of a line before it is folded


class IcsError(ValueError):
    """A calendar that cannot be read; the text names the line or the event and why."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a calendar as rules need it: a window of the day, and the days it comes on."""

    uid: str
    summary: str
    window: Window
    recurrence: Recurrence


def written(plan: Plan, start: datetime, end: datetime, alerts: Sequence[Alert] = ()) -> str:
    """The schedule of [start, end) as a calendar, one event for each stretch of a rule or an alert."""
    return "".join(lines(plan, start, end, alerts))


def lines(plan: Plan, start: datetime, end: datetime, alerts: Sequence[Alert] = ()) -> Iterator[str]:
    """The same line by line; lazy, so a year costs no more memory than a day."""
    events = (one for one in segments(plan, start, end, alerts) if one.on_air.cause in ("rule", "alert"))
    head = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Gatecast//schedules//EN")
    for line in chain(head, chain.from_iterable(_event_lines(plan, one) for one in events), ("END:VCALENDAR",)):
        for folded in _fold(line):
            yield f"{folded}\r\n"


def read(text: str, zone: str = "Asia/Ho_Chi_Minh") -> tuple[Event, ...]:
    """The events of a calendar; times without a zone are of `zone`. Cancelled ones
    are passed over; IcsError if another is not understood."""
    held = [event for event in _events(text) if _one(event, "STATUS").upper() != "CANCELLED"]
    found = tuple(_event(event, zone) for event in held)
    if not found:
        raise IcsError("there is no event in the calendar")
    return found


# --- writing


def _event_lines(plan: Plan, one: Segment) -> list[str]:
    titles = [item.title or item.message for item in one.on_air.playlist.items] if one.on_air.playlist else []
    return [
        "BEGIN:VEVENT",
        f"UID:{one.on_air.source}-{one.start.astimezone(UTC):%Y%m%dT%H%M%SZ}@{plan.device.replace('/', '.')}",
        f"DTSTAMP:{plan.issued.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART:{one.start.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTEND:{one.end.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"SUMMARY:{_escape(', '.join(titles) or one.on_air.source)}",
        f"CATEGORIES:{one.on_air.priority.value}",
        f"LOCATION:{plan.device}",
        "END:VEVENT",
    ]


def _escape(text: str) -> str:
    for plain, written_as in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r", ""), ("\n", "\\n")):
        text = text.replace(plain, written_as)
    return text


def _fold(line: str) -> Iterator[str]:
    """A line in pieces of at most 75 octets, never within a character."""
    piece, length = "", 0
    for letter in line:
        size = len(letter.encode())
        if length + size > _LINE:
            yield piece
            piece, length = " ", 1
        piece, length = piece + letter, length + size
    yield piece


# --- reading

Properties = dict[str, list[tuple[dict[str, str], str]]]


def _events(text: str) -> Iterator[Properties]:
    """The properties of every VEVENT; what lies inside an event in blocks of its own, such as an alarm, is passed over."""
    inside: list[str] = []
    event: Properties = {}
    count = 0
    for line in re.sub(r"\r?\n[ \t]", "", text).splitlines():
        name, parameters, value = _property(line)
        if name == "BEGIN":
            inside.append(value.upper())
            event = {} if value.upper() == "VEVENT" else event
        elif name == "END":
            if not inside or inside.pop() != value.upper():
                raise IcsError(f"END:{value} ends nothing")
            if value.upper() == "VEVENT":
                count += 1
                if count > MOST_EVENTS:
                    raise IcsError(f"the calendar holds more than {MOST_EVENTS} events")
                yield event
        elif inside and inside[-1] == "VEVENT":
            event.setdefault(name, []).append((parameters, value))
    if inside:
        raise IcsError(f"the calendar breaks off inside {inside[-1]}")


def _property(line: str) -> tuple[str, dict[str, str], str]:
    head, colon, value = _halves(line)
    if line.strip() and not colon:
        raise IcsError(f'a line has no value: "{line[:40]}"')
    name, *parameters = head.split(";")
    pairs = (each.partition("=") for each in parameters)
    return name.upper(), {key.upper(): given.strip('"') for key, _, given in pairs}, value


def _halves(line: str) -> tuple[str, str, str]:
    """Before and after the first colon that is not within quotes."""
    quoted = False
    for place, letter in enumerate(line):
        quoted ^= letter == '"'
        if letter == ":" and not quoted:
            return line[:place], ":", line[place + 1 :].strip()
    return line, "", ""


def _event(event: Properties, zone: str) -> Event:
    uid = _one(event, "UID") or "an event"
    try:
        starts, whole_day = _moment(event, "DTSTART", zone)
        _check(event, starts, zone)
        return Event(
            uid=uid,
            summary=_plain(_one(event, "SUMMARY")),
            window=_window(event, starts, whole_day, zone),
            recurrence=Recurrence(
                start=starts.date(),
                rule=_rule(_one(event, "RRULE"), zone, starts),
                dates=tuple(sorted({starts.date(), *_days(event, "RDATE", zone, starts)})),
                excluded=tuple(sorted(_days(event, "EXDATE", zone, starts))),
            ),
        )
    except ValidationError as error:
        raise IcsError(f"{uid}: {error.errors()[0]['msg']}") from None
    except ValueError as error:
        raise IcsError(f"{uid}: {error}") from None


def _one(event: Properties, name: str) -> str:
    return event[name][0][1] if name in event else ""


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], text)


def _moment(event: Properties, name: str, zone: str) -> tuple[datetime, bool]:
    """The wall clock of `zone` at a property, and whether it is a whole day."""
    if name not in event:
        raise ValueError(f"it has no {name}")
    parameters, value = event[name][0]
    return _when(value, parameters, zone), "T" not in value.upper()


def _when(value: str, parameters: dict[str, str], zone: str) -> datetime:
    try:
        naive = datetime.strptime(value.upper().rstrip("Z"), "%Y%m%dT%H%M%S" if "T" in value.upper() else "%Y%m%d")  # noqa: DTZ007
    except ValueError:
        raise ValueError(f'"{value}" is not a moment') from None
    if not FIRST_YEAR <= naive.year <= LAST_YEAR:
        raise ValueError(f'"{value}" is before {FIRST_YEAR} or after {LAST_YEAR}')
    given = "UTC" if value.upper().endswith("Z") else parameters.get("TZID", zone)
    if "T" not in value.upper() or given == zone:
        return naive
    try:
        return naive.replace(tzinfo=ZoneInfo(given)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f'there is no time zone "{given}"') from None


def _window(event: Properties, starts: datetime, whole_day: bool, zone: str) -> Window:
    if "DTEND" in event:
        length = _moment(event, "DTEND", zone)[0] - starts
    else:
        length = timedelta(days=1) if whole_day else _duration(_one(event, "DURATION"))
    minutes, rest = divmod(length, timedelta(minutes=1))
    if rest or starts.second or not 0 < minutes <= MINUTES_A_DAY:
        raise ValueError("it must last whole minutes, at least one and at most a day")
    first = starts.hour * 60 + starts.minute
    end = first + minutes
    return Window(start=first, end=end if end <= MINUTES_A_DAY else end - MINUTES_A_DAY)


def _duration(text: str) -> timedelta:
    found = re.fullmatch(r"\+?P(?:(\d{1,3})D)?(?:T(?:(\d{1,3})H)?(?:(\d{1,4})M)?(?:(\d{1,6})S)?)?", text)
    if not found:
        raise ValueError("it has neither DTEND nor a DURATION that is understood")
    days, hours, minutes, seconds = (int(each or 0) for each in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def _rule(text: str, zone: str, starts: datetime) -> str:
    """The RRULE with UNTIL as a day of `zone`; an UNTIL before the event's time of day leaves that day out."""
    parts = []
    for each in text.split(";") if text else ():
        name, _, value = each.partition("=")
        if name.upper() == "UNTIL" and "T" in value.upper():
            until = _when(value, {}, zone)
            day: date = until.date() if until.time() >= starts.time() else until.date() - timedelta(days=1)
            each = f"UNTIL={day:%Y%m%d}"
        parts.append(each)
    return ";".join(parts)


def _days(event: Properties, name: str, zone: str, starts: datetime) -> set[date]:
    """The days of RDATE or EXDATE, which must be of the event's own time of day."""
    days = set()
    for parameters, text in event.get(name, ()):
        for value in text.split(","):
            when = _when(value, parameters, zone)
            if "T" in value.upper() and when.time() != starts.time():
                raise ValueError(f"{name} {value} is of another time of day than the event")
            days.add(when.date())
    return days


def _check(event: Properties, starts: datetime, zone: str) -> None:
    """ValueError for what days of this zone cannot say."""
    if "RECURRENCE-ID" in event:
        raise ValueError(
            "one occurrence was changed by itself, which is not understood; write it as an event of its own"
        )
    if "RRULE" not in event:
        return
    parameters, value = event["DTSTART"][0]
    given = "UTC" if value.upper().endswith("Z") else parameters.get("TZID", zone)
    there = datetime.strptime(value[:8], "%Y%m%d").date()  # noqa: DTZ007 a day, not a moment
    if there != starts.date() and "BY" in _one(event, "RRULE").upper():
        raise ValueError(f"it recurs on days of {given}, which are other days here")
    summer, winter = datetime(starts.year, 7, 1), datetime(starts.year, 1, 1)  # noqa: DTZ001 wall clocks
    ahead = {
        each.replace(tzinfo=ZoneInfo(given)).astimezone(UTC) - each.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        for each in (summer, winter)
    }
    if len(ahead) > 1:
        raise ValueError(f"it recurs by the clock of {given}, which is set twice a year")
