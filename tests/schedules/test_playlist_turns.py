"""Which content has its turn: loops, languages, the chime's lead and the gaps."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.model import Playlist
from schedules.playlist import content_seconds, item_at, period_seconds, playlist_seconds
from tests.support.schedule_plans import item

SECONDS = st.floats(0.1, 1000, allow_nan=False)
YEAR = 366 * 86_400.0


def playlist(*items, **facts):
    return Playlist(id="p", items=items, **facts)


@st.composite
def playlists(draw):
    some = [
        item(*draw(st.lists(SECONDS, min_size=1, max_size=3)), whole=draw(st.none() | SECONDS))
        for _ in range(draw(st.integers(1, 4)))
    ]
    return playlist(*some, lead=draw(st.floats(0, 10)), gap=draw(st.floats(0, 5)))


def test_the_turn_of_an_item_is_shared_in_proportion():
    assert content_seconds(item(10.0, 20.0, 30.0, whole=30.0)) == (5.0, 10.0, 15.0)
    assert content_seconds(item(10.0, 20.0)) == (10.0, 20.0)


def test_a_pass_is_the_contents_and_the_gaps_between_them_and_a_loop_leaves_time_for_the_chime():
    some = playlist(item(10.0, 20.0), item(5.0), lead=3, gap=2)
    assert (playlist_seconds(some), period_seconds(some)) == (39.0, 42.0)
    assert playlist_seconds(playlist(item(10.0))) == 10.0


@pytest.mark.parametrize(
    ("elapsed", "index", "offset"),
    [(0, 0, 0), (1, 0, 1), (11, 0, 11), (12, 1, 0), (38.5, 2, 4.5), (41, 2, 7), (42, 0, 0), (45, 0, 3)],
)
def test_the_first_content_begins_at_the_due_instant_and_a_gap_belongs_to_the_one_before(elapsed, index, offset):
    slot = item_at(playlist(item(10.0, 20.0), item(5.0), lead=3, gap=2), elapsed)
    assert (slot.index, slot.offset) == (index, offset)


def test_a_playlist_that_runs_once_is_over_at_its_end():
    once = playlist(item(10.0), item(5.0))
    assert item_at(once, 14.999, loop=False).index == 1
    assert item_at(once, 15, loop=False) is None
    assert item_at(once, -0.001) is None


def test_a_year_of_loops_does_not_drift():
    tenths = playlist(item(0.1, 0.2))
    whole = playlist(item(7.0, 3.0))
    assert item_at(whole, YEAR + 6.0).starts == 31_622_400.0 + 0.0
    assert item_at(whole, YEAR + 7.0).index == 1
    later = item_at(tenths, YEAR)
    assert later.starts <= YEAR <= later.ends


def test_a_tiny_turn_and_a_great_age_end_at_once():
    slot = item_at(playlist(item(5e-324)), 1e300)
    assert slot.index == 0


@given(playlists(), st.floats(0, YEAR))
def test_the_moment_lies_in_its_turn_and_the_turn_is_of_its_content(some, elapsed):
    slot = item_at(some, elapsed)
    assert slot.content in slot.item.contents
    assert slot.starts - 1e-6 <= elapsed <= slot.ends + some.gap + some.lead + 1e-6
    assert slot.offset == pytest.approx(max(elapsed - slot.starts, 0), abs=1e-6)


@given(playlists())
def test_turns_follow_one_another_and_every_content_has_one(some):
    contents = [content for each in some.items for content in each.contents]
    turns, moment = [], 0.0
    while (slot := item_at(some, moment, loop=False)) is not None and len(turns) <= len(contents):
        turns.append(slot)
        moment = slot.ends + some.gap + 1e-9
    assert [turn.content for turn in turns] == contents
    assert [turn.index for turn in turns] == list(range(len(contents)))
    assert all(right.starts == pytest.approx(left.ends + some.gap) for left, right in pairwise(turns))
    assert turns[-1].ends == pytest.approx(playlist_seconds(some))


def told_exactly(some, elapsed):
    """Index, begin, end and offset of the turn, by fractions: slow, plain, and rounded once at the end."""
    pieces, clock, gap = [], Fraction(0), Fraction(some.gap)
    for _ in range(some.repeats):
        for each in some.items:
            own = [Fraction(content.seconds) for content in each.contents]
            whole = sum(own) if each.seconds is None else Fraction(each.seconds)
            for seconds in own:
                taken = Fraction(float(whole * seconds / sum(own)))
                pieces.append((clock, clock + taken))
                clock += taken + gap
    length = clock + Fraction(some.tail) if some.tail else clock - gap
    period = length + Fraction(some.lead)
    passes, within = divmod(Fraction(elapsed), period)
    index = max(place for place, (begins, _) in enumerate(pieces) if begins <= within)
    begins, ends = pieces[index]
    exact = (passes * period + begins, passes * period + ends, within - begins)
    return index, *map(float, exact), float(length), float(period)


@given(playlists(), st.floats(0, YEAR), st.integers(1, 3), st.sampled_from([0, 0.1, 2.5]))
def test_turns_are_those_of_exact_fractions_to_the_last_bit(some, elapsed, repeats, tail):
    some = some.model_copy(update={"repeats": repeats, "tail": tail})
    slot = item_at(some, elapsed)
    found = (slot.index, slot.starts, slot.ends, slot.offset, playlist_seconds(some), period_seconds(some))
    assert found == told_exactly(some, elapsed)


def test_what_is_said_twice_is_said_with_the_same_gap_and_an_end_tone_follows():
    some = playlist(item(4.0, 5.0), gap=1, repeats=2, tail=2)
    assert playlist_seconds(some) == 4 + 1 + 5 + 1 + 4 + 1 + 5 + 1 + 2
    assert [item_at(some, at).index for at in (0, 5, 11, 16, 21)] == [0, 1, 2, 3, 3]


@given(st.integers(3, 9), st.integers(0, 1_000_000), st.integers(0, 2**31))
def test_a_shuffled_playlist_shows_each_once_in_a_pass_and_nothing_twice_in_a_row(count, passes, seed):
    names = [f"m{place}" for place in range(count)]
    mixed = playlist(*(item(10.0, message=name) for name in names), shuffle=True, seed=seed)
    shown = [item_at(mixed, (passes * count + place) * 10.0).item.message for place in range(2 * count)]
    assert sorted(shown[:count]) == sorted(shown[count:]) == names
    assert all(left != right for left, right in pairwise(shown))


def test_another_seed_is_another_order_and_the_same_seed_the_same():
    items = [item(10.0, message=f"m{place}") for place in range(8)]
    one, two, again = (
        [item_at(playlist(*items, shuffle=True, seed=seed), at * 10.0).item.message for at in range(8)]
        for seed in (1, 2, 1)
    )
    assert one == again != two
    assert one == ["m1", "m3", "m4", "m5", "m2", "m0", "m6", "m7"]  # drawn once; must never change
