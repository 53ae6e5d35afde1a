"""The store as the hands use it: a disk that takes nothing more costs records, never light or sound."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from devices.agent.store import Store
from devices.contract.messages import PlayRecord

log = logging.getLogger(__name__)
T = TypeVar("T")


class Journal:
    """Passes on to the store and answers quietly while the disk refuses; `failing` says so."""

    def __init__(self, store: Store) -> None:
        """Shared by all hands of an agent."""
        self._store = store
        self.failing = ""

    @property
    def boot(self) -> str:
        """This run of the agent."""
        return self._store.boot

    def cut_sounds(self, device: str) -> tuple[PlayRecord, ...]:
        """What a power cut broke off on a device."""
        return tuple(record for record in self._store.cut if record.device == device)

    def add(self, record: PlayRecord) -> None:
        """Keep a record."""
        self._try(lambda: self._store.add(record), 0)

    def open_play(self, record: PlayRecord) -> int | None:
        """The play's row; None if it could not be written."""
        return self._try(lambda: self._store.open_play(record), None)

    def progress(self, play: int | None, started: datetime | None, seconds: float, evidence: str | None) -> None:
        """How far a play has come."""
        if play is not None:
            self._try(lambda: self._store.progress(play, started, seconds, evidence), None)

    def close_play(self, play: int | None, record: PlayRecord) -> None:
        """End a play with its record."""
        self._try(lambda: self._store.add(record) if play is None else self._store.close_play(play, record), 0)

    def drop_play(self, play: int | None, record: PlayRecord) -> None:
        """End a play that never began."""
        if play is not None:
            self._try(lambda: self._store.drop_play(play, record), None)

    def said(self, record: PlayRecord) -> bool:
        """Whether this sound was begun before."""
        return self._try(lambda: self._store.said(record), False, proof=False)

    def _try(self, act: Callable[[], T], otherwise: T, proof: bool = True) -> T:
        """`proof`: that it worked shows that the disk takes records again; a reading shows nothing."""
        try:
            found = act()
        except sqlite3.Error as exc:
            if not self.failing:
                log.error("the disk takes no records", extra={"reason": str(exc)})
            self.failing = str(exc)
            return otherwise
        if self.failing and proof:
            log.info("the disk takes records again")
            self.failing = ""
        return found


class Desk:
    """One hand's way to the journal. While held, what only closes waits: the first lamp of an alert does not wait for the disk."""

    def __init__(self, journal: Journal) -> None:
        """Not held."""
        self._journal = journal
        self._held = False
        self._waiting: list[Callable[[], None]] = []
        self.open_play, self.said, self.cut_sounds = journal.open_play, journal.said, journal.cut_sounds

    @property
    def boot(self) -> str:
        """This run of the agent."""
        return self._journal.boot

    @property
    def failing(self) -> str:
        """Why the disk takes no records; empty while it does."""
        return self._journal.failing

    def hold(self) -> None:
        """Let it wait."""
        self._held = True

    def release(self) -> None:
        """Write what waited."""
        self._held = False
        waiting, self._waiting = self._waiting, []
        for write in waiting:
            write()

    def _when_free(self, write: Callable[[], None]) -> None:
        if self._held:
            self._waiting.append(write)
        else:
            write()

    def add(self, record: PlayRecord) -> None:
        """Keep a record."""
        self._when_free(lambda: self._journal.add(record))

    def progress(self, play: int | None, started: datetime | None, seconds: float, evidence: str | None) -> None:
        """How far a play has come."""
        self._when_free(lambda: self._journal.progress(play, started, seconds, evidence))

    def close_play(self, play: int | None, record: PlayRecord) -> None:
        """End a play with its record."""
        self._when_free(lambda: self._journal.close_play(play, record))

    def drop_play(self, play: int | None, record: PlayRecord) -> None:
        """End a play that never began."""
        self._when_free(lambda: self._journal.drop_play(play, record))
