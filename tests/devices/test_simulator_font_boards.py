"""The simulated font card against frames of the maker's own libraries."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.profiles.board import BoardShape
from devices.simulators.boards import OnbonBoard
from devices.simulators.font_boards import FontBoard
from devices.simulators.gate import simulated
from devices.simulators.onbon_areas import Refusal
from devices.simulators.onbon_font import FontFrame
from devices.simulators.onbon_wire import Ear, wrap

# Vendor's Java library, a package from PyPI and an encoder built from the tables; what each sent is in the facts.
PING = "01000080000000000000FE020500A20001000068F8"
CLEAR = "01000080000000000000FE020500A31001000051F8"
CLEAR_ANY = "FEFF0080000000000000FE020500A31001000075DC"
ON_ANY = "FEFF0080000000000000FE020600A300010000015DF1"
OFF_ANY = "FEFF0080000000000000FE020600A300010000021DF0"
CLOCK_ANY = "FEFF0080000000000000FE020D00A203010000262011222015300702DA"
HELLO_ANY = (
    "FEFF0080000000000000FE022C00A306010000000123000000000000400010000000000500000000020102000008080000005C43"
    "3148454C4C4F9D24"
)
ON_ESCAPED = "A6025B020080000000000000FE020600A300010000015B0202"
ACK = "0080010000000000000061020500A000000000892A"
NAK_5 = "0080010000000000000061020500A00105000098D7"


def card(shape: str = "64x16:rg", **other) -> FontBoard:
    return FontBoard(BoardShape.parse(shape), **other)


def told(board: FontBoard, words: str, at: float = 0.0) -> bytes:
    return board.receive(wrap(bytes.fromhex(words)), at)


def error_of(data: bytes) -> int:
    (body,) = Ear().hear(data)
    frame = FontFrame.read(body)
    assert frame is not None
    assert frame.sound
    group, command, error, spare = struct.unpack("<BBBH", frame.data)
    assert (group, command, spare) == (0xA0, bool(error), 0)
    return error


def area(
    text: str, *, number=0, x=0x8000, y=0, width=0x8000 | 64, height=16, single=2, newline=2, stay=4, run=0
) -> bytes:
    words = text.encode("gb2312")
    body = struct.pack("<BHHHHBBBHBB", 0, x, y, width, height, number, 0, run, 5, 0, 0)
    body += struct.pack("<BBBBBBBI", 0, single, newline, 2, 0, 0, stay, len(words)) + words
    return struct.pack("<H", len(body)) + body


def show(*areas: bytes, delete: bytes = b"\0", device: int = 0xFE) -> str:
    data = b"\xa3\x06\x01\0\0" + delete + bytes([len(areas)]) + b"".join(areas)
    (body,) = Ear().hear(FontFrame(1, 0x8000, device, data).to_bytes())
    return body.hex()


@pytest.mark.parametrize("words", [PING, CLEAR, CLEAR_ANY, ON_ANY, OFF_ANY, CLOCK_ANY, HELLO_ANY, ACK, NAK_5])
def test_frames_of_the_makers_libraries_pass_their_checks(words):
    frame = FontFrame.read(bytes.fromhex(words))
    assert frame is not None
    assert frame.sound


def test_answers_have_the_bytes_the_makers_parser_takes():
    board = card(series="6K1")
    assert told(board, PING) == wrap(bytes.fromhex(ACK))
    assert told(board, PING[:-4] + "0000") == wrap(bytes.fromhex(NAK_5))


def test_hello_stands_on_the_board_in_red():
    board = card(series="6K1")
    assert error_of(told(board, HELLO_ANY)) == 0
    assert board.texts() == {0: "\\C1HELLO"}
    assert set(board.page().text_art()) == {".", "R", "\n"}


def test_a_card_of_the_fifth_series_counts_width_in_eights():
    assert error_of(told(card(series="5K1"), HELLO_ANY)) == Refusal.SCREEN
    assert error_of(told(card("512x16:rg", series="5K1"), HELLO_ANY)) == 0
    assert error_of(told(card(series="5K1"), show(area("x", x=0, width=8)))) == 0
    assert error_of(told(card(series="5K1"), show(area("x")))) == 0  # flagged as lamps


def test_off_darkens_and_on_brings_back():
    board = card()
    told(board, HELLO_ANY)
    told(board, OFF_ANY)
    assert not any(map(any, board.page().planes))
    told(board, ON_ANY)
    assert any(map(any, board.page().planes))


def test_an_escaped_address_is_read():
    board = card(address=0x5AA5)
    assert board.receive(b"\xa5" * 8 + bytes.fromhex(ON_ESCAPED) + b"\x5a", 0.0)
    assert board.frames == 1


def test_clear_takes_all_texts_away():
    board = card()
    told(board, HELLO_ANY)
    told(board, CLEAR)
    assert (board.texts(), any(map(any, board.page().planes))) == ({}, False)


def test_the_clock_is_set_and_runs():
    board = card()
    told(board, CLOCK_ANY, 100.0)
    assert board.now(160.0).isoformat() == "2026-11-22T20:16:30"


def test_areas_are_deleted_and_added_in_one_frame():
    board = card("64x32:rg")
    told(board, show(area("A"), area("B", number=1, y=16)))
    told(board, show(area("C", number=2, y=16), delete=b"\1\0"))
    assert board.texts() == {1: "B", 2: "C"}
    told(board, show(area("D", number=3), delete=b"\xff"))
    assert board.texts() == {3: "D"}


def test_chinese_text_turns_its_pages():
    board = card("32x16")
    told(board, show(area("口岸通知", width=0x8000 | 32)))
    first = board.page()
    assert board.wake(0.0) == pytest.approx(2.0)
    board.wake(2.0)
    assert board.page() != first
    board.wake(4.0)
    assert board.page() == first


def test_lines_break_by_hand_or_by_width():
    def rows_lit(newline: int) -> int:
        board = card("32x32")
        told(board, show(area("ABCDE\nF", width=0x8000 | 32, height=32, newline=newline)))
        return sum("#" in row for row in board.page().text_art().splitlines()[16:])

    assert rows_lit(1) > 0
    assert rows_lit(2) > 0
    single = card("32x32")
    told(single, show(area("A\nB", width=0x8000 | 32, height=32, single=1)))
    assert not any("#" in row for row in single.page().text_art().splitlines()[16:])


def test_colours_change_inside_a_text():
    board = card()
    told(board, show(area("\\C1A\\C2B\\C3C")))
    assert set(board.page().text_art()) == {".", "R", "G", "#", "\n"}


def test_a_power_cut_loses_the_texts():
    board = card()
    told(board, HELLO_ANY)
    board.power_off()
    assert told(board, PING) == b""
    board.power_on()
    assert (board.texts(), error_of(told(board, PING))) == ({}, 0)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (show(area("A", y=1)), Refusal.SCREEN),
        (show(area("A"), device=0x51), Refusal.CONTROLLER),
        (show(area("A")[:-1]), Refusal.COMMAND),
        (show(area("A", run=9)), Refusal.COMMAND),
        (show(area("A") + b"x"), Refusal.COMMAND),
    ],
    ids=["outside", "another card", "cut short", "run mode", "too long"],
)
def test_what_the_card_cannot_do_is_refused_and_changes_nothing(words, reason):
    board = card(series="6K1")
    told(board, HELLO_ANY)
    before = board.page()
    assert error_of(told(board, words)) == reason
    assert board.page() == before


def test_frames_of_the_other_dialects_are_not_its_own():
    board = card()
    assert told(board, "FEFF0080F000FEFF000000000500000001A2000000C686") == b""
    assert board.frames == 0


def test_a_silent_card_obeys_without_a_word():
    board = card()
    board.silent = True
    assert told(board, HELLO_ANY) == b""
    assert board.texts()


@given(st.integers(0, len(HELLO_ANY) // 2 - 1), st.integers(0, 7))
@settings(max_examples=60)
def test_a_flipped_bit_never_shows_a_wrong_text(at, bit):
    spoiled = bytearray.fromhex(HELLO_ANY)
    spoiled[at] ^= 1 << bit
    board = card()
    board.receive(wrap(bytes(spoiled)), 0.0)
    assert board.texts() == {}


def test_the_series_says_which_card_stands_in(tmp_path):
    assert isinstance(simulated("onbon_bx", {"shape": "64x16", "series": "5K1"}), FontBoard)
    assert isinstance(simulated("onbon_bx", {"shape": "64x16", "series": "6E2"}), OnbonBoard)
    with pytest.raises(ValueError, match="no card 7X9"):
        simulated("onbon_bx", {"shape": "64x16", "series": "7X9"})
    with pytest.raises(ValueError, match="no font card 9"):
        card(series="9")
    with pytest.raises(ValueError, match="one or two colours"):
        card("8x8:rgb")
