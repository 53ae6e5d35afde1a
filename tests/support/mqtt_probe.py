"""A plain MQTT client for tests: it shares no code with the session under test."""

from __future__ import annotations

import queue
import time
from types import TracebackType
from typing import Any

import paho.mqtt.client as mqtt


class Probe:
    """Connects, subscribes, publishes and remembers; every wait has an end."""

    def __init__(
        self, port: int, username: str | None, password: str | None, client_id: str, *, clean: bool = True
    ) -> None:
        """Connects at once; `accepted` says how that went."""
        self._got: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self._granted: queue.Queue[list[bool]] = queue.Queue()
        self._connected: queue.Queue[bool] = queue.Queue()
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=clean)
        self._client.reconnect_on_failure = False
        self._client._reconnect_on_failure = False
        if username is not None:
            self._client.username_pw_set(username, password)
        self._client.on_connect = lambda _c, _u, _f, reason, _p: self._connected.put(not reason.is_failure)
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self.accepted = self._connected.get(timeout=10)

    def _on_subscribe(self, _c: Any, _u: Any, _mid: int, codes: Any, _p: Any) -> None:
        self._granted.put([not code.is_failure for code in codes])

    def _on_message(self, _c: Any, _u: Any, message: mqtt.MQTTMessage) -> None:
        self._got.put((message.topic, bytes(message.payload)))

    def subscribe(self, topic: str) -> bool:
        """Whether the broker said yes; some say yes and deliver nothing."""
        self._client.subscribe(topic, 1)
        return self._granted.get(timeout=10)[0]

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None:
        """Returns after PUBACK, which 3.1.1 brokers also send for what they refuse."""
        self._client.publish(topic, payload, qos, retain).wait_for_publish(10)

    def get(self, timeout: float = 10) -> tuple[str, bytes]:
        """The next message; queue.Empty after `timeout`."""
        return self._got.get(timeout=timeout)

    def all_within(self, seconds: float) -> list[tuple[str, bytes]]:
        """Everything that comes in this time."""
        ends = time.monotonic() + seconds
        found = []
        while (left := ends - time.monotonic()) > 0:
            try:
                found.append(self._got.get(timeout=left))
            except queue.Empty:
                break
        return found

    def close(self) -> None:
        """Leave politely."""
        self._client.disconnect()
        self._client.loop_stop()

    def __enter__(self) -> Probe:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
