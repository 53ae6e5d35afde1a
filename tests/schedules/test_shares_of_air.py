"""Six minutes an hour of border law: exact, evenly spread, two of them never at once."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from schedules.claims import Share
from schedules.evaluate import on_air
from schedules.model import Playlist, Priority
from schedules.review import shares_kept, why
from schedules.shares import wanted
from schedules.timeline import segments
from tests.support.schedule_plans import hanoi, item, plan, rule

SECOND = 1_000_000
MONDAY = hanoi("2026-11-23 00:00")


def border_law(name="law", *windows, seconds=360.0, **facts):
    return rule(name, *(windows or ("07:00-17:00",)), loop=False, share=Share(seconds=seconds, per=60), **facts)


def air_of(made, name, start, hours):
    tiles = segments(made, start, start + timedelta(hours=hours))
    return sum((one.end - one.start).total_seconds() for one in tiles if one.on_air.source == name)


def test_six_minutes_of_every_hour_belong_to_border_law_and_the_rest_to_the_welcome():
    made = plan(border_law(), rule("welcome", "06:00-18:00"), seconds=90.0)
    for hour in range(7, 17):
        assert air_of(made, "law", MONDAY + timedelta(hours=hour), 1) == 360.0
        assert air_of(made, "welcome", MONDAY + timedelta(hours=hour), 1) == 3240.0
    begins = [one.start for one in segments(made, MONDAY, MONDAY + timedelta(hours=8)) if one.on_air.source == "law"]
    assert begins == [hanoi(f"2026-11-23 07:{minute}") for minute in ("00", "15", "30", "45")]


def test_what_does_not_divide_is_carried_and_never_lost():
    made = plan(border_law(), seconds=100.0)  # 3.6 passes an hour
    hours = [air_of(made, "law", MONDAY + timedelta(hours=hour), 1) for hour in range(7, 17)]
    assert sum(hours) == 36 * 100.0
    assert all(abs(sum(hours[:n]) - n * 360.0) <= 100.0 for n in range(1, 11))


def test_what_is_stronger_takes_its_air_and_the_account_says_how_much():
    urgent = rule("urgent", "09:00-09:30", priority=Priority.PRIORITY)
    made = plan(border_law(), urgent, seconds=90.0)
    kept = {one.start.hour: one for one in shares_kept(made, MONDAY, MONDAY + timedelta(days=1))}
    assert (kept[8].promised, kept[8].given) == (360.0, 360.0)
    assert (kept[9].promised, kept[9].given) == (360.0, 360.0)  # what was cut is owed in the same hour
    assert why(made, hanoi("2026-11-23 09:00")).waiting == ("law",)


def test_two_shares_of_one_class_queue_and_both_get_theirs():
    made = plan(border_law("law"), border_law("health", seconds=600.0), seconds=60.0)
    assert air_of(made, "law", hanoi("2026-11-23 07:00"), 10) == 3600.0
    assert air_of(made, "health", hanoi("2026-11-23 07:00"), 10) == 6000.0


@pytest.mark.parametrize("facts", [{"loop": True}, {"loop": False, "every": 20}, {"loop": False, "minutes": (5,)}])
def test_a_share_finds_its_own_instants(facts):
    with pytest.raises(ValidationError, match="share"):
        rule("law", share=Share(seconds=60), **facts)


def test_a_share_longer_than_its_period_is_refused():
    with pytest.raises(ValidationError, match="longer than its period"):
        Share(seconds=3601, per=60)


def test_a_playlist_longer_than_its_window_is_not_begun():
    made = plan(border_law("law", "07:00-07:01"), playlists=(Playlist(id="p", items=(item(90.0),)),))
    assert on_air(made, hanoi("2026-11-23 07:00")).cause == "nothing"


@settings(max_examples=100, deadline=None)
@given(
    seconds=st.integers(1, 3600),
    length=st.integers(1, 900),
    per=st.sampled_from([10, 30, 60, 120]),
    hours=st.integers(1, 24),
)
def test_after_any_time_the_passes_begun_are_those_the_share_pays_for(seconds, length, per, hours):
    share = Share(seconds=min(seconds, per * 60), per=per)
    claims = wanted(share, 0, hours * 3600 * SECOND, 0, lambda _: [0], lambda _place, _at: length * SECOND)
    for number, claim in enumerate(claims):
        exact = Fraction(number * length * per * 60, 1) / Fraction(share.seconds)
        assert 0 <= exact - Fraction(claim.at, SECOND) < Fraction(1, SECOND)
