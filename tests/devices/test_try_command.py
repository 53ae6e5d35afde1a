"""The technician's tool against a device that follows a script on a real socket."""

import re
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from devices.cli import main
from devices.drivers.modbus_relay.codec import READ_COILS, READ_INPUTS, Read, WriteCoils, with_check
from devices.drivers.onbon_bx import areas, standard
from devices.drivers.onbon_bx.codec import HOST, PING, SERIES, Answer, Frame, command
from devices.drivers.onbon_bx.settings import OnbonSettings
from devices.drivers.onbon_bx.stage import Sheet, told
from devices.drivers.onbon_bx.standard import Packet
from devices.profiles.board import BoardShape
from devices.rendering.page import blank_page
from devices.rendering.reading import Reader
from devices.rendering.render import render
from devices.rendering.scene import whole
from devices.rendering.strip import scroll

SHAPE = BoardShape.parse("64x32:rg")
YES = Frame(HOST, 1, SERIES["6E2"], Answer(0xA0, 0).to_bytes()).to_bytes()
COILS = Read(1, READ_COILS, 0, 8).to_bytes()


PONG = Packet(
    HOST,
    1,
    SERIES["6E2"],
    Answer(
        0xA2, 0x80, data=struct.pack("<H8sBHBHHBBB", SERIES["6E2"], b"20.01.08", 1, 1, 2, 64, 32, 3, 15, 1)
    ).to_bytes(),
).to_bytes()
ASK = Packet(1, HOST, SERIES["6E2"], command(PING), sequence=1).to_bytes()


def host(data: bytes) -> bytes:
    return Frame(1, HOST, SERIES["6E2"], data).to_bytes()


def holds(byte: int) -> bytes:
    return with_check(bytes([1, 1, 1, byte]))


@contextmanager
def device(*talk: tuple[bytes, bytes]) -> Iterator[str]:
    """A device that expects and answers by the script; yields its link as text, and checks that all was said."""
    heard: list[bytes] = []

    def serve(server: socket.socket) -> None:
        peer, _ = server.accept()
        with peer:
            for expected, answer in talk:
                got = b""
                while len(got) < len(expected) and (data := peer.recv(len(expected) - len(got))):
                    got += data
                heard.append(got)
                peer.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        thread = threading.Thread(target=serve, args=(server,))
        thread.start()
        yield f"tcp:127.0.0.1:{server.getsockname()[1]}"
        thread.join(5)
    assert heard == [expected for expected, _ in talk]


def board(link: str, *words: str) -> int:
    return main(["try", "--link", link, "--driver", "onbon_bx", "--address", "1", "--board", "64x32:rg", *words])


def relays(link: str, *words: str) -> int:
    return main(["try", "--link", link, "--driver", "modbus_relay", *words])


def test_a_ping_says_who_answers_and_what_the_line_took(capsys):
    with device((ASK, PONG)) as link:
        assert board(link, "ping") == 0
    out = capsys.readouterr().out
    assert "Onbon BX-6E2, firmware 20.01.08, 64x32 answers" in out
    predicted = (len(ASK) + len(PONG)) * 10 / 57600
    assert f"line: {len(ASK)} bytes out, {len(PONG)} in; predicted {predicted:.3f} s, took " in out


def test_a_text_is_drawn_and_shown(capsys):
    drawn = render("Xin chào", "vi", SHAPE)
    assert drawn.file
    with device((host(areas.update_6e((areas.Area(drawn.file.pages[0]),))), YES)) as link:
        assert board(link, "--lang", "vi", "show", "Xin", "chào") == 0
    assert "page 1 of 1: acknowledged" in capsys.readouterr().out


def test_a_text_runs_and_its_time_is_told_to_be_compared_with_the_boards(capsys):
    strip = scroll("Xin chào quý khách", "vi", SHAPE, reader=Reader(audience="walker")).strip
    settings = OnbonSettings(shape=SHAPE, address=1)
    sheet = Sheet(blank_page(SHAPE), strip)
    running = told(settings, 0, whole(SHAPE), sheet, True)
    with device((host(areas.update_6e((running,))), YES)) as link:
        assert board(link, "scroll", "Xin", "chào", "quý", "khách") == 0
    out = capsys.readouterr().out
    assert f"one passage takes {strip.seconds:.1f} s" in out
    assert "text: acknowledged" in out


def test_a_board_that_cannot_run_text_says_so(capsys):
    with device() as link:
        assert board(link, "--set", "dead_man_seconds=60", "scroll", "Xin chào") == 1
    assert "cannot let this text run" in capsys.readouterr().err


def test_blank_and_brightness_reach_the_card(capsys):
    with device((host(areas.update_6e((areas.Area(blank_page(SHAPE)),))), YES)) as link:
        assert board(link, "blank") == 0
    with device((host(areas.brightness(6)), YES)) as link:
        assert board(link, "brightness", "40") == 0
    out = capsys.readouterr().out
    assert "blank: acknowledged" in out
    assert "brightness 40 %: acknowledged" in out


def test_status_tells_all_the_card_tells(capsys):
    ask = Packet(1, HOST, SERIES["6E2"], command(standard.STATUS), sequence=1).to_bytes()
    ping = Packet(1, HOST, SERIES["6E2"], command(PING), sequence=2).to_bytes()
    status = bytes.fromhex("01 00 00 0C 0200 50303031 00 00 00 01 2620 11 22 20 15 30 07") + bytes(37)
    told = Packet(HOST, 1, SERIES["6E2"], Answer(0xA2, 0x8F, data=status).to_bytes()).to_bytes()
    with device((ask, told), (ping, PONG)) as link:
        assert board(link, "status") == 0
    out = capsys.readouterr().out
    assert "Onbon BX-6E2, firmware 20.01.08, 64x32 answers\nscreen: on\nbrightness: 12 of 15, by hand" in out


def test_hex_prints_every_byte_with_its_time(capsys):
    with device((ASK, PONG)) as link:
        assert board(link, "--hex", "ping") == 0
    out = capsys.readouterr().out
    assert re.search(rf"^\S+\+00:00 > {ASK.hex(' ')}$", out, re.M)
    assert re.search(r"^\S+\+00:00 < a5 ", out, re.M)


def test_a_card_that_says_no_fails_with_its_reason(capsys):
    refusal = Frame(HOST, 1, SERIES["6E2"], Answer(0xA0, 1, 1, 18).to_bytes()).to_bytes()
    with device((host(areas.brightness(15)), refusal)) as link:
        assert board(link, "brightness", "100") == 1
    assert "screen settings" in capsys.readouterr().err


def test_zones_are_numbered_as_they_are_printed_on_the_board(capsys):
    done = with_check(bytes.fromhex("010F00000008"))
    write = WriteCoils(1, 0, (True, False, True, *(False,) * 5)).to_bytes()
    assert write == bytes.fromhex("01 0F 00 00 00 08 01 05 3E 96")
    with device((write, done), (COILS, holds(0b101))) as link:
        assert relays(link, "zones", "1,3", "on") == 0
    assert "zones open: 1, 3: read_back" in capsys.readouterr().out


def test_zones_shut_leave_the_others_open(capsys):
    done = with_check(bytes.fromhex("010F00000008"))
    write = WriteCoils(1, 0, (True, *(False,) * 7)).to_bytes()
    with device((COILS, holds(0b101)), (write, done), (COILS, holds(0b001))) as link:
        assert relays(link, "--zones", "hall=0,yard=2", "zones", "yard", "off") == 0
    assert "zones open: hall: read_back" in capsys.readouterr().out


def test_read_tells_zones_and_contacts(capsys):
    contacts = Read(1, READ_INPUTS, 0, 2).to_bytes()
    with device((contacts, with_check(bytes([1, 2, 1, 0b10]))), (COILS, holds(0b100))) as link:
        assert relays(link, "--set", 'inputs={"fault":0,"mains":1}', "read") == 0
    out = capsys.readouterr().out
    assert "zones open: 3" in out
    assert "input fault: open\ninput mains: closed" in out


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["dance"], "a board does not know"),
        (["show"], "a board does not know"),
        (["scroll", "Xe 🚚"], "this text cannot be drawn"),
        (["zones", "1", "on"], "a board does not know"),
        (["--set", "speed=3", "ping"], "speed: Extra inputs"),
        (["--set", "speed", "ping"], "KEY=VALUE"),
        (["--address", "0", "ping"], "address: "),
        (["--page", "9", "show", "hello"], "none is number 9"),
        (["--lang", "tlh", "show", "hello"], "cannot be drawn"),
        (["--baud", "3", "ping"], "baud"),
    ],
)
def test_what_makes_no_sense_is_told_before_the_line_is_touched(words, complaint, capsys):
    assert board("tcp:127.0.0.1:1", *words) == 2
    assert complaint in capsys.readouterr().err


def test_an_unknown_driver_and_a_dead_link_are_told_plainly(capsys):
    assert main(["try", "--link", "/dev/none", "--driver", "nobody", "ping"]) == 2
    assert "there is no driver nobody" in capsys.readouterr().err
    assert relays("/dev/none", "ping") == 1
    assert "the line /dev/none cannot be used" in capsys.readouterr().err


def test_without_an_address_the_first_is_asked(capsys):
    with device((ASK, PONG)) as link:
        assert main(["try", "--link", link, "--driver", "onbon_bx", "--board", "64x32:rg", "ping"]) == 0
    assert "answers" in capsys.readouterr().out
