"""When a clock is believed, and what it is said to be when it is not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.trust import Doubt, Reading, Verdict, judge, stepped
from tests.support.schedule_plans import hanoi

BUILT = hanoi("2026-11-01 00:00")
NOON = hanoi("2026-11-22 12:00")
HOUR = timedelta(hours=1)


def read(ahead=timedelta(), passed=0.0, **facts):
    return Reading(NOON + timedelta(seconds=passed) + ahead, passed, **facts)


def test_a_clock_nobody_has_confirmed_is_not_believed_and_is_no_alarm():
    first = judge(read(), None, BUILT)
    assert (first.trusted, first.doubt, first.alarm) == (False, Doubt.UNCONFIRMED, False)
    assert judge(read(passed=60), first, BUILT).doubt is Doubt.UNCONFIRMED


def test_the_system_or_the_controller_vouches_and_the_clock_runs_on_by_itself():
    for confirmed in (read(synchronised=True), read(said=NOON + timedelta(seconds=1))):
        good = judge(confirmed, None, BUILT)
        assert good.trusted
        assert judge(read(passed=30 * 86_400.0), good, BUILT).trusted


def test_a_clock_set_to_beijing_time_is_found_at_first_contact_and_not_believed():
    fast = judge(read(HOUR, said=NOON), None, BUILT)
    assert (fast.trusted, fast.doubt, fast.offset, fast.alarm) == (False, Doubt.BEIJING, HOUR, True)
    assert judge(read(HOUR, passed=60), fast, BUILT).doubt is Doubt.BEIJING


@pytest.mark.parametrize(
    ("ahead", "trusted", "doubt"),
    [
        (timedelta(seconds=5), True, Doubt.NONE),
        (timedelta(seconds=6), True, Doubt.OFF),
        (timedelta(minutes=-5), True, Doubt.OFF),
        (timedelta(minutes=6), False, Doubt.OFF),
        (-HOUR, False, Doubt.OFF),
    ],
)
def test_five_seconds_are_an_alarm_and_five_minutes_the_end_of_trust(ahead, trusted, doubt):
    verdict = judge(read(ahead, said=NOON), None, BUILT)
    assert (verdict.trusted, verdict.doubt) == (trusted, doubt)


def test_a_clock_before_its_own_release_is_never_believed():
    old = Reading(BUILT - timedelta(seconds=1), 0, synchronised=True)
    assert judge(old, None, BUILT).doubt is Doubt.BEFORE_BUILD


def test_a_clock_behind_what_was_recorded_is_not_believed():
    assert judge(read(synchronised=True), None, BUILT, recorded=NOON + HOUR).doubt is Doubt.BEHIND_RECORD
    assert judge(read(said=NOON), None, BUILT, recorded=NOON + HOUR).trusted


def test_a_clock_set_by_hand_is_found_and_doubted_until_someone_vouches():
    good = judge(read(synchronised=True), None, BUILT)
    moved = judge(read(HOUR, passed=60), good, BUILT)
    assert (moved.trusted, moved.doubt) == (False, Doubt.STEPPED)
    assert judge(read(HOUR, passed=120), moved, BUILT).doubt is Doubt.STEPPED
    assert judge(read(passed=180, said=NOON + timedelta(seconds=180)), moved, BUILT).trusted


@given(st.floats(0, 1e7), st.floats(-100e-6, 100e-6))
def test_a_crystal_that_drifts_is_not_a_clock_that_was_set(passed, drift):
    assert not stepped(read(), read(timedelta(seconds=passed * drift), passed))


@given(st.floats(0, 3600), st.floats(3.0, 1e6) | st.floats(-1e6, -3.0))
def test_a_step_is_seen_whatever_its_direction(passed, jump):
    assert stepped(read(), read(timedelta(seconds=jump), passed))


@given(st.integers(-7200, 7200), st.booleans())
def test_what_others_say_goes_before_what_the_system_says(seconds, synchronised):
    verdict = judge(read(timedelta(seconds=seconds), said=NOON, synchronised=synchronised), None, BUILT)
    assert isinstance(verdict, Verdict)
    assert verdict.trusted is (abs(seconds) <= 300)
    assert verdict.offset == timedelta(seconds=seconds)
