"""What is on air, found the slow way: walk the wall clock minute by minute and look. Shares no code with the evaluation."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from schedules.model import Plan, Rule, Window

MINUTE = timedelta(minutes=1)
STRENGTH = ["fallback", "normal", "event", "priority", "live", "emergency", "evacuation", "blank"]


class Minute(NamedTuple):
    """One minute as a patient observer sees it; `since` is None while idle for as long as he has watched."""

    at: datetime
    source: str
    since: datetime | None
    beaten: tuple[str, ...]


def watch(plan: Plan, start: datetime, minutes: int, warm_up_days: int = 3) -> list[Minute]:
    """Every minute from `start`, after watching `warm_up_days` before it. Fixed-offset zones, whole minutes only."""
    zone = ZoneInfo(plan.zone)
    lengths = {one.id: _pass_of(plan, one.playlist) for one in plan.rules}
    running: dict[tuple[str, int], datetime] = {}
    idle_since: datetime | None = None
    anything = False
    seen = []
    moment = start - timedelta(days=warm_up_days)
    while len(seen) < minutes:
        wall = moment.astimezone(zone)
        for rule in plan.rules:
            _look(rule, moment, wall, lengths[rule.id], running)
        due = sorted(
            ((rule, since) for (name, _), since in running.items() for rule in plan.rules if rule.id == name),
            key=lambda pair: (-STRENGTH.index(pair[0].priority.value), -pair[1].timestamp(), pair[0].id),
        )
        if anything and not due:
            idle_since = moment
        anything = bool(due)
        if moment >= start:
            names = list(dict.fromkeys(rule.id for rule, _ in due))
            since = due[0][1] if due else idle_since
            seen.append(Minute(moment, names[0] if names else "", since, tuple(names[1:])))
        moment += MINUTE
    return seen


def _look(rule: Rule, moment: datetime, wall: datetime, length: timedelta, running: dict) -> None:
    """Note what of a rule begins, goes on or is over in this minute."""
    valid = (rule.starts is None or moment >= rule.starts) and (rule.ends is None or moment < rule.ends)
    for place, window in enumerate(rule.windows):
        into = _minutes_into(rule, window, wall)
        if rule.loop:
            if into is None or not valid:
                running.pop((rule.id, place), None)
            elif into == 0 or (rule.id, place) not in running:
                running[rule.id, place] = moment
        elif valid and into is not None and (into % rule.every == 0 if rule.every else into == 0):
            running[rule.id, 0] = moment
    if not rule.loop and (rule.id, 0) in running and moment - running[rule.id, 0] >= length:
        del running[rule.id, 0]


def _minutes_into(rule: Rule, window: Window, wall: datetime) -> int | None:
    """How far into the window the wall clock is; None outside."""
    now, today = wall.hour * 60 + wall.minute, wall.isoweekday()
    yesterday = 7 if today == 1 else today - 1
    over_midnight = window.end <= window.start
    if today in rule.weekdays and now >= window.start and (over_midnight or now < window.end):
        return now - window.start
    if over_midnight and yesterday in rule.weekdays and now < window.end:
        return now + 1440 - window.start
    return None


def _pass_of(plan: Plan, name: str) -> timedelta:
    playlist = next(one for one in plan.playlists if one.id == name)
    contents = [content.seconds for item in playlist.items for content in item.contents]
    own = [item.seconds or sum(content.seconds for content in item.contents) for item in playlist.items]
    words = (sum(own) + playlist.gap * len(contents)) * playlist.repeats - playlist.gap
    return timedelta(seconds=words + (playlist.gap + playlist.tail if playlist.tail else 0))
