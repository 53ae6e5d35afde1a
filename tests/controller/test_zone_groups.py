"""Groups of zones: one word for the outdoor zones of every gate, unfolded for each loudspeaker."""

from __future__ import annotations

import pytest

from controller.domain.gates import GatesFile
from schedules.model import Priority
from tests.support.desk import GATES, a_desk

TWO = GATES.replace(
    'zones = ["hall", "yard-a"]}',
    'zones = ["hall", "yard-a", "yard-b"], groups = {outdoor = ["yard-a", "yard-b"]}}, '
    '{id = "pa-2", kind = "speaker", zones = ["road"], groups = {outdoor = ["road"]}}',
)
PA, ROAD = "tan-thanh/pa-1", "tan-thanh/pa-2"


@pytest.fixture
def desk(tmp_path):
    with a_desk(tmp_path, TWO) as made:
        yield made


def test_one_schedule_for_outdoors_names_the_zones_of_each_loudspeaker(desk):
    playlist = desk.playlist(desk.approved(audio={"vi": desk.sound(2.0)}))
    desk.scheduled(playlist, PA, ROAD, zones=["outdoor"], every=30)
    assert [rule.zones for rule in desk.plan(PA).rules] == [("yard-a", "yard-b")]
    assert [rule.zones for rule in desk.plan(ROAD).rules] == [("road",)]


def test_quiet_hours_levels_and_calls_know_groups_too(desk):
    night = [["22:00", "05:00"]]
    desk.must(
        "operator",
        "PUT",
        "/calendars/quiet/night",
        {"fact": {"windows": night, "zones": ["outdoor"]}, "targets": ["all"]},
    )
    caps = [
        {"percent": 30, "zones": ["outdoor"], "windows": night},
        {"percent": 50, "zones": ["hall"], "windows": night},
    ]
    desk.must("operator", "PUT", "/calendars/levels/night", {"fact": {"caps": caps}, "targets": ["all"]})
    desk.must("operator", "PUT", "/calendars/call/talk", {"fact": {"zones": ["outdoor", "hall"]}, "targets": ["all"]})
    plan, road = desk.plan(PA), desk.plan(ROAD)
    assert plan.quiet[0].zones == ("yard-a", "yard-b")
    assert [cap.zones for cap in plan.levels.caps] == [("yard-a", "yard-b"), ("hall",)]
    assert [cap.zones for cap in road.levels.caps] == [("road",)]
    assert (plan.calls[0].zones, plan.calls[0].priority) == (("hall", "yard-a", "yard-b"), Priority.LIVE)


@pytest.mark.parametrize(
    ("kind", "fact"),
    [
        ("levels", {"volumes": [{"percent": 10, "zones": ["attic"]}]}),
        ("call", {"zones": ["attic"]}),
        ("tongues", {"languages": ["vi"], "zones": ["attic"]}),
        ("quiet", {"windows": [["22:00", "05:00"]], "zones": ["attic"]}),
    ],
)
def test_a_zone_nobody_has_is_refused_with_its_place(desk, kind, fact):
    answer = desk.ask("operator", "PUT", f"/calendars/{kind}/x", {"fact": fact, "targets": ["all"]})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].endswith("/zones/0")


def test_a_schedule_for_a_group_one_of_its_targets_has_not_is_refused(desk):
    playlist = desk.playlist(desk.approved(audio={"vi": desk.sound(2.0)}))
    body = {"playlist": playlist, "targets": [PA], "windows": [["07:00", "08:00"]], "zones": ["indoor"]}
    assert desk.ask("operator", "POST", "/schedules", body).status_code == 422


@pytest.mark.parametrize("groups", [{"hall": ["hall"]}, {"out": []}, {"out": ["attic"]}])
def test_a_group_that_cannot_be_is_refused_in_the_gates_file(groups):
    device = {"id": "pa", "kind": "speaker", "zones": ["hall"], "groups": groups}
    with pytest.raises(ValueError, match="the group"):
        GatesFile.model_validate({"gates": [{"id": "g", "devices": [device]}]})
