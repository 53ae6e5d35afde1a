"""Where a playlist stands that was interrupted: it goes on, begins the message again, or lets it go."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.evaluate import on_air
from schedules.model import Playlist, Priority
from schedules.playlist import item_at, playlist_seconds
from schedules.standing import after_cut, standing
from schedules.stood import cuts_of, stood
from tests.support.schedule_plans import alert, hanoi, item, plan, rule

SEVEN = hanoi("2026-11-23 07:00")


def two(interrupted: str, **facts: object) -> Playlist:
    """A message of two languages, ten and twenty seconds, and one of five."""
    first = item(10.0, 20.0, message="law").model_copy(update={"interrupted": interrupted})
    return Playlist(id="p", items=(first, item(5.0, message="hours")), **facts)


@pytest.mark.parametrize(
    ("interrupted", "told", "expected"),
    [
        ("resume", 14.0, 14.0), ("restart", 14.0, 10.0), ("skip", 14.0, 30.0),
        ("resume", 29.5, 30.0), ("restart", 32.0, 32.0), ("resume", 49.0, 49.0), ("skip", 36.0, 65.0), ("restart", 49.0, 45.0),
    ],
)  # fmt: skip
def test_where_a_loop_goes_on(interrupted, told, expected):
    assert after_cut(two(interrupted), told) == expected


def test_what_runs_once_is_over_when_nothing_is_left_of_it():
    assert (
        after_cut(Playlist(id="p", items=(item(10.0).model_copy(update={"interrupted": "skip"}),)), 4.0, False) is None
    )
    assert after_cut(two("resume"), 34.5, loop=False) is None
    assert after_cut(two("resume"), 99.0, loop=False) is None


def test_each_repeat_is_a_message_of_its_own():
    assert after_cut(two("restart", repeats=2, gap=1.0), 45.0) == 38.0


@settings(max_examples=150, deadline=None)
@given(
    told=st.floats(0, 500, allow_nan=False), interrupted=st.sampled_from(["resume", "restart", "skip"]),
    gap=st.sampled_from([0.0, 1.5]), repeats=st.integers(1, 3), shuffle=st.booleans(),
)  # fmt: skip
def test_it_never_goes_back_before_its_message_nor_past_the_next(told, interrupted, gap, repeats, shuffle):
    three = (*two(interrupted).items, item(7.0, message="papers"))
    playlist = Playlist(id="p", items=three, gap=gap, repeats=repeats, shuffle=shuffle)
    slot, goes_on = item_at(playlist, told), after_cut(playlist, told)
    assert slot is not None
    assert goes_on is not None
    assert told - playlist_seconds(playlist) <= goes_on <= told + playlist_seconds(playlist)
    after = item_at(playlist, goes_on)
    assert after is not None
    if slot.item.interrupted == "resume":
        assert goes_on == told or told < goes_on <= told + 1.0 + gap
    if slot.item.interrupted == "restart" and told < slot.ends:
        assert (goes_on <= told, after.item, after.offset) == (True, slot.item, pytest.approx(0.0, abs=1e-6))


def test_two_interruptions_are_counted_and_what_is_cut_in_its_pause_did_not_begin_again():
    cuts = [(SEVEN + timedelta(seconds=a), SEVEN + timedelta(seconds=b)) for a, b in ((4, 10), (12, 20), (18, 22))]
    assert standing(two("resume"), SEVEN, cuts, SEVEN + timedelta(seconds=25)) == 4 + 2 + 3
    assert standing(two("restart"), SEVEN, cuts, SEVEN + timedelta(seconds=25)) == 3


def test_a_board_goes_on_after_a_rule_of_higher_class_and_after_an_alert():
    urgent = rule("urgent", "07:10-07:20", playlist="u", priority=Priority.PRIORITY)
    lists = (two("resume"), Playlist(id="u", items=(item(10.0),)))
    made = plan(rule("day", "07:00-17:00"), urgent, playlists=lists)
    alarm = alert("fire", "2026-11-23 07:05", "2026-11-23 07:07")
    at = hanoi("2026-11-23 07:30")
    answer = on_air(made, at)
    assert cuts_of(made, answer, at) == [(hanoi("2026-11-23 07:10"), hanoi("2026-11-23 07:20"))]
    assert stood(made, answer, at) == 20 * 60
    assert stood(made, answer, at, [alarm]) == 18 * 60
    known = [(hanoi("2026-11-23 07:05"), hanoi("2026-11-23 07:07"))]
    assert stood(made, answer, at, more=known) == 18 * 60
    assert stood(made, answer, at, more=[(hanoi("2026-11-23 07:12"), hanoi("2026-11-23 07:15"))]) == 20 * 60


def test_without_interruptions_it_is_the_time_since_it_began():
    made = plan(rule("day", "07:00-17:00"), seconds=10.0)
    at = SEVEN + timedelta(minutes=3, seconds=2)
    assert stood(made, on_air(made, at), at) == 182.0
    assert stood(made, on_air(made, hanoi("2026-11-23 18:00")), at) is None
