"""Exercises: marked before everything they show, told in the reason, and below everything real."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.drills import MARK, marked
from schedules.evaluate import on_air
from schedules.model import Alert, ContentRef, Item, Plan, Priority
from schedules.review import why
from tests.support.facts import NOON, digest

LANGUAGES = ("vi", "zh-Hans", "en", "tyz")


def ref(language: str, seconds: float = 4.0, what: str = "") -> ContentRef:
    return ContentRef(sha256=digest(what + language), kind="pages", language=language, size=10, seconds=seconds)


def item(message: str, *contents: ContentRef, seconds: float | None = None) -> Item:
    return Item(message=message, version=1, digest=digest(message), contents=contents, seconds=seconds)


DRILL = item(MARK, ref("vi", 2.0, "mark"), ref("en", 2.0, "mark"))
LEAVE = item("leave", ref("vi"), ref("zh-Hans"))
PLAN = Plan(device="chi-ma/board-1", revision=1, issued=NOON - timedelta(days=1))


def alert(name: str, drill: bool = False, priority: Priority = Priority.EMERGENCY, after: float = 0) -> Alert:
    starts = NOON + timedelta(seconds=after)
    return Alert(
        id=name, revision=1, priority=priority, starts=starts, until=NOON + timedelta(minutes=10),
        item=None if priority is Priority.BLANK else LEAVE, drill=drill, mark=DRILL if drill else None,
    )  # fmt: skip


@given(st.lists(st.sampled_from(LANGUAGES), min_size=1, unique=True), st.sampled_from([None, 30.0]))
def test_nothing_of_an_exercise_comes_without_its_mark_before_it(languages, seconds):
    whole = item("leave", *(ref(each) for each in languages), seconds=seconds)
    found = marked(whole, DRILL)
    assert [one.message for one in found] == [MARK, "leave"] * len(languages)
    assert tuple(one.contents[0] for one in found[1::2]) == whole.contents
    assert all(len(one.contents) == 1 for one in found)
    for mark, content in zip(found[::2], whole.contents, strict=True):
        assert mark.contents[0].language == (content.language if content.language in ("vi", "en") else "vi")
    if seconds:
        assert sum(one.seconds for one in found[1::2]) == pytest.approx(seconds)


def test_an_exercise_is_on_air_with_its_marks_and_says_so_in_three_languages():
    answer = on_air(PLAN, NOON, [alert("a1", drill=True)])
    assert answer.drill
    assert [one.message for one in answer.playlist.items] == [MARK, "leave", MARK, "leave"]
    reason = why(PLAN, NOON, [alert("a1", drill=True)])
    assert [reason.words(each).split()[0] for each in ("vi", "en")] == ["DIỄN", "EXERCISE:"]
    assert reason.words("zh-Hans").startswith("演习")
    assert not on_air(PLAN, NOON, [alert("a1")]).drill


@pytest.mark.parametrize("real", [Priority.EMERGENCY, Priority.EVACUATION, Priority.BLANK])
def test_whatever_is_real_goes_over_every_exercise_however_strong_and_late(real):
    both = [alert("a1", priority=real), alert("a2", drill=True, priority=Priority.EVACUATION, after=30)]
    moment = NOON + timedelta(seconds=60)
    assert on_air(PLAN, moment, both).source == "a1"
    assert on_air(PLAN, moment, both).beaten == ("a2",)
    assert on_air(PLAN, NOON + timedelta(seconds=10), both).until == NOON + timedelta(minutes=10)


def test_a_real_alert_to_come_ends_an_exercise():
    both = [alert("a1", drill=True, priority=Priority.EVACUATION), alert("a2", after=30)]
    assert on_air(PLAN, NOON, both).until == NOON + timedelta(seconds=30)


def test_the_reason_names_each_message_once_and_never_the_mark():
    words = why(PLAN, NOON, [alert("a1", drill=True)]).words("en")
    assert words.count("leave") + words.count("“”") == 1
    assert MARK not in words
