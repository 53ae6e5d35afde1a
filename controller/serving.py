"""One process that serves: the page and the API, MQTT, and the embedded broker as its child."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr

from controller.app import create_app
from controller.broker.door import Door
from controller.broker.server import BrokerServer
from controller.broker.users import CONTROLLER
from controller.errors import UnfitError
from controller.settings import BrokerSettings, Settings

PATIENCE = 2  # seconds that open pages get to finish


class ServeError(Exception):
    """The page's port cannot be had; the text says why in one sentence."""


class _Server(uvicorn.Server):
    """Leaves signals to us: uvicorn would raise them again after its own end, before ours."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing is captured."""
        yield


def serve(settings: Settings) -> None:
    """Until SIGINT, SIGTERM or SIGHUP; UnfitError, BrokerError or ServeError if it cannot begin."""
    with _door(settings.host, settings.port) as listening:
        asyncio.run(_serve(settings, listening))


def _door(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), backlog=1024)
    except OSError as exc:
        words = os.strerror(exc.errno or 0)
        raise ServeError(f"the page cannot have port {port} of {host}: {words}; set GATECAST_PORT") from exc


async def _serve(settings: Settings, listening: socket.socket) -> None:
    embedded = settings.broker is None
    wanted = settings.broker or BrokerSettings(port=_remembered_port(settings.data), username=CONTROLLER)
    door = Door(settings.data / "broker" / "passwords.json", wanted.host, wanted.port)
    if embedded or not wanted.password.get_secret_value():
        wanted = wanted.model_copy(update={"password": SecretStr(door.own_password())})
    app = create_app(settings.model_copy(update={"broker": wanted}), door=door)
    if not embedded:
        await _run(app, listening)
        return
    broker = BrokerServer(settings.data / "broker", wanted.port)
    await broker.start(await asyncio.to_thread(door.users, app.state.deps))
    door.changed = _Reload(broker, door, app, asyncio.get_running_loop())
    try:
        await _run(app, listening)
    finally:
        await broker.stop()


class _Reload:
    """Let the broker read its users again, from whatever thread enrols an agent."""

    def __init__(self, broker: BrokerServer, door: Door, app: FastAPI, loop: asyncio.AbstractEventLoop) -> None:
        """`loop` is the one the broker was started on."""
        self._broker, self._door, self._app, self._loop = broker, door, app, loop

    def __call__(self) -> None:
        """Returns when the broker has been told."""
        users = self._door.users(self._app.state.deps)
        asyncio.run_coroutine_threadsafe(self._broker.reload(users), self._loop).result(timeout=10)


async def _run(app: FastAPI, listening: socket.socket) -> None:
    config = uvicorn.Config(
        app, log_config=None, log_level="warning", access_log=False, server_header=False,
        timeout_graceful_shutdown=PATIENCE, ws="none",
    )  # fmt: skip
    server = _Server(config)

    def leave() -> None:
        server.force_exit = server.should_exit  # a second time: without waiting for open pages
        server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, leave)
    await server.serve(sockets=[listening])


def _remembered_port(data: Path) -> int:
    """The embedded broker's port: free when first asked for, and the same from then on unless somebody took it."""
    place = data / "broker" / "port"
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        known = place.read_text().strip() if place.exists() else ""
        port = (known.isdecimal() and _free(int(known))) or _free(0)
        place.write_text(f"{port}\n")
    except OSError as exc:
        raise UnfitError("data.unfit", f"the data folder {data} cannot be used: {exc.strerror}") from exc
    return port


def _free(port: int) -> int:
    """The port, or a free one for 0; 0 if somebody has it."""
    with contextlib.suppress(OSError), socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        return int(probe.getsockname()[1])
    return 0
