"""NovaStar cards: the protocol paper's own frames byte for byte, and the talk as scripts."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from devices.drivers import kit
from devices.drivers.novastar.codec import (
    BLACK,
    EVERYWHERE,
    FIRMWARE,
    FREEZE,
    GLOBAL_BRIGHTNESS,
    HEALTH,
    HOST,
    LIGHT_SENSOR,
    LINK,
    MODEL,
    REDUNDANCY,
    STORE,
    TEST_PATTERN,
    VIDEO,
    Decoder,
    Health,
    Kind,
    Message,
    Place,
    lux,
    read,
    write,
)
from devices.drivers.novastar.driver import DRIVER, NovastarCard, NovastarSettings
from devices.errors import GarbledError, MismatchError, SettingsError, SilentError
from devices.ports import Evidence, Identity, PanelMode, PanelSight, Patch
from tests.support.scripted_link import ScriptedLink

R, S = Kind.RECEIVING, Kind.SENDING
GOLDEN = {
    "health of card 0 (paper)": (
        read(R, HEALTH, 256, serial=0x32),
        "55 AA 00 32 FE 00 01 00 00 00 00 00 00 00 00 0A 00 01 91 56",
    ),
    "temperature of card 0 (paper)": (
        read(R, HEALTH, 2, serial=0x32),
        "55 AA 00 32 FE 00 01 00 00 00 00 00 00 00 00 0A 02 00 92 56",
    ),
    "is there video (paper)": (
        read(S, VIDEO, 1, serial=0x16),
        "55 AA 00 16 FE 00 00 00 00 00 00 00 17 00 00 02 01 00 83 56",
    ),
    "five brightnesses of all cards (paper)": (
        write(R, GLOBAL_BRIGHTNESS, b"\x80" * 5, serial=0x15),
        "55 AA 00 15 FE 00 01 FF FF FF 01 00 01 00 00 02 05 00 80 80 80 80 80 EF 5B",
    ),
    "brightness of all cards (run of a public codec)": (
        write(R, GLOBAL_BRIGHTNESS, b"\x80", serial=0x15),
        "55AA0015FE0001FFFFFF010001000002010080EB59",
    ),
    "black on card 0 (paper)": (
        write(R, BLACK, b"\xff", Place(), serial=0x80),
        "55 AA 00 80 FE 00 01 00 00 00 01 00 00 01 00 02 01 00 FF D8 57",
    ),
    "freeze card 0 (paper)": (
        write(R, FREEZE, b"\xff", Place(), serial=0x80),
        "55 AA 00 80 FE 00 01 00 00 00 01 00 02 01 00 02 01 00 FF DA 57",
    ),
    "all red (run of a public codec; field report)": (
        write(R, TEST_PATTERN, b"\x02", serial=0x80),
        "55AA0080FE0001FFFFFF010001010002010002D959",
    ),
    "store (paper)": (
        write(R, STORE, b"\x11", serial=0x15),
        "55 AA 00 15 FE 00 01 FF FF FF 01 00 11 00 00 01 01 00 11 8B 59",
    ),
}
ANSWERS = {
    "43.0 degrees": "AA 55 00 32 00 FE 01 00 00 00 00 00 00 00 00 0A 02 00 80 56 68 57",
    "4.1 volts": "AA 55 00 32 00 FE 01 00 00 00 00 00 03 00 00 0A 01 00 A9 3D 57",
    "no video": "AA 55 00 16 00 FE 00 00 00 00 00 00 17 00 00 02 01 00 00 83 56",
    "video": "AA 55 00 16 00 FE 00 00 00 00 00 00 17 00 00 02 01 00 01 84 56",
    "brightness is set": "AA 55 00 15 00 FE 01 FF FF FF 01 00 01 00 00 02 00 00 6A 59",
    "112 lux (the paper's misprinted checksum put right)": "AA 55 00 5B 00 FE 00 00 00 00 00 00 0F 00 00 02 02 00 38 80 79 57",
    "stored": "AA 55 00 15 00 FE 01 FF FF FF 01 00 11 00 00 01 00 00 79 59",
}


@pytest.mark.parametrize("name", GOLDEN)
def test_a_request_is_byte_for_byte_what_its_source_says(name):
    kit.check_golden({name: GOLDEN[name]})
    message, expected = GOLDEN[name]
    assert Message.from_bytes(bytes.fromhex(expected)) == message


@pytest.mark.parametrize("wire", ANSWERS.values(), ids=ANSWERS.keys())
def test_the_papers_answers_are_read_and_written_alike(wire):
    (answer,) = Decoder().feed(bytes.fromhex(wire))
    assert (answer.source, answer.destination) == (0, HOST)
    assert answer.to_bytes() == bytes.fromhex(wire)


def test_readings_are_those_the_paper_gives():
    answers = {name: Decoder().feed(bytes.fromhex(wire))[0].data for name, wire in ANSWERS.items()}
    heat, volts = answers["43.0 degrees"], answers["4.1 volts"]
    assert Health.from_bytes(heat + b"\x00" + volts) == Health(43.0, 4.1)
    assert Health.from_bytes(b"\x81\x14\x00\x00") == Health(-10.0, None)
    assert Health.from_bytes(bytes(4)) == Health(None, None)
    assert lux(answers["112 lux (the paper's misprinted checksum put right)"]) == 112
    assert lux(bytes(2)) is None
    with pytest.raises(ValueError, match="too few"):
        Health.from_bytes(b"\x80")


def test_the_papers_misprinted_checksum_is_refused():
    misprint = bytes.fromhex("AA 55 00 5B 00 FE 00 00 00 00 00 00 0F 00 00 02 02 00 38 80 7C 57")
    assert Decoder().feed(misprint) == []


answers = st.builds(
    lambda serial, data, register: Message(
        R, register, Place(), data, len(data), False, serial, source=0, destination=HOST
    ),
    st.integers(0, 255),
    st.binary(max_size=40),
    st.integers(0, 0xFFFFFFFF),
)


@given(answers)
def test_an_answer_stands_cuts(answer):
    kit.check_cuts(Decoder, answer.to_bytes(), [answer])
    assert Message.from_bytes(answer.to_bytes()) == answer


@given(answers, st.integers(0, 17), st.integers(1, 255))
def test_a_flipped_byte_never_gives_another_answer(answer, where, flip):
    wire = bytearray(answer.to_bytes())
    wire[where] ^= flip
    assert Decoder().feed(bytes(wire)) in ([], [answer])


def test_the_codec_stands_noise_and_a_damaged_length():
    answer = Message(S, VIDEO, data=b"\x01", length=1, serial=3, source=0, destination=HOST)
    kit.check_noise(Decoder, answer.to_bytes(), answer)
    corrupt = bytearray(answer.to_bytes())
    corrupt[17] = 0xFF
    assert Decoder().feed(bytes(corrupt) + answer.to_bytes()) == [answer]


SETTINGS = NovastarSettings(chains=(2,))
ONE, TWO = Place(0, 0), Place(0, 1)


def yes(question: Message, data: bytes = b"", said: int = 0, **more) -> bytes:
    length = 0 if question.write else len(data)
    return dataclasses.replace(
        question, data=data, length=length, acknowledged=said, source=0, destination=HOST, **more
    ).to_bytes()


def talk(*steps: tuple[Message, bytes]) -> list[tuple[bytes, bytes]]:
    """Questions numbered as they are asked, with the data of their answers."""
    numbered = [(dataclasses.replace(question, serial=at), data) for at, (question, data) in enumerate(steps, 1)]
    return [(question.to_bytes(), yes(question, data)) for question, data in numbered]


def card(*script) -> tuple[NovastarCard, ScriptedLink]:
    link = ScriptedLink(*script)
    return NovastarCard(link, SETTINGS, clock=link.clock), link


def both(register: int, data: bytes) -> list[tuple[Message, bytes]]:
    return [
        (write(R, register, data), b""),
        (read(R, register, len(data), ONE), data),
        (read(R, register, len(data), TWO), data),
    ]


def test_brightness_is_set_on_all_cards_and_read_back_from_each():
    wall, link = card(*talk(*both(GLOBAL_BRIGHTNESS, b"\x80")))
    assert wall.brightness(50) is Evidence.READ_BACK
    assert link.done


@pytest.mark.parametrize(
    ("mode", "steps"),
    [
        (PanelMode.BLACK, [(BLACK, b"\xff"), (FREEZE, b"\x00")]),
        (PanelMode.FROZEN, [(FREEZE, b"\xff"), (BLACK, b"\x00")]),
        (PanelMode.NORMAL, [(TEST_PATTERN, b"\x00"), (BLACK, b"\x00"), (FREEZE, b"\x00")]),
    ],
)
def test_a_mode_switches_on_first_and_off_after(mode, steps):
    wall, link = card(*talk(*[step for register, data in steps for step in both(register, data)]))
    assert wall.mode(mode) is Evidence.READ_BACK
    assert link.done


def test_a_card_that_does_not_follow_is_a_mismatch_and_named():
    steps = both(TEST_PATTERN, b"\x02")
    wall, _ = card(*talk(*steps[:2], (steps[2][0], b"\x00")))
    with pytest.raises(MismatchError, match="card 1-2"):
        wall.test_pattern(2)


def block(begins: bytes = bytes(4), doors: int = 0, fans: tuple[int, ...] = (), smoke: int = 0) -> bytes:
    """The health register as the paper lays it out; fans in fifties of turns, with a monitor card if there are any."""
    whole = bytearray(66)
    whole[:4] = begins
    if fans or doors or smoke:
        whole[0x20], whole[0x2A], whole[0x41] = 0xFF, smoke, doors
        whole[0x2B : 0x2B + len(fans)] = bytes(fans)
    return bytes(whole)


def watching(*cards: tuple[bytes, bytes, bytes], video: bytes = b"\x01", spare: bytes = b"\x00"):
    """The questions of a watch: link, switches and health of each card."""
    steps = [(read(S, VIDEO, 1), video), (read(S, REDUNDANCY, 1), spare)]
    for place, (link, switches, health) in zip((ONE, TWO), cards, strict=True):
        steps.append((read(R, LINK, 2, place), link))
        if any(link):
            steps += [(read(R, BLACK, 3, place), switches), (read(R, HEALTH, 66, place), health)]
    return talk(*steps)


WELL = (b"\x08\x45", bytes(3), block(b"\x80\x56\x00\xa9"))


def test_a_wall_that_is_well_is_seen_to_be():
    wall, link = card(*watching(WELL, WELL))
    assert wall.watch() == PanelSight(signal=True, showing=True)
    assert link.done


def test_what_is_wrong_with_a_wall_is_told_by_card():
    ill = (b"\x08\x45", b"\x00\x02\x00", block(b"\x80\x90\x00\x00", doors=2, fans=(30, 0), smoke=1))
    wall, _ = card(*watching(WELL, ill, video=b"\x00", spare=b"\x04"))
    assert wall.watch() == PanelSight(
        signal=False, showing=False,
        faults={
            "redundancy": "an output runs over its spare cable", "heat": "1-2 is at 72 °C",
            "fan": "1-2 has a fan that stands", "smoke": "1-2 reports smoke", "door": "1-2 is open",
        },
    )  # fmt: skip


def test_a_card_without_a_link_is_told_with_its_place_on_the_wall():
    script = watching((bytes(2), b"", b""), WELL)
    link = ScriptedLink(*script)
    settings = NovastarSettings(chains=(2,), module=(160, 80), across=2)
    sight = NovastarCard(link, settings, clock=link.clock).watch()
    assert (sight.signal, sight.showing) == (True, True)
    assert sight.faults == {"cards": "1-1 has no link"}
    assert sight.dark == (Patch(0, 0, 160, 80, "has no link"),)
    assert settings.patch(TWO, "x") == (Patch(160, 0, 160, 80, "x"),)


@pytest.mark.parametrize(
    ("facts", "percent", "level"),
    [
        ({}, 50, 128), ({"least": 10, "most": 60}, 0, 26), ({"least": 10, "most": 60}, 100, 153),
        ({"curve": 2.2}, 50, 55), ({"curve": 2.2}, 100, 255), ({"curve": 2.2, "least": 4}, 0, 10),
    ],
)  # fmt: skip
def test_brightness_keeps_to_its_limits_and_its_curve(facts, percent, level):
    assert NovastarSettings(**facts).level(percent) == level


def test_limits_that_cross_are_refused():
    with pytest.raises(ValidationError, match="less than most"):
        NovastarSettings(least=60, most=60)


def test_storing_is_counted_and_refused_within_the_hour():
    question, again = (write(R, STORE, b"\x11", EVERYWHERE, serial=number) for number in (1, 2))
    wall, link = card((question.to_bytes(), yes(question)), (again.to_bytes(), yes(again)))
    wall.store()
    link.now += 3000
    with pytest.raises(SettingsError, match="wait 10 minutes"):
        wall.store()
    assert (wall.stores, len(link.sent)) == (1, 1)
    link.now += 700
    wall.store()
    assert wall.stores == 2


def test_identity_and_report_are_read():
    wall, link = card(*talk((read(S, MODEL, 2), b"\x11\x01"), (read(S, FIRMWARE, 4), b"\x01\x02\x03\x04")))
    assert wall.identify() == Identity("NovaStar MCTRL600", "1.2.3.4")
    assert link.done
    wall, link = card(
        *talk(
            (read(S, LIGHT_SENSOR, 2), b"\x38\x80"), (read(S, VIDEO, 1), b"\x01"), (read(S, REDUNDANCY, 1), b"\x01"),
            (read(R, LINK, 2, ONE), b"\x08\x45"), (read(R, HEALTH, 66, ONE), block(b"\x80\x56\x00\xa9")),
            (read(R, LINK, 2, TWO), b"\x00\x00"), (read(R, HEALTH, 66, TWO), block(doors=1, fans=(30, 0, 30, 30))),
        )
    )  # fmt: skip
    assert wall.report() == {
        "video": "signal",
        "light": "112 lux",
        "spare cable": "in use",
        "card 1-1": "linked, 43 °C, 4.1 V",
        "card 1-2": "no link, no thermometer, no voltmeter, fans 1500/0/1500/1500 a minute, a door is open",
    }
    assert link.done


def test_a_receiving_card_that_is_away_is_reported_and_the_others_go_on():
    steps = talk(
        (read(S, LIGHT_SENSOR, 2), b"\x00\x00"), (read(S, VIDEO, 1), b"\x00"), (read(S, REDUNDANCY, 1), b"\x00"),
        (read(R, LINK, 2, ONE), b""), (read(R, LINK, 2, TWO), b"\x08\x45"),
        (read(R, HEALTH, 66, TWO), block(b"\x80\x56\x00\xa9")),
    )  # fmt: skip
    steps[3] = (steps[3][0], yes(read(R, LINK, 2, ONE, serial=4), said=1))
    wall, _ = card(*steps)
    told = wall.report()
    assert told["card 1-1"].startswith("away: the device refused the frame (reason 0x01, the receiving card gave")
    assert told["card 1-2"] == "linked, 43 °C, 4.1 V"
    assert (told["video"], told["light"]) == ("no signal", "no sensor")


def test_a_damaged_request_is_sent_again_under_a_new_number():
    first, second = read(S, MODEL, 2, serial=1), read(S, MODEL, 2, serial=2)
    third = read(S, FIRMWARE, 4, serial=3)
    wall, link = card(
        (first.to_bytes(), yes(first, said=2)),
        (second.to_bytes(), yes(second, b"\x00\x01")),
        (third.to_bytes(), yes(third, bytes(4))),
    )
    assert wall.identify().model == "NovaStar MCTRL300"
    assert link.done
    broken = [read(S, MODEL, 2, serial=number) for number in (1, 2, 3)]
    wall, _ = card(*[(question.to_bytes(), yes(question, said=3)) for question in broken])
    with pytest.raises(GarbledError, match="behind the card"):
        wall.identify()


def test_a_refused_command_is_told_with_its_reason_and_not_sent_again():
    question = read(S, MODEL, 2, serial=1)
    wall, link = card((question.to_bytes(), yes(question, said=4)))
    kit.check_refusal(wall, link, lambda device: device.identify(), reason=4)
    assert len(link.sent) == 1


def test_a_late_answer_is_known_by_its_number():
    questions = [read(S, MODEL, 2, serial=number) for number in (1, 2, 3)]
    wall, _ = card(
        (questions[0].to_bytes(),),
        (questions[1].to_bytes(), yes(questions[0], b"\x00\x01")),
        (questions[2].to_bytes(),),
    )
    with pytest.raises(SilentError):
        wall.identify()


def test_an_answer_of_another_length_than_asked_is_garbled():
    question = read(S, MODEL, 2, serial=1)
    wall, _ = card((question.to_bytes(), yes(question, b"\x01")))
    with pytest.raises(GarbledError):
        wall.identify()


def test_storing_is_acknowledged_only():
    question = write(R, STORE, b"\x11", EVERYWHERE, serial=1)
    wall, link = card((question.to_bytes(), yes(question)))
    assert wall.store() is Evidence.ACKNOWLEDGED
    assert link.done


def test_what_cannot_be_is_refused_before_anything_is_sent():
    wall, link = card()
    with pytest.raises(SettingsError, match="101"):
        wall.brightness(101)
    with pytest.raises(SettingsError, match="test patterns"):
        wall.test_pattern(1)
    assert link.sent == []
    with pytest.raises(ValidationError):
        DRIVER.settings.model_validate({"card": 300})
