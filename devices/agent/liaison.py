"""The agent's dealings with its controller: meets it once, stays connected to its broker, and finds the broker when it moves."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version

from devices.agent.config import AgentConfig
from devices.agent.enrolment import BrokerAccount, Enrolment, enrol, find_broker, load_enrolment
from devices.agent.http import Controller, HttpError
from devices.agent.threads import in_thread
from devices.broker import BrokerError, BrokerSettings, MqttSession, Will
from devices.contract.messages import Online
from devices.contract.topics import agent_subscriptions, agent_topic
from devices.ports import Clock

log = logging.getLogger(__name__)
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
TRIES = 3  # failed connects after which the controller is asked where the broker is


class Liaison:
    """Nothing else in the agent waits for any of this."""

    def __init__(
        self, config: AgentConfig, boot: str, clock: Clock, keys: dict[str, bytes],
        take: Callable[[str, bytes], Awaitable[None]], connected: Callable[[], None], reached: Callable[[bool], None],
    ) -> None:  # fmt: skip
        """`keys` is filled with the pinned keys as soon as there are any; `connected()` is told of each connection
        after its birth, `reached(yes)` at once, and of each loss; first of all it is told False.
        """
        self._config, self._boot, self._clock, self._keys = config, boot, clock, keys
        self._take, self._on_connected, self._reached = take, connected, reached
        self._path = config.state / "enrolment.json"
        self._enrolment: Enrolment | None = None
        self._session: MqttSession | None = None
        found = load_enrolment(self._path)
        if found is not None:
            self._pin(found)

    def _pin(self, enrolment: Enrolment) -> None:
        self._enrolment = enrolment
        self._keys.update(enrolment.pinned())

    @property
    def connected(self) -> bool:
        """Whether the broker hears us."""
        return self._session is not None and self._session.connected

    def controller(self) -> Controller | None:
        """The controller's HTTP side; None while we are not enrolled."""
        return Controller(self._config.controller.url, self._enrolment.token) if self._enrolment else None

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Send at QoS 1; BrokerError while offline."""
        if self._session is None:
            raise BrokerError("the agent is not enrolled yet")
        await self._session.publish(topic, payload, retain=retain)

    async def run(self) -> None:
        """Enrol if need be, then stay connected; at the end say goodbye."""
        enrolment = self._enrolment or await self._enrol()
        session = self._session = self._new_session(enrolment)
        self._reached(False)
        running = asyncio.create_task(session.run())
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._announce(session))
                group.create_task(self._follow_broker(session, enrolment))
        finally:
            with suppress(BrokerError, TimeoutError):
                async with asyncio.timeout(0.5):
                    await session.publish(self._online_topic, self._online(False), retain=True)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async def _enrol(self) -> Enrolment:
        config, wait, said = self._config, FIRST_WAIT, ""
        controller = Controller(config.controller.url)
        while True:
            try:
                enrolment = await in_thread(
                    lambda: enrol(
                        controller, code=config.controller.code, gate=config.gate, agent=config.agent, path=self._path
                    ),
                    (HttpError, OSError),
                )
            except (HttpError, OSError) as exc:
                if str(exc) != said:
                    said = str(exc)
                    log.warning("not enrolled yet", extra={"controller": config.controller.url, "reason": said})
                await asyncio.sleep(wait)
                wait = min(2 * wait, LONGEST_WAIT)
                continue
            self._pin(enrolment)
            log.info("enrolled", extra={"controller": config.controller.url, "keys": sorted(self._keys)})
            return enrolment

    def _new_session(self, enrolment: Enrolment) -> MqttSession:
        config = self._config
        self._connected_now = asyncio.Event()
        return MqttSession(
            self._settings(enrolment.broker),
            subscriptions=agent_subscriptions(config.gate, config.agent, tuple(one.id for one in config.devices)),
            on_message=self._take,
            on_state=self._state,
            will=Will(self._online_topic, self._online(False)),
        )

    def _state(self, connected: bool) -> None:
        self._reached(connected)
        if connected:
            self._connected_now.set()

    def _settings(self, account: BrokerAccount) -> BrokerSettings:
        return BrokerSettings(
            host=account.host, port=account.port, username=account.username, password=account.password,
            client_id=f"gatecast-{self._config.gate}-{self._config.agent}", tls_ca=account.tls_ca,
        )  # fmt: skip

    @property
    def _online_topic(self) -> str:
        return agent_topic(self._config.gate, self._config.agent, "online")

    def _online(self, online: bool) -> bytes:
        at = self._clock.now() if online else None
        return Online(online=online, boot=self._boot, at=at, version=_version()).to_bytes()

    async def _announce(self, session: MqttSession) -> None:
        """A birth at each connection, before anything else is said."""
        while True:
            await self._connected_now.wait()
            self._connected_now.clear()
            with suppress(BrokerError):
                await session.publish(self._online_topic, self._online(True), retain=True)
                self._on_connected()

    async def _follow_broker(self, session: MqttSession, enrolment: Enrolment) -> None:
        """After every few failed connects ask the controller where its broker is."""
        asked = 0
        while True:
            await asyncio.sleep(FIRST_WAIT)
            if session.failures < asked + TRIES:
                asked = min(asked, session.failures)
                continue
            asked = session.failures
            known, controller = enrolment, Controller(self._config.controller.url, enrolment.token)
            try:
                enrolment = await in_thread(lambda: find_broker(controller, known, self._path), (HttpError, OSError))  # noqa: B023
            except (HttpError, OSError):
                continue
            if enrolment.broker != known.broker:
                log.info("the broker has moved", extra={"host": enrolment.broker.host, "port": enrolment.broker.port})
                self._enrolment = enrolment
                session.change_settings(self._settings(enrolment.broker))


def _version() -> str:
    try:
        return version("gatecast")
    except PackageNotFoundError:
        return ""
