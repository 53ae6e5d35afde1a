"""What a review of a plan found, in sentences: one table per language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from schedules.findings import MissingLanguage, TableEnds
from schedules.hides import Hides
from schedules.review import Conflict, Gap, NeverWins, ShareKept
from schedules.settled import Settled

Finding = MissingLanguage | TableEnds | Hides | Conflict | Gap | NeverWins | ShareKept | Settled
Names = Mapping[str, str]


def finding_words(found: Finding, language: str = "vi", names: Names | None = None) -> str:
    """A finding in one sentence: `vi`, `zh-Hans` or `en`; any other language reads `en`. `names` says what people call rules,
    messages and languages."""
    if isinstance(found, Hides):
        return found.words(language, names)
    if isinstance(found, Settled):
        return found.words(language)
    table = _TABLES.get(language.partition("-")[0], _EN)
    kind, facts = _facts(found, _Called(names or {}, table["comma"]))
    return table[kind].format(**facts)


class _Called:
    def __init__(self, names: Names, comma: str) -> None:
        self._names, self._comma = names, comma

    def __call__(self, *ids: str) -> str:
        return self._comma.join(self._names.get(each, each) for each in ids)


def _facts(
    found: MissingLanguage | TableEnds | Conflict | Gap | NeverWins | ShareKept, called: _Called
) -> tuple[str, dict[str, str]]:
    if isinstance(found, MissingLanguage):
        return "missing", {"message": called(found.message), "languages": called(*found.languages)}
    if isinstance(found, TableEnds):
        return "ends", {
            "days": called(found.days),
            "through": f"{found.through:%d/%m/%Y}",
            "rules": called(*found.rules),
        }
    if isinstance(found, Conflict):
        when = _when(found.start, found.end)
        return "conflict", {"winner": called(found.winner), "hidden": called(*found.hidden), "when": when}
    if isinstance(found, Gap):
        return ("fallback" if found.fallback else "gap"), {"when": _when(found.start, found.end)}
    if isinstance(found, NeverWins):
        return ("beaten" if found.due else "never"), {"rule": called(found.rule), "by": called(*found.beaten_by)}
    return "share", {
        "rule": called(found.rule), "when": _when(found.start, found.end), "given": _minutes(found.given),
        "promised": _minutes(found.promised),
    }  # fmt: skip


def _when(start: datetime, end: datetime) -> str:
    same = start.date() == end.date()
    return f"{start:%H:%M}-{end:%H:%M} {start:%d/%m/%Y}" if same else f"{start:%H:%M %d/%m/%Y} - {end:%H:%M %d/%m/%Y}"


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


_VI: Mapping[str, str] = {
    "comma": ", ",
    "missing": "{message} chưa có bản: {languages}; các tiếng khác vẫn được phát.",
    "ends": "Bảng ngày {days} chỉ có đến {through}; các lịch {rules} cần bảng cho năm sau.",
    "conflict": "{winner} và {hidden} trùng nhau {when}; {winner} được phát.",
    "gap": "Không có gì được phát {when}.",
    "fallback": "Chỉ có nội dung dự phòng {when}.",
    "beaten": "{rule} không lần nào được phát, vì {by}.",
    "never": "{rule} không lần nào đến giờ phát.",
    "share": "{rule} chỉ được {given} trong {promised} phút đã hứa, {when}.",
}
_ZH: Mapping[str, str] = {
    "comma": "、",
    "missing": "{message}缺少语言版本：{languages}；其他语言照常播放。",
    "ends": "日期表 {days} 只到 {through}；播放计划{rules}需要下一年的日期表。",
    "conflict": "{winner}与{hidden}在 {when} 重叠；播放{winner}。",
    "gap": "{when} 没有播放内容。",
    "fallback": "{when} 只有备用内容。",
    "beaten": "{rule}一次也没有播放，因为{by}。",
    "never": "{rule}一次也没有到播放时间。",
    "share": "{rule}在 {when} 只播放了 {given}，应播 {promised}（分:秒）。",
}
_EN: Mapping[str, str] = {
    "comma": ", ",
    "missing": "{message} lacks {languages}; its other languages are told all the same.",
    "ends": "The list of days {days} ends on {through}; the rules {rules} need one for the time after it.",
    "conflict": "{winner} and {hidden} meet {when}; {winner} is on air.",
    "gap": "Nothing is on air {when}.",
    "fallback": "Only the fallback is on air {when}.",
    "beaten": "{rule} is not once on air, for {by}.",
    "never": "{rule} is not once due.",
    "share": "{rule} has {given} of the {promised} minutes it was promised, {when}.",
}
_TABLES: Mapping[str, Mapping[str, str]] = {"vi": _VI, "zh": _ZH}
