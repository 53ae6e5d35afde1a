"""A gate's year painted minute by minute: what each looping rule covers, and which is on top. Shares no code with the evaluation.

Every minute of a period is a cell of a list; a rule paints the cells of its windows with the minute its window began.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from schedules.hours import Hours
from schedules.model import Plan, Rule, Window

DAY = 1440
STRENGTH = {"normal": 1, "event": 2, "priority": 3}
QUIET_STRENGTH = {"event": 2, "priority": 3, "none": 4}


def painted(plan: Plan, first: date, days: int) -> list[str]:
    """The rule on air in each minute from the midnight that begins `first`; "" where there is none. No summer time."""
    cells = [(0, 0, "")] * (days * DAY)
    for rule in plan.rules:
        for minute, began in _covered(plan, rule, first, days).items():
            key = (STRENGTH[rule.priority.value], began)
            top = cells[minute]
            if (key, top[2]) > (top[:2], rule.id) or (key == top[:2] and rule.id < top[2]):
                cells[minute] = (*key, rule.id)
    return [name for _, _, name in cells]


def _covered(plan: Plan, rule: Rule, first: date, days: int) -> dict[int, int]:
    """The minutes a rule covers, counted from the first midnight, and the minute in which what covers them began."""
    found: dict[int, int] = {}
    for number in range(-2, days):
        day = first + timedelta(days=number)
        for start, end in _windows_of(plan, rule, day):
            stretch = [
                minute
                for minute in range(number * DAY + start, number * DAY + end)
                if _valid(rule, plan, first, minute)
            ]
            for minute in stretch:
                found[minute] = max(found.get(minute, -9_999_999), stretch[0])
    return {
        minute: began
        for minute, began in found.items()
        if 0 <= minute < days * DAY and not _hushed(plan, rule, first, minute) and _anything(plan, rule, first, minute)
    }


def _windows_of(plan: Plan, rule: Rule, day: date) -> list[tuple[int, int]]:
    for other in rule.exceptions:
        if other.day == day:
            return [_long(window) for window in other.windows]
    if day.isoweekday() not in rule.weekdays or not _named(plan, rule, day) or not _recurs(rule, day):
        return []
    own = [_long(window) for window in rule.windows]
    if rule.relative is None:
        return own
    (hours,) = [each for each in plan.hours if each.id == rule.relative.hours]
    given = (
        _stretches(_open_minutes(hours, day))
        if rule.relative.state == "open"
        else _stretches(_closed_minutes(hours, day))
    )
    moved = []
    for start, end in given:
        came_over = rule.relative.state == "closed" and start == 0
        goes_on = rule.relative.state == "closed" and end == DAY
        moved.append(
            (
                start if came_over else max(0, start + rule.relative.start_offset),
                end if goes_on else end + rule.relative.end_offset,
            )
        )
    limits = [(0, 9 * DAY) if each == (0, DAY) else each for each in own]
    both = [(max(a, c), min(b, d)) for a, b in limits for c, d in moved]
    return [each for each in both if each[0] < each[1]]


def _named(plan: Plan, rule: Rule, day: date) -> bool:
    lists = {each.id: each.days for each in plan.days}
    if rule.only_on and not any(day in lists[name] for name in rule.only_on):
        return False
    return not any(day in lists[name] for name in rule.not_on)


def _recurs(rule: Rule, day: date) -> bool:
    """Only what the tests write: days of the month, days of the year, every n-th day, weekdays of the month."""
    if rule.recurrence is None:
        return True
    start = rule.recurrence.start
    if day < start or day in rule.recurrence.excluded:
        return False
    if day in rule.recurrence.dates:
        return True
    parts = dict(each.split("=") for each in rule.recurrence.rule.split(";"))
    if parts["FREQ"] == "YEARLY":
        return (day.month, day.day) == (start.month, start.day)
    if parts["FREQ"] == "DAILY":
        return (day - start).days % int(parts.get("INTERVAL", "1")) == 0
    last = (day + timedelta(days=1)).day == 1
    wanted = [int(each) for each in parts["BYMONTHDAY"].split(",")]
    return day.day in wanted or (-1 in wanted and last)


def _open_minutes(hours: Hours, day: date) -> set[int]:
    """The minutes of the windows that begin on a day; past midnight they go on counting."""
    windows = [window for each in hours.exceptions if each.day == day for window in each.windows]
    if day not in {each.day for each in hours.exceptions}:
        for each in hours.weekly:
            in_season = (each.first is None or each.first <= day) and (each.last is None or day <= each.last)
            if in_season and day.isoweekday() in each.weekdays:
                windows += each.windows
    return {minute for window in windows for minute in range(*_long(window))}


def _closed_minutes(hours: Hours, day: date) -> set[int]:
    late = {minute - DAY for minute in _open_minutes(hours, day - timedelta(days=1))}
    return set(range(DAY)) - _open_minutes(hours, day) - late


def _stretches(minutes: set[int]) -> list[tuple[int, int]]:
    found: list[list[int]] = []
    for minute in sorted(minutes):
        if found and found[-1][1] == minute:
            found[-1][1] = minute + 1
        else:
            found.append([minute, minute + 1])
    return [(start, end) for start, end in found]


def _long(window: Window) -> tuple[int, int]:
    return window.start, window.end if window.end > window.start else window.end + DAY


def _moment(plan: Plan, first: date, minute: int) -> datetime:
    midnight = datetime(first.year, first.month, first.day, tzinfo=ZoneInfo(plan.zone))
    return midnight + timedelta(minutes=minute)


def _valid(rule: Rule, plan: Plan, first: date, minute: int) -> bool:
    at = _moment(plan, first, minute)
    return (rule.starts is None or at >= rule.starts) and (rule.ends is None or at < rule.ends)


def _hushed(plan: Plan, rule: Rule, first: date, minute: int) -> bool:
    """Whether all of the rule's zones are quiet in a minute."""
    loud = set(rule.zones)
    for quiet in plan.quiet:
        if STRENGTH[rule.priority.value] >= QUIET_STRENGTH[quiet.passes]:
            continue
        if any(_within(quiet.weekdays, window, first, minute) for window in quiet.windows):
            if not quiet.zones:
                return True
            loud -= set(quiet.zones)
    return bool(rule.zones) and not loud


def _within(weekdays: tuple[int, ...], window: Window, first: date, minute: int) -> bool:
    start, end = _long(window)
    for back in (0, 1):
        day = first + timedelta(days=minute // DAY - back)
        if day.isoweekday() in weekdays and start <= minute % DAY + back * DAY < end:
            return True
    return False


def _anything(plan: Plan, rule: Rule, first: date, minute: int) -> bool:
    """Whether an item of the rule's playlist may be shown in a minute: begun, not over, not muted by mourning."""
    at = _moment(plan, first, minute)
    mute = {tag for each in plan.mournings if each.starts <= at < each.until for tag in each.mutes}
    (playlist,) = [each for each in plan.playlists if each.id == rule.playlist]
    return any(
        (item.starts is None or item.starts <= at)
        and (item.until is None or at < item.until)
        and not mute & set(item.tags)
        for item in playlist.items
    )
