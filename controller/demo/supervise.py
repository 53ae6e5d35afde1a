"""make demo: a controller with its broker, the simulated devices and three agents, each a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from controller.demo.crew import Crew
from controller.demo.place import DemoError, Place, take

GATES = ("huu-nghi", "chi-ma", "tan-thanh")
ACCOUNTS = (
    ("tacgia", "writes announcements"),
    ("duyet-so", "approves for the department"),
    ("duyet-bdbp", "approves for the border guard"),
    ("truc", "operator: playlists, schedules, alerts"),
    ("kythuat", "technician"),
    ("kiemtra", "auditor, reads all"),
    ("quantri", "administrator"),
)
HOST = "127.0.0.1"
READY_SECONDS = 60.0
CODES_LIVE = 23 * 3600.0  # seconds; codes are good for a day
HERE = Path(__file__).parent
Say = Callable[[str], None]


class Demo:
    """One run of the demo in one folder."""

    def __init__(self, place: Place, port: int, environ: Mapping[str, str], say: Say) -> None:
        """Nothing starts yet."""
        self._place, self._port, self._say = place, port, say
        self._environ = {
            **{name: value for name, value in environ.items() if not name.startswith("GATECAST_")},
            "GATECAST_DATA": str(place.controller),
            "GATECAST_GATES_FILE": str(HERE / "gates.toml"),
            "GATECAST_HOST": HOST,
            "GATECAST_PORT": str(port),
            "GATECAST_DEMO": "true",
            "PYTHONUNBUFFERED": "1",
        }
        self._crew = Crew(place.logs, self._environ, say)
        self._ended = asyncio.Event()

    async def run(self) -> None:
        """Until SIGINT, SIGTERM or SIGHUP; DemoError if it cannot begin. Nothing it began is left either way."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._ended.set)
        begun, ended = asyncio.create_task(self._begin()), asyncio.create_task(self._ended.wait())
        try:
            await asyncio.wait((begun, ended), return_when=asyncio.FIRST_COMPLETED)
            if begun.done():
                begun.result()
                await ended
        finally:
            begun.cancel()
            ended.cancel()
            await asyncio.gather(begun, ended, return_exceptions=True)
            await self._crew.end()

    async def _begin(self) -> None:
        _need_port(self._port)
        if not self._place.seeded:
            await self._seed()
        for gate in GATES:
            await self._write_config(gate)
        controller = await self._crew.start("controller", [_program("controller"), "serve"])
        configs = [str(self._place.config(gate)) for gate in GATES]
        simulate = ["simulate", "--config", *configs, "--out", str(self._place.sim)]
        await self._crew.start("simulator", [_program("agent"), *simulate])
        await self._answering(controller)
        for gate in GATES:
            command = [_program("agent"), "run", "--config", str(self._place.config(gate))]
            await self._crew.start(f"agent-{gate}", command)
        self._crew.keep()
        self._welcome()

    async def _seed(self) -> None:
        """Into a folder beside its place, renamed when it is whole: a demo broken off here begins afresh."""
        self._say("first start: writing and approving the sample announcements (once, some seconds)")
        draft = self._place.controller.with_name("controller.new")
        for old in (draft, self._place.controller, self._place.root / "agents"):
            shutil.rmtree(old, ignore_errors=True)
        child = await self._crew.start("seed", [sys.executable, "-m", "controller.demo.seed", str(draft)], once=True)
        told = 0
        while child.returncode is None or told < len(self._crew.lines("seed")):
            for line in self._crew.lines("seed")[told:]:
                told += 1
                if child.returncode in (None, 0):
                    self._say(f"  {line}")
            await _moment(child)
        if child.returncode != 0:
            raise DemoError(self._crew.last_words("seed"))
        draft.rename(self._place.controller)

    async def _write_config(self, gate: str) -> None:
        text = (HERE / "agents" / f"{gate}.toml").read_text(encoding="utf-8")
        facts = {
            "STATE": str(self._place.agent(gate)),
            "URL": f"http://{HOST}:{self._port}",
            "CODE": await self._code(gate),
            "LINES": str(self._place.lines),
            "SIM": str(self._place.sim),
        }
        for name, value in facts.items():
            text = text.replace(f"@{name}@", value)
        self._place.config(gate).write_text(text, encoding="utf-8")

    async def _code(self, gate: str) -> str:
        """The code made while seeding; a fresh one if that was spent by an agent whose state is gone."""
        if (self._place.agent(gate) / "enrolment.json").exists():
            return ""
        codes = self._place.controller / "codes.json"
        if self._place.agent(gate).exists() or time.time() - codes.stat().st_mtime > CODES_LIVE:
            child = await self._crew.start(f"code-{gate}", [_program("controller"), "enrol-code", gate], once=True)
            await child.wait()
            return self._crew.last_words(f"code-{gate}")
        return str(json.loads(codes.read_text())[gate])

    async def _answering(self, controller: asyncio.subprocess.Process) -> None:
        loop = asyncio.get_running_loop()
        ends = loop.time() + READY_SECONDS
        while not await _healthy(self._port):
            if controller.returncode is not None:
                raise DemoError(f"the controller ended: {self._crew.last_words('controller')}")
            if loop.time() > ends:
                raise DemoError(f"the controller did not answer within {READY_SECONDS:.0f} s: see {self._place.logs}")
            await asyncio.sleep(0.05)

    def _welcome(self) -> None:
        width = max(len(name) for name, _ in ACCOUNTS)
        people = "\n".join(f"    {name:<{width}}  {what}" for name, what in ACCOUNTS)
        self._say(
            f"running at http://{HOST}:{self._port}\n"
            f"  sign in with the password demo as\n{people}\n"
            f"  boards draw themselves in {self._place.sim}; what each process says is in {self._place.logs}\n"
            "  Ctrl-C ends everything"
        )


async def _moment(child: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(child.wait(), 0.1)


async def _healthy(port: int) -> bool:
    """Whether the page answers and the broker is there."""
    try:
        reader, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    try:
        writer.write(f"GET /api/v1/health HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
        answer = await asyncio.wait_for(reader.read(), 5)
    except (OSError, TimeoutError):
        return False
    finally:
        writer.close()
    return b'"status":"ok"' in answer


def _need_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as exc:
            raise DemoError(f"port {port} is in use; choose another with GATECAST_PORT=8081 make demo") from exc


def _program(half: str) -> str:
    """Our own command, from the same installation as this process."""
    beside = Path(sys.executable).with_name(f"gatecast-{half}")
    return str(beside) if beside.exists() else shutil.which(f"gatecast-{half}") or str(beside)


def demo(root: Path, environ: Mapping[str, str], say: Say) -> None:
    """Run the demo in `root` until told to end; DemoError in one sentence if that cannot be."""
    port = environ.get("GATECAST_PORT") or "8080"
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise DemoError(f'GATECAST_PORT is a port number, not "{port}"')
    place, lock = take(root)
    with lock:
        try:
            asyncio.run(Demo(place, int(port), environ, say).run())
        except OSError as exc:
            raise DemoError(f"the demo cannot go on in {root}: {exc.strerror or exc}") from exc
