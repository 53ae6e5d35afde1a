"""Laws of the next steps: they lead to what is wanted, and then the line is silent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from devices.agent.reconcile import (
    AGAIN_SECONDS,
    DARK,
    PROBE_SECONDS,
    Blank,
    CloseZones,
    Lit,
    OpenZones,
    PlaceClips,
    Probe,
    SeenBoard,
    SeenSpeaker,
    ShowPage,
    StopClips,
    WantedBoard,
    WantedSpeaker,
    next_board_steps,
    next_speaker_steps,
)
from devices.ports import Clip
from tests.support.facts import NOON

lits = st.sampled_from([DARK, Lit("a", 0), Lit("a", 1), Lit("b", 0)])
ages = st.floats(0, 2000)
retries = st.none() | st.floats(-10, 30)
boards = st.builds(SeenBoard, lit=st.none() | lits, lit_age=ages, quiet=ages, retry=retries)
zones = st.frozensets(st.sampled_from(["hall", "yard", "staff"]))
names = st.sampled_from(["c1", "c2", "c3"])
clips = st.lists(names, unique=True).map(
    lambda ids: tuple(Clip(id=one, due=NOON + timedelta(seconds=1), path="x", bus="normal") for one in ids)
)
speakers = st.builds(SeenSpeaker, zones=st.none() | zones, placed=st.frozensets(names), quiet=ages, retry=retries)


def after_board(seen: SeenBoard, step: object) -> SeenBoard:
    """A board that obeys."""
    match step:
        case ShowPage(lit):
            return SeenBoard(lit=lit)
        case Blank():
            return SeenBoard(lit=DARK)
        case _:
            return SeenBoard(lit=None if seen.retry is not None else seen.lit, lit_age=seen.lit_age)


def after_speaker(seen: SeenSpeaker, step: object) -> SeenSpeaker:
    """A loudspeaker that obeys."""
    match step:
        case StopClips(ids):
            return replace(seen, placed=seen.placed - ids)
        case PlaceClips(placed):
            return replace(seen, placed=seen.placed | {clip.id for clip in placed})
        case OpenZones(wanted):
            return replace(seen, zones=wanted, quiet=0.0, retry=None)
        case CloseZones():
            return replace(seen, zones=frozenset(), quiet=0.0, retry=None)
        case _:
            return replace(seen, quiet=0.0, retry=None)


@given(wanted=lits, seen=boards)
def test_a_board_that_obeys_shows_what_is_wanted_in_three_steps_and_then_nothing_is_sent(
    wanted: Lit, seen: SeenBoard
) -> None:
    if seen.retry is not None and seen.retry > 0:
        assert next_board_steps(WantedBoard(wanted), seen) == []
        return
    for _ in range(3):
        for step in next_board_steps(WantedBoard(wanted), seen):
            seen = after_board(seen, step)
    assert seen.lit == wanted
    assert next_board_steps(WantedBoard(wanted), seen) == []


@given(lit=lits, age=ages, quiet=ages)
def test_the_line_is_silent_exactly_while_the_board_shows_the_wanted_page_and_was_heard_lately(
    lit: Lit, age: float, quiet: float
) -> None:
    steps = next_board_steps(WantedBoard(lit), SeenBoard(lit=lit, lit_age=age, quiet=quiet))
    assert (steps == []) == (age < AGAIN_SECONDS and quiet < PROBE_SECONDS)
    if age >= AGAIN_SECONDS:
        assert steps == [Blank() if lit == DARK else ShowPage(lit)]


def test_a_board_in_trouble_is_asked_before_it_is_told() -> None:
    assert next_board_steps(WantedBoard(Lit("a", 0)), SeenBoard(lit=None, retry=-0.1)) == [Probe()]


@given(wanted=st.builds(WantedSpeaker, zones=zones, clips=clips), seen=speakers)
def test_a_loudspeaker_that_obeys_ends_with_the_wanted_zones_and_clips(
    wanted: WantedSpeaker, seen: SeenSpeaker
) -> None:
    for _ in range(3):
        for step in next_speaker_steps(wanted, seen):
            seen = after_speaker(seen, step)
    assert seen.placed == {clip.id for clip in wanted.clips}
    if seen.retry is None or seen.retry <= 0:
        assert seen.zones == wanted.zones
        assert next_speaker_steps(wanted, seen) == []


@given(wanted=st.builds(WantedSpeaker, zones=zones, clips=clips), seen=speakers)
def test_sound_never_waits_for_the_line(wanted: WantedSpeaker, seen: SeenSpeaker) -> None:
    steps = next_speaker_steps(wanted, seen)
    order = [isinstance(step, StopClips | PlaceClips) for step in steps]
    assert order == sorted(order, reverse=True)
    if seen.retry is not None and seen.retry > 0:
        assert all(order)


@given(wanted=st.builds(WantedSpeaker, zones=zones, clips=clips), seen=speakers)
def test_only_what_is_not_wanted_is_stopped_and_nothing_is_placed_twice(
    wanted: WantedSpeaker, seen: SeenSpeaker
) -> None:
    ids = {clip.id for clip in wanted.clips}
    for step in next_speaker_steps(wanted, seen):
        if isinstance(step, StopClips):
            assert not step.ids & ids
        if isinstance(step, PlaceClips):
            assert not {clip.id for clip in step.clips} & seen.placed
