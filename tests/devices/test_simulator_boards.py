"""The simulated Onbon board against the vendor's own bytes, and against everything that can go wrong on a line."""

import struct
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.profiles.board import BoardShape
from devices.simulators.boards import OnbonBoard
from devices.simulators.onbon_areas import lamps_5e, lamps_6e
from devices.simulators.onbon_wire import Ear, Frame, crc16, wrap

# Vendor SDK = independent encoder, 64x16 two colours: red (0,0), green (1,0), both (63,15).
PICTURE = (
    "01000080F0007402000000004A01000001A700450101003F00000000003C0001000001000000001000000000400010000000"
    "650000000000000001001A0000000002010A90010140000000000000000000000000000000010000"
)
PICTURE_5E = (
    "01000080F0005402000000003201000001A7002D012901000000003C0001000001000000001000000000400010000001000D"
    "0100000002000AEE0201400000000000"
)
ACK_6E2 = "00800100F0007402000000000900000000A000000000000000537F"


def dark(size: int, **lit: str) -> bytes:
    """All lamps dark but for named bytes."""
    data = bytearray(b"\xff" * size)
    for place, value in lit.items():
        data[int(place[1:])] = int(value, 16)
    return bytes(data)


def travelling(body_hex: str, tail: bytes = b"", crc: str = "") -> bytes:
    """A body of the vendor's as it travels; its checksum is the vendor's, or is left out of the vector."""
    body = bytes.fromhex(body_hex) + tail + bytes.fromhex(crc)
    return wrap(body)


PICTURE_6E2 = travelling(PICTURE, dark(256, b3="7F", b124="FE", b131="BF", b252="FE"), "AF23")
PICTURE_5E2 = travelling(PICTURE_5E, dark(256, b0="7F", b1="BF", b254="FE", b255="FE"), "85F0")
DELETE_ALL = travelling("01000080F0007402000000000600000001A7010100FFAB6C")
PING_ANY = travelling("FEFF0080F000FEFF000000000500000001A2000000C686")


def board(**other) -> OnbonBoard:
    return OnbonBoard(BoardShape.parse("64x16:rg"), **other)


def answer(data: bytes) -> Frame:
    (body,) = Ear().hear(data)
    frame = Frame.read(body)
    assert frame is not None
    assert frame.sound
    return frame


def error_of(data: bytes) -> int:
    """The reason in a NAK; 0 in an ACK."""
    _, group, command, status, error, size = struct.unpack("<BBBHHH", answer(data).data)
    assert (group, size) == (0xA0, 0)
    assert command == (status & 1)
    return error


def lit(page) -> dict[tuple[int, int], int]:
    return {
        (x, y): page.lamp(x, y) for x in range(page.shape.width) for y in range(page.shape.height) if page.lamp(x, y)
    }


def update(areas: list[tuple[int, int, int, int, int]], *, run: int = 0, timeout: int = 60, to: int = 1, pages=None):
    """A 6E one-colour update: areas (id, x, y, width, height), all lamps lit, or `pages` of (stay, lit?)."""
    drafts, store = b"", b""
    for number, x, y, width, height in areas:
        sheets = b""
        for stay, on in pages or [(0, True)]:
            bitmap = (b"\0" if on else b"\xff") * ((width + 31) // 32 * 4 * height)
            sheets += struct.pack("<IBBBBHBH9xII", 26, 0, 2, 1, 0, stay, 1, width, len(store), len(bitmap))
            store += bitmap
        count = len(pages or [0])
        head = struct.pack("<BBHBHBIBHHHH", number, run, timeout, 1, 0, 1, 0, 0x10, x, y, width, height)
        body = head + struct.pack("<5B5xH", 0, 0, 101, 0, 0, count) + sheets
        drafts += struct.pack("<I", len(body)) + body
    data = struct.pack("<H", len(areas)) + drafts + store
    return Frame(to, 0x8000, 0x0274, b"\x01\xa7\x00\x00\x00" + data).to_bytes()


def test_the_checksum_is_the_one_the_manual_names():
    assert crc16(b"123456789") == 0xBB3D


@pytest.mark.parametrize(("series", "frame"), [("6E2", PICTURE_6E2), ("5E2", PICTURE_5E2)], ids=["6E2", "5E2"])
def test_the_vendors_picture_lights_three_lamps(series, frame):
    card = board(series=series)
    assert error_of(card.receive(frame, 0.0)) == 0
    assert lit(card.page()) == {(0, 0): 1, (1, 0): 2, (63, 15): 3}


def test_the_answer_is_the_one_the_vendors_software_accepts():
    assert board().receive(PICTURE_6E2, 0.0) == travelling(ACK_6E2)


def test_the_vendors_delete_darkens_the_board():
    card = board()
    card.receive(PICTURE_6E2, 0.0)
    assert error_of(card.receive(DELETE_ALL, 1.0)) == 0
    assert lit(card.page()) == {}


def test_the_vendors_delete_of_one_area_leaves_the_others():
    card = OnbonBoard(BoardShape.parse("32x8"))
    card.receive(update([(0, 0, 0, 1, 1), (1, 4, 0, 1, 1)]), 0.0)
    card.receive(travelling("01000080F0007402000000000700000001A70102000101A8A7"), 1.0)
    assert lit(card.page()) == {(0, 0): 1}


def test_a_ping_to_anyone_is_answered_from_the_own_address():
    assert answer(board(address=7).receive(PING_ANY, 0.0)).sender == 7


def test_frames_for_another_address_are_nobodys_business():
    card = board(address=2)
    assert card.receive(PICTURE_6E2, 0.0) == b""
    assert lit(card.page()) == {}
    assert card.frames == 0


def test_two_end_bytes_as_the_vendors_software_sends_them_are_one_end():
    assert len(Ear().hear(PING_ANY + b"\x5a" + PING_ANY + b"\x5a")) == 2


def test_power_off_loses_the_picture_and_power_on_does_not_bring_it_back():
    card = board()
    card.receive(PICTURE_6E2, 0.0)
    card.power_off()
    assert lit(card.page()) == {}
    assert card.receive(PING_ANY, 1.0) == b""
    card.power_on()
    assert lit(card.page()) == {}
    assert error_of(card.receive(PING_ANY, 2.0)) == 0


def test_a_busy_card_says_so_until_its_time_is_over():
    card = board()
    card.busy(2.0)
    assert error_of(card.receive(PICTURE_6E2, 10.0)) == 3
    assert error_of(card.receive(PICTURE_6E2, 11.9)) == 3
    assert lit(card.page()) == {}
    assert error_of(card.receive(PICTURE_6E2, 12.0)) == 0


def test_a_silent_card_obeys_without_a_word():
    card = board()
    card.silent = True
    assert card.receive(PICTURE_6E2, 0.0) == b""
    assert len(lit(card.page())) == 3


def test_a_card_can_answer_under_a_wrong_address():
    card = board()
    card.answers_as = 9
    assert answer(card.receive(PING_ANY, 0.0)).sender == 9


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (Frame(1, 0x8000, 0x0274, bytes.fromhex("01A9000000")).to_bytes(), 1),
        (Frame(1, 0x8000, 0x0274, bytes.fromhex("01A7550000")).to_bytes(), 2),
        (Frame(1, 0x8000, 0x0274, bytes.fromhex("01A7000000FFFF00")).to_bytes(), 2),
        (Frame(1, 0x8000, 0x0274, bytes.fromhex("01A7")).to_bytes(), 2),
        (Frame(1, 0x8000, 0x0254, bytes.fromhex("01A2000000")).to_bytes(), 17),
        (update([(0, 60, 0, 5, 4)]), 18),
        (update([(n, 0, 0, 1, 1) for n in range(33)]), 4),
        (PICTURE_6E2.replace(b"\x7f\xff", b"\x7e\xff", 1), 5),
    ],
    ids=["group", "command", "cut short", "no command", "another card", "outside", "too many areas", "checksum"],
)
def test_what_the_card_cannot_do_is_refused_with_its_reason(frame, reason):
    card = OnbonBoard(BoardShape.parse("64x16"))
    assert error_of(card.receive(frame, 0.0)) == reason
    assert lit(card.page()) == {}


def test_a_refused_update_leaves_the_old_picture():
    card = OnbonBoard(BoardShape.parse("32x8"))
    card.receive(update([(0, 0, 0, 2, 1)]), 0.0)
    before = card.page()
    assert error_of(card.receive(update([(0, 0, 0, 1, 1), (1, 31, 0, 2, 1)]), 1.0)) == 18
    assert card.page() == before


def test_pages_turn_by_their_stay_time_and_begin_again():
    shown = []
    card = OnbonBoard(BoardShape.parse("8x1"), changed=lambda page: shown.append(page.text_art()))
    card.receive(update([(0, 0, 0, 8, 1)], pages=[(100, True), (200, False)]), 10.0)
    assert card.wake(10.5) == pytest.approx(11.0)
    assert card.wake(11.0) == pytest.approx(13.0)
    assert card.wake(13.0) == pytest.approx(14.0)
    assert shown == ["########", "........", "########"]


def test_the_last_page_is_held_in_run_mode_1_and_nothing_in_run_mode_4():
    for run, left in ((1, 8), (4, 0)):
        card = OnbonBoard(BoardShape.parse("8x1"))
        card.receive(update([(0, 0, 0, 8, 1)], run=run, pages=[(100, False), (100, True)]), 0.0)
        card.wake(1.0)
        assert card.wake(2.0) is None
        assert len(lit(card.page())) == left


def test_an_area_nobody_renews_goes_dark_by_itself():
    card = OnbonBoard(BoardShape.parse("8x1"))
    card.receive(update([(0, 0, 0, 8, 1)], run=2, timeout=5), 0.0)
    assert card.wake(4.9) == 5.0
    card.receive(update([(0, 0, 0, 8, 1)], run=2, timeout=5), 4.9)
    assert card.wake(5.0) == pytest.approx(9.9)
    assert len(lit(card.page())) == 8
    card.wake(9.91)
    assert lit(card.page()) == {}


def test_the_higher_area_lies_on_top():
    card = OnbonBoard(BoardShape.parse("32x2"))
    card.receive(update([(1, 4, 0, 4, 1), (0, 0, 0, 32, 1)]), 0.0)
    card.receive(update([(1, 4, 0, 4, 1)], pages=[(0, False)]), 1.0)
    assert card.page().text_art().splitlines()[0] == "####....########################"


def test_a_board_of_three_colours_has_no_such_card():
    with pytest.raises(ValueError, match="one or two colours"):
        OnbonBoard(BoardShape.parse("8x8:rgb"))


@given(st.binary(max_size=300), st.integers(0, 200))
@settings(max_examples=60, deadline=None)
def test_noise_before_a_frame_never_draws_and_never_deafens(noise, at):
    card = board()
    card.receive(noise, 0.0)
    assert lit(card.page()) == {}
    card.receive(PICTURE_6E2[:at], 1.0)
    card.receive(PICTURE_6E2[at:], 1.0)
    assert len(lit(card.page())) == 3


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_flipped_bit_never_shows_a_wrong_picture(data):
    at = data.draw(st.integers(0, len(PICTURE_6E2) - 1))
    bit = data.draw(st.integers(0, 7))
    spoiled = bytearray(PICTURE_6E2)
    spoiled[at] ^= 1 << bit
    card = board()
    card.receive(bytes(spoiled), 0.0)
    assert lit(card.page()) in ({}, {(0, 0): 1, (1, 0): 2, (63, 15): 3})


@given(st.binary(min_size=1, max_size=400))
@settings(max_examples=60)
def test_what_is_wrapped_is_heard_again_whole(body):
    assert Ear().hear(wrap(body)) == [body]
    assert wrap(body)[8:-1].count(b"\xa5") == wrap(body)[8:-1].count(b"\x5a") == 0


@given(st.integers(1, 70), st.data())
@settings(max_examples=60)
def test_both_packings_put_the_leftmost_lamp_first(width, data):
    x = data.draw(st.integers(0, width - 1))
    row8 = bytearray(b"\xff" * ((width + 7) // 8))
    row8[x // 8] ^= 0x80 >> x % 8
    row32 = bytearray(b"\xff" * ((width + 31) // 32 * 4))
    row32[x // 32 * 4 + 3 - x % 32 // 8] ^= 0x80 >> x % 8
    wanted = ((1 << width - 1 - x,),)
    assert lamps_5e(bytes(row8), width, 1, 1) == lamps_6e(bytes(row32), width, 1, 1) == wanted


def test_every_picture_is_told_once_and_in_order():
    told = []
    card = OnbonBoard(BoardShape.parse("8x1"), changed=told.append)
    for at in range(3):
        card.receive(update([(0, 0, 0, 8, 1)]), float(at))
    card.power_off()
    assert len(told) == 2
    assert all(one != two for one, two in pairwise(told))
