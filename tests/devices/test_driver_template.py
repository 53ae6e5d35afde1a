"""Described devices: real makers' frames written as descriptions, what a description may not say, and the talk as scripts."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from devices.drivers import kit
from devices.drivers.template.checksums import CHECKSUMS
from devices.drivers.template.codec import Decoder, Filled, Told
from devices.drivers.template.description import Description
from devices.drivers.template.driver import DRIVER, TemplateDevice, TemplateSettings
from devices.errors import BusyError, GarbledError, MismatchError, RefusedError, SettingsError, SilentError
from devices.ports import Evidence, Identity
from devices.simulators.amplifiers import ToaAmplifier
from devices.simulators.speakers import RelayBoard

MODBUS = """
name = "Modbus relays"
frames = "hex"
checksum = { kind = "crc16-modbus" }
inputs = { fault = 0, mains = 1 }
[places]
address = { range = [1, 247] }
zone = { range = [1, 8] }
mask = { range = [0, 255] }
contacts = { range = [0, 255] }
function = { range = [0x80, 0xFF] }
reason = { range = [1, 11] }
[deeds]
ping = { send = "{address} 01 00 00 00 08 {check}", answer = "{address} 01 01 {mask} {check}" }
zones = { send = "{address} 0F 00 00 00 08 01 {mask} {check}", answer = "{address} 0F 00 00 00 08 {check}" }
read_zones = { send = "{address} 01 00 00 00 08 {check}", answer = "{address} 01 01 {mask} {check}" }
read_inputs = { send = "{address} 02 00 00 00 08 {check}", answer = "{address} 02 01 {contacts} {check}" }
[refused]
answer = "{address} {function} {reason} {check}"
reasons = { out_of_range = 2, broken = 4, busy = 6 }
"""
TOA = """
name = "TOA 9000M2"
frames = "hex"
power_settle = 2.0
[places]
zone = { range = [1, 8], plus = -1 }
on = { words = { on = "01", off = "00" } }
level = { range = [0, 126] }
firmware = { text = 20 }
[deeds]
ping = { send = "F0 03 40 00 00", answer = "C0 09 00 00 {firmware} 00" }
power = { send = "F4 01 {on}", answer = "F4 01 {on}" }
zone = { send = "92 03 01 {zone} {on}", answer = "92 03 01 {zone} {on}" }
level = { send = "91 03 01 {zone} {level}", answer = "91 03 01 {zone} {level}" }
[states]
answers_when_off = ["power"]
"""
ZONE4 = """
name = "Zone4"
frames = "ascii"
[places]
zone = { range = [1, 4] }
on = { words = { on = "5", off = "6" } }
[deeds]
zone = { send = "$hPW{on}{zone}\\r" }
"""
BOX = """
name = "Box"
frames = "ascii"
timeout = 0.2
gap = 0.05
checksum = { kind = "sum8" }
[places]
address = { range = [1, 99], digits = 2 }
zone = { range = [1, 4] }
on = { words = { on = "1", off = "0" } }
level = { range = [-40, 0], plus = 40 }
reason = { range = [1, 9] }
[deeds]
ping = { send = "#{address}V{check}\\r", answer = "!{address}{check}\\r" }
zone = { send = "#{address}Z{zone}{on}{check}\\r", answer = "!{address}Z{zone}{on}{check}\\r" }
level = { send = "#{address}L{zone}:{level};{check}\\r", answer = "!{address}{check}\\r" }
read_zone = { send = "#{address}Q{zone}{check}\\r", answer = "!{address}Z{zone}{on}{check}\\r" }
[refused]
answer = "?{address}{reason}{check}\\r"
reasons = { busy = 1, damaged = 2, too_hot = 7 }
"""
VECTORS = {"sum8": 0xDD, "xor8": 0x31, "lrc": 0x23, "sum16": 0x01DD, "neg16": 0xFE23,
           "crc16-modbus": 0x4B37, "crc16-arc": 0xBB3D, "crc16-xmodem": 0x31C3}  # fmt: skip


def filled(text: str, deed: str, **values) -> Filled:
    return Filled(Description.parse(text).request(deed), values)


def box(*talk, text=BOX, folder: Path, **more) -> tuple[TemplateDevice, kit.ScriptedLink]:
    link = kit.ScriptedLink(*talk)
    return TemplateDevice(link, settings(text, folder, **more), clock=link.clock), link


def settings(text: str, folder: Path, **more) -> TemplateSettings:
    file = folder / "device.toml"
    file.write_text(text, encoding="utf-8")
    address = {"address": 7} if "{address}" in text else {}
    return TemplateSettings.model_validate({"file": str(file), "zones": {"hall": 1, "yard": 3}, **address, **more})


def summed(text: str) -> bytes:
    return f"{text}{sum(text.encode()) & 0xFF:02X}\r".encode()


class Attached:
    """A link straight to a stand-in, with a clock that only waiting moves."""

    def __init__(self, device) -> None:
        self.device, self.now, self.coming = device, 0.0, b""

    def clock(self) -> float:
        return self.now

    def send(self, data: bytes) -> None:
        self.coming += self.device.receive(data, self.now)

    def receive(self, timeout: float) -> bytes:
        self.now += 0 if self.coming else timeout
        data, self.coming = self.coming, b""
        return data

    def discard(self) -> None:
        self.coming = b""

    def close(self) -> None:
        """Nothing to give back."""


@pytest.mark.parametrize("kind", CHECKSUMS)
def test_a_checksum_is_that_of_its_catalogue(kind):
    assert CHECKSUMS[kind][1](b"123456789") == VECTORS[kind]


def test_frames_of_real_papers_come_out_byte_for_byte():
    kit.check_golden({
        "Modbus: zones 1 and 3 of 8 (two independent libraries)": (
            filled(MODBUS, "zones", address=1, mask=5), "01 0F 00 00 00 08 01 05 3E 96"),
        "Modbus: read 8 coils (two independent libraries)": (
            filled(MODBUS, "read_zones", address=1), "01 01 00 00 00 08 3D CC"),
        "Modbus: read 8 inputs (two independent libraries)": (
            filled(MODBUS, "read_inputs", address=1), "01 02 00 00 00 08 79 CC"),
        "TOA: output 3 on (command list)": (filled(TOA, "zone", zone=3, on="on"), "92 03 01 02 01"),
        "TOA: power off (command list)": (filled(TOA, "power", on="off"), "F4 01 00"),
        "TOA: name of input 1 (manual)": (filled(TOA, "ping"), "F0 03 40 00 00"),
    })  # fmt: skip
    assert filled(ZONE4, "zone", zone=1, on="on").to_bytes() == b"$hPW51\r"


def test_a_checksum_with_skipped_bytes_is_that_of_the_dfplayer_sheet():
    text = ZONE4.replace('"ascii"', '"hex"').replace('{ on = "5", off = "6" }', '{ on = "14", off = "00" }')
    text = text.replace("[places]", 'checksum = { kind = "neg16", skip = 1 }\n[places]')
    text = text.replace('"$hPW{on}{zone}\\r"', '"7E FF 06 06 00 00 {on} {check} EF {zone}"')
    frame = filled(text, "zone", zone=1, on="on").to_bytes()
    assert frame == bytes.fromhex("7E FF 06 06 00 00 14 FE E1 EF 01")  # volume 20, as the maker's library sends it


def test_the_decoder_reads_values_and_stands_cuts_and_noise():
    said = Description.parse(MODBUS)
    frames = {"answer": said.answer("read_zones"), "refused": said.refusal}
    wire = bytes.fromhex("01 01 01 05 91 8B 01 81 02 C1 91")
    yes, no = Told("answer", {"address": 1, "mask": 5}), Told("refused", {"address": 1, "function": 0x81, "reason": 2})
    kit.check_cuts(lambda: Decoder(frames), wire, [yes, no])
    kit.check_noise(lambda: Decoder(frames), wire[:6], yes)
    assert Decoder(frames).feed(wire) == [yes, no]
    said = Description.parse(BOX)
    frames = {"answer": said.answer("zone"), "refused": said.refusal}
    kit.check_cuts(
        lambda: Decoder(frames), b"xx" + summed("!07Z31"), [Told("answer", {"address": 7, "zone": 3, "on": "on"})]
    )


def test_a_checksum_in_small_letters_is_taken_too():
    frames = {"answer": Description.parse(BOX).answer("ping")}
    capital = summed("!99")
    small = capital.lower()
    assert [len(Decoder(frames).feed(wire)) for wire in (capital, small, b"!9900\r")] == [1, 1, 0]


@given(st.binary(max_size=200), st.lists(st.integers(1, 9), max_size=30))
def test_noise_never_raises_and_is_read_the_same_however_it_is_cut(noise, cuts):
    said = Description.parse(TOA)
    frames = {"answer": said.answer("ping"), "other": said.answer("zone")}
    pieces, at = [], 0
    for size in [*cuts, len(noise) + 1]:
        pieces.append(noise[at : at + size])
        at += size
    cut, whole = Decoder(frames), Decoder(frames)
    assert [event for piece in pieces for event in cut.feed(piece)] == list(whole.feed(noise))
    assert len(cut.strange) <= 16


@given(st.integers(1, 99), st.integers(1, 4), st.integers(-40, 0))
def test_what_is_written_is_read_again(address, zone, level):
    values = {"address": address, "zone": zone, "level": level}
    frame = Description.parse(BOX).request("level")
    assert Decoder({"it": frame}).feed(frame.to_bytes(values)) == [Told("it", values)]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('name = "Box"', "", "name"),
        ('frames = "ascii"', 'frames = "ascii"\ncolour = 1', "colour"),
        ('"sum8"', '"sum9"', "checksum.kind"),
        ("zone = { send", "zoen = { send", "deeds"),
        ("Z{zone}{on}{check}\\r\", answer", "Z{zone}{check}\\r\", answer", "needs a place for on"),
        ("#{address}V{check}", "#{address}V{chekc}", "{chekc} that is not described"),
        ("#{address}V{check}", "#{address}{zone}{check}", "nobody knows what to send for zone"),
        ('on = "1", off = "0"', 'yes = "1", no = "0"', '"on" and "off"'),
        ('on = "1", off = "0"', 'on = "1", off = "10"', "begins like another"),
        ("range = [-40, 0], plus = 40", "range = [-40, 0]", "does not fit"),
        ("range = [-40, 0], plus = 40", "text = 3", "is a number"),
        ("range = [-40, 0], plus = 40", "range = [0, 9], text = 3", "a range, words or a text"),
        ("L{zone}:{level};{check}", "L{zone}:{level}{check}", "where {level} ends"),
        ("#{address}V", "#{address}Ă", "is not ASCII"),
        ('answer = "!{address}Z{zone}{on}{check}\\r" }\n[ref', 'answer = "!{address}{check}\\r" }\n[ref', "place for on"),
        ("[deeds]", "[deeds", "not TOML"),
        ('V{check}\\r", answer = "!{address}{check}\\r" }', 'V{check}\\r" }', "a ping has an answer"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_description_is_told_in_one_sentence(old, new, complaint, tmp_path):
    text = BOX.replace(old, new)
    assert text != BOX
    with pytest.raises(ValueError, match=re.escape(complaint)):
        Description.parse(text)
    with pytest.raises(ValidationError, match=r"device\.toml"):
        settings(text, tmp_path)


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        ({"zones": {"hall": 5}}, "numbered 1 to 4"),
        ({"zones": {"hall": 1, "yard": 1}}, "one number"),
        ({"address": None}, "carry an address"),
        ({"levels": {"roof": 0}}, "levels of no zone"),
        ({"levels": {"hall": 1}}, "-40 to 0"),
        ({"file": "nowhere.toml"}, "cannot be read"),
    ],
)
def test_settings_that_the_description_does_not_bear_are_refused(more, complaint, tmp_path):
    with pytest.raises(ValidationError, match=complaint):
        settings(BOX, tmp_path, **more)


def test_the_settings_refuse_what_they_do_not_know_and_silence_ends(tmp_path):
    good = settings(BOX, tmp_path)
    kit.check_settings(DRIVER.settings, good.model_dump())
    kit.check_silence(TemplateDevice, good, lambda device: device.open_zones(frozenset({"hall"})))
    kit.check_silence(TemplateDevice, good, lambda device: device.identify())
    assert good.described.name == "Box"


def test_zones_are_shut_and_opened_one_by_one_and_read_back(tmp_path):
    talk = [
        (summed("#07Z30"), summed("!07Z30")),
        (summed("#07L1:30;"), summed("!07")),
        (summed("#07Z11"), summed("!07Z11")),
        (summed("#07Q1"), summed("!07Z11")),
        (summed("#07Q3"), summed("!07Z30")),
    ]
    device, link = box(*talk, folder=tmp_path, levels={"hall": -10})
    assert device.open_zones(frozenset({"hall"})) is Evidence.READ_BACK
    assert link.done
    assert link.now == pytest.approx(5 * 0.05)


def test_a_zone_that_reads_back_otherwise_is_a_mismatch(tmp_path):
    talk = [(summed(f"#07{ask}"), summed(f"!07{tell}"))
            for ask, tell in (("Z10", "Z10"), ("Z30", "Z30"), ("Q1", "Z11"), ("Q3", "Z30"))]  # fmt: skip
    device, link = box(*talk, folder=tmp_path)
    with pytest.raises(MismatchError, match="open zones"):
        device.open_zones(frozenset())
    assert link.done


def test_answers_of_another_device_another_zone_and_our_echo_are_not_ours(tmp_path):
    ask = summed("#07Q1")
    talk = [(ask, ask, summed("!08Z11"), summed("!07Z30"), 0.1, summed("!07Z11")), (summed("#07Q3"), summed("!07Z30"))]
    device, link = box(*talk, folder=tmp_path)
    assert device.zones() == {"hall"}
    assert link.done


def test_a_refusal_is_told_with_its_meaning_and_never_repeated(tmp_path):
    device, link = box((summed("#07V"), summed("?077")), folder=tmp_path)
    kit.check_refusal(device, link, lambda device: device.identify(), reason=7)
    device, _ = box((summed("#07V"), summed("?077")), folder=tmp_path)
    with pytest.raises(RefusedError, match="too hot"):
        device.identify()


def test_busy_and_damaged_are_asked_again(tmp_path):
    ask = summed("#07V")
    device, link = box((ask, summed("?071")), (ask, summed("?072")), (ask, summed("!07")), folder=tmp_path)
    assert device.identify() == Identity("Box")
    assert link.done
    device, _ = box(*[(ask, summed("?071"))] * 3, folder=tmp_path)
    with pytest.raises(BusyError):
        device.identify()


def test_an_answer_unlike_the_description_is_shown_to_the_technician(tmp_path):
    device, _ = box(*[(summed("#07V"), b"OK\r\n")] * 3, folder=tmp_path)
    with pytest.raises(GarbledError, match="4f 4b 0d 0a is no answer of its description"):
        device.identify()


def test_a_device_that_answers_nothing_is_only_told(tmp_path):
    device, link = box((b"$hPW63\r",), (b"$hPW51\r",), text=ZONE4, folder=tmp_path)
    assert device.open_zones(frozenset({"hall"})) is Evidence.SENT
    assert device.zones() == {"hall"}
    assert device.inputs() == {}
    assert link.done
    with pytest.raises(SettingsError, match="no ping"):
        device.identify()
    with pytest.raises(SettingsError, match="no such zones: roof"):
        device.open_zones(frozenset({"roof"}))


def test_a_described_modbus_board_works_the_stand_in_that_was_made_for_another_driver(tmp_path):
    relays = RelayBoard(address=7)
    relays.set_input(1, True)
    link = Attached(relays)
    device = TemplateDevice(link, settings(MODBUS, tmp_path), clock=link.clock)
    assert device.open_zones(frozenset({"hall", "yard"})) is Evidence.READ_BACK
    assert relays.coils()[:4] == (True, False, True, False)
    assert device.inputs() == {"fault": False, "mains": True}
    relays.stick(0)
    with pytest.raises(MismatchError):
        device.open_zones(frozenset())


def test_a_described_amplifier_wakes_opens_and_sleeps_again(tmp_path):
    amplifier = ToaAmplifier("9000M2")
    amplifier.press_power(False)
    link = Attached(amplifier)
    device = TemplateDevice(link, settings(TOA, tmp_path, levels={"yard": 102}), clock=link.clock)
    with pytest.raises(SilentError):
        device.identify()
    assert device.open_zones(frozenset({"yard"})) is Evidence.ACKNOWLEDGED
    assert amplifier.outputs()[:3] == (False, False, True)
    assert amplifier.desk.faders[1, 2] == 102
    assert link.now > 2.0
    assert device.identify() == Identity("TOA 9000M2", "INPUT1")
    other_hand = TemplateDevice(link, settings(TOA, tmp_path), clock=link.clock)
    assert other_hand.zones() == {"yard"}
    device.open_zones(frozenset())
    assert other_hand.zones() == frozenset()
    assert not amplifier.desk.on
