"""One gate whole: embedded broker, fake controller, simulated devices on pseudo-terminals, and the real agent in this process."""

from __future__ import annotations

import asyncio
import contextlib
import tomllib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

from devices.agent.app import Agent, build_agent
from devices.agent.config import AgentConfig
from devices.broker import BrokerSettings, MqttSession
from devices.contract.messages import Ack, AlertMessage, CommandMessage, PlayRecord, Records, Reply, Status, pack_blob
from devices.contract.topics import agent_topic, alert_topic, controller_subscriptions, plan_topic, read_topic
from devices.profiles.board import BoardShape
from devices.rendering.page import Page, PageFile
from devices.simulators.faults import Faults
from devices.simulators.gate import SimulatedGate
from schedules.model import Item, Plan
from tests.support.fake_controller import FakeController, sealed_ack, sealed_alert, sealed_command, sealed_plan
from tests.support.mqtt_brokers import NatsBroker

SECONDS = 20.0
TWO_BOARDS = """
gate = "huu-nghi"
state = "{folder}/state"
clock = "trust"
[controller]
url = "{url}"
code = "once"
[[lines]]
id = "line-1"
link = "serial:{folder}/line-1"
baud = 57600
[lines.rs485]
gap_ms = 5
[[devices]]
id = "lane-1"
line = "line-1"
driver = "onbon_bx"
settings = {{ shape = "32x16:mono", address = 1 }}
[[devices]]
id = "lane-2"
line = "line-1"
driver = "onbon_bx"
settings = {{ shape = "32x16:mono", address = 2 }}
"""
SHAPE = BoardShape.parse("32x16:mono")


def page_file(pattern: int, language: str = "vi", pages: int = 1, seconds: float = 2.0) -> PageFile:
    """A page file of pages that differ from all others."""
    size = SHAPE.stride * SHAPE.height
    made = tuple(
        Page(shape=SHAPE, planes=(bytes([pattern, number]) * (size // 2),), seconds=seconds) for number in range(pages)
    )
    return PageFile(language=language, renderer="test", pages=made)


def item_of(message: str, *files: PageFile) -> Item:
    """An approved message with these files."""
    return Item(message=message, version=1, digest=files[0].ref().sha256, contents=tuple(file.ref() for file in files))


@dataclass
class World:
    """What a test reaches for."""

    folder: Path
    broker: NatsBroker
    controller: FakeController
    config: AgentConfig
    gate: SimulatedGate
    session: MqttSession
    statuses: dict[str, Status] = field(default_factory=dict)
    records: list[PlayRecord] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    acking: bool = True

    @contextlib.asynccontextmanager
    async def agent(self) -> AsyncIterator[Agent]:
        """The agent runs inside this block."""
        agent = build_agent(self.config)
        task = asyncio.create_task(agent.run())
        try:
            yield agent
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def plan(self, plan: Plan, *files: PageFile) -> None:
        """Serve the files and publish the plan, retained."""
        for file in files:
            self.controller.add(file.to_bytes())
        await self.session.publish(plan_topic(plan.device), sealed_plan(plan), retain=True)

    async def alert(self, message: AlertMessage) -> None:
        """Publish twice, as the controller does."""
        topic, sealed = alert_topic("all", message.id), sealed_alert(message)
        await self.session.publish(topic, sealed, qos=0)
        await self.session.publish(topic, sealed, retain=True)

    async def command(self, message: CommandMessage) -> None:
        """To the gate's agent."""
        topic = agent_topic(self.config.gate, self.config.agent, "command")
        await self.session.publish(topic, sealed_command(message, f"{self.config.gate}/{self.config.agent}"))

    async def take(self, topic: str, payload: bytes) -> None:
        """What the agent says."""
        found = read_topic(topic)
        if found is None or not payload:
            return
        if found.leaf == "status":
            self.statuses[f"{found.gate}/{found.name}"] = Status.model_validate_json(payload)
        elif found.leaf == "reply":
            self.replies.append(Reply.model_validate_json(payload))
        elif found.leaf == "records":
            await self._records(payload)

    async def _records(self, payload: bytes) -> None:
        batch = Records.model_validate_json(payload).records
        known = {(one.boot, one.sequence) for one in self.records}
        self.records += [one for one in batch if (one.boot, one.sequence) not in known]
        if self.acking:
            highest = {one.boot: max(two.sequence for two in batch if two.boot == one.boot) for one in batch}
            topic = agent_topic(self.config.gate, self.config.agent, "ack")
            sealed = sealed_ack(Ack(stored=highest), f"{self.config.gate}/{self.config.agent}")
            await self.session.publish(topic, sealed)


def alert_message(
    name: str, until: object, item: Item, *files: PageFile, revision: int = 1, **facts: object
) -> AlertMessage:
    """An alert for all devices, its pages inside."""
    from tests.support.fake_controller import utc_now

    given = {
        "id": name, "revision": revision, "targets": ("all",), "starts": utc_now(), "until": until,
        "showings": ({"targets": ("huu-nghi/lane-1", "huu-nghi/lane-2"), "item": item},),
        "blobs": {file.ref().sha256: pack_blob(file.to_bytes()) for file in files},
    }  # fmt: skip
    return AlertMessage.model_validate(given | facts)


async def until(true: Callable[[], object], seconds: float = SECONDS) -> None:
    """Wait for something to become true; what has not come yet (a KeyError) is not true yet."""

    async def look() -> None:
        while True:
            with contextlib.suppress(KeyError):
                if true():
                    return
            await asyncio.sleep(0.01)

    await asyncio.wait_for(look(), seconds)


@contextlib.asynccontextmanager
async def a_world(folder: Path, config: str = TWO_BOARDS, faults: Faults | None = None) -> AsyncIterator[World]:
    """Everything but the agent runs inside this block; `faults` fall on every line."""
    broker = NatsBroker(folder)
    broker.start()
    account = {"host": "127.0.0.1", "port": broker.port, "username": "all", "password": "secret"}
    controller = FakeController(broker=account).start()
    facts = tomllib.loads(config.format(folder=folder, url=controller.url))
    gate = SimulatedGate(facts, folder / "sim", faults)
    gate.start()

    async def take(topic: str, payload: bytes) -> None:
        await world.take(topic, payload)

    settings = BrokerSettings("127.0.0.1", broker.port, "all", "secret", "controller")
    session = MqttSession(settings, subscriptions=controller_subscriptions(), on_message=take)
    world = World(folder, broker, controller, AgentConfig.model_validate(facts), gate, session)
    running = asyncio.create_task(session.run())
    try:
        await until(lambda: session.connected)
        yield world
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        gate.stop()
        controller.stop()
        broker.kill()
