"""The standard dialect of the simulated card against frames of the maker's own software."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.profiles.board import BoardShape
from devices.simulators.boards import OnbonBoard
from devices.simulators.onbon_areas import Refusal
from devices.simulators.onbon_standard import Packet
from devices.simulators.onbon_wire import Ear, Frame, wrap

# What the vendor's 2018 software sent, captured on its TCP link; the first two of each series also stand in the facts.
PING_6 = "FEFF00800700FEFF0000961C9001960100000000000005001E78006801A2000000"
ON_6 = "0100008007007402000088599001961A000000000000060068C4009601A205010001"
OFF_6 = "01000080070074020000AC66900196120000000000000600A904008401A205010000"
PING_5 = "FEFF00800500FEFF010060400090962E00000000000005001E78EF01A2000000"
OFF_5 = "0100008005005402010074410090962E0000000000000600A9046501A205010000"
STATUS = "01000080070074020000BA669001961200000000000005002E7B006901A20F0000"
BRIGHT_8 = "0100008007007402000018679001961200000000000036007DF9002801A2073100" + "00" + "07" * 48
BY_CLOCK = "010000800700740200006A679001961200000000000036004C6700F501A2073100010F" + "0F" * 46 + "02"
CLOCK = "010000800700740200009467900196120000000000000D00D085004E01A20208002620112223004207"
LOCK = "01000080070074020000E267900196120000000000000700E43B00B801A20D02000001"
UNLOCK = "010000800700740200002C6890019612000000000000070025FB007801A20D02000000"
FRAMES_6 = (PING_6, ON_6, OFF_6, STATUS, BRIGHT_8, BY_CLOCK, CLOCK, LOCK, UNLOCK)
PICTURE = struct.pack(  # a 6E update: one area, 8 by 1 lamps in two colours
    "<HIBBHBHBIBHHHH5B5xHIBBBBHBH9xII", 1, 63, 0, 0, 60, 1, 0, 1, 0, 16, 0, 0, 8, 1, 0, 0, 101, 0, 0, 1,
    26, 0, 2, 1, 0, 0, 1, 8, 0, 8,
)  # fmt: skip


def card(**other) -> OnbonBoard:
    return OnbonBoard(BoardShape.parse("64x32:rg"), **other)


def told(board: OnbonBoard, frame: str, at: float = 0.0) -> Packet:
    (body,) = Ear().hear(board.receive(wrap(bytes.fromhex(frame)), at))
    packet = Packet.read(body)
    assert packet is not None
    assert packet.sound
    return packet


def answer(packet: Packet) -> tuple[int, int, int, bytes]:
    """Group, command, error and data of a reply."""
    _, group, command, status, error, size = struct.unpack_from("<BBBHHH", packet.body)
    assert bool(status & 1) == bool(error)
    assert size == len(packet.body) - 9
    return group, command, error, packet.body[9:]


@pytest.mark.parametrize("frame", [*FRAMES_6, PING_5, OFF_5])
def test_frames_of_the_makers_software_pass_both_checks(frame):
    packet = Packet.read(bytes.fromhex(frame))
    assert packet is not None
    assert packet.sound


@given(st.sampled_from([*FRAMES_6, PING_5, OFF_5]), st.data())
def test_a_flipped_bit_is_noticed(frame, data):
    spoiled = bytearray.fromhex(frame)
    at = data.draw(st.integers(5, len(spoiled) - 1))
    spoiled[at] ^= 1 << data.draw(st.integers(0, 7))
    packet = Packet.read(bytes(spoiled))
    assert packet is None or not packet.sound


def test_a_ping_tells_size_colours_and_address():
    packet = told(card(address=3), PING_6)
    group, command, error, data = answer(packet)
    assert (packet.sender, packet.to, packet.sequence, group, command, error) == (3, 0x8000, 0x1C96, 0xA2, 0x80, 0)
    assert data[:2].hex() == "7402"
    width, height, colours, level, on = struct.unpack_from("<HHBBB", data, 14)
    assert (width, height, colours, level, on) == (64, 32, 3, 15, 1)
    assert struct.unpack_from("<H", data, 11) == (3,)


def test_a_card_of_the_fifth_series_answers_in_its_own_form():
    board = card(series="5E2")
    assert answer(told(board, PING_5))[3][:2].hex() == "5402"
    assert answer(told(board, OFF_5))[:3] == (0xA0, 0, 0)
    assert not board.state().on


def lit(board: OnbonBoard) -> int:
    return sum(plane.count(0xFF) for plane in board.page().planes)


def draw(board: OnbonBoard, red: bool = True) -> None:
    store = (b"\0" if red else b"\xff") * 4 + b"\xff" * 4
    board.receive(Frame(1, 0x8000, 0x0274, b"\x01\xa7\x00\x00\x00" + PICTURE + store).to_bytes(), 0.0)


def test_a_board_switched_off_is_dark_and_keeps_its_picture():
    board = card()
    draw(board)
    assert lit(board) == 1
    told(board, OFF_6, 1.0)
    assert (lit(board), board.state().on) == (0, False)
    told(board, ON_6, 2.0)
    assert (lit(board), board.state().on) == (1, True)


def test_a_locked_board_keeps_its_picture_until_it_is_free_again():
    board = card()
    draw(board)
    told(board, LOCK)
    draw(board, red=False)
    assert lit(board) == 1
    told(board, UNLOCK)
    assert lit(board) == 0


def test_brightness_by_hand_and_by_the_clock_is_reported():
    board = card()
    assert answer(told(board, BRIGHT_8))[:3] == (0xA0, 0, 0)
    assert answer(told(board, STATUS))[3][:4] == bytes([1, 0, 0, 7])
    told(board, BY_CLOCK)
    told(board, CLOCK, 100.0)
    assert answer(told(board, STATUS, 100.0))[3][2:4] == bytes([1, 15])
    assert answer(told(board, STATUS, 100.0 + 1800))[3][2:4] == bytes([1, 2])


def test_the_clock_runs_from_where_it_was_set():
    board = card()
    assert answer(told(board, STATUS))[3][13] == 0
    told(board, CLOCK, 10.0)
    data = answer(told(board, STATUS, 25.0))[3]
    assert data[13:22].hex() == "012620112223005707"
    assert board.state().clock.now(25.0).isoformat() == "2026-11-22T23:00:57"


def test_the_clock_refuses_a_day_that_does_not_exist():
    body = bytes.fromhex("01A20208002620023022300042")
    packet = Packet(1, 0x8000, 7, 0, 0x0274, 1, body)
    (frame,) = Ear().hear(packet.to_bytes())
    assert answer(told(card(), frame.hex()))[2] == Refusal.DATE


def test_sensors_are_read_back_as_given():
    board = card()
    board.sense(temperature=0x012345, humidity=55)
    data = answer(told(board, STATUS))[3]
    assert data[22:25] == bytes.fromhex("452301")
    assert struct.unpack_from("<H", data, 28) == (55,)


@pytest.mark.parametrize(
    ("body", "device", "reason"),
    [
        ("01A9000000", 0x0274, Refusal.GROUP),
        ("01A2770000", 0x0274, Refusal.COMMAND),
        ("01A2000100", 0x0274, Refusal.COMMAND),
        ("01A207310000" + "10" * 48, 0x0274, Refusal.COMMAND),
        ("01A205010002", 0x0274, Refusal.COMMAND),
        ("01A2000000", 0x0254, Refusal.CONTROLLER),
        ("01A2", 0x0274, Refusal.COMMAND),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(body, device, reason):
    board = card()
    before = board.state()
    (frame,) = Ear().hear(Packet(1, 0x8000, 7, 0, device, 1, bytes.fromhex(body)).to_bytes())
    assert answer(told(board, frame.hex()))[:3] == (0xA0, 1, reason)
    assert board.state() == before


def test_a_spoiled_packet_is_refused_as_such_and_a_busy_card_says_so():
    board = card()
    assert answer(told(board, BRIGHT_8[:-2] + "08"))[2] == Refusal.CRC
    board.busy(60)
    assert answer(told(board, STATUS))[2] == Refusal.BUSY


def test_packets_for_another_address_are_nobodys_business():
    assert card(address=2).receive(wrap(bytes.fromhex(STATUS)), 0.0) == b""
