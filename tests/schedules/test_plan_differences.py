"""What publishing a plan changes."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schedules.difference import differences, hidden
from schedules.model import Playlist
from tests.support.schedule_oracle import watch
from tests.support.schedule_plans import DAYS, HANOI, hanoi, item, plan, plans, rule

MONDAY, WEDNESDAY = hanoi("2026-03-02 00:00"), hanoi("2026-03-04 00:00")
LAW = rule("law", "07:00-17:00")


def told(before, after):
    return [
        (f"{one.start:%d %H:%M}-{one.end:%H:%M}", one.before.source, one.after.source)
        for one in differences(before, after, MONDAY, WEDNESDAY)
    ]


def test_a_stronger_rule_hides_another_on_tuesday():
    queue = rule("queue", "09:00-11:00", weekdays=(2,), priority="priority")
    assert told(plan(LAW), plan(LAW, queue)) == [("03 09:00-11:00", "law", "queue")]
    assert hidden(plan(LAW), plan(LAW, queue), MONDAY, WEDNESDAY) == {
        "law": ((hanoi("2026-03-03 09:00"), hanoi("2026-03-03 11:00")),)
    }


def test_a_rule_taken_away_is_a_difference_and_hides_nothing():
    assert told(plan(LAW), plan()) == [("02 07:00-17:00", "law", ""), ("03 07:00-17:00", "law", "")]
    assert hidden(plan(LAW), plan(), MONDAY, WEDNESDAY) == {}


def test_another_text_in_the_same_rule_is_a_difference():
    other = plan(LAW, playlists=(Playlist(id="p", items=(item(message="other"),)),))
    assert len(told(plan(LAW), other)) == 2


def test_a_window_that_only_begins_earlier_differs_only_there():
    assert told(plan(LAW), plan(rule("law", "06:00-17:00"))) == [
        ("02 06:00-07:00", "", "law"),
        ("03 06:00-07:00", "", "law"),
    ]


def test_a_plan_does_not_differ_from_itself():
    assert told(plan(LAW), plan(LAW)) == []


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), day=st.sampled_from(DAYS))
def test_differences_are_where_a_patient_observer_sees_them(data, day):
    before, after = data.draw(plans(day)), data.draw(plans(day))
    start = day.replace(tzinfo=HANOI)
    after = after.model_copy(update={"playlists": before.playlists, "fallback": before.fallback})
    found = list(differences(before, after, start, start + timedelta(days=1)))
    for left, right in pairwise(found):
        assert left.end <= right.start
    for old, new in zip(watch(before, start, 1440), watch(after, start, 1440), strict=True):
        if old.source != new.source:
            assert any(one.start <= old.at < one.end for one in found)
