"""Calendars: opening hours, lists of days, mourning, quiet hours, events, languages and levels of some hours."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Path

from controller.api.access import Need, Reader, World
from controller.domain.calendars import Kind
from controller.domain.people import Actor, Right
from controller.services import calendar, calendar_exceptions, calendar_watch, calendar_years
from controller.services.calendar import CalendarDraft, CalendarView
from controller.services.calendar_exceptions import ExceptionDraft
from controller.services.calendar_watch import CalendarFinding, Reach
from controller.services.calendar_years import ListView, YearDraft
from schedules.hours import DayList

router = APIRouter(tags=["calendars"])
Keeper = Annotated[Actor, Depends(Need(Right.CALENDAR))]
Name = Annotated[str, Path(pattern=r"^[a-z0-9_-]{1,32}$")]
Year = Annotated[int, Path(ge=2000, le=2999)]


@router.get("/calendars")
def list_calendars(actor: Reader, deps: World, kind: Kind | None = None) -> tuple[CalendarView, ...]:
    """Every calendar, or those of a kind, with the schedules that name them."""
    return calendar.all_calendars(deps, actor, kind)


@router.get("/calendar-findings")
def list_findings(actor: Reader, deps: World) -> tuple[CalendarFinding, ...]:
    """Tables that end while schedules need them, and devices that a mourning did not reach."""
    return calendar_watch.calendar_findings(deps, actor)


@router.get("/day-lists")
def list_lists(actor: Reader, deps: World) -> tuple[ListView, ...]:
    """Lists of days with the years that are confirmed, and those every gate needs that are not kept yet."""
    return calendar_years.all_lists(deps, actor)


@router.get("/day-lists/{name}/years/{year}")
def look_year(name: Name, year: Year, actor: Reader, deps: World) -> DayList:
    """The days of a year, as confirmed; else the draft."""
    return calendar_years.year_of(deps, actor, name, year)


@router.get("/day-lists/{name}/years/{year}/draft")
def draft_year(name: Name, year: Year, actor: Reader, deps: World) -> DayList:
    """What a library makes of a year: it counts only once confirmed."""
    return calendar_years.draft_of(deps, actor, name, year)


@router.put("/day-lists/{name}/years/{year}")
def confirm_year(name: Name, year: Year, said: YearDraft, actor: Keeper, deps: World) -> CalendarView:
    """These are the days of that year; plans change at once."""
    return calendar_years.confirm_year(deps, actor, name, year, said)


@router.delete("/day-lists/{name}/years/{year}")
def take_back_year(name: Name, year: Year, actor: Keeper, deps: World) -> CalendarView:
    """The last confirmed year counts no more."""
    return calendar_years.take_back_year(deps, actor, name, year)


@router.post("/hours-exceptions")
def make_exception(said: ExceptionDraft, actor: Keeper, deps: World) -> tuple[CalendarView, ...]:
    """Some hours differ from a first to a last day; no windows: closed."""
    return calendar_exceptions.make_exception(deps, actor, said)


@router.delete("/calendars/hours/{name}/exceptions/{day}")
def end_exception(name: Name, day: date, actor: Keeper, deps: World) -> CalendarView:
    """The usual hours count again on that day."""
    return calendar_exceptions.end_exception(deps, actor, name, day)


@router.get("/calendars/mourning/{name}/devices")
def mourning_reach(name: Name, actor: Reader, deps: World) -> tuple[Reach, ...]:
    """Which devices said that they hold a plan with this mourning in it."""
    return calendar_watch.mourning_reach(deps, actor, name)


@router.get("/calendars/{kind}/{name}")
def look_calendar(kind: Kind, name: Name, actor: Reader, deps: World) -> CalendarView:
    """One calendar."""
    return calendar.one_calendar(deps, actor, kind, name)


@router.put("/calendars/{kind}/{name}")
def keep_calendar(kind: Kind, name: Name, said: CalendarDraft, actor: Keeper, deps: World) -> CalendarView:
    """A new calendar, or the next version of one; plans change at once."""
    return calendar.keep_calendar(deps, actor, kind, name, said)


@router.delete("/calendars/{kind}/{name}", status_code=204)
def remove_calendar(kind: Kind, name: Name, actor: Keeper, deps: World) -> None:
    """No plan holds it any more; refused while a schedule names it."""
    calendar.remove_calendar(deps, actor, kind, name)
