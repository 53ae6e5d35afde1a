"""The simulated line: its pace, its faults, what shares it, and where a host meets it."""

import os
import socket
import time
from pathlib import Path

import pytest
import serial
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.profiles.board import BoardShape
from devices.simulators.boards import OnbonBoard
from devices.simulators.faults import Faults, Weather
from devices.simulators.line import TURNAROUND, SimulatedLine, Wire
from devices.simulators.onbon_wire import Ear, Frame
from devices.simulators.pace import ROOM, Pace
from devices.simulators.pty import PtyEnd, TcpEnd


class Parrot:
    """Says back what it hears and remembers when it heard it."""

    def __init__(self) -> None:
        self.heard: list[tuple[float, bytes]] = []

    def receive(self, data: bytes, at: float) -> bytes:
        self.heard.append((at, data))
        return data

    def wake(self, at: float) -> float | None:
        return None

    def unasked(self, at: float) -> bytes:
        return b""


def ping(address: int) -> bytes:
    return Frame(address, 0x8000, 0xFFFE, b"\x01\xa2\x00\x00\x00").to_bytes()


def cards(*addresses: int) -> list[OnbonBoard]:
    return [OnbonBoard(BoardShape.parse("8x1"), address=address) for address in addresses]


def run_wire(wire: Wire, until: float) -> bytes:
    """Step as the thread would, on a clock that jumps from event to event."""
    heard = wire.step(0.0)
    while (at := wire.next_at()) is not None and at <= until:
        heard += wire.step(at)
    return heard


def senders(data: bytes) -> list[int]:
    frames = [Frame.read(body) for body in Ear().hear(data)]
    return [frame.sender for frame in frames if frame and frame.sound]


@given(st.binary(min_size=1, max_size=200), st.sampled_from([300, 9600, 57600, 115200]), st.floats(0, 1))
@settings(max_examples=100, deadline=None)
def test_by_any_instant_no_more_bytes_have_arrived_than_the_baud_rate_allows(data, baud, part):
    pace = Pace(baud)
    pace.push(data, 100.0)
    seconds = part * len(data) * 10 / baud
    arrived = b"".join(run for _, run in pace.take(100.0 + seconds))
    assert data.startswith(arrived)
    assert abs(len(arrived) - seconds * baud / 10) <= 1.01


def test_two_thousand_bytes_at_300_baud_take_66_seconds_and_two_thirds():
    pace = Pace(300)
    pace.push(bytes(2000), 0.0)
    assert len(b"".join(run for _, run in pace.take(66.6))) == 1998
    assert len(b"".join(run for _, run in pace.take(66.7))) == 2


def test_a_pause_of_the_host_is_a_hole_on_the_wire():
    pace = Pace(9600)
    pace.push(b"ab", 0.0)
    pace.push(b"c", 1.0)
    assert [run for _, run in pace.take(2.0)] == [b"ab", b"c"]


def test_a_full_wire_takes_no_more():
    pace = Pace(9600)
    pace.push(bytes(ROOM), 0.0)
    assert pace.room == 0
    pace.take(10.0)
    assert pace.room == ROOM


def test_answers_are_paced_like_questions():
    wire = Wire(cards(1), 9600)
    wire.send(ping(1), 0.0)
    begins = len(ping(1)) / 960 + TURNAROUND
    assert run_wire(wire, begins) == b""
    size = len(run_wire(wire, begins + 0.01) + wire.step(begins + 0.01))
    assert 9 <= size <= 10
    assert size + len(run_wire(wire, 1.0)) == len(cards(1)[0].receive(ping(1), 0.0))


def test_two_boards_on_one_line_answer_only_for_themselves():
    wire = Wire(cards(1, 2), 57600)
    wire.send(ping(1), 0.0)
    wire.send(ping(2), 0.5)
    wire.send(ping(3), 1.0)
    assert senders(run_wire(wire, 2.0)) == [1, 2]


def test_a_question_to_everyone_on_a_shared_line_spoils_the_answers():
    alone, shared = Wire(cards(1), 57600), Wire(cards(1, 2), 57600)
    alone.send(ping(0xFFFE), 0.0)
    shared.send(ping(0xFFFE), 0.0)
    assert senders(run_wire(alone, 1.0)) == [1]
    assert senders(run_wire(shared, 1.0)) == []


def test_an_echoing_adapter_gives_back_what_was_sent_before_the_answer():
    wire = Wire(cards(1), 57600, Faults(echo=True))
    wire.send(ping(1), 0.0)
    heard = run_wire(wire, 1.0)
    assert heard.startswith(ping(1))
    assert senders(heard) == [0x8000, 1]


def test_devices_on_a_shared_line_hear_one_anothers_answers():
    one, other = Parrot(), OnbonBoard(BoardShape.parse("8x1"))
    wire = Wire([other, one], 57600)
    wire.send(ping(1), 0.0)
    run_wire(wire, 1.0)
    assert other.frames == 1
    assert b"".join(data for _, data in one.heard).startswith(ping(1))


def test_nothing_is_due_on_a_line_at_rest():
    wire = Wire(cards(1, 2), 57600)
    wire.send(ping(1), 0.0)
    run_wire(wire, 1.0)
    assert wire.next_at() is None


def spoilt(faults: Faults, data: bytes, direction: int = 0) -> bytes:
    return b"".join(piece for piece, _ in Weather(faults, direction).spoil(data, 0.0))


def test_the_same_seed_makes_the_same_bad_line_and_the_two_directions_differ():
    faults = Faults(drop=0.1, flip=0.1, duplicate=0.1, seed=7)
    data = bytes(range(256)) * 4
    assert spoilt(faults, data) == spoilt(faults, data)
    assert spoilt(faults, data) != spoilt(faults, data, 1)
    assert spoilt(faults, data) != data


@pytest.mark.parametrize(
    ("faults", "size"), [(Faults(drop=1), 0), (Faults(duplicate=1), 200), (Faults(flip=1), 100), (Faults(cut=1), 0)]
)
def test_each_fault_does_what_it_says(faults, size):
    spoiled = spoilt(faults, bytes(100))
    assert len(spoiled) == size
    assert all(byte.bit_count() == (1 if faults.flip else 0) for byte in spoiled)


def test_a_cut_line_comes_back_after_a_second():
    weather = Weather(Faults(cut=0.5, seed=1))
    assert weather.spoil(bytes(50), 0.0) != [(bytes(50), 0.0)]
    calm = Weather(Faults(cut=1e-12))
    assert b"".join(piece for piece, _ in calm.spoil(bytes(50), 5.0)) == bytes(50)


def test_a_delayed_byte_holds_up_those_behind_it():
    wire = Wire([parrot := Parrot()], 9600, Faults(delay=1))
    wire.send(b"a", 0.0)
    run_wire(wire, 1.0)
    assert parrot.heard[0][0] == pytest.approx(0.05 + 10 / 9600)


def test_faults_are_read_as_written_and_unknown_ones_are_named():
    assert Faults.parse("drop=0.001,flip=0.002,echo=1,seed=7") == Faults(drop=0.001, flip=0.002, echo=True, seed=7)
    assert Faults.parse("") == Faults()
    with pytest.raises(ValueError, match="no fault rain; known: drop"):
        Faults.parse("rain=1")
    with pytest.raises(ValueError, match="drop needs a number"):
        Faults.parse("drop=often")
    with pytest.raises(ValueError, match="between 0 and 1"):
        Faults.parse("drop=2")


@pytest.fixture
def on_pty(tmp_path):
    line = SimulatedLine(PtyEnd(tmp_path / "line"), cards(1), 57600).start()
    yield line
    line.stop()


def ask(where: str) -> list[int]:
    with serial.Serial(where, 57600, timeout=0.1, exclusive=True) as port:
        port.write(ping(1))
        heard, end = b"", time.monotonic() + 5
        while not heard.endswith(b"\x5a") and time.monotonic() < end:
            heard += port.read(200)
    return senders(heard)


def test_agents_come_and_go_and_the_terminal_stays(on_pty):
    assert ask(on_pty.end.where) == [1]
    assert ask(on_pty.end.where) == [1]


def test_the_terminals_path_is_gone_after_the_end(on_pty):
    path = Path(on_pty.end.where)
    assert path.is_symlink()
    on_pty.stop()
    on_pty.stop()
    assert not path.is_symlink()


def test_a_link_left_behind_is_replaced_and_a_file_is_left_alone(tmp_path):
    (tmp_path / "stale").symlink_to("/dev/pts/none")
    end = PtyEnd(tmp_path / "stale")
    assert os.path.realpath(tmp_path / "stale").startswith("/dev/")
    end.close()
    (tmp_path / "file").write_text("mine")
    with pytest.raises(FileExistsError, match="left alone"):
        PtyEnd(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "mine"


def test_a_link_that_another_simulator_took_over_is_not_removed(tmp_path):
    one = PtyEnd(tmp_path / "line")
    two = PtyEnd(tmp_path / "line")
    one.close()
    assert (tmp_path / "line").is_symlink()
    two.close()
    assert not (tmp_path / "line").is_symlink()


def test_a_host_that_never_reads_does_not_stop_the_line(on_pty):
    far = os.open(on_pty.end.where, os.O_RDWR | os.O_NOCTTY)
    on_pty.end.write(bytes(100_000))
    os.close(far)
    with serial.Serial(on_pty.end.where) as port:
        port.reset_input_buffer()
    assert ask(on_pty.end.where) == [1]


def test_a_tcp_port_serves_one_user_and_a_new_one_takes_over():
    line = SimulatedLine(TcpEnd(), cards(1), 1_000_000).start()
    host, port = line.end.where.split(":")
    try:
        with socket.create_connection((host, int(port)), 5) as first:
            first.sendall(ping(1))
            first.settimeout(5)
            assert senders(first.recv(200)) == [1]
            with socket.create_connection((host, int(port)), 5) as second:
                assert first.recv(200) == b""
                second.sendall(ping(1))
                second.settimeout(5)
                assert second.recv(200)
    finally:
        line.stop()
