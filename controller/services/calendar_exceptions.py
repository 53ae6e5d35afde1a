"""Days on which opening hours differ: Tết, a suspension of some hours, an early closing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from pydantic import Field

from controller.domain.asked import Asked
from controller.domain.calendars import Calendar, Kind
from controller.domain.moments import Day
from controller.domain.people import Actor, Right
from controller.errors import InvalidError, Problem, UnknownError
from controller.services import calendar
from controller.services.calendar import CalendarView
from controller.services.context import Deps
from controller.store import calendar as store
from schedules.hours import DayHours, Hours
from schedules.model import Id

MOST_DAYS = 92


class ExceptionDraft(Asked):
    """From a first to a last day some hours are these; no windows: closed."""

    hours: Annotated[tuple[Id, ...], Field(min_length=1, max_length=50)]
    first: Day
    last: Day
    windows: Annotated[tuple[tuple[str, str], ...], Field(max_length=24)] = ()
    note: Annotated[str, Field(max_length=200)] = ""


def make_exception(deps: Deps, actor: Actor, draft: ExceptionDraft) -> tuple[CalendarView, ...]:
    """The hours differ on these days, whatever was said of them before; the plans that use them change at once."""
    actor.need(Right.CALENDAR)
    days = _days(draft)
    windows = calendar.minutes({"windows": list(draft.windows)})["windows"]
    given = [DayHours(day=day, windows=windows, note=draft.note) for day in days]
    with deps.store.write() as connection:
        answer = []
        for name in dict.fromkeys(draft.hours):
            one = store.one_of(connection, Kind.HOURS, name)
            answer.append(
                calendar.put(deps, connection, actor, _with(one, given), "differs", f"{draft.first}..{draft.last}")
            )
    deps.notify()
    return tuple(answer)


def end_exception(deps: Deps, actor: Actor, name: str, day: date) -> CalendarView:
    """The usual hours count again on that day; UnknownError if it was no exception."""
    actor.need(Right.CALENDAR)
    with deps.store.write() as connection:
        one = store.one_of(connection, Kind.HOURS, name)
        left = tuple(each for each in _hours(one).exceptions if each.day != day)
        if len(left) == len(_hours(one).exceptions):
            raise UnknownError("exception", f"{name} {day}")
        answer = calendar.put(deps, connection, actor, _replaced(one, left), "same_again", str(day))
    deps.notify()
    return answer


def _days(draft: ExceptionDraft) -> list[date]:
    length = (draft.last - draft.first).days + 1
    if not 1 <= length <= MOST_DAYS:
        text = "the last day is before the first" if length < 1 else f"at most {MOST_DAYS} days at once"
        raise InvalidError(
            "exception.days", "the exception cannot be accepted", (Problem("/last", "exception.days", text),)
        )
    return [draft.first + timedelta(days=number) for number in range(length)]


def _with(one: Calendar, given: list[DayHours]) -> Calendar:
    days = {each.day for each in given}
    kept = [each for each in _hours(one).exceptions if each.day not in days]
    return _replaced(one, tuple(sorted([*kept, *given], key=lambda each: each.day)))


def _replaced(one: Calendar, exceptions: tuple[DayHours, ...]) -> Calendar:
    fact = _hours(one).model_copy(update={"exceptions": exceptions}).model_dump(mode="json", exclude={"id"})
    return Calendar(**one.model_dump() | {"fact": fact, "version": one.version + 1})


def _hours(one: Calendar) -> Hours:
    assert isinstance(one.said, Hours)
    return one.said
