"""Records of lines: what an agent wrote down plays again, to a driver and to a simulated device, and is bounded."""

from __future__ import annotations

from pathlib import Path

import pytest

from devices.agent.board import BoardHand
from devices.agent.build import build_workers
from devices.agent.capture import KEPT, captured
from devices.agent.config import AgentConfig
from devices.agent.nosound import NoSound
from devices.agent.worker import LineWorker, OnLine
from devices.cli import main
from devices.cli.replay_command import exchanges
from devices.drivers.onbon_bx.driver import OnbonBoard as OnbonDriver
from devices.drivers.onbon_bx.settings import OnbonSettings
from devices.links.trace import ReplayLink
from devices.ports import Evidence
from devices.profiles.board import BoardShape
from devices.rendering.page import Page
from devices.rendering.png import png
from devices.simulators.boards import OnbonBoard
from tests.support.fake_devices import FakeBoard, FakeClock, FakeLink, Line
from tests.support.virtual_line import VirtualLine

SHAPE = BoardShape.parse("64x16:rg")
SETTINGS = OnbonSettings(shape=SHAPE, address=1)
PAGE = Page(shape=SHAPE, planes=(b"\xa5" * 128, b"\x5a" * 128), seconds=1)


def open_in(folder: Path) -> list[Path]:
    """The files of a folder that this process holds open, as the kernel knows them."""
    held = {each.resolve() for each in Path("/proc/self/fd").iterdir()}
    return sorted(path for path in folder.iterdir() if path.resolve() in held)


def session(folder: Path) -> Path:
    """A driver's talk with a card, written down."""
    clock = FakeClock()
    wire = VirtualLine(clock, OnbonBoard(SHAPE))
    link = captured(lambda: wire, folder, "board")
    driver = OnbonDriver(link, SETTINGS, clock.monotonic)
    driver.identify()
    assert driver.show(PAGE) is Evidence.ACKNOWLEDGED
    driver.brightness(50)
    link.close()
    (record,) = folder.glob("board-*.hex")
    return record


def test_a_record_answers_the_same_driver_as_the_card_did(tmp_path: Path) -> None:
    record = session(tmp_path)
    driver = OnbonDriver(ReplayLink(record.read_text().splitlines()), SETTINGS)
    assert driver.identify().width == 64
    assert driver.show(PAGE) is Evidence.ACKNOWLEDGED
    assert driver.brightness(50) is Evidence.ACKNOWLEDGED


def test_a_record_told_to_a_simulated_device_is_answered_alike_and_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record, picture = session(tmp_path), tmp_path / "board.png"
    words = ["replay", str(record), "--driver", "onbon_bx", "--board", "64x16:rg", "--png", str(picture)]
    assert main(words) == 0
    assert "4 exchanges: 4 answered alike, 0 otherwise" in capsys.readouterr().out
    assert picture.read_bytes() == png(PAGE)


def test_an_answer_that_differs_is_shown_beside_the_simulated_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = session(tmp_path)
    lines = record.read_text().splitlines()
    last = max(number for number, line in enumerate(lines) if " < " in line)
    lines[last] = lines[last][:-2] + "00"
    record.write_text("\n".join(lines))
    assert main(["replay", str(record), "--driver", "onbon_bx", "--board", "64x16:rg"]) == 1
    out = capsys.readouterr().out
    assert "3 answered alike, 1 otherwise" in out
    assert "the simulated device: " in out


@pytest.mark.parametrize("text", ["nonsense", "2026-11-22T13:15:30+00:00 ? 00", "yesterday > 00"])
def test_what_is_no_record_is_said_in_one_sentence(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.hex").write_text(text)
    assert main(["replay", str(tmp_path / "a.hex"), "--driver", "onbon_bx"]) == 2
    assert capsys.readouterr().err.startswith("replay: ")


def test_what_was_told_in_pieces_is_one_exchange() -> None:
    text = "\n".join(
        f"2026-11-22T13:15:{second:02d}+00:00 {what}"
        for second, what in [(1, "> 01"), (2, "> 02"), (3, "< 03"), (5, "> 04")]
    )
    assert list(exchanges(text)) == [(1.0, b"\x01\x02", b"\x03"), (4.0, b"\x04", b"")]


def test_only_the_newest_records_of_a_line_are_kept(tmp_path: Path) -> None:
    for _ in range(KEPT + 3):
        captured(FakeLink, tmp_path, "board").close()
    captured(FakeLink, tmp_path, "other").close()
    assert len(list(tmp_path.glob("board-*.hex"))) == KEPT
    assert len(list(tmp_path.glob("other-*.hex"))) == 1


def test_a_disk_that_takes_no_record_does_not_cost_the_line(tmp_path: Path) -> None:
    (tmp_path / "lines").write_text("a file where a folder should be")
    link = FakeLink()
    assert captured(lambda: link, tmp_path / "lines", "board") is link


def test_an_agent_writes_down_the_lines_whose_config_says_so(tmp_path: Path) -> None:
    facts = {
        "gate": "g", "state": str(tmp_path), "controller": {"url": "http://x"},
        "lines": [{"id": "a", "link": "serial:/dev/a", "capture": True}, {"id": "b", "link": "serial:/dev/b"}],
        "devices": [
            {"id": name, "line": name, "driver": "modbus_relay", "settings": {"zones": {"hall": 0}}} for name in "ab"
        ],
    }  # fmt: skip
    bench = Line(tmp_path / "bench")
    workers = build_workers(
        AgentConfig.model_validate(facts), bench.tools, bench.clock, lambda *_: None, lambda *_: FakeLink(),
        lambda _: NoSound(),
    )  # fmt: skip
    for worker in workers.values():
        worker.turn()
    (record,) = (tmp_path / "lines").iterdir()
    assert record.name.startswith("a-")
    assert open_in(record.parent) == [record]
    for worker in workers.values():
        worker.ask_to_stop()
        worker.turn()
    assert open_in(record.parent) == []
    bench.store.close()


class StuckLink(FakeLink):
    """A link whose port cannot be given back."""

    def close(self) -> None:
        raise OSError("the port is stuck")


def test_a_record_ends_even_where_the_port_cannot_be_given_back(tmp_path: Path) -> None:
    link = captured(StuckLink, tmp_path, "board")
    link.send(b"\x01")
    with pytest.raises(OSError, match="stuck"):
        link.close()
    assert open_in(tmp_path) == []
    assert [path.read_text().endswith("> 01\n") for path in tmp_path.iterdir()] == [True]


class UnstoppableHand(BoardHand):
    """A hand with a fault of ours in its last step."""

    def stop(self) -> None:
        raise RuntimeError("no end")


def test_a_hand_that_fails_at_the_stop_leaves_no_record_open(tmp_path: Path) -> None:
    bench, records = Line(tmp_path), tmp_path / "lines"
    hand = OnLine(UnstoppableHand(bench.tools("g/a"), SHAPE), lambda _link, _patient: FakeBoard())
    worker = LineWorker("a", {"g/a": hand}, lambda: captured(FakeLink, records, "a"), bench.clock, lambda *_: None)
    worker.turn()
    assert len(open_in(records)) == 1
    worker.ask_to_stop()
    with pytest.raises(RuntimeError, match="no end"):
        worker.turn()
    assert open_in(records) == []
    bench.store.close()
