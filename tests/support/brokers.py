"""Real brokers for tests, as child processes on a free port of 127.0.0.1."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from controller.broker.mosquitto_config import write_mosquitto_files
from controller.broker.server import BrokerServer, end
from controller.broker.users import BrokerUser
from controller.tether import tethered

MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


def free_port() -> int:
    """A port nobody has at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RealBroker(Protocol):
    """What the tests ask of either broker."""

    port: int

    async def start(self, users: Iterable[BrokerUser]) -> None:
        """Begin and take connections."""

    async def reload(self, users: Iterable[BrokerUser]) -> None:
        """Exactly these users from now on."""

    async def kill_and_restart(self) -> None:
        """kill -9, then back with what was on disk."""

    async def stop(self) -> None:
        """End."""


class Nats(BrokerServer):
    """The embedded broker, which restarts by itself."""

    async def kill_and_restart(self) -> None:
        """Its own watch brings it back."""
        old = self.pid
        assert old
        os.kill(old, signal.SIGKILL)
        while self.pid in (None, old):
            await asyncio.sleep(0.02)
        await listening(self.port)


class Mosquitto:
    """Debian's mosquitto with the files we generate."""

    def __init__(self, folder: Path, port: int) -> None:
        """All it keeps lies in `folder`."""
        self.port = port
        self._folder = folder
        self._child: asyncio.subprocess.Process | None = None

    async def start(self, users: Iterable[BrokerUser]) -> None:
        """Begin and take connections."""
        write_mosquitto_files(self._folder, users, port=self.port)
        await self._spawn()

    async def _spawn(self) -> None:
        assert MOSQUITTO
        command = tethered([MOSQUITTO, "-c", str(self._folder / "mosquitto.conf")], signal.SIGKILL)
        with (self._folder / "mosquitto.log").open("ab") as out:
            self._child = await asyncio.create_subprocess_exec(*command, stdout=out, stderr=out)
        await listening(self.port)

    async def reload(self, users: Iterable[BrokerUser]) -> None:
        """Exactly these users from now on."""
        write_mosquitto_files(self._folder, users, port=self.port)
        assert self._child
        self._child.send_signal(signal.SIGHUP)

    async def kill_and_restart(self) -> None:
        """kill -9 after its save interval of a second, then back."""
        assert self._child
        await asyncio.sleep(2.5)
        await end(self._child, 0)
        await self._spawn()

    async def stop(self) -> None:
        """End."""
        if self._child:
            await end(self._child, 2)


async def listening(port: int) -> None:
    """Wait until something takes connections there, at most 10 s."""
    async with asyncio.timeout(10):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                await writer.wait_closed()
                return
