"""A TCP connection to a device or to a serial server."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

from devices.errors import LinkError, LinkLostError

CHUNK = 4096
MOST_CHUNKS = 64
CONNECT_SECONDS = 5.0  # a serial server on the same site answers in milliseconds
SEND_SECONDS = 30.0  # a server at 9600 baud behind a full window empties 28 KB in that time


class TcpLink:
    """One connection."""

    def __init__(self, host: str, port: int) -> None:
        """Connect; LinkError if nobody answers."""
        self._name = f"tcp:{host}:{port}"
        with self._failures(LinkError):
            self._socket = socket.create_connection((host, port), timeout=CONNECT_SECONDS)
        with self._failures(LinkError):
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    def send(self, data: bytes) -> None:
        """Hand all to the network."""
        with self._failures(LinkLostError):
            self._socket.settimeout(SEND_SECONDS)
            self._socket.sendall(data)

    def receive(self, timeout: float) -> bytes:
        """What has arrived, waiting at most `timeout` seconds for the first byte."""
        with self._failures(LinkLostError):
            self._socket.settimeout(max(timeout, 0.0))
            try:
                data = self._socket.recv(CHUNK)
            except (TimeoutError, BlockingIOError):
                return b""
        if not data:
            raise LinkLostError(self._name, "the other end hung up")
        return data

    def discard(self) -> None:
        """Drop what has arrived and was not read, but do not run after a peer that never stops."""
        for _ in range(MOST_CHUNKS):
            if not self.receive(0):
                return

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    @contextlib.contextmanager
    def _failures(self, error: type[LinkError]) -> Iterator[None]:
        try:
            yield
        except OSError as exc:
            raise error(self._name, str(exc)) from exc
