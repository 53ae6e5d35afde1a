"""The schedule's form: from what was filled in to a draft, and back. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from starlette.datastructures import FormData

from controller.console.forms import many, misread, number, one, place_of
from controller.console.i18n import GATE_ZONE
from controller.domain.plans import WantedRule
from schedules.fact import clock
from schedules.hours import DayHours

WINDOWS = 3
WHOLE_WEEK = tuple(range(1, 8))
PLAIN = ("playlist", "priority", "starts", "ends", "every")
MORE = (
    "minutes", "monthdays", "rrule", "rrule_start", "rdates", "exdates", "exceptions", "relative_hours", "relative_state",
    "start_offset", "end_offset", "share_minutes", "in_quiet", "area", "event", "routing", "stack_minutes",
    "longest_minutes",
)  # fmt: skip
LISTS = ("only_on", "not_on", "zones")
USUAL = {"relative_state": "open", "in_quiet": "hold", "routing": "partial"}
NEW: dict[str, Any] = {
    **dict.fromkeys((*PLAIN, *MORE), ""), **dict.fromkeys(LISTS, ()), **USUAL, "targets": (), "weekdays": WHOLE_WEEK,
    "windows": (("07:00", "17:00"), *((("", ""),) * (WINDOWS - 1))), "priority": "normal", "version": "",
}  # fmt: skip


def given_of(form: FormData) -> dict[str, Any]:
    """What was filled in, as it was."""
    facts = {name: one(form, name) or USUAL.get(name, "") for name in (*PLAIN, *MORE, "version")}
    return {
        **facts,
        **{name: many(form, name) for name in (*LISTS, "targets")},
        "weekdays": tuple(day for each in many(form, "weekdays") if (day := place_of(each)) is not None),
        "windows": tuple((one(form, f"from-{row}"), one(form, f"to-{row}")) for row in range(WINDOWS)),
    }


def draft_of(given: dict[str, Any]) -> dict[str, Any]:
    """The form as the API would have it; InvalidError names the field where a number or a day is none."""
    facts: dict[str, Any] = {name: given[name] for name in ("playlist", "priority", "targets", "weekdays", *LISTS)}
    facts |= {name: given[name] for name in ("starts", "ends", "area", "event") if given[name]}
    facts["windows"] = tuple(window for window in given["windows"] if any(window))
    facts |= {"every": number("every", given["every"])} if given["every"] else {}
    facts |= (
        {"minutes": tuple(number("minutes", each) for each in _parts(given["minutes"]))} if given["minutes"] else {}
    )
    facts |= {"exceptions": [_exception(line) for line in given["exceptions"].splitlines() if line.strip()]}
    facts |= (
        {"share": {"seconds": number("share", given["share_minutes"], float) * 60}} if given["share_minutes"] else {}
    )
    facts |= {"in_quiet": given["in_quiet"], "routing": given["routing"]}
    facts |= {"stack_for": number("stack_for", given["stack_minutes"], float) * 60} if given["stack_minutes"] else {}
    facts |= {"longest": number("longest", given["longest_minutes"], float) * 60} if given["longest_minutes"] else {}
    return (
        facts
        | _relative(given)
        | _recurrence(given)
        | ({"version": number("version", given["version"])} if given["version"] else {})
    )


def _relative(given: dict[str, Any]) -> dict[str, Any]:
    if not given["relative_hours"]:
        return {}
    offsets = {name: number(name, given[name] or "0") for name in ("start_offset", "end_offset")}
    return {"relative": {"hours": given["relative_hours"], "state": given["relative_state"], **offsets}}


def _recurrence(given: dict[str, Any]) -> dict[str, Any]:
    rule = given["rrule"]
    if given["monthdays"]:
        rule = f"FREQ=MONTHLY;BYMONTHDAY={','.join(_parts(given['monthdays']))}"
    dates, excluded = _days("dates", given["rdates"]), _days("excluded", given["exdates"])
    if not rule and not dates:
        return {}
    start = (
        _day("starts", given["rrule_start"] or given["starts"])
        if given["rrule_start"] or given["starts"]
        else date(2020, 1, 1)
    )
    return {"recurrence": {"start": start, "rule": rule, "dates": dates, "excluded": excluded}}


def _parts(text: str) -> list[str]:
    return [each for each in re.split(r"[\s,;]+", text) if each]


def _days(name: str, text: str) -> tuple[date, ...]:
    return tuple(_day(name, each) for each in _parts(text))


def _day(name: str, text: str) -> date:
    """30/04/2027 or 2027-04-30."""
    found = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text)
    try:
        return date(int(found[3]), int(found[2]), int(found[1])) if found else date.fromisoformat(text)
    except ValueError:
        raise misread(name, f'"{text[:60]}" is no day: write 30/04/2027') from None


def _exception(line: str) -> dict[str, Any]:
    day, *windows = _parts(line)
    pairs = [tuple(re.split("[-–]", each, maxsplit=1)) for each in windows]
    if any(len(pair) != 2 for pair in pairs):
        text = f'"{line.strip()[:60]}" is not understood: write 18/02/2027 09:00-14:00, or the day alone for not at all'
        raise misread("exceptions", text)
    return {"day": _day("exceptions", day), "windows": pairs}


def given_from(rule: WantedRule) -> dict[str, Any]:
    """A schedule as its form shows it."""
    windows = (*rule.windows, *((("", ""),) * WINDOWS))[: max(WINDOWS, len(rule.windows))]
    last = rule.ends - timedelta(microseconds=1) if rule.ends else None
    facts: dict[str, Any] = {
        "playlist": rule.playlist, "priority": rule.priority.value, "targets": rule.targets, "weekdays": rule.weekdays,
        "windows": windows, "starts": _iso(rule.starts), "ends": _iso(last), "every": rule.every or "",
        "minutes": ", ".join(map(str, rule.minutes)), "exceptions": "\n".join(map(_line, rule.exceptions)),
        "only_on": rule.only_on, "not_on": rule.not_on, "zones": rule.zones, "in_quiet": rule.in_quiet,
        "area": rule.area or "", "event": rule.event or "", "routing": rule.routing, "version": rule.version,
        "share_minutes": _minutes(rule.share.seconds if rule.share else None), "stack_minutes": _minutes(rule.stack_for),
        "longest_minutes": _minutes(rule.longest),
    }  # fmt: skip
    if rule.relative:
        facts |= {f"relative_{name}": getattr(rule.relative, name) for name in ("hours", "state")}
        facts |= {name: getattr(rule.relative, name) for name in ("start_offset", "end_offset")}
    if rule.recurrence:
        facts |= {"rrule": rule.recurrence.rule, "rrule_start": f"{rule.recurrence.start}"}
        facts |= {"rdates": _list(rule.recurrence.dates), "exdates": _list(rule.recurrence.excluded)}
    return NEW | facts


def fits_form(rule: WantedRule) -> bool:
    """Whether the form can hold all of it; what it cannot is changed by the API."""
    whole_days = all(when is None or (_iso(when) == f"{when.astimezone(GATE_ZONE):%Y-%m-%d}" and _midnight(when))
                     for when in (rule.starts, rule.ends))  # fmt: skip
    return whole_days and len(rule.windows) <= WINDOWS and not (rule.share and rule.share.per != 60)


def _midnight(when: Any) -> bool:
    local = when.astimezone(GATE_ZONE)
    return bool((local.hour, local.minute, local.second) == (0, 0, 0))


def _iso(when: Any) -> str:
    return f"{when.astimezone(GATE_ZONE):%Y-%m-%d}" if when else ""


def _line(one_day: DayHours) -> str:
    windows = " ".join(f"{clock(each.start)}-{clock(each.end)}" for each in one_day.windows)
    return f"{one_day.day:%d/%m/%Y} {windows}".strip()


def _list(days: Iterable[date]) -> str:
    return ", ".join(f"{day:%d/%m/%Y}" for day in days)


def _minutes(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds / 60:g}"
