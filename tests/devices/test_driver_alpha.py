"""Alpha signs: bytes on which independent programs agree, and the talk as scripts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from devices.drivers.alpha.codec import (
    Damaged,
    Decoder,
    Frame,
    MemoryFile,
    Reply,
    checksum,
    dots,
    dots_file,
    memory,
    read_special,
    show_dots,
    special,
    text_file,
)
from devices.drivers.alpha.driver import DEAF, DRIVER, AlphaSettings, AlphaSign
from devices.errors import GarbledError, MismatchError, RefusedError, SettingsError, SilentError
from devices.ports import Evidence, Identity
from devices.profiles.board import BoardShape
from devices.rendering.page import Page, blank_page
from tests.support.scripted_link import ScriptedLink

SHAPE = BoardShape.parse("5x2:rg")
# Rows 01230 and 11111: dark, red, green, amber, dark; all red.
PAGE = Page(shape=SHAPE, planes=(bytes([0b01010000, 0b11111000]), bytes([0b00110000, 0])), seconds=1)
FILES = (
    MemoryFile("A", "A", False, "0100", "FFFF"),
    MemoryFile("b", "B", True, "0040", "0000"),
    dots_file("P", 16, 60, 8),
)
# alphasignpy, pyalphasign and readerboard agree on these but for one NUL and the checksum, which may be left out.
GOLDEN = {
    "text A, held in the middle": (Frame("A", b"A\x1b bHELLO"), "015A3030024141 1B2062 48454C4C4F 03 30323938 04"),
    "run sequence S, U, A B C": (special(".", b"SUABC"), "015A303002452E5355414243033031453604"),
    "memory of text, string and picture": (
        memory(FILES),
        "015A3030024524414155303130304646464662424C30303430303030305044553130334334303030033038313604",
    ),
    "soft reset": (special(","), "015A303002452C033030373604"),
    "picture P of 2x5": (dots("P", PAGE), "015A30300249503032303530313233300D31313131310D033033364104"),
    "dimming to 72 percent": (special("/", b"0002"), "015A303002452F30303032033031334204"),
    "date": (special(";", b"112226"), "015A303002453B313132323236033031423304"),
    "read the error register": (read_special("*"), "015A303002462A033030373504"),
}


@pytest.mark.parametrize(("frame", "expected"), GOLDEN.values(), ids=GOLDEN.keys())
def test_a_frame_is_byte_for_byte_what_its_sources_say(frame, expected):
    assert frame.to_bytes() == bytes(5) + bytes.fromhex(expected)


def test_the_manuals_own_checksums_come_out():
    assert checksum(b"\x02AAHELLO\x03") == b"01FB"
    assert checksum(b"\x02GaREAD ME\x03") == b"027B"


def test_a_picture_pauses_after_its_size():
    head, rest = dots("P", PAGE).parts()
    assert head.endswith(b"\x02IP0205")
    assert rest.startswith(b"01230\r")


def reply(command: str, label: str, data: bytes) -> bytes:
    """What a sign answers, as its manual frames it."""
    body = b"\x02" + command.encode() + label.encode() + data + b"\x03"
    return bytes(20) + b"\x01000" + body + checksum(body) + b"\x04"


replies = st.tuples(
    st.sampled_from("AEGI"), st.sampled_from('P"$*'), st.binary(max_size=60).filter(lambda data: not set(data) & {1, 4})
)


@given(st.lists(replies, min_size=1, max_size=3), st.lists(st.integers(0, 40), max_size=30))
def test_replies_are_read_whole_however_they_are_cut(said, cuts):
    wire, decoder, events, at = b"".join(reply(*one) for one in said), Decoder(), [], 0
    for size in [*cuts, len(wire)]:
        events += decoder.feed(wire[at : at + size])
        at += size
    assert events == [Reply(*one) for one in said]


@given(st.binary(max_size=300))
def test_after_any_noise_the_next_reply_is_read(noise):
    assert Decoder().feed(noise + reply("E", "*", b"@"))[-1] == Reply("E", "*", b"@")


def test_a_flood_and_a_cut_are_said():
    assert Decoder(limit=50).feed(b"\x01" + bytes(60)) == [Damaged("too long")]
    assert Decoder().feed(b"\x01000\x02E*" + reply("E", "*", b"@"))[0] == Damaged("cut short")


def test_a_memory_reads_back_to_the_same_files_and_serves_by_meaning():
    frame = memory(FILES)
    held = Reply("E", "$", frame.data[1:]).files()
    assert held == FILES
    assert MemoryFile("A", "A", False, "7D80", "FF00").serves(text_file("A", 64))
    assert not MemoryFile("A", "A", False, "0020", "FFFF").serves(text_file("A", 64))
    assert not dots_file("P", 16, 60, 3).serves(dots_file("P", 16, 61, 3))
    with pytest.raises(ValueError, match="no file"):
        Reply("E", "$", b"AXU0100FFFF").files()


SETTINGS = AlphaSettings(shape="5x2:rg", address=0, pictures=1)
HEAD, ROWS = dots("a", PAGE).parts()
WANTED = (text_file("A", 64), dots_file("a", 2, 5, 3))
ASK_MEMORY, ASK_ERRORS = read_special("$").to_bytes(), read_special("*").to_bytes()
ASK_PICTURE = Frame("J", b"a").to_bytes()
HAS_ROOM = (ASK_MEMORY, reply("E", "$", b"".join(file.to_bytes() for file in WANTED)))
NO_ERRORS, CLEAR = (ASK_ERRORS, reply("E", "*", b"@")), (special("4").to_bytes(),)
CALL = (show_dots("A", "a").to_bytes(),)
PREPARED = [HAS_ROOM, CLEAR, CALL, NO_ERRORS]
WRITTEN = [(HEAD,), (ROWS,), NO_ERRORS]
HOLDS = (ASK_PICTURE, reply("I", "a", b"020501230\r11111\r"))


def errors(register: int) -> tuple[bytes, bytes]:
    return ASK_ERRORS, reply("E", "*", bytes([register | 0x40]))


def sign(*talk, settings: AlphaSettings = SETTINGS) -> tuple[AlphaSign, ScriptedLink]:
    link = ScriptedLink(*talk)
    return AlphaSign(link, settings, clock=link.clock), link


def test_a_page_is_written_read_back_and_compared():
    lamps, link = sign(*PREPARED, *WRITTEN, HOLDS, *WRITTEN, HOLDS)
    assert lamps.show(PAGE) is Evidence.READ_BACK
    assert lamps.show(PAGE) is Evidence.READ_BACK
    assert link.done


def test_a_memory_of_another_kind_is_cleared_and_divided_anew_after_its_deaf_time():
    foreign = (ASK_MEMORY, reply("E", "$", FILES[0].to_bytes()))
    divide = [(memory(()).to_bytes(),), (memory(WANTED).to_bytes(),), NO_ERRORS]
    lamps, link = sign(foreign, *divide, CLEAR, CALL, NO_ERRORS, *WRITTEN, HOLDS)
    lamps.show(PAGE)
    assert link.done
    assert link.now > DEAF


def test_a_picture_that_reads_back_otherwise_is_a_mismatch_and_all_is_prepared_anew():
    other = (ASK_PICTURE, reply("I", "a", b"020501230\r11110\r"))
    lamps, link = sign(*PREPARED, *WRITTEN, other, *PREPARED, *WRITTEN, HOLDS)
    with pytest.raises(MismatchError):
        lamps.show(PAGE)
    assert lamps.show(PAGE) is Evidence.READ_BACK
    assert link.done


def test_damage_on_the_line_is_cleared_and_the_picture_sent_again():
    lamps, link = sign(*PREPARED, (HEAD,), (ROWS,), errors(0x10), CLEAR, *WRITTEN, HOLDS)
    assert lamps.show(PAGE) is Evidence.READ_BACK
    assert link.done


def test_a_line_that_damages_every_frame_is_named_so():
    damaged = [(HEAD,), (ROWS,), errors(0x02), CLEAR]
    lamps, link = sign(*PREPARED, *damaged * 3)
    with pytest.raises(GarbledError):
        lamps.show(PAGE)
    assert link.done


@pytest.mark.parametrize(("register", "meaning"), [(0x20, "no such command"), (0x08, "too large")])
def test_a_sign_that_says_no_is_reported_with_its_reason_and_not_asked_again(register, meaning):
    lamps, link = sign(*PREPARED, (HEAD,), (ROWS,), errors(register), CLEAR)
    with pytest.raises(RefusedError, match=meaning):
        lamps.show(PAGE)
    assert link.done


def test_without_a_read_back_the_evidence_is_only_sent():
    settings = SETTINGS.model_copy(update={"proof": "errors"})
    lamps, link = sign(*PREPARED, *WRITTEN, settings=settings)
    assert lamps.show(PAGE) is Evidence.SENT
    assert link.done


def test_a_silent_sign_is_given_up_after_the_stated_tries():
    lamps, link = sign((ASK_MEMORY,), (ASK_MEMORY,), (ASK_MEMORY,))
    with pytest.raises(SilentError):
        lamps.show(PAGE)
    assert link.done


def test_a_damaged_reply_is_asked_for_again_and_named_when_it_stays_so():
    broken = (ASK_MEMORY, HAS_ROOM[1][:-3] + b"0\x04")
    lamps, _ = sign(broken, broken, broken)
    with pytest.raises(GarbledError, match="checksum"):
        lamps.show(PAGE)


def test_a_reply_to_another_question_is_stepped_over():
    lamps, link = sign((ASK_MEMORY, NO_ERRORS[1], HAS_ROOM[1]), *PREPARED[1:], *WRITTEN, HOLDS)
    assert lamps.show(PAGE) is Evidence.READ_BACK
    assert link.done


def test_a_ping_reads_the_firmware():
    ask = read_special('"').to_bytes()
    lamps, _ = sign((ask, reply("E", '"', b"10347401A0195 2015M003ABC,3A00")))
    assert lamps.identify() == Identity("Alpha sign", "10347401")


def test_dimming_takes_the_nearest_step_where_the_sign_has_it():
    settings = SETTINGS.model_copy(update={"dimming": True})
    lamps, link = sign((special("/", b"0002").to_bytes(),), NO_ERRORS, settings=settings)
    assert lamps.brightness(70) is Evidence.SENT
    assert link.done
    with pytest.raises(SettingsError, match="no dimming"):
        sign()[0].brightness(50)
    with pytest.raises(SettingsError, match="101"):
        lamps.brightness(101)


def test_a_page_of_another_shape_is_refused_before_anything_is_sent():
    lamps, link = sign()
    with pytest.raises(SettingsError, match="6x2"):
        lamps.show(blank_page(BoardShape(width=6, height=2)))
    assert link.sent == []


def test_blank_is_a_dark_picture():
    dark = dots("a", blank_page(SHAPE))
    head, rows = dark.parts()
    lamps, _ = sign(*PREPARED, (head,), (rows,), NO_ERRORS, (ASK_PICTURE, reply("I", "a", dark.data[1:])))
    assert lamps.blank() is Evidence.READ_BACK


@pytest.mark.parametrize(
    "wrong",
    [
        {"shape": "80x16:rg"},
        {"shape": "80x32:rg", "address": 1},
        {"shape": "256x16:rg", "address": 1},
        {"shape": "80x16:rgb", "address": 1},
        {"shape": "80x16:rg", "address": 256},
        {"shape": "80x16:rg", "address": 1, "proof": "hope"},
    ],
    ids=["no address", "too high", "too wide", "full colour", "address past FF", "unknown proof"],
)
def test_settings_that_cannot_be_are_refused(wrong):
    with pytest.raises(ValidationError):
        DRIVER.settings.model_validate(wrong)
