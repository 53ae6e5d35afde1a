"""An .ics somebody sends, as drafts of schedules: looked at, tried, and only then saved one by one."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from controller.domain.asked import Asked
from controller.domain.people import Actor, Right
from controller.errors import InvalidError, Problem
from controller.services.context import Deps
from controller.services.schedule import ScheduleDraft
from controller.store import wanted
from schedules.fact import clock
from schedules.ics import Event, IcsError, read
from schedules.model import DeviceId, Fact, Id, Priority


class CalendarFile(Asked):
    """The file's text, and what all its events are to show where."""

    ics: Annotated[str, Field(min_length=1, max_length=500_000)]
    playlist: Id
    targets: Annotated[tuple[DeviceId, ...], Field(min_length=1, max_length=500)]
    priority: Literal[Priority.NORMAL, Priority.EVENT, Priority.PRIORITY] = Priority.NORMAL


class Draft(Fact):
    """One event of the file, and the schedule it would be."""

    uid: str
    summary: str
    schedule: ScheduleDraft


def drafts_of(deps: Deps, actor: Actor, file: CalendarFile) -> tuple[Draft, ...]:
    """The events as drafts; InvalidError names the line or the event that is not understood. Nothing is stored."""
    actor.need(Right.SCHEDULE)
    with deps.store.read() as connection:
        wanted.playlist(connection, file.playlist)
    try:
        events = read(file.ics)
    except IcsError as exc:
        raise InvalidError("ics.unread", str(exc), (Problem("/ics", "ics.unread", str(exc)),)) from exc
    return tuple(_draft(file, event) for event in events)


def _draft(file: CalendarFile, event: Event) -> Draft:
    window = (clock(event.window.start), clock(event.window.end))
    schedule = ScheduleDraft(
        playlist=file.playlist, targets=file.targets, priority=file.priority, windows=(window,), recurrence=event.recurrence
    )  # fmt: skip
    return Draft(uid=event.uid, summary=event.summary, schedule=schedule)
