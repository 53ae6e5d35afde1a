"""Journey (f): two boards on one noisy RS-485 line with an adapter that echoes; the right picture in the end, never a wrong one."""

import pytest

from devices.simulators.faults import Faults
from tests.support.province import a_province, eventually

pytestmark = pytest.mark.journey


@pytest.fixture
def province(tmp_path):
    faults = Faults(drop=0.0003, flip=0.0003, duplicate=0.0003, seed=7)
    with a_province(tmp_path, "huu-nghi", faults=faults, echo=True) as running:
        yield running


def test_each_board_shows_its_own_notice_and_nothing_else_ever(province):
    messages = {
        board: province.approved({"vi": f"Làn dành cho {who}"})[0]
        for board, who in (("lane-1", "xe tải"), ("lane-2", "khách"))
    }
    gate = province.simulated["huu-nghi"]
    approved = {
        board: {page.planes for pages in province.pages_of(message, "128x32:mono").values() for page in pages}
        for board, message in messages.items()
    }
    dark = {board: gate.board(board).page().planes for board in messages}
    for board, message in messages.items():
        province.scheduled(message, [f"huu-nghi/{board}"])

    for board in messages:
        eventually(lambda b=board: gate.board(b).page().planes in approved[b], within=60, what=f"the notice on {board}")
        assert gate.board(board).page().planes != dark[board]
    for board in messages:
        others = [other for other in messages if other != board]
        assert not any(gate.board(board).page().planes in approved[other] for other in others)
        eventually(
            lambda b=board: province.call("truc", "GET", f"devices/huu-nghi/{b}")["on_air"]["message"] == messages[b],
            what=f"the controller knows of {board}",
        )
