"""MqttSession before brokers that misbehave."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from devices import broker
from devices.broker import BrokerError, BrokerSettings, MqttSession
from tests.support.mqtt_brokers import SilentBroker, free_port

SECONDS = 10.0


@pytest.fixture
async def fake() -> AsyncIterator[SilentBroker]:
    silent = SilentBroker()
    await silent.start()
    yield silent
    await silent.stop()


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "FIRST_WAIT", 0.02)
    monkeypatch.setattr(broker, "LONGEST_WAIT", 0.05)
    monkeypatch.setattr(broker, "PUBACK_SECONDS", 0.2)


async def ignore(_topic: str, _payload: bytes) -> None:
    """Hear nothing."""


def session_at(port: int, keepalive: int = 15, tls_ca: str | None = None) -> MqttSession:
    settings = BrokerSettings("127.0.0.1", port, None, None, "agent", keepalive=keepalive, tls_ca=tls_ca)
    return MqttSession(settings, subscriptions=("a/b",), on_message=ignore)


async def until(true: object) -> None:
    async def look() -> None:
        while not true():  # type: ignore[operator]
            await asyncio.sleep(0.005)

    await asyncio.wait_for(look(), SECONDS)


async def end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_without_puback_the_publish_fails_and_the_socket_is_dropped(fake: SilentBroker) -> None:
    session = session_at(fake.port)
    task = asyncio.create_task(session.run())
    await until(lambda: session.connected)
    with pytest.raises(BrokerError, match="did not confirm"):
        await session.publish("a/b", b"x")
    await until(lambda: fake.connections >= 2 and session.connected)
    await end(task)


async def test_all_waiting_publishes_fail_with_the_connection(fake: SilentBroker) -> None:
    session = session_at(fake.port)
    task = asyncio.create_task(session.run())
    await until(lambda: session.connected)
    results = await asyncio.gather(*(session.publish("a/b", b"x") for _ in range(50)), return_exceptions=True)
    assert all(isinstance(result, BrokerError) for result in results)
    await end(task)


@pytest.mark.parametrize(
    "garbage", [b"\xf0\xff\xff\xff\xff\xff", b"\x30\x02\xff\xff", b"\x20\x00", b"\x30\x06\x00\x03\xff\xfe\xfdx"]
)
async def test_bytes_that_are_no_packets_never_end_the_session(fake: SilentBroker, garbage: bytes) -> None:
    session = session_at(fake.port)
    fake.after_suback = garbage
    task = asyncio.create_task(session.run())
    await until(lambda: fake.connections >= 1 and (fake.connections >= 2 or session.connected))
    fake.after_suback = b""
    fake.on_publish = lambda body: b"\x40\x02" + body[5:7]
    await asyncio.sleep(0.1)
    await until(lambda: session.connected)
    await session.publish("a/b", b"x")
    assert not task.done()
    await end(task)


async def test_a_broker_that_goes_quiet_is_left_by_keep_alive(fake: SilentBroker) -> None:
    session = session_at(fake.port, keepalive=1)
    task = asyncio.create_task(session.run())
    await until(lambda: session.connected)
    await until(lambda: fake.connections >= 2)
    assert not task.done()
    await end(task)


async def test_an_old_protocol_answer_is_refused_and_not_downgraded(fake: SilentBroker) -> None:
    fake.connack = b"\x20\x02\x00\x01"
    session = session_at(fake.port)
    task = asyncio.create_task(session.run())
    await until(lambda: session.failures >= 3)
    assert not session.connected
    await end(task)


async def test_a_host_that_says_nothing_does_not_hold_up_the_end(fake: SilentBroker) -> None:
    fake.connack = b""
    session = session_at(fake.port)
    task = asyncio.create_task(session.run())
    await until(lambda: fake.connections == 1)
    await asyncio.wait_for(end(task), 1.0)
    assert task.cancelled()


async def test_a_missing_certificate_or_broker_is_a_counted_failure_not_an_end() -> None:
    for session in (session_at(free_port()), session_at(free_port(), tls_ca="/nowhere/ca.pem")):
        task = asyncio.create_task(session.run())
        await until(lambda session=session: session.failures >= 2)
        assert not task.done()
        await end(task)


async def test_a_state_listener_that_raises_does_not_end_the_session(fake: SilentBroker) -> None:
    def raise_it(_connected: bool) -> None:
        raise RuntimeError("no")

    settings = BrokerSettings("127.0.0.1", fake.port, None, None, "agent")
    session = MqttSession(settings, subscriptions=(), on_message=ignore, on_state=raise_it)
    task = asyncio.create_task(session.run())
    await until(lambda: session.connected)
    assert not task.done()
    await end(task)
