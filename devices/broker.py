"""MqttSession: paho on an asyncio loop, the one MQTT wrapper of both halves. It needs MQTT 3.1.1, QoS 1, retain and will.

paho's own thread is never started: it dies of an exception in a callback while `is_connected()` stays true, and select()
ends at 340 clients a process. Every connection gets a fresh client, so nothing of an earlier one waits in memory.
"""

from __future__ import annotations

import asyncio
import logging
import random
import socket
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

CONNECT_SECONDS = 5.0
READY_SECONDS = 10.0  # from the socket to the last SUBACK
PUBACK_SECONDS = 5.0
INFLIGHT = 20  # brokers keep this many by default; more only waits elsewhere
INBOX_MESSAGES, INBOX_BYTES = 2_000, 32_000_000
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0

log = logging.getLogger(__name__)


class BrokerError(Exception):
    """The broker is away, refuses us, or did not confirm; the text says which, in one sentence."""


@dataclass(frozen=True, slots=True)
class BrokerSettings:
    """Where the broker is and who we are there. `tls_ca` is the path of the authority's certificate; None: no TLS."""

    host: str
    port: int
    username: str | None
    password: str | None
    client_id: str
    keepalive: int = 15
    tls_ca: str | None = None


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker says, retained, when we are gone without a word."""

    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class _Arrived:
    topic: str
    payload: bytes
    done: Callable[[], None]


class _NoTls:
    """What paho names of `ssl` at every read, where an agent does without OpenSSL; nothing raises these."""

    class SSLWantReadError(OSError):
        """Of TLS."""

    class SSLWantWriteError(OSError):
        """Of TLS."""


def _complete_paho() -> None:
    """paho 2.2 takes a missing `ssl` for granted when it is imported, and stumbles over it at the first empty read."""
    if mqtt.__dict__.get("ssl") is None:
        mqtt.__dict__["ssl"] = _NoTls


class _Connection:
    """The life of one socket."""

    def __init__(
        self,
        settings: BrokerSettings,
        subscriptions: tuple[str, ...],
        will: Will | None,
        arrived: Callable[[_Arrived, bool], bool],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._settings, self._subscriptions, self._arrived = settings, subscriptions, arrived
        self._ready: asyncio.Future[None] = self._loop.create_future()
        self.lost: asyncio.Future[str] = self._loop.create_future()
        self._waiting: dict[int, asyncio.Future[None]] = {}
        self._slots = asyncio.Semaphore(INFLIGHT)
        self._sock: socket.socket | None = None
        self._client = self._new_client(will)

    def _new_client(self, will: Will | None) -> mqtt.Client:
        _complete_paho()
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=self._settings.client_id, clean_session=False,
            protocol=mqtt.MQTTv311, reconnect_on_failure=False, manual_ack=True,
        )  # fmt: skip
        client.connect_timeout = CONNECT_SECONDS
        client.max_inflight_messages_set(INFLIGHT)
        if self._settings.username is not None:
            client.username_pw_set(self._settings.username, self._settings.password)
        if self._settings.tls_ca is not None:
            import ssl  # only here: OpenSSL is a tenth of an agent's memory

            client.tls_set_context(ssl.create_default_context(cafile=self._settings.tls_ca))
        if will is not None:
            client.will_set(will.topic, will.payload, qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_publish = self._on_publish
        client.on_message = self._on_message
        client.on_disconnect = self._on_disconnect
        client.on_socket_open = _no_delay
        return client

    async def open(self) -> None:
        """Connect and subscribe; BrokerError if either fails."""
        try:
            await _connect(self._client, self._settings)
            self._adopt()
            async with asyncio.timeout(READY_SECONDS):
                await self._ready
        except TimeoutError as exc:
            raise BrokerError("the broker does not answer") from exc
        except (OSError, ValueError) as exc:
            raise BrokerError(f"no broker at {self._settings.host}:{self._settings.port}: {exc}") from exc

    def _adopt(self) -> None:
        """Watch the socket on the loop from here on."""
        sock: Any = self._client.socket()
        if sock is None:
            raise BrokerError("the broker closed the connection at once")
        self._sock = sock
        self._client.on_socket_register_write = self._want_write
        self._client.on_socket_unregister_write = self._no_write
        self._client.on_socket_close = self._on_socket_close
        self._loop.add_reader(sock, self._read)
        if self._client.want_write():
            self._loop.add_writer(sock, self._write)
        self._look_after()

    def _want_write(self, _c: Any, _u: Any, sock: Any) -> None:
        self._loop.add_writer(sock, self._write)

    def _no_write(self, _c: Any, _u: Any, sock: Any) -> None:
        self._loop.remove_writer(sock)

    def _on_socket_close(self, _c: Any, _u: Any, _sock: Any) -> None:
        self._forget_socket()

    def _look_after(self) -> None:
        """Keep-alive, a few times within its period."""
        if not self.lost.done() and self._sock is not None:
            self._guarded(self._client.loop_misc)
            self._loop.call_later(max(self._settings.keepalive / 4, 0.25), self._look_after)

    def _read(self) -> None:
        self._guarded(self._client.loop_read)
        # TLS may hold whole packets that no longer make the socket readable.
        while (held := getattr(self._sock, "pending", None)) and held():
            self._guarded(self._client.loop_read)

    def _write(self) -> None:
        self._guarded(self._client.loop_write)

    def _guarded(self, act: Callable[[], Any]) -> None:
        """Bytes that paho cannot read end the connection, never the loop."""
        try:
            act()
        except Exception:
            log.warning("the broker sent what cannot be read", exc_info=True)
            self.drop("the broker sent what cannot be read")

    def _on_connect(self, _c: Any, _u: Any, _f: Any, reason: Any, _p: Any) -> None:
        if reason.is_failure:
            self._fail(f"the broker refused us: {str(reason).lower()}")
        elif self._subscriptions:
            self._client.subscribe([(topic, 1) for topic in self._subscriptions])
        elif not self._ready.done():
            self._ready.set_result(None)

    def _on_subscribe(self, _c: Any, _u: Any, _mid: int, codes: Any, _p: Any) -> None:
        # Some brokers answer CONNECT with yes and a subscription with 0x80: deaf without this look.
        refused = [topic for topic, code in zip(self._subscriptions, codes, strict=False) if code.is_failure]
        if refused:
            self._fail(f"the broker refused the subscription to {', '.join(refused)}")
        elif not self._ready.done():
            self._ready.set_result(None)

    def _on_publish(self, _c: Any, _u: Any, mid: int, _r: Any, _p: Any) -> None:
        waiting = self._waiting.get(mid)
        if waiting is not None and not waiting.done():
            waiting.set_result(None)

    def _on_message(self, _c: Any, _u: Any, message: mqtt.MQTTMessage) -> None:
        mid, qos = message.mid, message.qos
        try:
            topic = message.topic
        except UnicodeDecodeError:
            self._acknowledge(mid, qos)
            return
        taken = self._arrived(_Arrived(topic, bytes(message.payload), lambda: self._acknowledge(mid, qos)), qos > 0)
        if not taken:
            # Not acknowledged, so the broker keeps it and sends it again on the next connection.
            self._loop.call_soon(self.drop, "more messages came than could be handled")

    def _on_disconnect(self, _c: Any, _u: Any, _f: Any, reason: Any, _p: Any) -> None:
        self._fail(f"the connection to the broker ended: {str(reason).lower()}")

    def _acknowledge(self, mid: int, qos: int) -> None:
        if qos and not self.lost.done():
            self._guarded(lambda: self._client.ack(mid, qos))

    async def publish(self, topic: str, payload: bytes, qos: int, retain: bool) -> None:
        """QoS 1 returns after PUBACK, QoS 0 when the socket has taken it."""
        async with self._slots:
            if self.lost.done():
                raise BrokerError("the broker went away")
            info = self._client.publish(topic, payload, qos=qos, retain=retain)
            if info.rc != mqtt.MQTT_ERR_SUCCESS:
                raise BrokerError(f"the message could not be sent: {mqtt.error_string(info.rc).lower()}")
            done = self._waiting[info.mid] = self._loop.create_future()
            try:
                async with asyncio.timeout(PUBACK_SECONDS):
                    await done
            except TimeoutError as exc:
                self.drop("the broker did not confirm a message in time")
                raise BrokerError("the broker did not confirm the message in time") from exc
            finally:
                del self._waiting[info.mid]

    def _fail(self, reason: str) -> None:
        if not self._ready.done():
            self._ready.set_exception(BrokerError(reason))
            self._ready.exception()  # seen: nobody may be waiting any more
        if not self.lost.done():
            self.lost.set_result(reason)
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(BrokerError(reason))

    def drop(self, reason: str) -> None:
        """End the connection without a word; the will speaks."""
        self._fail(reason)
        sock = self._sock
        self._forget_socket()
        if sock is not None:
            sock.close()

    def leave(self) -> None:
        """End the connection politely; the will stays silent."""
        if not self.lost.done():
            self._guarded(self._client.disconnect)
            self._guarded(self._client.loop_write)
        self.drop("we left")

    def _forget_socket(self) -> None:
        if self._sock is not None and self._sock.fileno() >= 0:
            self._loop.remove_reader(self._sock)
            self._loop.remove_writer(self._sock)
        self._sock = None


class MqttSession:
    """One lasting session with a broker. All of it runs on one loop; call nothing from another thread."""

    def __init__(
        self,
        settings: BrokerSettings,
        *,
        subscriptions: tuple[str, ...],
        on_message: Callable[[str, bytes], Awaitable[None]],
        on_state: Callable[[bool], None] | None = None,
        will: Will | None = None,
    ) -> None:
        """`on_message` gets one message at a time; a QoS 1 message is acknowledged when it returns."""
        self._settings, self._subscriptions, self._will = settings, subscriptions, will
        self._on_message, self._on_state = on_message, on_state
        self._line: _Connection | None = None
        self._inbox: asyncio.Queue[_Arrived] = asyncio.Queue()
        self._inbox_bytes = 0
        self._hurry = asyncio.Event()
        self._failures = 0
        self._said = ""

    @property
    def connected(self) -> bool:
        """True from the last SUBACK to the loss of the socket."""
        return self._line is not None and not self._line.lost.done()

    @property
    def failures(self) -> int:
        """Attempts in a row that did not connect."""
        return self._failures

    def change_settings(self, settings: BrokerSettings) -> None:
        """Take a new address or password at the next connect; while waiting for one, connect now."""
        self._settings = settings
        self._hurry.set()

    async def run(self) -> None:
        """Stay connected for ever; ends only by cancellation, with a polite disconnect."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._handle())
            while True:
                await self._one_connection()
                await self._wait()

    async def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None:
        """Send; QoS 1 returns after PUBACK. BrokerError at once while offline, and after 5 s without PUBACK."""
        if self._line is None:
            raise BrokerError("no broker is connected")
        await self._line.publish(topic, payload, qos, retain)

    async def _one_connection(self) -> None:
        try:
            line = _Connection(self._settings, self._subscriptions, self._will, self._take)
        except (OSError, ValueError) as exc:  # the certificate file
            self._failed(f"the broker's settings cannot be used: {exc}")
            return
        try:
            await line.open()
            self._enter(line)
            self._say(logging.WARNING, await asyncio.shield(line.lost))
        except BrokerError as exc:
            self._failed(str(exc))
        finally:
            line.leave()
            self._exit()

    def _enter(self, line: _Connection) -> None:
        self._line, self._failures = line, 0
        self._say(logging.INFO, f"connected to the broker at {self._settings.host}:{self._settings.port}")
        self._tell(True)

    def _exit(self) -> None:
        if self._line is not None:
            self._line = None
            self._tell(False)

    def _failed(self, reason: str) -> None:
        self._failures += 1
        self._say(logging.ERROR, reason)

    def _say(self, level: int, text: str) -> None:
        """One line for each change, not one for each attempt."""
        if text != self._said:
            self._said = text
            log.log(level, text)

    def _tell(self, connected: bool) -> None:
        if self._on_state is None:
            return
        try:
            self._on_state(connected)
        except Exception:
            log.exception("the change of the broker's state was not taken")

    async def _wait(self) -> None:
        """Back off 1 to 30 s, doubling, with jitter, so that a thousand agents do not come back in one instant."""
        longest = min(FIRST_WAIT * 2 ** min(self._failures, 10), LONGEST_WAIT)
        self._hurry.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(max(FIRST_WAIT, random.uniform(0.5, 1.0) * longest)):
                await self._hurry.wait()

    def _take(self, message: _Arrived, sure: bool) -> bool:
        """Queue a message; past the bound an unsure one (QoS 0) is dropped, for a sure one the answer is False."""
        if self._inbox.qsize() >= INBOX_MESSAGES or self._inbox_bytes + len(message.payload) > INBOX_BYTES:
            return not sure
        self._inbox_bytes += len(message.payload)
        self._inbox.put_nowait(message)
        return True

    async def _handle(self) -> None:
        while True:
            message = await self._inbox.get()
            self._inbox_bytes -= len(message.payload)
            await self._handle_one(message)
            message.done()

    async def _handle_one(self, message: _Arrived) -> None:
        # A message that cannot be handled is acknowledged too: sent again it would stand before all others for ever.
        try:
            await self._on_message(message.topic, message.payload)
        except Exception:
            log.exception("a message on %s was not handled", message.topic)


def _no_delay(_client: Any, _userdata: Any, sock: Any) -> None:
    """Without this a command and its reply take 83 ms instead of 1."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


async def _connect(client: mqtt.Client, settings: BrokerSettings) -> None:
    """Connect in a daemon thread: neither the loop nor the end of the program waits for a host that says nothing."""
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[None] = loop.create_future()

    def settle(error: Exception | None) -> None:
        sock: Any = client.socket()
        if not outcome.done():
            outcome.set_exception(error) if error else outcome.set_result(None)
        elif sock is not None:  # nobody waits any more
            sock.close()

    def work() -> None:
        error: Exception | None = None
        try:
            client.connect(settings.host, settings.port, settings.keepalive)
        except (OSError, ValueError) as exc:
            error = exc
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(settle, error)

    threading.Thread(target=work, name="broker-connect", daemon=True).start()
    async with asyncio.timeout(2 * CONNECT_SECONDS):
        await outcome
