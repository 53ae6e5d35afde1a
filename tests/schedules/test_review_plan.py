"""A plan explained and examined."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schedules.model import Priority
from schedules.review import Conflict, Gap, NeverWins, conflicts, gaps, never_wins, why
from schedules.timeline import segments
from tests.support.schedule_oracle import watch
from tests.support.schedule_plans import DAYS, HANOI, alert, hanoi, item, plan, plans, rule

MONDAY, TUESDAY = hanoi("2026-03-02 00:00"), hanoi("2026-03-03 00:00")


def test_the_reason_names_the_rule_its_class_what_it_beat_and_its_end():
    some = plan(rule("law", "07:00-17:00"), rule("queue", "08:00-10:00", priority="priority"))
    reason = why(some, hanoi("2026-03-02 09:00"))
    assert reason.messages == some.playlists[0].items
    assert reason.words("vi") == (
        "Đang phát “M” theo lịch queue (ưu tiên). Được chọn trước: law. Đến 10:00 02/03/2026."
    )
    assert reason.words("zh-Hans") == "正在播放“M”，依据播放计划 queue（优先）。优先于：law。至 10:00 02/03/2026。"
    assert reason.words("en") == "Showing “M” by rule queue (priority). It goes before law. Until 10:00 02/03/2026."


def test_what_was_beaten_is_called_by_its_playlist_as_people_know_it_and_once():
    rules = (rule("r-1", "08:00-10:00", priority="priority"), rule("r-2", "07:00-17:00"), rule("r-3", "07:00-17:00"))
    some = plan(*rules)
    named = some.model_copy(update={"playlists": (some.playlists[0].model_copy(update={"name": "Luật biên giới"}),)})
    reason = why(named, hanoi("2026-03-02 09:00"))
    assert reason.on_air.beaten == ("r-2", "r-3")
    assert "Được chọn trước: Luật biên giới. Đến" in reason.words("vi")


@pytest.mark.parametrize(("language", "word"), [("vi", "khẩn cấp"), ("zh-Hans", "紧急"), ("en", "emergency")])
def test_an_alert_is_named_as_such_in_each_language(language, word):
    fire = alert("fire", "2026-03-02 08:00", "2026-03-02 09:00")
    said = why(plan(rule("r")), hanoi("2026-03-02 08:30"), [fire]).words(language)
    assert word in said
    assert "fire" in said
    assert "09:00 02/03/2026" in said


def test_the_reason_for_darkness_is_said_too():
    off = alert("off", "2026-03-02 08:00", "2026-03-02 09:00", priority=Priority.BLANK)
    assert why(plan(), MONDAY).words("vi") == (
        "Không có lịch nào vào lúc này; thiết bị để trống. Không có thay đổi nào tiếp theo."
    )
    assert why(plan(), hanoi("2026-03-02 08:30"), [off]).words("vi").startswith("Tắt tất cả theo lệnh off.")
    assert "dự phòng “Welcome”" in why(plan(fallback=item(message="welcome")), MONDAY).words("vi")


def test_a_long_list_of_the_beaten_is_counted():
    some = plan(*(rule(name) for name in "abcdef"))
    assert "It goes before b, c, d and 2 more." in why(some, MONDAY).words("en")


@pytest.mark.parametrize("language", ["vi", "zh-Hans", "en", "tyz"])
@pytest.mark.parametrize("priority", ["normal", "event", "priority"])
def test_every_class_has_words_in_every_language(language, priority):
    said = why(plan(rule("r", priority=priority)), MONDAY).words(language)
    assert "{" not in said
    assert "()" not in said
    assert "（）" not in said


def test_a_conflict_is_two_rules_of_one_class_at_once():
    some = plan(rule("a", "07:00-12:00"), rule("b", "09:00-17:00"), rule("c", "08:00-10:00", priority="priority"))
    assert conflicts(some, MONDAY, TUESDAY) == (
        Conflict(hanoi("2026-03-02 10:00"), hanoi("2026-03-02 12:00"), "b", ("a",)),
    )
    assert conflicts(some, hanoi("2026-03-02 11:00"), hanoi("2026-03-02 11:30"))[0].start == hanoi("2026-03-02 11:00")


def test_a_conflict_is_whole_although_the_day_of_utc_ends_in_it():
    some = plan(rule("a", "06:00-08:00"), rule("b", "06:30-08:00"))
    assert [one.end - one.start for one in conflicts(some, MONDAY, TUESDAY)] == [timedelta(minutes=90)]


def test_gaps_are_where_no_rule_is_due():
    some = plan(rule("a", "07:00-17:00"), fallback=item())
    assert gaps(some, MONDAY, TUESDAY) == (
        Gap(MONDAY, hanoi("2026-03-02 07:00"), True),
        Gap(hanoi("2026-03-02 17:00"), TUESDAY, True),
    )


def test_a_rule_that_never_wins_is_named_with_those_who_beat_it():
    some = plan(
        rule("buried", "08:00-09:00"),
        rule("over", "07:00-10:00", priority="priority"),
        rule("sunday", "08:00-09:00", weekdays=(7,)),
    )
    assert never_wins(some, MONDAY, TUESDAY) == (
        NeverWins("buried", True, ("over",)),
        NeverWins("sunday", False, ()),
    )


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), day=st.sampled_from(DAYS))
def test_findings_agree_with_a_patient_observer(data, day):
    some, start = data.draw(plans(day)), day.replace(tzinfo=HANOI)
    seen, end = watch(some, start, 1440), start + timedelta(days=1)
    silent = {one.id for one in some.rules} - {minute.source for minute in seen}
    assert {one.rule for one in never_wins(some, start, end)} == silent
    idle = sum((one.end - one.start for one in gaps(some, start, end)), timedelta())
    assert idle == timedelta(minutes=sum(not minute.source for minute in seen))
    ranks = {one.id: one.priority for one in some.rules}
    clash = sum(any(ranks[other] == ranks[minute.source] for other in minute.beaten) for minute in seen)
    found = conflicts(some, start, end)
    assert sum((one.end - one.start for one in found), timedelta()) == timedelta(minutes=clash)


def test_a_year_of_segments_is_lazy():
    stream = segments(plan(rule("r", "07:00-17:00")), MONDAY, MONDAY + timedelta(days=365_000))
    assert next(stream).on_air.cause == "nothing"
    assert next(stream).on_air.source == "r"
