"""gatecast-controller's small commands: what they say, and their exit codes."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from controller.cli import COMMANDS, main
from tests.support.brokers import free_port
from tests.support.desk import GATES


@pytest.fixture(autouse=True)
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A controller that never ran, with three gates."""
    for name in [name for name in os.environ if name.startswith("GATECAST_")]:
        monkeypatch.delenv(name)
    (tmp_path / "gates.toml").write_text(GATES, encoding="utf-8")
    monkeypatch.setenv("GATECAST_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("GATECAST_GATES_FILE", str(tmp_path / "gates.toml"))
    monkeypatch.setenv("GATECAST_PORT", str(free_port()))


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert all(name in said for name in COMMANDS)


def test_doctor_finds_a_fresh_controller_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if not line.startswith("well")] == []
    assert any("3 gates, 4 devices" in line for line in lines)


def test_doctor_names_each_fault_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor"]) == 0
    (tmp_path / "data/seal.key").chmod(0o644)
    (tmp_path / "gates.toml").write_text("[[gates")
    monkeypatch.setenv("GATECAST_BROKER_PORT", str(free_port()))
    capsys.readouterr()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("GATECAST_PORT", str(taken.getsockname()[1]))
        assert main(["doctor"]) == 1
    bad = [line for line in capsys.readouterr().out.splitlines() if line.startswith("bad")]
    assert [line.split(":")[0].removeprefix("bad").strip() for line in bad] == [
        "secrets", "gates file", "page", "broker",
    ]  # fmt: skip


def test_doctor_says_which_setting_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GATECAST_PORT", "eighty")
    assert main(["doctor"]) == 1
    assert "GATECAST_PORT" in capsys.readouterr().err


def test_a_code_is_made_for_an_agent_of_the_gates_file_and_for_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["enrol-code", "chi-ma"]) == 0
    assert len(capsys.readouterr().out.strip()) == 24
    assert main(["enrol-code", "nowhere"]) == 1
    assert capsys.readouterr().err == 'gatecast-controller: there is no agent "nowhere/agent"\n'


def test_mosquittos_files_are_written_and_what_is_secret_stays_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "mosquitto"
    assert main(["mosquitto-config", str(folder)]) == 0
    assert "written for 4 accounts" in capsys.readouterr().out
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in folder.iterdir() if path.is_file()} == {
        "mosquitto.conf": "0o644",
        "acl": "0o600",
        "passwords": "0o600",
    }
    assert "user chi-ma/agent" in (folder / "acl").read_text()


def test_an_account_that_does_not_exist_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mosquitto-config", str(tmp_path / "mosquitto"), "--owner", "no-such-user"]) == 1
    assert "no-such-user" in capsys.readouterr().err
