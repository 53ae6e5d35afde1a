"""The live stream of the wall: a whole snapshot first, then what changed, and a beat every five seconds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import contextmanager
from typing import Any

from fastapi.sse import ServerSentEvent
from starlette.concurrency import run_in_threadpool

from controller.console.tiles import Tile
from controller.services.context import Bell

BEAT = 5.0  # the page calls itself stale after 13 s without one
SPACING = 1.0  # at most one message a second for each viewer, however much happens


@contextmanager
def rings(bell: Bell) -> Any:
    """An asyncio event set at every ring, from whatever thread it is rung."""
    event, loop = asyncio.Event(), asyncio.get_running_loop()

    def listener() -> None:
        loop.call_soon_threadsafe(event.set)

    bell.listen(listener)
    try:
        yield event
    finally:
        bell.leave(listener)


async def live(bell: Bell, look: Callable[[], tuple[Tile, ...]]) -> AsyncIterator[ServerSentEvent]:
    """Events for one viewer until the connection ends; `look` is called in a worker thread."""
    known: dict[str, Tile] = {}
    with rings(bell) as rung:
        while True:
            rung.clear()
            tiles = await run_in_threadpool(look)
            changed = [each for each in tiles if known.get(each.id) != each.model_copy(update={"age": ""})]
            known = {each.id: each.model_copy(update={"age": ""}) for each in tiles}
            if changed:
                yield ServerSentEvent(event="tiles", data=[each.model_dump(mode="json") for each in changed])
            else:
                yield ServerSentEvent(event="beat", data="")
            await asyncio.sleep(SPACING)
            try:
                async with asyncio.timeout(BEAT - SPACING):
                    await rung.wait()
            except TimeoutError:
                continue
