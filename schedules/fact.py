"""The smallest facts: ids, minutes and windows of the day. `schedules.model` hands them on."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,32}$")]

MINUTES_A_DAY = 24 * 60


class Fact(BaseModel):
    """A frozen fact that refuses what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


def weekdays_of(value: tuple[int, ...]) -> tuple[int, ...]:
    """ISO weekdays sorted, each once; ValueError if there is none or one that is none."""
    if not value or any(day not in range(1, 8) for day in value):
        raise ValueError("weekdays are ISO numbers 1 (Monday) to 7 (Sunday), at least one")
    return tuple(sorted(set(value)))


Weekdays = Annotated[tuple[int, ...], AfterValidator(weekdays_of)]
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)


class Window(Fact):
    """A half-open stretch of the day in minutes after midnight; `end <= start` passes midnight into the next day."""

    start: int = Field(ge=0, lt=MINUTES_A_DAY)
    end: int = Field(gt=0, le=MINUTES_A_DAY)

    @model_validator(mode="after")
    def _not_empty(self) -> Window:
        if self.start == self.end:
            raise ValueError("a window must not be empty; the whole day is 00:00 to 24:00")
        return self

    @classmethod
    def of(cls, start: str, end: str) -> Window:
        """Read "07:00", "17:00"; the end may be "24:00"."""
        end_minute = minute_of_day(end)
        return cls(start=minute_of_day(start), end=end_minute if end_minute else MINUTES_A_DAY)

    @property
    def minutes(self) -> int:
        """Length in minutes."""
        return self.end - self.start if self.end > self.start else self.end + MINUTES_A_DAY - self.start


def minute_of_day(text: str) -> int:
    """Read "HH:MM" as minutes after midnight; the last is "24:00"."""
    hours, colon, minutes = text.partition(":")
    if not (
        colon and len(hours) == 2 and len(minutes) == 2 and (hours + minutes).isascii() and (hours + minutes).isdigit()
    ):
        raise ValueError(f'a time of day is written "HH:MM", not "{text}"')
    value = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or value > MINUTES_A_DAY:
        raise ValueError(f'there is no "{text}" in a day; the last is "24:00"')
    return value


def clock(minute: int) -> str:
    """Write minutes after midnight as "HH:MM"."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def day_start(day: date, minute: int = 0) -> datetime:
    """The naive local instant `minute` minutes into `day`."""
    return datetime.combine(day, time()) + timedelta(minutes=minute)
