"""The reason for what is on air in Vietnamese, Chinese and English: one table per language, whole sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from schedules.answer import OnAir
from schedules.model import Priority

_WITHOUT_WORDS: Mapping[Priority, str] = {Priority.BLANK: "blank", Priority.LIVE: "live"}
_NAMED = 3  # of what was beaten, this many are named; the rest is counted

VI: Mapping[str, str] = {
    "alert": "Đang phát {titles} theo cảnh báo {source} ({priority}).",
    "blank": "Tắt tất cả theo lệnh {source}.",
    "live": "Đang phát trực tiếp (micrô) tại chỗ: {source}.",
    "drill": "DIỄN TẬP, không phải tin thật.",
    "rule": "Đang phát {titles} theo lịch {source} ({priority}).",
    "fallback": "Không có lịch nào vào lúc này; đang phát nội dung dự phòng {titles}.",
    "nothing": "Không có lịch nào vào lúc này; thiết bị để trống.",
    "beaten": "Được chọn trước: {beaten}.",
    "more": "{beaten} và {count} mục khác",
    "late": "Hẹn lúc {due}, phát muộn vì phải nhường.",
    "waiting": "Đang chờ phát: {names}.",
    "held_back": "Tạm giữ vì sự kiện: {names}.",
    "until": "Đến {until}.",
    "forever": "Không có thay đổi nào tiếp theo.",
    "comma": ", ",
    "space": " ",
    "quote": "“{}”",
    Priority.NORMAL: "thông thường",
    Priority.EVENT: "sự kiện",
    Priority.PRIORITY: "ưu tiên",
    Priority.LIVE: "phát trực tiếp (micrô)",
    Priority.EMERGENCY: "khẩn cấp",
    Priority.EVACUATION: "sơ tán",
}
ZH: Mapping[str, str] = {
    "alert": "正在播放{titles}，依据告警 {source}（{priority}）。",
    "blank": "按指令 {source} 全部关闭。",
    "live": "正在现场广播：{source}。",
    "drill": "演习，并非真实情况。",
    "rule": "正在播放{titles}，依据播放计划 {source}（{priority}）。",
    "fallback": "此时没有播放计划，正在播放备用内容{titles}。",
    "nothing": "此时没有播放计划，设备不显示内容。",
    "beaten": "优先于：{beaten}。",
    "more": "{beaten}及其他 {count} 项",
    "late": "原定 {due}，因让播而推迟。",
    "waiting": "等待播放：{names}。",
    "held_back": "因活动暂停：{names}。",
    "until": "至 {until}。",
    "forever": "此后没有变化。",
    "comma": "、",
    "space": "",
    "quote": "“{}”",
    Priority.NORMAL: "普通",
    Priority.EVENT: "活动",
    Priority.PRIORITY: "优先",
    Priority.LIVE: "现场广播",
    Priority.EMERGENCY: "紧急",
    Priority.EVACUATION: "疏散",
}
EN: Mapping[str, str] = {
    "alert": "Showing {titles} for alert {source} ({priority}).",
    "blank": "Everything is off by order {source}.",
    "live": "A live microphone is on at the gate: {source}.",
    "drill": "EXERCISE: this is not real.",
    "rule": "Showing {titles} by rule {source} ({priority}).",
    "fallback": "No rule is due now; showing the fallback {titles}.",
    "nothing": "No rule is due now; the device shows nothing.",
    "beaten": "It goes before {beaten}.",
    "more": "{beaten} and {count} more",
    "late": "It was due at {due} and gave way.",
    "waiting": "Waiting for the air: {names}.",
    "held_back": "Held back by the event: {names}.",
    "until": "Until {until}.",
    "forever": "Nothing changes after this.",
    "comma": ", ",
    "space": " ",
    "quote": "“{}”",
    Priority.NORMAL: "normal",
    Priority.EVENT: "event",
    Priority.PRIORITY: "priority",
    Priority.LIVE: "live microphone",
    Priority.EMERGENCY: "emergency",
    Priority.EVACUATION: "evacuation",
}


def sentence(
    answer: OnAir, titles: Sequence[str], language: str, waiting: Sequence[str] = (), held_back: Sequence[str] = ()
) -> str:
    """Say what is on air, why, what it beat, what waits, what an event holds back, and until when."""
    words = {"vi": VI, "zh": ZH}.get(language.partition("-")[0], EN)
    quoted = words["comma"].join(words["quote"].format(title) for title in titles)
    kind = _WITHOUT_WORDS.get(answer.priority, answer.cause)
    said = [words[kind].format(titles=quoted, source=_source(answer), priority=words.get(answer.priority, ""))]
    if answer.drill:
        said.insert(0, words["drill"])
    if answer.beaten:
        said.append(words["beaten"].format(beaten=_list(answer.beaten, words)))
    if answer.due:
        said.append(words["late"].format(due=f"{answer.due:%H:%M:%S}"))
    for kind, names in (("waiting", waiting), ("held_back", held_back)):
        if names:
            said.append(words[kind].format(names=_list(names, words)))
    said.append(words["until"].format(until=_clock(answer.until)) if answer.until else words["forever"])
    return words["space"].join(said)


def _source(answer: OnAir) -> str:
    """What people call it: the playlist's name, where it has one; the rule's or alert's id otherwise."""
    named = answer.cause == "rule" and answer.playlist is not None and answer.playlist.name
    return named or answer.source


def _list(names: Sequence[str], words: Mapping[str, str]) -> str:
    named = words["comma"].join(names[:_NAMED])
    return words["more"].format(beaten=named, count=len(names) - _NAMED) if len(names) > _NAMED else named


def _clock(moment: datetime) -> str:
    return f"{moment:%H:%M %d/%m/%Y}"
