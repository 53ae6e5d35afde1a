"""What publishing hides, and every other finding, in the words of an operator."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from schedules.claims import Share
from schedules.finding_words import finding_words
from schedules.findings import MissingLanguage, TableEnds, missing_languages
from schedules.hides import hidden_share, hides
from schedules.model import Playlist, Priority
from schedules.review import (
    Conflict,
    Gap,
    NeverWins,
    ShareKept,
    conflicts,
    gaps,
    never_wins,
    shares_kept,
    shortfalls,
    why,
)
from schedules.settled import settled
from tests.support.schedule_plans import content, hanoi, item, plan, rule

MONDAY, SUNDAY = hanoi("2026-11-23 00:00"), hanoi("2026-11-30 00:00")
LANGUAGES = ["vi", "zh-Hans", "en"]
HOURS, EVENT = rule("hours", "07:00-17:00"), rule("fair", "09:00-11:00", weekdays=(2,), priority=Priority.EVENT)


def test_publishing_a_fair_on_tuesday_hides_the_opening_hours_for_two_hours():
    found = hides(plan(HOURS), plan(HOURS, EVENT), MONDAY, SUNDAY)
    assert [(one.rule, one.by, one.start, one.end) for one in found] == [
        ("hours", "fair", hanoi("2026-11-24 09:00"), hanoi("2026-11-24 11:00"))
    ]
    names = {"hours": "Giờ làm thủ tục", "fair": "Hội chợ"}
    assert found[0].words("vi", names) == (
        "Công bố lịch này sẽ che Giờ làm thủ tục thứ Ba 24/11/2026, 09:00-11:00 (nhường chỗ cho Hội chợ)."
    )
    assert found[0].words("zh-Hans") == "发布此计划将在星期二 24/11/2026 09:00-11:00 遮盖hours（由fair取代）。"
    assert found[0].words("en") == "Publishing this hides hours on Tuesday 24/11/2026, 09:00-11:00 (behind fair)."
    assert hidden_share(plan(HOURS), plan(HOURS, EVENT), MONDAY, SUNDAY) == {"hours": 7200.0}


def test_what_is_dropped_is_not_hidden_and_a_shorter_window_hides_behind_nothing():
    assert hides(plan(HOURS, EVENT), plan(HOURS), MONDAY, SUNDAY) == ()
    shorter = hides(plan(HOURS), plan(rule("hours", "07:00-12:00")), MONDAY, hanoi("2026-11-24 00:00"))
    assert [one.words("en") for one in shorter] == [
        "Publishing this hides hours on Monday 23/11/2026, 12:00-17:00 (nothing takes its place)."
    ]


def test_a_night_that_is_hidden_ends_at_24_or_says_the_day():
    night = rule("night", "20:00-24:00")
    found = hides(
        plan(night), plan(night, rule("gala", "20:00-24:00", weekdays=(1,), priority=Priority.EVENT)), MONDAY, SUNDAY
    )
    assert found[0].words("en").endswith("20:00-24:00 (behind gala).")
    long = rule("night", "20:00-05:00")
    over = hides(
        plan(long), plan(long, rule("gala", "22:00-02:00", weekdays=(1,), priority=Priority.EVENT)), MONDAY, SUNDAY
    )
    assert over[0].words("en").endswith("22:00-02:00 24/11 (behind gala).")


def test_a_call_that_something_stronger_keeps_silent_all_day_is_never_heard_and_says_for_whom():
    sounds = item(20.0).model_copy(update={"contents": (content(20.0).model_copy(update={"kind": "audio"}),)})
    lists = (Playlist(id="p", items=(sounds,)),)
    made = plan(
        rule("lanes", "12:00-13:00", loop=False),
        rule("siren", "11:00-14:00", priority=Priority.PRIORITY),
        playlists=lists,
    )
    found = never_wins(made, MONDAY, SUNDAY)
    assert found == (NeverWins("lanes", True, ("siren",)),)
    assert finding_words(found[0], "vi") == "lanes không lần nào được phát, vì siren."


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_has_its_sentence(language):
    made = plan(
        HOURS,
        rule("also", "16:00-18:00"),
        rule("law", "20:00-21:00", loop=False, share=Share(seconds=360)),
        seconds=60.0,
    )
    found = [
        *conflicts(made, MONDAY, SUNDAY), *gaps(made, MONDAY, SUNDAY), *missing_languages(made, ("vi", "zh-Hans")),
        *never_wins(plan(HOURS, rule("weak", "08:00-09:00")), MONDAY, MONDAY + timedelta(hours=1)),
        *shares_kept(made, MONDAY, SUNDAY), *settled(made, MONDAY, SUNDAY), *hides(plan(HOURS), plan(HOURS, EVENT), MONDAY, SUNDAY),
        TableEnds("tet", date(2026, 12, 31), ("hours",)),
    ]  # fmt: skip
    kinds = {type(one) for one in found}
    assert kinds >= {Conflict, Gap, MissingLanguage, NeverWins, ShareKept, TableEnds}
    for one in found:
        sentence = finding_words(one, language)
        assert sentence.endswith("." if language != "zh-Hans" else "。")
        assert "{" not in sentence


def test_why_names_what_waits_and_what_came_late():
    sounds = item(20.0).model_copy(update={"contents": (content(20.0).model_copy(update={"kind": "audio"}),)})
    made = plan(
        rule("a", "12:00-13:00", loop=False),
        rule("b", "12:00-13:00", loop=False),
        playlists=(Playlist(id="p", items=(sounds,)),),
    )
    assert "Đang chờ phát: b." in why(made, hanoi("2026-11-23 12:00:05")).words("vi")
    assert "It was due at 12:00:00 and gave way." in why(made, hanoi("2026-11-23 12:00:25")).words("en")


def test_the_account_of_a_share_goes_by_its_own_periods():
    law = rule("law", "07:20-09:20", loop=False, share=Share(seconds=300))
    urgent = rule("urgent", "07:25-08:20", priority=Priority.PRIORITY)
    made = plan(law, urgent, seconds=60.0)
    kept = [
        (f"{one.start:%H:%M}", one.promised, one.given) for one in shares_kept(made, MONDAY, MONDAY + timedelta(days=1))
    ]
    assert kept == [("07:20", 300.0, 60.0), ("08:20", 300.0, 300.0)]
    short = shortfalls(made, MONDAY, MONDAY + timedelta(days=1))
    assert [finding_words(one, "vi") for one in short] == [
        "law chỉ được 1:00 trong 5:00 phút đã hứa, 07:20-08:20 23/11/2026."
    ]
