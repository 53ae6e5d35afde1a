"""Asks the controller what time it is, so that a clock set to the other side's time is found while it looks healthy."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta
from urllib.parse import urlencode

from devices.agent.clock import AgentClock
from devices.agent.http import Controller, HttpError
from devices.agent.threads import in_thread
from devices.contract.messages import TimeMessage, WireError, read_wire
from devices.contract.seal import SealError, open_seal

log = logging.getLogger(__name__)
EVERY = 900.0  # seconds; quartz drifts 5 ms in them
AGAIN, LONGEST = 15.0, 900.0  # after a failure, doubling
SLOWEST = 4.0  # seconds for question and answer: half of it is the error, which must stay below the alarm of 5 s


class Timekeeper:
    """One question at each connection, every quarter of an hour, and at once when the clock was set by hand."""

    def __init__(
        self, clock: AgentClock, keys: Mapping[str, bytes], agent: str, controller: Callable[[], Controller | None]
    ) -> None:
        """`agent` is "gate/agent"; `controller()` is None while the agent is not enrolled."""
        self._clock, self._keys, self._agent, self._controller = clock, keys, agent, controller
        self._wake = asyncio.Event()
        self._said = ""

    def hurry(self) -> None:
        """Ask now; from the loop's thread."""
        self._wake.set()

    async def run(self) -> None:
        """Ask for ever."""
        wait = AGAIN
        while True:
            self._wake.clear()
            controller = self._controller()
            heard = controller is not None and await self._ask(controller)
            pause, wait = (EVERY, AGAIN) if heard else (wait, min(2 * wait, LONGEST))
            try:
                async with asyncio.timeout(pause):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _ask(self, controller: Controller) -> bool:
        nonce = secrets.token_hex(16)
        path = "/api/v1/agents/time?" + urlencode({"nonce": nonce})
        asked = self._clock.monotonic()
        try:
            answer = await in_thread(lambda: controller.ask("GET", path), (HttpError, OSError))
            took = self._clock.monotonic() - asked
            said = self._read(str(answer.get("sealed", "")).encode(), nonce)
        except (HttpError, OSError, WireError) as exc:
            return self._failed(str(exc))
        if took > SLOWEST:
            return self._failed(f"the answer took {took:.0f} s, too long to set a clock by")
        self._clock.told(said.at + timedelta(seconds=took / 2))
        self._said = ""
        return True

    def _read(self, sealed: bytes, nonce: str) -> TimeMessage:
        """The time in an answer of our own controller to our own question; WireError otherwise."""
        opened = open_seal(sealed, keys=self._keys, kind="time", now=None)
        said = read_wire(TimeMessage, opened.body)
        if opened.subject != self._agent or said.nonce != nonce:
            raise SealError("seal.subject", "the time was told to somebody else, or to an earlier question")
        return said

    def _failed(self, reason: str) -> bool:
        if reason != self._said:
            self._said = reason
            log.info("the controller does not say the time", extra={"reason": reason})
        return False
