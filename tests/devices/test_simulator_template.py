"""The stand-in of a described device: it reads the description with its own code, and is as strict as the description."""

import tomllib

import pytest

from devices.drivers.template.driver import TemplateDevice as Driven
from devices.drivers.template.driver import TemplateSettings
from devices.errors import BusyError, MismatchError, RefusedError, SilentError
from devices.ports import Evidence
from devices.simulators.gate import KINDS, simulated
from devices.simulators.line import Wire
from devices.simulators.template_device import POWER, TemplateDevice

BOX = """
name = "Box"
frames = "hex"
checksum = { kind = "crc16-modbus", skip = 1 }
inputs = { fault = 0, mains = 3 }
[places]
address = { range = [1, 9] }
zone = { range = [1, 6], plus = -1 }
on = { words = { on = "A1 01", off = "A0" } }
level = { range = [0, 500], written = "word" }
mask = { range = [0, 63] }
contacts = { range = [0, 65535], written = "word-low" }
firmware = { text = 6, fixed = true }
reason = { range = [1, 9] }
[deeds]
ping = { send = "A5 {address} 00 {check}", answer = "5A {address} {firmware} {check}" }
power = { send = "A5 {address} 01 {on} {check}", answer = "5A {address} 01 {on} {check}" }
zone = { send = "A5 {address} 02 {zone} {on} {check}", answer = "5A {address} 02 {zone} {check}" }
level = { send = "A5 {address} 03 {zone} {level} {check}", answer = "5A {address} 03 {level} {check}" }
read_zones = { send = "A5 {address} 04 {check}", answer = "5A {address} 04 {mask} {check}" }
read_inputs = { send = "A5 {address} 05 {check}", answer = "5A {address} 05 {contacts} {check}" }
[refused]
answer = "15 {address} {reason} {check}"
reasons = { busy = 1, damaged = 2, out_of_range = 3, power_off = 4 }
[states]
zones = [2]
contacts = ["mains"]
told = { firmware = "1.4" }
answers_when_off = ["ping", "power"]
"""
FACTS = tomllib.loads(BOX)


def crc(data: str) -> bytes:
    """A5 or 5A and the rest, with a checksum from a table of nibbles."""
    value, raw = 0xFFFF, bytes.fromhex(data)
    table = [0x0000, 0xCC01, 0xD801, 0x1400, 0xF001, 0x3C00, 0x2800, 0xE401,
             0xA001, 0x6C00, 0x7800, 0xB401, 0x5000, 0x9C01, 0x8801, 0x4400]  # fmt: skip
    for byte in raw[1:]:
        for nibble in (byte & 15, byte >> 4):
            value = (value >> 4) ^ table[(value ^ nibble) & 15]
    return raw + value.to_bytes(2, "little")


def box(text: str = BOX, **more) -> TemplateDevice:
    return TemplateDevice(tomllib.loads(text), address=3, **more)


def told(device: TemplateDevice, data: str) -> bytes:
    return device.receive(crc(data), 0.0)


def test_it_begins_as_its_states_say_and_answers_without_power_only_what_they_say():
    device = box()
    assert not device.power
    assert told(device, "A5 03 00") == crc("5A 03 31 2E 34 20 20 20")
    assert told(device, "A5 03 02 00 A1 01") == crc("15 03 04")
    assert told(device, "A5 03 01 A1 01") == crc("5A 03 01 A1 01")
    assert device.zones() == {2}


def test_zones_levels_and_contacts_are_kept_and_told():
    moves = []
    device = box(changed=lambda zone, heard: moves.append((zone, heard)))
    told(device, "A5 03 01 A1 01")
    assert told(device, "A5 03 02 00 A1 01") == crc("5A 03 02 00")
    assert told(device, "A5 03 02 01 A0") == crc("5A 03 02 01")
    assert told(device, "A5 03 03 05 01 2C") == crc("5A 03 03 01 2C")
    assert told(device, "A5 03 04") == crc("5A 03 04 01")
    device.set_contact("fault", True)
    assert told(device, "A5 03 05") == crc("5A 03 05 09 00")
    assert (device.zones(), device.levels) == ({1}, {6: 300})
    device.press_power(False)
    device.turn(4, True)
    assert moves == [(POWER, True), (2, True), (1, True), (2, False), (POWER, False), (1, False)]


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        ("A5 03 02 06 A1 01", "15 03 03"),
        ("A5 03 03 00 01 F5", "15 03 03"),
        ("A5 04 02 00 A1 01", ""),
        ("A5 03 09 00", ""),
    ],
    ids=["no such zone", "too loud", "another address", "no such deed"],
)
def test_what_the_description_does_not_allow_is_refused_or_passed_over(data, answer):
    device = box()
    device.press_power(True)
    assert told(device, data) == (crc(answer) if answer else b"")
    assert device.zones() == {2}


def test_damage_busy_and_silence_answer_as_described():
    device = box()
    assert device.receive(crc("A5 03 00")[:-1] + b"\0", 0.0) == crc("15 03 02")
    device.busy = 1
    assert told(device, "A5 03 00") == crc("15 03 01")
    device.silent = True
    assert told(device, "A5 03 01 A1 01") == b""
    assert device.power
    mute = TemplateDevice({**FACTS, "refused": {}}, address=3)
    assert mute.receive(b"\xa5\xa5" + crc("A5 03 00")[:-1] + b"\0", 0.0) == b""


class OnWire:
    """A driver's link to devices on a simulated wire, in simulated time."""

    def __init__(self, *devices) -> None:
        self.wire, self.now = Wire(devices, 9600), 0.0

    def clock(self) -> float:
        return self.now

    def send(self, data: bytes) -> None:
        while data:
            room = self.wire.room
            self.wire.send(data[:room], self.now)
            data = data[room:]

    def receive(self, timeout: float) -> bytes:
        end = self.now + timeout
        while True:
            heard = self.wire.step(self.now)
            due = self.wire.next_at()
            if heard or due is None or due > end:
                self.now = self.now if heard else end
                return heard
            self.now = max(due, self.now + 1e-6)

    def discard(self) -> None:
        self.wire.step(self.now)

    def close(self) -> None:
        """Nothing to give back."""


@pytest.fixture
def driven(tmp_path):
    """Two described boxes on one paced wire, and the driver's hold on the first."""
    file = tmp_path / "box.toml"
    file.write_text(BOX)
    near, far = (simulated("template", {"file": file, "address": address}) for address in (3, 4))
    settings = TemplateSettings(file=file, address=3, zones={"hall": 1, "yard": 6}, levels={"yard": 300})
    link = OnWire(near, far)
    return Driven(link, settings, clock=link.clock), near, far


def test_driver_and_stand_in_mean_the_same_on_a_paced_line(driven):
    device, near, far = driven
    assert "template" in KINDS
    assert device.open_zones(frozenset({"yard"})) is Evidence.READ_BACK
    assert (near.zones(), near.levels, far.zones()) == ({2, 6}, {6: 300}, frozenset())
    assert device.identify().firmware == "1.4"
    assert device.inputs() == {"fault": False, "mains": True}
    near.turn(1, True)
    assert device.zones() == {"hall", "yard"}
    assert device.open_zones(frozenset()) is Evidence.ACKNOWLEDGED
    assert not near.power
    assert device.zones() == frozenset()
    assert device.inputs() == {}


def test_faults_of_the_device_reach_the_driver(driven):
    device, near, _ = driven
    near.busy = 2
    assert device.identify().model == "Box"
    near.busy = 99
    with pytest.raises(BusyError):
        device.identify()
    near.busy = 0
    device.open_zones(frozenset({"hall"}))
    near.press_power(False)
    with pytest.raises(RefusedError, match="power off"):
        device.zones()
    near.silent = True
    with pytest.raises(SilentError):
        device.identify()


def test_a_zone_that_does_not_move_is_found_by_reading_it(driven, monkeypatch):
    device, near, _ = driven
    monkeypatch.setattr(near, "_obey", lambda deed, values: near.press_power(True) if deed == "power" else None)
    with pytest.raises(MismatchError, match="open zones"):
        device.open_zones(frozenset({"hall"}))
