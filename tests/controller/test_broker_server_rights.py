"""The broker lets each client do its own work and nothing else: the same on the embedded broker and on mosquitto."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from controller.broker.users import agent_user, controller_user
from devices.contract.topics import agent_topic, alert_topic, plan_topic, status_topic
from tests.support.brokers import Mosquitto, Nats, RealBroker, free_port
from tests.support.mqtt_probe import Probe

CONTROLLER = controller_user("of-the-controller")
CHI_MA = agent_user("chi-ma", "agent", ["board-1"], "of-chi-ma")
TAN_THANH = agent_user("tan-thanh", "agent", ["pa-1"], "of-tan-thanh")
USERS = (CONTROLLER, CHI_MA, TAN_THANH)

pytestmark = [pytest.mark.journey]


@pytest.fixture(
    params=[
        pytest.param(Nats, id="embedded"),
        pytest.param(
            Mosquitto,
            id="mosquitto",
            marks=pytest.mark.mosquitto,
        ),
    ]
)
async def broker(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[RealBroker]:
    """A running broker that knows the controller and two agents."""
    real: RealBroker = request.param(tmp_path, free_port())
    await real.start(USERS)
    yield real
    await real.stop()


def as_controller(broker: RealBroker) -> Probe:
    return Probe(broker.port, CONTROLLER.name, CONTROLLER.password, CONTROLLER.name)


def as_chi_ma(broker: RealBroker, *, clean: bool = True) -> Probe:
    return Probe(broker.port, CHI_MA.name, CHI_MA.password, CHI_MA.name, clean=clean)


def as_tan_thanh(broker: RealBroker) -> Probe:
    return Probe(broker.port, TAN_THANH.name, TAN_THANH.password, TAN_THANH.name)


async def test_an_agent_gets_its_plan_and_every_alert_and_the_controller_gets_its_records(broker: RealBroker) -> None:
    def act() -> tuple[set[tuple[str, bytes]], tuple[str, bytes]]:
        with as_controller(broker) as controller, as_chi_ma(broker) as agent:
            assert controller.accepted
            assert agent.accepted
            assert all(controller.subscribe(topic) for topic in CONTROLLER.subscribe)
            controller.publish(plan_topic("chi-ma/board-1"), b"plan", retain=True)
            assert all(agent.subscribe(topic) for topic in CHI_MA.subscribe)
            controller.publish(alert_topic("all", "fog"), b"alert", qos=0)
            got = {agent.get(), agent.get()}
            agent.publish(agent_topic("chi-ma", "agent", "records"), b"records")
            return got, controller.get()

    got, record = await asyncio.to_thread(act)
    assert got == {(plan_topic("chi-ma/board-1"), b"plan"), (alert_topic("all", "fog"), b"alert")}
    assert record == (agent_topic("chi-ma", "agent", "records"), b"records")


@pytest.mark.parametrize(
    "topic",
    [
        plan_topic("tan-thanh/pa-1"),
        status_topic("tan-thanh/pa-1"),
        alert_topic("tan-thanh", "fog"),
        agent_topic("tan-thanh", "agent", "records"),
        agent_topic("tan-thanh", "agent", "command"),
        "gatecast/v1/+/+/plan",
        "#",
    ],
)
async def test_an_agent_cannot_read_another_gate(broker: RealBroker, topic: str) -> None:
    def act() -> list[tuple[str, bytes]]:
        with as_controller(broker) as controller, as_tan_thanh(broker) as other, as_chi_ma(broker) as agent:
            agent.subscribe(topic)  # refused, or granted and never served: both are silence
            for leaf in ("plan", "command"):
                controller.publish(f"gatecast/v1/tan-thanh/{'pa-1' if leaf == 'plan' else 'agent'}/{leaf}", b"theirs")
            controller.publish(alert_topic("tan-thanh", "fog"), b"theirs")
            other.publish(status_topic("tan-thanh/pa-1"), b"theirs")
            other.publish(agent_topic("tan-thanh", "agent", "records"), b"theirs")
            return agent.all_within(0.3)

    assert [payload for _, payload in await asyncio.to_thread(act)] == []


@pytest.mark.parametrize(
    "topic",
    [
        plan_topic("chi-ma/board-1"),
        alert_topic("chi-ma", "fog"),
        alert_topic("all", "fog"),
        agent_topic("chi-ma", "agent", "command"),
        agent_topic("chi-ma", "agent", "ack"),
        plan_topic("tan-thanh/pa-1"),
        status_topic("tan-thanh/pa-1"),
        agent_topic("tan-thanh", "agent", "records"),
        agent_topic("tan-thanh", "agent", "online"),
    ],
)
async def test_an_agent_cannot_write_plans_alerts_commands_or_for_another_gate(broker: RealBroker, topic: str) -> None:
    def act() -> list[tuple[str, bytes]]:
        with as_chi_ma(broker) as forger, as_tan_thanh(broker) as other, as_controller(broker) as controller:
            for reader, user in ((other, TAN_THANH), (controller, CONTROLLER)):
                for wanted in user.subscribe:
                    assert reader.subscribe(wanted)
            forger.publish(topic, b"forged", retain=True)
            seen = other.all_within(0.2) + controller.all_within(0.1)
        with as_chi_ma(broker) as reader:  # was it kept?
            for wanted in CHI_MA.subscribe:
                assert reader.subscribe(wanted)
            return seen + reader.all_within(0.2)

    assert await asyncio.to_thread(act) == []


@pytest.mark.parametrize(
    ("name", "password"),
    [
        (None, None),
        ("", ""),
        ("chi-ma/agent", "wrong"),
        ("chi-ma/agent", ""),
        ("nobody", "of-chi-ma"),
        ("controller", None),
    ],
    ids=["anonymous", "empty", "wrong password", "no password", "unknown name", "the controller's bare name"],
)
async def test_a_stranger_is_refused(broker: RealBroker, name: str | None, password: str | None) -> None:
    def act() -> bool:
        with Probe(broker.port, name, password, "stranger") as stranger:
            return stranger.accepted

    assert await asyncio.to_thread(act) is False


async def test_what_is_kept_or_waits_for_an_agent_outlives_kill_9(broker: RealBroker) -> None:
    def before() -> None:
        with as_chi_ma(broker, clean=False) as agent:
            assert all(agent.subscribe(topic) for topic in CHI_MA.subscribe)
        with as_controller(broker) as controller:
            controller.publish(plan_topic("chi-ma/board-1"), b"plan", retain=True)
            for number in range(50):
                controller.publish(agent_topic("chi-ma", "agent", "command"), b"%d" % number)

    def after() -> tuple[list[tuple[str, bytes]], tuple[str, bytes]]:
        with as_chi_ma(broker, clean=False) as agent:
            queued = agent.all_within(2)
        with as_chi_ma(broker) as fresh:
            assert fresh.subscribe(plan_topic("chi-ma/board-1"))
            return queued, fresh.get()

    await asyncio.to_thread(before)
    await broker.kill_and_restart()
    queued, kept = await asyncio.to_thread(after)
    commands = [int(payload) for topic, payload in queued if topic.endswith("command")]
    assert commands == list(range(50))
    assert kept == (plan_topic("chi-ma/board-1"), b"plan")


async def test_an_agent_enrolled_later_comes_in_and_the_others_stay(broker: RealBroker) -> None:
    newcomer = agent_user("huu-nghi", "agent", ["lane-1"], "of-huu-nghi")

    def knock() -> bool:
        with Probe(broker.port, newcomer.name, newcomer.password, newcomer.name) as probe:
            return probe.accepted

    def talk(agent: Probe) -> tuple[str, bytes]:
        with as_controller(broker) as controller:
            controller.publish(plan_topic("chi-ma/board-1"), b"still here")
        return agent.get()

    agent = await asyncio.to_thread(as_chi_ma, broker)
    try:
        assert await asyncio.to_thread(agent.subscribe, plan_topic("chi-ma/board-1"))
        assert not await asyncio.to_thread(knock)
        await broker.reload((*USERS, newcomer))
        async with asyncio.timeout(10):
            while not await asyncio.to_thread(knock):
                await asyncio.sleep(0.05)
        assert await asyncio.to_thread(talk, agent) == (plan_topic("chi-ma/board-1"), b"still here")
    finally:
        await asyncio.to_thread(agent.close)
