"""Starting: settings, the key, the register, and plain words when it cannot be."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from controller.app import create_app
from controller.domain.gates import GatesFile
from controller.errors import UnfitError
from controller.services.register import read_gates
from controller.settings import BrokerSettings, Settings, read_settings
from tests.support.desk import GATES, Desk, a_desk

CHEAP = {"argon2_memory_kib": 8, "argon2_rounds": 1}


def test_settings_come_from_the_environment():
    found = read_settings(
        {
            "GATECAST_DATA": "/x",
            "GATECAST_PORT": "9000",
            "GATECAST_DEMO": "true",
            "GATECAST_BROKER_HOST": "b",
            "PATH": "/bin",
        }
    )
    assert (found.data, found.port, found.demo) == (Path("/x"), 9000, True)
    assert found.broker == BrokerSettings(host="b")


def test_without_an_environment_the_defaults_hold():
    assert read_settings({}) == Settings()
    assert Settings().url == "sqlite:///var/controller/gatecast.db"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GATECAST_PORT", "many"),
        ("GATECAST_PORT", "70000"),
        ("GATECAST_DEMO", "perhaps"),
        ("GATECAST_BROKER_PORT", "0"),
    ],
)
def test_a_setting_that_cannot_be_is_named(name: str, value: str):
    with pytest.raises(UnfitError, match=name):
        read_settings({name: value})


def test_the_brokers_password_is_not_shown():
    settings = read_settings({"GATECAST_BROKER_PASSWORD": "hunter2"})
    assert "hunter2" not in repr(settings)


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=20)))
def test_strange_environments_change_nothing(environ: dict[str, str]):
    assert read_settings(environ) == Settings()


def test_the_key_is_made_once_and_for_the_owner_only(tmp_path: Path):
    with a_desk(tmp_path) as first:
        secret = first.deps.secret
    key = tmp_path / "data" / "seal.key"
    assert key.stat().st_mode & 0o777 == 0o600
    with a_desk(tmp_path) as again:
        assert again.deps.secret == secret == key.read_bytes()


def test_a_damaged_key_stops_the_start(tmp_path: Path):
    (tmp_path / "seal.key").write_bytes(b"short")
    with pytest.raises(UnfitError, match="damaged"):
        create_app(Settings(data=tmp_path, **CHEAP))


def test_a_data_folder_that_is_a_file_stops_the_start(tmp_path: Path):
    (tmp_path / "data").write_text("")
    with pytest.raises(UnfitError, match="cannot be used"):
        create_app(Settings(data=tmp_path / "data", **CHEAP))


def test_a_file_that_is_no_database_stops_the_start(tmp_path: Path):
    (tmp_path / "gatecast.db").write_bytes(b"this is not a database" * 100)
    with pytest.raises(UnfitError, match="database"):
        create_app(Settings(data=tmp_path, **CHEAP))


@pytest.mark.parametrize(
    "text",
    [
        "[[gates",
        "[[gates]]\nid = 'all'",
        "[[gates]]\nid = 'A B'",
        "[[gates]]\nid = 'a'\n[[gates]]\nid = 'a'",
        "[[gates]]\nid = 'a'\n[[gates.devices]]\nid = 'x'\nkind = 'board'",
        "[[gates]]\nid = 'a'\n[[gates.devices]]\nid = 'x'\nkind = 'board'\nshape = 'big'",
        "[[gates]]\nid = 'a'\n[[gates.devices]]\nid = 'x'\nkind = 'lamp'",
        "[[gates]]\nid = 'a'\ncolour = 'red'",
        "gates = 5",
    ],
    ids=[
        "no TOML",
        "a scope's name",
        "no id",
        "twice",
        "no shape",
        "no such shape",
        "no such kind",
        "unknown key",
        "no list",
    ],
)
def test_a_gates_file_that_cannot_be_is_refused_in_one_sentence(tmp_path: Path, text: str):
    file = tmp_path / "gates.toml"
    file.write_text(text)
    with pytest.raises(UnfitError) as refused:
        read_gates(file)
    assert refused.value.code == "gates.unfit"
    assert str(file) in refused.value.text


def test_a_gates_file_that_is_not_there_is_said(tmp_path: Path):
    with pytest.raises(UnfitError, match="cannot be read"):
        read_gates(tmp_path / "none.toml")


def test_a_second_start_changes_neither_register_nor_plans(tmp_path: Path):
    with a_desk(tmp_path) as first:
        before = first.must("auditor", "GET", "/devices")
    with a_desk(tmp_path) as again:
        assert again.must("auditor", "GET", "/devices") == before
        assert [each["what"] for each in again.audit()].count("gates.registered") == 1


def test_a_device_taken_out_of_the_file_is_unknown_and_its_plan_is_kept(tmp_path: Path):
    with a_desk(tmp_path) as first:
        first.scheduled(first.playlist(first.approved()), "chi-ma/board-1", "huu-nghi/lane-1")
    fewer = GATES.replace('{id = "lane-1", kind = "board", shape = "128x32:mono"}, ', "")
    with a_desk(tmp_path, fewer) as again:
        assert again.get("/devices/huu-nghi/lane-1").status_code == 404
        assert len(again.must("auditor", "GET", "/devices")) == 3
    with a_desk(tmp_path) as back:
        assert back.must("auditor", "GET", "/devices/huu-nghi/lane-1")["revision_wanted"] >= 2


def test_the_register_reads_back_as_the_file_it_came_from(desk: Desk):
    from controller.store import registry

    assert desk.settings.gates_file is not None
    with desk.deps.store.read() as connection:
        assert registry.as_file(connection) == read_gates(desk.settings.gates_file)
    assert GatesFile(gates=()) != read_gates(desk.settings.gates_file)


def test_the_alarm_clock_runs_while_the_application_does(desk: Desk):
    with desk.client:
        assert desk.ask(None, "GET", "/health").status_code == 200


def test_every_setting_is_in_the_reference_with_its_default():
    page = (Path(__file__).parents[2] / "docs" / "reference" / "controller.md").read_text(encoding="utf-8")
    fields = {f"GATECAST_{name.upper()}": field for name, field in Settings.model_fields.items() if name != "broker"}
    fields |= {f"GATECAST_BROKER_{name.upper()}": field for name, field in BrokerSettings.model_fields.items()}
    settings = page.partition("| variable | default | what |\n")[2].partition("\n\n")[0]
    told = dict(re.findall(r"^\| `(\w+)` \| `?([^|`]*)`? \|", settings, re.MULTILINE))
    words = {None: "none", "": "empty", True: "true", False: "false", SecretStr(""): "empty"}
    assert told == {name: words.get(field.default, str(field.default)) for name, field in fields.items()}


def test_the_gates_file_in_the_reference_can_be_used(tmp_path: Path):
    page = (Path(__file__).parents[2] / "docs" / "reference" / "controller.md").read_text(encoding="utf-8")
    file = tmp_path / "gates.toml"
    file.write_text(page.partition("```toml\n")[2].partition("```")[0], encoding="utf-8")
    assert [gate.id for gate in read_gates(file).gates] == ["chi-ma"]
