"""The simulated NovaStar card against the vendor's request and acknowledge frames."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.simulators.gate import simulated
from devices.simulators.sending_card import Answer, SendingCard

VOLTAGE = "55 AA 00 32 FE 00 01 00 00 00 00 00 03 00 00 0A 01 00"
ALL_80 = "55 AA 00 15 FE 00 01 FF FF FF 01 00 01 00 00 02 05 00 80 80 80 80 80 EF 5B"
BLACK = "55 AA 00 80 FE 00 01 00 00 00 01 00 00 01 00 02 01 00 FF D8 57"
FREEZE = "55 AA 00 80 FE 00 01 00 00 00 01 00 02 01 00 02 01 00 FF DA 57"
RED = "55 AA 00 80 FE 00 01 FF FF FF 01 00 01 01 00 02 01 00 02 D9 59"
STORE = "55 AA 00 15 FE 00 01 FF FF FF 01 00 11 00 00 01 01 00 11 8B 59"
DVI = "55 AA 00 16 FE 00 00 00 00 00 00 00 17 00 00 02 01 00 83 56"


def summed(words: str) -> str:
    body = bytes.fromhex(words)[2:]
    return (bytes.fromhex(words) + ((sum(body) + 0x5555) & 0xFFFF).to_bytes(2, "little")).hex(" ").upper()


def told(card: SendingCard, words: str, at: float = 0.0) -> str:
    return card.receive(bytes.fromhex(words), at).hex(" ").upper()


def ask(card: SendingCard, register: int, length: int, *, kind: int = 1, port: int = 0, board: int = 0) -> bytes:
    """Read a register; the data of the answer, which must be good."""
    head = bytes([0, 7, 0xFE, 0, kind, port]) + board.to_bytes(2, "little") + b"\0\0"
    words = b"\x55\xaa" + head + register.to_bytes(4, "little") + length.to_bytes(2, "little")
    answer = bytes.fromhex(told(card, summed(words.hex())))
    assert answer[:4] == b"\xaa\x55\x00\x07"
    assert summed(answer[:-2].hex()) == answer.hex(" ").upper()
    return answer[18:-2]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (
            "55 AA 00 32 FE 00 01 00 00 00 00 00 00 00 00 0A 02 00 92 56",
            "AA 55 00 32 00 FE 01 00 00 00 00 00 00 00 00 0A 02 00 80 56 68 57",
        ),
        (summed(VOLTAGE), "AA 55 00 32 00 FE 01 00 00 00 00 00 03 00 00 0A 01 00 A9 3D 57"),
        (ALL_80, "AA 55 00 15 00 FE 01 FF FF FF 01 00 01 00 00 02 00 00 6A 59"),
        (STORE, "AA 55 00 15 00 FE 01 FF FF FF 01 00 11 00 00 01 00 00 79 59"),
        (DVI, "AA 55 00 16 00 FE 00 00 00 00 00 00 17 00 00 02 01 00 01 84 56"),
    ],
    ids=["temperature 43.0", "voltage 4.1", "brightness of all", "store", "video signal"],
)
def test_the_vendors_questions_get_the_vendors_answers(question, answer):
    assert told(SendingCard(), question) == answer


def test_a_lost_video_signal_is_reported():
    card = SendingCard()
    card.signal = False
    assert told(card, DVI) == "AA 55 00 16 00 FE 00 00 00 00 00 00 17 00 00 02 01 00 00 83 56"


def test_the_light_sensor_has_the_vendors_bytes():
    card = SendingCard()
    assert ask(card, 0x0200000F, 2, kind=0) == b"\0\0"
    card.lux = 112
    question = "55 AA 00 5B FE 00 00 00 00 00 00 00 0F 00 00 02 02 00"
    assert told(card, summed(question)) == "AA 55 00 5B 00 FE 00 00 00 00 00 00 0F 00 00 02 02 00 38 80 79 57"


def test_black_and_freeze_reach_one_card_and_test_pictures_all():
    card = SendingCard()
    for frame in (BLACK, FREEZE, RED):
        assert told(card, frame)
    assert [(one.black, one.frozen, one.test_picture) for one in card.wall.values()] == [
        (True, True, 2), (False, False, 2), (False, False, 2), (False, False, 2),
    ]  # fmt: skip


def test_one_level_for_the_whole_wall_as_another_library_sends_it():
    card = SendingCard()
    told(card, "55AA0015FE0001FFFFFF010001000002010080EB59")
    assert {one.brightness for one in card.wall.values()} == {0x80}
    assert ask(card, 0x02000001, 5) == bytes([0x80, 255, 255, 255, 255])


def test_what_was_not_stored_is_lost_with_the_power():
    card = SendingCard()
    told(card, ALL_80)
    card.power_off()
    assert told(card, DVI) == ""
    card.power_on()
    assert card.wall[0, 0].brightness == 255
    told(card, ALL_80)
    told(card, STORE)
    card.power_off()
    card.power_on()
    assert card.wall[0, 0].brightness == 0x80
    assert card.wall[0, 0].writes_to_flash == 1


def test_the_misprinted_question_of_the_manual_is_answered_with_checksum():
    good = summed("55 AA 00 32 FE 00 00 00 00 00 00 00 02 00 00 00 02 00")
    answer = told(SendingCard(), good[:-5] + "87 56")
    assert bytes.fromhex(answer)[2] == Answer.CHECKSUM


@pytest.mark.parametrize(("model", "number"), [("MCTRL300", "0001"), ("MCTRL500", "0101"), ("MCTRL600", "1101")])
def test_a_card_names_its_model(model, number):
    assert ask(SendingCard(model=model), 0x00000002, 2, kind=0).hex() == number


def test_health_of_a_card_in_distress():
    card = SendingCard()
    health = card.wall[1, 1].health
    health.celsius, health.volts, health.fans, health.smoke, health.doors = -5.5, None, (0, 3000), 1, 2
    block = ask(card, 0x0A000000, 256, port=1, board=1)
    assert (block[0], block[1], block[3]) == (0x81, 11, 0)
    assert (block[0x20], block[0x2A], block[0x2B], block[0x2C], block[0x41]) == (0xFF, 1, 0, 60, 2)
    assert ask(card, 0x0A00002B, 2, port=1, board=1) == bytes([0, 60])
    health.monitor, health.celsius = False, None
    assert not any(ask(card, 0x0A000020, 0x30, port=1, board=1))
    assert ask(card, 0x0A000000, 1, port=1, board=1) == b"\0"


def test_a_receiving_card_whose_cable_is_out_is_not_there():
    card = SendingCard()
    assert ask(card, 0x00000000, 2, board=1) != b"\0\0"
    card.wall[0, 1].linked = False
    question = summed("55 AA 00 32 FE 00 01 00 01 00 00 00 00 00 00 00 02 00")
    assert bytes.fromhex(told(card, question))[2] == Answer.NOBODY_BEHIND
    told(card, ALL_80)
    assert [one.brightness for one in card.wall.values()] == [0x80, 255, 0x80, 0x80]


@pytest.mark.parametrize(
    "words",
    [
        "55 AA 00 32 FE 00 01 00 00 00 00 00 34 12 00 02 01 00",
        "55 AA 00 32 FE 00 01 FF FF FF 00 00 01 00 00 02 01 00",
        "55 AA 00 32 FE 00 02 00 00 00 00 00 10 00 00 05 01 00",
        "55 AA 00 32 FE 00 00 00 00 00 01 00 17 00 00 02 01 00 01",
        "55 AA 00 32 FE 00 01 00 00 00 01 00 06 00 00 02 01 00 01",
    ],
    ids=["no such register", "a question to all", "function card", "read-only", "past the end"],
)
def test_what_it_does_not_know_is_an_invalid_command(words):
    assert bytes.fromhex(told(SendingCard(), summed(words)))[2] == Answer.INVALID


def test_a_factory_reset_forgets_what_was_stored():
    card = SendingCard()
    told(card, ALL_80)
    told(card, STORE)
    assert told(card, summed("55 AA 00 32 FE 00 00 00 00 00 01 00 02 00 00 01 01 00 00"))
    assert (card.wall[0, 0].brightness, card.wall[0, 0].stored[0x02000001]) == (255, 255)


def test_another_card_of_the_chain_keeps_silent():
    card = SendingCard(index=1)
    assert told(card, DVI) == ""
    assert card.frames == 0


def test_a_corrupt_length_does_not_stall_the_line():
    card = SendingCard()
    spoiled = "55 AA 00 16 FE 00 00 00 00 00 01 00 17 00 00 02 20 00 83 56"  # announces 32 bytes that never come
    assert told(card, spoiled) == ""
    assert told(card, DVI, 1.0)
    assert told(card, spoiled, 2.0) == ""
    assert told(card, DVI + DVI, 2.01).endswith("84 56")
    huge = "55 AA 00 16 FE 00 00 00 00 00 01 00 17 00 00 02 FF FF 83 56"
    assert told(card, huge + DVI, 3.0).endswith("84 56")


@given(st.binary(max_size=300))
def test_noise_changes_nothing_and_does_not_deafen(noise):
    card = SendingCard()
    card.receive(noise, 0.0)
    assert {one.brightness for one in card.wall.values()} == {255}
    assert told(card, DVI, 5.0)


@given(st.integers(2, 24), st.integers(0, 7))
def test_a_flipped_bit_dims_nothing(at, bit):
    spoiled = bytearray.fromhex(ALL_80)
    spoiled[at] ^= 1 << bit
    card = SendingCard()
    card.receive(bytes(spoiled), 0.0)
    assert {one.brightness for one in card.wall.values()} == {255}


def test_a_silent_card_obeys_without_a_word():
    card = SendingCard()
    card.silent = True
    assert told(card, ALL_80) == ""
    assert card.wall[0, 0].brightness == 0x80


def test_an_unknown_model_is_named():
    with pytest.raises(ValueError, match="no sending card X1; known: MCTRL300"):
        SendingCard(model="X1")


def test_writes_to_the_wall_stand_in_the_log(tmp_path):
    card = simulated("novastar", {"ports": 1, "boards": 1}, log=tmp_path / "wall.log")
    assert isinstance(card, SendingCard)
    told(card, ALL_80)
    told(card, BLACK)
    words = [line.split(" ", 1)[1] for line in (tmp_path / "wall.log").read_text().splitlines()]
    assert words == ["wall brightness 8080808080", "port 0 board 0 black ff"]
