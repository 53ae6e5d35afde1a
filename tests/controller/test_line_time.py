"""What sending costs on each board's line is told before anything is sent; what is known of a line is on its device's page."""

from __future__ import annotations

import pytest

from controller.services.receive import receive_status
from devices.contract.messages import Brightness, DarkPatch, Health, LineReport, Status
from devices.contract.topics import status_topic
from devices.profiles.costs import page_seconds
from devices.rendering.page import PageFile
from tests.support.desk import Desk

BOARD = "huu-nghi/lane-1"


def told(desk: Desk, device: str = BOARD, **facts: object) -> None:
    """The agent says how its device is."""
    status = Status(
        device=device, agent="agent", boot="b1", at=desk.clock.now, revision=0, health=Health.HEALTHY, cause="nothing",
        **facts,
    )  # fmt: skip
    receive_status(desk.deps, status_topic(device), status.to_bytes())


def line(driver: str = "onbon_bx", baud: int = 57600, **facts: object) -> LineReport:
    return LineReport.model_validate({"state": "ok", "driver": driver, "baud": baud} | facts)


def audited(desk: Desk) -> list[dict]:
    found = desk.get("/audit", "auditor").json()["entries"]
    return [one for one in found if one["what"] == "board.brightness"]


def test_a_message_tells_its_time_on_each_board_whose_line_is_known(desk: Desk):
    told(desk, line=line())
    message, _ = desk.submitted()
    times = desk.get(f"/messages/{message}/line-time").json()
    mine = [one for one in times if one["device"] == BOARD]
    assert {one["language"] for one in mine} == {"vi", "zh-Hans", "en"}
    for one in mine:
        preview = next(
            each
            for each in desk.get(f"/messages/{message}").json()["previews"]
            if each["board"] == "128x32:mono" and each["language"] == one["language"]
        )
        file = PageFile.from_bytes(desk.get(f"/content/{preview['sha256']}").content)
        expected = [page_seconds("onbon_bx", 57600, page.planes, 128, 32) for page in file.pages]
        assert one["first"] == pytest.approx(expected[0], abs=0.001)
        assert one["whole"] == pytest.approx(sum(expected), abs=0.002)
        assert 0.05 < one["first"] < 0.3
    others = [one for one in times if one["device"] != BOARD]
    assert others
    assert all(one["first"] is None for one in others)


def test_an_alert_tells_its_time_before_it_is_sent_and_nothing_is_kept(desk: Desk):
    told(desk, line=line(baud=9600))
    draft = {"targets": [BOARD], "minutes": 5, "texts": {"vi": "Sơ tán ngay", "en": "Leave now"}}
    times = desk.must("operator", "POST", "/alerts/line-time", draft)
    assert {(one["device"], one["language"]) for one in times} == {(BOARD, "vi"), (BOARD, "en")}
    assert all(0.5 < one["first"] < 1.0 for one in times)
    assert desk.get("/alerts").json() == []


def test_only_who_may_send_alerts_may_ask_what_one_costs(desk: Desk):
    draft = {"targets": [BOARD], "minutes": 5, "texts": {"en": "Leave now"}}
    assert desk.ask("author", "POST", "/alerts/line-time", draft).status_code == 403


def test_a_devices_own_view_tells_light_line_and_dark_parts(desk: Desk):
    dark = DarkPatch(left=0, top=0, width=64, height=32, why="has no link")
    report = line(errors={"link.noise": 3}, way="area", predicted=0.05, took=0.051)
    light = Brightness(percent=30, wanted=80, by="cap", at=desk.clock.now)
    told(desk, line=report, brightness=light, dark=(dark,))
    view = desk.get(f"/devices/{BOARD}").json()
    assert view["line"]["errors"] == {"link.noise": 3}
    assert (view["brightness"]["percent"], view["brightness"]["by"]) == (30, "cap")
    assert view["dark"][0]["why"] == "has no link"


def test_each_change_of_brightness_stands_in_the_audit_trail_once(desk: Desk):
    for percent, by in [(80, "sun"), (80, "sun"), (30, "cap"), (30, "cap"), (80, "sun")]:
        desk.clock.advance(seconds=60)
        told(desk, brightness=Brightness(percent=percent, wanted=80, by=by, at=desk.clock.now))
    trail = audited(desk)
    assert [(one["details"]["percent"], one["details"]["by"]) for one in trail] == [
        (80, "sun"),
        (30, "cap"),
        (80, "sun"),
    ]
    assert {(one["who"], one["subject"]) for one in trail} == {("agent huu-nghi/agent", BOARD)}


def signed_in(desk: Desk) -> dict[str, str]:
    """The console in English, as the duty operator."""
    cookie = f"gatecast={desk.token('operator')}; gatecast_language=en"
    return {"cookie": cookie, "sec-fetch-site": "same-origin"}


def test_the_console_shows_light_line_and_dark_parts_of_a_device(desk: Desk):
    dark = DarkPatch(left=64, top=0, width=64, height=32, why="has no link")
    light = Brightness(percent=30, wanted=80, by="cap", at=desk.clock.now)
    told(
        desk,
        line=line(errors={"link.noise": 3}, way="area", predicted=0.05, took=0.051),
        brightness=light,
        dark=(dark,),
    )
    text = desk.client.get(f"/devices/{BOARD}", headers=signed_in(desk)).text
    assert '<rect x="64" y="0" width="64" height="32"/>' in text
    for words in ("30 %", "held by a cap", "would be 80 %", "link.noise ×3", "the changed part", "expected 0.05 s"):
        assert words in text


def test_the_console_tells_the_time_on_the_line_before_an_alert_is_sent(desk: Desk):
    told(desk, line=line(baud=9600))
    form = {
        "targets": BOARD,
        "minutes": "5",
        "priority": "emergency",
        "text-vi": "Sơ tán ngay",
        "message": "",
        "drill": "",
    }
    answer = desk.client.post("/alerts/check", data=form, headers=signed_in(desk))
    assert answer.status_code == 200
    assert "Time on the line" in answer.text
    assert "0.6" in answer.text.split("Time on the line")[1].split("</table>")[0]
    assert desk.get("/alerts").json() == []


def test_the_console_tells_it_of_a_message_that_was_submitted(desk: Desk):
    told(desk, line=line())
    message, _ = desk.submitted()
    text = desk.client.get(f"/messages/{message}", headers=signed_in(desk)).text
    assert "Time on the line" in text
    assert "not known: its agent has not told its line yet" in text
