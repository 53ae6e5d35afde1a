"""A whole simulated gate from its agent's config, and the command that runs it."""

import contextlib
import signal
import subprocess
import sys
import threading
import tomllib
import zlib
from pathlib import Path

import pytest
import serial

from devices.cli import main
from devices.profiles.board import BoardShape
from devices.rendering.page import blank_page
from devices.rendering.png import png
from devices.simulators.gate import Picture, RelayLog, SimulatedGate, open_end, simulated
from devices.simulators.onbon_wire import Ear, Frame
from devices.simulators.speakers import crc16

CONFIG = """
gate = "huu-nghi"
agent = "agent"
[[lines]]
id = "line-1"
link = "serial:{tmp}/line-1"
baud = 57600
[lines.rs485]
gap_ms = 5
echo = {echo}
[[lines]]
id = "line-2"
link = "serial:{tmp}/line-2"
baud = 115200
[[devices]]
id = "lane-1"
line = "line-1"
driver = "onbon_bx"
[devices.settings]
shape = "8x1:mono"
address = 1
series = "6E2"
[[devices]]
id = "lane-2"
line = "line-1"
driver = "onbon_bx"
[devices.settings]
shape = "8x1:rg"
address = 2
series = "5E2"
[[devices]]
id = "pa-1"
line = "line-2"
driver = "modbus_relay"
[devices.settings]
address = 1
coils = 8
power = 5
[devices.settings.zones]
inspection-hall = 0
staff = 4
[devices.sound]
sink = "clocked"
"""
# One area over the whole 8x1 board, 5E form, two colours: left lamp red, right lamp green.
LANE_2 = bytes.fromhex(
    "01A7000000" "2B000000" "00003C00010000010000000010000000000800010000" "0100" "0F000000" "0002000A640001080000000000"
    "7FFE"
)  # fmt: skip


@pytest.fixture
def gate(tmp_path):
    gate = SimulatedGate(tomllib.loads(CONFIG.format(tmp=tmp_path, echo="false")), tmp_path / "out").start()
    yield gate
    gate.stop()


def ask(where: Path, data: bytes, size: int) -> bytes:
    """Send, and wait for so many bytes."""
    with serial.Serial(str(where), 57600, timeout=5) as port:
        port.write(data)
        return port.read(size)


def to_lane_2() -> bytes:
    return Frame(2, 0x8000, 0x0254, LANE_2).to_bytes()


def test_inputs_are_closed_by_their_names_in_a_file_and_nothing_else_closes_them(tmp_path):
    named = {"zones": {"hall": 0}, "inputs": {"red": 0, "amp": 2}}
    board = simulated("modbus_relay", named, log=tmp_path / "pa-1.log")
    ask = bytes.fromhex("01 02 00 00 00 08 79 CC")

    def inputs() -> int:
        return board.receive(ask, 0.0)[3]

    assert inputs() == 0
    (tmp_path / "pa-1.inputs").write_text("red\nnonsense amp\n")
    assert inputs() == 0b101
    board.set_input(1, True)
    (tmp_path / "pa-1.inputs").write_bytes(b"\xff\xfe")
    assert inputs() == 0b010


def test_a_board_of_the_gate_draws_itself_where_the_console_looks(gate, tmp_path):
    answer = ask(tmp_path / "line-1", to_lane_2(), 36)
    assert [Frame.read(body).sender for body in Ear().hear(answer)] == [2]
    assert gate.board("lane-2").page().text_art() == "R......G"
    assert (tmp_path / "out/huu-nghi-lane-2.png").read_bytes() == png(gate.board("lane-2").page())
    assert (tmp_path / "out/huu-nghi-lane-1.png").read_bytes() == png(blank_page(BoardShape.parse("8x1")))


def test_a_power_cut_is_seen_in_the_picture(gate, tmp_path):
    ask(tmp_path / "line-1", to_lane_2(), 36)
    gate.board("lane-2").power_off()
    assert (tmp_path / "out/huu-nghi-lane-2.png").read_bytes() == png(blank_page(BoardShape.parse("8x1:rg")))


def test_relays_of_the_gate_write_a_line_for_each_move(gate, tmp_path):
    order = bytes.fromhex("010F000000080131")
    ask(tmp_path / "line-2", order + crc16(order).to_bytes(2, "little"), 8)
    gate.relays("pa-1").power_off()
    lines = (tmp_path / "out/huu-nghi-pa-1.log").read_text().splitlines()
    assert [line.split(" ", 1)[1] for line in lines] == [
        "inspection-hall on", "staff on", "power on", "inspection-hall off", "staff off", "power off",
    ]  # fmt: skip


def test_only_boards_are_boards_and_only_relays_are_relays(gate):
    with pytest.raises(TypeError, match="pa-1 is not a board"):
        gate.board("pa-1")
    with pytest.raises(TypeError, match="lane-1 is not a relay board"):
        gate.relays("lane-1")


def test_an_adapter_that_echoes_by_config_echoes(tmp_path):
    gate = SimulatedGate(tomllib.loads(CONFIG.format(tmp=tmp_path, echo="true")), tmp_path / "out").start()
    try:
        assert ask(tmp_path / "line-1", to_lane_2(), len(to_lane_2())) == to_lane_2()
    finally:
        gate.stop()


def test_a_driver_without_simulator_is_named(tmp_path):
    config = tomllib.loads(CONFIG.format(tmp=tmp_path, echo="false").replace("modbus_relay", "smoke_signals"))
    with pytest.raises(ValueError, match="no simulator for smoke_signals"):
        SimulatedGate(config, tmp_path / "out")
    assert not (tmp_path / "line-1").is_symlink()


def test_a_link_of_an_unknown_kind_is_refused_and_nothing_stays_open(tmp_path):
    config = tomllib.loads(CONFIG.format(tmp=tmp_path, echo="false"))
    config["lines"][1]["link"] = "carrier-pigeon"
    with pytest.raises(ValueError, match='not "carrier-pigeon"'):
        SimulatedGate(config, tmp_path / "out")
    assert not (tmp_path / "line-1").is_symlink()


def test_a_tcp_line_listens_where_it_is_told():
    end = open_end("tcp:127.0.0.1:0")
    assert end.where.startswith("127.0.0.1:")
    end.close()


def test_a_reader_of_the_picture_never_meets_half_of_it(tmp_path):
    path = tmp_path / "board.png"
    shape = BoardShape.parse("192x64:rg")
    pages = [blank_page(shape), blank_page(shape).model_copy(update={"planes": (b"\xa5" * 1536, b"\x5a" * 1536)})]
    whole = {png(page) for page in pages}
    draw, seen, done = Picture(path), set(), threading.Event()
    draw(pages[0])

    def look() -> None:
        while not done.is_set():
            seen.add(path.read_bytes())

    looker = threading.Thread(target=look)
    looker.start()
    for i in range(200):
        draw(pages[i % 2])
    done.set()
    looker.join(5)
    assert seen <= whole
    assert seen
    assert list(tmp_path.iterdir()) == [path]


def test_a_disk_that_takes_nothing_does_not_end_the_board(tmp_path):
    shape = BoardShape.parse("8x1")
    draw, log = Picture(tmp_path / "out/board.png"), RelayLog(tmp_path / "out/pa.log", {})
    (tmp_path / "out/pa.log").unlink()
    (tmp_path / "out").rmdir()
    draw(blank_page(shape))
    log(1, True)
    (tmp_path / "out").mkdir()
    draw(blank_page(shape))
    log(2, True)
    assert (tmp_path / "out/board.png").read_bytes() == png(blank_page(shape))
    assert (tmp_path / "out/pa.log").read_text().endswith("coil-2 on\n")


def test_a_relay_without_a_name_is_called_by_its_number(tmp_path):
    RelayLog(tmp_path / "pa.log", {})(3, True)
    assert (tmp_path / "pa.log").read_text().endswith(" coil-3 on\n")


@pytest.fixture
def start():
    """Starts the command; whatever still runs at the end is killed."""
    with contextlib.ExitStack() as stack:

        def start(*words: str) -> subprocess.Popen[str]:
            code = "import sys; from devices.cli import main; sys.exit(main())"
            command = [sys.executable, "-c", code, "simulate", *words]
            process = stack.enter_context(
                subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            )
            stack.callback(process.kill)
            return process

        yield start


def end(process: subprocess.Popen[str], number: int = signal.SIGTERM) -> tuple[int, str]:
    process.send_signal(number)
    _, errors = process.communicate(timeout=20)
    return process.returncode, errors


def test_the_command_simulates_whole_gates_and_ends_without_a_trace(tmp_path, start):
    (tmp_path / "agent.toml").write_text(CONFIG.format(tmp=tmp_path, echo="false"))
    process = start("--config", str(tmp_path / "agent.toml"), "--out", str(tmp_path / "out"))
    assert process.stdout.readline() == "simulating 3 devices on 2 lines\n"
    assert len(ask(tmp_path / "line-1", to_lane_2(), 36)) == 36
    assert end(process) == (0, "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["agent.toml", "out"]


def test_the_command_is_one_board_on_a_terminal_with_a_bad_line(tmp_path, start):
    picture = tmp_path / "board.png"
    process = start(
        "--driver", "onbon_bx", "--listen", f"pty:{tmp_path}/line", "--board", "8x1:rg", "--series", "5E2",
        "--address", "2", "--png", str(picture), "--faults", "echo=1,seed=7",
    )  # fmt: skip
    assert process.stdout.readline() == f"simulating onbon_bx at {tmp_path}/line\n"
    heard = ask(tmp_path / "line", to_lane_2(), len(to_lane_2()) + 36)
    assert heard.startswith(to_lane_2())
    assert zlib.crc32(picture.read_bytes()) != zlib.crc32(png(blank_page(BoardShape.parse("8x1:rg"))))
    assert end(process, signal.SIGINT) == (0, "")
    assert not (tmp_path / "line").is_symlink()


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--driver", "onbon_bx", "--board", "huge"], 'not "huge"'),
        (["--driver", "onbon_bx", "--listen", "smoke"], 'not "smoke"'),
        (["--driver", "onbon_bx", "--faults", "rain=1"], "no fault rain"),
        (["--config", "/nowhere/agent.toml", "--out", "/nowhere"], "No such file"),
        (["--config", "/nowhere/agent.toml"], "--config needs --out"),
    ],
)
def test_the_command_says_in_one_line_what_cannot_be(words, complaint, capsys):
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    assert main(["simulate", *words]) == 2
    errors = capsys.readouterr().err
    assert complaint in errors
    assert errors.count("\n") == 1
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == before
