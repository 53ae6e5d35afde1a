"""Journey (d): the same way from words to lamps over Debian's mosquitto, with the files that we generate for it."""

import os
import subprocess
import sys

import pytest

from tests.support.brokers import MOSQUITTO
from tests.support.province import Process, Province, eventually, free_port

pytestmark = [pytest.mark.journey, pytest.mark.mosquitto]
BOARD = "chi-ma/board-1"


@pytest.fixture
def province(tmp_path):
    port = free_port()
    broker = {
        "GATECAST_BROKER_HOST": "127.0.0.1",
        "GATECAST_BROKER_PORT": str(port),
        "GATECAST_BROKER_PASSWORD": "mat-khau-cua-trung-tam",
    }
    running = Province(tmp_path, ("chi-ma",), env=broker)
    folder = tmp_path / "mosquitto"
    command = [sys.executable, "-m", "controller.cli", "mosquitto-config", str(folder)]
    subprocess.run(command, env=os.environ | running.env, check=True, capture_output=True)
    mosquitto = Process(
        "mosquitto", [str(MOSQUITTO), "-c", str(folder / "mosquitto.conf")], {}, tmp_path / "mosquitto.log"
    )
    mosquitto.start()
    running.mosquitto = mosquitto
    try:
        running.start()
        yield running
    finally:
        running.stop()
        mosquitto.stop()


def test_a_notice_an_alert_and_their_records_pass_through_mosquitto_and_its_death(province):
    message, digest = province.approved({"vi": "Qua một bộ trung chuyển khác"})
    approved = {page.planes for pages in province.pages_of(message, "192x64:rg").values() for page in pages}
    province.scheduled(message, [BOARD])
    board = province.simulated["chi-ma"].board("board-1")
    eventually(lambda: board.page().planes in approved, what="the board shows the notice")
    province.mosquitto.kill()
    province.mosquitto.start()
    alert = province.call("truc", "POST", "alerts", texts={"vi": "KHẨN CẤP"}, targets=["all"], minutes=5)["id"]
    eventually(lambda: board.page().planes not in approved, what="the alert")
    province.call("truc", "POST", f"alerts/{alert}/end")
    eventually(lambda: board.page().planes in approved, what="the notice again")
    seen = eventually(lambda: [r for r in province.records(BOARD) if r["message"] == message], what="a record")
    assert {record["digest"] for record in seen} == {digest}
    assert province.call("truc", "GET", "health")["broker"] == "connected"
