"""A province of real parts in a folder: broker, controller and agents as processes, devices simulated on pseudo-terminals."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx

import controller.demo
from controller.app import build_deps
from controller.domain.people import Actor, Agency, Role
from controller.services.context import Bell
from controller.services.enrol import make_code
from controller.services.register import read_gates, register
from controller.services.sign_in import add_user
from controller.settings import Settings
from devices.rendering.page import Page, PageFile
from devices.simulators.faults import Faults
from devices.simulators.gate import SimulatedGate

DEMO = Path(controller.demo.__file__).parent
PEOPLE = {
    "tacgia": (Role.AUTHOR, None),
    "duyet-so": (Role.APPROVER, Agency.DEPARTMENT),
    "duyet-bdbp": (Role.APPROVER, Agency.BORDER_GUARD),
    "truc": (Role.OPERATOR, None),
    "kiemtra": (Role.AUDITOR, None),
}
FOUND = TypeVar("FOUND")


def free_port() -> int:
    """A port that nobody has at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(look: Callable[[], FOUND], within: float = 30.0, what: str = "") -> FOUND:
    """The first true answer of `look`; AssertionError with the last answer after `within` seconds."""
    deadline = time.monotonic() + within
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, f"{what or look}: still {found!r} after {within} s"
        time.sleep(0.05)


class Process:
    """A part of the province; its words go to a file."""

    def __init__(self, name: str, command: list[str], env: dict[str, str], log: Path) -> None:
        self.name, self.command, self._env, self._log = name, command, os.environ | env, log
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin, or begin again."""
        with self._log.open("ab") as words:
            self._child = subprocess.Popen(
                self.command,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._child is not None
        return self._child.pid

    def kill(self) -> None:
        """kill -9, as a power cut would."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            self._child = None

    def stop(self) -> None:
        """SIGTERM, and -9 for one that does not listen."""
        if self._child is None:
            return
        self._child.terminate()
        try:
            self._child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.kill()
        self._child = None

    def alive(self) -> bool:
        """Whether it runs."""
        return self._child is not None and self._child.poll() is None

    def words(self) -> str:
        """What it said so far."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""


class Province:
    """Gates of the demo, each with its agent, under one controller."""

    def __init__(
        self, folder: Path, gates: tuple[str, ...], *, env: dict[str, str] | None = None, faults: Faults | None = None,
        echo: bool = False,
    ):  # fmt: skip
        self.folder, self.gates, self.echo = folder, gates, echo
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/api/v1"
        data = folder / "controller"
        self.env = {
            "GATECAST_DATA": str(data),
            "GATECAST_PORT": str(self.port),
            "GATECAST_GATES_FILE": str(DEMO / "gates.toml"),
            "GATECAST_ARGON2_MEMORY_KIB": "8",
            "GATECAST_ARGON2_ROUNDS": "1",
        } | (env or {})
        codes = self._found(data)
        self.controller = self._process("controller", ["-m", "controller.cli", "serve"], self.env)
        self.agents: dict[str, Process] = {}
        self.simulated: dict[str, SimulatedGate] = {}
        for gate in gates:
            config = self._config(gate, codes[gate])
            self.simulated[gate] = SimulatedGate.from_file(config, folder / "sim", faults).start()
            self.agents[gate] = self._process(
                f"agent-{gate}", ["-m", "devices.cli", "run", "--config", str(config)], {}
            )
        self._tokens: dict[str, str] = {}

    def _found(self, data: Path) -> dict[str, str]:
        settings = Settings(data=data, gates_file=DEMO / "gates.toml", argon2_memory_kib=8, argon2_rounds=1)
        deps = build_deps(settings, Bell())
        register(deps, read_gates(settings.gates_file))
        for username, (role, agency) in PEOPLE.items():
            add_user(deps, username, username, role, agency, "demo")
        somebody = Actor(username="setup", role=Role.ADMINISTRATOR)
        codes = {gate: make_code(deps, somebody, gate, "agent") for gate in self.gates}
        deps.store.close()
        return codes

    def _config(self, gate: str, code: str) -> Path:
        lines, sim = self.folder / "lines", self.folder / "sim"
        lines.mkdir(exist_ok=True)
        sim.mkdir(exist_ok=True)
        words = {
            "STATE": self.folder / "agents" / gate, "URL": f"http://127.0.0.1:{self.port}", "CODE": code,
            "LINES": lines, "SIM": sim,
        }  # fmt: skip
        text = re.sub(r"@([A-Z]+)@", lambda found: str(words[found[1]]), (DEMO / "agents" / f"{gate}.toml").read_text())
        if self.echo:  # an adapter that hears itself, and an agent that was told so
            text = text.replace("rs485 = { gap_ms = 5 }", "rs485 = { gap_ms = 5, echo = true }")
        path = self.folder / f"{gate}.toml"
        path.write_text(text)
        return path

    def _process(self, name: str, arguments: list[str], env: dict[str, str]) -> Process:
        return Process(name, [sys.executable, *arguments], env, self.folder / f"{name}.log")

    def start(self) -> None:
        """Everything, and wait until the page answers."""
        self.controller.start()
        self.wait_for_page()
        for agent in self.agents.values():
            agent.start()

    def wait_for_page(self, within: float = 30.0) -> None:
        """Until the API answers."""
        eventually(self._answers, within=within, what=f"the page: {self.controller.words()[-2000:]}")

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def stop(self) -> None:
        """End every part."""
        for part in (*self.agents.values(), self.controller):
            part.stop()
        for gate in self.simulated.values():
            gate.stop()

    def broker_pid(self) -> int:
        """The embedded broker, a child of the controller."""
        found = subprocess.run(["pgrep", "-P", str(self.controller.pid)], capture_output=True, text=True, check=False)
        return int(found.stdout.split()[0])

    def kill_broker(self) -> None:
        """kill -9 the embedded broker; the controller starts another."""
        os.kill(self.broker_pid(), signal.SIGKILL)

    def call(self, who: str, method: str, path: str, **body: Any) -> Any:
        """One API call as a person; AssertionError with the problem if it is refused."""
        answer = self.ask(who, method, path, **body)
        assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text}"
        return (
            answer.json() if answer.headers.get("content-type", "").startswith("application/json") else answer.content
        )

    def ask(self, who: str, method: str, path: str, **body: Any) -> httpx.Response:
        """The same, whatever the answer."""
        if who not in self._tokens:
            entered = httpx.post(f"{self.url}/login", json={"username": who, "password": "demo"}, timeout=10)
            self._tokens[who] = entered.json()["token"]
        headers = {"Authorization": f"Bearer {self._tokens[who]}"}
        return httpx.request(method, f"{self.url}/{path}", headers=headers, json=body or None, timeout=20)

    def bring(self, who: str, wav: bytes) -> str:
        """Upload a sound; its hash."""
        self.ask(who, "GET", "me")
        headers = {"Authorization": f"Bearer {self._tokens[who]}"}
        files = {"file": ("sound.wav", wav, "audio/wav")}
        answer = httpx.post(f"{self.url}/media", headers=headers, files=files, timeout=20)
        assert answer.status_code < 300, answer.text
        return str(answer.json()["sha256"])

    def approved(self, texts: dict[str, str], title: str = "Bản tin", **more: Any) -> tuple[str, str]:
        """A message through both agencies: (id, digest)."""
        message = self.call("tacgia", "POST", "messages", title=title, category="service", texts=texts, **more)["id"]
        digest = self.call("tacgia", "POST", f"messages/{message}/submit")["digest"]
        for approver in ("duyet-bdbp", "duyet-so"):
            self.call(approver, "POST", f"messages/{message}/approvals", digest=digest)
        return message, digest

    def scheduled(self, message: str, targets: list[str], **more: Any) -> str:
        """A playlist of one message, all day on targets: the schedule's id."""
        playlist = self.call("truc", "POST", "playlists", name="Danh sách", items=[{"message": message}])["id"]
        facts = {"priority": "normal", "weekdays": [1, 2, 3, 4, 5, 6, 7], "windows": [["00:00", "24:00"]]} | more
        return str(self.call("truc", "POST", "schedules", playlist=playlist, targets=targets, **facts)["id"])

    def records(self, device: str | None = None) -> list[dict[str, Any]]:
        """Every play record that is stored."""
        path = "records?limit=500" + (f"&device={device}" if device else "")
        return list(self.call("kiemtra", "GET", path)["records"])

    def pages_of(self, message: str, board: str) -> dict[str, tuple[Page, ...]]:
        """The approved pages of a message on a board, by language."""
        previews = self.call("kiemtra", "GET", f"messages/{message}")["previews"]
        return {
            each["language"]: PageFile.from_bytes(self.call("kiemtra", "GET", f"content/{each['sha256']}")).pages
            for each in previews
            if each["board"] == board
        }


@contextmanager
def a_province(folder: Path, *gates: str, **facts: Any) -> Iterator[Province]:
    """A running province; every process ends with the block."""
    province = Province(folder, gates, **facts)
    try:
        province.start()
        yield province
    finally:
        province.stop()
