"""Schedules whose every message is over, though they themselves are not: nobody would notice the silence. Pure."""

from __future__ import annotations

from datetime import datetime

from schedules.model import Plan, unfold


def emptied(plan: Plan, at: datetime) -> tuple[str, ...]:
    """The rules still in force of which nothing is left to show."""
    lists = {one.id: one for one in plan.playlists}
    return tuple(
        rule.id
        for rule in plan.rules
        if not (rule.ends and rule.ends <= at)
        and all(item.until is not None and item.until <= at for item in unfold(lists[rule.playlist], lists))
    )
