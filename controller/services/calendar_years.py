"""Lists of days year by year: a library drafts, a person confirms, and only then a year counts."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field
from sqlalchemy.engine import Connection

from controller.domain.almanac import STANDING, Recipe, draft, merged, without_last, years_of
from controller.domain.asked import Asked
from controller.domain.calendars import Calendar, Days, Kind
from controller.domain.content import clean_title
from controller.domain.people import Actor, Right
from controller.errors import ConflictError, InvalidError, Problem, UnknownError
from controller.services import calendar
from controller.services.calendar import CalendarDraft, CalendarView
from controller.services.context import Deps
from controller.services.ids import new_id
from controller.store import calendar as store
from schedules.hours import DayList, NamedDay
from schedules.model import Fact

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


class YearDraft(Asked):
    """The days of one year as a person confirms them: the draft, or what he made of it."""

    days: Annotated[tuple[NamedDay, ...], Field(max_length=366)]
    version: Annotated[int, Field(ge=0, description="of the list it joins; 0: there is none yet")] = 0


class ListView(Fact):
    """A list of days, kept or offered; `confirmed` are the years that count."""

    id: str
    name: str
    recipe: Recipe | None = None
    confirmed: tuple[int, ...] = ()
    through: date | None = None
    version: int = 0
    used_by: tuple[str, ...] = ()
    by: str = ""


def all_lists(deps: Deps, actor: Actor) -> tuple[ListView, ...]:
    """Every list of days, and those every gate needs that nobody has confirmed yet, by id."""
    kept = {one.id: _list(one) for one in calendar.all_calendars(deps, actor, Kind.DAYS)}
    offered = {name: ListView(id=name, name=title, recipe=recipe) for name, (title, recipe) in STANDING.items()}
    return tuple((offered | kept)[name] for name in sorted(offered | kept))


def new_list(deps: Deps, actor: Actor, name: str, recipe: dict[str, Any] | None) -> CalendarView:
    """A list of one's own of which no year is confirmed yet."""
    actor.need(Right.CALENDAR)
    title = clean_title(name, "/name")
    before = date(deps.now().astimezone(ZONE).year - 1, 12, 31)
    fact = {"name": title, "through": before.isoformat(), "recipe": recipe}
    return calendar.keep_calendar(deps, actor, Kind.DAYS, new_id("days"), CalendarDraft(fact=fact))


def year_of(deps: Deps, actor: Actor, name: str, year: int) -> DayList:
    """The days of a year: as confirmed, else as drafted; UnknownError for a list nobody keeps or offers."""
    actor.need(Right.READ)
    with deps.store.read() as connection:
        kept = _kept(connection, name)
    if kept is None and name not in STANDING:
        raise UnknownError("list", name)
    if kept is not None and year in years_of(kept):
        return _only(kept, year)
    return draft_of(deps, actor, name, year)


def draft_of(deps: Deps, actor: Actor, name: str, year: int) -> DayList:
    """What a library makes of a year of a list; ConflictError if nothing drafts it."""
    actor.need(Right.READ)
    with deps.store.read() as connection:
        kept = _kept(connection, name)
    title, recipe = (kept.name, kept.recipe) if kept else STANDING.get(name, ("", None))
    if recipe is None:
        if kept is None:
            raise UnknownError("list", name)
        raise ConflictError("list.own", "its days are named by people; no library drafts them")
    try:
        found = draft(recipe, name, title, year)
    except ValueError as exc:
        raise InvalidError("year.unknown", str(exc), (Problem("", "year.unknown", str(exc)),)) from exc
    return _only(found, year)


def confirm_year(deps: Deps, actor: Actor, name: str, year: int, said: YearDraft) -> CalendarView:
    """These are the days of that year; the plans that use the list change at once."""
    actor.need(Right.CALENDAR)
    _check(year, said)
    with deps.store.write() as connection:
        kept = _kept(connection, name)
        if kept is None and name not in STANDING:
            raise UnknownError("list", name)
        made = _next(connection, name, kept, year, said)
        answer = calendar.put(deps, connection, actor, made, "confirmed", str(year))
    deps.notify()
    return answer


def take_back_year(deps: Deps, actor: Actor, name: str, year: int) -> CalendarView:
    """The last confirmed year of a list counts no more; schedules go by their weekdays after it."""
    actor.need(Right.CALENDAR)
    with deps.store.write() as connection:
        kept = _kept(connection, name)
        if kept is None:
            raise UnknownError("list", name)
        known = years_of(kept)
        if year not in known[-1:]:
            raise ConflictError("year.not_last", f"only the last confirmed year can be taken back, not {year}")
        if len(known) == 1:
            raise ConflictError(
                "year.only", "it is the only year of the list: delete the list, or confirm another year"
            )
        old = store.one_of(connection, Kind.DAYS, name)
        fact = without_last(kept).model_dump(mode="json", exclude={"id"})
        made = Calendar(**old.model_dump() | {"fact": fact, "version": old.version + 1})
        answer = calendar.put(deps, connection, actor, made, "taken_back", str(year))
    deps.notify()
    return answer


def _check(year: int, said: YearDraft) -> None:
    problems = [
        Problem(f"/days/{place}/day", "day.other_year", f"{one.day} is not in {year}")
        for place, one in enumerate(said.days)
        if one.day.year != year
    ]
    if len({one.day for one in said.days}) != len(said.days):
        problems.append(Problem("/days", "day.twice", "a day is named twice"))
    if problems:
        raise InvalidError(problems[0].code, "the year cannot be accepted", tuple(problems))


def _next(connection: Connection, name: str, kept: Days | None, year: int, said: YearDraft) -> Calendar:
    named = tuple(sorted(said.days, key=lambda one: one.day))
    title, recipe = (kept.name, kept.recipe) if kept else STANDING[name]
    fresh = Days(
        id=name, name=title, days=tuple(one.day for one in named), names=named, through=date(year, 12, 31), recipe=recipe
    )  # fmt: skip
    try:
        whole = merged(kept, fresh)
    except ValueError as exc:
        raise ConflictError("year.gap", str(exc)) from exc
    fact = calendar.CalendarDraft(fact=whole.model_dump(mode="json", exclude={"id"}), version=said.version)
    return calendar.read(connection, Kind.DAYS, name, fact)


def _kept(connection: Connection, name: str) -> Days | None:
    try:
        said = store.one_of(connection, Kind.DAYS, name).said
    except UnknownError:
        return None
    return said if isinstance(said, Days) else None


def _only(kept: DayList, year: int) -> DayList:
    names = tuple(one for one in kept.names if one.day.year == year)
    return DayList(
        id=kept.id, name=kept.name, days=tuple(day for day in kept.days if day.year == year), names=names,
        through=date(year, 12, 31),
    )  # fmt: skip


def _list(one: CalendarView) -> ListView:
    said = one.said
    assert isinstance(said, Days)
    return ListView(
        id=one.id, name=said.name or one.id, recipe=said.recipe, confirmed=years_of(said), through=said.through,
        version=one.version, used_by=one.used_by, by=one.by,
    )  # fmt: skip
