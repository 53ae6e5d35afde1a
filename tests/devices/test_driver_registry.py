"""Drivers by name: ours, a third party's, and what is none."""

import importlib
import sys
import tomllib
from pathlib import Path

import pytest

from devices.drivers.registry import Driver, known_drivers, load_driver
from devices.errors import SettingsError

THIRD_PARTY = """
from pydantic import BaseModel
from devices.drivers.registry import Driver

class Lamp(BaseModel, frozen=True, extra="forbid"):
    address: int = 1

DRIVER = Driver("lamp", "board", Lamp, lambda link, settings: None, 9600, "a lamp")
NO_DRIVER = 7
"""


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A package of somebody else, installed as far as Python can tell."""
    (tmp_path / "somebodys_lamp.py").write_text(THIRD_PARTY)
    facts = tmp_path / "somebodys_lamp-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: somebodys-lamp\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text(
        "[gatecast.drivers]\nlamp = somebodys_lamp:DRIVER\nbroken = somebodys_lamp:NO_DRIVER\ngone = not_there:DRIVER\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    sys.modules.pop("somebodys_lamp", None)


@pytest.mark.parametrize(("name", "kind"), [("onbon_bx", "board"), ("modbus_relay", "speaker")])
def test_our_drivers_are_found_by_name(name, kind):
    driver = load_driver(name)
    assert (driver.name, driver.kind) == (name, kind)
    assert driver.settings.model_config.get("extra") == "forbid"
    assert driver.settings.model_config.get("frozen") is True


def test_a_driver_of_another_package_is_found_by_its_entry_point(installed):
    assert {"lamp", "onbon_bx"} <= set(known_drivers())
    driver = load_driver("lamp")
    assert isinstance(driver, Driver)
    assert driver.summary == "a lamp"


def test_naming_the_known_drivers_loads_none_of_them(installed):
    assert "lamp" in known_drivers()
    assert "somebodys_lamp" not in sys.modules


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(SettingsError, match=r"installed: .*modbus_relay"):
        load_driver("nobody")


def test_an_entry_point_that_is_no_driver_is_a_settings_error(installed):
    with pytest.raises(SettingsError, match="not a Gatecast driver"):
        load_driver("broken")


def test_a_driver_that_cannot_be_loaded_is_a_settings_error_with_the_reason(installed):
    with pytest.raises(SettingsError, match="not_there"):
        load_driver("gone")


def test_every_entry_point_of_the_house_leads_to_a_driver_of_its_name():
    points = tomllib.loads(Path("pyproject.toml").read_text())["project"]["entry-points"]["gatecast.drivers"]
    for name, place in points.items():
        module, _, attribute = place.partition(":")
        assert getattr(importlib.import_module(module), attribute).name == name
