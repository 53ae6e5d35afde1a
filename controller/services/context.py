"""What every deed is handed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from controller.media.speech.voices import Voices
from controller.ports import Clock, MediaFiles, Passwords
from controller.services.progress import Progress
from controller.store.database import Store


class Bell:
    """Rung after something was stored that others wait for: the publisher, the live page. Listeners must be quick."""

    def __init__(self) -> None:
        """No listeners yet."""
        self._listeners: tuple[Callable[[], None], ...] = ()

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` at every ring, from whatever thread rings."""
        self._listeners = (*self._listeners, listener)

    def leave(self, listener: Callable[[], None]) -> None:
        """Call it no more."""
        self._listeners = tuple(known for known in self._listeners if known != listener)

    def ring(self) -> None:
        """Tell all listeners."""
        for listener in self._listeners:
            listener()


@dataclass(frozen=True, slots=True)
class Deps:
    """The world as deeds see it. `secret` is the 32-byte Ed25519 seed; `notify` says that the outbox has something new."""

    store: Store
    clock: Clock
    secret: bytes
    media: MediaFiles
    passwords: Passwords
    notify: Callable[[], None]
    voices: Voices
    progress: Progress = field(default_factory=Progress)

    def now(self) -> datetime:
        """The wall clock, aware."""
        return self.clock()
