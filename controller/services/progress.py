"""How far uploads under way have come, by tickets that their senders chose: in memory only, and for the sender alone."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

from controller.domain.people import Actor
from controller.errors import UnknownError
from controller.media.shares import Told, unheard
from schedules.model import Fact

MOST = 64  # uploads remembered at once; of more, the oldest are forgotten


class Share(Fact):
    """From 0 to 1."""

    share: float


class Progress:
    """Shares of what is under way. May be used from several threads."""

    def __init__(self) -> None:
        """Nothing is under way."""
        self._lock = threading.Lock()
        self._shares: OrderedDict[tuple[str, str], float] = OrderedDict()

    @contextmanager
    def of(self, actor: Actor, ticket: str | None) -> Iterator[Told]:
        """While the work lasts, what is told is known under the ticket; without one nobody asks."""
        if not ticket:
            yield unheard
            return
        name = (actor.username, ticket)
        self._put(name, 0.0)
        try:
            yield lambda share: self._put(name, share)
        finally:
            with self._lock:
                self._shares.pop(name, None)

    def share(self, actor: Actor, ticket: str) -> Share:
        """How far it is; UnknownError where nothing is under way."""
        with self._lock:
            found = self._shares.get((actor.username, ticket))
        if found is None:
            raise UnknownError("upload", ticket)
        return Share(share=round(found, 3))

    def _put(self, name: tuple[str, str], share: float) -> None:
        with self._lock:
            self._shares[name] = share
            while len(self._shares) > MOST:
                self._shares.popitem(last=False)
