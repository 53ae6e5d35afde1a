"""What publishing a plan hides of the one before: "this hides X on Tuesday 09:00-11:00". Sentences in vi, zh-Hans and en."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from schedules.difference import differences
from schedules.model import Plan


@dataclass(frozen=True, slots=True)
class Hides:
    """A stretch in which a rule that both plans hold is on air by the first alone; `by` takes its place, "" if nothing does."""

    rule: str
    by: str
    start: datetime
    end: datetime

    def words(self, language: str = "vi", names: Mapping[str, str] | None = None) -> str:
        """It in one sentence; `names` says what people call the rules. Any other language than vi and zh reads `en`."""
        table = _TABLES.get(language.partition("-")[0], _EN)
        called = names or {}
        day = table["days"].split("|")[self.start.isoweekday() - 1]
        until = f"{self.end:%H:%M}" if self.end.date() == self.start.date() else f"{self.end:%H:%M %d/%m}"
        if self.end == _midnight_after(self.start):
            until = "24:00"
        sentence = table["by" if self.by else "silent"]
        return sentence.format(
            rule=called.get(self.rule, self.rule), by=called.get(self.by, self.by), day=day, date=f"{self.start:%d/%m/%Y}",
            hours=f"{self.start:%H:%M}-{until}",
        )  # fmt: skip


def hides(before: Plan, after: Plan, start: datetime, end: datetime) -> tuple[Hides, ...]:
    """What publishing `after` hides of `before` in [start, end), in order; what the second plan drops is not hidden.
    A call that is only moved, and a pass that is only cut elsewhere, is hidden where it was and shown where it is."""
    kept = {rule.id for rule in after.rules}
    found: list[Hides] = []
    for one in differences(before, after, start, end):
        rule, by = one.before.source, one.after.source
        if rule not in kept or rule == by or one.before.cause != "rule":
            continue
        last = found[-1] if found else None
        if last and (last.rule, last.by, last.end) == (rule, by, one.start):
            found[-1] = Hides(rule, by, last.start, one.end)
        else:
            found.append(Hides(rule, by, one.start, one.end))
    return tuple(found)


def hidden_share(before: Plan, after: Plan, start: datetime, end: datetime) -> dict[str, float]:
    """Of each rule both plans hold, how many seconds of [start, end) it loses to the second plan."""
    lost: dict[str, timedelta] = {}
    for one in hides(before, after, start, end):
        lost[one.rule] = lost.get(one.rule, timedelta()) + (one.end - one.start)
    return {rule: seconds.total_seconds() for rule, seconds in sorted(lost.items())}


def _midnight_after(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


_VI: Mapping[str, str] = {
    "by": "Công bố lịch này sẽ che {rule} {day} {date}, {hours} (nhường chỗ cho {by}).",
    "silent": "Công bố lịch này sẽ che {rule} {day} {date}, {hours} (không có gì thay thế).",
    "days": "thứ Hai|thứ Ba|thứ Tư|thứ Năm|thứ Sáu|thứ Bảy|Chủ nhật",
}
_ZH: Mapping[str, str] = {
    "by": "发布此计划将在{day} {date} {hours} 遮盖{rule}（由{by}取代）。",
    "silent": "发布此计划将在{day} {date} {hours} 遮盖{rule}（无内容取代）。",
    "days": "星期一|星期二|星期三|星期四|星期五|星期六|星期日",
}
_EN: Mapping[str, str] = {
    "by": "Publishing this hides {rule} on {day} {date}, {hours} (behind {by}).",
    "silent": "Publishing this hides {rule} on {day} {date}, {hours} (nothing takes its place).",
    "days": "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday",
}
_TABLES: Mapping[str, Mapping[str, str]] = {"vi": _VI, "zh": _ZH}
