"""Calendars a plan carries, in the stories of the three gates: nobody touches anything, and the day is right."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from schedules.evaluate import next_change, on_air
from schedules.hours import DayHours, DayList, Hours, Mourning, OpenDays, Quiet, Relative
from schedules.model import Plan, Playlist, Window
from schedules.recurrence import Recurrence
from schedules.timeline import segments
from tests.support.schedule_plans import alert, hanoi, item, plan, rule


def windows(*texts):
    return tuple(Window.of(*text.split("-")) for text in texts)


def hours(name="travellers", *texts, **facts):
    return Hours(id=name, weekly=(OpenDays(windows=windows(*(texts or ("07:00-17:00",)))),), **facts)


def stretches(some, start, end, source):
    """When a rule is on air, as "dd HH:MM-HH:MM"."""
    return [
        f"{one.start:%d %H:%M}-{one.end:%H:%M}"
        for one in segments(some, hanoi(start), hanoi(end))
        if one.on_air.source == source
    ]


# --- days that recur, and days that differ


def test_the_first_monday_of_the_month_at_eight():
    first = plan(rule("r", "08:00-09:00", recurrence=Recurrence(start=date(2020, 1, 1), rule="FREQ=MONTHLY;BYDAY=1MO")))
    assert stretches(first, "2026-03-01 00:00", "2026-05-01 00:00", "r") == ["02 08:00-09:00", "06 08:00-09:00"]


def test_the_29th_of_february_is_awaited_for_years():
    leap = plan(rule("r", "08:00-09:00", recurrence=Recurrence(start=date(2024, 2, 29), rule="FREQ=YEARLY")))
    answer = on_air(leap, hanoi("2026-03-02 12:00"))
    assert (answer.since, answer.until) == (hanoi("2024-02-29 09:00"), hanoi("2028-02-29 08:00"))


def test_a_recurrence_that_never_fires_is_silence_and_not_an_endless_search():
    never = Recurrence(start=date(2024, 1, 1), rule="FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")
    answer = on_air(plan(rule("r", recurrence=never)), hanoi("2026-03-02 12:00"))
    assert (answer.cause, answer.since, answer.until) == ("nothing", None, None)


def test_not_on_the_30th_of_april_and_shorter_on_the_18th_of_february():
    differs = (DayHours(day=date(2026, 4, 30)), DayHours(day=date(2026, 2, 18), windows=windows("09:00-14:00")))
    some = plan(rule("r", "07:00-17:00", exceptions=differs))
    assert stretches(some, "2026-02-17 00:00", "2026-02-20 00:00", "r") == [
        "17 07:00-17:00",
        "18 09:00-14:00",
        "19 07:00-17:00",
    ]
    assert stretches(some, "2026-04-30 00:00", "2026-05-01 00:00", "r") == []


def test_an_exception_adds_a_day_the_weekdays_leave_out():
    extra = rule(
        "r", "07:00-08:00", weekdays=(1,), exceptions=(DayHours(day=date(2026, 3, 7), windows=windows("10:00-11:00")),)
    )
    assert next_change(plan(extra), hanoi("2026-03-02 08:00")) == hanoi("2026-03-07 10:00")
    assert on_air(plan(extra), hanoi("2026-03-08 12:00")).since == hanoi("2026-03-07 11:00")


def test_a_list_of_days_picks_and_another_leaves_out():
    tet = DayList(id="tet", days=(date(2030, 2, 2), date(2030, 2, 3)), through=date(2030, 12, 31))
    china = DayList(id="chunjie", days=(date(2030, 2, 3),), through=date(2030, 12, 31))
    some = plan(
        rule("vi", "08:00-09:00", only_on=("tet",)),
        rule("zh", "10:00-11:00", only_on=("chunjie",)),
        rule("law", "06:00-07:00", not_on=("tet",)),
        days=(tet, china),
    )
    assert stretches(some, "2030-02-01 12:00", "2030-02-05 00:00", "vi") == ["02 08:00-09:00", "03 08:00-09:00"]
    assert stretches(some, "2030-02-01 12:00", "2030-02-05 00:00", "zh") == ["03 10:00-11:00"]
    assert stretches(some, "2030-02-01 12:00", "2030-02-05 00:00", "law") == ["04 06:00-07:00"]
    assert next_change(plan(rule("vi", only_on=("tet",)), days=(tet,)), hanoi("2026-01-01 00:00")) == hanoi(
        "2030-02-02 00:00"
    )


# --- opening hours


def test_chi_ma_on_tet_2026_and_back_with_nobody_touching_it():
    travellers = hours(
        exceptions=tuple(DayHours(day=date(2026, 2, day), windows=windows("09:00-14:00")) for day in range(15, 24))
    )
    some = plan(rule("open", relative=Relative(hours="travellers")), hours=(travellers,))
    assert stretches(some, "2026-02-18 00:00", "2026-02-19 00:00", "open") == ["18 09:00-14:00"]
    assert stretches(some, "2026-02-23 00:00", "2026-02-25 00:00", "open") == ["23 09:00-14:00", "24 07:00-17:00"]


def test_two_broken_windows_at_two_passages_and_the_rest_goes_on():
    broken = (DayHours(day=date(2025, 4, 15), windows=windows("07:00-10:00", "16:30-17:00")),)
    suspended = plan(rule("open", relative=Relative(hours="travellers")), hours=(hours(exceptions=broken),))
    usual = plan(rule("open", relative=Relative(hours="travellers")), hours=(hours(),))
    assert stretches(suspended, "2025-04-15 00:00", "2025-04-17 00:00", "open") == [
        "15 07:00-10:00",
        "15 16:30-17:00",
        "16 07:00-17:00",
    ]
    assert stretches(usual, "2025-04-15 00:00", "2025-04-16 00:00", "open") == ["15 07:00-17:00"]


def test_thirty_minutes_after_opening_and_before_closing():
    after = rule("after", loop=False, relative=Relative(hours="travellers", start_offset=30))
    before = rule("before", loop=False, relative=Relative(hours="travellers", state="closed", start_offset=-30))
    some = plan(after, before, hours=(hours(),), seconds=60)
    assert stretches(some, "2026-03-02 00:00", "2026-03-03 00:00", "after") == ["02 07:30-07:31"]
    assert stretches(some, "2026-03-02 00:00", "2026-03-03 00:00", "before") == ["02 16:30-16:31"]


def test_while_closed_is_the_rest_of_the_day():
    some = plan(rule("closed", relative=Relative(hours="travellers", state="closed")), hours=(hours(),))
    assert stretches(some, "2026-03-02 00:00", "2026-03-03 00:00", "closed") == ["02 00:00-07:00", "02 17:00-00:00"]


def test_closing_is_announced_once_although_the_gate_stays_closed_for_days():
    shut = tuple(DayHours(day=date(2026, 2, day)) for day in range(15, 19))
    closing = rule("closing", loop=False, relative=Relative(hours="travellers", state="closed"))
    some = plan(closing, hours=(hours(exceptions=shut),), seconds=60)
    assert stretches(some, "2026-02-14 00:00", "2026-02-20 00:00", "closing") == ["14 17:00-17:01", "19 17:00-17:01"]


def test_hours_past_midnight_stay_whole():
    some = plan(rule("open", relative=Relative(hours="travellers")), hours=(hours("travellers", "20:00-02:00"),))
    assert stretches(some, "2026-03-02 12:00", "2026-03-03 12:00", "open") == ["02 20:00-02:00"]


def test_hours_have_dates():
    seasons = Hours(
        id="travellers",
        weekly=(
            OpenDays(windows=windows("07:00-17:00"), last=date(2026, 3, 2)),
            OpenDays(windows=windows("08:00-18:00"), first=date(2026, 3, 3), weekdays=(1, 2, 3, 4, 5)),
        ),
    )
    some = plan(rule("open", relative=Relative(hours="travellers")), hours=(seasons,))
    assert stretches(some, "2026-03-02 00:00", "2026-03-04 00:00", "open") == ["02 07:00-17:00", "03 08:00-18:00"]
    assert stretches(some, "2026-03-07 00:00", "2026-03-09 00:00", "open") == []


# --- intervals


def test_at_five_and_thirty_five_past_the_hour():
    chimes = plan(rule("r", "07:30-09:05", loop=False, minutes=(5, 35)), seconds=60)
    assert stretches(chimes, "2026-03-02 00:00", "2026-03-03 00:00", "r") == [
        "02 07:35-07:36",
        "02 08:05-08:06",
        "02 08:35-08:36",
    ]


# --- items with an end, mourning


def two(first, second, **facts):
    return (Playlist(id="p", items=(first, second), **facts),)


def test_an_expired_item_never_plays_and_its_end_is_a_change():
    old = item(10.0, message="old").model_copy(update={"until": hanoi("2026-03-02 09:00")})
    new = item(10.0, message="new")
    some = plan(rule("r", "07:00-17:00"), playlists=two(old, new))
    before = on_air(some, hanoi("2026-03-02 08:59"))
    after = on_air(some, hanoi("2026-03-02 09:00"))
    assert [one.message for one in before.playlist.items] == ["old", "new"]
    assert before.until == hanoi("2026-03-02 09:00") == after.since
    assert [one.message for one in after.playlist.items] == ["new"]


def test_a_rule_whose_items_are_all_expired_leaves_the_device_to_the_next():
    gone = item(10.0).model_copy(update={"until": hanoi("2026-03-02 09:00")})
    lists = (Playlist(id="p", items=(gone,)), Playlist(id="q", items=(item(5.0),)))
    some = plan(rule("a", "07:00-17:00", priority="priority"), rule("b", "06:00-17:00", playlist="q"), playlists=lists)
    assert stretches(some, "2026-03-02 00:00", "2026-03-03 00:00", "a") == ["02 07:00-09:00"]
    assert stretches(some, "2026-03-02 00:00", "2026-03-03 00:00", "b") == ["02 06:00-07:00", "02 09:00-17:00"]


def test_an_item_of_years_ahead_is_awaited():
    ahead = item(10.0).model_copy(update={"starts": hanoi("2030-02-02 08:00")})
    some = plan(rule("r", "07:00-17:00"), playlists=(Playlist(id="p", items=(ahead,)),))
    answer = on_air(some, hanoi("2026-03-02 12:00"))
    assert (answer.cause, answer.until) == ("nothing", hanoi("2030-02-02 08:00"))


def test_an_announcement_stops_where_an_item_in_it_expires():
    ends = item(60.0, message="ends").model_copy(update={"until": hanoi("2026-03-02 08:00") + timedelta(seconds=30)})
    some = plan(rule("r", "08:00-08:01", loop=False), playlists=two(ends, item(60.0)))
    assert on_air(some, hanoi("2026-03-02 08:00")).until == ends.until


def test_mourning_mutes_music_and_keeps_the_service_at_once_and_with_no_link():
    music = item(10.0, message="music").model_copy(update={"tags": ("music",)})
    service = item(10.0, message="queue")
    two_days = Mourning(id="m", starts=hanoi("2025-05-24 00:00"), until=hanoi("2025-05-26 00:00"), mutes=("music",))
    some = plan(rule("r", "22:00-02:00"), playlists=two(music, service), mournings=(two_days,), fallback=music)
    assert len(on_air(some, hanoi("2025-05-23 23:59")).playlist.items) == 2
    during = on_air(some, hanoi("2025-05-24 00:00"))
    assert [one.message for one in during.playlist.items] == ["queue"]
    assert on_air(some, hanoi("2025-05-24 12:00")).cause == "nothing"
    assert on_air(some, hanoi("2025-05-25 02:00")).until == hanoi("2025-05-25 22:00")
    assert on_air(some, hanoi("2025-05-26 02:00")).cause == "fallback"


def test_a_fallback_that_ends_gives_way_to_darkness():
    greeting = item(message="tet").model_copy(update={"until": hanoi("2026-02-24 00:00")})
    some = plan(rule("r", "07:00-08:00"), fallback=greeting)
    lit, dark = on_air(some, hanoi("2026-02-23 12:00")), on_air(some, hanoi("2026-02-24 00:00"))
    assert (lit.cause, lit.since, lit.until) == ("fallback", hanoi("2026-02-23 08:00"), hanoi("2026-02-24 00:00"))
    assert (dark.cause, dark.since, dark.until) == ("nothing", hanoi("2026-02-24 00:00"), hanoi("2026-02-24 07:00"))
    assert on_air(some, hanoi("2026-02-24 09:00")).since == hanoi("2026-02-24 08:00")


# --- quiet hours


NIGHT = Quiet(windows=windows("21:00-06:00"), passes="priority")


def test_a_normal_announcement_at_half_past_ten_is_held_to_six():
    held = plan(rule("r", "22:30-23:00", loop=False), quiet=(NIGHT,), seconds=60)
    assert stretches(held, "2026-03-02 12:00", "2026-03-03 12:00", "r") == ["03 06:00-06:01"]
    assert next_change(held, hanoi("2026-03-02 12:00")) == hanoi("2026-03-03 06:00")


def test_it_is_dropped_if_past_its_end_or_if_it_says_so():
    past = rule("r", "22:30-23:00", loop=False, ends=hanoi("2026-03-03 06:00"))
    drop = rule("d", "22:30-23:00", loop=False, in_quiet="drop")
    some = plan(past, drop, quiet=(NIGHT,), seconds=60)
    assert next_change(some, hanoi("2026-03-02 12:00")) is None


def test_priority_passes_where_it_may_and_an_alert_always():
    some = plan(rule("r", "22:30-23:00", loop=False, priority="priority"), quiet=(NIGHT,), seconds=60)
    assert stretches(some, "2026-03-02 12:00", "2026-03-03 12:00", "r") == ["02 22:30-22:31"]
    fire = alert("fire", "2026-03-02 22:30", "2026-03-02 22:40")
    assert on_air(some, hanoi("2026-03-02 22:35"), [fire]).source == "fire"


def test_a_loop_is_silent_in_quiet_hours_and_goes_on_after_them():
    some = plan(rule("r", "20:00-08:00"), quiet=(NIGHT,))
    assert stretches(some, "2026-03-02 12:00", "2026-03-03 12:00", "r") == ["02 20:00-21:00", "03 06:00-08:00"]


def test_quiet_zones_are_left_out_and_the_others_go_on():
    yard = NIGHT.model_copy(update={"zones": ("yard",)})
    both = rule("r", "20:00-22:00", zones=("hall", "yard"))
    some = plan(both, rule("y", "20:00-22:00", zones=("yard",)), quiet=(yard,))
    assert on_air(some, hanoi("2026-03-02 20:30")).zones == ("hall", "yard")
    assert on_air(some, hanoi("2026-03-02 21:30")).zones == ("hall",)
    assert on_air(some, hanoi("2026-03-02 21:30")).beaten == ()


def test_quiet_zones_need_rules_that_name_theirs():
    with pytest.raises(ValidationError, match="must name its zones"):
        plan(rule("r"), quiet=(NIGHT.model_copy(update={"zones": ("yard",)}),))


# --- playlists inside playlists


def test_a_playlist_takes_in_others():
    lists = (
        Playlist(id="p", items=(item(message="a"),), includes=("q", "r")),
        Playlist(id="q", includes=("r",)),
        Playlist(id="r", items=(item(message="b"),)),
    )
    shown = on_air(plan(rule("x"), playlists=lists), hanoi("2026-03-02 12:00")).playlist
    assert [one.message for one in shown.items] == ["a", "b", "b"]


def test_playlists_that_take_in_each_other_are_refused():
    lists = (Playlist(id="p", includes=("q",)), Playlist(id="q", includes=("p",)))
    with pytest.raises(ValidationError, match="include one another without end: p, q, p"):
        plan(rule("x"), playlists=lists)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"zone": "Asia/Hanoi"}, 'no time zone "Asia/Hanoi"'),
        ({"rules": (rule("r", relative=Relative(hours="x")),)}, "opening hours it does not hold: x"),
        ({"rules": (rule("r", only_on=("tet",)),)}, "lists of days it does not hold: tet"),
        ({"playlists": (Playlist(id="p", includes=("q",)),)}, "playlists it does not hold: q"),
        ({"hours": (hours(), hours())}, "opening hours must be unique"),
    ],
)
def test_a_plan_that_is_not_whole_is_refused_with_its_reason(facts, said):
    with pytest.raises(ValidationError, match=said):
        plan(**facts)


def test_a_day_cannot_differ_in_two_ways():
    with pytest.raises(ValidationError, match="named twice"):
        rule("r", exceptions=(DayHours(day=date(2026, 1, 1)), DayHours(day=date(2026, 1, 1))))


def test_a_plan_of_the_first_release_is_still_read():
    first = (
        '{"format":1,"device":"chi-ma/board-1","revision":3,"issued":"2026-01-01T00:00:00+07:00","zone":"Asia/Ho_Chi_Minh",'
        '"playlists":[{"id":"p","name":"","items":[{"message":"m","version":1,"digest":"' + "d" * 64 + '","title":"M",'
        '"contents":[{"sha256":"'
        + "a"
        * 64
        + '","kind":"pages","language":"vi","size":100,"seconds":10.0}]}],"lead":0,"gap":0}],'
        '"rules":[{"id":"r","playlist":"p","targets":["chi-ma/board-1"],"priority":"normal","weekdays":[1,2,3,4,5,6,7],'
        '"windows":[{"start":420,"end":1020}],"loop":true,"zones":[]}],"preload":[]}'
    )
    some = Plan.model_validate_json(first)
    assert on_air(some, hanoi("2026-03-02 07:00")).until == hanoi("2026-03-02 17:00")


def test_two_quiet_hours_that_touch_are_no_change():
    yard = NIGHT.model_copy(update={"zones": ("yard",), "windows": windows("21:00-22:00", "22:00-23:00")})
    some = plan(rule("r", "20:00-24:00", zones=("hall", "yard")), quiet=(yard,))
    assert stretches(some, "2026-03-02 12:00", "2026-03-03 12:00", "r") == [
        "02 20:00-21:00",
        "02 21:00-23:00",
        "02 23:00-00:00",
    ]


def test_a_replaced_announcement_does_not_come_back_when_the_newer_one_is_cut_short():
    short = item(60.0, message="b").model_copy(
        update={"starts": hanoi("2026-03-02 08:05"), "until": hanoi("2026-03-02 08:12")}
    )
    some = plan(rule("r", "08:00-08:15", loop=False, every=10), playlists=two(item(900.0), short))
    assert stretches(some, "2026-03-02 07:00", "2026-03-02 09:00", "r") == ["02 08:00-08:10", "02 08:10-08:12"]


def year_of_days(start, count):
    return tuple(date.fromordinal(date.fromisoformat(start).toordinal() + ahead) for ahead in range(count))


def test_a_rule_left_out_for_months_is_awaited_and_remembered():
    away = year_of_days("2026-03-03", 90)
    exceptions = plan(rule("r", "07:00-08:00", exceptions=tuple(DayHours(day=day) for day in away)))
    listed = plan(
        rule("r", "07:00-08:00", not_on=("list",)), days=(DayList(id="list", days=away, through=date(2030, 1, 1)),)
    )
    for some in (exceptions, listed):
        for at in ("2026-03-03 12:00", "2026-04-15 12:00", "2026-05-31 12:00"):
            answer = on_air(some, hanoi(at))
            assert (answer.since, answer.until) == (hanoi("2026-03-02 08:00"), hanoi("2026-06-01 07:00"))


def test_a_place_that_opens_in_years_is_awaited():
    later = Hours(
        id="travellers",
        weekly=(OpenDays(windows=windows("07:00-17:00"), first=date(2030, 3, 1), last=date(2030, 3, 31)),),
    )
    some = plan(rule("open", relative=Relative(hours="travellers")), hours=(later,))
    assert next_change(some, hanoi("2026-03-02 12:00")) == hanoi("2030-03-01 07:00")
    assert on_air(some, hanoi("2034-03-02 12:00")).since == hanoi("2030-03-31 17:00")


def test_two_windows_of_a_rule_cut_at_the_same_moment_are_one_showing():
    late = item(10.0).model_copy(update={"starts": hanoi("2026-03-02 10:00")})
    some = plan(rule("r", "07:00-17:00", "08:00-12:00"), playlists=(Playlist(id="p", items=(late,)),))
    assert on_air(some, hanoi("2026-03-02 11:00")).until == hanoi("2026-03-02 17:00")
    assert stretches(some, "2026-03-02 00:00", "2026-03-03 00:00", "r") == ["02 10:00-17:00"]
