"""The edges of a day, one by one, in the words of the gate."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from schedules.evaluate import next_change, on_air
from schedules.model import Item, Playlist, Priority
from tests.support.schedule_plans import alert, hanoi, item, plan, rule

BERLIN = ZoneInfo("Europe/Berlin")


def source(some_plan, text):
    return on_air(some_plan, hanoi(text)).source


def test_a_window_is_half_open():
    opening = plan(rule("r", "07:00-17:00"))
    assert source(opening, "2026-03-02 07:00") == "r"
    assert on_air(opening, hanoi("2026-03-02 07:00") - timedelta(microseconds=1)).cause == "nothing"
    assert on_air(opening, hanoi("2026-03-02 17:00") - timedelta(microseconds=1)).source == "r"
    assert on_air(opening, hanoi("2026-03-02 17:00")).cause == "nothing"


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("2026-03-06 01:00", False),  # Friday, before its evening
        ("2026-03-06 22:00", True),
        ("2026-03-07 00:00", True),
        ("2026-03-07 01:59", True),
        ("2026-03-07 02:00", False),
        ("2026-03-07 22:00", False),  # Saturday is not asked for
    ],
)
def test_friday_22_to_02_belongs_to_friday(text, due):
    night = plan(rule("r", "22:00-02:00", weekdays=(5,)))
    assert (source(night, text) == "r") is due


def test_the_whole_day_ends_at_24_and_begins_anew():
    always = plan(rule("r", "00:00-24:00"))
    answer = on_air(always, hanoi("2026-12-31 23:59"))
    assert answer.until == hanoi("2027-01-01 00:00")
    assert on_air(always, answer.until).since == answer.until


def test_a_window_of_the_last_minute_of_the_day():
    last = plan(rule("to-midnight", "23:59-24:00"), rule("past-midnight", "23:59-00:01", priority="priority"))
    assert source(last, "2026-03-02 23:58") == ""
    assert source(last, "2026-03-02 23:59") == "past-midnight"
    assert on_air(last, hanoi("2026-03-02 23:59")).beaten == ("to-midnight",)
    assert on_air(last, hanoi("2026-03-03 00:00")).beaten == ()
    assert source(last, "2026-03-03 00:01") == ""


def test_a_leap_day_is_a_day_like_others():
    tuesday = plan(rule("r", "08:00-09:00", weekdays=(2,)))
    assert source(tuesday, "2028-02-29 08:30") == "r"
    assert next_change(tuesday, hanoi("2028-02-29 09:00")) == hanoi("2028-03-07 08:00")


def test_priority_goes_before_a_later_start_and_a_later_start_before_the_id():
    both = plan(rule("a", "07:00-17:00"), rule("b", "08:00-10:00"), rule("c", "06:00-09:00", priority="priority"))
    assert [source(both, f"2026-03-02 {each}") for each in ("08:30", "09:30", "10:30")] == ["c", "b", "a"]
    assert on_air(both, hanoi("2026-03-02 08:30")).beaten == ("b", "a")
    assert source(plan(rule("b"), rule("a"), rule("c")), "2026-03-02 12:00") == "a"


def test_validity_cuts_a_looping_rule_hard():
    cut = plan(rule("r", "07:00-17:00", starts=hanoi("2026-03-02 08:30"), ends=hanoi("2026-03-03 09:15")))
    assert source(cut, "2026-03-02 08:29") == ""
    assert on_air(cut, hanoi("2026-03-02 09:00")).since == hanoi("2026-03-02 08:30")
    assert on_air(cut, hanoi("2026-03-03 08:00")).until == hanoi("2026-03-03 09:15")
    assert next_change(cut, hanoi("2026-03-03 09:15")) is None


def test_an_announcement_runs_to_its_end_past_the_window_and_past_the_validity():
    ends = hanoi("2026-03-02 16:59")
    once = plan(rule("r", "16:50-17:00", loop=False, every=4, ends=ends), seconds=180)
    assert on_air(once, hanoi("2026-03-02 16:51")).until == hanoi("2026-03-02 16:53")
    assert source(once, "2026-03-02 16:53") == ""
    assert on_air(once, hanoi("2026-03-02 17:00")).since == hanoi("2026-03-02 16:58")
    assert on_air(once, hanoi("2026-03-02 17:00")).until == hanoi("2026-03-02 17:01")
    assert next_change(once, hanoi("2026-03-02 17:01")) is None


def test_a_newer_announcement_of_a_rule_replaces_its_unfinished_one():
    busy = plan(rule("r", "08:00-08:30", loop=False, every=10), seconds=900)
    answer = on_air(busy, hanoi("2026-03-02 08:12"))
    assert (answer.since, answer.until) == (hanoi("2026-03-02 08:10"), hanoi("2026-03-02 08:20"))
    assert answer.beaten == ()
    assert on_air(busy, hanoi("2026-03-02 08:34")).until == hanoi("2026-03-02 08:35")


def test_an_announcement_longer_than_days_is_still_running():
    film = plan(rule("r", "08:00-08:30", loop=False, weekdays=(1,)), seconds=3 * 86_400 + 0.5)
    answer = on_air(film, hanoi("2026-03-04 12:00"))
    assert answer.since == hanoi("2026-03-02 08:00")
    assert answer.until == hanoi("2026-03-05 08:00") + timedelta(seconds=0.5)


def test_the_fallback_is_on_since_the_last_thing_ended_however_long_ago():
    old = plan(rule("r", "07:00-08:00", ends=hanoi("2020-01-06 00:00")), fallback=item(message="welcome"))
    answer = on_air(old, hanoi("2026-03-02 12:00"))
    assert (answer.cause, answer.since, answer.until) == ("fallback", hanoi("2020-01-05 08:00"), None)
    assert isinstance(answer.playlist, Playlist)
    assert answer.playlist.items == (old.fallback,)


def test_a_rule_of_years_ahead_is_the_next_change():
    ahead = plan(rule("r", "07:00-08:00", weekdays=(7,), starts=hanoi("2030-02-02 07:30")))
    assert on_air(ahead, hanoi("2026-03-02 12:00")).since is None
    assert next_change(ahead, hanoi("2026-03-02 12:00")) == hanoi("2030-02-03 07:00")


def test_an_empty_plan_never_changes():
    assert next_change(plan(), hanoi("2026-03-02 12:00")) is None
    assert on_air(plan(), datetime.max.replace(tzinfo=UTC)).cause == "nothing"


def test_answers_are_in_the_zone_of_the_plan():
    answer = on_air(plan(rule("r", "07:00-17:00")), datetime(2026, 3, 2, 3, 0, tzinfo=UTC))
    assert str(answer.since) == "2026-03-02 07:00:00+07:00"


def test_alerts_are_ordered_by_priority_then_later_start_then_id():
    some = [
        alert("b", "2026-03-02 08:00", "2026-03-02 12:00"),
        alert("a", "2026-03-02 08:00", "2026-03-02 12:00"),
        alert("late", "2026-03-02 09:00", "2026-03-02 10:00"),
        alert("out", "2026-03-02 09:30", "2026-03-02 09:40", priority=Priority.EVACUATION),
    ]
    under = plan(rule("r", "07:00-17:00", priority="priority"))
    moments = ["07:59", "08:00", "09:00", "09:30", "09:40", "10:00", "12:00"]
    heard = [on_air(under, hanoi(f"2026-03-02 {each}"), some) for each in moments]
    assert [each.source for each in heard] == ["r", "a", "late", "out", "late", "a", "r"]
    assert [each.until for each in heard[:-1]] == [hanoi(f"2026-03-02 {each}") for each in moments[1:]]
    assert heard[3].beaten == ("late", "a", "b", "r")
    assert heard[-1].since == hanoi("2026-03-02 07:00")


def test_blank_all_shows_nothing_and_the_fallback_returns_at_its_end():
    blank = alert("off", "2026-03-02 08:00", "2026-03-02 09:00", priority=Priority.BLANK)
    bare = plan(fallback=item(message="welcome"))
    during, after = (on_air(bare, hanoi(f"2026-03-02 {each}"), [blank]) for each in ("08:30", "09:30"))
    assert (during.cause, during.playlist, during.priority) == ("alert", None, Priority.BLANK)
    assert (after.cause, after.since) == ("fallback", hanoi("2026-03-02 09:00"))


def test_the_newest_revision_of_an_alert_counts_alone():
    first = alert("a", "2026-03-02 08:00", "2026-03-02 12:00")
    shorter = alert("a", "2026-03-02 08:00", "2026-03-02 09:00", revision=2)
    for order in ([first, shorter], [shorter, first]):
        assert on_air(plan(), hanoi("2026-03-02 08:30"), order).until == hanoi("2026-03-02 09:00")
        assert on_air(plan(), hanoi("2026-03-02 10:00"), order).cause == "nothing"


def test_an_alert_plays_its_one_item():
    answer = on_air(plan(), hanoi("2026-03-02 08:30"), [alert("a", "2026-03-02 08:00", "2026-03-02 09:00")])
    assert isinstance(answer.playlist.items[0], Item)
    assert (len(answer.playlist.items), answer.loop) == (1, True)


def berlin(text):
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def stretch(some_plan, text):
    answer = on_air(some_plan, berlin(text))
    return answer.since.astimezone(UTC), answer.until.astimezone(UTC)


def test_a_window_that_starts_in_the_skipped_hour_starts_when_the_clock_jumps():
    spring = plan(rule("r", "02:30-04:00"), zone="Europe/Berlin")
    one = datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert stretch(spring, "2026-03-29 03:30") == (one, one + timedelta(hours=1))


def test_a_window_swallowed_by_the_skipped_hour_is_not_due_that_day():
    swallowed = plan(rule("r", "02:00-03:00", weekdays=(7,)), zone="Europe/Berlin")
    assert next_change(swallowed, berlin("2026-03-22 03:00")) == berlin("2026-04-05 02:00")
    assert on_air(swallowed, berlin("2026-04-01 12:00")).since == berlin("2026-03-22 03:00")


def test_a_window_in_the_repeated_hour_is_due_once_the_first_time():
    autumn = plan(rule("r", "02:15-02:45"), zone="Europe/Berlin")
    first = datetime(2026, 10, 25, 0, 15, tzinfo=UTC)
    assert stretch(autumn, "2026-10-25 02:20") == (first, first + timedelta(minutes=30))
    assert on_air(autumn, first + timedelta(minutes=70)).cause == "nothing"


def test_a_window_over_the_repeated_hour_is_an_hour_longer():
    over = plan(rule("r", "01:00-04:00"), zone="Europe/Berlin")
    start, end = stretch(over, "2026-10-25 03:30")
    assert end - start == timedelta(hours=4)


def test_announcements_of_the_skipped_hour_are_made_once_when_the_clock_jumps():
    spring = plan(rule("r", "02:00-03:00", loop=False, every=20), seconds=60, zone="Europe/Berlin")
    assert next_change(spring, berlin("2026-03-28 02:41")) == berlin("2026-03-30 02:00")
    wider = plan(rule("r", "02:00-03:30", loop=False, every=20), seconds=60, zone="Europe/Berlin")
    dues, moment = [], berlin("2026-03-29 00:00")
    while moment < berlin("2026-03-29 12:00"):
        answer = on_air(wider, moment)
        dues += [answer.since.strftime("%H:%M")] if answer.cause == "rule" else []
        moment = answer.until
    assert dues == ["03:00", "03:20"]


def test_an_announcement_due_at_the_very_end_of_the_validity_is_not_made():
    ended = plan(rule("r", "08:00-09:00", loop=False, every=10, ends=hanoi("2026-03-02 08:10")), seconds=60)
    assert source(ended, "2026-03-02 08:00") == "r"
    assert source(ended, "2026-03-02 08:10") == ""


def test_the_next_announcement_may_be_early_on_the_next_day_before_a_late_one_of_this_night():
    night = rule("r", "22:00-02:00", "00:30-00:40", loop=False, every=180, starts=hanoi("2026-03-05 22:30"))
    assert next_change(plan(night, seconds=60), hanoi("2026-03-02 12:00")) == hanoi("2026-03-06 00:30")


def test_days_that_look_alike_are_not_taken_for_one_another():
    some = plan(rule("night", "22:00-02:00", weekdays=(5,)), rule("day", "08:00-09:00"))
    heard = {day: source(some, f"2026-03-{day:02d} 01:00") for day in range(1, 15)}
    assert {day for day, name in heard.items() if name == "night"} == {7, 14}


def test_summer_days_are_not_taken_for_winter_days():
    some = plan(rule("r", "07:00-17:00"), zone="Europe/Berlin")
    for day in ("2026-02-02", "2026-07-06", "2026-02-09", "2026-07-13"):
        answer = on_air(some, berlin(f"{day} 07:00"))
        assert (answer.since, answer.until) == (berlin(f"{day} 07:00"), berlin(f"{day} 17:00"))
