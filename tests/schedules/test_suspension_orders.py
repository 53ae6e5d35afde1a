"""Orders to suspend crossing: the limit of the office, the kind of gate on the day, and the hours that are left."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.evaluate import on_air
from schedules.hours import Hours, OpenDays, Relative
from schedules.model import Window
from schedules.suspension import Gate, GateKind, KindFrom, Office, Suspension, UnlawfulError, check, suspended
from schedules.timeline import segments
from tests.support.schedule_plans import HANOI, hanoi, plan, rule

LANE = Gate(id="lane", kinds=(KindFrom(first=date(2000, 1, 1), kind=GateKind.SECONDARY),))
CHI_MA = Gate(id="chi-ma", kinds=(KindFrom(first=date(2000, 1, 1), kind=GateKind.MAIN),))
TAN_THANH = Gate(
    id="tan-thanh",
    kinds=(
        KindFrom(first=date(2000, 1, 1), kind=GateKind.SECONDARY),
        KindFrom(first=date(2024, 5, 27), kind=GateKind.INTERNATIONAL),
    ),
)


def order(gate, office, starts, until, number="12/QĐ-ĐBP"):
    return Suspension(
        order=number, gate=gate.id, office=office, issuer="Thiếu tá A", starts=hanoi(starts), until=hanoi(until)
    )


def test_a_post_commander_closes_a_secondary_gate_for_six_hours_and_not_for_seven():
    check(order(LANE, Office.POST_COMMANDER, "2026-03-02 07:00", "2026-03-02 13:00"), LANE)
    seven = order(LANE, Office.POST_COMMANDER, "2026-03-02 07:00", "2026-03-02 14:00")
    with pytest.raises(UnlawfulError, match="for 6 h in all, not 7 h") as refused:
        check(seven, LANE)
    assert refused.value.limit_hours == 6


def test_the_provincial_commander_extends_to_twelve_hours_in_all():
    first = order(LANE, Office.POST_COMMANDER, "2026-03-02 07:00", "2026-03-02 13:00")
    check(order(LANE, Office.PROVINCIAL_COMMANDER, "2026-03-02 13:00", "2026-03-02 19:00"), LANE, [first])
    with pytest.raises(UnlawfulError, match="12 h in all, not 12 h 1 min"):
        check(order(LANE, Office.PROVINCIAL_COMMANDER, "2026-03-02 13:00", "2026-03-02 19:01"), LANE, [first])


def test_a_chain_of_orders_is_one_closing_and_a_pause_ends_it():
    chain = [
        order(LANE, Office.POST_COMMANDER, "2026-03-02 07:00", "2026-03-02 09:00"),
        order(LANE, Office.POST_COMMANDER, "2026-03-02 09:00", "2026-03-02 11:00"),
    ]
    with pytest.raises(UnlawfulError):
        check(order(LANE, Office.POST_COMMANDER, "2026-03-02 11:00", "2026-03-02 13:01"), LANE, chain)
    check(order(LANE, Office.POST_COMMANDER, "2026-03-02 12:00", "2026-03-02 18:00"), LANE, chain)


def test_the_limit_follows_the_kind_of_gate_on_the_day():
    before = order(TAN_THANH, Office.POST_COMMANDER, "2024-05-26 07:00", "2024-05-26 13:00")
    check(before, TAN_THANH)
    after = order(TAN_THANH, Office.POST_COMMANDER, "2024-05-27 07:00", "2024-05-27 08:00")
    with pytest.raises(UnlawfulError, match="may not suspend crossing at a gate of kind international"):
        check(after, TAN_THANH)
    check(order(TAN_THANH, Office.HIGHER, "2024-05-27 07:00", "2024-06-27 08:00"), TAN_THANH)


def test_the_day_is_that_of_the_gate_and_not_of_greenwich():
    early = order(TAN_THANH, Office.POST_COMMANDER, "2024-05-27 01:00", "2024-05-27 02:00")
    with pytest.raises(UnlawfulError):
        check(early, TAN_THANH)


@pytest.mark.parametrize(("office", "hours"), [(Office.PROVINCIAL_COMMANDER, 6), (Office.PROVINCE_CHAIR, 24)])
def test_offices_at_a_main_gate(office, hours):
    start = hanoi("2026-03-02 07:00")
    whole = order(CHI_MA, office, "2026-03-02 07:00", "2026-03-02 08:00").model_copy(
        update={"until": start + timedelta(hours=hours)}
    )
    check(whole, CHI_MA)
    with pytest.raises(UnlawfulError):
        check(whole.model_copy(update={"until": whole.until + timedelta(seconds=1)}), CHI_MA)


def test_an_order_for_another_gate_or_an_unknown_time_is_refused():
    with pytest.raises(UnlawfulError, match='not for "chi-ma"'):
        check(order(LANE, Office.POST_COMMANDER, "2026-03-02 07:00", "2026-03-02 08:00"), CHI_MA)
    with pytest.raises(UnlawfulError, match="nothing is known"):
        check(order(LANE, Office.POST_COMMANDER, "1999-03-02 07:00", "1999-03-02 08:00"), LANE)


def hours(*texts):
    return Hours(id="h", weekly=(OpenDays(windows=tuple(Window.of(*text.split("-")) for text in texts)),))


def test_both_broken_windows_expire_alone():
    orders = [
        order(CHI_MA, Office.HIGHER, "2025-04-15 07:00", "2025-04-15 10:00"),
        order(CHI_MA, Office.HIGHER, "2025-04-15 16:30", "2025-04-15 17:00"),
    ]
    left = suspended(hours("07:00-17:00"), orders)
    some = plan(rule("open", relative=Relative(hours="h")), hours=(left,))
    assert [on_air(some, hanoi(f"2025-04-15 {at}")).source for at in ("09:59", "10:00", "16:29", "16:30")] == [
        "", "open", "open", ""
    ]  # fmt: skip
    assert on_air(some, hanoi("2025-04-16 07:00")).source == "open"
    assert len(left.exceptions) == 1
    assert "12/QĐ-ĐBP" in left.exceptions[0].note


TIMES = st.integers(0, 71).map(lambda half: datetime(2026, 3, 2, tzinfo=HANOI) + timedelta(minutes=30 * half))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(TIMES, TIMES), max_size=3),
    st.sampled_from([("07:00-17:00",), ("20:00-04:00",), ("00:00-24:00",), ("07:00-20:00", "20:00-07:00")]),
)
def test_open_is_what_was_open_and_is_not_suspended(spans, texts):
    orders = [
        order(CHI_MA, Office.HIGHER, "2026-03-02 07:00", "2026-03-02 08:00").model_copy(
            update={"starts": min(pair), "until": max(pair)}
        )
        for pair in spans
        if pair[0] != pair[1]
    ]
    usual, left = (
        plan(rule("open", relative=Relative(hours="h")), hours=(each,))
        for each in (hours(*texts), suspended(hours(*texts), orders))
    )
    for half in range(-48, 144):
        at = datetime(2026, 3, 2, 0, 15, tzinfo=HANOI) + timedelta(minutes=30 * half)
        closed = any(one.starts <= at < one.until for one in orders)
        assert (on_air(left, at).source == "open") is (on_air(usual, at).source == "open" and not closed)
    assert list(segments(left, hanoi("2026-03-01 00:00"), hanoi("2026-03-02 00:00")))
