"""Brokers for the session's tests: the embedded one as a real process, and a fake that answers as little as a test wants."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

BINARY = Path(sys.executable).parent / "nats-server"
TLS = Path(__file__).parent / "tls"

_CONF = """
server_name: gate
listen: 127.0.0.1:{server}
max_payload: 8MB
jetstream {{ store_dir: "{folder}", sync_interval: always }}
accounts {{ gatecast {{ jetstream: enabled, users: [
  {{ user: "all", password: "secret" }}
  {{ user: "some", password: "secret", permissions: {{ publish: [">"], subscribe: ["allowed.>", "$MQTT.sub.>"] }} }}
] }} }}
mqtt {{
  listen: 127.0.0.1:{port}
  ack_wait: "1s"
  {tls}
}}
"""


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


class NatsBroker:
    """The embedded broker in a folder of its own; users "all" and "some" (may only subscribe below allowed/), password "secret"."""

    def __init__(self, folder: Path, tls: bool = False) -> None:
        self.port = free_port()
        self._conf = folder / "broker.conf"
        secure = f'tls {{ cert_file: "{TLS}/broker.pem", key_file: "{TLS}/broker-key.pem" }}' if tls else ""
        self._conf.write_text(_CONF.format(server=free_port(), port=self.port, folder=folder / "jetstream", tls=secure))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [BINARY, "-c", self._conf], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _ in range(500):
            with socket.socket() as sock:
                if sock.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        self.kill()
        raise RuntimeError("the embedded broker did not start")

    def kill(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None


@dataclass
class SilentBroker:
    """Takes connections, answers CONNECT and SUBSCRIBE, and nothing else; `on_publish` may answer a PUBLISH with bytes."""

    connack: bytes = b"\x20\x02\x00\x00"
    on_publish: Callable[[bytes], bytes] = lambda _packet: b""
    after_suback: bytes = b""
    port: int = 0
    connections: int = 0
    _server: asyncio.Server | None = field(default=None, repr=False)

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = (await reader.readexactly(1))[0]
                body = await reader.readexactly(await _length(reader))
                writer.write(self._answer(head, body))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(self, head: int, body: bytes) -> bytes:
        if head >> 4 == 1:
            return self.connack
        if head >> 4 == 8:
            codes = body[2:].count(b"\x01")  # one QoS byte behind each topic
            return bytes([0x90, 2 + codes]) + body[:2] + b"\x01" * codes + self.after_suback
        if head >> 4 == 3:
            return self.on_publish(body)
        return b""


async def _length(reader: asyncio.StreamReader) -> int:
    value, shift = 0, 0
    while True:
        byte = (await reader.readexactly(1))[0]
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return value
        shift += 7
