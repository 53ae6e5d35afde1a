"""One showing under way: journalled before its first byte, closed as one record."""

from __future__ import annotations

from datetime import datetime, timedelta

from devices.agent.journal import Desk
from devices.contract.messages import Outcome, PlayRecord
from devices.ports import Clock, Evidence
from schedules.evaluate import OnAir
from schedules.model import ContentRef, Item

PROGRESS_SECONDS = 5.0
_STRENGTH = {evidence: rank for rank, evidence in enumerate(Evidence)}


def draft(
    device: str, boot: str, answer: OnAir, item: Item, content: ContentRef, due: datetime, clock: Clock,
    zones: tuple[str, ...] = (), offset: float = 0.0, attempt: int = 1, area: str | None = None,
) -> PlayRecord:  # fmt: skip
    """The record of a play that has not begun."""
    return PlayRecord(
        device=device, boot=boot, sequence=1, cause="fallback" if answer.cause == "nothing" else answer.cause,
        source=answer.source, message=item.message, version=item.version, digest=item.digest, content=content,
        due=due, outcome=Outcome.FAILED, zones=zones, clock_trusted=clock.trusted(), offset=offset, attempt=attempt, area=area,
        drill=answer.drill,
    )  # fmt: skip


class BoardPlay:
    """A content on a board. Seconds are by the monotonic clock, from the first lamp on."""

    def __init__(self, journal: Desk, clock: Clock, record: PlayRecord) -> None:
        """Journalled from here on."""
        self.record = record
        self._journal, self._clock = journal, clock
        self._row = journal.open_play(record)
        self._started: datetime | None = None
        self._began = 0.0
        self._noted = 0.0
        self._evidence: Evidence | None = None

    @property
    def begun(self) -> bool:
        """Whether one lamp was lit."""
        return self._started is not None

    @property
    def seconds(self) -> float:
        """Shown so far."""
        return self._clock.monotonic() - self._began if self.begun else 0.0

    def lit(self, evidence: Evidence) -> None:
        """A page is on the lamps; of several pages the weakest evidence counts."""
        if self._started is None:
            self._started, self._began = self._clock.now(), self._clock.monotonic()
        if self._evidence is None or _STRENGTH[evidence] < _STRENGTH[self._evidence]:
            self._evidence = evidence

    def note(self) -> None:
        """Write down how far it is, every few seconds."""
        if self.seconds - self._noted >= PROGRESS_SECONDS:
            self._noted = self.seconds
            self._journal.progress(self._row, self._started, round(self.seconds, 3), self._evidence)

    def end(self, outcome: Outcome, reason: str = "", seconds: float | None = None) -> None:
        """Close as a record; without one lamp lit it failed, whatever `outcome` says."""
        shown = round(self.seconds if seconds is None else min(seconds, self.seconds), 3)
        facts = {
            "outcome": outcome if self.begun else Outcome.FAILED,
            "reason": reason[:300],
            "started": self._started,
            "ended": self._started + timedelta(seconds=shown) if self._started else None,
            "seconds": shown,
            "evidence": self._evidence,
        }
        record = self.record.model_copy(update=facts)
        self._journal.close_play(self._row, record)

    def drop(self) -> None:
        """It never began and nobody should hear of it."""
        self._journal.drop_play(self._row, self.record)
