"""Runs an agent on a loop of its own until a signal ends it."""

from __future__ import annotations

import asyncio
import signal

from devices.agent.app import Agent
from devices.agent.lean import give_back

SETTLED_SECONDS = 10.0  # by then plans are read, lines are open, the broker has been met


def run_until_told(agent: Agent) -> None:
    """Returns after SIGTERM or SIGINT, and the agent's own clean end."""
    try:
        asyncio.run(_until_told(agent))
    except asyncio.CancelledError:
        return


async def _until_told(agent: Agent) -> None:
    task = asyncio.ensure_future(agent.run())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    loop.call_later(SETTLED_SECONDS, give_back)
    await task
