"""One area of a board, or all of it: whose turn it is there, and the play of it under way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from devices.agent.contact import Contact
from devices.agent.hand import Tools
from devices.agent.plays import BoardPlay, draft
from devices.agent.turns import Turn, Turns
from devices.contract.messages import Outcome, PlayRecord
from devices.ports import Evidence
from schedules.evaluate import OnAir
from schedules.model import Plan

JOIN_SECONDS = 60.0  # showings of one content in a row are one play up to this
LONGEST_PLAY = 600.0
FAILED_EVERY = 600.0  # a board away for a week is not a record for every page


class Part:
    """Plays of one part of a board begin and end here; what is on its lamps is told by the hand."""

    def __init__(self, tools: Tools, contact: Contact, turns: Turns, found: Callable[[Turn], None], area: str) -> None:
        """`area` is its id; "" is all of the board. `found` hears of each turn whose content is here."""
        self._tools, self._contact, self._turns, self._found = tools, contact, turns, found
        self._clock = tools.clock
        self._area = area
        self._failed_at: dict[tuple[str, ...], float] = {}
        self._play: BoardPlay | None = None
        self.turn: Turn | None = None
        self.turned_at = 0.0

    @property
    def urgent(self) -> bool:
        """Whether an alert has it."""
        return self.turn is not None and self.turn.answer.cause == "alert"

    def take(self, plan: Plan, answer: OnAir, now: datetime, there: Callable[[Turn], Evidence | None]) -> bool:
        """Take the turn due now, and say whether it is another; `there` is the evidence of one that is on the lamps already."""
        turn = self._turns.due(plan, answer, now)
        old, self.turn = self.turn, turn
        if old is None or old.lit != turn.lit:
            self.turned_at = self._clock.monotonic()
        self._found(turn)
        if old is not None and old.showing == turn.showing and not self._long_enough(old, turn):
            self._note()
            return False
        if old is not None:
            self._end(old, turn, now)
        evidence = there(turn)
        if turn.answer.cause == "alert":
            self._contact.hurry()
        if turn.answer.cause != "alert" or evidence is not None:  # else an alert's play begins with its first lamp
            self._begin(turn)
        if self._play is not None and evidence is not None:
            self._play.lit(evidence)  # the page is there already: nothing need be sent
        self._note()
        return True

    def _note(self) -> None:
        if self._play is not None:
            self._play.note()

    def lit(self, evidence: Evidence) -> None:
        """The page of its turn is on the lamps."""
        if self.turn is None or self.turn.content is None:
            return
        if self._play is None:
            self._begin(self.turn)
        if self._play is not None:
            self._play.lit(evidence)

    def leave(self, now: datetime, to: Turn | None) -> None:
        """Something over all of the board has its lamps now, or each area has; None: the board is divided otherwise."""
        if self.turn is not None:
            self._end(self.turn, to or self.turn, now)
            self.turn = None
        if to is not None:
            self._turns.rest(to.answer, now)

    def lost(self) -> None:
        """What its lamps show is not known: the play so far is partial."""
        if self._play is not None and self._play.begun:
            self._play.end(Outcome.PARTIAL, self._contact.reason, max(self._play.seconds - self._contact.quiet, 0.0))
            self._play = None

    def stop(self) -> None:
        """The picture stays; the play under way is recorded."""
        play, self._play = self._play, None
        if play is None:
            return
        if play.begun:
            play.end(Outcome.PARTIAL, "the agent was stopped")
        else:
            play.drop()

    def _long_enough(self, old: Turn, turn: Turn) -> bool:
        shown = self._play.seconds if self._play else 0.0
        return shown >= LONGEST_PLAY or (shown >= JOIN_SECONDS and old.due != turn.due)

    def _begin(self, turn: Turn) -> None:
        """Not while the board is known to be away: that is said at intervals, not for every page."""
        if turn.item is None or turn.content is None or (self._contact.offline and turn.answer.cause != "alert"):
            return
        self._play = BoardPlay(self._tools.journal, self._clock, self._draft(turn))

    def _end(self, old: Turn, new: Turn, now: datetime) -> None:
        play, self._play = self._play, None
        if play is not None and play.begun:
            if _cut_short(old, new, now):
                play.end(Outcome.INTERRUPTED, f"{new.answer.cause} {new.answer.source}")
            else:
                play.end(Outcome.SHOWN)
            return
        if play is not None:
            play.drop()
        self._note_failure(old, now)

    def _draft(self, turn: Turn) -> PlayRecord:
        if turn.item is None or turn.content is None:
            raise ValueError("a dark board plays nothing")
        boot, device, area = self._tools.journal.boot, self._tools.device, self._area or None
        return draft(device, boot, turn.answer, turn.item, turn.content, turn.due, self._clock, area=area)

    def _note_failure(self, turn: Turn, now: datetime) -> None:
        """Due and not one lamp lit: a record for each content, at intervals."""
        over = turn.ends is not None and turn.ends <= now  # else a newer plan or something stronger has the board
        reason = self._contact.reason or ("its turn was over before it was lit" if over else "")
        if turn.item is None or turn.content is None or not reason:
            return
        last, mono = self._failed_at.get(turn.showing), self._clock.monotonic()
        if last is None or mono - last >= FAILED_EVERY:
            self._failed_at = {**dict(list(self._failed_at.items())[-200:]), turn.showing: mono}
            self._tools.journal.add(self._draft(turn).model_copy(update={"reason": reason[:300]}))


def _cut_short(old: Turn, new: Turn, now: datetime) -> bool:
    """Whether something stronger came before the old turn's own end."""
    stronger = new.answer.priority.rank > old.answer.priority.rank
    return stronger and (old.ends is None or now < old.ends)
