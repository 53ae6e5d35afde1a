"""The controller on MQTT: the outbox goes to the broker, what agents say goes to the deeds that receive it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from controller.services import outbox
from controller.services.context import Bell, Deps
from controller.services.outbox import Waiting
from controller.services.receive import receive
from controller.settings import BrokerSettings as Wanted
from devices.broker import BrokerError, BrokerSettings, MqttSession
from devices.contract.messages import MAX_MESSAGE_BYTES, Ack
from devices.contract.seal import seal
from devices.contract.topics import agent_topic, controller_subscriptions, read_topic

log = logging.getLogger("gatecast.mqtt")

BATCH = 20  # as many as are in flight at once: an alert stored meanwhile waits for no more than these
RETRY_SECONDS = 1.0
ACK_VALID = timedelta(days=1)  # agents do not judge it: what was stored once stays so
ACKS_KEPT = 10_000  # agents; beyond, the oldest is dropped and its agent asks again
Again = Callable[[Deps], None]


def session_settings(wanted: Wanted) -> BrokerSettings:
    """The controller's settings in the session's terms; its client id is its user name, as each client's is."""
    authority = str(wanted.ca_file) if wanted.ca_file else ssl.get_default_verify_paths().cafile
    return BrokerSettings(
        host=wanted.host,
        port=wanted.port,
        username=wanted.username,
        password=wanted.password.get_secret_value(),
        client_id=wanted.username,
        tls_ca=authority if wanted.tls else None,
    )


class ControllerMqtt:
    """One session with the broker, for as long as `run` runs.

    `again` are deeds that put into the outbox what a broker should keep: done at each connection, because a broker may
    have come back with nothing (decision 0015).
    """

    def __init__(self, deps: Deps, bell: Bell, settings: BrokerSettings, again: Sequence[Again]) -> None:
        """Connects only in `run`."""
        self._deps, self._bell, self._again = deps, bell, tuple(again)
        self._session = MqttSession(
            settings, subscriptions=controller_subscriptions(), on_message=self._arrived, on_state=self._changed
        )
        self._work = asyncio.Event()  # the outbox may hold something
        self._acks_due = asyncio.Event()
        self._acks: dict[str, dict[str, int]] = {}  # topic -> boot -> highest
        self._fresh = False  # connected, and nothing re-sent yet

    @property
    def connected(self) -> bool:
        """Whether the broker can be used at this moment."""
        return self._session.connected

    async def run(self) -> None:
        """Until cancelled."""
        loop = asyncio.get_running_loop()

        def rung() -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended, nobody publishes any more
                loop.call_soon_threadsafe(self._work.set)

        self._bell.listen(rung)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._session.run())
                group.create_task(self._publish())
                group.create_task(self._acknowledge())
        finally:
            self._bell.leave(rung)

    def _changed(self, connected: bool) -> None:
        self._fresh = connected
        if connected:
            self._work.set()
            self._acks_due.set()

    # Out ------------------------------------------------------------------------------------------

    async def _publish(self) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            try:
                if self.connected:
                    await self._send_all()
            except BrokerError as exc:
                log.debug("the outbox waits: %s", exc)  # the session says once that the broker went away
            except (OSError, SQLAlchemyError) as exc:
                log.error("the outbox cannot be read, trying again: %s", str(exc).partition("\n")[0])
                await self._later()
            except Exception:
                log.exception(
                    "the outbox was not sent, trying again"
                )  # whatever a deed raises must not end the publisher
                await self._later()

    async def _later(self) -> None:
        await asyncio.sleep(RETRY_SECONDS)
        self._work.set()

    async def _send_all(self) -> None:
        if self._fresh:
            for deed in self._again:
                await asyncio.to_thread(deed, self._deps)
            self._fresh = False
        while batch := await asyncio.to_thread(outbox.pending, self._deps, BATCH):
            await self._send(batch)

    async def _send(self, batch: list[Waiting]) -> None:
        """All at once and in order; those the broker took are marked, and the first failure is raised after that."""
        outcomes = await asyncio.gather(*(self._send_one(each) for each in batch), return_exceptions=True)
        sent = [each.id for each, outcome in zip(batch, outcomes, strict=True) if outcome is None]
        if sent:
            await asyncio.to_thread(outbox.mark_sent, self._deps, sent)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome

    async def _send_one(self, waiting: Waiting) -> None:
        if len(waiting.payload) > 2 * MAX_MESSAGE_BYTES:  # a broker would end the connection over it, for ever
            log.error("%s: %d bytes are more than the wire takes, left out", waiting.topic, len(waiting.payload))
            return
        await self._session.publish(waiting.topic, waiting.payload, qos=waiting.qos, retain=waiting.retain)

    # In -------------------------------------------------------------------------------------------

    async def _arrived(self, topic: str, payload: bytes) -> None:
        """The session hands over one message at a time, from a bounded queue."""
        ack = await asyncio.to_thread(receive, self._deps, topic, payload)
        speaker = read_topic(topic)
        if ack is None or speaker is None:
            return
        due = self._acks.setdefault(agent_topic(speaker.gate, speaker.name, "ack"), {})
        for boot, highest in ack.stored.items():
            due[boot] = max(highest, due.get(boot, 0))
        if len(self._acks) > ACKS_KEPT:
            self._acks.pop(next(iter(self._acks)))
        self._acks_due.set()

    async def _acknowledge(self) -> None:
        """Tell agents what is stored. One that does not hear it sends its records again, and they are stored once."""
        while True:
            await self._acks_due.wait()
            self._acks_due.clear()
            if not self.connected:
                continue
            while self._acks:
                topic = next(iter(self._acks))
                stored = self._acks.pop(topic)
                try:
                    await self._session.publish(topic, self._sealed(topic, Ack(stored=stored)))
                except BrokerError:
                    break

    def _sealed(self, topic: str, ack: Ack) -> bytes:
        """An agent forgets only what we have said ourselves: whoever owns the broker cannot say it (decision 0046)."""
        place, now = read_topic(topic), self._deps.now()
        subject = f"{place.gate}/{place.name}" if place else ""
        return seal(
            self._deps.secret, kind="ack", subject=subject, revision=1, not_before=now - ACK_VALID,
            not_after=now + ACK_VALID, body=ack.to_bytes(),
        )  # fmt: skip
