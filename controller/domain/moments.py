"""Times as people give them: only in years that a database, a clock and a calendar can all count with. Pure."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, AwareDatetime, Discriminator, Tag

When = TypeVar("When", bound=date)
FIRST_YEAR, LAST_YEAR = 2000, 2999
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def _countable(when: When) -> When:
    if not FIRST_YEAR <= when.year <= LAST_YEAR:
        raise ValueError(f"years go from {FIRST_YEAR} to {LAST_YEAR}; leave it out where there is no limit")
    return when


def _form(value: Any) -> str | None:
    """A bare date is a day; whatever follows it makes it an instant, midnight too."""
    if isinstance(value, date):
        return "time" if isinstance(value, datetime) else "date"
    if not isinstance(value, str) or not _DATE.match(value):
        return None
    return "date" if _DATE.fullmatch(value) else "time"


Moment = Annotated[AwareDatetime, AfterValidator(_countable)]
Day = Annotated[date, AfterValidator(_countable)]
DayOrMoment = Annotated[
    Annotated[Day, Tag("date")] | Annotated[Moment, Tag("time")],
    Discriminator(
        _form,
        custom_error_type="when",
        custom_error_message="write a day as 2026-12-31, or an instant with its zone as 2026-12-31T17:00:00+07:00",
    ),
]
