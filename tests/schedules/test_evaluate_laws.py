"""Laws of the evaluation, against a slow observer and against itself."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schedules.evaluate import next_change, on_air
from schedules.model import Alert, Plan, Priority
from schedules.timeline import segments
from tests.support.schedule_oracle import MINUTE, watch
from tests.support.schedule_plans import DAYS, HANOI, alert, hanoi, item, plans, rich_plans

SLOW = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
FEW = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
QUICK = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
IDS = ["Tet", "leap day", "year end", "month end"]


@pytest.mark.parametrize("day", DAYS, ids=IDS)
@SLOW
@given(data=st.data())
def test_a_patient_observer_sees_the_same_every_minute(day, data):
    zone = data.draw(st.sampled_from(["Asia/Ho_Chi_Minh", "Asia/Shanghai", "Asia/Kathmandu"]))
    plan = data.draw(plans(day, zone=zone))
    start = day.replace(tzinfo=HANOI)
    seen = watch(plan, start, minutes=2 * 1440)
    changes = [later.at for now, later in pairwise(seen) if (now.source, now.since) != (later.source, later.since)]
    coming = [*changes, None]
    for minute in seen:
        answer = on_air(plan, minute.at)
        if coming[0] == minute.at:
            coming.pop(0)
        assert answer.source == minute.source
        assert answer.beaten == minute.beaten
        assert minute.since is None or answer.since == minute.since
        if coming[0]:
            assert answer.until == coming[0]
        else:
            assert answer.until is None or answer.until > seen[-1].at


@st.composite
def alerts(draw, day) -> list[Alert]:
    found = []
    for name in draw(st.permutations(["x", "y", "z"]))[: draw(st.integers(0, 3))]:
        start = draw(st.integers(-100, 300))
        priority = draw(st.sampled_from([Priority.EMERGENCY, Priority.EVACUATION, Priority.BLANK]))
        starts = day.replace(tzinfo=HANOI) + timedelta(minutes=start * 10)
        shown = None if priority is Priority.BLANK else item(message="fire")
        until = starts + timedelta(minutes=draw(st.integers(1, 200)) * 10)
        found.append(Alert(id=name, revision=1, priority=priority, starts=starts, until=until, item=shown))
    return found


@FEW
@given(data=st.data(), day=st.sampled_from(DAYS), offset=st.integers(0, 3 * 86_400_000))
def test_nothing_changes_before_the_next_change_and_something_does_at_it(data, day, offset):
    zone = data.draw(st.sampled_from(["Asia/Ho_Chi_Minh", "Europe/Berlin"]))
    kind = data.draw(st.sampled_from([rich_plans(day, zone=zone), plans(day, step=1, zone=zone)]))
    plan, some = data.draw(kind), data.draw(alerts(day))
    at = day.replace(tzinfo=HANOI) + timedelta(milliseconds=offset)
    now, change = on_air(plan, at, some), next_change(plan, at, some)
    assert now.until == change
    assert now.since is None or now.since <= at
    horizon = change or at + timedelta(days=400)
    assert horizon > at
    for part in data.draw(st.lists(st.floats(0, 1, exclude_max=True), max_size=8)):
        assert on_air(plan, at + (horizon - at) * part * 0.999999, some) == now
    if change:
        assert on_air(plan, change - timedelta(microseconds=1), some) == now
        then = on_air(plan, change, some)
        assert then != now
        assert (then.cause, then.source, then.since) != (now.cause, now.source, now.since)
        assert then.since <= change


@QUICK
@given(data=st.data(), day=st.sampled_from(DAYS), hours=st.integers(1, 150))
def test_segments_tile_the_period_and_agree_with_the_instants(data, day, hours):
    plan, some = data.draw(plans(day, zone="Europe/Berlin") | rich_plans(day)), data.draw(alerts(day))
    start = day.replace(tzinfo=HANOI) + timedelta(seconds=1)
    end = start + timedelta(hours=hours)
    tiles = list(segments(plan, start, end, some))
    assert tiles[0].start == start
    assert tiles[-1].end == end
    for left, right in pairwise(tiles):
        assert left.end == right.start
        assert left.on_air != right.on_air
    for tile in tiles:
        middle = tile.start + (tile.end - tile.start) / 2
        assert tile.start < tile.end
        assert on_air(plan, middle, some) == tile.on_air


@FEW
@given(data=st.data(), day=st.sampled_from(DAYS), minute=st.integers(0, 4 * 1440))
def test_the_order_of_rules_and_a_trip_over_the_wire_change_nothing(data, day, minute):
    plan = data.draw(rich_plans(day))
    at = day.replace(tzinfo=HANOI) + minute * MINUTE
    answer = on_air(plan, at)
    shuffled = plan.model_copy(update={"rules": tuple(data.draw(st.permutations(plan.rules)))})
    for other in (shuffled, Plan.model_validate_json(plan.model_dump_json())):
        assert on_air(other, at) == answer
        assert on_air(other, at).beaten == answer.beaten


@FEW
@given(data=st.data(), day=st.sampled_from(DAYS), minutes=st.lists(st.integers(-3000, 9000), min_size=2, max_size=6))
def test_the_order_of_questions_changes_nothing(data, day, minutes):
    plan = data.draw(rich_plans(day))
    moments = [day.replace(tzinfo=HANOI) + minute * MINUTE for minute in minutes]
    fresh = [on_air(plan.model_copy(), moment) for moment in moments]
    assert [on_air(plan, moment) for moment in reversed(moments)] == fresh[::-1]


def test_an_alert_is_over_every_rule_whatever_its_priority():
    assert all(
        weaker.rank < stronger.rank
        for weaker in (Priority.NORMAL, Priority.EVENT, Priority.PRIORITY)
        for stronger in (Priority.EMERGENCY, Priority.EVACUATION, Priority.BLANK)
    )
    assert alert("a", "2026-01-01 00:00", "2026-01-01 00:01").starts == hanoi("2026-01-01 00:00")


@QUICK
@given(data=st.data(), day=st.sampled_from(DAYS), hours=st.integers(1, 60))
def test_a_period_walked_is_the_period_asked_for_step_by_step(data, day, hours):
    plan = data.draw(plans(day, step=1) | rich_plans(day))
    moment = start = day.replace(tzinfo=HANOI)
    end = start + timedelta(hours=hours)
    for tile in segments(plan, start, end):
        answer = on_air(plan, moment)
        assert (tile.start, tile.on_air, tile.on_air.beaten) == (moment, answer, answer.beaten)
        moment = end if answer.until is None else min(answer.until, end)
        assert tile.end == moment
