"""What becomes of the calls of a plan: which wait, are cut, go on or are dropped, and because of whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from schedules.arbiter import What
from schedules.compiled import compiled
from schedules.model import Plan
from schedules.zone import tick


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a call that was due at `due`: at which moment, and which rules were in its way."""

    at: datetime
    rule: str
    due: datetime
    what: What
    by: tuple[str, ...]

    def words(self, language: str = "vi") -> str:
        """It in one sentence: `vi`, `zh-Hans` or `en`; any other language reads `en`."""
        table = {"vi": VI, "zh": ZH}.get(language.partition("-")[0], EN)
        because = table["because"].format(by=", ".join(self.by)) if self.by else ""
        return table[self.what].format(
            rule=self.rule, due=f"{self.due:%H:%M:%S}", at=f"{self.at:%H:%M:%S}", because=because
        )


def settled(plan: Plan, start: datetime, end: datetime) -> tuple[Settled, ...]:
    """What becomes of the calls that are due in [start, end), in order of its moments. What is said when it is due and to
    its end is not told."""
    ready, opens, closes = compiled(plan), tick(start), tick(end)
    found: list[Settled] = []
    callers = [due for due in ready.dues if due.queue is not None]
    for queue, rank in {(due.queue, due.rank) for due in callers if due.queue is not None}:
        for day in range(ready.zone.day(opens) - 1, ready.zone.day(closes) + 1):
            changes = [one for one in queue.became(rank, day) if opens <= one.due < closes]
            disturbed = {(one.call, one.due) for one in changes if one.what not in ("begins", "ends")}
            found += [
                Settled(ready.zone.when(one.at), one.call, ready.zone.when(one.due), one.what, one.by)
                for one in changes
                if (one.call, one.due) in disturbed
            ]
    return tuple(sorted(found, key=lambda one: (one.at, one.rule, one.due)))


def waiting(plan: Plan, at: datetime) -> tuple[str, ...]:
    """The rules with a call that is due at `at` and waits for its air, by id."""
    ready, moment = compiled(plan), tick(at)
    found = set()
    for due in (due for due in ready.dues if due.queue is not None):
        for day in (ready.zone.day(moment) - 1, ready.zone.day(moment)):
            edges: dict[int, list[tuple[int, int]]] = {}
            for each in due.on(day, None):
                edges.setdefault(each.start, []).append((each.since, each.end))
            found |= {due.name for start, told in edges.items() if _waits(start, told, moment)}
    return tuple(sorted(found))


def _waits(due: int, told: list[tuple[int, int]], moment: int) -> bool:
    return due <= moment < told[-1][1] and not any(start <= moment < end for start, end in told)


VI: Mapping[str, str] = {
    "begins": "{rule} (hẹn {due}) phát lúc {at}.",
    "waits": "{rule} (hẹn {due}) phải chờ{because}.",
    "gains": "{rule} (hẹn {due}) có thêm khu vực lúc {at}.",
    "loses": "{rule} (hẹn {due}) mất khu vực lúc {at}{because}.",
    "cut": "{rule} (hẹn {due}) bị chèn lúc {at}{because}.",
    "goes_on": "{rule} (hẹn {due}) phát tiếp lúc {at}.",
    "ends": "{rule} (hẹn {due}) phát xong lúc {at}.",
    "dropped": "{rule} (hẹn {due}) không được phát{because}.",
    "because": ", do {by}",
}
ZH: Mapping[str, str] = {
    "begins": "{rule}（定于 {due}）于 {at} 播放。",
    "waits": "{rule}（定于 {due}）需等待{because}。",
    "gains": "{rule}（定于 {due}）于 {at} 增加区域。",
    "loses": "{rule}（定于 {due}）于 {at} 失去区域{because}。",
    "cut": "{rule}（定于 {due}）于 {at} 被插播中断{because}。",
    "goes_on": "{rule}（定于 {due}）于 {at} 继续播放。",
    "ends": "{rule}（定于 {due}）于 {at} 播完。",
    "dropped": "{rule}（定于 {due}）未能播放{because}。",
    "because": "，因为 {by}",
}
EN: Mapping[str, str] = {
    "begins": "{rule} (due {due}) sounds at {at}.",
    "waits": "{rule} (due {due}) has to wait{because}.",
    "gains": "{rule} (due {due}) gains zones at {at}.",
    "loses": "{rule} (due {due}) loses zones at {at}{because}.",
    "cut": "{rule} (due {due}) is cut at {at}{because}.",
    "goes_on": "{rule} (due {due}) goes on at {at}.",
    "ends": "{rule} (due {due}) is over at {at}.",
    "dropped": "{rule} (due {due}) is not heard{because}.",
    "because": " for {by}",
}
