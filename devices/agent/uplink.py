"""What goes up: the status of each device at every change and heartbeat, and play records until the controller has them."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import suppress

from devices.broker import BrokerError
from devices.contract.messages import Ack, Records
from devices.ports import Outbox

log = logging.getLogger(__name__)

HEARTBEAT = 30.0
TOGETHER = 0.05  # changes come in handfuls
BETWEEN = 0.45  # at most two statuses a second for each device
BATCH = 200
LOOK_EVERY = 0.5
FIRST_WAIT, LONGEST_WAIT = 5.0, 60.0


class StatusSender:
    """One device's retained status."""

    def __init__(self, publish: Callable[[], Awaitable[None]]) -> None:
        """`publish()` sends the status as it is now; BrokerError while offline."""
        self._publish = publish
        self._changed = asyncio.Event()
        self._urgent = asyncio.Event()

    def change(self, *, urgent: bool = False) -> None:
        """There is news; what an alert did waits for no pause."""
        self._changed.set()
        if urgent:
            self._urgent.set()

    async def run(self) -> None:
        """Send at changes and heartbeats, for ever."""
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT):
                    await self._changed.wait()
            except TimeoutError:
                pass
            await self._pause(TOGETHER)
            self._changed.clear()
            self._urgent.clear()
            try:
                await self._publish()
            except BrokerError:
                continue  # it is sent when the broker is back
            await self._pause(BETWEEN)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._urgent.wait()


class RecordSender:
    """Stop and wait: a batch goes, the controller's own ack comes, only then is it forgotten and the next one goes."""

    def __init__(
        self, store: Outbox, publish: Callable[[bytes], Awaitable[None]], connected: Callable[[], bool]
    ) -> None:
        """`publish(payload)` returns when the broker has it."""
        self._store, self._publish, self._connected = store, publish, connected
        self._acked: dict[str, int] = {}
        self._awaited: frozenset[str] = frozenset()  # boots; what else is acknowledged is nobody's business
        self._ack_came = asyncio.Event()
        self._wait = FIRST_WAIT

    def ack(self, ack: Ack) -> None:
        """The controller has stored these."""
        for boot in ack.stored.keys() & self._awaited:
            self._acked[boot] = max(ack.stored[boot], self._acked.get(boot, 0))
        self._ack_came.set()

    async def run(self) -> None:
        """Send for ever; no record is ever given up."""
        while True:
            if self._connected() and self._store.depth():
                await self._one_try()
            else:
                await asyncio.sleep(LOOK_EVERY)

    async def _one_try(self) -> None:
        try:
            await self._one_batch()
        except sqlite3.Error as exc:
            # Sent again once the disk lets us forget; the controller stores each record once.
            self._put_off(f"the disk: {exc}")
            await asyncio.sleep(self._wait)

    def _put_off(self, reason: str) -> None:
        if self._wait == FIRST_WAIT:
            log.warning("play records wait for the controller", extra={"reason": reason})
        self._wait = min(2 * self._wait, LONGEST_WAIT)

    async def _one_batch(self) -> None:
        records = await asyncio.to_thread(self._store.oldest, BATCH)
        highest: dict[str, int] = {}
        for record in records:
            highest[record.boot] = max(record.sequence, highest.get(record.boot, 0))
        self._acked.clear()
        self._awaited = frozenset(highest)
        try:
            await self._publish(Records(records=records).to_bytes())
            async with asyncio.timeout(self._wait):
                while any(self._acked.get(boot, 0) < sequence for boot, sequence in highest.items()):
                    self._ack_came.clear()
                    await self._ack_came.wait()
        except (BrokerError, TimeoutError) as exc:
            self._put_off(str(exc) or "no ack")
            await asyncio.sleep(LOOK_EVERY)
            return
        for boot, sequence in highest.items():
            await asyncio.to_thread(self._store.forget, boot, sequence)
        self._wait = FIRST_WAIT
