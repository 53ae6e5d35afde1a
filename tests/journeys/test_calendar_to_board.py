"""A journey of the calendar: hours that differ today reach the lamps, and mourning set while a gate is cut off is found out."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.support.province import a_province, eventually

pytestmark = pytest.mark.journey
GATE_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
BOARD, SIGN = "chi-ma/board-1", "chi-ma/lane-1"


@pytest.fixture
def province(tmp_path):
    with a_province(tmp_path, "chi-ma") as running:
        yield running


def on_air(province):
    return province.call("truc", "GET", f"devices/{BOARD}")


def received(province, mourning):
    reach = province.call("truc", "GET", f"calendars/mourning/{mourning}/devices")
    return {one["device"]: one["received"] for one in reach}


def test_hours_mourning_and_a_gate_that_is_cut_off(province):
    message, _ = province.approved({"vi": "Cửa khẩu đang mở"})
    lamps = {page.planes for each in province.pages_of(message, "192x64:rg").values() for page in each}
    board = province.simulated["chi-ma"].board("board-1")
    always = {"traffic": "travellers", "weekly": [{"windows": [["00:00", "24:00"]]}]}
    province.call("truc", "PUT", "calendars/hours/open", fact=always, targets=["chi-ma/*"])
    province.scheduled(message, [BOARD], relative={"hours": "open"}, windows=[["00:00", "24:00"]])
    eventually(lambda: board.page().planes in lamps, what="the gate is open, and the board says so")

    today = datetime.now(GATE_ZONE).date()
    span = {"first": today.isoformat(), "last": (today + timedelta(days=1)).isoformat(), "note": "12/TB"}
    province.call("truc", "POST", "hours-exceptions", hours=["open"], **span)
    eventually(lambda: on_air(province)["on_air"]["cause"] == "nothing", what="closed today: nothing to say")
    eventually(lambda: board.page().planes not in lamps, what="the words are off the lamps")
    for day in (today, today + timedelta(days=1)):
        province.call("truc", "DELETE", f"calendars/hours/open/exceptions/{day}")
    eventually(lambda: board.page().planes in lamps, what="the usual hours again")

    starts = datetime.now(GATE_ZONE) + timedelta(hours=2)
    fact = {"mutes": ["music"], "starts": starts.isoformat(), "until": (starts + timedelta(days=2)).isoformat()}
    province.call("truc", "PUT", "calendars/mourning/first", fact=fact, targets=["chi-ma/*"])
    eventually(lambda: all(received(province, "first").values()), what="mourning arrived")
    province.kill_broker()
    province.call("truc", "PUT", "calendars/mourning/second", fact=fact, targets=["chi-ma/*"])
    assert received(province, "second") == {BOARD: False, SIGN: False}
    assert received(province, "first") == {BOARD: True, SIGN: True}, "what it has it keeps"
