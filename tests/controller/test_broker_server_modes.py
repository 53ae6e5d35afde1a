"""`gatecast-controller serve` with its embedded broker, and with a mosquitto from the files we write: the same door for agents."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from devices.contract.topics import plan_topic
from tests.support.brokers import MOSQUITTO, free_port
from tests.support.desk import GATES
from tests.support.mqtt_probe import Probe

pytestmark = [pytest.mark.journey]
PROGRAM = Path(sys.executable).with_name("gatecast-controller")


class Served:
    """A controller as a process, with the environment it was given."""

    def __init__(self, folder: Path, **more: str) -> None:
        (folder / "gates.toml").write_text(GATES, encoding="utf-8")
        self.port, self.folder = free_port(), folder
        self.environ = {
            **os.environ,
            "GATECAST_DATA": str(folder / "data"),
            "GATECAST_GATES_FILE": str(folder / "gates.toml"),
            "GATECAST_PORT": str(self.port),
            **more,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self.folder / "serve.log").open("ab") as log:
            self.process = subprocess.Popen([PROGRAM, "serve"], env=self.environ, stdout=log, stderr=log)
        ends = time.monotonic() + 30
        while self.ask("GET", "/health").get("broker") != "connected":
            assert time.monotonic() < ends, (self.folder / "serve.log").read_text()
            assert self.process.poll() is None, (self.folder / "serve.log").read_text()
            time.sleep(0.05)

    def command(self, *words: str) -> str:
        done = subprocess.run(
            [PROGRAM, *words], env=self.environ, capture_output=True, text=True, timeout=30, check=True
        )
        return done.stdout.strip()

    def ask(self, method: str, path: str, body: Any = None, token: str = "") -> dict[str, Any]:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/api/v1{path}", method=method)
        request.add_header("Content-Type", "application/json")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        data = None if body is None else json.dumps(body).encode()
        try:
            with urllib.request.urlopen(request, data, timeout=10) as answer:
                return dict(json.load(answer))
        except (urllib.error.URLError, ConnectionError):
            return {}

    def enrol(self) -> dict[str, Any]:
        code = self.command("enrol-code", "chi-ma")
        return self.ask("POST", "/enrolments", {"code": code, "gate": "chi-ma", "agent": "agent"})

    def end(self) -> list[psutil.Process]:
        """Politely; what it left behind."""
        assert self.process
        family = psutil.Process(self.process.pid).children(recursive=True)
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(15) == 0
        return psutil.wait_procs(family, timeout=5)[1]


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Served]:
    """With the embedded broker."""
    served = Served(tmp_path)
    served.start()
    yield served
    assert served.end() == []


@pytest.fixture
def beside(tmp_path: Path) -> Iterator[Served]:
    """With a mosquitto beside it, from `mosquitto-config`."""
    port = free_port()
    served = Served(tmp_path, GATECAST_BROKER_HOST="127.0.0.1", GATECAST_BROKER_PORT=str(port))
    assert "written for 4 accounts" in served.command("mosquitto-config", str(tmp_path / "mosquitto"))
    with (tmp_path / "mosquitto.log").open("wb") as log:
        assert MOSQUITTO
        broker = subprocess.Popen([MOSQUITTO, "-c", tmp_path / "mosquitto/mosquitto.conf"], stdout=log, stderr=log)
    try:
        served.start()
        yield served
        assert served.end() == []
    finally:
        broker.terminate()
        broker.wait(10)


@pytest.mark.parametrize("mode", ["embedded", pytest.param("beside", marks=pytest.mark.mosquitto)])
def test_an_enrolled_agent_is_let_in_and_finds_its_plan(mode: str, request: pytest.FixtureRequest) -> None:
    served: Served = request.getfixturevalue(mode)
    broker = served.enrol()["broker"]
    with Probe(broker["port"], broker["username"], broker["password"], broker["username"]) as agent:
        assert agent.accepted
        assert agent.subscribe(plan_topic("chi-ma/board-1"))
        assert agent.get()[0] == plan_topic("chi-ma/board-1")


def test_an_agent_that_enrols_again_is_let_in_with_its_new_password_only(embedded: Served) -> None:
    old, new = embedded.enrol()["broker"], embedded.enrol()["broker"]

    def let_in(account: dict[str, Any]) -> bool:
        with Probe(account["port"], account["username"], account["password"], account["username"]) as agent:
            return agent.accepted

    ends = time.monotonic() + 10
    while not let_in(new):
        assert time.monotonic() < ends
        time.sleep(0.05)
    assert not let_in(old)


def test_a_broker_that_is_killed_comes_back_on_the_same_port(embedded: Served) -> None:
    first = embedded.enrol()
    assert embedded.process
    (broker,) = psutil.Process(embedded.process.pid).children()
    broker.kill()
    ends = time.monotonic() + 20
    while embedded.ask("GET", "/health").get("broker") != "connected":
        assert time.monotonic() < ends
        time.sleep(0.05)
    assert embedded.ask("GET", "/agents/me", token=first["token"])["broker"] == first["broker"]


def test_a_page_port_in_use_is_said_in_one_sentence(embedded: Served, tmp_path: Path) -> None:
    environ = embedded.environ | {"GATECAST_DATA": str(tmp_path / "other")}
    done = subprocess.run([PROGRAM, "serve"], env=environ, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    words = f"the page cannot have port {embedded.port} of 127.0.0.1: Address already in use; set GATECAST_PORT"
    assert done.stderr.splitlines() == [f"gatecast-controller: {words}"]
