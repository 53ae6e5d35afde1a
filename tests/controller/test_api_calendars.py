"""Calendars through the API: kept, confirmed, changed, and carried by the plans whose rules use them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from controller.calendars.moons import moon_table
from controller.domain.plans import YEARS_OF_MOON
from controller.services.calendar_watch import watch_calendars
from controller.services.receive import receive_status
from devices.contract.messages import Health, Status
from devices.contract.topics import status_topic
from schedules.evaluate import on_air
from schedules.lunar import lunar_date
from tests.support.desk import Desk
from tests.support.schedule_plans import hanoi

USUAL = {"place": "Lối 1119-1120", "traffic": "goods", "weekly": [{"windows": [["07:00", "18:00"]]}]}
NIGHT = {"windows": ["21:00-06:00"], "zones": ["yard-a"], "passes": "none"}
MOURNING = {"starts": "2026-11-24T00:00:00+07:00", "until": "2026-11-26T00:00:00+07:00", "mutes": ["music"]}


def keep(desk: Desk, kind: str, name: str, fact: dict[str, Any], **more: Any) -> Any:
    return desk.must("operator", "PUT", f"/calendars/{kind}/{name}", {"fact": fact, **more})


def confirm(desk: Desk, name: str, year: int, version: int = 0) -> Any:
    days = desk.get(f"/day-lists/{name}/years/{year}/draft").json()["names"]
    return desk.must("operator", "PUT", f"/day-lists/{name}/years/{year}", {"days": days, "version": version})


def refused(desk: Desk, method: str, path: str, body: Any = None) -> tuple[int, str, list[str]]:
    answer = desk.ask("operator", method, path, body)
    problem = answer.json()
    return answer.status_code, problem["code"], [each["pointer"] for each in problem["errors"]]


# --- kept, changed, taken away


def test_hours_are_kept_with_windows_as_people_write_them(desk: Desk):
    made = keep(desk, "hours", "goods-1119", USUAL, targets=["huu-nghi/*"])
    assert made["fact"]["weekly"][0]["windows"] == [["07:00", "18:00"]]
    assert (made["version"], made["by"], made["used_by"]) == (1, "operator", [])
    assert desk.get("/calendars/hours/goods-1119").json() == made
    assert desk.get("/calendars?kind=hours").json() == [made]
    assert desk.get("/calendars?kind=quiet").json() == []


def test_each_change_is_a_version_and_who_comes_second_is_told(desk: Desk):
    keep(desk, "hours", "g", USUAL)
    longer = USUAL | {"weekly": [{"windows": [["06:00", "18:00"]]}]}
    assert keep(desk, "hours", "g", longer, version=1)["version"] == 2
    assert refused(desk, "PUT", "/calendars/hours/g", {"fact": USUAL, "version": 1})[:2] == (409, "calendar.changed")
    assert refused(desk, "PUT", "/calendars/hours/g", {"fact": USUAL})[:2] == (409, "calendar.changed")
    assert desk.get("/calendars/hours/g").json()["fact"]["weekly"][0]["windows"] == [["06:00", "18:00"]]


def test_who_did_it_and_what_it_was_is_in_the_audit(desk: Desk):
    keep(desk, "quiet", "night", NIGHT)
    desk.must("operator", "DELETE", "/calendars/quiet/night")
    told = [
        (each["who"], each["what"], each["subject"]) for each in desk.audit() if each["what"].startswith("calendar.")
    ]
    assert told == [("operator", "calendar.kept", "quiet/night"), ("operator", "calendar.removed", "quiet/night")]
    assert refused(desk, "DELETE", "/calendars/quiet/night")[:2] == (404, "calendar.unknown")


@pytest.mark.parametrize(
    ("kind", "fact", "code", "pointer"),
    [
        ("hours", {"weekly": [{"windows": [["25:00", "18:00"]]}]}, "window.invalid", "/fact"),
        ("hours", {"weekly": [{"windows": []}]}, "value.invalid", "/fact/weekly/0/windows"),
        ("hours", {"traffic": "ships"}, "value.invalid", "/fact/traffic"),
        ("hours", {"colour": "red"}, "key.unknown", "/fact/colour"),
        ("days", {"days": ["2026-12-31"]}, "key.missing", "/fact/through"),
        ("days", {"days": ["2027-01-01"], "through": "2026-12-31"}, "days.after_end", "/fact/through"),
        ("days", {"days": ["1066-10-14"], "through": "2026-12-31"}, "days.far", "/fact/days/0"),
        ("days", {"through": "9999-12-31"}, "days.far", "/fact/through"),
        ("hours", {"weekly": [{"windows": [["07:00", "08:00"]] * 49}]}, "calendar.long", "/fact/weekly/0/windows"),
        ("quiet", {"windows": ["21:00-06:00"] * 49}, "calendar.long", "/fact/windows"),
        ("mourning", MOURNING | {"until": "2026-11-23T00:00:00+07:00"}, "value.invalid", "/fact"),
        ("mourning", MOURNING | {"starts": "2026-11-01T00:00:00+07:00", "until": "2026-11-02T00:00:00+07:00"},
         "mourning.over", "/fact/until"),
        ("mourning", MOURNING | {"until": "2027-11-26T00:00:00+07:00"}, "mourning.long", "/fact/until"),
        ("mourning", MOURNING | {"mutes": []}, "value.invalid", "/fact/mutes"),
        ("quiet", NIGHT | {"zones": ["roof"]}, "zone.unknown", "/fact/zones/0"),
        ("quiet", NIGHT | {"windows": ["06:00-06:00"]}, "window.invalid", "/fact"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_place_and_nothing_is_kept(
    desk: Desk, kind: str, fact: dict[str, Any], code: str, pointer: str
):
    status, _, pointers = refused(desk, "PUT", f"/calendars/{kind}/x", {"fact": fact})
    answer = desk.ask("operator", "PUT", f"/calendars/{kind}/x", {"fact": fact}).json()
    assert (status, pointers, answer["errors"][0]["code"]) == (422, [pointer], code)
    assert desk.get("/calendars").json() == []


def test_a_gate_nobody_knows_and_a_kind_there_is_not_are_refused(desk: Desk):
    body = {"fact": NIGHT, "targets": ["all", "ghost/*"]}
    assert refused(desk, "PUT", "/calendars/quiet/x", body) == (422, "device.unknown", ["/targets/1"])
    assert desk.ask("operator", "PUT", "/calendars/tides/x", {"fact": {}}).status_code == 422
    assert desk.ask("operator", "PUT", "/calendars/quiet/X Y", {"fact": NIGHT}).status_code == 422


# --- what plans carry


def test_a_plan_carries_the_hours_and_days_its_rules_use_and_no_others(desk: Desk):
    keep(desk, "hours", "travellers", USUAL | {"traffic": "travellers"})
    keep(desk, "hours", "goods", USUAL)
    confirm(desk, "vn-holidays", 2026)
    playlist = desk.playlist(desk.approved())
    desk.scheduled(playlist, relative={"hours": "travellers"}, not_on=["vn-holidays"], windows=[["00:00", "24:00"]])
    plan = desk.plan("chi-ma/board-1")
    assert [each.id for each in plan.hours] == ["travellers"]
    (days,) = plan.days
    assert (days.id, days.through, days.names) == ("vn-holidays", date(2026, 12, 31), ())
    assert date(2026, 11, 24) in days.days


def test_an_exception_reaches_the_boards_at_once_and_ends_by_itself(desk: Desk):
    keep(desk, "hours", "travellers", USUAL)
    desk.scheduled(desk.playlist(desk.approved()), relative={"hours": "travellers"}, windows=[["00:00", "24:00"]])
    body = {
        "hours": ["travellers"],
        "first": "2026-12-01",
        "last": "2026-12-03",
        "windows": [["09:00", "14:00"]],
        "note": "TB 5",
    }
    (made,) = desk.must("operator", "POST", "/hours-exceptions", body)
    assert [each["day"] for each in made["fact"]["exceptions"]] == ["2026-12-01", "2026-12-02", "2026-12-03"]
    plan = desk.plan("chi-ma/board-1")
    seen = [on_air(plan, hanoi(f"2026-12-0{day} 08:00")).cause for day in (1, 3, 4)]
    assert seen == ["nothing", "nothing", "rule"]
    left = desk.must("operator", "DELETE", "/calendars/hours/travellers/exceptions/2026-12-02")
    assert [each["day"] for each in left["fact"]["exceptions"]] == ["2026-12-01", "2026-12-03"]
    assert on_air(desk.plan("chi-ma/board-1"), hanoi("2026-12-02 08:00")).cause == "rule"


def test_a_second_exception_of_a_day_takes_the_place_of_the_first(desk: Desk):
    keep(desk, "hours", "a", USUAL)
    keep(desk, "hours", "b", USUAL)
    both = {"hours": ["a", "b"], "first": "2026-12-01", "last": "2026-12-02"}
    desk.must("operator", "POST", "/hours-exceptions", both)
    desk.must(
        "operator",
        "POST",
        "/hours-exceptions",
        both | {"hours": ["a"], "last": "2026-12-01", "windows": [["09:00", "10:00"]]},
    )
    kept = {name: desk.get(f"/calendars/hours/{name}").json()["fact"]["exceptions"] for name in "ab"}
    assert [each["windows"] for each in kept["a"]] == [[["09:00", "10:00"]], []]
    assert [each["windows"] for each in kept["b"]] == [[], []]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"last": "2026-11-30"}, 422, "exception.days"),
        ({"last": "2027-12-01"}, 422, "exception.days"),
        ({"hours": ["ghost"]}, 404, "calendar.unknown"),
        ({"windows": [["9:00", "10:00"]]}, 422, "window.invalid"),
    ],
)
def test_an_exception_that_cannot_be_changes_nothing(desk: Desk, change: dict[str, Any], status: int, code: str):
    keep(desk, "hours", "a", USUAL)
    body = {"hours": ["a"], "first": "2026-12-01", "last": "2026-12-02"} | change
    answer = desk.ask("operator", "POST", "/hours-exceptions", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert desk.get("/calendars/hours/a").json()["fact"]["exceptions"] == []


def test_an_exception_that_was_none_cannot_end(desk: Desk):
    keep(desk, "hours", "a", USUAL)
    assert refused(desk, "DELETE", "/calendars/hours/a/exceptions/2026-12-01")[:2] == (404, "exception.unknown")


def test_what_a_schedule_names_cannot_be_taken_away(desk: Desk):
    keep(desk, "hours", "travellers", USUAL)
    confirm(desk, "vn-holidays", 2026)
    rule = desk.scheduled(desk.playlist(desk.approved()), relative={"hours": "travellers"}, not_on=["vn-holidays"])
    for kind, name in (("hours", "travellers"), ("days", "vn-holidays")):
        status, code, _ = refused(desk, "DELETE", f"/calendars/{kind}/{name}")
        assert (status, code) == (409, "calendar.used")
        assert desk.get(f"/calendars/{kind}/{name}").json()["used_by"] == [rule]
    draft = {"fact": USUAL, "version": 1, "confirmed": False}
    assert refused(desk, "PUT", "/calendars/hours/travellers", draft)[:2] == (409, "calendar.used")
    desk.must("operator", "DELETE", f"/schedules/{rule}")
    desk.must("operator", "DELETE", "/calendars/hours/travellers")


def test_a_draft_counts_for_nothing_until_it_is_confirmed(desk: Desk):
    keep(desk, "mourning", "quoc-tang", MOURNING, confirmed=False)
    assert desk.plan("chi-ma/board-1").mournings == ()
    keep(desk, "mourning", "quoc-tang", MOURNING, version=1)
    assert [each.id for each in desk.plan("chi-ma/board-1").mournings] == ["quoc-tang"]


def test_quiet_hours_are_for_loudspeakers_and_every_rule_then_names_its_zones(desk: Desk):
    keep(desk, "quiet", "night", NIGHT)
    desk.scheduled(desk.playlist(desk.approved(audio={"vi": desk.sound()})), "tan-thanh/pa-1", "chi-ma/board-1")
    (rule,) = desk.plan("tan-thanh/pa-1").rules
    assert rule.zones == ("hall", "yard-a")
    assert [each.zones for each in desk.plan("tan-thanh/pa-1").quiet] == [("yard-a",)]
    assert desk.plan("chi-ma/board-1").quiet == ()


def test_only_what_a_text_asks_for_brings_the_months_of_the_moon(desk: Desk):
    desk.scheduled(desk.playlist(desk.approved()))
    assert desk.plan("chi-ma/board-1").lunar is None


def test_the_months_of_the_moon_last_for_years_alone():
    table = moon_table(2026, YEARS_OF_MOON)
    assert lunar_date(table.vi, date(2029, 12, 31)) is not None
    assert lunar_date(table.zh, date(2026, 1, 1)) is not None


# --- lists of days, year by year


def test_lists_every_gate_needs_are_offered_and_count_only_once_confirmed(desk: Desk):
    offered = {each["id"]: each for each in desk.get("/day-lists").json()}
    assert {"vn-holidays", "cn-holidays", "vn-worked", "cn-worked", "tet-vi", "tet-zh", "ky-lua"} <= set(offered)
    assert offered["vn-holidays"]["confirmed"] == []
    confirm(desk, "vn-holidays", 2026)
    (kept,) = [each for each in desk.get("/day-lists").json() if each["id"] == "vn-holidays"]
    assert (kept["confirmed"], kept["through"], kept["by"]) == ([2026], "2026-12-31", "operator")


def test_a_draft_may_be_edited_before_it_is_confirmed(desk: Desk):
    draft = desk.get("/day-lists/vn-holidays/years/2027").json()
    assert "2027-11-24" in draft["days"]
    named = [
        *(each for each in draft["names"] if each["day"] != "2027-05-03"),
        {"day": "2027-12-31", "name": "Hoán đổi"},
    ]
    desk.must("operator", "PUT", "/day-lists/vn-holidays/years/2027", {"days": named})
    seen = desk.get("/day-lists/vn-holidays/years/2027").json()
    assert "2027-05-03" not in seen["days"]
    assert seen["names"][-1] == {"day": "2027-12-31", "name": "Hoán đổi"}
    assert "2027-05-03" in desk.get("/day-lists/vn-holidays/years/2027/draft").json()["days"]


def test_years_follow_one_another_and_the_last_can_be_taken_back(desk: Desk):
    confirm(desk, "tet-zh", 2029)
    later = {"days": [{"day": "2031-01-23", "name": "春节"}], "version": 1}
    assert refused(desk, "PUT", "/day-lists/tet-zh/years/2031", later)[:2] == (409, "year.gap")
    confirm(desk, "tet-zh", 2030, version=1)
    assert desk.get("/calendars/days/tet-zh").json()["fact"]["days"] == ["2029-02-13", "2030-02-03"]
    assert refused(desk, "DELETE", "/day-lists/tet-zh/years/2029")[:2] == (409, "year.not_last")
    left = desk.must("operator", "DELETE", "/day-lists/tet-zh/years/2030")
    assert (left["fact"]["days"], left["fact"]["through"]) == (["2029-02-13"], "2029-12-31")
    assert refused(desk, "DELETE", "/day-lists/tet-zh/years/2029")[:2] == (409, "year.only")


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/day-lists/vn-holidays/years/2027", {"days": [{"day": "2028-01-01", "name": ""}]}, 422, "day.other_year"),
        ("/day-lists/vn-holidays/years/2027", {"days": [{"day": "2027-01-01", "name": ""}] * 2}, 422, "day.twice"),
        ("/day-lists/vn-holidays/years/2027", {"days": [], "version": 3}, 409, "calendar.changed"),
        ("/day-lists/ghost/years/2027", {"days": []}, 404, "list.unknown"),
    ],
)
def test_a_year_that_cannot_be_is_refused(desk: Desk, path: str, body: Any, status: int, code: str):
    assert refused(desk, "PUT", path, body)[:2] == (status, code)


def test_no_library_drafts_what_people_name_or_years_nobody_knows(desk: Desk):
    keep(desk, "days", "village-feast", {"name": "Hội làng", "days": ["2026-12-05"], "through": "2026-12-31"})
    assert refused(desk, "GET", "/day-lists/village-feast/years/2027/draft")[:2] == (409, "list.own")
    assert refused(desk, "GET", "/day-lists/vn-holidays/years/2500")[:2] == (422, "year.unknown")
    assert refused(desk, "GET", "/day-lists/ghost/years/2027")[:2] == (404, "list.unknown")


def test_a_market_of_its_own_is_drafted_by_its_own_recipe(desk: Desk):
    fact = {"name": "Chợ phiên", "through": "2026-12-31", "recipe": {"kind": "animal", "branch": 6}}
    keep(desk, "days", "cho-ngo", fact)
    days = desk.get("/day-lists/cho-ngo/years/2027/draft").json()["days"]
    assert len(days) in (30, 31)
    assert keep(desk, "days", "cho-am", fact | {"recipe": {"kind": "moon", "days": [15], "side": "zh"}})["version"] == 1


def test_swapped_days_of_the_decree_are_two_lists(desk: Desk):
    assert "2026-08-31" in desk.get("/day-lists/vn-holidays/years/2026/draft").json()["days"]
    assert desk.get("/day-lists/vn-worked/years/2026/draft").json()["days"] == ["2026-08-22"]


# --- what somebody should see to


def in_use(desk: Desk) -> str:
    confirm(desk, "vn-holidays", 2026)
    return desk.scheduled(desk.playlist(desk.approved()), not_on=["vn-holidays"])


def test_months_before_a_table_ends_it_is_said_once_and_until_somebody_confirms_it(desk: Desk):
    rule = in_use(desk)  # 23 November: the new year is less than four months away
    (told,) = desk.get("/calendar-findings").json()
    assert (told["code"], told["calendar"], told["year"], told["schedules"]) == ("ends", "vn-holidays", 2027, [rule])
    for _ in range(3):
        watch_calendars(desk.deps)
    assert [each["subject"] for each in desk.audit() if each["what"] == "calendar.ends"] == ["vn-holidays/2027"]
    confirm(desk, "vn-holidays", 2027, version=1)
    assert desk.get("/calendar-findings").json() == []


def test_half_a_year_before_nobody_is_troubled_and_after_its_end_it_is_said_loudly(desk: Desk):
    in_use(desk)
    desk.clock.now = datetime(2026, 6, 1, tzinfo=UTC)
    assert desk.get("/calendar-findings").json() == []
    desk.clock.now = datetime(2027, 1, 4, 5, tzinfo=UTC)
    (told,) = desk.get("/calendar-findings").json()
    assert (told["code"], told["year"]) == ("ended", 2027)
    assert on_air(desk.plan("chi-ma/board-1"), hanoi("2027-01-01 09:00")).cause == "rule"  # by its weekdays


def test_a_list_that_knows_next_year_and_not_this_one_says_so(desk: Desk):
    confirm(desk, "vn-holidays", 2027)
    desk.scheduled(desk.playlist(desk.approved()), not_on=["vn-holidays"])
    (told,) = desk.get("/calendar-findings").json()
    assert (told["code"], told["year"]) == ("ended", 2026)


def test_a_list_no_schedule_names_troubles_nobody(desk: Desk):
    confirm(desk, "cn-holidays", 2026)
    assert desk.get("/calendar-findings").json() == []


# --- mourning that does not arrive (story 5)


def says(desk: Desk, device: str, revision: int) -> None:
    status = Status(
        device=device, agent="agent", boot="b1", at=desk.clock.now, revision=revision, health=Health.HEALTHY, cause="nothing"
    )  # fmt: skip
    receive_status(desk.deps, status_topic(device), status.to_bytes())


def test_mourning_set_while_a_gate_is_cut_off_names_the_post_to_telephone(desk: Desk):
    before = desk.plan("tan-thanh/pa-1").revision
    for device in ("tan-thanh/pa-1", "chi-ma/board-1"):
        says(desk, device, desk.plan(device).revision)
    keep(desk, "mourning", "quoc-tang", MOURNING, targets=["chi-ma/*", "tan-thanh/*"])
    assert desk.plan("tan-thanh/pa-1").revision == before + 1
    says(desk, "chi-ma/board-1", desk.plan("chi-ma/board-1").revision)
    reach = {each["device"]: each["received"] for each in desk.get("/calendars/mourning/quoc-tang/devices").json()}
    assert reach == {"chi-ma/board-1": True, "tan-thanh/pa-1": False}
    assert desk.get("/calendar-findings").json() == []  # it may be on its way
    desk.clock.advance(minutes=3)
    (told,) = desk.get("/calendar-findings").json()
    assert (told["code"], told["device"]) == ("unreached", "tan-thanh/pa-1")
    assert "telephone the post" in told["text"]
    watch_calendars(desk.deps)
    assert [each["subject"] for each in desk.audit() if each["what"] == "calendar.unreached"] == [
        "quoc-tang/tan-thanh/pa-1"
    ]
    says(desk, "tan-thanh/pa-1", before + 1)
    assert desk.get("/calendar-findings").json() == []


def test_a_changed_mourning_must_be_received_anew(desk: Desk):
    keep(desk, "mourning", "quoc-tang", MOURNING)
    says(desk, "chi-ma/board-1", desk.plan("chi-ma/board-1").revision)
    longer = MOURNING | {"until": "2026-11-27T00:00:00+07:00"}
    keep(desk, "mourning", "quoc-tang", longer, version=1)
    reach = {each["device"]: each["received"] for each in desk.get("/calendars/mourning/quoc-tang/devices").json()}
    assert reach["chi-ma/board-1"] is False


def test_two_gates_that_serve_one_kind_of_traffic_have_their_own_hours(desk: Desk):
    for gate, text in (("huu-nghi", "07:00-20:00"), ("chi-ma", "07:00-17:00")):
        keep(
            desk,
            "hours",
            f"{gate}-travellers",
            {"traffic": "travellers", "weekly": [{"windows": [text]}]},
            targets=[f"{gate}/*"],
        )
    kept = {each["id"]: each["fact"]["weekly"][0]["windows"] for each in desk.get("/calendars?kind=hours").json()}
    assert kept == {"chi-ma-travellers": [["07:00", "17:00"]], "huu-nghi-travellers": [["07:00", "20:00"]]}


def test_who_confirmed_which_year_and_which_days_differ_is_in_the_audit(desk: Desk):
    confirm(desk, "vn-holidays", 2026)
    keep(desk, "hours", "a", USUAL)
    desk.must("operator", "POST", "/hours-exceptions", {"hours": ["a"], "first": "2026-12-01", "last": "2026-12-02"})
    desk.must("operator", "DELETE", "/calendars/hours/a/exceptions/2026-12-02")
    told = [
        (each["who"], each["what"], each["subject"]) for each in desk.audit() if each["what"].startswith("calendar.")
    ]
    assert told == [
        ("operator", "calendar.confirmed", "days/vn-holidays/2026"),
        ("operator", "calendar.kept", "hours/a"),
        ("operator", "calendar.differs", "hours/a/2026-12-01..2026-12-02"),
        ("operator", "calendar.same_again", "hours/a/2026-12-02"),
    ]
