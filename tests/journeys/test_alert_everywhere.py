"""Journey (e): an alert over everything else, on every board and speaker, through restarts, and never after its end."""

import io
import wave

import pytest

from tests.support.province import a_province, eventually

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("alert")]  # one province for all
TEXTS = {
    "vi": "KHẨN CẤP: rời khu vực ngay theo lối thoát hiểm",
    "zh-Hans": "紧急通知：请立即从安全出口撤离",
    "en": "EMERGENCY: leave now by the nearest exit",
}
BOARDS = {"huu-nghi": ("lane-1", "lane-2"), "chi-ma": ("board-1", "lane-1")}


@pytest.fixture(scope="module")
def province(tmp_path_factory):
    with a_province(tmp_path_factory.mktemp("alert"), "huu-nghi", "chi-ma", "tan-thanh") as running:
        message, _ = running.approved({"vi": "Tin thường ngày"})
        running.scheduled(message, [f"{gate}/{board}" for gate, boards in BOARDS.items() for board in boards])
        everyday = pages(running, message)
        eventually(lambda: all(lamps(running, *each) in everyday for each in boards()), what="the everyday notice")
        running.everyday = everyday
        yield running


def boards():
    return [(gate, board) for gate, names in BOARDS.items() for board in names]


def lamps(province, gate, board):
    return province.simulated[gate].devices[board].page().planes


def wall(province):
    """The picture that the full-colour wall's own program draws: no serial line tells it."""
    return (province.folder / "sim" / "huu-nghi-wall.png").read_bytes()


@pytest.fixture(autouse=True)
def nothing_is_left_on(province):
    """An alert of a test that failed would be over the boards of the next."""
    yield
    for alert in province.call("truc", "GET", "alerts"):
        if alert["state"] == "active":
            province.ask("truc", "POST", f"alerts/{alert['id']}/end")


def pages(province, message):
    shapes = ("128x32:mono", "192x64:rg", "128x16:rg")
    return {page.planes for shape in shapes for each in province.pages_of(message, shape).values() for page in each}


def start(province, minutes=5, targets=("all",)):
    return province.call("truc", "POST", "alerts", texts=TEXTS, targets=list(targets), minutes=minutes)["id"]


def over_everyday(province, within=20.0):
    eventually(
        lambda: all(
            lamps(province, *each) not in province.everyday and any(map(any, lamps(province, *each)))
            for each in boards()
        ),
        within=within,
        what="the alert on every board",
    )


def back_to_everyday(province):
    eventually(
        lambda: all(lamps(province, *each) in province.everyday for each in boards()), what="the everyday notice"
    )


def sounding(province) -> bool:
    """Whether anything but silence stands in the newest second of the recording."""
    path = province.folder / "sim" / "tan-thanh-pa-1.wav"
    with wave.open(io.BytesIO(path.read_bytes())) as wav:
        wav.setpos(max(0, wav.getnframes() - 48000))
        return any(wav.readframes(48000))


def test_an_alert_takes_every_board_and_speaker_and_says_who_confirmed_and_leaves_when_it_is_ended(province):
    calm = eventually(lambda: wall(province), what="the wall's picture")
    alert = start(province)
    over_everyday(province)
    eventually(lambda: wall(province) != calm, what="the alert on the wall")
    eventually(lambda: sounding(province), what="the emergency tone")
    view = eventually(
        lambda: (v := province.call("truc", "GET", f"alerts/{alert}")) and not v["waiting"] and v, what="confirmations"
    )
    assert {each["device"] for each in view["devices"]} == {
        "huu-nghi/lane-1",
        "huu-nghi/lane-2",
        "huu-nghi/wall",
        "chi-ma/board-1",
        "chi-ma/lane-1",
        "tan-thanh/pa-1",
    }
    assert all(each["confirmed"] and each["when"] for each in view["devices"])
    province.call("truc", "POST", f"alerts/{alert}/end")
    back_to_everyday(province)
    eventually(lambda: wall(province) == calm, what="the wall as it was")
    interrupted = eventually(
        lambda: [r for r in province.records() if r["outcome"] == "interrupted" and r["cause"] == "rule"],
        what="a record",
    )
    assert any(alert in record["reason"] for record in interrupted)


def test_an_alert_survives_kill_9_of_every_part(province):
    alert = start(province, targets=["chi-ma/*"])
    board = lambda: lamps(province, "chi-ma", "board-1")  # noqa: E731
    assert eventually(lambda: board() not in province.everyday, what="the alert")
    province.agents["chi-ma"].kill()
    province.kill_broker()
    province.controller.kill()
    province.simulated["chi-ma"].board("board-1").power_off()
    province.simulated["chi-ma"].board("board-1").power_on()
    province.agents["chi-ma"].start()
    assert eventually(
        lambda: board() not in province.everyday and any(map(any, board())), what="the alert without a controller"
    )
    province.controller.start()
    province.wait_for_page()
    province.call("truc", "POST", f"alerts/{alert}/end")
    assert eventually(lambda: board() in province.everyday, what="the everyday notice")


def test_an_agent_that_connects_later_gets_a_living_alert_and_never_one_that_is_over(province):
    agent = province.agents["chi-ma"]
    agent.stop()
    over = start(province, targets=["chi-ma/board-1"])
    province.call("truc", "POST", f"alerts/{over}/end")
    living = start(province, targets=["chi-ma/board-1"])
    agent.start()
    view = eventually(
        lambda: (v := province.call("truc", "GET", f"alerts/{living}")) and not v["waiting"] and v,
        what="the late agent",
    )
    assert view["state"] == "active"
    province.call("truc", "POST", f"alerts/{living}/end")
    back_to_everyday(province)
    assert not [record for record in province.records("chi-ma/board-1") if record["source"] == over]


def test_an_alert_ends_by_itself(province):
    start(province, minutes=0.1, targets=["huu-nghi/*"])
    assert eventually(lambda: lamps(province, "huu-nghi", "lane-1") not in province.everyday, what="the alert")
    back_to_everyday(province)
