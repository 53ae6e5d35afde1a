"""Opening hours of every gate, and the days on which they differ."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from controller.api.access import deps_of
from controller.console.forms import Filled, many, number, one, place_of
from controller.console.frame import page
from controller.console.i18n import GATE_ZONE
from controller.console.reader import PageRoute, Reader, Someone
from controller.console.refusals import said
from controller.console.tiles import named
from controller.domain.calendars import Kind
from controller.domain.people import Right
from controller.errors import ControllerError
from controller.services import calendar, calendar_exceptions, wall
from controller.services.calendar import CalendarDraft, CalendarView
from controller.services.calendar_exceptions import ExceptionDraft
from controller.services.ids import new_id
from schedules.fact import EVERY_DAY, Window, clock
from schedules.hours import DayHours, Hours

router = APIRouter(include_in_schema=False, route_class=PageRoute)
WINDOWS, SEASONS = 3, 3  # rows of the forms; who needs more uses the API
TRAFFIC = ("travellers", "goods", "residents", "all")
NEW_EXCEPTION: dict[str, Any] = {"hours": (), "first": "", "last": "", "note": "", "windows": (("", ""),) * WINDOWS}
NO_SEASON: dict[str, Any] = {
    "weekdays": EVERY_DAY,
    "from": "",
    "to": "",
    "from2": "",
    "to2": "",
    "first": "",
    "last": "",
}


@router.get("/calendars/hours")
def hours(request: Request, who: Someone) -> HTMLResponse:
    """Hours by gate, what is different soon, and a form for what will be."""
    return _hours(request, who, NEW_EXCEPTION)


@router.post("/calendars/exceptions")
def differ(request: Request, who: Someone, form: Filled) -> Response:
    """Some hours differ for some days; no hours given: closed."""
    who.actor.need(Right.CALENDAR)
    given = {name: one(form, name) for name in ("first", "last", "note")} | {
        "hours": many(form, "hours"),
        "windows": tuple((one(form, f"from-{row}"), one(form, f"to-{row}")) for row in range(WINDOWS)),
    }
    try:
        facts = given | {
            "windows": tuple(pair for pair in given["windows"] if any(pair)),
            "last": given["last"] or given["first"],
        }
        calendar_exceptions.make_exception(deps_of(request), who.actor, ExceptionDraft.model_validate(facts))
    except (ControllerError, ValueError) as problem:
        return _hours(request, who, given, problem)
    return RedirectResponse("/calendars/hours", 303)


@router.post("/calendars/hours/{name}/exceptions/{day}/end")
def same_again(request: Request, name: str, day: date, who: Someone) -> Response:
    """The usual hours count again on that day."""
    calendar_exceptions.end_exception(deps_of(request), who.actor, name, day)
    return RedirectResponse("/calendars/hours", 303)


@router.get("/calendars/hours/new")
def new_hours(request: Request, who: Someone) -> HTMLResponse:
    """A form for hours that are not kept yet."""
    who.actor.need(Right.CALENDAR)
    given = {"name": "", "gate": "all", "place": "", "traffic": "all", "version": "0", "seasons": [NO_SEASON] * SEASONS}
    return _form(request, who, given)


@router.get("/calendars/hours/{name}/edit")
def edit_hours(request: Request, name: str, who: Someone) -> HTMLResponse:
    """A form with the usual hours of a place."""
    who.actor.need(Right.CALENDAR)
    return _form(request, who, _as_given(calendar.one_calendar(deps_of(request), who.actor, Kind.HOURS, name)))


@router.post("/calendars/hours/save")
def save_hours(request: Request, who: Someone, form: Filled) -> Response:
    """Keep the usual hours; the exceptions stand."""
    who.actor.need(Right.CALENDAR)
    given, deps = _given(form), deps_of(request)
    name = given["name"] or new_id("hours")
    try:
        old = calendar.one_calendar(deps, who.actor, Kind.HOURS, name).fact["exceptions"] if given["name"] else []
        seasons = [_season(each) for each in given["seasons"] if each["from"] or each["to"]]
        fact = {"place": given["place"], "traffic": given["traffic"], "weekly": seasons, "exceptions": old}
        targets = ("all",) if given["gate"] == "all" else (f"{given['gate']}/*",)
        draft = CalendarDraft(targets=targets, fact=fact, version=int(number("version", given["version"] or "0")))
        calendar.keep_calendar(deps, who.actor, Kind.HOURS, name, draft)
    except (ControllerError, ValueError) as problem:
        return _form(request, who, given, problem)
    return RedirectResponse("/calendars/hours", 303)


@router.post("/calendars/hours/{name}/delete")
def drop_hours(request: Request, name: str, who: Someone) -> Response:
    """They are kept no more; refused while a schedule names them."""
    calendar.remove_calendar(deps_of(request), who.actor, Kind.HOURS, name)
    return RedirectResponse("/calendars/hours", 303)


def _hours(request: Request, who: Reader, given: dict[str, Any], problem: Exception | None = None) -> HTMLResponse:
    deps, language = deps_of(request), who.words.language
    today = deps.now().astimezone(GATE_ZONE).date()
    kept = calendar.all_calendars(deps, who.actor, Kind.HOURS)
    gates = [(gate.id, named(gate.names, language, gate.id)) for gate in wall.all_gates(deps, who.actor, language)]
    groups = [(name, [_row(each, today) for each in kept if gate_of(each) == gate]) for gate, name in gates]
    everywhere = [_row(each, today) for each in kept if gate_of(each) == "all"]
    return page(
        request, "hours.html", who.actor, status=422 if problem else 200, now=deps.now(),
        problem=said(problem, who.words), given=given,
        groups=[*groups, *([(who.words("Every gate"), everywhere)] if everywhere else [])], today=today, tab="hours",
    )  # fmt: skip


def gate_of(each: CalendarView) -> str:
    """The gate of hours: that of their first target."""
    return each.targets[0].partition("/")[0]


def _row(each: CalendarView, today: date) -> dict[str, Any]:
    fact = calendar.hours_of(each)
    ahead = [one for one in fact.exceptions if one.day >= today]
    return {
        "view": each,
        "place": fact.place or each.id,
        "traffic": fact.traffic,
        "usual": [(_texts(one.windows), one.weekdays, one.first, one.last) for one in fact.weekly],
        "today": _texts(on_day(fact, today)),
        "differs": any(one.day == today for one in fact.exceptions),
        "ahead": [(one.day, _texts(one.windows), one.note) for one in ahead],
        "spans": spans(ahead),
    }


def spans(ahead: list[DayHours]) -> list[tuple[date, date, str, str]]:
    """Days that follow one another and differ alike, as one line: first, last, hours, note."""
    found: list[tuple[date, date, str, str]] = []
    for each in ahead:
        alike = (_texts(each.windows), each.note)
        if found and found[-1][1] + timedelta(days=1) == each.day and found[-1][2:] == alike:
            found[-1] = (found[-1][0], each.day, *alike)
        else:
            found.append((each.day, each.day, *alike))
    return found


def on_day(hours: Hours, day: date) -> tuple[Window, ...]:
    """The windows of a day, as written."""
    for differs in hours.exceptions:
        if differs.day == day:
            return differs.windows
    return tuple(
        window
        for one in hours.weekly
        if day.isoweekday() in one.weekdays
        and (not one.first or one.first <= day)
        and (not one.last or day <= one.last)
        for window in one.windows
    )


def _texts(windows: tuple[Window, ...]) -> str:
    return ", ".join(f"{clock(window.start)}-{clock(window.end)}" for window in windows)


def _as_given(view: CalendarView) -> dict[str, Any]:
    fact = calendar.hours_of(view)
    seasons = []
    for each in fact.weekly[:SEASONS]:
        texts = [(clock(window.start), clock(window.end)) for window in each.windows[:2]] + [("", "")]
        (start, end), (start2, end2) = texts[0], texts[1]
        dates = {
            "first": each.first.isoformat() if each.first else "",
            "last": each.last.isoformat() if each.last else "",
        }
        seasons.append({"weekdays": each.weekdays, "from": start, "to": end, "from2": start2, "to2": end2, **dates})
    return {
        "name": view.id, "gate": gate_of(view), "place": fact.place, "traffic": fact.traffic, "version": str(view.version),
        "seasons": seasons + [NO_SEASON] * (SEASONS - len(seasons)),
    }  # fmt: skip


def _given(form: FormData) -> dict[str, Any]:
    facts: dict[str, Any] = {name: one(form, name) for name in ("name", "gate", "place", "traffic", "version")}
    names = ("from", "to", "from2", "to2", "first", "last")
    facts["seasons"] = [
        {name: one(form, f"{name}-{row}") for name in names}
        | {"weekdays": tuple(day for each in many(form, f"weekdays-{row}") if (day := place_of(each)) is not None)}
        for row in range(SEASONS)
    ]
    return facts


def _season(given: dict[str, Any]) -> dict[str, Any]:
    pairs = [(given["from"], given["to"]), (given["from2"], given["to2"])]
    return {
        "weekdays": given["weekdays"], "windows": [pair for pair in pairs if any(pair)], "first": given["first"] or None,
        "last": given["last"] or None,
    }  # fmt: skip


def _form(request: Request, who: Reader, given: dict[str, Any], problem: Exception | None = None) -> HTMLResponse:
    deps, language = deps_of(request), who.words.language
    gates = [(gate.id, named(gate.names, language, gate.id)) for gate in wall.all_gates(deps, who.actor, language)]
    return page(
        request, "hours_form.html", who.actor, status=422 if problem else 200, now=deps.now(), problem=said(problem, who.words),
        given=given, gates=gates, traffic=TRAFFIC, weekdays=EVERY_DAY, tab="hours",
    )  # fmt: skip
