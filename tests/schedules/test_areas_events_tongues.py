"""Areas of a board, a state visit that freezes the rest, and the languages of an hour."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from schedules.arrangement import arrangement
from schedules.claims import Area, Event, Tongues
from schedules.evaluate import on_air
from schedules.model import Plan, Playlist, Priority, Window
from schedules.review import conflicts, held_back, never_wins, why
from schedules.timeline import segments
from tests.support.schedule_plans import DAYS, HANOI, alert, hanoi, item, plan, rich_plans, rule

NOTICE = Area(id="notice", left=0, top=0, width=192, height=48)
TICKER = Area(id="ticker", left=0, top=48, width=192, height=16)
FEW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def visit(starts="2026-11-23 09:00", until="2026-11-23 11:30"):
    return Event(id="visit", name="Đoàn cấp cao", starts=hanoi(starts), until=hanoi(until))


def source(made, at, alerts=()):
    now = arrangement(made, hanoi(at), alerts)
    return now.whole.source if now.whole else {name: one.source for name, one in now.areas.items()}


def test_notice_and_ticker_stand_side_by_side_and_a_whole_board_notice_takes_their_place():
    made = plan(
        rule("notice", "07:00-17:00", area="notice"),
        rule("ticker", "00:00-24:00", area="ticker"),
        rule("closed", "12:00-13:00"),
        areas=(NOTICE, TICKER),
        fallback=item(message="welcome"),
    )
    assert source(made, "2026-11-23 06:00") == {"notice": "", "ticker": "ticker"}
    assert source(made, "2026-11-23 08:00") == {"notice": "notice", "ticker": "ticker"}
    assert source(made, "2026-11-23 12:30") == "closed"
    assert source(made, "2026-11-23 13:00") == {"notice": "notice", "ticker": "ticker"}
    assert arrangement(made, hanoi("2026-11-23 08:00")).until == hanoi("2026-11-23 12:00")
    fire = alert("fire", "2026-11-23 08:10", "2026-11-23 08:20")
    assert source(made, "2026-11-23 08:15", (fire,)) == "fire"
    assert arrangement(made, hanoi("2026-11-23 08:00"), (fire,)).until == fire.starts


def test_with_nothing_in_any_area_the_fallback_holds_the_board():
    made = plan(rule("notice", "07:00-17:00", area="notice"), areas=(NOTICE,), fallback=item(message="welcome"))
    now = arrangement(made, hanoi("2026-11-23 20:00"))
    assert now.whole.cause == "fallback"
    assert now.until == hanoi("2026-11-24 07:00")


def test_rules_of_two_areas_are_no_conflict_and_neither_is_hidden():
    made = plan(rule("a", area="notice"), rule("b", area="ticker"), areas=(NOTICE, TICKER))
    start = hanoi("2026-11-23 00:00")
    assert conflicts(made, start, start + timedelta(days=1)) == ()
    assert never_wins(made, start, start + timedelta(days=1)) == ()


@pytest.mark.parametrize("areas", [(NOTICE, NOTICE), (NOTICE, Area(id="x", left=10, top=10, width=5, height=5))])
def test_areas_that_share_a_lamp_or_a_name_are_refused(areas):
    with pytest.raises(ValidationError, match=r"unique|lies over"):
        plan(areas=areas)


def test_a_rule_for_an_area_the_board_has_not_is_refused():
    with pytest.raises(ValidationError, match="areas it does not hold"):
        plan(rule("a", area="ticker"), areas=(NOTICE,))


@FEW
@given(data=st.data(), day=st.sampled_from(DAYS), minutes=st.integers(0, 4 * 1440))
def test_a_board_without_named_areas_shows_what_is_on_air(data, day, minutes):
    made = data.draw(rich_plans(day))
    at = day.replace(tzinfo=HANOI) + timedelta(minutes=minutes)
    assert arrangement(made, at).whole == on_air(made, at)


@FEW
@given(data=st.data(), day=st.sampled_from(DAYS), minutes=st.integers(0, 4 * 1440))
def test_nothing_of_an_arrangement_changes_before_its_end_and_something_does_at_it(data, day, minutes):
    base = data.draw(rich_plans(day))
    placed = tuple(
        one.model_copy(update={"area": data.draw(st.sampled_from([None, "notice", "ticker"]))}) for one in base.rules
    )
    made = Plan.model_validate(base.model_copy(update={"rules": placed, "areas": (NOTICE, TICKER)}).model_dump())
    at = day.replace(tzinfo=HANOI) + timedelta(minutes=minutes)
    now = arrangement(made, at)
    if now.until is None:
        return
    just_before, then = arrangement(made, now.until - timedelta(microseconds=1)), arrangement(made, now.until)
    assert _named(just_before) == _named(now)
    assert _named(then) != _named(now)


def _named(one):
    answers = {"": one.whole} if one.whole else one.areas
    return {name: (each.cause, each.source, each.since, each.playlist) for name, each in answers.items()}


def test_a_state_visit_freezes_all_but_its_own_and_what_is_urgent():
    made = plan(
        rule("daily", "06:00-18:00"),
        rule("hourly", "06:00-18:00", loop=False, every=60),
        rule("protocol", "00:00-24:00", event="visit", priority=Priority.EVENT),
        rule("urgent", "10:00-10:15", priority=Priority.PRIORITY),
        events=(visit(),),
    )
    on = {
        at: on_air(made, hanoi(f"2026-11-23 {at}")).source
        for at in ("08:59", "09:00", "10:00", "10:15", "11:29", "11:30")
    }
    assert on == {
        "08:59": "daily",
        "09:00": "protocol",
        "10:00": "urgent",
        "10:15": "protocol",
        "11:29": "protocol",
        "11:30": "daily",
    }
    assert held_back(made, hanoi("2026-11-23 09:30")) == ("daily",)
    assert held_back(made, hanoi("2026-11-23 10:00")) == ("daily", "hourly")
    assert held_back(made, hanoi("2026-11-23 08:00")) == ()
    assert why(made, hanoi("2026-11-23 09:30")).held_back == ("daily",)


def test_what_was_due_once_in_a_visit_is_not_made_up_for_after_it():
    made = plan(rule("hourly", "06:00-18:00", loop=False, every=60), events=(visit(),))
    day = hanoi("2026-11-23 00:00")
    begins = [one.start.hour for one in segments(made, day, day + timedelta(days=1)) if one.on_air.cause == "rule"]
    assert begins == [6, 7, 8, 12, 13, 14, 15, 16, 17]


def test_a_run_that_meets_a_visit_ends_where_it_begins():
    made = plan(rule("long", "08:50-09:30", loop=False), events=(visit(),), seconds=3600.0)
    assert on_air(made, hanoi("2026-11-23 08:55")).until == hanoi("2026-11-23 09:00")


def languages(made, at):
    return tuple(content.language for content in on_air(made, hanoi(at)).playlist.items[0].contents)


def test_tay_is_told_after_vietnamese_in_the_residents_hours_only():
    told = item(5.0, 4.0, 3.0)
    tay = told.contents[0].model_copy(update={"language": "tyz"})
    told = told.model_copy(update={"contents": (*told.contents, tay)})
    made = plan(
        rule("notice", "05:00-20:00"),
        playlists=(Playlist(id="p", items=(told,)),),
        tongues=(
            Tongues(
                languages=("vi", "tyz", "zh-Hans", "en"),
                windows=(Window.of("05:00", "07:00"), Window.of("17:00", "20:00")),
            ),
            Tongues(languages=("zh-Hans", "vi", "en")),
        ),
    )
    assert languages(made, "2026-11-23 06:00") == ("vi", "tyz", "zh-Hans", "en")
    assert languages(made, "2026-11-23 07:00") == ("zh-Hans", "vi", "en")
    assert languages(made, "2026-11-23 17:00") == ("vi", "tyz", "zh-Hans", "en")
    assert on_air(made, hanoi("2026-11-23 06:00")).until == hanoi("2026-11-23 07:00")


def test_a_message_that_lacks_the_languages_of_the_hour_is_told_in_those_it_has():
    made = plan(
        rule("notice"), tongues=(Tongues(languages=("en", "tyz")),), playlists=(Playlist(id="p", items=(item(5.0),)),)
    )
    assert languages(made, "2026-11-23 06:00") == ("vi",)


def test_a_run_is_as_long_as_the_languages_of_its_hour():
    made = plan(
        rule("once", "06:00-20:00", loop=False),
        tongues=(Tongues(languages=("en",)),),
        playlists=(Playlist(id="p", items=(item(50.0, 40.0, 30.0),)),),
    )
    assert on_air(made, hanoi("2026-11-23 06:00")).until == hanoi("2026-11-23 06:00") + timedelta(seconds=30)
