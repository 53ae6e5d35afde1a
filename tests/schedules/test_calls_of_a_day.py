"""Loudspeakers of Tân Thanh: two announcements for one second, one cut by another, and border law six minutes an hour."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import ValidationError

from schedules.claims import Share
from schedules.evaluate import on_air
from schedules.hours import Quiet
from schedules.model import Item, Playlist, Priority, Window
from schedules.settled import settled, waiting
from schedules.timeline import segments
from tests.support.schedule_plans import content, hanoi, item, plan, rule

NOON = hanoi("2026-11-23 12:00")


def said(name: str, *seconds: float, **facts: object) -> Item:
    sounds = tuple(content(each).model_copy(update={"kind": "audio"}) for each in seconds)
    return item(message=name).model_copy(update={"contents": sounds, "title": name, **facts})


def listed(name: str, *items: Item, **facts: object) -> Playlist:
    return Playlist(id=name, items=items, **facts)


def at_noon(name: str, **facts: object):
    return rule(name, "12:00-13:00", **{"playlist": name, "loop": False, **facts})


def heard(made, seconds: float = 600) -> list[tuple[str, float, float, float]]:
    """(rule, from, to, seconds of it told before), in seconds after noon."""
    return [
        (one.on_air.source, (one.start - NOON).total_seconds(), (one.end - NOON).total_seconds(), one.on_air.told)
        for one in segments(made, NOON, NOON + timedelta(seconds=seconds))
        if one.on_air.cause == "rule"
    ]


def test_of_two_announcements_for_noon_one_is_said_after_the_other():
    made = plan(
        at_noon("fog"),
        at_noon("lanes"),
        playlists=(listed("fog", said("fog", 20.0)), listed("lanes", said("lanes", 15.0))),
    )
    assert heard(made) == [("fog", 0.0, 20.0, 0.0), ("lanes", 20.0, 35.0, 0.0)]
    later = on_air(made, NOON + timedelta(seconds=25))
    assert (later.due, later.since) == (NOON, NOON + timedelta(seconds=20))
    assert waiting(made, NOON + timedelta(seconds=5)) == ("lanes",)


@pytest.mark.parametrize(
    ("late", "expected"),
    [("play", [("lanes", 30.0, 50.0, 0.0)]), ("shorten", [("lanes", 30.0, 20.0, 30.0)]), ("skip", [])],
)
def test_what_comes_late_is_played_joined_or_let_go_as_its_message_says(late, expected):
    lanes = listed("lanes", said("lanes", 20.0, late=late))
    urgent = listed("urgent", said("urgent", 30.0 if late != "shorten" else 5.0))
    made = plan(at_noon("lanes"), at_noon("urgent", priority=Priority.PRIORITY), playlists=(lanes, urgent))
    found = [one for one in heard(made) if one[0] == "lanes"]
    assert found == ([("lanes", 5.0, 20.0, 5.0)] if late == "shorten" else expected)


def test_patience_ends_and_a_stacked_announcement_waits_as_long_as_its_rule_says():
    lists = (listed("lanes", said("lanes", 20.0)), listed("urgent", said("urgent", 300.0)))
    urgent = at_noon("urgent", priority=Priority.PRIORITY)
    assert [one[0] for one in heard(plan(at_noon("lanes"), urgent, playlists=lists))] == ["urgent"]
    stacked = at_noon("lanes", routing="stacked", stack_for=600)
    assert heard(plan(stacked, urgent, playlists=lists))[-1] == ("lanes", 300.0, 320.0, 0.0)
    dropped = settled(plan(at_noon("lanes"), urgent, playlists=lists), NOON, NOON + timedelta(hours=1))
    assert [(one.rule, one.what, one.by) for one in dropped] == [("lanes", "dropped", ("urgent",))]
    assert dropped[0].words("vi") == "lanes (hẹn 12:00:00) không được phát, do urgent."
    assert dropped[0].words("zh-Hans") == "lanes（定于 12:00:00）未能播放，因为 urgent。"
    assert dropped[0].words("en") == "lanes (due 12:00:00) is not heard for urgent."


@pytest.mark.parametrize(
    ("interrupted", "rest"),
    [
        ("resume", [("lanes", 15.0, 47.0, 8.0)]),
        ("restart", [("lanes", 15.0, 55.0, 0.0)]),
        ("skip", [("lanes", 15.0, 25.0, 30.0)]),
    ],
)
def test_what_an_announcement_of_higher_class_cuts_goes_on_as_its_message_says(interrupted, rest):
    lanes = listed("lanes", said("lanes", 30.0, interrupted=interrupted), said("papers", 10.0))
    urgent = rule("urgent", "12:00-13:00", playlist="urgent", loop=True, priority=Priority.PRIORITY,
                  starts=NOON + timedelta(seconds=8), ends=NOON + timedelta(seconds=15))  # fmt: skip
    made = plan(at_noon("lanes"), urgent, playlists=(lanes, listed("urgent", said("urgent", 7.0))))
    found = [one for one in heard(made) if one[0] == "lanes"]
    assert found == [("lanes", 0.0, 8.0, 0.0), *rest]


def test_a_call_goes_before_music_of_its_class_and_the_music_goes_on_by_the_clock():
    music = rule("music", "11:00-13:00", playlist="music")
    lists = (listed("music", said("music", 300.0)), listed("lanes", said("lanes", 20.0)))
    made = plan(music, at_noon("lanes"), playlists=lists)
    assert [one[0] for one in heard(made, 60)] == ["lanes", "music"]
    late_music = rule("music", "12:00-13:00", playlist="music", starts=NOON + timedelta(seconds=5))
    assert heard(plan(late_music, at_noon("lanes"), playlists=lists), 60)[0] == ("lanes", 0.0, 20.0, 0.0)


def test_a_non_partial_announcement_is_silent_while_one_of_its_zones_is_quiet():
    quiet = (Quiet(windows=(Window.of("12:00", "12:30"),), zones=("yard",)),)
    lists = (listed("lanes", said("lanes", 20.0)),)
    for routing, begins in (("partial", 0.0), ("non_partial", 1800.0), ("stacked", 1800.0)):
        made = plan(at_noon("lanes", zones=("hall", "yard"), routing=routing), playlists=lists, quiet=quiet)
        assert heard(made, 3600)[0][1] == begins


def test_a_run_ends_at_its_longest_time():
    made = plan(at_noon("lanes", longest=12.0), playlists=(listed("lanes", said("lanes", 20.0)),))
    assert heard(made) == [("lanes", 0.0, 12.0, 0.0)]


def test_the_chime_of_what_waits_has_its_own_time():
    lists = (listed("fog", said("fog", 20.0)), listed("lanes", said("lanes", 15.0), lead=2.0))
    assert heard(plan(at_noon("fog"), at_noon("lanes"), playlists=lists))[-1] == ("lanes", 22.0, 37.0, 0.0)


def test_each_turn_of_a_share_is_one_message_and_all_have_their_turns():
    laws = listed("laws", said("border", 60.0), said("protocol", 120.0), said("gates", 60.0))
    share = rule("laws", "08:00-12:00", playlist="laws", loop=False, share=Share(seconds=360))
    made = plan(share, playlists=(laws,))
    turns = [
        (one.on_air.playlist.items[0].message, (one.end - one.start).total_seconds())
        for one in segments(made, hanoi("2026-11-23 08:00"), NOON)
        if one.on_air.playlist
    ]
    assert sum(seconds for _, seconds in turns) == 4 * 360.0
    assert {name: sum(each for one, each in turns if one == name) for name in ("border", "protocol", "gates")} == {
        "border": 360.0, "protocol": 720.0, "gates": 360.0,
    }  # fmt: skip


def test_a_playlist_longer_than_a_day_s_share_goes_on_the_next_day():
    laws = listed("laws", *(said(f"law-{n}", 60.0) for n in range(10)))
    share = rule("laws", "08:00-09:00", playlist="laws", loop=False, share=Share(seconds=360))
    made = plan(share, playlists=(laws,))
    start = hanoi("2026-11-23 00:00")
    heard_of = {
        one.on_air.playlist.items[0].message
        for one in segments(made, start, start + timedelta(days=2))
        if one.on_air.playlist
    }
    assert len(heard_of) == 10


def test_what_a_share_lost_to_something_stronger_it_gets_in_the_same_hour_or_not_at_all():
    laws = listed("laws", said("border", 60.0))
    share = rule("laws", "12:00-14:00", playlist="laws", loop=False, share=Share(seconds=360))
    long = rule("long", "12:00-12:50", playlist="p", priority=Priority.PRIORITY)
    made = plan(share, long, playlists=(laws, listed("p", said("p", 10.0))))
    hours = [
        sum(
            (one.end - one.start).total_seconds()
            for one in segments(made, NOON + timedelta(hours=n), NOON + timedelta(hours=n + 1))
            if one.on_air.source == "laws"
        )
        for n in range(2)
    ]
    assert hours == [360.0, 360.0]
    longer = plan(
        share, rule("long", "12:00-12:57", playlist="p", priority=Priority.PRIORITY), playlists=made.playlists
    )
    assert [one[1] for one in heard(longer, 3600) if one[0] == "laws"] == [57 * 60.0, 58 * 60.0, 59 * 60.0]
    assert sum(one.what == "dropped" for one in settled(longer, NOON, NOON + timedelta(hours=1))) == 3


@pytest.mark.parametrize(
    "facts", [{"routing": "stacked", "loop": True}, {"stack_for": 10.0, "loop": False}, {"longest": 10.0, "loop": True}]
)
def test_what_loops_is_not_routed_and_only_what_is_stacked_waits(facts):
    with pytest.raises(ValidationError):
        rule("r", **facts)
