"""The kit finds the faults it is made for, every driver of the house passes it, and the how-to works as it is written."""

import importlib
import inspect
import re
import sys
import tomllib
from pathlib import Path

import pytest

from devices.drivers import kit
from devices.drivers.alpha import codec as alpha
from devices.drivers.alpha.driver import AlphaSign
from devices.drivers.dfplayer import codec as dfplayer
from devices.drivers.dfplayer.driver import ClipModule
from devices.drivers.modbus_relay import codec as modbus
from devices.drivers.modbus_relay.driver import RelayBoard
from devices.drivers.novastar import codec as novastar
from devices.drivers.novastar.driver import NovastarCard
from devices.drivers.onbon_bx import codec as onbon
from devices.drivers.onbon_bx.driver import OnbonBoard
from devices.drivers.onbon_k import codec as font
from devices.drivers.onbon_k.driver import FontBoard
from devices.drivers.registry import load_driver
from devices.drivers.screen import codec as screen
from devices.drivers.screen.driver import ScreenBoard
from devices.drivers.template import codec as template
from devices.drivers.template.description import Description
from devices.drivers.template.driver import TemplateDevice
from devices.drivers.toa_9000 import codec as toa
from devices.drivers.toa_9000.driver import ToaUnit
from devices.errors import SilentError

PAPER = Path("docs/how-to/template-driver.md").read_text(encoding="utf-8")
(VL4,) = re.findall(r"```toml\n# vl4.toml\n(.*?)```", PAPER, re.S)
READ = modbus.Read(1, modbus.READ_COILS, 0, 8)
YES = onbon.Frame(onbon.HOST, 1, onbon.SERIES["6E2"], onbon.Answer(0xA0, 0).to_bytes())
CODECS = {
    "onbon_bx": (lambda: onbon.Decoder(onbon.Frame.from_bytes), YES.to_bytes(), YES),
    "modbus_relay": (lambda: modbus.AnswerDecoder(READ), bytes.fromhex("01010105918B"), modbus.Yes(b"\x05")),
    "toa_9000": (toa.Decoder, toa.output(2, True).to_bytes(), toa.output(2, True)),
    "alpha": (alpha.Decoder, bytes(5) + b"\x01000\x02E*@\x0300B4\x04", alpha.Reply("E", "*", b"@")),
    "novastar": (
        novastar.Decoder,
        bytes.fromhex("AA 55 00 16 00 FE 00 00 00 00 00 00 17 00 00 02 01 00 01 84 56"),
        novastar.Message(
            novastar.Kind.SENDING, novastar.VIDEO, data=b"\x01", length=1, serial=0x16, source=0, destination=0xFE
        ),
    ),
    "dfplayer": (dfplayer.Decoder, dfplayer.Frame(0x41).to_bytes(), dfplayer.Frame(0x41)),
    "onbon_k": (
        lambda: onbon.Decoder(font.Frame.from_bytes),
        font.Frame(onbon.HOST, 1, b"\xa0\0\0\0\0", 0x61).to_bytes(),
        font.Frame(onbon.HOST, 1, b"\xa0\0\0\0\0", 0x61),
    ),
    "screen": (screen.Decoder, b'{"n":3,"lamps":"ab"}\n', screen.Told(3, lamps="ab")),
    "template": (
        lambda: template.Decoder({"answer": Description.parse(VL4).answer("zone")}),
        b"!01Z3140\r",
        template.Told("answer", {"address": 1, "zone": 3, "on": "on"}),
    ),
}
DEVICES = {
    "onbon_bx": (OnbonBoard, {"shape": "64x16:rg", "address": 1}, lambda board: board.blank()),
    "modbus_relay": (RelayBoard, {"zones": {"hall": 0}}, lambda relays: relays.open_zones(frozenset({"hall"}))),
    "toa_9000": (ToaUnit, {"zones": {"hall": 1}}, lambda unit: unit.open_zones(frozenset({"hall"}))),
    "alpha": (AlphaSign, {"shape": "80x7", "address": 1}, lambda sign: sign.blank()),
    "novastar": (NovastarCard, {}, lambda card: card.brightness(50)),
    "dfplayer": (ClipModule, {"clips": {"siren": 1}}, lambda player: player.play("siren")),
    "onbon_k": (FontBoard, {"shape": "64x16", "address": 1}, lambda board: board.blank()),
    "screen": (ScreenBoard, {"shape": "64x16:rgb"}, lambda board: board.blank()),
    "template": (
        TemplateDevice,
        {"file": "vl4.toml", "address": 1, "zones": {"hall": 1}},
        lambda device: device.open_zones(frozenset({"hall"})),
    ),
}


@pytest.mark.parametrize("name", CODECS)
def test_every_codec_of_the_house_stands_cuts_and_noise(name):
    new_decoder, wire, frame = CODECS[name]
    kit.check_cuts(new_decoder, wire, [frame])
    kit.check_noise(new_decoder, wire, frame)
    assert {path.parent.name for path in Path("devices/drivers").glob("*/codec.py")} == set(CODECS)


@pytest.mark.parametrize("name", DEVICES)
def test_every_driver_of_the_house_ends_in_time_on_a_dead_line(name, tmp_path, monkeypatch):
    (tmp_path / "vl4.toml").write_text(VL4, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    open_device, facts, deed = DEVICES[name]
    driver = importlib.import_module(f"devices.drivers.{name}").DRIVER
    kit.check_silence(open_device, driver.settings.model_validate(facts), deed)
    kit.check_settings(driver.settings, facts)
    assert set(DEVICES) == set(CODECS)


class Forgetful:
    """A decoder that loses what it was given in pieces."""

    def feed(self, data):
        return [data] if data == b"whole" else []


def fails(check, *arguments, **more):
    with pytest.raises(AssertionError) as caught:
        check(*arguments, **more)
    return str(caught.value)


def test_the_kit_finds_wrong_bytes_cuts_and_decoders_that_do_not_come_back():
    assert "paper 1" in fails(kit.check_golden, {"paper 1": (dfplayer.Frame(1), "00")})
    assert "golden bytes" in fails(kit.check_golden, {})
    assert "after 1 bytes" in fails(kit.check_cuts, Forgetful, b"whole", [b"whole"])
    assert "does not come back" in fails(
        kit.check_noise, lambda: type("Deaf", (), {"feed": lambda self, data: []})(), b"x", 1
    )


def test_the_kit_finds_endless_tries_and_swallowed_refusals():
    class Endless:
        def __init__(self, link, settings, clock):
            self.link = link

        def ping(self):
            for _ in range(99):
                self.link.send(b"?")
                self.link.receive(0.1)
            raise SilentError(9.9)

        def sleep(self):
            self.link.send(b"?")
            self.link.receive(1000)
            raise SilentError(1000)

        def shrug(self):
            self.link.send(b"?")

    settings = DEVICES["onbon_bx"]
    assert "99 times" in fails(kit.check_silence, Endless, settings, lambda device: device.ping())
    assert "1000 s" in fails(kit.check_silence, Endless, settings, lambda device: device.sleep())
    assert "must fail" in fails(kit.check_silence, Endless, settings, lambda device: device.shrug())
    link = kit.ScriptedLink()
    assert "must fail" in fails(kit.check_refusal, None, link, lambda device: None, reason=1)


def test_the_kit_finds_settings_that_take_anything():
    loose = type("Loose", (importlib.import_module("pydantic").BaseModel,), {"model_config": {"frozen": True}})
    assert "does not know" in fails(kit.check_settings, loose, {})


@pytest.fixture
def lantern(tmp_path, monkeypatch):
    """The package of the how-to, written out and installed as far as Python can tell."""
    text = Path("docs/how-to/write-a-driver.md").read_text(encoding="utf-8")
    for place, code in re.findall(r"```(?:python|toml)\n# (\S+)\n(.*?)```", text, re.S):
        path = tmp_path / place
        path.parent.mkdir(exist_ok=True)
        path.write_text(code, encoding="utf-8")
    project = tomllib.loads((tmp_path / "pyproject.toml").read_text())["project"]
    ((name, place),) = project["entry-points"]["gatecast.drivers"].items()
    facts = tmp_path / "lantern-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: lantern\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text(f"[gatecast.drivers]\n{name} = {place}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "lantern"]:
        del sys.modules[name]


def test_the_driver_of_the_how_to_works_as_it_is_written(lantern):
    assert load_driver("lantern").summary == "Lantern L1 boards of one colour"
    module = importlib.import_module("lantern.test_lantern")
    tests = [test for name, test in inspect.getmembers(module, inspect.isfunction) if name.startswith("test_")]
    assert len(tests) == 7
    for test in tests:
        test()
