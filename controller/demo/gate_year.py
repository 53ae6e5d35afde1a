"""The demo's calendars: hours, exceptions, the night, and this year's days, confirmed as an operator would."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from controller.domain.almanac import STANDING
from controller.domain.calendars import Kind
from controller.domain.people import Actor
from controller.services.calendar import CalendarDraft, keep_calendar
from controller.services.calendar_exceptions import ExceptionDraft, make_exception
from controller.services.calendar_years import YearDraft, confirm_year, draft_of
from controller.services.context import Deps

TABLE = Path(__file__).parent / "calendars.toml"


def seed_calendars(deps: Deps, operator: Actor) -> None:
    """All of the table, and this year of every list of days; the next year is left for the visitor to confirm."""
    table: dict[str, Any] = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    for each in table["calendars"]:
        draft = CalendarDraft(targets=each["targets"], fact=each["fact"])
        keep_calendar(deps, operator, Kind(each["kind"]), each["id"], draft)
    for each in table["exceptions"]:
        make_exception(deps, operator, ExceptionDraft.model_validate(each))
    year = deps.now().year
    for name in STANDING:
        days = draft_of(deps, operator, name, year).names
        confirm_year(deps, operator, name, year, YearDraft(days=days))
