"""The year on both sides of the border, and the lists of days a person confirms year by year."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from controller.api.access import deps_of
from controller.console.forms import Filled, many, misread, number, one, place_of
from controller.console.frame import page
from controller.console.i18n import GATE_ZONE
from controller.console.reader import PageRoute, Reader, Someone
from controller.console.refusals import said
from controller.console.year_view import MARKS, names_of_year, rows_of, year_of_months
from controller.domain.almanac import ANIMALS, STANDING
from controller.domain.people import Right
from controller.errors import ControllerError
from controller.services import calendar_watch, calendar_years
from controller.services.calendar_years import ListView, YearDraft
from controller.services.context import Deps
from schedules.hours import DayList, NamedDay

router = APIRouter(include_in_schema=False, route_class=PageRoute)
KINDS = ("moon-vi", "moon-zh", "animal", "own")
NEW_LIST = {"name": "", "kind": "moon-vi", "days": "", "month": "", "branch": "0"}
MORE_DAYS = 5  # empty rows for days the draft does not know
Year = Annotated[int | None, Query(ge=2020, le=2090)]


@router.get("/calendars")
def the_year(request: Request, who: Someone, year: Year = None) -> HTMLResponse:
    """A year: its months, its days off, and which lists are confirmed for it."""
    deps = deps_of(request)
    today = deps.now().astimezone(GATE_ZONE).date()
    shown = year or today.year
    lists = calendar_years.all_lists(deps, who.actor)
    days = {each.id: _days(deps, who, each, shown) for each in lists}
    return page(
        request, "calendars.html", who.actor, now=deps.now(), year=shown, tab="year", marks=sorted(set(MARKS.values())),
        months=year_of_months(shown, days, today), rows=rows_of(shown, days), names=names_of_year(shown),
        findings=calendar_watch.calendar_findings(deps, who.actor), lists=[_row(each, days[each.id], shown) for each in lists],
    )  # fmt: skip


def _days(deps: Deps, who: Reader, each: ListView, year: int) -> DayList:
    if year in each.confirmed or each.recipe is not None:
        return calendar_years.year_of(deps, who.actor, each.id, year)
    return DayList(id=each.id, name=each.name, through=date(year, 12, 31))


def _row(each: ListView, days: DayList, year: int) -> dict[str, Any]:
    return {"list": each, "confirmed": year in each.confirmed, "days": len(days.days)}


@router.get("/calendars/lists/new")
def new_list(request: Request, who: Someone) -> HTMLResponse:
    """A form for a list of one's own: a market by the moon or by an animal, a feast of the village."""
    who.actor.need(Right.CALENDAR)
    return _new_list(request, who, NEW_LIST)


@router.post("/calendars/lists/new")
def keep_list(request: Request, who: Someone, form: Filled) -> Response:
    """Keep the list; none of its years counts until it is confirmed."""
    who.actor.need(Right.CALENDAR)
    given = {name: one(form, name) for name in NEW_LIST}
    try:
        made = calendar_years.new_list(deps_of(request), who.actor, given["name"], _recipe(given))
    except (ControllerError, ValueError) as problem:
        return _new_list(request, who, given, problem)
    year = deps_of(request).now().astimezone(GATE_ZONE).year
    return RedirectResponse(f"/calendars/lists/{made.id}/{year}", 303)


def _recipe(given: dict[str, str]) -> dict[str, Any] | None:
    """What drafts the list, as the form has it; None where people name the days."""
    if given["kind"] == "animal":
        return {"kind": "animal", "branch": number("branch", given["branch"])}
    if given["kind"] in ("moon-vi", "moon-zh"):
        days = [number("days", each) for each in given["days"].replace(",", " ").split()]
        month = {"month": number("month", given["month"])} if given["month"] else {}
        return {"kind": "moon", "side": given["kind"][-2:], "days": days, **month}
    return None


def _new_list(request: Request, who: Reader, given: dict[str, str], problem: Exception | None = None) -> HTMLResponse:
    return page(
        request, "calendar_new_list.html", who.actor, status=422 if problem else 200, now=deps_of(request).now(), tab="year",
        problem=said(problem, who.words), given=given, kinds=KINDS, animals=list(enumerate(ANIMALS[who.words.language])),
    )  # fmt: skip


@router.get("/calendars/lists/{name}/{year}")
def one_year(request: Request, name: str, year: int, who: Someone) -> HTMLResponse:
    """A year of a list: each day can be left out or renamed, and some added, before it is confirmed."""
    found = calendar_years.year_of(deps_of(request), who.actor, name, year)
    named = {each.day: each.name for each in found.names}
    rows = [(day.isoformat(), named.get(day, ""), True) for day in found.days]
    return _one_year(request, who, name, year, [*rows, *[("", "", True)] * MORE_DAYS])


@router.post("/calendars/lists/{name}/{year}")
def confirm(request: Request, name: str, year: int, who: Someone, form: Filled) -> Response:
    """These are the days; what cannot be accepted comes back with its reason and nothing lost."""
    who.actor.need(Right.CALENDAR)
    given = _given(form)
    try:
        number("rows", one(form, "rows"))  # a form that does not say how many days it has confirms no empty year
        kept = tuple(NamedDay(day=_day(day), name=words) for day, words, keep in given if day and keep)
        draft = YearDraft(days=kept, version=int(number("version", one(form, "version") or "0")))
        calendar_years.confirm_year(deps_of(request), who.actor, name, year, draft)
    except (ControllerError, ValueError) as problem:
        return _one_year(request, who, name, year, given, problem)
    return RedirectResponse(f"/calendars?year={year}", 303)


@router.post("/calendars/lists/{name}/{year}/take-back")
def take_back(request: Request, name: str, year: int, who: Someone) -> Response:
    """The last confirmed year counts no more."""
    calendar_years.take_back_year(deps_of(request), who.actor, name, year)
    return RedirectResponse(f"/calendars?year={year}", 303)


def _given(form: FormData) -> list[tuple[str, str, bool]]:
    kept = set(many(form, "keep"))
    rows = range(min(place_of(one(form, "rows")) or 0, 400))
    return [(one(form, f"day-{row}"), one(form, f"name-{row}"), str(row) in kept) for row in rows]


def _one_year(
    request: Request,
    who: Reader,
    name: str,
    year: int,
    rows: list[tuple[str, str, bool]],
    problem: Exception | None = None,
) -> HTMLResponse:
    deps = deps_of(request)
    lettered = [(day, words, keep, _letter(who, day)) for day, words, keep in rows]
    (kept,) = [each for each in calendar_years.all_lists(deps, who.actor) if each.id == name]
    return page(
        request, "calendar_list.html", who.actor, status=422 if problem else 200, now=deps.now(), problem=said(problem, who.words),
        list=kept, year=year, rows=lettered, own=name not in STANDING, confirmed=year in kept.confirmed, tab="year",
        last=bool(kept.confirmed) and len(kept.confirmed) > 1 and kept.confirmed[-1] == year,
    )  # fmt: skip


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise misread("day", f'"{text[:60]}" is no day: write 30/04/2027') from None


def _letter(who: Reader, day: str) -> str:
    try:
        return who.words(f"weekday letter {date.fromisoformat(day).isoweekday()}")
    except ValueError:
        return ""
