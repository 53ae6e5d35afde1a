"""The year of the three gates as it happened, or will: hours that broke, Tết on two calendars, mourning, the night.

Where each story of the domain that concerns schedules is told (its number is that of the list of stories):

| story | test |
|---|---|
| 1 Chi Ma on 18/02/2026, back on 24/02, Beijing time in Chinese | `test_chi_ma_at_tet_2026_*` here |
| 2 Hữu Nghị closes in broken hours on 15-17/4/2025, Tân Thanh goes on | `test_huu_nghi_in_april_2025_*` here |
| 3 seven hours refused, six accepted, twelve in all | `test_suspension_orders.py` |
| 4 the limit follows the gate's kind on the day | `test_suspension_orders.py`, and `test_tan_thanh_before_and_after_*` here |
| 5 mourning while a gate is cut off | `test_mourning_reaches_*` here; who did not get it: `tests/controller` |
| 8 an alert cuts a priority item | `test_an_alert_cuts_*` here; the air log: `tests/devices` |
| 9 Tết 2030 on different days | `test_tet_2030_*` here; the drafts: `tests/controller/test_calendar_drafts.py` |
| 12 half past ten at night, quiet hours | `test_at_half_past_ten_*` here |
| 13 a clock set to Beijing time | `test_clock_trust.py` |
| 14 khẩn cấp and the microphone at once | `test_khan_cap_goes_before_*` here |
| Tết 2024, Tết 2026 at all gates (section 4) | `test_tet_2024_*`, `test_tet_2026_*` here |

Stories 6, 7, 10 and 11 are of approvals, reports and recordings. Months of it, minute by minute: `test_gate_year_oracle.py`.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from schedules.evaluate import next_change, on_air
from schedules.fields import filled
from schedules.findings import tables_ending
from schedules.hours import DayHours, DayList, Hours, Mourning, OpenDays, Quiet, Relative
from schedules.model import Plan, Playlist, Priority, Window
from schedules.suspension import Gate, GateKind, KindFrom, Office, Suspension, UnlawfulError, check, suspended
from schedules.timeline import segments
from tests.support.schedule_plans import alert, hanoi, item, plan, rule


def windows(*texts: str) -> tuple[Window, ...]:
    return tuple(Window.of(*text.split("-")) for text in texts)


def days(first: str, last: str) -> list[date]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return [start + timedelta(days=number) for number in range((end - start).days + 1)]


def hours(name: str, *usual: str, **differs: list[tuple[list[date], tuple[str, ...]]]) -> Hours:
    """Hours every day, and spans of days on which they differ."""
    exceptions = tuple(
        DayHours(day=day, windows=windows(*texts)) for some, texts in differs.get("exceptions", []) for day in some
    )
    weekly = (OpenDays(windows=windows(*usual)),) if usual else ()
    return Hours(id=name, weekly=weekly, exceptions=exceptions)


def showing(*places: Hours, device: str = "chi-ma/board-1", **facts: object) -> Plan:
    """A device that says of each place, while it is open, that it is."""
    rules = tuple(rule(each.id, relative=Relative(hours=each.id), targets=(device,)) for each in places)
    return plan(*rules, device=device, hours=places, **facts)


def open_on(some: Plan, day: str, source: str) -> str:
    """What a traveller reads on a day, such as "07:00-10:00 16:30-17:00"."""
    start = hanoi(f"{day} 00:00")
    stretches = segments(some, start, start + timedelta(days=1))
    return " ".join(f"{s.start:%H:%M}-{s.end:%H:%M}" for s in stretches if s.on_air.source == source)


# --- story 1, Tết 2026

TET_2026 = days("2026-02-15", "2026-02-23")
CHI_MA = hours("travellers", "07:00-17:00", exceptions=[(TET_2026, ("09:00-14:00",))])
CHI_MA_REGISTERED = hours("registered", exceptions=[(TET_2026, ("07:00-17:00",))])
CHI_MA_GOODS = hours("goods", "07:00-17:00", exceptions=[(TET_2026, ())])


@pytest.mark.parametrize(
    ("day", "open_hours"),
    [("2026-02-14", "07:00-17:00"), ("2026-02-15", "09:00-14:00"), ("2026-02-18", "09:00-14:00"),
     ("2026-02-23", "09:00-14:00"), ("2026-02-24", "07:00-17:00"), ("2026-02-25", "07:00-17:00")],
)  # fmt: skip
def test_chi_ma_at_tet_2026_opens_for_travellers_from_nine_and_is_back_with_nobody_touching_it(day, open_hours):
    assert open_on(showing(CHI_MA), day, "travellers") == open_hours


def test_chi_ma_at_tet_2026_clears_registered_goods_only():
    registered = showing(CHI_MA_REGISTERED)
    goods = showing(CHI_MA_GOODS)
    assert [open_on(registered, f"2026-02-{day}", "registered") for day in (14, 15, 23, 24)] == [
        "", "07:00-17:00", "07:00-17:00", "",
    ]  # fmt: skip
    assert [open_on(goods, f"2026-02-{day}", "goods") for day in (14, 15, 23, 24)] == [
        "07:00-17:00",
        "",
        "",
        "07:00-17:00",
    ]


def test_chi_ma_at_tet_2026_reads_an_hour_later_in_chinese():
    day = date(2026, 2, 18)
    assert filled("Mở cửa {time 09:00-14:00}", "vi", day) == "Mở cửa 09:00-14:00 (giờ Hà Nội)"
    assert filled("{time 09:00-14:00}", "zh-Hans", day) == "10:00-15:00（北京时间）"


HUU_NGHI_TET_2026 = [
    hours("goods", "07:00-18:00", exceptions=[(TET_2026, ())]),
    hours("registered", exceptions=[(days("2026-02-19", "2026-02-23"), ("07:00-18:00",))]),
    hours("travellers", "07:00-20:00"),
]


@pytest.mark.parametrize(
    ("day", "goods", "registered"),
    [("2026-02-14", "07:00-18:00", ""), ("2026-02-15", "", ""), ("2026-02-18", "", ""),
     ("2026-02-19", "", "07:00-18:00"), ("2026-02-23", "", "07:00-18:00"), ("2026-02-24", "07:00-18:00", "")],
)  # fmt: skip
def test_tet_2026_at_huu_nghi_stops_cargo_then_clears_what_was_registered_and_travellers_pass_as_ever(
    day, goods, registered
):
    shown = [open_on(showing(each), day, each.id) for each in HUU_NGHI_TET_2026]
    assert shown == [goods, registered, "07:00-20:00"]


# --- Tết 2024


@pytest.mark.parametrize(
    ("gate", "day", "goods", "registered"),
    [
        ("huu-nghi", "2024-02-09", "07:00-18:00", ""), ("huu-nghi", "2024-02-10", "", ""),
        ("huu-nghi", "2024-02-13", "", ""), ("huu-nghi", "2024-02-14", "", "07:00-18:00"),
        ("huu-nghi", "2024-02-17", "", "07:00-18:00"), ("huu-nghi", "2024-02-18", "07:00-18:00", ""),
        ("chi-ma", "2024-02-09", "07:00-17:00", ""), ("chi-ma", "2024-02-10", "", "07:00-17:00"),
        ("chi-ma", "2024-02-17", "", "07:00-17:00"), ("chi-ma", "2024-02-18", "07:00-17:00", ""),
    ],
)  # fmt: skip
def test_tet_2024_had_its_own_table_for_each_gate(gate, day, goods, registered):
    usual = "07:00-18:00" if gate == "huu-nghi" else "07:00-17:00"
    cleared = days("2024-02-14", "2024-02-17") if gate == "huu-nghi" else days("2024-02-10", "2024-02-17")
    closed = days("2024-02-10", "2024-02-17")
    all_goods = hours("goods", usual, exceptions=[(closed, ())])
    only_registered = hours("registered", exceptions=[(cleared, (usual,))])
    shown = showing(all_goods), showing(only_registered)
    assert [open_on(each, day, each.hours[0].id) for each in shown] == [goods, registered]


# --- story 2: 15 to 17 April 2025

GATE = Gate(id="huu-nghi", kinds=(KindFrom(first=date(2002, 1, 1), kind=GateKind.INTERNATIONAL),))
CLOSED = {
    "2025-04-15": ("07:00-10:00", "16:30-17:00"),
    "2025-04-16": ("07:00-09:00", "12:30-14:00"),
    "2025-04-17": ("07:00-09:00", "13:00-14:00"),
}


def orders(passage: str) -> list[Suspension]:
    return [
        Suspension(
            order=f"{number}/TB", gate=passage, office=Office.HIGHER, issuer="cấp trên",
            starts=hanoi(f"{day} {text[:5]}"), until=hanoi(f"{day} {text[6:]}"),
        )
        for number, (day, texts) in enumerate(CLOSED.items(), 1)
        for text in texts
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "left"),
    [("2025-04-14", "07:00-20:00"), ("2025-04-15", "10:00-16:30 17:00-20:00"), ("2025-04-16", "09:00-12:30 14:00-20:00"),
     ("2025-04-17", "09:00-13:00 14:00-20:00"), ("2025-04-18", "07:00-20:00")],
)  # fmt: skip
def test_huu_nghi_in_april_2025_closes_in_broken_hours_and_each_ends_by_itself(day, left):
    closed = suspended(hours("travellers", "07:00-20:00"), orders("huu-nghi"))
    assert open_on(showing(closed), day, "travellers") == left


def test_huu_nghi_in_april_2025_closes_two_passages_and_tan_thanh_and_the_others_go_on():
    both = {name: hours(name, "07:00-18:00") for name in ("moc-1116-1117", "moc-1119-1120", "tan-thanh", "chi-ma")}
    told = {name: [*orders(name)] if name.startswith("moc") else [] for name in both}
    shown = {name: open_on(showing(suspended(each, told[name])), "2025-04-15", name) for name, each in both.items()}
    assert shown == {
        "moc-1116-1117": "10:00-16:30 17:00-18:00", "moc-1119-1120": "10:00-16:30 17:00-18:00",
        "tan-thanh": "07:00-18:00", "chi-ma": "07:00-18:00",
    }  # fmt: skip
    for order in orders("huu-nghi"):
        check(order, GATE)


# --- story 4


TAN_THANH = Gate(
    id="tan-thanh",
    kinds=(
        KindFrom(first=date(2010, 1, 1), kind=GateKind.SECONDARY),
        KindFrom(first=date(2024, 5, 27), kind=GateKind.INTERNATIONAL),
    ),
)


def test_tan_thanh_before_and_after_27_may_2024_asks_another_office():
    def order(day: str) -> Suspension:
        return Suspension(
            order="7/TB", gate="tan-thanh", office=Office.POST_COMMANDER, issuer="Đồn trưởng",
            starts=hanoi(f"{day} 08:00"), until=hanoi(f"{day} 14:00"),
        )  # fmt: skip

    check(order("2024-05-26"), TAN_THANH)
    with pytest.raises(UnlawfulError, match="may not suspend crossing at a gate of kind international"):
        check(order("2024-05-27"), TAN_THANH)


# --- story 5

MOURNING = Mourning(
    id="quoc-tang", starts=hanoi("2025-05-24 00:00"), until=hanoi("2025-05-26 00:00"), mutes=("music", "entertainment")
)
SONG = item(10.0, message="song").model_copy(update={"tags": ("music",)})


def test_mourning_reaches_a_loudspeaker_that_got_it_before_it_was_cut_off_and_ends_by_itself():
    lists = (Playlist(id="p", items=(SONG, item(10.0, message="queue"))), Playlist(id="songs", items=(SONG,)))
    some = plan(rule("day", "07:00-17:00"), rule("evening", "17:00-18:30", playlist="songs"),
                playlists=lists, mournings=(MOURNING,))  # fmt: skip

    def heard(at: str) -> list[str]:
        playlist = on_air(some, hanoi(at)).playlist
        return [each.message for each in playlist.items] if playlist else []

    assert heard("2025-05-23 17:30") == ["song"]
    assert heard("2025-05-24 07:00") == ["queue"]
    assert heard("2025-05-25 17:30") == []
    assert heard("2025-05-26 07:00") == ["song", "queue"]
    assert next_change(some, hanoi("2025-05-25 17:30")) == hanoi("2025-05-26 07:00")


# --- story 8, story 14


def test_an_alert_cuts_a_priority_item_in_the_same_second_and_the_item_is_back_after_it():
    some = plan(rule("law", "08:00-17:00", priority=Priority.PRIORITY))
    evacuation = alert("fire", "2026-03-02 09:00", "2026-03-02 09:30", priority=Priority.EVACUATION)
    during = on_air(some, hanoi("2026-03-02 09:00"), [evacuation])
    assert (during.source, during.beaten[0], during.until) == ("fire", "law", hanoi("2026-03-02 09:30"))
    assert on_air(some, hanoi("2026-03-02 09:30"), [evacuation]).source == "law"


def test_khan_cap_goes_before_the_microphone_and_the_microphone_before_uu_tien():
    ranks = [each.rank for each in (Priority.EVACUATION, Priority.EMERGENCY, Priority.LIVE, Priority.PRIORITY)]
    assert ranks == sorted(ranks, reverse=True)
    assert Priority.PRIORITY.rank > Priority.EVENT.rank > Priority.NORMAL.rank


# --- story 9


@pytest.mark.parametrize(
    ("at", "greeting"),
    [("2030-02-01 23:59", ""), ("2030-02-02 00:00", "vi"), ("2030-02-02 12:00", "vi"), ("2030-02-03 00:00", "zh"),
     ("2030-02-03 23:59", "zh"), ("2030-02-04 00:00", "")],
)  # fmt: skip
def test_tet_2030_greets_in_vietnamese_on_the_second_and_in_chinese_on_the_third(at, greeting):
    lists = (DayList(id="tet", days=(date(2030, 2, 2),), through=date(2030, 12, 31)),
             DayList(id="chunjie", days=(date(2030, 2, 3),), through=date(2030, 12, 31)))  # fmt: skip
    some = plan(rule("vi", only_on=("tet",)), rule("zh", only_on=("chunjie",)), days=lists)
    assert (on_air(some, hanoi(at)).source or "") == greeting


# --- story 12

NIGHT = Quiet(windows=windows("21:00-06:00"), passes="none")


def speaking(**facts: object) -> Plan:
    return plan(rule("normal", "22:30-22:31", loop=False, zones=("yard",), **facts), quiet=(NIGHT,), seconds=60)


def heard_at(some: Plan) -> list[str]:
    return [f"{each.start:%d %H:%M}" for each in segments(some, hanoi("2026-03-02 12:00"), hanoi("2026-03-03 12:00"))
            if each.on_air.source == "normal"]  # fmt: skip


def test_at_half_past_ten_a_normal_item_is_held_to_six_or_dropped_past_its_end_and_khan_cap_airs():
    assert heard_at(speaking()) == ["03 06:00"]
    assert heard_at(speaking(ends=hanoi("2026-03-03 05:30"))) == []
    assert heard_at(speaking(in_quiet="drop")) == []
    fire = alert("fire", "2026-03-02 22:30", "2026-03-02 22:40")
    assert on_air(speaking(), hanoi("2026-03-02 22:30"), [fire]).source == "fire"


# --- a table that ends


def test_after_its_table_ends_a_rule_goes_by_its_weekdays_and_the_plan_can_say_so():
    holidays = DayList(id="vn-holidays", days=(date(2026, 9, 2),), through=date(2026, 12, 31))
    some = plan(rule("office", "08:00-17:00", weekdays=(1, 2, 3, 4, 5), not_on=("vn-holidays",)), days=(holidays,))
    assert on_air(some, hanoi("2026-09-02 09:00")).source == ""
    assert on_air(some, hanoi("2027-09-02 09:00")).source == "office"
    assert tables_ending(some, hanoi("2026-08-01 09:00")) == ()
    (told,) = tables_ending(some, hanoi("2026-10-01 09:00"))
    assert (told.days, told.through, told.rules) == ("vn-holidays", date(2026, 12, 31), ("office",))


def test_a_year_offline_changes_nothing():
    """What a plan says of Tết 2026 was in it a year before; the agent asks nobody."""
    whole = showing(CHI_MA)
    alone = Plan.model_validate_json(whole.model_dump_json())
    start = datetime.fromisoformat("2025-02-24T00:00:00+07:00")
    stretches = segments(whole, start, start + timedelta(days=365))
    later = segments(alone, start, start + timedelta(days=365))
    assert [(one.start, one.on_air.source) for one in stretches] == [(one.start, one.on_air.source) for one in later]
