"""The chain as a whole: an alert to 100 agents, records into the store, and what an agent costs at rest."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import paho.mqtt.client as mqtt
import psutil

from controller.app import build_deps
from controller.domain.people import Actor, Agency, Role
from controller.services.context import Bell
from controller.services.enrol import make_code
from controller.services.receive import receive_records
from controller.services.register import read_gates, register
from controller.services.sign_in import add_user
from controller.settings import Settings
from devices.agent.app import Agent, build_agent
from devices.agent.config import AgentConfig
from devices.agent.lean import give_back
from devices.contract.messages import Outcome, PlayRecord, Records
from devices.contract.topics import agent_topic, alert_topic
from devices.ports import SoundOut
from devices.profiles.board import BoardShape
from devices.simulators.boards import OnbonBoard
from tests.support.facts import content, digest
from tests.support.province import Process, Province, eventually

AGENTS, ROUNDS, SHAPE = 100, 9, "128x32:mono"
TEXTS = {"vi": "KHẨN CẤP: rời khu vực ngay", "zh-Hans": "紧急通知：请立即撤离", "en": "EMERGENCY: leave now"}


class Wire:
    """A line of 57600 baud to one card; the instant of the first byte since it was rearmed is kept.

    The card's decoding happens when its answer is asked for, after the time the bytes take on a real line: it shall not
    take processor time from agents whose first byte is still to come.
    """

    def __init__(self) -> None:
        self._card = OnbonBoard(BoardShape.parse(SHAPE), address=1)
        self._sent: list[bytes] = []
        self._carried = 0.0  # when the line has carried all of it
        self.first: float | None = None

    def send(self, data: bytes) -> None:
        """Note the instant, and keep the bytes for the card."""
        self.first = self.first or time.time()
        self._carried = max(self._carried, time.monotonic()) + 10 * len(data) / 57600
        self._sent.append(data)

    def receive(self, timeout: float) -> bytes:
        """What the card answers, once the line has carried what was sent; nothing comes before, or if nothing was."""
        left = self._carried - time.monotonic() if self._sent else timeout
        time.sleep(max(min(timeout, left), 0.0))
        if left > timeout:
            return b""
        sent, self._sent = self._sent, []
        return b"".join(self._card.receive(data, time.monotonic()) for data in sent)

    def discard(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing is held."""


class Hundred(Province):
    """A controller and broker as processes, with a hundred gates of one device each: a board, or what a subclass says."""

    entry = f'id = "board-1"\nkind = "board"\nshape = "{SHAPE}"\n'
    device: ClassVar[dict[str, Any]] = {
        "id": "board-1", "line": "line", "driver": "onbon_bx", "settings": {"shape": SHAPE, "address": 1},
    }  # fmt: skip
    wire: Callable[[], Any] = Wire
    count = AGENTS

    def __init__(self, folder: Path) -> None:
        self.gates_file = folder / "gates.toml"
        self.gates_file.write_text(
            "".join(f'[[gates]]\nid = "gate-{n}"\n[[gates.devices]]\n{self.entry}' for n in range(self.count))
        )
        super().__init__(folder, ())
        self.env["GATECAST_GATES_FILE"] = str(self.gates_file)
        self.controller = Process("controller", self.controller.command, self.env, folder / "controller.log")
        settings = Settings(
            data=folder / "controller", gates_file=self.gates_file, argon2_memory_kib=8, argon2_rounds=1
        )
        deps = build_deps(settings, Bell())
        register(deps, read_gates(self.gates_file))
        setup = Actor(username="setup", role=Role.ADMINISTRATOR)
        self.codes = {f"gate-{n}": make_code(deps, setup, f"gate-{n}", "agent") for n in range(self.count)}
        deps.store.close()
        self.wires = {gate: type(self).wire() for gate in self.codes}

    def agent(self, gate: str) -> Agent:
        """The agent of one gate, in this process, on a wire of ours."""
        config = AgentConfig.model_validate(
            {
                "gate": gate, "agent": "agent", "state": str(self.folder / "agents" / gate), "clock": "trust",
                "controller": {"url": f"http://127.0.0.1:{self.port}", "code": self.codes[gate]},
                "lines": [{"id": "line", "link": "tcp:127.0.0.1:1", "baud": 57600}],
                "devices": [self.device],
            }
        )  # fmt: skip
        return build_agent(config, link_factory=lambda *_: self.wires[gate], sound_factory=lambda _: self.sound(gate))

    def sound(self, gate: str) -> SoundOut:
        """Of a gate that has one."""
        raise LookupError(f"{gate} has no loudspeaker")

    def password(self, user: str) -> str:
        """Of a broker account."""
        known: dict[str, str] = json.loads((self.folder / "controller" / "broker" / "passwords.json").read_text())
        return known[user]

    def broker_port(self) -> int:
        """Where the embedded broker listens."""
        return int((self.folder / "controller" / "broker" / "port").read_text())


@contextmanager
def agents_running(province: Hundred) -> Iterator[None]:
    """A hundred agents on one asyncio loop in a thread of their own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    agents = [province.agent(gate) for gate in province.codes]
    tasks = [asyncio.run_coroutine_threadsafe(agent.run(), loop) for agent in agents]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        time.sleep(3)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


def one_alert(province: Hundred) -> float:
    """Milliseconds from the alert's acceptance to the first byte (or sample) on the last of all wires; it is then ended."""
    for wire in province.wires.values():
        wire.first = None
    view = province.call("truc", "POST", "alerts", texts=TEXTS, targets=["all"], minutes=5)
    eventually(lambda: all(wire.first for wire in province.wires.values()), within=30, what="a byte on every wire")
    accepted = datetime.fromisoformat(view["starts"]).timestamp()
    last = max(wire.first or 0 for wire in province.wires.values())
    eventually(lambda: not province.call("truc", "GET", f"alerts/{view['id']}")["waiting"], what="confirmations")
    province.call("truc", "POST", f"alerts/{view['id']}/end")
    time.sleep(2)
    return (last - accepted) * 1000


async def bare_subscriber(province: Hundred, gate: str, heard: list[float]) -> mqtt.Client:
    """A paho client on this loop that does nothing but note the time of a message."""
    loop, user = asyncio.get_running_loop(), f"{gate}.agent"
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=f"bare-{gate}")
    client.username_pw_set(user_of(province, gate) or user, province.password(user_of(province, gate)))
    client.on_socket_open = lambda _c, _u, sock: (
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
        loop.add_reader(sock, client.loop_read),
    )
    client.on_socket_close = lambda _c, _u, sock: loop.remove_reader(sock)
    client.on_socket_register_write = lambda _c, _u, sock: loop.add_writer(sock, client.loop_write)
    client.on_socket_unregister_write = lambda _c, _u, sock: loop.remove_writer(sock)
    ready = asyncio.Event()
    client.on_connect = lambda *_: client.subscribe(alert_topic("all", "x").rpartition("/")[0] + "/+", 1)
    client.on_subscribe = lambda *_: ready.set()
    client.on_message = lambda *_: heard.append(time.time())
    client.connect("127.0.0.1", province.broker_port())
    await asyncio.wait_for(ready.wait(), 10)
    return client


def user_of(province: Hundred, gate: str) -> str:
    """The broker account of a gate's agent."""
    known = json.loads((province.folder / "controller" / "broker" / "passwords.json").read_text())
    return next(name for name in known if re.search(rf"\b{gate}\b(?!\d)", name))


async def bare_fanout(province: Hundred, payload: bytes) -> float:
    """Milliseconds of one QoS 0 publish to a hundred bare subscribers, median."""
    heard: list[float] = []
    clients = [await bare_subscriber(province, gate, heard) for gate in province.codes]
    sender = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="bare-sender")
    sender.username_pw_set("controller", province.password("controller"))
    sender.on_socket_open = lambda _c, _u, sock: sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sender.connect("127.0.0.1", province.broker_port())
    sender.loop_start()
    took = []
    for _ in range(ROUNDS):
        heard.clear()
        begun = time.time()
        sender.publish(alert_topic("all", "bench"), payload, qos=0)
        while len(heard) < AGENTS and time.time() - begun < 10:
            await asyncio.sleep(0.0005)
        took.append((max(heard) - begun) * 1000)
        await asyncio.sleep(0.2)
    sender.disconnect()
    sender.loop_stop()
    for client in clients:
        client.disconnect()
    return statistics.median(took)


def alert_fanout_100() -> dict[str, Any]:
    """API to the first byte at the line of the last of 100 in-process agents, against the bare publish of as many bytes."""
    return alerted("alert_fanout_100", Hundred)


def alerted(name: str, hundred: type[Hundred]) -> dict[str, Any]:
    """The median of some alerts to a hundred agents."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as ending:
        province = hundred(Path(folder))
        ending.callback(province.stop)
        province.start()
        bare = asyncio.run(bare_fanout(province, b"x" * 12_000))
        with agents_running(province):
            eventually(lambda: all_healthy(province), within=120, what="every agent at work")
            give_back()  # as every agent does ten seconds after its start
            taken = statistics.median(one_alert(province) for _ in range(ROUNDS))
    return {
        "name": name, "value": taken, "unit": "ms", "ratio": taken / bare,
        "baseline": f"bare QoS 0 publish to 100 paho clients on one loop: {bare:.1f} ms",
    }  # fmt: skip


def all_healthy(province: Hundred) -> bool:
    """Whether every board shows what it should."""
    found = province.call("truc", "GET", "devices")
    views = found["devices"] if isinstance(found, dict) else found
    return all(view["health"] in ("healthy", "impaired") for view in views)


def records_per_s() -> dict[str, Any]:
    """Play records stored by the controller, in batches of 200 as agents send them."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), gates_file=None, argon2_memory_kib=8, argon2_rounds=1)
        deps = build_deps(settings, Bell())
        gates = Path(folder) / "gates.toml"
        gates.write_text(
            '[[gates]]\nid = "chi-ma"\n[[gates.devices]]\nid = "board-1"\nkind = "board"\nshape = "192x64:rg"\n'
        )
        register(deps, read_gates(gates))
        add_user(deps, "duyet-so", "A", Role.APPROVER, Agency.DEPARTMENT, "demo")
        topic, count = agent_topic("chi-ma", "agent", "records"), 10_000
        batches = [
            Records(records=tuple(a_record(n + 1) for n in range(i, i + 200))).to_bytes() for i in range(0, count, 200)
        ]
        begun = time.perf_counter()
        for batch in batches:
            receive_records(deps, topic, batch)
        taken = time.perf_counter() - begun
        deps.store.close()
    return {"name": "records_per_s", "value": count / taken, "unit": "1/s", "ratio": None, "baseline": "at least 2,000"}


def a_record(sequence: int) -> PlayRecord:
    """A record of an item shown."""
    due = datetime(2026, 11, 23, tzinfo=UTC) + timedelta(seconds=10 * sequence)
    return PlayRecord(
        device="chi-ma/board-1", boot="b1", sequence=sequence, cause="rule", source="r1", message="m1", version=1,
        digest=digest("m"), content=content(), due=due, started=due, ended=due + timedelta(seconds=6), seconds=6.0,
        outcome=Outcome.SHOWN, evidence="acknowledged",
    )  # fmt: skip


def agent_rss_mb() -> dict[str, Any]:
    """Resident memory of the agent process of Chi Ma (one board), showing, without sound."""
    return _at_rest("agent_rss_mb", "MiB", "at most 40", lambda agent: agent.memory_info().rss / 2**20)


def agent_cpu_percent() -> dict[str, Any]:
    """Processor time of the agent of Chi Ma over 60 s with one page standing still."""

    def share(agent: psutil.Process) -> float:
        before = agent.cpu_times()
        time.sleep(60)
        after = agent.cpu_times()
        return (after.user + after.system - before.user - before.system) / 60 * 100

    return _at_rest("agent_cpu_percent", "%", "at most 1", share)


def _at_rest(name: str, unit: str, baseline: str, measure: Callable[[psutil.Process], float]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as ending:
        province = Province(Path(folder), ("chi-ma",))
        ending.callback(province.stop)
        province.start()
        message, _ = province.approved({"vi": "Đi chậm"})
        province.scheduled(message, ["chi-ma/board-1"])
        device = "devices/chi-ma/board-1"
        eventually(
            lambda: province.call("truc", "GET", device)["health"] == "healthy", within=60, what="a healthy board"
        )
        time.sleep(12)  # the start is over
        value = measure(psutil.Process(province.agents["chi-ma"].pid))
    return {"name": name, "value": value, "unit": unit, "ratio": None, "baseline": baseline}


ROWS: tuple[Callable[[], dict[str, Any]], ...] = (alert_fanout_100, records_per_s, agent_rss_mb, agent_cpu_percent)
