"""What comes from the controller: sealed plans, alerts and commands, and acks. Bad bytes change nothing and are said once."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import datetime
from math import inf
from typing import Any

from devices.agent.acceptance import Keys, read_ack, read_command, read_figures, read_plan
from devices.agent.alerts import AlertBook
from devices.agent.clock import AgentClock
from devices.agent.faults import FaultBook
from devices.agent.media import MediaFiles
from devices.agent.plans import PlanFiles
from devices.agent.store import Store
from devices.contract.messages import Ack, AlertMessage, CommandMessage, FiguresMessage, Reply, WireError
from devices.contract.seal import SealError
from devices.contract.topics import read_topic
from schedules.model import Plan

log = logging.getLogger(__name__)
LAMPS_FIRST = 0.2  # seconds
BURST = 0.3  # seconds in which a broker tells all that it kept while nobody was there, oldest first
LATE_ALERTS = 64  # held at most, in memory, before they are taken
OVERTAKEN = 5.0  # seconds in which a retained plan may come after a newer one that was published meanwhile
HEARD_PLANS = 8  # of each device: what a broker may bring again after a newer one


class Inbox:
    """Holds the plans and alerts in force; tells of changes through the callbacks it is given."""

    def __init__(
        self, *, agent: str, keys: Keys, clock: AgentClock, store: Store, media: MediaFiles, files: PlanFiles,
        alerts: AlertBook, faults: Mapping[str, FaultBook], changed: Callable[[str, bool], None],
        said: Callable[[str], None], settled: Callable[[], None], acked: Callable[[Ack], None],
        obey: Callable[[CommandMessage], str | None], reply: Callable[[Reply], Awaitable[None]],
    ) -> None:  # fmt: skip
        """`agent` is "gate/agent"; `changed(device, urgent)`; `said(device)`: a fault came or went, nothing else;
        `settled()`: an alert is on disk; `obey(command)` says why not.
        """
        self._agent, self._keys, self._clock, self._store, self._media = agent, keys, clock, store, media
        self._files, self._faults = files, faults
        self._changed, self._said, self._settled, self._acked = changed, said, settled, acked
        self._obey, self._reply = obey, reply
        self._settling: set[asyncio.Task[None]] = set()
        self._keeping = threading.Lock()  # what was snapshot first is written first
        self._heard = {device: deque[bytes](maxlen=HEARD_PLANS) for device in faults}  # SHA-256 of payloads
        self._one_plan = asyncio.Lock()  # a late try for an old plan must not end after a newer one's
        self._overtaken_until: dict[str, float] = {}
        self._late: list[bytes] = []  # sealed alerts of a burst
        self._late_until = 0.0
        self.figures: FiguresMessage | None = None
        self._unkept: dict[str, tuple[Plan, bytes]] = {}
        self.plans: dict[str, Plan] = {}
        self.alerts = alerts

    def load(self) -> None:
        """Take up what was kept on disk; it is verified again."""
        self.plans = dict(self._files.plans())
        for sealed in self._files.alerts():
            with contextlib.suppress(WireError):  # its seal ended while nobody ran: the alert is over
                self.alerts.take(sealed)
        if self._clock.trusted():
            self.alerts.forget_old(self._clock.now())

    def reached(self, connected: bool) -> None:
        """The broker came or went: alerts that come with it are late already, and one may be over by the next."""
        self._late_until = self._clock.monotonic() + BURST if connected else inf

    async def take(self, topic: str, payload: bytes) -> None:
        """One message from the broker. An empty one clears a retained one and means nothing here."""
        found = read_topic(topic)
        if found is None or not payload:
            return
        if found.leaf == "alert":
            await self._alert(payload)
        elif found.leaf == "plan":
            await self._plan(f"{found.gate}/{found.name}", payload)
        elif found.leaf == "command":
            await self._command(payload)
        elif found.leaf == "ack":
            self._ack(payload)
        elif found.leaf == "figures":
            self._figures(payload)

    def _figures(self, payload: bytes) -> None:
        """Live numbers; what must not be believed leaves the old ones, which grow stale by themselves."""
        held = self.figures.revision if self.figures else 0
        try:
            figures = read_figures(payload, keys=self._keys, agent=self._agent, now=self._now(), held=held)
        except SealError as exc:
            for device in self._faults:
                self._refuse(device, "figures.refused", f"figures were refused ({exc.code}): {exc}")
            return
        self.figures = figures
        for device, faults in self._faults.items():
            faults.clear("figures.refused")
            self._changed(device, False)

    def _now(self) -> datetime | None:
        return self._clock.now() if self._clock.trusted() else None

    async def _plan(self, device: str, payload: bytes) -> None:
        faults = self._faults.get(device)
        if faults is None:
            return
        fingerprint = hashlib.sha256(payload).digest()
        if fingerprint in self._heard[device]:
            return  # accepted once; a broker may bring it again, even after a newer one
        held = self.plans.get(device)
        try:
            plan = read_plan(
                payload, keys=self._keys, device=device, now=self._now(), held=held.revision if held else 0
            )
        except SealError as exc:
            if exc.code == "plan.older" and self._clock.monotonic() < self._overtaken_until.get(device, 0.0):
                log.info("a plan came after a newer one", extra={"device": device})
                return
            self._refuse(device, "plan.refused", f"a plan was refused ({exc.code}): {exc}")
            return
        self._heard[device].append(fingerprint)
        if held is not None and plan.revision == held.revision:
            faults.clear("plan.refused")
            self._said(device)
            return  # the retained copy of what was read from disk
        await self._keep_plan(plan, payload)
        self.plans[device] = plan
        self._overtaken_until[device] = self._clock.monotonic() + OVERTAKEN
        faults.clear("plan.refused")
        self._clock.vouch(plan.issued, self._store.last_entry())
        log.info("a plan is in force", extra={"device": device, "revision": plan.revision})
        self._changed(device, False)

    async def _keep_plan(self, plan: Plan, payload: bytes) -> None:
        """On disk; a disk that takes nothing is a fault, and no reason to show what is no longer wanted."""
        try:
            async with self._one_plan:
                if plan.revision < getattr(self.plans.get(plan.device), "revision", 0):
                    return
                await asyncio.to_thread(self._files.keep_plan, plan, payload)
        except OSError as exc:
            self._unkept[plan.device] = (plan, payload)
            self._refuse(plan.device, "store.write", f"a plan could not be kept: {exc}")
            return
        self._unkept.pop(plan.device, None)
        self._faults[plan.device].clear("store.write")

    async def keep_what_waits(self) -> None:
        """Try again to write plans that the disk did not take."""
        for plan, payload in list(self._unkept.values()):
            await self._keep_plan(plan, payload)
            self._said(plan.device)

    def _refuse(self, device: str, code: str, text: str) -> None:
        self._faults[device].put(code, text, self._clock.now())
        self._said(device)

    async def _alert(self, payload: bytes) -> None:
        """Act at once; but of what a broker kept for us hear the end before any of it reaches a lamp."""
        if not self._late and self._clock.monotonic() >= self._late_until:
            if not self._take_alerts([payload]):
                await asyncio.gather(*self._settling)  # the sure copy is acknowledged only when the first is on disk
            return
        self._late.append(payload)
        if len(self._late) >= LATE_ALERTS:
            self._take_late()
        elif len(self._late) == 1:
            self._settle_in_time(self._after_burst())

    async def _after_burst(self) -> None:
        await asyncio.sleep(BURST)
        self._take_late()

    def _take_late(self) -> None:
        late, self._late = self._late, []
        self._take_alerts(late)

    def _take_alerts(self, payloads: Sequence[bytes]) -> bool:
        """Only the newest word on each alert counts; nothing is told before all are read. Whether any was news."""
        news: dict[str, AlertMessage] = {}
        for payload in payloads:
            try:
                message = self.alerts.take(payload)
            except WireError as exc:
                self._refuse_alert(exc)
                continue
            if message is not None:
                news[message.id] = message
        for message in news.values():
            self._act_on(message)
        return bool(news)

    def _act_on(self, message: AlertMessage) -> None:
        try:
            files = message.files()
        except WireError as exc:
            self._refuse_alert(exc)
            return
        concerned = [device for device in self._faults if message.concerns(device)]
        sounding = [device for device in concerned if self._waits_for_sound(message, device)]
        self._media.lend(files)
        for device in concerned:
            if device not in sounding:
                self._changed(device, True)
        self._settle_in_time(self._settle(message, files, sounding))

    def _settle_in_time(self, work: Coroutine[Any, Any, None]) -> None:
        settling = asyncio.create_task(work)
        self._settling.add(settling)
        settling.add_done_callback(self._settling.discard)

    def _waits_for_sound(self, message: AlertMessage, device: str) -> bool:
        """Whether the alert begins, for a device, with a sound that is not on disk yet: the emergency tone lies ready."""
        alert = message.for_device(device)
        item = (alert.mark or alert.item) if alert is not None else None
        first = item.contents[0] if item is not None else None
        return first is not None and first.kind == "audio" and self._media.path(first.sha256) is None

    async def _settle(self, message: AlertMessage, files: Mapping[str, bytes], sounding: list[str]) -> None:
        """What can wait until the lamps are lit; a sound's files must be on disk before it is told."""
        if not sounding:
            await asyncio.sleep(LAMPS_FIRST)
        log.info("an alert came", extra={"alert": message.id, "revision": message.revision, "state": message.state})
        await asyncio.to_thread(self._keep, files)
        for device in sounding:
            self._changed(device, True)
        self._settled()
        if not self._clock.trusted():
            self._clock.vouch(message.starts, self._store.last_entry())
        for faults in self._faults.values():
            faults.clear("alert.refused")

    def keep_alerts(self) -> None:
        """Write to disk what is remembered now."""
        self._keep({})

    def _keep(self, files: Mapping[str, bytes]) -> None:
        try:
            for sha256, data in files.items():
                self._media.keep(sha256, data)
            with self._keeping:
                self._files.keep_alerts(self.alerts.sealed())
        except OSError as exc:
            log.error("an alert could not be kept on disk", extra={"reason": str(exc)})

    def _refuse_alert(self, exc: WireError) -> None:
        code = exc.code if isinstance(exc, SealError) else "seal.body"
        for device in self._faults:
            self._refuse(device, "alert.refused", f"an alert was refused ({code}): {exc}")

    async def _command(self, payload: bytes) -> None:
        try:
            command = read_command(payload, keys=self._keys, agent=self._agent, now=None)
        except SealError as exc:
            log.warning("a command was refused", extra={"code": exc.code, "reason": str(exc)})
            return
        now = self._clock.now()
        if not await asyncio.to_thread(self._store.first_time, command.id, now):
            await self._reply(Reply(id=command.id, outcome="duplicate"))
        elif self._clock.trusted() and now >= command.expires:
            await self._reply(Reply(id=command.id, outcome="expired"))
        else:
            self._clock.vouch(command.issued, self._store.last_entry())
            reason = self._obey(command)
            log.info("a command", extra={"id": command.id, "verb": command.verb.value, "reason": reason or ""})
            await self._reply(Reply(id=command.id, outcome="refused" if reason else "done", reason=reason or ""))

    def _ack(self, payload: bytes) -> None:
        try:
            self._acked(read_ack(payload, keys=self._keys, agent=self._agent))
        except SealError as exc:
            log.warning("an ack was refused", extra={"code": exc.code, "reason": str(exc)})
