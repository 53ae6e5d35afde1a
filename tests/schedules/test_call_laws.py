"""The laws of the evaluation hold for what calls, waits and shares too."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schedules.evaluate import next_change, on_air
from schedules.model import Plan
from schedules.settled import settled, waiting
from schedules.timeline import segments
from tests.support.schedule_plans import DAYS, HANOI
from tests.support.sounding_plans import shared_plans, sounding_plans

FEW = settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))


def any_plan(day):
    return sounding_plans(day) | shared_plans(day)


@FEW
@given(data=st.data(), day=st.sampled_from(DAYS), offset=st.integers(0, 3 * 86_400_000))
def test_nothing_changes_before_the_next_change_and_something_does_at_it(data, day, offset):
    plan = data.draw(any_plan(day))
    at = day.replace(tzinfo=HANOI) + timedelta(milliseconds=offset)
    now, change = on_air(plan, at), next_change(plan, at)
    assert now.since is None or now.since <= at
    horizon = change or at + timedelta(days=40)
    for part in data.draw(st.lists(st.floats(0, 1, exclude_max=True), max_size=6)):
        assert on_air(plan, at + (horizon - at) * part * 0.999999) == now
    if change:
        assert on_air(plan, change - timedelta(microseconds=1)) == now
        then = on_air(plan, change)
        assert (then.cause, then.source, then.since) != (now.cause, now.source, now.since)


@FEW
@given(data=st.data(), day=st.sampled_from(DAYS), hours=st.integers(1, 60))
def test_segments_tile_the_period_and_agree_with_the_instants(data, day, hours):
    plan = data.draw(any_plan(day))
    start = day.replace(tzinfo=HANOI) + timedelta(seconds=1)
    tiles = list(segments(plan, start, start + timedelta(hours=hours)))
    assert (tiles[0].start, tiles[-1].end) == (start, start + timedelta(hours=hours))
    assert all(left.end == right.start for left, right in pairwise(tiles))
    for tile in tiles[:200]:
        assert on_air(plan, tile.start + (tile.end - tile.start) / 2) == tile.on_air


@FEW
@given(data=st.data(), day=st.sampled_from(DAYS), minutes=st.lists(st.integers(-3000, 9000), min_size=2, max_size=5))
def test_neither_the_order_of_rules_nor_of_questions_nor_a_trip_over_the_wire_changes_anything(data, day, minutes):
    plan = data.draw(any_plan(day))
    moments = [day.replace(tzinfo=HANOI) + timedelta(minutes=minute) for minute in minutes]
    answers = [on_air(plan, moment) for moment in moments]
    shuffled = plan.model_copy(update={"rules": tuple(data.draw(st.permutations(plan.rules)))})
    assert [on_air(shuffled, moment) for moment in reversed(moments)] == answers[::-1]
    assert [on_air(Plan.model_validate_json(plan.model_dump_json()), moment) for moment in moments] == answers


@FEW
@given(data=st.data(), day=st.sampled_from(DAYS))
def test_no_call_sounds_before_its_instant_nor_longer_than_it_may(data, day):
    plan = data.draw(sounding_plans(day))
    longest = {rule.id: rule.longest for rule in plan.rules}
    start = day.replace(tzinfo=HANOI)
    runs: dict[tuple[object, object], float] = {}
    for tile in segments(plan, start, start + timedelta(days=2)):
        answer = tile.on_air
        if answer.cause == "rule" and not answer.loop:
            due = answer.due or answer.since
            assert due is not None
            assert due <= tile.start or due < start
            runs[answer.source, due] = runs.get((answer.source, due), 0.0) + (tile.end - tile.start).total_seconds()
    assert all(seconds <= (longest[source] or 1e9) for (source, _), seconds in runs.items())


@FEW
@given(data=st.data(), day=st.sampled_from(DAYS))
def test_who_waits_is_not_on_air_and_every_disturbed_call_has_its_story(data, day):
    plan = data.draw(any_plan(day))
    start = day.replace(tzinfo=HANOI)
    for one in settled(plan, start, start + timedelta(days=1)):
        assert all(one.words(language) for language in ("vi", "zh-Hans", "en"))
        if one.what == "waits":
            assert one.by
            assert one.rule in (*waiting(plan, one.at), *one.by)
