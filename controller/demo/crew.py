"""Child processes that are kept alive and ended together. Standard library only: the demo has to start quickly."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from controller.tether import tethered

PATIENCE = 6.0  # seconds to end in good order
BACK_OFF = (0.5, 1.0, 2.0, 5.0, 15.0)
STEADY_SECONDS = 30.0  # a life this long forgives the deaths before it
TOLD = 3  # deaths in a row that are told; the log has the rest


@dataclass(slots=True)
class _Member:
    name: str
    command: Sequence[str]
    log: Path
    once: bool
    child: asyncio.subprocess.Process | None = None
    keeper: asyncio.Task[None] | None = None


class Crew:
    """Start children in sessions of their own, start them again when they die, end them all. Use it on the main thread's loop."""

    def __init__(self, logs: Path, environ: Mapping[str, str], say: Callable[[str], None]) -> None:
        """Each child writes to a file of its name in `logs`."""
        self._logs, self._environ, self._say = logs, dict(environ), say
        self._members: list[_Member] = []

    async def start(self, name: str, command: Sequence[str], *, once: bool = False) -> asyncio.subprocess.Process:
        """Begin a child; whether it lives is its starter's affair until `keep`, and of one that runs `once` always."""
        member = _Member(name, tuple(command), self._logs / f"{name}.log", once)
        member.log.unlink(missing_ok=True)
        self._members.append(member)
        return await self._spawn(member)

    def keep(self) -> None:
        """From now on start every child again whenever it ends."""
        for member in self._members:
            if member.keeper is None and not member.once:
                member.keeper = asyncio.create_task(self._keep(member), name=f"keep {member.name}")

    def pids(self) -> dict[str, int]:
        """The living, by name."""
        return {each.name: each.child.pid for each in self._members if each.child and each.child.returncode is None}

    def lines(self, name: str) -> list[str]:
        """The whole lines a child wrote."""
        try:
            whole, newline, _ = (self._logs / f"{name}.log").read_text(errors="replace").rpartition("\n")
        except OSError:
            return []
        return whole.splitlines() if newline else []

    def last_words(self, name: str) -> str:
        """The last line a child wrote."""
        return next(reversed(self.lines(name)), "it left no word")

    async def end(self) -> None:
        """End them all at once, and whatever they began."""
        keepers = [each.keeper for each in self._members if each.keeper]
        for keeper in keepers:
            keeper.cancel()
        await asyncio.gather(*keepers, return_exceptions=True)
        await asyncio.gather(*(_end(each.child) for each in self._members if each.child))

    async def _spawn(self, member: _Member) -> asyncio.subprocess.Process:
        with member.log.open("ab") as out:
            member.child = child = await asyncio.create_subprocess_exec(
                *tethered(member.command), stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=out,
                env=self._environ, start_new_session=True,
            )  # fmt: skip
        return child

    async def _keep(self, member: _Member) -> None:
        loop, deaths = asyncio.get_running_loop(), 0
        while member.child:
            born = loop.time()
            code = await member.child.wait()
            deaths = 1 if loop.time() - born > STEADY_SECONDS else deaths + 1
            _end_group(member.child.pid)
            wait = BACK_OFF[min(deaths, len(BACK_OFF)) - 1]
            if deaths <= TOLD:
                self._say(f"{member.name} ended ({_how(code)}), starting it again in {wait:g} s")
            await asyncio.sleep(wait)
            await self._spawn(member)


def _how(code: int) -> str:
    return f"by signal {signal.Signals(-code).name}" if code < 0 else f"with code {code}"


async def _end(child: asyncio.subprocess.Process) -> None:
    if child.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            child.terminate()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(child.wait(), PATIENCE)
    _end_group(child.pid)
    await child.wait()


def _end_group(leader: int) -> None:
    """What the child began in its session and left behind."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
