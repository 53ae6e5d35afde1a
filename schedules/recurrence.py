"""The days of an iCalendar recurrence (RFC 5545): RRULE, RDATE and EXDATE, year by year, whatever the first day was."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field, model_validator

from schedules.fact import Fact

FREQUENCIES = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY")
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
NUMBERS = {"BYMONTH": 12, "BYMONTHDAY": 31, "BYYEARDAY": 366, "BYWEEKNO": 53, "BYSETPOS": 366}
COUNT_YEARS = 400  # so long is a COUNT followed: the calendar repeats
MOST = 10_000
_ONCE = 9_000  # an interval that leads past the last year: one period and no more
_OF_A_YEAR = ("BYYEARDAY", "BYWEEKNO")


def _rrule() -> Any:
    """dateutil's part for recurrences, loaded when the first is met: few plans have one, and an agent has little memory."""
    from dateutil import rrule

    return rrule


class Recurrence(Fact):
    """Days picked by a rule such as FREQ=MONTHLY;BYDAY=1MO from `start` on, with days added and days left out."""

    start: date
    rule: str = Field(default="", max_length=300, description="RRULE without its name; days only, no times")
    dates: tuple[date, ...] = Field(default=(), max_length=5_000, description="RDATE")
    excluded: tuple[date, ...] = Field(default=(), max_length=5_000, description="EXDATE")

    @model_validator(mode="after")
    def _understood(self) -> Recurrence:
        if not self.rule and not self.dates:
            raise ValueError("a recurrence needs a rule or dates")
        if self.rule:
            parts_of(self.rule)
        return self


def parts_of(text: str) -> dict[str, Any]:
    """Read an RRULE into its parts; ValueError with the reason if it is not one we follow."""
    parts: dict[str, Any] = {}
    for each in text.upper().split(";"):
        name, equals, value = each.partition("=")
        if not equals or not value or name in parts:
            raise ValueError(f'a recurrence is written FREQ=WEEKLY;BYDAY=MO, not "{text}"')
        parts[name] = _value(name, value)
    if "FREQ" not in parts:
        raise ValueError("a recurrence needs FREQ")
    _check(parts)
    return parts


def _value(name: str, value: str) -> Any:
    if name == "FREQ":
        if value not in FREQUENCIES:
            raise ValueError(
                f"FREQ={value} is not followed: days recur here, minutes within a day are `every` of a rule"
            )
        return value
    if name in ("INTERVAL", "COUNT"):
        return _number(name, value, 1, MOST)
    if name in NUMBERS:
        lowest = 1 if name == "BYMONTH" else -NUMBERS[name]
        return tuple(_number(name, each, lowest, NUMBERS[name]) for each in value.split(","))
    if name == "UNTIL":
        return _until(value)
    if name == "BYDAY":
        return tuple(_weekday(each) for each in value.split(","))
    if name == "WKST" and value in WEEKDAYS:
        return getattr(_rrule(), value)
    raise ValueError(f"a recurrence does not know {name}={value}")


def _number(name: str, text: str, lowest: int, highest: int) -> int:
    digits = text.lstrip("+-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 5 and len(text) - len(digits) <= 1):
        raise ValueError(f'{name} is a number, not "{text}"')
    number = int(text)
    if number == 0 or not lowest <= number <= highest:
        raise ValueError(f"{name} is from {lowest} to {highest} and not 0, not {number}")
    return number


def _until(text: str) -> date:
    try:
        return datetime.strptime(text[:8], "%Y%m%d").date()  # noqa: DTZ007 a day, not a moment
    except ValueError:
        raise ValueError(f'UNTIL is written 20301231, not "{text}"') from None


def _weekday(text: str) -> Any:
    if text[-2:] not in WEEKDAYS:
        raise ValueError(f'there is no weekday "{text}"; they are MO TU WE TH FR SA SU, 1MO the first, -1FR the last')
    day = getattr(_rrule(), text[-2:])
    return day(_number("BYDAY", text[:-2], -53, 53)) if text[:-2] else day


def _check(parts: dict[str, Any]) -> None:
    frequency = parts["FREQ"]
    if "COUNT" in parts and "UNTIL" in parts:
        raise ValueError("a recurrence has COUNT or UNTIL, not both")
    if frequency in ("DAILY", "WEEKLY"):
        if "BYSETPOS" in parts or any(day.n for day in parts.get("BYDAY", ())):
            raise ValueError("the first or last of something is for FREQ=MONTHLY or YEARLY")
        if any(name in parts for name in _OF_A_YEAR):
            raise ValueError("BYYEARDAY and BYWEEKNO are for FREQ=YEARLY")
    if frequency == "MONTHLY" and any(name in parts for name in _OF_A_YEAR):
        raise ValueError("BYYEARDAY and BYWEEKNO are for FREQ=YEARLY")


class RecurringDays:
    """The days of a recurrence, worked out a year at a time and remembered."""

    def __init__(self, recurrence: Recurrence) -> None:
        self._start = recurrence.start
        self._parts = parts_of(recurrence.rule) if recurrence.rule else None
        self._added = sorted(day.toordinal() for day in recurrence.dates)
        self._left_out = frozenset(day.toordinal() for day in recurrence.excluded)
        self._years: dict[int, frozenset[int]] = {}
        self._last = self._last_counted()

    def __contains__(self, day: int) -> bool:
        return day in self.year(date.fromordinal(day).year)

    def year(self, year: int) -> frozenset[int]:
        """The ordinals of one year."""
        found = self._years.get(year)
        if found is None:
            added = {day for day in self._added if date.fromordinal(day).year == year}
            found = frozenset((set(self._ruled(year)) | added) - self._left_out)
            for old in list(self._years)[:-COUNT_YEARS]:
                self._years.pop(old, None)
            self._years[year] = found
        return found

    def _ruled(self, year: int) -> list[int]:
        """What the rule alone picks, in order, up to its end."""
        if self._parts is None or year < self._start.year:
            return []
        last = self._last if self._last is not None else date.max.toordinal()
        return [day for day in self._unbounded(year) if day <= last]

    def _last_counted(self) -> int | None:
        """The last day of a rule with an end."""
        if self._parts is None:
            return None
        if "UNTIL" in self._parts:
            until: date = self._parts["UNTIL"]
            return until.toordinal()
        left: int | None = self._parts.get("COUNT")
        if left is None:
            return None
        for year in range(self._start.year, min(self._start.year + COUNT_YEARS, date.max.year)):
            days = self._unbounded(year)
            if len(days) >= left:
                return days[left - 1]
            left -= len(days)
        return None

    def _unbounded(self, year: int) -> list[int]:
        """The rule's days of a year from its first day on, as if it had no end. Each period is asked for by itself, so
        that an old rule costs no more than a young one, and one that never fires comes to an end."""
        parts = self._parts or {}
        interval = parts.get("INTERVAL", 1)
        match parts["FREQ"]:
            case "YEARLY":
                days = [] if (year - self._start.year) % interval else self._period("YEARLY", year, 1)
            case "MONTHLY":
                first = self._start.year * 12 + self._start.month - 1
                months = [month for month in range(1, 13) if (year * 12 + month - 1 - first) % interval == 0]
                days = [day for month in months for day in self._period("MONTHLY", year, month)]
            case "WEEKLY":
                week = self._week(self._start.toordinal())
                days = [one for one in self._period("YEARLY", year, 1) if (self._week(one) - week) % interval == 0]
            case _:
                first = self._start.toordinal()
                days = [one for one in self._period("YEARLY", year, 1) if (one - first) % interval == 0]
        return [day for day in days if day >= self._start.toordinal()]

    def _week(self, day: int) -> int:
        first: int = (self._parts or {}).get("WKST", _rrule().MO).weekday
        return (day - 1 - first) // 7

    def _period(self, frequency: Literal["YEARLY", "MONTHLY"], year: int, month: int) -> list[int]:
        """The days of one year or month that the BY parts pick."""
        begin = datetime(year, month, 1)  # noqa: DTZ001 days have no zone
        only: Any = {name.lower(): value for name, value in self._by().items()}
        interval = _ONCE * (12 if frequency == "MONTHLY" else 1)
        picked = _rrule().rrule(getattr(_rrule(), frequency), dtstart=begin, interval=interval, **only)
        return [each.toordinal() for each in picked]

    def _by(self) -> dict[str, Any]:
        """The BY parts, with what the first day stands for written out where they say nothing (RFC 5545, 3.3.10)."""
        parts = self._parts or {}
        by = {name.replace("BYDAY", "BYWEEKDAY"): value for name, value in parts.items() if name.startswith("BY")}
        by |= {"WKST": parts["WKST"]} if "WKST" in parts else {}
        if any(name in by for name in ("BYWEEKDAY", "BYMONTHDAY", *_OF_A_YEAR)):
            return by
        match parts["FREQ"]:
            case "YEARLY":
                return {"BYMONTH": (self._start.month,), **by, "BYMONTHDAY": (self._start.day,)}
            case "MONTHLY":
                return by | {"BYMONTHDAY": (self._start.day,)}
            case "WEEKLY":
                return by | {"BYWEEKDAY": (self._start.weekday(),)}
            case _:
                return by | {"BYWEEKDAY": tuple(range(7))}
