"""The agent of one gate: `build_agent` puts it together, `Agent.run` lives until it is cancelled."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from devices.agent.acceptance import read_alert, read_plan
from devices.agent.alerts import AlertBook
from devices.agent.build import LinkFactory, SoundFactory, build_workers, open_line, open_sound
from devices.agent.clips import Clips
from devices.agent.clock import AgentClock
from devices.agent.config import AgentConfig, ConfigError
from devices.agent.faults import FaultBook
from devices.agent.fetch import Fetcher
from devices.agent.hand import Tools
from devices.agent.inbox import Inbox
from devices.agent.journal import Desk, Journal
from devices.agent.liaison import Liaison
from devices.agent.local import DOOR, Door, LocalCalls
from devices.agent.media import MediaFiles
from devices.agent.orders import Orders, View
from devices.agent.plans import PlanFiles
from devices.agent.store import Store
from devices.agent.talks import sweep_talks
from devices.agent.timekeeping import Timekeeper
from devices.agent.uplink import RecordSender, StatusSender
from devices.agent.watch import WATCH_EVERY, Seen, Watch, disk_usage
from devices.agent.worker import ALERT, CONTENT, STATUS, Arrived, LineWorker, RestartLine, TestPattern
from devices.contract.messages import CommandMessage, CommandVerb, Health, Reply, Status
from devices.contract.topics import agent_topic, status_topic
from schedules.model import ContentRef

log = logging.getLogger(__name__)
STOP_SECONDS = 1.2
TIDY_EVERY = 60.0
CONTENT_PATIENCE = 3.0  # seconds the old plan stays on air while the new one's files come
RESTART_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Kept:
    """What lies on the agent's disk."""

    lock: int
    store: Store
    media: MediaFiles
    clips: Clips


class Agent:
    """All parts of one agent. Built by `build_agent`; `run` once."""

    def __init__(
        self, config: AgentConfig, kept: Kept, clock: AgentClock, open_link: LinkFactory, make_sound: SoundFactory
    ) -> None:
        """Does no I/O on lines or network yet."""
        self._config, self._kept, self._clock = config, kept, clock
        self._devices = tuple(config.device_id(device) for device in config.devices)
        self._faults = {device: FaultBook(device) for device in self._devices}
        self._watch = Watch(config.state, self._faults, disk_usage)
        self._views: dict[str, View] = {}
        self._patience: dict[str, asyncio.TimerHandle] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        keys: dict[str, bytes] = {}
        self.liaison = Liaison(config, kept.store.boot, clock, keys, self._take, self._connected, self.reached)
        self._records = RecordSender(
            kept.store, partial(self.liaison.publish, self._topic("records")), lambda: self.liaison.connected
        )
        self._senders = {device: StatusSender(partial(self._send_status, device)) for device in self._devices}
        self._inbox = Inbox(
            agent=f"{config.gate}/{config.agent}", keys=keys, clock=clock, store=kept.store, media=kept.media,
            files=PlanFiles(
                config.state, self._devices, lambda sealed, device: read_plan(sealed, keys=keys, device=device, now=None),
                lambda sealed: read_alert(sealed, keys=keys, now=None),
            ),
            alerts=AlertBook(lambda sealed: read_alert(sealed, keys=keys, now=self._now_if_trusted())),
            faults=self._faults, changed=self._changed, said=self._said, settled=self._fetch,
            acked=self._records.ack, obey=self._obey, reply=self._reply,
        )  # fmt: skip
        self._time = Timekeeper(clock, keys, f"{config.gate}/{config.agent}", self.liaison.controller)
        clock.doubted = self._ask_time
        self._fetcher = Fetcher(kept.media, kept.clips, self.liaison.controller, self._arrived)
        journal = Journal(kept.store)
        self._local = LocalCalls(config.state / "local.json", clock.now)
        self._talks = config.state / "talks"
        self._workers = build_workers(
            config,
            lambda device: Tools(
                device, Desk(journal), kept.media, kept.clips, clock, self._faults[device], self._beside(device),
                self._talks, self._button,
            ),
            clock, self._report, open_link, make_sound,
        )  # fmt: skip

    def _beside(self, device: str) -> FaultBook | None:
        """The faults of the loudspeaker that a box stands in for."""
        config = next(one for one in self._config.devices if self._config.device_id(one) == device)
        return self._faults[f"{self._config.gate}/{config.stands_in_for}"] if config.stands_in_for else None

    def _topic(self, leaf: str) -> str:
        return agent_topic(self._config.gate, self._config.agent, leaf)

    def _now_if_trusted(self) -> datetime | None:
        return self._clock.now() if self._clock.trusted() else None

    async def run(self) -> None:
        """Work until cancelled; then stop within two seconds."""
        self._loop = asyncio.get_running_loop()
        self._start()
        try:
            async with asyncio.TaskGroup() as group:
                parts = [sender.run for sender in self._senders.values()]
                door = Door(self._config.state / DOOR, self._press)
                for run in (
                    *parts,
                    self.liaison.run,
                    self._fetcher.run,
                    self._records.run,
                    self._time.run,
                    self._tidy,
                    self._watching,
                    door.run,
                ):
                    group.create_task(_for_ever(run))
        finally:
            await asyncio.to_thread(self._stop)

    def _start(self) -> None:
        self._inbox.load()
        if self._kept.store.damaged:
            for faults in self._faults.values():
                faults.put("store.damaged", "the store was damaged and a new one was begun", self._clock.now())
        for device in self._devices:
            self._order(device, CONTENT)
        for worker in self._workers.values():
            worker.start()
        self._fetch()
        log.info(
            "the agent is running",
            extra={"gate": self._config.gate, "boot": self._kept.store.boot, "recovered": self._kept.store.recovered},
        )

    def _stop(self) -> None:
        for worker in self._workers.values():
            worker.ask_to_stop()
        for worker in self._workers.values():
            worker.stop(STOP_SECONDS)
        self._inbox.keep_alerts()
        self._kept.store.close()
        os.close(self._kept.lock)
        log.info("the agent has stopped", extra={"gate": self._config.gate})

    # From the broker.

    async def _take(self, topic: str, payload: bytes) -> None:
        await self._inbox.take(topic, payload)

    def reached(self, connected: bool) -> None:
        """The broker came or went."""
        self._inbox.reached(connected)

    def _connected(self) -> None:
        for sender in self._senders.values():
            sender.change()
        self._fetcher.hurry()
        self._time.hurry()

    def _changed(self, device: str, urgent: bool) -> None:
        """A plan or an alert is in force for a device. A plan may wait a moment for its content, an alert never."""
        if urgent:
            self._order(device, ALERT)
            return
        self._fetch()
        if self._loop is None or not self._lacks(device):
            self._tell(device)
        elif device not in self._patience:
            self._patience[device] = self._loop.call_later(CONTENT_PATIENCE, self._tell, device)

    def _said(self, device: str) -> None:
        """A fault came or went: the status says so, the line has nothing to do."""
        self._senders[device].change()

    def _tell(self, device: str) -> None:
        waiting = self._patience.pop(device, None)
        if waiting is not None:
            waiting.cancel()
        self._order(device, CONTENT)
        self._senders[device].change()

    def _lacks(self, device: str) -> bool:
        return not self._fetcher.missing.isdisjoint(ref.sha256 for ref in self._needed(device))

    def _orders(self, device: str) -> Orders:
        alerts = self._inbox.alerts
        return Orders(
            device, self._inbox.plans.get(device), alerts.for_device(device), alerts.revisions(device), self._local.on,
            self._inbox.figures.figures if self._inbox.figures else {},
        )  # fmt: skip

    # From the gate itself.

    def _button(self, call: str, down: bool) -> None:
        """From a worker's thread."""
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._press, call, down)

    def _press(self, call: str, down: bool) -> bool:
        """Whether a call began or ended; every device that has it is told before anything is written."""
        if not self._local.press(call, down, self._inbox.plans.values()):
            return False
        for device in self._devices:
            self._order(device, ALERT)
        self._local.keep()
        return True

    def _order(self, device: str, rank: int) -> None:
        """Tell the worker of each line that the device is worked over."""
        for worker in self._workers_of(device):
            worker.tell(self._orders(device), rank)

    def _workers_of(self, device: str) -> tuple[LineWorker, ...]:
        """That of its own line first."""
        name = device.partition("/")[2]
        return tuple(self._workers[line] for line in next(one.lines for one in self._config.devices if one.id == name))

    def _needed(self, device: str) -> tuple[ContentRef, ...]:
        plan = self._inbox.plans.get(device)
        return (*(plan.contents() if plan else ()), *self._inbox.alerts.contents((device,)))

    def _fetch(self) -> None:
        self._fetcher.want(ref for device in self._devices for ref in self._needed(device))

    def _arrived(self, _sha256: str) -> None:
        for device in [one for one in self._patience if not self._lacks(one)]:
            self._tell(device)
        for worker in self._workers.values():
            worker.tell(Arrived(), CONTENT)
        for sender in self._senders.values():
            sender.change()

    def _obey(self, command: CommandMessage) -> str | None:
        """Do it; the reason if it cannot be done."""
        if command.verb is CommandVerb.REPORT:
            self._connected()
            return None
        if command.device not in self._devices or command.device is None:
            return f"there is no device {command.device} here"
        word = RestartLine() if command.verb is CommandVerb.RESTART_LINE else TestPattern(command.device)
        workers = self._workers_of(command.device)
        for worker in workers if command.verb is CommandVerb.RESTART_LINE else workers[:1]:
            worker.tell(word, STATUS)
        return None

    def _ask_time(self) -> None:
        """From any thread."""
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._time.hurry)

    async def _reply(self, reply: Reply) -> None:
        await self.liaison.publish(self._topic("reply"), reply.to_bytes())

    # To the broker.

    def _report(self, device: str, view: View) -> None:
        """From a worker's thread."""
        before = self._views.get(device)
        self._views[device] = view
        urgent = before is not None and before.alerts != view.alerts
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(partial(self._senders[device].change, urgent=urgent))

    async def _send_status(self, device: str) -> None:
        await self.liaison.publish(status_topic(device), self.status(device).to_bytes(), retain=True)

    def status(self, device: str) -> Status:
        """The state of a device as it is now."""
        view = self._views.get(device, View())
        answer = view.answer
        missing = len(self._fetcher.missing & {ref.sha256 for ref in self._needed(device)})
        faults, offset = self._faults[device].standing(), self._clock.offset()
        health = Health.IMPAIRED if view.health is Health.HEALTHY and (missing or faults) else view.health
        return Status(
            device=device, agent=self._config.agent, boot=self._kept.store.boot, at=self._clock.now(),
            revision=view.revision, health=health, cause=answer.cause if answer else "nothing",
            source=answer.source if answer else "", message=view.message, why=view.why, drill=bool(answer and answer.drill),
            until=answer.until if answer else None, shown=view.shown, alerts=dict(view.alerts),
            faults=faults, clock_trusted=view.trusted, missing=missing,
            clock_offset=None if offset is None else round(offset.total_seconds(), 1), outbox=self._kept.store.depth(),
            brightness=view.brightness, dark=view.dark, line=view.line,
        )  # fmt: skip

    async def _watching(self) -> None:
        """Look for what no device tells."""
        while True:
            await asyncio.sleep(WATCH_EVERY)
            now, trusted = self._clock.now(), self._clock.trusted()
            seen = Seen(self._inbox.plans, self._needed, self._fetcher.spoilt, self._kept.store.given_up)
            for device in self._watch.look(seen, now, trusted):
                self._senders[device].change()

    async def _tidy(self) -> None:
        """Forget what is long over."""
        while True:
            await asyncio.sleep(TIDY_EVERY)
            await self._inbox.keep_what_waits()
            if self._clock.trusted() and self._inbox.alerts.forget_old(self._clock.now()):
                await asyncio.to_thread(self._inbox.keep_alerts)
            wanted = frozenset(ref.sha256 for device in self._devices for ref in self._needed(device))
            await asyncio.to_thread(self._kept.media.sweep, wanted)
            await asyncio.to_thread(self._kept.clips.sweep, wanted)
            await asyncio.to_thread(sweep_talks, self._talks)


async def _for_ever(run: Callable[[], Awaitable[None]]) -> None:
    """A fault of ours in one part must not end the others: it is logged, and the part begins again."""
    while True:
        await _guarded(run)
        await asyncio.sleep(RESTART_SECONDS)


async def _guarded(run: Callable[[], Awaitable[None]]) -> None:
    try:
        await run()
    except Exception:
        log.exception("a part of the agent failed and begins again")


def build_agent(
    config: AgentConfig,
    *,
    link_factory: LinkFactory | None = None,
    sound_factory: SoundFactory | None = None,
    clock: AgentClock | None = None,
) -> Agent:
    """Put an agent together; ConfigError in one sentence if it cannot be."""
    ours = clock or AgentClock(trust=config.clock == "trust")
    kept = _open_state(config, ours)
    try:
        return Agent(config, kept, ours, link_factory or open_line, sound_factory or open_sound)
    except BaseException:
        kept.store.close()
        os.close(kept.lock)
        raise


def _open_state(config: AgentConfig, clock: AgentClock) -> Kept:
    folder = config.state
    lock = lock_file(folder)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        media = MediaFiles(folder / "content")
        store = Store(folder / "agent.db", clock.now())
        clock.begin(store.last_entry())
        return Kept(lock, store, media, Clips(folder / "clips", media))
    except BlockingIOError as exc:
        os.close(lock)
        raise ConfigError(f"another agent is running in {folder}") from exc
    except (OSError, sqlite3.Error) as exc:
        os.close(lock)
        raise ConfigError(f"the store in {folder} cannot be opened: {exc}") from exc


def lock_file(folder: Path, open_file: Callable[..., int] = os.open) -> int:
    """What is locked, opened. A folder that takes no writing is no reason to stay dark (decision 0048)."""
    file = folder / "lock"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return open_file(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as exc:
        if not folder.is_dir():
            raise ConfigError(f"the state folder {folder} cannot be made: {exc.strerror}") from exc
        log.error("the state folder takes no writing, what lies in it is shown", extra={"reason": exc.strerror})
    # Whoever began before the disk turned read-only holds the file, if there is one.
    return open_file(file if file.is_file() else folder, os.O_RDONLY | os.O_CLOEXEC)
