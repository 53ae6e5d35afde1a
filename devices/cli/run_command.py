"""gatecast-agent run: the agent of one gate, until it is told to stop."""

from __future__ import annotations

import argparse
import asyncio
import ctypes
import signal
import sys
from contextlib import suppress
from pathlib import Path

_M_ARENA_MAX = -8  # malloc.h


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="the agent's TOML file")
    parser.add_argument("--controller-url", metavar="URL", help="use this controller instead of the one in the file")


def run(args: argparse.Namespace) -> int:
    """0 after a stop by signal; 1, with one sentence, if the agent cannot begin."""
    from devices.agent.app import build_agent
    from devices.agent.config import ConfigError, read_config
    from devices.agent.logs import log_to_stderr

    log_to_stderr()
    _one_heap()
    try:
        agent = build_agent(read_config(args.config, args.controller_url))
    except ConfigError as exc:
        print(f"gatecast-agent: {exc}", file=sys.stderr)
        return 1

    async def until_told() -> None:
        task = asyncio.ensure_future(agent.run())
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, task.cancel)
        await asyncio.gather(task, return_exceptions=False)

    try:
        asyncio.run(until_told())
    except asyncio.CancelledError:
        return 0
    return 0


def _one_heap() -> None:
    """glibc gives each thread a heap of its own; ours are few and idle, and a small box has better use for the memory."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)
