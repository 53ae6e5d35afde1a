"""What a device will show and why: at a moment, over a year, as a calendar; by API and by command."""

from __future__ import annotations

import json
import tracemalloc
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from controller.cli import main
from controller.domain.people import Actor, Role
from controller.services import foresee
from schedules.ics import read
from tests.support.desk import MONDAY_NOON, Desk

BOARD = "chi-ma/board-1"
AUDITOR = Actor(username="a", role=Role.AUDITOR)


@pytest.fixture
def ruled(desk: Desk) -> tuple[Desk, str, str]:
    """A desk with a usual schedule, and a stronger one on Tuesday 09:00-11:00."""
    desk.clock.advance(seconds=1)
    usual = desk.scheduled(desk.playlist(desk.approved(title="Giờ mở cửa")))
    strong = desk.scheduled(
        desk.playlist(desk.approved(title="Sương mù")), weekdays=[2], windows=[["09:00", "11:00"]], priority="priority"
    )
    return desk, usual, strong


def test_an_explanation_names_what_won_what_it_beat_and_who_approved_it(ruled: tuple[Desk, str, str]):
    desk, usual, strong = ruled
    said = desk.must("auditor", "GET", f"/devices/{BOARD}/explain?at=2026-11-24T10:00:00%2B07:00&language=vi")
    assert (said["source"], [each["id"] for each in said["beaten"]]) == (strong, [usual])
    assert [(each["title"], len(each["approvals"])) for each in said["messages"]] == [("Sương mù", 2)]
    assert {each["by"] for each in said["messages"][0]["approvals"]} == {"guard", "department"}
    assert "ưu tiên" in said["why"]
    assert (said["revision"], said["until"]) == (3, "2026-11-24T11:00:00+07:00")


def test_the_past_is_explained_by_the_plan_of_that_time(ruled: tuple[Desk, str, str]):
    desk, usual, _ = ruled
    noon = desk.clock.now
    desk.clock.advance(hours=1)
    desk.must("operator", "DELETE", f"/schedules/{usual}")
    then = desk.must("auditor", "GET", f"/devices/{BOARD}/explain?at={noon.isoformat().replace('+', '%2B')}")
    assert (then["source"], then["revision"]) == (usual, 3)
    assert desk.must("auditor", "GET", f"/devices/{BOARD}/explain")["cause"] == "nothing"


def test_an_alert_ended_since_is_still_named(ruled: tuple[Desk, str, str]):
    desk, _, _ = ruled
    body = {"targets": ["all"], "texts": {"vi": "Sơ tán"}, "minutes": 10}
    alert = desk.must("operator", "POST", "/alerts", body)["id"]
    at = (desk.clock.now + timedelta(seconds=30)).isoformat().replace("+", "%2B")
    assert desk.must("auditor", "GET", f"/devices/{BOARD}/explain?at={at}")["source"] == alert
    desk.clock.advance(minutes=2)
    desk.must("operator", "POST", f"/alerts/{alert}/end")
    assert desk.must("auditor", "GET", f"/devices/{BOARD}/explain?at={at}")["alerts_ended"] == [alert]


def test_a_timeline_tiles_any_period_with_reasons(ruled: tuple[Desk, str, str]):
    desk, usual, strong = ruled
    period = "from=2026-11-24T00:00:00%2B07:00&to=2026-11-25T00:00:00%2B07:00"
    found = desk.must("auditor", "GET", f"/devices/{BOARD}/timeline?{period}")
    assert [each["source"] for each in found] == ["", usual, strong, usual, ""]
    assert all(one["end"] == other["start"] for one, other in pairwise(found))
    assert found[2]["beaten"] == [usual]


def test_a_year_is_sent_and_more_is_refused(ruled: tuple[Desk, str, str]):
    desk, _, _ = ruled
    year = "from=2027-01-01T00:00:00%2B07:00&to=2028-01-01T00:00:00%2B07:00"
    assert len(desk.must("auditor", "GET", f"/devices/{BOARD}/timeline?{year}")) == 365 * 2 + 52 * 2 + 1
    two = desk.get(f"/devices/{BOARD}/timeline?from=2027-01-01T00:00:00Z&to=2029-01-01T00:00:00Z")
    assert (two.status_code, two.json()["code"]) == (422, "timeline.period")
    assert desk.get("/devices/chi-ma/none/timeline").status_code == 404


def test_a_year_takes_no_more_memory_than_a_month(ruled: tuple[Desk, str, str]):
    desk, _, _ = ruled

    def peak(days: int) -> int:
        tracemalloc.start()
        for _each in foresee.stream(desk.deps, AUDITOR, BOARD, MONDAY_NOON, MONDAY_NOON + timedelta(days=days)):
            pass
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(60)
    assert peak(390) < peak(60) + 300_000


def test_a_devices_schedule_opens_in_any_calendar(ruled: tuple[Desk, str, str]):
    desk, _, _ = ruled
    answer = desk.get(f"/devices/{BOARD}/schedule.ics?from=2026-11-24T00:00:00Z&to=2026-11-27T00:00:00Z")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.text.endswith("END:VCALENDAR\r\n")
    assert "Sương mù" in {each.summary for each in read(answer.text)}


# --- the same from the command line


@pytest.fixture
def at_the_machine(ruled: tuple[Desk, str, str], monkeypatch: pytest.MonkeyPatch) -> tuple[Desk, str, str]:
    monkeypatch.setenv("GATECAST_DATA", str(ruled[0].settings.data))
    return ruled


def test_the_command_explains_a_moment_of_gate_time(
    at_the_machine: tuple[Desk, str, str], capsys: pytest.CaptureFixture[str]
):
    _, usual, _ = at_the_machine
    assert main(["explain", "--device", BOARD, "--at", "2026-11-24T10:00"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("chi-ma/board-1 at 24/11/2026 10:00:00, by plan 3:")
    assert '"Sương mù", approved by guard (border_guard' in said
    assert f"goes before: p ({usual})" in said
    assert main(["explain", "--device", BOARD, "--at", "2026-11-24T10:00", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["beaten"] == [{"id": usual, "name": "p"}]


def test_the_command_prints_a_timeline_three_ways(
    at_the_machine: tuple[Desk, str, str], capsys: pytest.CaptureFixture[str]
):
    words = ["timeline", "--device", BOARD, "--from", "2026-11-24", "--to", "2026-11-25", "--format"]
    printed = {}
    for form in ("text", "json", "ics"):
        assert main([*words, form]) == 0
        printed[form] = capsys.readouterr().out
    assert printed["text"].splitlines()[2].startswith("24/11/2026 09:00:00 - 24/11/2026 11:00:00")
    assert [json.loads(line)["start"] for line in printed["json"].splitlines()][1] == "2026-11-24T07:00:00+07:00"
    assert len(read(printed["ics"])) == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["explain", "--device", "chi-ma/none"], 'there is no device "chi-ma/none"'),
        (["timeline", "--device", BOARD, "--from", "2026-11-24", "--to", "2026-11-23"], "`to` is after `from`"),
    ],
)  # fmt: skip
def test_a_fault_is_one_sentence(
    at_the_machine: tuple[Desk, str, str], capsys: pytest.CaptureFixture[str], words: list[str], said: str
):
    assert main(words) == 1
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_a_moment_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main(["explain", "--device", BOARD, "--at", "tomorrow"])
    assert '"tomorrow" is no moment' in capsys.readouterr().err


def test_moments_without_a_zone_are_of_the_gate():
    from controller.cli.moments import moment

    assert moment("2026-02-18T10:00") == datetime(2026, 2, 18, 3, tzinfo=UTC)
    assert moment("2026-02-18T10:00+08:00") == datetime(2026, 2, 18, 2, tzinfo=UTC)
