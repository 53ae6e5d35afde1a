"""What is coming on a device and why, what a schedule would change, and calendars in and out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain, islice
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from controller.api.access import Need, Reader, World
from controller.domain.moments import Moment
from controller.domain.people import Actor, Right
from controller.domain.remarks import Found
from controller.services import foresee, import_ics, what_if
from controller.services.foresee import Explanation, SegmentView
from controller.services.import_ics import CalendarFile, Draft
from controller.services.what_if import Trial, Verdict

router = APIRouter(tags=["foresight"])
Language = Annotated[Literal["vi", "zh-Hans", "en"], Query(description="of the reasons")]
Scheduler = Annotated[Actor, Depends(Need(Right.SCHEDULE))]
From = Annotated[Moment | None, Query(alias="from", description="none: now")]
Until = Annotated[Moment | None, Query(alias="to", description="none: a day later")]
At = Annotated[Moment | None, Query(description="none: now")]
ICS: dict[int | str, dict[str, Any]] = {200: {"content": {"text/calendar": {}}, "description": "one event a stretch"}}


@router.get("/devices/{gate}/{name}/explain")
def explain(gate: str, name: str, actor: Reader, deps: World, at: At = None, language: Language = "en") -> Explanation:
    """What is on air at a moment, why, what it goes before, and who approved it."""
    return foresee.explain(deps, actor, f"{gate}/{name}", at or deps.now(), language)


@router.get("/devices/{gate}/{name}/timeline", response_model=tuple[SegmentView, ...])
def timeline(
    gate: str, name: str, actor: Reader, deps: World, start: From = None, end: Until = None, language: Language = "en"
) -> StreamingResponse:
    """What will be on air in [from, to), piece by piece, with reasons; up to 400 days, sent as it is worked out."""
    begin, last = _period(start, end, deps.now(), timedelta(days=1))
    found = foresee.stream(deps, actor, f"{gate}/{name}", begin, last, language)
    return StreamingResponse(_array(each.model_dump_json() for each in found), media_type="application/json")


@router.get("/devices/{gate}/{name}/schedule.ics", response_class=StreamingResponse, responses=ICS)
def calendar(
    gate: str, name: str, actor: Reader, deps: World, start: From = None, end: Until = None
) -> StreamingResponse:
    """The same as an iCalendar; without `to` 30 days."""
    begin, last = _period(start, end, deps.now(), timedelta(days=30))
    found = foresee.calendar_of(deps, actor, f"{gate}/{name}", begin, last)
    headers = {"content-disposition": f'attachment; filename="{gate}-{name}.ics"'}
    return StreamingResponse(_chunks(found), media_type="text/calendar; charset=utf-8", headers=headers)


def _period(start: datetime | None, end: datetime | None, now: datetime, usual: timedelta) -> tuple[datetime, datetime]:
    begin = start or now
    return begin, end or begin + usual


def _array(found: Iterable[str]) -> Iterator[str]:
    """A JSON array of what comes."""
    lines = (("," if place else "") + each for place, each in enumerate(found))
    return _chunks(chain("[", lines, "]"))


def _chunks(found: Iterable[str]) -> Iterator[str]:
    """Some at a time: each chunk is a step between threads."""
    waiting = iter(found)
    while some := "".join(islice(waiting, 200)):
        yield some


@router.get("/devices/{gate}/{name}/findings")
def findings(
    gate: str, name: str, actor: Reader, deps: World, start: From = None, end: Until = None, language: Language = "en"
) -> tuple[Found, ...]:
    """Conflicts, gaps, what never wins, languages and days that lack; without `to` a week, at most 62 days."""
    begin, last = _period(start, end, deps.now(), timedelta(days=7))
    return foresee.findings(deps, actor, f"{gate}/{name}", begin, last, language)


@router.post("/schedules/check")
def check(trial: Trial, actor: Scheduler, deps: World, language: Language = "en") -> Verdict:
    """A dry run: findings, and what would change on its devices in a week, or in [from, to). Nothing is stored."""
    return what_if.try_schedule(deps, actor, trial, language)


@router.post("/schedules/import")
def import_calendar(file: CalendarFile, actor: Scheduler, deps: World) -> tuple[Draft, ...]:
    """The events of an iCalendar as drafts of schedules; save those you want by POST /schedules. Nothing is stored."""
    return import_ics.drafts_of(deps, actor, file)
