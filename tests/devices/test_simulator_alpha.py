"""The simulated Alpha sign against frames that independent encoders agree on, and the manual's own rules."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.profiles.board import BoardShape
from devices.simulators.alpha_memory import POOL
from devices.simulators.alpha_sign import AlphaSign
from devices.simulators.alpha_wire import AlphaEar, Trouble, checksum
from devices.simulators.gate import simulated

# Bytes on which alphasignpy, pyalphasign and readerboard agree (readerboard sends six NULs and no checksum).
HELLO = "0000000000015A3030024141" + "1B206248454C4C4F" + "033032393804"
RELEASE = "000000000000015A303002413004"
SEQUENCE = "0000000000015A303002452E5355414243033031453604"
MEMORY = (
    "0000000000015A3030024524"
    + "4141553031303046464646"
    + "62424C3030343030303030"
    + "5044553130334334303030"
    + "033038313604"
)
SOFT_RESET = "0000000000015A303002452C033030373604"
DOTS = "0000000000015A30300249503032303530313233300D31313131310D033033364104"
DIMMING = "0000000000015A303002452F30303032033031334204"
DATE = "0000000000015A303002453B313132323236033031423304"
READ_ERRORS = "0000000000015A303002462A033030373504"
ALL = (HELLO, RELEASE, SEQUENCE, MEMORY, SOFT_RESET, DOTS, DIMMING, DATE, READ_ERRORS)


def sign(shape: str = "60x16:rg", **other) -> AlphaSign:
    return AlphaSign(BoardShape.parse(shape), **other)


def told(board: AlphaSign, words: str | bytes, at: float = 0.0) -> bytes:
    """Tell a frame in hex, or a block that gets a frame and a checksum; the block of the answer."""
    if isinstance(words, bytes):
        frame = bytes(5) + b"\x01Z00\x02" + words + b"\x03" + checksum(words) + b"\x04"
    else:
        frame = bytes.fromhex(words)
    answer = board.receive(frame, at)
    if answer[:1] != b"\0":
        return answer
    (packet,) = AlphaEar().hear(answer, 0.0)
    assert (packet.kind, packet.address) == ("0", "00")
    (block,) = packet.blocks
    return block


def trouble(board: AlphaSign) -> int:
    answer = told(board, READ_ERRORS, 1000.0)
    assert answer[:2] == b"E*"
    return answer[2]


@pytest.mark.parametrize(
    ("block", "sum_"), [(b"AAHELLO", b"01FB"), (b"GaREAD ME", b"027B")], ids=["page 60", "read-back"]
)
def test_checksums_are_those_the_manual_prints(block, sum_):
    assert checksum(block) == sum_


@pytest.mark.parametrize("frame", ALL)
def test_frames_of_three_encoders_are_heard_without_complaint(frame):
    (packet,) = AlphaEar().hear(bytes.fromhex(frame), 0.0)
    assert packet.trouble is Trouble.NONE
    assert (packet.kind, packet.address, len(packet.blocks)) == ("Z", "00", 1)


def test_hello_stands_in_the_middle():
    board = sign()
    told(board, HELLO)
    assert board.words() == "HELLO"
    art = board.page().text_art().splitlines()
    lit = [x for row in art for x, lamp in enumerate(row) if lamp != "."]
    assert lit
    assert abs(min(lit) - (59 - max(lit))) <= 2


def test_a_picture_of_the_encoders_is_exact():
    board = sign("5x2:rg")
    told(board, MEMORY)
    told(board, DOTS)
    told(board, b"AA\x1b b\x14P")
    assert board.page().text_art() == ".RG#.\nRRRRR"
    assert told(board, b"JP") == b"IP020501230\r11111\r"


def test_memory_reads_back_with_the_spare_pool_in_the_first_file():
    board = sign()
    told(board, MEMORY)
    answer = told(board, b"F$")
    assert answer[:5] == b"E$AAU"
    assert answer[9:] == b"FFFF" + b"bBL00400000" + b"PDU103C4000"
    assert int(answer[5:9], 16) > 256
    information = told(board, b'F"')
    pool, free = information[-9:].split(b",")
    assert (int(pool, 16), int(free, 16)) == (POOL, 0)


def test_a_bare_clear_empties_the_sign_and_deafens_it_for_five_seconds():
    board = sign()
    told(board, MEMORY)
    told(board, b"AAX")
    told(board, b"E$", 10.0)
    assert board.words() == ""
    told(board, b"AAY", 14.9)
    assert board.words() == ""
    told(board, b"AAZ", 15.0)
    assert board.words() == "Z"


def test_a_soft_reset_keeps_the_memory_and_deafens_for_ten_seconds():
    board = sign()
    told(board, HELLO)
    told(board, SOFT_RESET, 10.0)
    told(board, b"AAno", 19.9)
    assert board.words() == "HELLO"


def test_the_priority_message_suppresses_all_others_until_it_is_released_exactly():
    board = sign()
    told(board, HELLO)
    told(board, b"A0\x1b bSTOP")
    assert board.words() == "STOP"
    told(board, b"AAother")
    assert board.words() == "STOP"
    told(board, b"A0\x1b b")
    assert board.words() == ""  # an empty priority message blanks the sign instead
    told(board, RELEASE)
    assert board.words() == "other"


def test_run_times_cancel_the_priority_message_and_a_run_sequence_does_not():
    board = sign()
    told(board, b"A0STOP")
    told(board, SEQUENCE)
    assert board.words() == "STOP"
    told(board, b"E)AFF00")
    assert board.words() == ""


def test_a_priority_message_has_125_bytes_at_most():
    board = sign()
    told(board, b"A0" + b"x" * 126)
    assert board.words() == ""
    assert trouble(board) & Trouble.OVERFLOW


def test_a_string_changes_inside_its_text_and_empties_when_too_long():
    board = sign()
    told(board, MEMORY)
    told(board, b"AALane \x10b")
    told(board, b"Gb3")
    assert board.words() == "Lane 3"
    assert told(board, b"Hb") == b"Gb3"
    told(board, b"Gb" + b"x" * 65)
    assert board.words() == "Lane "
    assert trouble(board) & Trouble.OVERFLOW


def test_texts_of_the_run_sequence_take_turns():
    board = sign()
    told(board, b"E$AAU0020FFFFBAU0020FFFFCAU0020FFFF")
    for text in (b"AAone", b"ABtwo", b"ACthree"):
        told(board, text)
    told(board, b"E.SUCA", 100.0)
    seen = [board.words()]
    for _ in range(2):
        at = board.wake(0.0)
        board.wake(at)
        seen.append(board.words())
    assert seen == ["three", "one", "three"]


def test_pages_lines_colours_and_speeds_inside_a_text():
    board = sign("60x32:rg")
    told(board, b"AA\x1b bA\x1c1B\x17\r\x1c2C\x0cD")
    assert board.words() == "AB\nC"
    assert {"R", "G", "#"} <= set(board.page().text_art())
    board.wake(3.0)
    assert board.words() == "D"


def test_registers_read_back_as_written():
    board = sign()
    for frame in (SEQUENCE, DIMMING, DATE):
        told(board, frame)
    told(board, b"E 2015")
    answers = [told(board, b"F" + label) for label in (b".", b"/", b";", b" ")]
    assert answers == [b"E.SUABC", b"E/0002", b"E;112226", b"E 2015"]
    assert trouble(board) == Trouble.NONE


@pytest.mark.parametrize(
    "block",
    [b"E 2561", b"E;139926x", b"E&8", b"Ax!", b"QA", b"E$AXU0000FFFF", b"E$bBU00400000", b"IP0102", b"FZ", b"E$A"],
)
def test_what_the_sign_does_not_know_goes_into_the_error_register(block):
    board = sign()
    told(board, HELLO)
    told(board, block)
    assert trouble(board) & Trouble.ILLEGAL
    told(board, b"E4", 2000.0)
    assert trouble(board) == Trouble.NONE
    assert board.words() == "HELLO"


def test_more_files_than_the_pool_holds_are_refused():
    board = sign()
    told(board, b"E$AAU7800FFFF")
    assert trouble(board) & Trouble.OVERFLOW


def test_a_picture_larger_than_its_file_is_cut_off():
    board = sign("3x1:rg")
    told(board, b"E$AAU0020FFFFPDU01032000")
    told(board, b"IP020411223344\r".replace(b"3344", b"2\r2211"))
    assert trouble(board) & Trouble.ILLEGAL
    told(board, b"IP02041122\r2211\r")
    told(board, b"AA\x14P")
    assert board.page().text_art() == "RRG"
    assert trouble(board) & Trouble.OVERFLOW


def test_a_bad_checksum_is_dropped_without_a_word():
    board = sign()
    assert told(board, HELLO.replace("48454C", "48464C")) == b""
    assert board.words() == ""
    assert trouble(board) & Trouble.CHECKSUM


def test_without_end_of_text_no_checksum_is_asked_for():
    board = sign()
    told(board, "000000000000015A30300241411B206248454C4C4F04")
    assert board.words() == "HELLO"


def test_two_blocks_in_one_packet_are_both_done():
    board = sign()
    one, two = b"AA\x10b", b"Gbhi"
    told(board, MEMORY)
    frame = b"".join(b"\x02" + block + b"\x03" + checksum(block) for block in (one, two))
    board.receive(bytes(5) + b"\x01Z00" + frame + b"\x04", 0.0)
    assert board.words() == "hi"


@pytest.mark.parametrize(("address", "heard"), [("00", 1), ("01", 1), ("0?", 1), ("?1", 1), ("02", 0), ("?2", 0)])
def test_addresses_and_their_wildcards(address, heard):
    board = sign()
    board.receive(bytes(5) + b"\x01Z" + address.encode() + b"\x02AAx\x04", 0.0)
    assert board.packets == heard


def test_too_few_wake_up_bytes_leave_the_sign_asleep():
    board = sign()
    told(board, HELLO[2:])
    assert board.packets == 0


def test_a_pause_inside_a_packet_breaks_it_off():
    board = sign()
    frame = bytes.fromhex(HELLO)
    board.receive(frame[:10], 0.0)
    board.receive(frame[10:], 2.0)
    assert board.words() == ""
    assert trouble(board) & Trouble.TIME_OUT


def test_answers_are_given_only_when_asked_for():
    board = sign()
    assert told(board, b"AAx") == b""
    assert told(board, b"Es1") == b"\x06\x40"
    assert told(board, b"AAx") == b"\x06\x40"
    assert told(board, b"QA") == bytes([0x15, 0x60])
    assert told(board, b"Es0") == b""


def test_a_power_cut_darkens_and_the_memory_stays():
    shown = []
    board = sign(changed=lambda page: shown.append(any(map(any, page.planes))))
    told(board, HELLO)
    board.power_off()
    assert told(board, b"AAx") == b""
    board.power_on()
    assert board.words() == "HELLO"
    assert shown == [True, False, True]


def test_a_sign_of_one_colour_lights_its_only_lamps():
    board = sign("5x2")
    told(board, MEMORY)
    told(board, DOTS)
    told(board, b"AA\x14P")
    assert board.page().text_art() == ".###.\n#####"


def test_an_address_that_means_everyone_is_refused():
    with pytest.raises(ValueError, match="01"):
        sign(address="00")


@given(st.binary(max_size=300))
@settings(max_examples=80)
def test_noise_shows_nothing_and_does_not_deafen(noise):
    board = sign()
    board.receive(noise, 0.0)
    assert board.words() == ""
    told(board, HELLO, 50.0)
    told(board, HELLO, 51.0)
    assert board.words() == "HELLO"


END_OF_TEXT = 20  # its place in HELLO


@given(st.integers(9, 24).filter(lambda at: at != END_OF_TEXT), st.integers(0, 6))
def test_a_flipped_bit_never_shows_a_wrong_text(at, bit):
    spoiled = bytearray.fromhex(HELLO)
    spoiled[at] ^= 1 << bit
    board = sign()
    board.receive(bytes(spoiled), 0.0)
    assert board.words() in ("", "HELLO")


def test_a_flip_of_end_of_text_goes_unnoticed_because_the_checksum_is_optional():
    board = sign()
    told(board, HELLO.replace("4F03", "4F01"))
    assert board.words() == "HELLO0298"  # only the parity bit of a real line can tell


def test_the_sign_draws_itself_when_made_from_settings(tmp_path):
    board = simulated("alpha", {"shape": "60x16:rg", "address": 26}, picture=tmp_path / "sign.png")
    assert isinstance(board, AlphaSign)
    assert board.address == "1A"
    dark = (tmp_path / "sign.png").read_bytes()
    told(board, HELLO)
    assert (tmp_path / "sign.png").read_bytes() != dark
