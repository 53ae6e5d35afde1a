"""What there is to say of a device's plan before it goes out, because of one schedule. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from pydantic import Field

from schedules.arrangement import views_of
from schedules.finding_words import Finding, finding_words
from schedules.findings import missing_languages, never_due, tables_ending
from schedules.hides import hides
from schedules.model import Fact, Plan
from schedules.review import conflicts, gaps, never_wins
from schedules.settled import Settled, settled

EACH = 20  # of one kind on one device so many are told
LANGUAGES = ("vi", "zh-Hans", "en")
TONGUES: Mapping[str, Mapping[str, str]] = {
    "vi": {"vi": "tiếng Việt", "zh-Hans": "tiếng Trung", "en": "tiếng Anh"},
    "zh": {"vi": "越南语", "zh-Hans": "中文", "en": "英语"},
    "en": {"vi": "Vietnamese", "zh-Hans": "Chinese", "en": "English"},
}
NEVER: Mapping[str, str] = {
    "vi": "Từ nay lịch này không bao giờ phát được gì.",
    "zh": "从现在起，此计划永远没有内容可播放。",
    "en": "From now on it never has anything to show.",
}


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


@dataclass(frozen=True, slots=True)
class Compared:
    """Two plans of a device, the second with the schedule `rule`; None: without it. `names` is what people call things."""

    before: Plan
    after: Plan
    rule: str | None
    start: datetime
    end: datetime
    language: str
    names: Mapping[str, str]

    def found(
        self, code: str, what: Finding, others: Sequence[str] = (), *, grave: bool = False, message: str | None = None
    ) -> Found:
        """A finding with its words."""
        text = finding_words(what, self.language, self.names)
        names = tuple(self.names.get(each, each) for each in others)
        start, end = getattr(what, "start", None), getattr(what, "end", None)
        return Found(
            code=code, device=self.after.device, text=text, grave=grave, message=message, start=start, end=end, names=names
        )  # fmt: skip


def compared(before: Plan, after: Plan, rule: str | None, start: datetime, end: datetime, language: str) -> Compared:
    """The two plans, and the names of all they hold."""
    names = dict(TONGUES.get(language.partition("-")[0], TONGUES["en"]))
    for plan in (before, after):
        lists = {each.id: each.name for each in plan.playlists}
        names |= {item.message: item.title for item in plan.items() if item.title}
        names |= {rule.id: lists.get(rule.playlist) or rule.id for rule in plan.rules}
        names |= {table.id: table.name for table in plan.days if table.name}
    return Compared(before, after, rule, start, end, language, names)


def examine(both: Compared) -> Iterator[Found]:
    """All there is to say."""
    yield from _hides(both)
    yield from _idle(both)
    if both.rule is None or all(each.id != both.rule for each in both.after.rules):
        return
    yield from _silent(both, both.rule)
    yield from _beside(both, both.rule)
    yield from _lost_calls(both)
    yield from _of_messages(both, both.rule)


def review(both: Compared) -> Iterator[Found]:
    """What there is to say of the second plan by itself: conflicts, gaps, what never wins, what is not there."""
    for one in islice(conflicts(both.after, both.start, both.end), EACH):
        yield both.found("schedule.conflict", one, [one.winner, *one.hidden])
    if any(rule.loop for rule in both.after.rules):
        for empty in islice(gaps(both.after, both.start, both.end), EACH):
            yield both.found("device.idle", empty)
    for late in never_wins(both.after, both.start, both.end):
        code = "schedule.hidden" if late.due else "schedule.not_due"
        yield both.found(code, late, [late.rule, *late.beaten_by], grave=late.due)
    for lost in islice((one for one in settled(both.after, both.start, both.end) if one.what == "dropped"), EACH):
        yield _lost(both, lost)
    yield from _missing(both, both.after)


def _hides(both: Compared) -> Iterator[Found]:
    """What stays in the plan and goes off air."""
    old, new = views_of(both.before), views_of(both.after)
    for area in old:
        for one in islice(hides(old[area], new[area], both.start, both.end), EACH):
            yield both.found("schedule.hides", one, [one.rule])


def _idle(both: Compared) -> Iterator[Found]:
    """Where something was due on a board, and nothing is any more."""
    if not any(rule.loop for rule in both.before.rules):
        return
    known = {(one.start, one.end) for one in gaps(both.before, both.start, both.end)}
    fresh = (one for one in gaps(both.after, both.start, both.end) if (one.start, one.end) not in known)
    for one in islice(fresh, EACH):
        yield both.found("device.idle", one, grave=True)


def _silent(both: Compared, rule: str) -> Iterator[Found]:
    if rule in never_due(both.after, both.start):
        words = NEVER.get(both.language.partition("-")[0], NEVER["en"])
        yield Found(code="schedule.never", device=both.after.device, text=words, grave=True)
        return
    for one in never_wins(both.after, both.start, both.end):
        if one.rule == rule:
            code = "schedule.hidden" if one.due else "schedule.not_due"
            yield both.found(code, one, one.beaten_by, grave=one.due)


def _beside(both: Compared, rule: str) -> Iterator[Found]:
    """Where only the tie rule decides."""
    mine = (one for one in conflicts(both.after, both.start, both.end) if rule in (one.winner, *one.hidden))
    for one in islice(mine, EACH):
        others = [each for each in (one.winner, *one.hidden) if each != rule]
        yield both.found("schedule.conflict", one, others)


def _lost_calls(both: Compared) -> Iterator[Found]:
    """Sound that is not heard at all, and was before."""
    before, after = (settled(plan, both.start, both.end) for plan in (both.before, both.after))
    known = {(one.rule, one.due) for one in before if one.what == "dropped"}
    fresh = (one for one in after if one.what == "dropped" and (one.rule, one.due) not in known)
    for one in islice(fresh, EACH):
        yield _lost(both, one)


def _lost(both: Compared, one: Settled) -> Found:
    found = both.found("schedule.dropped", one, [one.rule], grave=True)
    return found.model_copy(update={"start": one.due, "text": found.text.replace(one.rule, found.names[0])})


def _of_messages(both: Compared, rule: str) -> Iterator[Found]:
    mine = next(each for each in both.after.rules if each.id == rule)
    yield from _missing(both, both.after.model_copy(update={"rules": (mine,)}))


def _missing(both: Compared, plan: Plan) -> Iterator[Found]:
    """Languages that messages lack, and days that lists lack."""
    for one in missing_languages(plan, LANGUAGES):
        found = both.found("message.language", one, message=one.message)
        yield found.model_copy(update={"names": one.languages})
    for table in tables_ending(plan, plan.issued):
        yield both.found("days.end", table, [table.days])
