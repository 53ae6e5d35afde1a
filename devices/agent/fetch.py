"""Brings missing content from the controller: two at a time, going on where a download broke off, backing off by file."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from devices.agent.clips import Clips
from devices.agent.http import Controller, HttpError
from devices.agent.media import MediaFiles
from devices.agent.threads import in_thread
from schedules.model import ContentRef

log = logging.getLogger(__name__)
AT_ONCE = 2
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0


@dataclass
class _Missing:
    ref: ContentRef
    tries: int = 0
    not_before: float = 0.0
    running: bool = False


class Fetcher:
    """Knows what is missing and gets it, for as long as it is wanted."""

    def __init__(
        self,
        media: MediaFiles,
        clips: Clips,
        controller: Callable[[], Controller | None],
        arrived: Callable[[str], None],
    ) -> None:
        """`controller()` is None while the agent is not enrolled; `arrived(sha256)` is told of each new file."""
        self._media, self._clips, self._controller, self._arrived = media, clips, controller, arrived
        self._missing: dict[str, _Missing] = {}
        self._spoilt: set[str] = set()
        self._wake = asyncio.Event()

    def want(self, refs: Iterable[ContentRef]) -> None:
        """All the files that are needed from now on; what is here already costs one look."""
        wanted = {ref.sha256: ref for ref in refs}
        self._missing = {
            sha256: self._missing.get(sha256) or _Missing(ref) for sha256, ref in wanted.items() if not self._here(ref)
        }
        self._wake.set()

    def _here(self, ref: ContentRef) -> bool:
        """Whether a file is here and, of a recording, can be played as it is."""
        place = self._clips if ref.kind == "audio" else self._media
        return place.path(ref.sha256) is not None

    @property
    def missing(self) -> frozenset[str]:
        """Hashes of the files that are needed and not here."""
        return frozenset(self._missing)

    @property
    def spoilt(self) -> frozenset[str]:
        """Hashes of files that came and were not what they are called, and have not come right since."""
        return frozenset(self._spoilt & self._missing.keys())

    def hurry(self) -> None:
        """The way to the controller is open again: try now what waits."""
        for one in self._missing.values():
            one.not_before = 0.0
        self._wake.set()

    async def run(self) -> None:
        """Fetch for ever."""
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as group:
            while True:
                self._wake.clear()
                for one in self._ready(loop.time()):
                    one.running = True
                    group.create_task(self._one(one))
                try:
                    async with asyncio.timeout(self._pause(loop.time())):
                        await self._wake.wait()
                except TimeoutError:
                    continue

    def _ready(self, now: float) -> list[_Missing]:
        if self._controller() is None:
            return []
        room = AT_ONCE - sum(one.running for one in self._missing.values())
        due = [one for one in self._missing.values() if not one.running and one.not_before <= now]
        return due[: max(room, 0)]

    def _pause(self, now: float) -> float | None:
        idle = [one.not_before for one in self._missing.values() if not one.running]
        return max(min(idle) - now, 1.0) if idle else None

    async def _one(self, one: _Missing) -> None:
        sha256 = one.ref.sha256
        controller = self._controller()
        try:
            if controller is not None:
                await in_thread(lambda: self._get(controller, one.ref), (HttpError, OSError, ValueError))
                self._missing.pop(sha256, None)
                self._spoilt.discard(sha256)
                log.info("content is here", extra={"sha256": sha256, "bytes": one.ref.size})
                self._arrived(sha256)
        except (HttpError, OSError, ValueError) as exc:
            self._failed(one, str(exc))
            if isinstance(exc, ValueError):
                self._spoilt.add(sha256)
        finally:
            one.running = False
            self._wake.set()

    def _get(self, controller: Controller, ref: ContentRef) -> None:
        if self._media.path(ref.sha256) is None:
            if not (part := self._media.part(ref.sha256)).exists() or part.stat().st_size < ref.size:
                controller.download(f"/api/v1/content/{ref.sha256}", ref.sha256, ref.size, part)
            self._media.finish_part(ref.sha256)
        if ref.kind == "audio":
            self._clips.prepare(ref.sha256)

    def _failed(self, one: _Missing, reason: str) -> None:
        wait = min(FIRST_WAIT * 2**one.tries, LONGEST_WAIT)
        one.tries = min(one.tries + 1, 10)
        one.not_before = asyncio.get_running_loop().time() + wait
        if one.tries == 1:
            log.warning("content cannot be fetched yet", extra={"sha256": one.ref.sha256, "reason": reason})
