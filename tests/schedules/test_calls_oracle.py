"""A listener with a watch at one loudspeaker hears, second by second, what the plan says is on air."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schedules.evaluate import on_air
from schedules.model import ContentRef, Item, Plan, Playlist, Priority, Rule, Window
from tests.support.air_oracle import Wish, air_of
from tests.support.schedule_plans import DEVICE, hanoi, plan

NINE = hanoi("2026-11-23 09:00")
WINDOW = 20  # minutes
HOURS = (Window.of("09:00", "09:20"),)
LEVELS = {Priority.NORMAL: 1, Priority.EVENT: 2, Priority.PRIORITY: 3}


@st.composite
def days(draw: st.DrawFn) -> tuple[Plan, list[Wish]]:
    """Up to five announcements, each every so many minutes; and what a patient listener must know of them."""
    rules, lists, wishes = [], [], []
    for name in "abcde"[: draw(st.integers(1, 5))]:
        length, every = draw(st.integers(5, 55)), draw(st.integers(1, 7))
        priority = draw(st.sampled_from(list(LEVELS)))
        patience = draw(st.integers(0, 90))
        stacked = draw(st.none() | st.integers(30, 300))
        late = draw(st.sampled_from(["play", "skip"]))
        sound = ContentRef(sha256="a" * 64, kind="audio", language="vi", size=1, seconds=length)
        goes_on = draw(st.sampled_from(["resume", "skip"]))
        said = Item(
            message=name, version=1, digest="d" * 64, contents=(sound,), interrupted=goes_on, late=late, max_late=patience,
        )  # fmt: skip
        lists.append(Playlist(id=name, items=(said,)))
        rules.append(
            Rule(
                id=name, playlist=name, targets=(DEVICE,), windows=HOURS, loop=False, every=every, priority=priority,
                routing="stacked" if stacked else "partial", stack_for=stacked,
            )
        )  # fmt: skip
        waits = stacked or (patience if late == "play" else None)
        for due in range(0, WINDOW * 60, every * 60):
            latest = None if waits is None else due + waits
            wishes.append(Wish(name, LEVELS[priority], due, length, latest, patience if goes_on == "resume" else None))
    return plan(*rules, playlists=tuple(lists)), wishes


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(day=days())
def test_second_by_second_it_is_the_same(day):
    made, wishes = day
    air = air_of(wishes, 4_000)
    for second in range(0, 2_000):
        assert on_air(made, NINE + timedelta(seconds=second)).source == air[second], second
