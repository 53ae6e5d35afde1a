"""What calendars, shares, events, areas and the order of sound do to a schedule. Pure."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from controller.domain.asked import Asked
from schedules.claims import Share
from schedules.hours import DayHours, Relative
from schedules.model import Id, Window
from schedules.recurrence import Recurrence


class Terms(Asked):
    """What calendars do to a schedule; all of it may be left out."""

    minutes: Annotated[tuple[Annotated[int, Field(ge=0, le=59)], ...], Field(max_length=60)] = ()
    recurrence: Recurrence | None = None
    exceptions: Annotated[tuple[DayHours, ...], Field(max_length=400)] = ()
    only_on: Annotated[tuple[Id, ...], Field(max_length=20)] = ()
    not_on: Annotated[tuple[Id, ...], Field(max_length=20)] = ()
    relative: Relative | None = None
    in_quiet: Literal["hold", "drop"] = "hold"
    share: Share | None = None
    event: Id | None = None
    area: Id | None = None
    routing: Literal["partial", "non_partial", "stacked"] = "partial"
    stack_for: Annotated[float, Field(gt=0, le=14_400)] | None = None
    longest: Annotated[float, Field(ge=1, le=86_400)] | None = None

    @field_validator("exceptions", mode="before")
    @classmethod
    def _pairs(cls, value: Any) -> Any:
        """Windows may be written ["09:00", "14:00"], as those of the schedule are."""
        return [_in_minutes(each) for each in value] if isinstance(value, list | tuple) else value


def _in_minutes(exception: Any) -> Any:
    if not isinstance(exception, dict) or not isinstance(exception.get("windows"), list | tuple):
        return exception
    return exception | {"windows": [_window(each) for each in exception["windows"]]}


def _window(each: Any) -> Any:
    pair = isinstance(each, list | tuple) and len(each) == 2 and all(isinstance(part, str) for part in each)
    return Window.of(*each) if pair else each


TERMS = frozenset(Terms.model_fields)
OF_SOUND = frozenset({"routing", "stack_for", "longest"})
