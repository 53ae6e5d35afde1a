"""MqttSession against the embedded broker: what paho alone does not give."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from devices import broker
from devices.broker import BrokerError, BrokerSettings, MqttSession, Will
from tests.support.mqtt_brokers import TLS, NatsBroker

SECONDS = 10.0


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsBroker]:
    running = NatsBroker(tmp_path_factory.mktemp("broker"))
    running.start()
    yield running
    running.kill()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[NatsBroker]:
    running = NatsBroker(tmp_path)
    running.start()
    yield running
    running.kill()


@pytest.fixture(autouse=True)
def _fast_reconnect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "FIRST_WAIT", 0.05)
    monkeypatch.setattr(broker, "LONGEST_WAIT", 0.2)


class Heard:
    """Collects messages; can be told to fail or to hang."""

    def __init__(self) -> None:
        self.messages: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()
        self.fail = False
        self.gate = asyncio.Event()
        self.gate.set()
        self.states: list[bool] = []

    async def __call__(self, topic: str, payload: bytes) -> None:
        await self.messages.put((topic, payload))
        await self.gate.wait()
        if self.fail:
            raise RuntimeError("cannot be handled")

    async def next(self) -> tuple[str, bytes]:
        return await asyncio.wait_for(self.messages.get(), SECONDS)


def settings(port: int, name: str, user: str | None = "all", **more: object) -> BrokerSettings:
    return BrokerSettings("127.0.0.1", port, user, "secret", name, **more)  # type: ignore[arg-type]


@contextlib.asynccontextmanager
async def running(session: MqttSession, wait: bool = True) -> AsyncIterator[MqttSession]:
    task = asyncio.create_task(session.run())
    try:
        if wait:
            await until(lambda: session.connected)
        yield session
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(true: object) -> None:
    async def look() -> None:
        while not true():  # type: ignore[operator]
            await asyncio.sleep(0.01)

    await asyncio.wait_for(look(), SECONDS)


async def test_a_message_travels_and_publish_returns_after_the_broker_has_it(shared: NatsBroker) -> None:
    heard = Heard()
    session = MqttSession(
        settings(shared.port, "t1"), subscriptions=("one/+",), on_message=heard, on_state=heard.states.append
    )
    async with running(session):
        await session.publish("one/two", b"three")
        assert await heard.next() == ("one/two", b"three")
    assert heard.states == [True, False]


async def test_the_socket_does_not_wait_to_fill_its_packets(shared: NatsBroker) -> None:
    session = MqttSession(settings(shared.port, "t2"), subscriptions=(), on_message=Heard())
    async with running(session):
        sock = session._line._sock  # type: ignore[union-attr]
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)  # type: ignore[union-attr]


async def test_a_handler_that_raises_is_logged_and_the_next_message_still_arrives(
    shared: NatsBroker, caplog: pytest.LogCaptureFixture
) -> None:
    heard = Heard()
    heard.fail = True
    session = MqttSession(settings(shared.port, "t3"), subscriptions=("raise",), on_message=heard)
    async with running(session):
        for number in (b"1", b"2"):
            await session.publish("raise", number)
            assert (await heard.next())[1] == number
        assert session.connected
    assert "a message on raise was not handled" in caplog.text


async def test_a_refused_subscription_is_not_taken_for_a_connection(
    shared: NatsBroker, caplog: pytest.LogCaptureFixture
) -> None:
    session = MqttSession(
        settings(shared.port, "t4", user="some"), subscriptions=("allowed/a", "secret/b"), on_message=Heard()
    )
    async with running(session, wait=False):
        await until(lambda: session.failures >= 3)
        assert not session.connected
    lines = [record for record in caplog.records if "secret/b" in record.message]
    assert len(lines) == 1
    assert lines[0].levelno == logging.ERROR
    assert "allowed/a" not in lines[0].message


async def test_publishing_offline_fails_at_once_and_nothing_is_sent_later(own: NatsBroker) -> None:
    heard = Heard()
    session = MqttSession(settings(own.port, "t5"), subscriptions=("later",), on_message=heard)
    with pytest.raises(BrokerError):
        await session.publish("later", b"lost")
    async with running(session):
        own.kill()
        await until(lambda: not session.connected)
        with pytest.raises(BrokerError):
            await session.publish("later", b"lost too")
        own.start()
        await until(lambda: session.connected)
        await session.publish("later", b"kept")
        assert (await heard.next())[1] == b"kept"


async def test_messages_wait_at_the_broker_for_a_session_that_is_away_even_through_kill_9(own: NatsBroker) -> None:
    heard = Heard()
    listener = MqttSession(settings(own.port, "t6"), subscriptions=("queue",), on_message=heard)
    async with running(listener):
        pass
    async with running(MqttSession(settings(own.port, "t6b"), subscriptions=(), on_message=Heard())) as speaker:
        for number in range(20):
            await speaker.publish("queue", b"%d" % number)
        own.kill()
        own.start()
        async with running(listener):
            assert [int((await heard.next())[1]) for _ in range(20)] == list(range(20))


async def test_a_message_is_acknowledged_only_after_it_was_handled(shared: NatsBroker) -> None:
    heard = Heard()
    heard.gate.clear()
    session = MqttSession(settings(shared.port, "t7"), subscriptions=("slow",), on_message=heard)
    async with running(session):
        await session.publish("slow", b"work")
        await heard.next()  # begun, and cut off before its end
    heard.gate.set()
    async with running(session):
        assert (await heard.next())[1] == b"work"
        session._line.drop("a cut between handling and its end")  # type: ignore[union-attr]
        await until(lambda: not session.connected)


async def test_the_will_speaks_when_the_line_breaks_and_stays_silent_when_we_leave(shared: NatsBroker) -> None:
    heard = Heard()
    async with running(
        MqttSession(settings(shared.port, "t8w"), subscriptions=("will/+",), on_message=heard)
    ) as watcher:
        polite = MqttSession(
            settings(shared.port, "t8a"), subscriptions=(), on_message=Heard(), will=Will("will/polite", b"gone")
        )
        async with running(polite):
            pass
        rude = MqttSession(
            settings(shared.port, "t8b"), subscriptions=(), on_message=Heard(), will=Will("will/rude", b"gone")
        )
        async with running(rude):
            rude._line.drop("a cable was pulled")  # type: ignore[union-attr]
            assert await heard.next() == ("will/rude", b"gone")
        await watcher.publish("will/after", b"")
        assert (await heard.next())[0] == "will/after"


async def test_a_wrong_password_is_said_once_and_new_settings_are_tried_at_once(
    shared: NatsBroker, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = MqttSession(settings(shared.port, "t9", user="nobody"), subscriptions=(), on_message=Heard())
    async with running(session, wait=False):
        await until(lambda: session.failures >= 3)
        monkeypatch.setattr(broker, "FIRST_WAIT", 60.0)
        monkeypatch.setattr(broker, "LONGEST_WAIT", 60.0)
        failures = session.failures
        await until(lambda: session.failures > failures)
        session.change_settings(settings(shared.port, "t9"))
        await until(lambda: session.connected)
    assert sum("refused us" in record.message for record in caplog.records) == 1


async def test_a_flood_of_qos_0_is_cut_and_a_flood_of_qos_1_comes_again(
    shared: NatsBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker, "INBOX_MESSAGES", 5)
    heard = Heard()
    session = MqttSession(settings(shared.port, "t10"), subscriptions=("flood/+",), on_message=heard)
    async with (
        running(MqttSession(settings(shared.port, "t10b"), subscriptions=(), on_message=Heard())) as speaker,
        running(session),
    ):
        heard.gate.clear()
        for number in range(12):
            await speaker.publish("flood/qos0", b"%d" % number, qos=0)
        for number in range(12):
            await speaker.publish("flood/qos1", b"%d" % number)
        await until(lambda: not session.connected)
        heard.gate.set()
        seen: set[int] = set()
        while len(seen) < 12:
            topic, payload = await heard.next()
            if topic == "flood/qos1":
                seen.add(int(payload))
        assert seen == set(range(12))


async def test_more_sessions_than_threads_and_select_could_carry(shared: NatsBroker) -> None:
    heard = Heard()
    async with contextlib.AsyncExitStack() as stack:
        sessions = [
            MqttSession(settings(shared.port, f"many-{number}"), subscriptions=("many",), on_message=heard)
            for number in range(400)
        ]
        for session in sessions:
            await stack.enter_async_context(running(session, wait=False))
        await until(lambda: all(session.connected for session in sessions))
        await sessions[0].publish("many", b"to all", qos=0)
        for _ in sessions:
            assert await heard.next() == ("many", b"to all")


async def test_over_tls_a_large_message_arrives_whole(tmp_path: Path) -> None:
    secure = NatsBroker(tmp_path, tls=True)
    secure.start()
    try:
        heard = Heard()
        known = settings(secure.port, "t12", tls_ca=str(TLS / "broker.pem"))
        async with running(MqttSession(known, subscriptions=("big",), on_message=heard)) as session:
            await session.publish("big", b"x" * 900_000)
            await session.publish("big", b"y")
            assert len((await heard.next())[1]) == 900_000
            assert (await heard.next())[1] == b"y"
        plain = MqttSession(settings(secure.port, "t12b"), subscriptions=(), on_message=heard)
        async with running(plain, wait=False):
            await until(lambda: plain.failures >= 2)
    finally:
        secure.kill()
