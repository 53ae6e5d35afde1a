"""Onbon font cards: frames of the maker's libraries byte for byte, what the card can draw, the talk, and the simulated card."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from devices.cli import main
from devices.drivers import kit
from devices.drivers.onbon_bx.codec import HOST, Decoder
from devices.drivers.onbon_k.codec import (
    ANY_DEVICE,
    CLEAR,
    PING,
    SERIES,
    Answer,
    Colour,
    Frame,
    NewLine,
    TextArea,
    clock,
    command,
    encode,
    switch,
    undrawable,
    update,
)
from devices.drivers.onbon_k.driver import DRIVER, FontBoard, FontCardSettings
from devices.errors import BusyError, GarbledError, RefusedError, SettingsError, SilentError
from devices.ports import Evidence
from devices.profiles.board import BoardShape
from devices.simulators.font_boards import FontBoard as Simulated
from devices.simulators.line import SimulatedLine
from devices.simulators.pty import TcpEnd

SETTINGS = FontCardSettings(shape="64x32:rg", address=1)
ANYONE = 0xFFFE
HELLO = TextArea(0, 0, 64, 16, encode("HELLO", Colour.RED), new_line=NewLine.BY_HAND)
ACK, NAK = bytes([0xA0, 0, 0, 0, 0]), bytes([0xA0, 1, 5, 0, 0])
# Java: the maker's bx.k library; zxw: an open Python package; ind: an independent encoder from the tables.
GOLDEN = {
    "ping, address 1 (zxw, ind)": (Frame.order(1, command(PING)), "01000080000000000000FE020500A20001000068F8"),
    "clear, address 1 (zxw, ind)": (Frame.order(1, command(CLEAR)), "01000080000000000000FE020500A31001000051F8"),
    "clear, any (java)": (Frame.order(ANYONE, command(CLEAR)), "FEFF0080000000000000FE020500A31001000075DC"),
    "on, any (java)": (Frame.order(ANYONE, switch(True)), "FEFF0080000000000000FE020600A300010000015DF1"),
    "off, any (java)": (Frame.order(ANYONE, switch(False)), "FEFF0080000000000000FE020600A300010000021DF0"),
    "clock, any (java)": (
        Frame.order(ANYONE, clock(datetime(2026, 11, 22, 20, 15, 30))),  # noqa: DTZ001  # the card's own wall clock
        "FEFF0080000000000000FE020D00A203010000262011222015300702DA",
    ),
    "text HELLO, any (java)": (
        Frame.order(ANYONE, update((HELLO,))),
        "FEFF0080000000000000FE022C00A3060100000001230000000000004000100000000005000000000201020000080800"
        "00005C433148454C4C4F9D24",
    ),
    "on, escapes in header and checksum (java)": (
        Frame.order(0x5AA5, switch(True)),
        "A6025B020080000000000000FE020600A300010000015B0202",
    ),
    "yes from a 6K1 (ind; the maker's parser takes it)": (
        Frame(HOST, 1, ACK, SERIES["6K1"]),
        "0080010000000000000061020500A000000000892A",
    ),
    "no, reason 5 (ind; the maker's parser takes it)": (
        Frame(HOST, 1, NAK, SERIES["6K1"]),
        "0080010000000000000061020500A00105000098D7",
    ),
}
YES = Frame(HOST, 1, ACK, SERIES["6K1"]).to_bytes()
ASK = Frame.order(1, command(PING)).to_bytes()


def no(reason: int) -> bytes:
    return Frame(HOST, 1, bytes([0xA0, 1, reason, 0, 0]), SERIES["6K1"]).to_bytes()


def card(*talk, **more) -> tuple[FontBoard, kit.ScriptedLink]:
    link = kit.ScriptedLink(*talk)
    return FontBoard(link, SETTINGS.model_copy(update=more), clock=link.clock), link


def test_every_frame_is_what_its_source_sends():
    kit.check_golden({name: (frame, "A5" * 8 + data + "5A") for name, (frame, data) in GOLDEN.items()})
    for frame, data in GOLDEN.values():
        assert Frame.from_bytes(bytes.fromhex(data)) == frame


def test_the_decoder_stands_cuts_and_noise():
    frame = Frame(HOST, 1, ACK, SERIES["6K1"])
    kit.check_cuts(lambda: Decoder(Frame.from_bytes), YES, [frame])
    kit.check_noise(lambda: Decoder(Frame.from_bytes), YES, frame)
    assert Decoder(Frame.from_bytes).feed(b"noise" + YES) == [frame]


@given(st.binary(max_size=60))
def test_chance_bytes_are_a_frame_or_a_value_error(body):
    for read in (Frame.from_bytes, Answer.from_bytes):
        try:
            found = read(body)
        except ValueError:
            continue
        assert isinstance(found, Frame | Answer)
    assert all(event for event in Decoder(Frame.from_bytes).feed(b"\xa5" + body + b"\x5a"))


@given(st.text(max_size=30))
def test_a_text_is_refused_or_survives_the_cards_character_set(text):
    strange = undrawable(text)
    if strange:
        with pytest.raises(ValueError, match="no letters"):
            encode(text, Colour.RED)
    else:
        read = encode(text, Colour.GREEN).decode("gb2312")
        assert read == r"\C2" + text.replace("·", "・").replace("—", "―")


@pytest.mark.parametrize(
    ("text", "strange"),
    [
        ("LANE 1 关闭·请稍候——谢谢。", ()),
        ("Làn 1 đóng", ("đ",)),
        ("Cấm vào ở đây", ("ấ", "ở", "đ", "â")),
        (r"a\C2b", ("\\",)),
        ("關閉", ("關", "閉")),
        ("a\tb\x1b", ("\t", "\x1b")),
    ],
    ids=["Chinese and Latin", "pinyin marks only", "Vietnamese", "an escape", "traditional", "control characters"],
)
def test_what_the_card_has_no_letters_for_is_named(text, strange):
    assert undrawable(text) == strange


def test_a_text_takes_the_place_of_what_was_there_line_by_line():
    mark = 0x8000
    rows = [encode("LANE 1", Colour.RED), encode("关闭", Colour.RED)]
    areas = tuple(TextArea(mark, n * 16, mark | 64, 16, row, n) for n, row in enumerate(rows))
    board, link = card((Frame.order(1, update(areas, (0xFF,))).to_bytes(), YES))
    assert board.show_text("LANE 1\n关闭") is Evidence.ACKNOWLEDGED
    assert link.done


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("Đóng cửa", "no letters for Đ ử"), ("a\nb\nc", "room for 2 lines"), ("x" * 3000, "at most 2048")],
)
def test_what_cannot_be_shown_is_told_before_the_line_is_touched(text, complaint):
    board, link = card()
    with pytest.raises(SettingsError, match=complaint):
        board.show_text(text)
    assert link.sent == []


def test_echo_other_cards_damage_and_late_answers_are_passed_over():
    foreign = Frame(HOST, 2, ACK, SERIES["6K1"]).to_bytes()
    board, link = card((ASK, ASK, foreign, YES[:-4] + b"\0\0\0\x5a", 0.1, YES))
    assert board.identify().model == "Onbon BX-6K1"
    assert link.done


def test_refusals_busy_and_silence_end_as_they_should():
    board, link = card((ASK, no(18)))
    kit.check_refusal(board, link, lambda board: board.identify(), reason=18)
    board, link = card((ASK, no(3)), (ASK, no(5)), (ASK, YES))
    board.identify()
    assert link.done
    board, _ = card(*[(ASK, no(3))] * 3)
    with pytest.raises(BusyError):
        board.identify()
    board, _ = card(*[(ASK, no(5))] * 3)
    with pytest.raises(GarbledError, match="wrong checksum"):
        board.identify()
    board, _ = card((ASK, no(0)))
    with pytest.raises(RefusedError):
        board.identify()
    board, _ = card((ASK,), tries=1)
    with pytest.raises(SilentError):
        board.identify()
    kit.check_silence(FontBoard, SETTINGS, lambda board: board.show_text("STOP"))


@pytest.mark.parametrize(
    ("facts", "complaint"),
    [
        ({"shape": "64x32:rgb"}, "one or two colours"),
        ({"shape": "64x32", "colour": "green"}, "told red"),
        ({"shape": "64x8"}, "16 lamps"),
        ({"address": ANYONE}, "less than"),
    ],
)
def test_settings_no_card_can_have_are_refused(facts, complaint):
    kit.check_settings(DRIVER.settings, {"shape": "64x32:rg", "address": 1})
    with pytest.raises(ValidationError, match=complaint):
        FontCardSettings.model_validate({"shape": "64x32:rg", "address": 1, **facts})


@pytest.fixture
def simulated():
    """A simulated card on a port, and its link as text."""
    board = Simulated(BoardShape.parse("64x32:rg"), address=1, series="6K2")
    line = SimulatedLine(TcpEnd("127.0.0.1", 0), [board], 115200).start()
    yield board, f"tcp:{line.end.where.removeprefix('tcp:')}"
    line.stop()


def test_the_simulated_card_draws_what_try_says(simulated, capsys):
    board, link = simulated
    words = ["try", "--link", link, "--driver", "onbon_k", "--address", "1", "--board", "64x32:rg"]
    assert main([*words, "status"]) == 0
    assert main([*words, "--set", "colour=yellow", "show", "LANE", "1", "关闭"]) == 0
    assert board.texts() == {0: r"\C3LANE 1 关闭"}
    lit = [any(plane) for plane in board.page().planes]
    assert lit == [True, True]
    assert main([*words, "blank"]) == 0
    assert not any(any(plane) for plane in board.page().planes)
    said = capsys.readouterr().out
    assert "Onbon BX-6K2 answers" in said
    assert "text: acknowledged" in said
    assert "blank: acknowledged" in said
    assert main([*words, "show", "Xin", "chào", "bạn"]) == 1
    assert "no letters for ạ" in capsys.readouterr().err
    assert main([*words, "brightness", "40"]) == 2
    assert "a font card does not know" in capsys.readouterr().err


def test_power_clock_and_clear_are_understood(simulated):
    from devices.links import open_link

    card, where = simulated
    link = open_link(where, baud=115200)
    try:
        board = FontBoard(link, SETTINGS)
        board.show_text("STOP")
        board.power(False)
        assert not card.on
        board.power(True)
        assert board.set_clock(datetime(2026, 11, 22, 20, 15, 30)) is Evidence.ACKNOWLEDGED  # noqa: DTZ001
        board.delete_areas()
    finally:
        link.close()
    assert card.on
    assert card.texts() == {}


def test_the_wire_cost_of_the_readme_is_what_is_sent():
    area = TextArea(0x8000, 0, 0x8040, 32, encode("12345678", Colour.RED))
    dark = TextArea(0x8000, 0, 0x8040, 32, encode(" ", Colour.RED))
    sizes = [len(ASK), *(len(Frame.order(1, update((each,), (0xFF,))).to_bytes()) for each in (area, dark)), len(YES)]
    assert sizes == [30, 72, 65, 30]
    assert ANY_DEVICE == 0xFE
