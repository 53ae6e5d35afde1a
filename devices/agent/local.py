"""Calls started at the gate itself: by a button or a key, with no network at all. Kept over a power cut until they end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from devices.agent.files import write_whole
from schedules.model import Alert, LocalCall, Plan

log = logging.getLogger(__name__)
PREFIX = "local-"
DOOR = "press.sock"
_DOOR_AGAIN = 60.0  # seconds
_LINE = 200  # bytes of a request at the door


@dataclass(frozen=True, slots=True)
class Started:
    """A call that is on: since and until when, and which start of this agent's it is."""

    call: str
    since: datetime
    until: datetime
    number: int

    def alert(self, plan: Plan) -> Alert | None:
        """The alert it is on a device; None where the plan holds no such call."""
        call = next((one for one in plan.calls if one.id == self.call), None)
        if call is None:
            return None
        return Alert(
            id=(PREFIX + ("drill-" if call.drill else "") + call.id)[:32], revision=self.number, priority=call.priority,
            starts=self.since, until=self.until, item=call.item, zones=call.zones, drill=call.drill,
            mark=plan.mark if call.drill else None,
        )  # fmt: skip


class LocalCalls:
    """Which calls are on. `now` is the agent's wall clock."""

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        """Goes on with what was on when the power went."""
        self._path, self._now = path, now
        self._on: dict[str, Started] = {}
        self._number = 0
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            for one in json.loads(path.read_text(encoding="utf-8")):
                since, until = (datetime.fromisoformat(one[name]) for name in ("since", "until"))
                self._on[one["call"]] = Started(one["call"], since, until, int(one["number"]))
                self._number = max(self._number, int(one["number"]))

    @property
    def on(self) -> tuple[Started, ...]:
        """The calls that are on, oldest first."""
        now = self._now()
        return tuple(sorted((one for one in self._on.values() if one.until > now), key=lambda one: one.number))

    def press(self, call: str, down: bool, plans: Iterable[Plan]) -> bool:
        """A button went down or up; whether a call began or ended by it. A call no plan holds is told in the log."""
        known = next((one for plan in plans for one in plan.calls if one.id == call), None)
        if known is None:
            log.warning("a button has no call", extra={"call": call})
            return False
        is_on = any(one.call == call for one in self.on)
        if down and not is_on:
            self._begin(known)
        elif is_on and (down if known.release == "latch" else not down):
            del self._on[call]
            log.warning("a local call has ended", extra={"call": call})
        else:
            return False
        return True

    def _begin(self, call: LocalCall) -> None:
        now = self._now()
        self._number += 1
        self._on[call.id] = Started(call.id, now, now + timedelta(seconds=call.longest), self._number)
        log.warning("a local call has begun", extra={"call": call.id, "drill": call.drill})

    def keep(self) -> None:
        """On disk, after the sound: an emergency does not wait for it. A disk that takes nothing costs the memory of it only."""
        facts = [
            {"call": one.call, "since": one.since.isoformat(), "until": one.until.isoformat(), "number": one.number}
            for one in self.on
        ]
        with contextlib.suppress(OSError):
            write_whole(self._path, json.dumps(facts).encode())


class Door:
    """A socket in the state folder, for keys and scripts on the box itself: "press CALL" or "release CALL", one line."""

    def __init__(self, path: Path, pressed: Callable[[str, bool], bool]) -> None:
        """`pressed` answers whether something began or ended."""
        self._path, self._pressed = path, pressed

    async def run(self) -> None:
        """Listen until cancelled. Only who may write the state folder comes in."""
        try:
            self._path.unlink(missing_ok=True)
            server = await asyncio.start_unix_server(self._serve, str(self._path), limit=_LINE)
            self._path.chmod(0o600)
        except OSError as exc:  # a disk that takes no writing: buttons on the wire are heard all the same
            log.warning("there is no door for keys on this box", extra={"reason": str(exc)})
            await asyncio.sleep(_DOOR_AGAIN)
            return
        async with server:
            await server.serve_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = await asyncio.wait_for(reader.readline(), 2)
            writer.write(self._answer(line).encode() + b"\n")
            await writer.drain()
        except (TimeoutError, ValueError, OSError):
            log.info("a request at the door was not understood")
        finally:
            writer.close()

    def _answer(self, line: bytes) -> str:
        verb, _, call = line.decode("ascii", "replace").strip().partition(" ")
        if verb not in ("press", "release") or not call:
            return "say: press CALL, or release CALL"
        return "done" if self._pressed(call, verb == "press") else "nothing changed"
