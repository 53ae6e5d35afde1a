"""Journey (b): controller and broker are gone while windows change; the gate goes on, its records arrive later, each once."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.support.province import a_province, eventually

pytestmark = pytest.mark.journey
GATE_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
BOARD = "chi-ma/board-1"


@pytest.fixture
def province(tmp_path):
    with a_province(tmp_path, "chi-ma") as running:
        yield running


def pages(province, message):
    return {page.planes for each in province.pages_of(message, "192x64:rg").values() for page in each}


def test_a_window_that_begins_while_everything_else_is_dead_changes_the_board(province):
    before, _ = province.approved({"vi": "Trước giờ đổi", "en": "Before"})
    after, digest = province.approved({"vi": "Sau giờ đổi", "en": "After"})
    turn = (datetime.now(GATE_ZONE) + timedelta(seconds=70)).replace(second=0, microsecond=0)
    province.scheduled(before, [BOARD])
    province.scheduled(after, [BOARD], windows=[[turn.strftime("%H:%M"), "24:00"]], priority="priority")
    board = province.simulated["chi-ma"].board("board-1")
    eventually(lambda: board.page().planes in pages(province, before), what="the first notice")
    wanted = pages(province, after)
    revision = province.call("truc", "GET", f"devices/{BOARD}")["revision_wanted"]
    eventually(
        lambda: province.call("truc", "GET", f"devices/{BOARD}")["revision_held"] == revision, what="the plan held"
    )
    province.kill_broker()
    province.controller.kill()

    eventually(lambda: board.page().planes in wanted, within=100, what="the second notice, all alone")
    assert datetime.now(GATE_ZONE) >= turn

    province.controller.start()
    province.wait_for_page()
    records = eventually(
        lambda: [r for r in province.records(BOARD) if r["message"] == after] and province.records(BOARD),
        what="records",
    )
    sequences = [(record["boot"], record["sequence"]) for record in records]
    assert len(set(sequences)) == len(sequences)
    first = min((record for record in records if record["message"] == after), key=lambda record: record["due"])
    assert first["digest"] == digest
    assert datetime.fromisoformat(first["started"]) - turn < timedelta(seconds=5)
