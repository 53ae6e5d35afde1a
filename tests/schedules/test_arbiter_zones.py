"""Calls for zones: the stronger goes first, of equals the one that was due first; what is stacked is heard afterwards."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.arbiter import Call, Change, Sounding, arbitrate, changes, level
from schedules.model import Priority
from tests.support.air_oracle import Wish, air_of

HALL, YARD, LANE = frozenset(("hall",)), frozenset(("yard",)), frozenset(("lane",))
NORMAL, URGENT, EMERGENCY = level(Priority.NORMAL), level(Priority.PRIORITY), level(Priority.EMERGENCY)


def call(
    name: str, due: int, length: int, zones: frozenset[str] = HALL, strength: int = NORMAL, **facts: object
) -> Call:
    return Call(**{"id": name, "level": strength, "due": due, "length": length, "zones": zones, **facts})


def resuming(patience: int):
    return lambda told: (told, patience)


def heard(found: tuple[Sounding, ...], name: str) -> list[tuple[int, int, str]]:
    return [(one.start, one.end, "+".join(sorted(one.zones))) for one in found if one.call == name]


def told(found: tuple[Change, ...], name: str) -> list[tuple[int, str, tuple[str, ...]]]:
    return [(one.at, one.what, one.by) for one in found if one.call == name]


def test_classes_keep_their_order_as_numbers_and_what_loops_is_weaker_than_a_call_of_its_class():
    numbers = [level(one) for one in Priority]
    assert numbers == sorted(numbers)
    assert (level(Priority.NORMAL, loop=True), NORMAL, URGENT, EMERGENCY) == (16, 80, 160, 240)
    assert level(Priority.PRIORITY, loop=True) > level(Priority.EVENT)


def test_a_partial_call_plays_where_it_is_free_and_gains_a_zone_that_falls_free():
    found = changes([call("long", 0, 20, HALL | YARD), call("urgent", 5, 5, YARD, URGENT)], streams=2)
    assert told(found, "long") == [(0, "begins", ()), (5, "loses", ("urgent",)), (10, "gains", ()), (20, "ends", ())]


def test_a_non_partial_call_plays_in_all_its_zones_or_in_none():
    busy = call("urgent", 0, 10, YARD, URGENT)
    whole = call("whole", 5, 5, HALL | YARD, routing="non_partial")
    assert heard(arbitrate([busy, whole], streams=2), "whole") == []
    assert told(changes([busy, whole], streams=2), "whole") == [(5, "dropped", ("urgent",))]
    assert heard(arbitrate([busy, call("half", 5, 5, HALL | YARD)], streams=2), "half") == [(5, 10, "hall")]


def test_a_stacked_call_is_heard_when_its_zones_are_free_and_never_after_its_expiry():
    busy = call("urgent", 0, 30, YARD, URGENT)
    stacked = call("notice", 5, 10, HALL | YARD, routing="stacked", latest=60)
    late = call("late", 5, 10, HALL | YARD, routing="stacked", latest=20)
    found = arbitrate([busy, stacked], streams=2)
    assert heard(found, "notice") == [(30, 40, "hall+yard")]
    assert heard(arbitrate([busy, late], streams=2), "late") == []


@pytest.mark.parametrize("strength", [16, 240])
def test_background_and_emergency_are_always_partial(strength):
    blocked = call("blocker", 0, 10, YARD, strength + 1)
    whole = call("any", 0, 10, HALL | YARD, strength, routing="non_partial")
    assert heard(arbitrate([blocked, whole], streams=2), "any") == [(0, 10, "hall")]


def test_of_equals_the_first_stays_and_the_smaller_name_settles_a_tie():
    found = arbitrate([call("b", 0, 10), call("a", 5, 10, latest=30), call("c", 5, 3, latest=30)])
    assert [one.call for one in found] == ["b", "a", "c"]
    assert heard(found, "a") == [(10, 20, "hall")]


def test_one_stream_carries_one_call_however_many_zones_are_free():
    calls = [call("one", 0, 10, HALL, URGENT), call("two", 0, 10, YARD)]
    assert heard(arbitrate(calls, streams=1), "two") == []
    assert heard(arbitrate(calls, streams=2), "two") == [(0, 10, "yard")]


def test_what_is_cut_goes_on_where_it_was_cut_when_all_of_the_rest_fits():
    cut = call("notice", 0, 20, goes_on=resuming(60))
    found = arbitrate([cut, call("urgent", 8, 5, HALL, URGENT), call("again", 20, 5, HALL, URGENT)])
    assert heard(found, "notice") == [(0, 8, "hall"), (25, 37, "hall")]
    assert [(one.told, one.piece) for one in found if one.call == "notice"] == [(0, 1), (8, 2)]


def test_a_forgotten_call_ends_at_its_longest_time():
    assert heard(arbitrate([call("open-mike", 0, 10_000, longest=20)]), "open-mike") == [(0, 20, "hall")]


def test_what_joins_begins_where_it_would_be_by_then():
    found = arbitrate([call("urgent", 0, 5, HALL, URGENT), call("notice", 0, 20, joins=True, latest=15)])
    assert [(one.start, one.end, one.told) for one in found if one.call == "notice"] == [(5, 20, 5)]


def test_a_late_call_leaves_room_for_its_chime():
    found = arbitrate([call("urgent", 0, 5, HALL, URGENT), call("notice", 2, 4, latest=60, lead=2)])
    assert heard(found, "notice") == [(7, 11, "hall")]


@st.composite
def wishes(draw: st.DrawFn) -> list[Wish]:
    names = "abcdefgh"[: draw(st.integers(1, 8))]
    found = []
    for name in names:
        due = draw(st.integers(0, 60))
        waits = draw(st.none() | st.integers(0, 60))
        found.append(
            Wish(
                name, draw(st.sampled_from([80, 112, 160])), due, draw(st.integers(1, 30)),
                None if waits is None else due + waits, draw(st.none() | st.integers(0, 40)),
            )
        )  # fmt: skip
    return found


def as_call(wish: Wish) -> Call:
    onwards = {} if wish.resumes is None else {"goes_on": resuming(wish.resumes)}
    return call(wish.name, wish.due, wish.length, HALL, wish.level, latest=wish.latest, **onwards)


@settings(max_examples=300, deadline=None)
@given(some=wishes())
def test_a_listener_with_a_watch_hears_the_same_second_by_second(some):
    found = arbitrate(map(as_call, some))
    air = air_of(some, 1_000)
    for second, name in enumerate(air[:400]):
        assert [one.call for one in found if one.start <= second < one.end] == ([name] if name else [])


zones = st.sets(st.sampled_from(["hall", "yard", "lane"]), min_size=1).map(frozenset)


@st.composite
def zoned(draw: st.DrawFn) -> list[Call]:
    found = []
    for name in "abcdef"[: draw(st.integers(1, 6))]:
        due = draw(st.integers(0, 40))
        waits = draw(st.none() | st.integers(0, 40))
        routing = draw(st.sampled_from(["partial", "non_partial", "stacked"]))
        onwards = draw(st.none() | st.integers(0, 30))
        facts = {"goes_on": resuming(onwards)} if onwards is not None else {}
        found.append(
            call(
                name, due, draw(st.integers(1, 20)), draw(zones), draw(st.sampled_from([16, 80, 160, 240])),
                routing=routing, latest=None if waits is None else due + waits, **facts,
            )
        )  # fmt: skip
    return found


@settings(max_examples=200, deadline=None)
@given(some=zoned(), streams=st.integers(1, 3), data=st.data())
def test_no_zone_hears_two_no_stream_carries_two_and_the_order_of_calls_changes_nothing(some, streams, data):
    found = arbitrate(some, streams)
    assert arbitrate(data.draw(st.permutations(some)), streams) == found
    by_name = {one.id: one for one in some}
    for second in range(200):
        now = [one for one in found if one.start <= second < one.end]
        assert len(now) <= streams
        assert sum(len(one.zones) for one in now) == len(frozenset().union(*(one.zones for one in now)))
        for one in now:
            mine = by_name[one.call]
            assert one.zones <= mine.zones
            assert not mine.all_or_nothing or one.zones == mine.zones
    for mine in some:
        pieces = [one for one in found if one.call == mine.id]
        assert sum(one.end - one.start for one in pieces) <= mine.length
        assert all(one.due == mine.due <= one.start for one in pieces)
        assert not pieces or pieces[0].start == mine.due or pieces[0].start <= (mine.latest or 0)
        assert all(early.end <= later.start for early, later in pairwise(pieces))


@settings(max_examples=200, deadline=None)
@given(some=zoned(), streams=st.integers(1, 3))
def test_the_account_of_every_call_begins_and_ends(some, streams):
    found = changes(some, streams)
    for one in some:
        mine = [each.what for each in found if (each.call, each.due) == (one.id, one.due)]
        assert mine == ["dropped"] or (mine[0] in ("begins", "waits") and mine[-1] in ("ends", "cut"))
        assert all(each.by for each in found if each.what == "dropped" and each.call == one.id)


@settings(max_examples=100, deadline=None)
@given(some=zoned())
def test_nothing_weaker_ever_moves_a_stronger_call(some):
    strong = [one for one in some if one.level >= 160]
    found = [one for one in arbitrate(some) if one.call in {each.id for each in strong}]
    assert tuple(found) == arbitrate(strong)
