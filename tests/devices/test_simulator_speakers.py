"""The simulated relay board against the manual's bytes and against client libraries that know nothing of it."""

import minimalmodbus
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymodbus.client import ModbusSerialClient

from devices.simulators.line import SimulatedLine, Wire
from devices.simulators.pty import PtyEnd
from devices.simulators.speakers import RelayBoard, crc16

ZONES_1_AND_3 = bytes.fromhex("010F0000000801053E96")


def told(board: RelayBoard, words: str, at: float = 0.0) -> str:
    return board.receive(bytes.fromhex(words), at).hex(" ").upper()


def closed(board: RelayBoard) -> list[int]:
    return [coil for coil, shut in enumerate(board.coils()) if shut]


def signed(words: str) -> str:
    data = bytes.fromhex(words)
    return (data + crc16(data).to_bytes(2, "little")).hex()


def spaced(words: str) -> str:
    return bytes.fromhex(words).hex(" ").upper()


@pytest.mark.parametrize(
    ("words", "coils"),
    [
        ("01 05 00 00 FF 00 8C 3A", [0]),
        ("01 05 00 01 FF 00 DD FA", [1]),
        ("01 05 00 00 00 00 CD CA", []),
    ],
)
def test_one_coil_is_answered_with_the_same_bytes(words, coils):
    board = RelayBoard()
    assert told(board, words) == words
    assert closed(board) == coils


def test_zones_in_one_write_read_back_as_the_manual_says():
    board = RelayBoard()
    assert told(board, "01 0F 00 00 00 08 01 05 3E 96") == spaced(signed("010F00000008"))
    assert told(board, "01 01 00 00 00 08 3D CC") == "01 01 01 05 91 8B"
    assert closed(board) == [0, 2]


def test_all_eight_close_in_one_write():
    board = RelayBoard()
    told(board, "01 0F 00 00 00 08 01 FF BE D5")
    assert closed(board) == list(range(8))


def test_inputs_are_read_apart_from_coils():
    board = RelayBoard()
    board.set_input(1, True)
    board.set_input(7, True)
    assert told(board, "01 02 00 00 00 08 79 CC") == spaced(signed("01020182"))


def test_everyone_off_is_obeyed_and_not_answered():
    board = RelayBoard()
    board.receive(ZONES_1_AND_3, 0.0)
    assert told(board, "00 0F 00 00 00 08 01 00 3F 59", 1.0) == ""
    assert closed(board) == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("0101 0005 0008", 2),
        ("0105 0008 FF00", 2),
        ("0105 0000 5500", 3),
        ("0101 0000 0000", 3),
        ("0103 0000 0001", 1),
        ("010F 0004 0008 01FF", 2),
        ("010F 0000 0008 02FFFF", 3),
    ],
    ids=["read past the end", "no such coil", "toggle", "nothing", "registers", "write past the end", "wrong size"],
)
def test_what_the_board_cannot_do_is_an_exception_with_its_code(words, code):
    board = RelayBoard()
    answer = bytes.fromhex(told(board, signed(words)))
    assert answer[1:3] == bytes([int(words[2:4], 16) | 0x80, code])
    assert crc16(answer) == 0
    assert closed(board) == []


def test_an_exception_has_the_manuals_bytes():
    assert told(RelayBoard(coils=8), signed("0101 0000 0009")) == "01 81 02 C1 91"


def test_a_timed_zone_opens_by_itself():
    board = RelayBoard()
    told(board, "01 05 02 00 00 07 8D B0", 10.0)
    told(board, "01 05 02 01 02 58 9D 28", 10.0)
    assert closed(board) == [0, 1]
    assert board.wake(10.5) == pytest.approx(10.7)
    assert board.wake(10.7) == pytest.approx(70.0)
    assert closed(board) == [1]


def test_a_plain_write_ends_the_timing():
    board = RelayBoard()
    told(board, "01 05 02 00 00 07 8D B0", 10.0)
    told(board, "01 05 00 00 FF 00 8C 3A", 10.1)
    assert board.wake(11.0) is None
    assert closed(board) == [0]


def test_a_stuck_relay_is_seen_only_by_read_back():
    board = RelayBoard()
    board.stick(2)
    assert board.receive(ZONES_1_AND_3, 0.0)
    assert told(board, "01 01 00 00 00 08 3D CC", 1.0) == spaced(signed("01010101"))


def test_every_move_is_told_once():
    moves = []
    board = RelayBoard(changed=lambda coil, shut: moves.append((coil, shut)))
    board.receive(ZONES_1_AND_3, 0.0)
    board.receive(ZONES_1_AND_3, 1.0)
    board.power_off()
    assert moves == [(0, True), (2, True), (0, False), (2, False)]


def test_without_power_nobody_answers_and_afterwards_all_is_open():
    board = RelayBoard()
    board.receive(ZONES_1_AND_3, 0.0)
    board.power_off()
    assert board.receive(ZONES_1_AND_3, 1.0) == b""
    board.power_on()
    assert closed(board) == []
    assert board.receive(ZONES_1_AND_3, 2.0)


def test_boards_at_two_addresses_do_not_take_each_others_answers_for_orders():
    boards = [RelayBoard(address=1), RelayBoard(address=2)]
    wire = Wire(boards, 9600)
    wire.send(ZONES_1_AND_3, 0.0)
    wire.step(0.05)
    for at in (1.0, 2.0):
        wire.send(bytes.fromhex(signed("0201 0000 0008")), at)
        wire.step(at + 0.05)
    assert [closed(board) for board in boards] == [[0, 2], []]
    assert [board.frames for board in boards] == [1, 2]


@given(st.binary(max_size=400))
@settings(max_examples=80)
def test_noise_moves_no_relay_and_the_next_question_is_answered(noise):
    board = RelayBoard()
    board.receive(noise, 0.0)
    if closed(board) == []:  # a frame with a true checksum would be an order
        assert board.receive(ZONES_1_AND_3, 5.0)
    assert closed(board) == [0, 2]


@given(st.integers(0, 9), st.integers(0, 7))
def test_a_flipped_bit_moves_nothing(at, bit):
    spoiled = bytearray(ZONES_1_AND_3)
    spoiled[at] ^= 1 << bit
    board = RelayBoard()
    assert board.receive(bytes(spoiled), 0.0) == b""
    assert closed(board) == []


@pytest.fixture
def on_pty(tmp_path):
    board = RelayBoard(address=17)
    line = SimulatedLine(PtyEnd(tmp_path / "relays"), [board], 9600).start()
    yield board, line.end.where
    line.stop()


def test_minimalmodbus_gets_on_with_it(on_pty):
    board, where = on_pty
    board.set_input(3, True)
    client = minimalmodbus.Instrument(where, 17)
    client.serial.baudrate, client.serial.timeout = 9600, 1.0
    try:
        client.write_bits(0, [1, 0, 1, 0, 0, 0, 0, 0])
        assert client.read_bits(0, 8, functioncode=1) == [1, 0, 1, 0, 0, 0, 0, 0]
        assert client.read_bits(0, 8, functioncode=2) == [0, 0, 0, 1, 0, 0, 0, 0]
        with pytest.raises(minimalmodbus.IllegalRequestError):
            client.read_register(0)
    finally:
        client.serial.close()
    assert closed(board) == [0, 2]


def test_pymodbus_gets_on_with_it(on_pty):
    board, where = on_pty
    client = ModbusSerialClient(where, baudrate=9600, timeout=2)
    assert client.connect()
    try:
        assert not client.write_coil(5, True, device_id=17).isError()
        assert client.read_coils(0, count=8, device_id=17).bits[:8] == [False] * 5 + [True] + [False] * 2
        assert client.read_coils(0, count=9, device_id=17).exception_code == 2
    finally:
        client.close()
    assert closed(board) == [5]
