"""gatecast-controller account: people are let in, given another password, and shown out, at the machine itself."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from controller.app import create_app
from controller.cli import main
from controller.settings import read_settings
from tests.support.desk import GATES

WORDS = "mot mat khau dai"


@pytest.fixture(autouse=True)
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A controller that never ran."""
    for name in [name for name in os.environ if name.startswith("GATECAST_")]:
        monkeypatch.delenv(name)
    (tmp_path / "gates.toml").write_text(GATES, encoding="utf-8")
    monkeypatch.setenv("GATECAST_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("GATECAST_GATES_FILE", str(tmp_path / "gates.toml"))
    monkeypatch.setenv("GATECAST_ARGON2_MEMORY_KIB", "8")
    monkeypatch.setenv("GATECAST_ARGON2_ROUNDS", "1")


def account(monkeypatch: pytest.MonkeyPatch, *words: str, password: str = WORDS) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
    asks = ("--password-stdin",) if words[0] in ("add", "password") else ()
    return main(["account", *words, *asks])


def signs_in(username: str, password: str = WORDS) -> int:
    app = create_app(read_settings(os.environ))
    with TestClient(app, base_url="http://gate.example") as client:
        return client.post("/api/v1/login", json={"username": username, "password": password}).status_code


def test_an_account_signs_in_until_it_is_ended(monkeypatch, capsys):
    assert account(monkeypatch, "add", "lan", "--name", "Trần Thị Lan", "--role", "author") == 0
    assert signs_in("lan") == 200
    assert account(monkeypatch, "end", "lan") == 0
    assert signs_in("lan") == 401
    capsys.readouterr()
    assert account(monkeypatch, "list") == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.split()[:2] == ["lan", "author"]
    assert line.endswith("Trần Thị Lan  ended")


def test_another_password_takes_the_place_of_the_old_one(monkeypatch):
    account(monkeypatch, "add", "minh", "--role", "operator")
    assert account(monkeypatch, "password", "minh", password="mot mat khau khac") == 0
    assert (signs_in("minh"), signs_in("minh", "mot mat khau khac")) == (401, 200)


@pytest.mark.parametrize(
    ("words", "password", "said"),
    [
        (("add", "lan", "--role", "author"), "ngan", "12 to 200"),
        (("add", "Lan!", "--role", "author"), WORDS, "a user name has"),
        (("add", "hoa", "--role", "approver"), WORDS, "one of the two agencies"),
        (("add", "hoa", "--role", "author", "--agency", "department"), WORDS, "one of the two agencies"),
        (("add", "cu", "--role", "author"), WORDS, "already"),
        (("password", "nobody"), WORDS, "nobody"),
        (("end", "nobody"), WORDS, "nobody"),
    ],
    ids=["short password", "odd name", "approver of no agency", "author of an agency", "name taken", "no such", "none"],
)
def test_what_cannot_be_is_said_in_one_sentence_and_changes_nothing(monkeypatch, capsys, words, password, said):
    account(monkeypatch, "add", "cu", "--role", "author", "--name", "Cũ")
    account(monkeypatch, "end", "cu")
    capsys.readouterr()
    assert account(monkeypatch, *words, password=password) == 1
    assert said in capsys.readouterr().err
    account(monkeypatch, "list")
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["cu"]


def test_two_passwords_that_differ_make_no_account(monkeypatch, capsys):
    typed = iter(("mot mat khau dai", "mot mat khau doi"))
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(typed))
    assert main(["account", "add", "lan", "--role", "author"]) == 1
    assert "differ" in capsys.readouterr().err
    assert signs_in("lan") == 401
