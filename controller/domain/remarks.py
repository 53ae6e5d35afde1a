"""What there is to say of a device's plan before it goes out, because of one schedule. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from pydantic import Field

from schedules.arrangement import views_of
from schedules.difference import hidden
from schedules.findings import missing_languages, never_due, tables_ending
from schedules.model import Fact, Plan
from schedules.review import conflicts, gaps, never_wins
from schedules.settled import settled

EACH = 20  # of one kind on one device so many are told
LANGUAGES = ("vi", "zh-Hans", "en")


class Found(Fact):
    """One thing to know. `code` is stable; `names` are the other schedules it is about, as people call them."""

    code: str
    device: str
    text: str
    grave: bool = Field(default=False, description="likely a mistake")
    message: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    names: tuple[str, ...] = ()


def examine(before: Plan, after: Plan, rule: str | None, start: datetime, end: datetime) -> Iterator[Found]:
    """All there is to say of a plan that holds the schedule `rule`, beside the plan before it; None: it is taken away."""
    called = _names(before) | _names(after)
    yield from _hides(before, after, called, start, end)
    yield from _idle(before, after, start, end)
    if rule is None or all(each.id != rule for each in after.rules):
        return
    yield from _silent(after, rule, called, start, end)
    yield from _beside(after, rule, called, start, end)
    yield from _lost_calls(before, after, called, start, end)
    yield from _of_messages(after, rule)


def _names(plan: Plan) -> dict[str, str]:
    lists = {each.id: each.name for each in plan.playlists}
    return {rule.id: lists.get(rule.playlist) or rule.id for rule in plan.rules}


def _hides(before: Plan, after: Plan, called: dict[str, str], start: datetime, end: datetime) -> Iterator[Found]:
    """What stays in the plan and goes off air."""
    old, new = views_of(before), views_of(after)
    for area in old:
        for name, stretches in hidden(old[area], new[area], start, end).items():
            for opens, closes in islice(stretches, EACH):
                text = f'"{called[name]}" goes off air'
                yield _found(after, "schedule.hides", text, [name], called, opens, closes)


def _idle(before: Plan, after: Plan, start: datetime, end: datetime) -> Iterator[Found]:
    """Where something was due, and nothing is any more."""
    if not before.rules:
        return
    known = {(one.start, one.end) for one in gaps(before, start, end)}
    fresh = (one for one in gaps(after, start, end) if (one.start, one.end) not in known)
    for one in islice(fresh, EACH) if any(rule.loop for rule in before.rules) else ():
        yield _found(after, "device.idle", "nothing is due", [], {}, one.start, one.end, grave=True)


def _silent(after: Plan, rule: str, called: dict[str, str], start: datetime, end: datetime) -> Iterator[Found]:
    if rule in never_due(after, start):
        yield _found(after, "schedule.never", "it has nothing to show from now on, ever", [], called, grave=True)
        return
    for one in never_wins(after, start, end):
        if one.rule == rule and one.due:
            names = ", ".join(called[each] for each in one.beaten_by)
            text = f"it is never on air in this period: always behind {names}"
            yield _found(after, "schedule.hidden", text, one.beaten_by, called, start, end, grave=True)
        elif one.rule == rule:
            yield _found(after, "schedule.not_due", "it is not due in this period", [], called, start, end)


def _beside(after: Plan, rule: str, called: dict[str, str], start: datetime, end: datetime) -> Iterator[Found]:
    """Where only the tie rule decides."""
    mine = (one for one in conflicts(after, start, end) if rule in (one.winner, *one.hidden))
    for one in islice(mine, EACH):
        others = [each for each in (one.winner, *one.hidden) if each != rule]
        first = "it goes before" if one.winner == rule else "it goes behind"
        text = f"{first} {', '.join(called[each] for each in others)}, of the same priority: the later begin decides"
        yield _found(after, "schedule.conflict", text, others, called, one.start, one.end)


def _lost_calls(before: Plan, after: Plan, called: dict[str, str], start: datetime, end: datetime) -> Iterator[Found]:
    """Sound that is not heard at all, and was before."""
    known = {(one.rule, one.due) for one in settled(before, start, end) if one.what == "dropped"}
    dropped = (one for one in settled(after, start, end) if one.what == "dropped" and (one.rule, one.due) not in known)
    for one in islice(dropped, EACH):
        text = f'"{called[one.rule]}" is not heard'
        yield _found(after, "schedule.dropped", text, [one.rule], called, one.due, one.due, grave=True)


def _of_messages(after: Plan, rule: str) -> Iterator[Found]:
    mine = next(each for each in after.rules if each.id == rule)
    alone = after.model_copy(update={"rules": (mine,)})
    for one in missing_languages(alone, LANGUAGES):
        text = f"it is not there in {', '.join(one.languages)}"
        yield Found(code="message.language", device=after.device, text=text, message=one.message, names=one.languages)
    for table in tables_ending(alone, after.issued):
        text = f'nobody has confirmed the days of "{table.days}" after {table.through:%d/%m/%Y}'
        yield Found(code="days.end", device=after.device, text=text, names=(table.days,))


def _found(
    plan: Plan, code: str, text: str, others: Iterable[str], called: dict[str, str], start: datetime | None = None,
    end: datetime | None = None, *, grave: bool = False,
) -> Found:  # fmt: skip
    when = f" {start:%d/%m/%Y %H:%M}-{end:%H:%M}" if start and end and code != "schedule.hidden" else ""
    names = tuple(called.get(each, each) for each in others)
    return Found(
        code=code, device=plan.device, text=text + when, grave=grave, start=start, end=end, names=names
    )  # fmt: skip
