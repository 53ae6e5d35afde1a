"""The controller on a real broker: what waits goes out in order and once, what comes in is stored and acknowledged."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from controller.broker.users import agent_user, controller_user
from controller.mqtt import ControllerMqtt
from controller.services import alert_sending, outbox, plan
from controller.services.context import Bell, Deps
from devices.agent.acceptance import read_ack
from devices.broker import BrokerSettings
from devices.contract.messages import Outcome, PlayRecord, Records
from devices.contract.seal import key_id, public_key
from devices.contract.topics import agent_topic, alert_topic, plan_topic
from tests.support.brokers import Nats, free_port
from tests.support.desk import Desk
from tests.support.facts import NOON, content, digest
from tests.support.mqtt_probe import Probe

pytestmark = [pytest.mark.journey]
CONTROLLER = controller_user("of-the-controller")
AGENT = agent_user("chi-ma", "agent", ["board-1"], "of-chi-ma")
BOARD = "chi-ma/board-1"
RECORDS = agent_topic("chi-ma", "agent", "records")
ACK = agent_topic("chi-ma", "agent", "ack")


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Nats]:
    """An embedded broker with the controller and one agent."""
    running = Nats(tmp_path / "broker", free_port())
    await running.start((CONTROLLER, AGENT))
    yield running
    await running.stop()


@asynccontextmanager
async def talking(desk: Desk, broker: Nats, *again: Callable[[Deps], None]) -> AsyncIterator[ControllerMqtt]:
    """The desk's controller on this broker, connected."""
    bell: Bell = desk.app.state.bell
    settings = BrokerSettings("127.0.0.1", broker.port, CONTROLLER.name, CONTROLLER.password, CONTROLLER.name)
    mqtt = ControllerMqtt(desk.deps, bell, settings, again)
    task = asyncio.create_task(mqtt.run())
    try:
        await until(lambda: mqtt.connected)
        yield mqtt
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.02)


async def agent(broker: Nats, act: Callable[[Probe], Any], *topics: str) -> Any:
    """What `act` answers, done off the loop by the agent of Chi Ma."""

    def work() -> Any:
        with Probe(broker.port, AGENT.name, AGENT.password, AGENT.name) as probe:
            assert all(probe.subscribe(topic) for topic in topics)
            return act(probe)

    return await asyncio.to_thread(work)


def stored(desk: Desk, payload: bytes) -> dict[str, int]:
    """What a sealed ack says, as the agent of Chi Ma reads it."""
    public = public_key(desk.deps.secret)
    return read_ack(payload, keys={key_id(public): public}, agent="chi-ma/agent").stored


def a_record(sequence: int) -> PlayRecord:
    return PlayRecord(
        device=BOARD, boot="boot", sequence=sequence, cause="rule", message="m1", version=1, digest=digest("m1"),
        content=content(), due=NOON, started=NOON, ended=NOON, seconds=6.0, outcome=Outcome.SHOWN, evidence="acknowledged",
    )  # fmt: skip


async def test_the_outbox_goes_out_retained_and_is_marked_after_the_brokers_word(desk: Desk, broker: Nats) -> None:
    assert desk.waiting()
    async with talking(desk, broker):
        await until(lambda: not desk.waiting())
    topic, payload = await agent(broker, Probe.get, plan_topic(BOARD))
    assert topic == plan_topic(BOARD)
    assert json.loads(payload)["v"] == 1


async def test_a_deed_wakes_the_publisher_and_an_alert_comes_fast_first_and_then_for_sure(
    desk: Desk, broker: Nats
) -> None:
    body = {"texts": {"vi": "Sơ tán"}, "targets": [BOARD], "minutes": 5}

    def act(probe: Probe) -> list[tuple[str, bytes]]:
        desk.must("operator", "POST", "/alerts", body)
        return [probe.get(), probe.get()]

    async with talking(desk, broker):
        await until(lambda: not desk.waiting())
        first, second = await agent(broker, act, alert_topic("chi-ma", "x").replace("/x", "/+"))
        await until(lambda: not desk.waiting())
    assert first == second
    assert desk.alert(first[1]).targets == (BOARD,)


def test_an_alert_passes_what_waits_already(desk: Desk) -> None:
    desk.must("operator", "POST", "/alerts", {"texts": {"vi": "Sơ tán"}, "targets": ["all"], "minutes": 5})
    waiting = outbox.pending(desk.deps)
    assert [each.qos for each in waiting] == sorted(each.qos for each in waiting)
    assert waiting[0].topic.split("/")[3] == "alert"


async def test_records_are_stored_once_and_acknowledged_each_time(desk: Desk, broker: Nats) -> None:
    batch = Records(records=(a_record(1), a_record(2))).to_bytes()

    def act(probe: Probe) -> list[dict[str, Any]]:
        answers = []
        for _ in range(2):
            probe.publish(RECORDS, batch)
            topic, payload = probe.get()
            assert topic == ACK
            answers.append(stored(desk, payload))
        return answers

    async with talking(desk, broker):
        assert await agent(broker, act, ACK) == [{"boot": 2}, {"boot": 2}]
    assert len(desk.get(f"/records?device={BOARD}").json()["records"]) == 2


async def test_bytes_that_are_no_records_change_nothing_and_what_follows_is_heard(desk: Desk, broker: Nats) -> None:
    def act(probe: Probe) -> tuple[str, bytes]:
        for junk in (b"", b"\xff" * 500, b"{}", b'{"v":9}', b"[" * 10_000):
            probe.publish(RECORDS, junk)
        probe.publish(RECORDS, Records(records=(a_record(1),)).to_bytes())
        return probe.get()

    async with talking(desk, broker):
        topic, payload = await agent(broker, act, ACK)
    assert (topic, stored(desk, payload)) == (ACK, {"boot": 1})


async def test_a_broker_that_comes_back_with_nothing_is_told_everything_again(
    desk: Desk, broker: Nats, tmp_path: Path
) -> None:
    async with talking(desk, broker, plan.publish_again, alert_sending.publish_again) as mqtt:
        body = {"texts": {"vi": "Sơ tán"}, "targets": [BOARD], "minutes": 5}
        await asyncio.to_thread(desk.must, "operator", "POST", "/alerts", body)
        await until(lambda: not desk.waiting())
        await broker.stop()
        await until(lambda: not mqtt.connected)
        shutil.rmtree(tmp_path / "broker" / "store")
        await broker.start((CONTROLLER, AGENT))
        await until(lambda: mqtt.connected and not desk.waiting())
        wanted = (plan_topic(BOARD), alert_topic("chi-ma", "x").replace("/x", "/+"))
        got = await agent(broker, lambda probe: {probe.get()[0], probe.get()[0]}, *wanted)
    assert {name.split("/")[3] for name in got} == {"board-1", "alert"}


async def test_while_the_broker_is_away_the_outbox_waits_and_then_goes(desk: Desk, broker: Nats) -> None:
    async with talking(desk, broker) as mqtt:
        await until(lambda: not desk.waiting())
        await broker.stop()
        await until(lambda: not mqtt.connected)
        await asyncio.to_thread(desk.scheduled, await asyncio.to_thread(made, desk))
        assert desk.waiting()
        await broker.start((CONTROLLER, AGENT))
        await until(lambda: not desk.waiting())
    assert await agent(broker, Probe.get, plan_topic(BOARD))


@pytest.mark.parametrize("error", [OSError("disk full"), RuntimeError("a fault in a deed")], ids=["disk", "fault"])
async def test_a_deed_that_fails_is_done_again_and_the_publisher_lives(
    desk: Desk, broker: Nats, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("controller.mqtt.RETRY_SECONDS", 0.05)
    tried = []

    def deed(_deps: Deps) -> None:
        tried.append(True)
        if len(tried) < 3:
            raise error

    async with talking(desk, broker, deed):
        await until(lambda: not desk.waiting())
    assert len(tried) == 3


def made(desk: Desk) -> str:
    return desk.playlist(desk.approved())
