"""Whose turn it is on a board: the content and page due now, or the fallback where the content has not arrived."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from devices.agent.pages import PageShelf
from devices.agent.reconcile import DARK, Lit
from devices.rendering.scene import Area
from schedules.evaluate import OnAir
from schedules.model import ContentRef, Item, Plan, Playlist
from schedules.playlist import Slot, item_at
from schedules.stood import Cut, stood


@dataclass(frozen=True, slots=True)
class Turn:
    """One content's turn on the board, and the page of it that is due now. Without content the board is dark."""

    answer: OnAir
    item: Item | None
    content: ContentRef | None
    due: datetime
    ends: datetime | None
    lit: Lit
    page_ends: datetime | None

    @property
    def showing(self) -> tuple[str, str, str, str]:
        """What is shown and for whom; turns in a row that share it are one play."""
        digest = self.item.digest if self.item else ""
        return self.answer.cause, self.answer.source, digest, self.content.sha256 if self.content else ""


class Turns:
    """Finds turns; `miss` is told of each content that is due and not here."""

    def __init__(
        self, shelf: PageShelf, miss: Callable[[OnAir, Slot, datetime], None], area: Area | None = None
    ) -> None:
        """`miss(answer, slot, due)`; `area` of the board, None: all of it."""
        self._shelf, self._miss, self._area = shelf, miss, area
        self._alert: tuple[datetime, datetime | None] | None = None
        self._cuts: tuple[Cut, ...] = ()
        self._stands: tuple[object, datetime | None] = (None, None)

    def due(self, plan: Plan, answer: OnAir, now: datetime) -> Turn:
        """The turn at `now`. Where nothing says since when, time is counted from the plan's issue."""
        base = self._base(plan, answer, now)
        turn = self._of(answer, base, now) if base else None
        if turn is None and plan.fallback is not None and answer.cause == "rule":
            fallback = Playlist(id="fallback", items=(plan.fallback,))
            instead = answer._replace(cause="fallback", source="", playlist=fallback, loop=True)
            turn = self._of(instead, base or answer.since or plan.issued, now)
        return turn or Turn(answer, None, None, now, answer.until, DARK, answer.until)

    def _base(self, plan: Plan, answer: OnAir, now: datetime) -> datetime | None:
        """From when the playlist would have run without interruptions: where it was cut, its messages say how it goes on."""
        if answer.cause == "alert":
            self.rest(answer, now)
            return answer.since or plan.issued
        if self._alert is not None:
            began, until = self._alert
            self._cuts = (*self._cuts, (began, min(until or now, now)))
            self._alert = None
        if answer.cause != "rule" or answer.since is None:
            return answer.since or plan.issued
        since = answer.since
        self._cuts = tuple(cut for cut in self._cuts if cut[1] > since)
        key = plan.revision, answer.source, since, answer.until, self._cuts
        if self._stands[0] != key:
            told = stood(plan, answer, now, more=self._cuts)
            self._stands = key, None if told is None else now - timedelta(seconds=told)
        return self._stands[1]

    def rest(self, answer: OnAir, now: datetime) -> None:
        """Something else has the lamps; an alert cuts what was shown, and each message says how it goes on."""
        if answer.cause == "alert":
            began = self._alert[0] if self._alert else answer.since or now
            self._alert = began, answer.until

    def _of(self, answer: OnAir, base: datetime, now: datetime) -> Turn | None:
        elapsed = (now - base).total_seconds()
        slot = item_at(answer.playlist, elapsed, answer.loop) if answer.playlist else None
        if slot is None:
            return None
        due, ends = base + timedelta(seconds=slot.starts), base + timedelta(seconds=slot.ends)
        if slot.content.kind == "video":
            return self._film(answer, slot, due, min(ends, answer.until) if answer.until else ends)
        file = self._shelf.pages(slot.content.sha256)
        if file is None or (self._area is not None and not self._shelf.fits(file, self._area)):
            self._miss(answer, slot, due)
            return None
        if file.strip is not None:
            file = self._shelf.run_or_stand(slot.content.sha256, file, self._area)
        index, page_ends = file.page_at(slot.offset, slot.ends - slot.starts)
        until = min(ends, answer.until) if answer.until else ends
        turns = min(until, due + timedelta(seconds=page_ends))
        values, changes = self._shelf.values(file, index, now)
        lit = Lit(slot.content.sha256, index, file.strip is not None, values)
        return Turn(answer, slot.item, slot.content, due, until, lit, min(turns, changes) if changes else turns)

    def _film(self, answer: OnAir, slot: Slot, due: datetime, until: datetime) -> Turn | None:
        """A video is one page; each of its turns begins it anew, in step with the plan."""
        if self._shelf.film(slot.content.sha256, self._area) is None:
            self._miss(answer, slot, due)
            return None
        return Turn(answer, slot.item, slot.content, due, until, Lit(slot.content.sha256, 0, True, since=due), until)
