"""What of the calendars a device's plan carries, and that no calendar can make a plan that is none."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.almanac import STANDING, Days, draft, merged, without_last, years_of
from controller.domain.calendars import Calendar, Kind
from controller.domain.gates import Device
from controller.domain.plans import Body, Entry, Showable, Wanted, WantedPlaylist, WantedRule, build
from schedules.evaluate import on_air
from schedules.hours import DayList
from schedules.lunar import lunar_date
from schedules.model import Plan, Priority
from tests.support.desk import MONDAY_NOON, Desk
from tests.support.facts import content, digest
from tests.support.schedule_plans import hanoi

BOARD = Device(id="chi-ma/board-1", gate="chi-ma", kind="board", shape="192x64:rg", agent="agent", names={})
SPEAKER = Device(id="tan-thanh/pa-1", gate="tan-thanh", kind="speaker", agent="agent", names={}, zones=("hall", "yard"))
BARE = Device(id="small/pa-1", gate="small", kind="speaker", agent="agent", names={})
OPEN = {"weekly": [{"windows": [{"start": 420, "end": 1020}]}]}
VISIT = {"starts": "2026-11-01T00:00:00Z", "until": "2027-11-02T00:00:00Z"}
NIGHT = {"windows": [{"start": 1260, "end": 360}]}


def calendar(kind: Kind, name: str, fact: dict[str, Any], *targets: str, confirmed: bool = True) -> Calendar:
    return Calendar(kind=kind, id=name, fact=fact, targets=targets or ("all",), confirmed=confirmed)


def rule(**terms: Any) -> WantedRule:
    facts: dict[str, Any] = {
        "id": "r", "playlist": "p", "targets": (BOARD.id, SPEAKER.id, BARE.id), "priority": Priority.NORMAL,
        "weekdays": (1, 2, 3, 4, 5, 6, 7), "windows": (("00:00", "24:00"),),
    }  # fmt: skip
    return WantedRule(**facts | terms)


def plan_of(
    device: Device,
    *calendars: Calendar,
    moon: bool = False,
    tags: tuple[str, ...] = (),
    now: datetime = MONDAY_NOON,
    **terms: Any,
) -> Plan:
    shown = Showable(
        message="m", version=1, digest=digest("m"), title="M", pages={"192x64:rg": (content("m"),)},
        audio=(content("m.wav", kind="audio"),), moon=moon,
    )  # fmt: skip
    playlist = WantedPlaylist(id="p", name="p", items=(Entry(message="m", tags=tags),))
    wanted = Wanted(
        playlists={"p": playlist}, rules=(rule(**terms),), showables={"m": shown}, states={"m": "approved"}, calendars=calendars
    )  # fmt: skip
    body: Body = build(device, wanted, now)
    return body.numbered(device.id, 1, now)


def test_a_text_that_names_days_of_the_moon_brings_months_for_years():
    table = plan_of(BOARD, moon=True).lunar
    assert table is not None
    assert lunar_date(table.vi, date(2029, 12, 31)) is not None
    assert (lunar_date(table.vi, date(2027, 2, 6)) or ())[:2] == (1, 1)
    assert plan_of(BOARD).lunar is None


def test_the_year_of_the_moons_table_is_that_of_the_gate_and_not_of_greenwich():
    eve = datetime.fromisoformat("2026-12-31T18:00:00+00:00")  # 01:00 on 01/01/2027 here
    table = plan_of(BOARD, moon=True, now=eve).lunar
    assert table is not None
    assert lunar_date(table.vi, date(2030, 12, 31)) is not None


@pytest.mark.parametrize(
    ("terms", "calendars"),
    [
        ({"relative": {"hours": "gone"}}, ()),
        ({"only_on": ("gone",)}, ()),
        ({"not_on": ("draft",)}, (calendar(Kind.DAYS, "draft", {"through": "2026-12-31"}, confirmed=False),)),
        ({"event": "over"}, (calendar(Kind.EVENT, "over", VISIT | {"until": "2026-11-02T00:00:00Z"}),)),
        ({"event": "elsewhere"}, (calendar(Kind.EVENT, "elsewhere", VISIT, "huu-nghi/*"),)),
    ],
    ids=["hours that are gone", "days that are gone", "days nobody confirmed", "an event that is over", "an event of another gate"],
)  # fmt: skip
def test_a_rule_whose_calendar_is_not_there_is_left_out_and_the_plan_stands(
    terms: Any, calendars: tuple[Calendar, ...]
):
    assert plan_of(BOARD, *calendars, **terms).rules == ()


def test_quiet_hours_go_to_loudspeakers_in_the_zones_they_have():
    everywhere = calendar(Kind.QUIET, "a", NIGHT | {"zones": ["yard", "roof"]})
    assert plan_of(BOARD, everywhere).quiet == ()
    assert [one.zones for one in plan_of(SPEAKER, everywhere).quiet] == [("yard",)]
    assert plan_of(SPEAKER, everywhere).rules[0].zones == ("hall", "yard")
    assert plan_of(BARE, everywhere).quiet == ()
    whole = calendar(Kind.QUIET, "b", NIGHT, "small/*")
    assert len(plan_of(BARE, whole).quiet) == 1
    assert plan_of(SPEAKER, whole).quiet == ()


MOURNING = {
    "starts": "2026-11-24T00:00:00+07:00",
    "until": "2026-11-26T00:00:00+07:00",
    "mutes": ["music"],
    "name": "Quốc tang",
}


def test_mourning_mutes_by_tags_at_the_gates_it_is_for_and_is_forgotten_when_over():
    here = calendar(Kind.MOURNING, "m", MOURNING, "chi-ma/*")
    plan = plan_of(BOARD, here, tags=("music",))
    assert on_air(plan, hanoi("2026-11-23 23:59")).cause == "rule"
    assert on_air(plan, hanoi("2026-11-24 00:00")).cause == "nothing"
    assert on_air(plan, hanoi("2026-11-26 00:00")).cause == "rule"
    assert plan_of(SPEAKER, here).mournings == ()
    assert plan_of(BOARD, here, now=MONDAY_NOON + timedelta(days=3)).mournings == ()
    assert plan_of(BOARD, calendar(Kind.MOURNING, "m", MOURNING, confirmed=False)).mournings == ()


def test_names_of_days_stay_at_the_desk():
    fact = {"days": ["2026-11-24"], "names": [{"day": "2026-11-24", "name": "Ngày Văn hóa"}], "through": "2026-12-31"}
    (days,) = plan_of(BOARD, calendar(Kind.DAYS, "vn", fact), not_on=("vn",)).days
    assert days == DayList(id="vn", days=(date(2026, 11, 24),), through=date(2026, 12, 31))


def test_a_plan_carries_only_hours_that_are_named():
    both = (calendar(Kind.HOURS, "a", OPEN), calendar(Kind.HOURS, "b", OPEN))
    assert [one.id for one in plan_of(BOARD, *both, relative={"hours": "b"}).hours] == ["b"]


# --- years of a list


@given(st.lists(st.integers(2024, 2029), max_size=12))
def test_years_confirmed_in_any_order_are_one_run_and_each_is_as_it_was_confirmed_last(order: list[int]):
    title, recipe = STANDING["tet-vi"]
    kept: Days | None = None
    for number in order:
        try:
            kept = merged(kept, draft(recipe, "tet-vi", title, number))
        except ValueError:
            continue
        years = years_of(kept)
        assert number in years
        assert [day.year for day in kept.days] == list(years)
        assert kept.through == date(years[-1], 12, 31)
        assert merged(kept, draft(recipe, "tet-vi", title, number)) == kept
        if len(years) > 1:
            assert years_of(without_last(kept)) == years[:-1]


def test_a_year_without_any_day_is_confirmed_all_the_same():
    title, recipe = STANDING["vn-worked"]
    kept = merged(None, draft(recipe, "vn-worked", title, 2029))
    assert (kept.days, years_of(kept)) == ((), (2029,))
    both = merged(kept, draft(recipe, "vn-worked", title, 2030))
    assert (both.days, years_of(both)) == ((), (2029, 2030))
    assert years_of(without_last(both)) == (2029,)


# --- from the playlist's tag to the board


def test_an_item_tagged_as_music_is_mute_on_the_board_in_mourning(desk: Desk):
    body = {"name": "p", "items": [{"message": desk.approved(), "tags": ["music"]}]}
    desk.scheduled(desk.must("operator", "POST", "/playlists", body)["id"], windows=[["00:00", "24:00"]])
    desk.must("operator", "PUT", "/calendars/mourning/m", {"fact": MOURNING})
    plan = desk.plan("chi-ma/board-1")
    assert [on_air(plan, hanoi(f"2026-11-{day} 12:00")).cause for day in (23, 24, 25, 26)] == [
        "rule",
        "nothing",
        "nothing",
        "rule",
    ]
