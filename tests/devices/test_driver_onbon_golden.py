"""Frames of Onbon cards byte for byte. Sources stand beside each; a preamble of eight A5 and a final 5A frame them all."""

from datetime import datetime

import pytest

from devices.drivers.onbon_bx import areas, standard
from devices.drivers.onbon_bx.codec import ANYONE, HOST, NAK, PING, SERIES, Answer, Decoder, Frame, command
from devices.drivers.onbon_bx.standard import Packet
from devices.profiles.board import BoardShape
from devices.rendering.page import Page

ANY_DEVICE = 0xFFFE
SHAPE = BoardShape.parse("64x16:rg")


def framed(hexadecimal: str) -> bytes:
    return b"\xa5" * 8 + bytes.fromhex(hexadecimal) + b"\x5a"


GOLDEN = {
    "ping any card (manual 6th generation 5.5.1)": (
        Frame(ANYONE, HOST, ANY_DEVICE, command(PING)),
        "FEFF0080F000FEFF000000000500000001A2000000C686",
    ),
    "delete all areas of a 6E2 (run of the maker's library)": (
        Frame(1, HOST, SERIES["6E2"], areas.delete()),
        "01000080F0007402000000000600000001A7010100FFAB6C",
    ),
    "delete all areas of a 5E2 (run of the maker's library)": (
        Frame(1, HOST, SERIES["5E2"], areas.delete()),
        "01000080F0005402000000000600000001A7010100FFB2B4",
    ),
    "delete area 1 of a 6E2 (run of the maker's library)": (
        Frame(1, HOST, SERIES["6E2"], areas.delete((1,))),
        "01000080F0007402000000000700000001A70102000101A8A7",
    ),
    "delete area 1 of a 5E2 (run of the maker's library)": (
        Frame(1, HOST, SERIES["5E2"], areas.delete((1,))),
        "01000080F0005402000000000700000001A70102000101B16D",
    ),
    "yes from a 6E2 (independent encoder, taken by the maker's library)": (
        Frame(HOST, 1, SERIES["6E2"], Answer(0xA0, 0x00).to_bytes()),
        "00800100F0007402000000000900000000A000000000000000537F",
    ),
}


@pytest.mark.parametrize(("frame", "expected"), GOLDEN.values(), ids=GOLDEN.keys())
def test_a_frame_is_byte_for_byte_what_its_source_says(frame, expected):
    assert frame.to_bytes() == framed(expected)


@pytest.mark.parametrize(("frame", "expected"), GOLDEN.values(), ids=GOLDEN.keys())
def test_the_decoder_reads_each_golden_frame_back(frame, expected):
    assert Decoder(Frame.from_bytes).feed(framed(expected)) == [frame]


def picture() -> Page:
    """Red at the top left, green beside it, both at the bottom right."""
    red, green = bytearray(128), bytearray(128)
    red[0], green[0] = 0x80, 0x40
    red[127], green[127] = 0x01, 0x01
    return Page(shape=SHAPE, planes=(bytes(red), bytes(green)), seconds=1)


def dark_but(lit: dict[int, int]) -> bytes:
    return bytes(lit.get(i, 0xFF) for i in range(256))


def test_a_picture_on_a_6e2_is_the_frame_of_the_makers_library():
    area = areas.Area(picture(), display=areas.AT_ONCE)
    head = (
        "01000080F0007402000000004A010000" "01A7004501" "0100" "3F000000"
        "00003C0001000001000000001000000000400010000000650000000000000001001A000000"
        "0002010A90010140000000000000000000000000000000010000"
    )  # fmt: skip
    bitmap = dark_but({3: 0x7F, 124: 0xFE, 131: 0xBF, 252: 0xFE})
    body = bytes.fromhex(head) + bitmap + bytes.fromhex("AF23")
    frame = Frame(1, HOST, SERIES["6E2"], areas.update_6e((area,)))
    assert frame.to_bytes() == framed(body.hex())


def test_a_picture_on_a_5e2_is_the_frame_of_the_makers_library():
    area = areas.Area(picture(), display=areas.AT_ONCE, clear=0, stay=750)
    head = (
        "01000080F000540200000000" "32010000" "01A7002D01" "29010000"
        "00003C00010000010000000010000000004000100000" "0100" "0D010000" "0002000AEE0201400000000000"
    )  # fmt: skip
    bitmap = dark_but({0: 0x7F, 1: 0xBF, 254: 0xFE, 255: 0xFE})
    body = bytes.fromhex(head) + bitmap + bytes.fromhex("85F0")
    frame = Frame(1, HOST, SERIES["5E2"], areas.update_5e((area,)))
    assert frame.to_bytes() == framed(body.hex())


def test_brightness_is_the_command_the_manual_describes():
    # Manual 6th generation 5.5.2: answer wanted, A2 07, length 0031, mode 0 by hand, 48 half hours of 0 to 15.
    assert areas.brightness(9) == bytes.fromhex("01A2073100" + "00" + "09" * 48)


def test_two_areas_of_a_6e_share_one_frame_with_the_bitmaps_behind_them():
    page = picture()
    data = areas.update_6e((areas.Area(page, id=0), areas.Area(page, id=1, y=16)))
    bitmap = areas.bitmap_6e(page)
    assert data.endswith(bitmap + bitmap)
    second = data[5 + 2 + 4 + 63 + 4 : -512]
    assert (second[0], second[19:21]) == (1, b"\x10\x00")
    assert second[-8:] == (256).to_bytes(4, "little") * 2  # where its bitmap begins, and how long it is


def test_a_refusal_carries_the_reason():
    refusal = Answer.from_bytes(bytes.fromhex("00A001010003000000"))
    assert refusal.refused
    assert (refusal.group, refusal.command) == NAK
    assert refusal.error == 3


STANDARD = {
    "6th generation, ping any card (run of the maker's library)": (
        Packet(ANYONE, HOST, ANY_DEVICE, command(PING), sequence=0x1C96, random=1),
        "FEFF00800700FEFF0000961C9001960100000000000005001E78006801A2000000",
    ),
    "6th generation, on (run of the maker's library)": (
        Packet(1, HOST, SERIES["6E2"], standard.power(True), sequence=0x5988, random=0x1A),
        "0100008007007402000088599001961A000000000000060068C4009601A205010001",
    ),
    "5th generation, ping any card (run of the maker's library)": (
        Packet(ANYONE, HOST, ANY_DEVICE, command(PING), 5, sequence=0x4060, random=0x2E),
        "FEFF00800500FEFF010060400090962E00000000000005001E78EF01A2000000",
    ),
    "5th generation, off (run of the maker's library)": (
        Packet(1, HOST, SERIES["5E2"], standard.power(False), 5, sequence=0x4174, random=0x2E),
        "0100008005005402010074410090962E0000000000000600A9046501A205010000",
    ),
}


@pytest.mark.parametrize(("packet", "expected"), STANDARD.values(), ids=STANDARD.keys())
def test_a_packet_of_the_standard_dialect_is_byte_for_byte_what_its_source_says(packet, expected):
    assert packet.to_bytes() == framed(expected)
    assert Decoder(Packet.from_bytes).feed(framed(expected)) == [packet]


def test_the_clock_is_set_as_the_makers_schema_lays_it_out():
    # led.SystemClockCorrect: year 2, month, day, hour, minute, second in BCD, weekday; Sunday is 7 in the maker's own frames.
    sunday = datetime.fromisoformat("2026-11-22T20:15:30+07:00")
    assert standard.clock(sunday) == bytes.fromhex("01A2020800" + "2620112220153007")


def test_brightness_by_the_hour_is_mode_1_and_48_levels():
    levels = tuple(half_hour % 16 for half_hour in range(48))
    assert standard.brightness_by_hour(levels) == bytes.fromhex("01A2073100" + "01") + bytes(levels)
    with pytest.raises(ValueError, match="48 levels"):
        standard.brightness_by_hour((16,) * 48)
