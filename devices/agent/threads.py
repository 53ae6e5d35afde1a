"""Blocking work off the loop, in a daemon thread: a server that says nothing must not hold up the agent's end."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def in_thread(work: Callable[[], T], errors: tuple[type[Exception], ...]) -> T:
    """What `work` answers; of what it raises only `errors` are expected and passed on."""
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[T] = loop.create_future()

    def settle(answer: Callable[[], None]) -> None:
        if not outcome.done():
            answer()

    def run() -> None:
        try:
            found = work()
            answer = lambda: outcome.set_result(found)  # noqa: E731
        except errors as exc:
            failed = exc
            answer = lambda: outcome.set_exception(failed)  # noqa: E731
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(settle, answer)

    threading.Thread(target=run, name="off-loop", daemon=True).start()
    return await outcome
