"""Drivers against the simulators, which were written from the same facts with no sight of the drivers: both must mean the same."""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from devices.drivers.alpha.driver import AlphaSettings, AlphaSign
from devices.drivers.dfplayer.driver import ClipModule, PlayerSettings
from devices.drivers.modbus_relay.driver import RelayBoard, RelaySettings
from devices.drivers.novastar.driver import NovastarCard, NovastarSettings
from devices.drivers.onbon_bx.driver import OnbonBoard
from devices.drivers.onbon_bx.settings import OnbonSettings
from devices.drivers.toa_9000.driver import ToaSettings, ToaUnit
from devices.errors import DeviceError, RefusedError, SilentError
from devices.links import open_link
from devices.ports import Evidence, Link, PanelMode
from devices.profiles.board import BoardShape
from devices.rendering.page import Page
from devices.rendering.png import png

BAUD = 115200
SEED = 7


@contextmanager
def simulated(folder: Path, driver: str, *words: str, echo: bool = False) -> Iterator[Link]:
    """A link to a simulator in a process of its own."""
    path = folder / "line"
    command = [sys.executable, "-c", "import sys; from devices.cli import main; sys.exit(main())", "simulate"]
    options = ["--driver", driver, "--listen", f"pty:{path}", "--baud", str(BAUD), *words]
    process = subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL)
    try:
        until(path.exists, 20)
        link = open_link(str(path), baud=BAUD, echo=echo)
        try:
            yield link
        finally:
            link.close()
    finally:
        process.terminate()
        process.wait(10)


def until(true, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)
    return bool(true())


def pages(shape: BoardShape, count: int) -> list[Page]:
    """Pages of chance lamps, dark past the right edge."""
    dice, edge = random.Random(SEED), 0xFF & ~(0xFF >> (shape.width % 8 or 8))
    planes = []
    for _ in range(count * shape.colours.planes):
        plane = bytearray(dice.randbytes(shape.stride * shape.height))
        plane[shape.stride - 1 :: shape.stride] = bytes(b & edge for b in plane[shape.stride - 1 :: shape.stride])
        planes.append(bytes(plane))
    size = shape.colours.planes
    return [Page(shape=shape, planes=tuple(planes[n : n + size]), seconds=1) for n in range(0, len(planes), size)]


def shows(picture: Path, page: Page) -> bool:
    return until(lambda: picture.exists() and picture.read_bytes() == png(page), 3)


@pytest.mark.parametrize(
    ("shape", "series", "bands", "columns"),
    [
        ("128x32:mono", "6E1", 1, 1),
        ("192x64:rg", "6E2", 4, 3),
        ("70x20:rg", "6E2", 3, 1),
        ("33x9:mono", "5E1", 1, 1),
        ("70x20:rg", "5E2", 2, 2),
    ],
    ids=["6E mono", "6E two colours in tiles", "6E odd size in bands", "5E mono odd size", "5E two colours in tiles"],
)
def test_every_lamp_of_a_page_arrives_on_the_simulated_card(shape, series, bands, columns, tmp_path):
    settings = OnbonSettings(shape=shape, address=3, series=series, bands=bands, columns=columns, baud=BAUD)
    picture = tmp_path / "board.png"
    words = ("--board", shape, "--series", series, "--address", "3", "--png", str(picture))
    with simulated(tmp_path, "onbon_bx", *words) as link:
        board = OnbonBoard(link, settings)
        assert board.identify().model == f"Onbon BX-{series}"
        for page in pages(settings.shape, 3):
            assert board.show(page) is Evidence.ACKNOWLEDGED
            assert shows(picture, page)


def test_control_and_report_are_understood(tmp_path):
    settings = OnbonSettings(shape="64x16:rg", address=1, baud=BAUD)
    with simulated(tmp_path, "onbon_bx", "--board", "64x16:rg", "--address", "1") as link:
        board = OnbonBoard(link, settings)
        assert board.brightness(40) is Evidence.ACKNOWLEDGED
        assert board.report()["brightness"] == "6 of 15, by hand"
        board.power(False)
        assert board.report()["screen"] == "off"
        board.power(True)
        assert board.report()["screen"] == "on"


def test_on_a_bad_line_a_page_that_was_acknowledged_is_the_page_that_shows(tmp_path):
    settings = OnbonSettings(shape="64x16:mono", address=1, baud=BAUD, timeout=0.1)
    picture = tmp_path / "board.png"
    faults = f"flip=0.0005,drop=0.0005,echo=1,seed={SEED}"
    words = ("--board", "64x16:mono", "--address", "1", "--png", str(picture), "--faults", faults)
    with simulated(tmp_path, "onbon_bx", *words, echo=True) as link:
        board, shown = OnbonBoard(link, settings), 0
        for page in pages(settings.shape, 25):
            try:
                board.show(page)
            except DeviceError:
                continue
            shown += 1
            assert shows(picture, page)
    assert shown > 10


def test_a_card_of_another_address_stays_dark_and_silent(tmp_path):
    settings = OnbonSettings(shape="64x16:rg", address=2, baud=BAUD, timeout=0.1)
    with simulated(tmp_path, "onbon_bx", "--board", "64x16:rg", "--address", "1") as link, pytest.raises(SilentError):
        OnbonBoard(link, settings).identify()


def test_relays_close_as_told_and_say_so(tmp_path):
    settings = RelaySettings(zones={"hall": 0, "yard": 2}, power=7, baud=BAUD, power_settle=0.05)
    with simulated(tmp_path, "modbus_relay", "--coils", "8", "--address", "1") as link:
        relays = RelayBoard(link, settings)
        assert relays.open_zones(frozenset({"hall", "yard"})) is Evidence.READ_BACK
        assert relays.zones() == {"hall", "yard"}
        relays.open_zones(frozenset())
        assert relays.zones() == frozenset()
        with pytest.raises(RefusedError):
            RelayBoard(link, settings.model_copy(update={"coils": 16})).identify()


@pytest.mark.parametrize(
    ("model", "evidence"),
    [("9000", Evidence.ACKNOWLEDGED), ("9000M2", Evidence.ACKNOWLEDGED), ("M-864D", Evidence.READ_BACK)],
)
def test_outputs_of_an_amplifier_open_and_shut(model, evidence, tmp_path):
    log = tmp_path / "moves.log"
    settings = ToaSettings(model=model, zones={"hall": 1, "yard": 3}, levels={"hall": -2}, baud=BAUD, power_settle=0.05)
    with simulated(tmp_path, "toa_9000", "--log", str(log), "--model", model) as link:
        unit = ToaUnit(link, settings)
        assert unit.open_zones(frozenset({"hall"})) is evidence
        assert unit.zones() == {"hall"}
        unit.open_zones(frozenset())
        assert unit.zones() == frozenset()
    moves = [" ".join(line.split()[1:]) for line in log.read_text().splitlines()]
    assert [move for move in moves if "coil" in move] == ["coil-0 on", "coil-0 off"]
    assert (moves[-1] == "power off") == (model != "M-864D")


def test_a_sign_draws_the_picture_it_reads_back(tmp_path):
    settings = AlphaSettings(shape="30x7:rg", address=1, baud=BAUD)
    picture = tmp_path / "sign.png"
    with simulated(tmp_path, "alpha", "--board", "30x7:rg", "--address", "1", "--png", str(picture)) as link:
        sign = AlphaSign(link, settings)
        for page in pages(settings.shape, 2):
            assert sign.show(page) is Evidence.READ_BACK
            assert shows(picture, page)


def test_a_stored_clip_plays_and_tells_its_end(tmp_path):
    settings = PlayerSettings(clips={"siren": 1}, folder=1, baud=BAUD)
    with simulated(tmp_path, "dfplayer") as link:
        player = ClipModule(link, settings)
        assert player.identify().model == "DFPlayer, stopped"
        assert player.play("siren") is Evidence.ACKNOWLEDGED
        assert player.identify().model == "DFPlayer, playing"
        assert player.finished(10) == ("siren",)
        assert player.identify().model == "DFPlayer, stopped"


def test_a_wall_obeys_and_is_read_back_card_by_card(tmp_path):
    settings = NovastarSettings(chains=(2,), baud=BAUD)
    with simulated(tmp_path, "novastar") as link:
        card = NovastarCard(link, settings)
        assert card.identify().model.startswith("NovaStar MCTRL")
        for mode in PanelMode:
            assert card.mode(mode) is Evidence.READ_BACK
        assert card.brightness(40) is Evidence.READ_BACK
        assert card.store() is Evidence.ACKNOWLEDGED
        assert card.report()["card 1-2"].startswith("linked")
