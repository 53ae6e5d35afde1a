"""Works one board: pages in their turn, records of what was lit, and the board's own word for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from devices.agent.hand import Due, Hand, Tools
from devices.agent.orders import View
from devices.agent.pages import PageShelf
from devices.agent.plays import BoardPlay, draft
from devices.agent.reconcile import (
    DARK,
    PROBE_SECONDS,
    Blank,
    BoardStep,
    Lit,
    Probe,
    SeenBoard,
    WantedBoard,
    next_board_steps,
)
from devices.agent.turns import Turn, Turns
from devices.contract.messages import Outcome, PlayRecord, Shown
from devices.errors import DeviceError, GaveWayError, LinkError, SettingsError
from devices.ports import Board, Evidence
from devices.profiles.board import BoardShape
from schedules.evaluate import OnAir
from schedules.playlist import Slot

JOIN_SECONDS = 60.0  # showings of one content in a row are one play up to this
LONGEST_PLAY = 600.0
TURN_GRACE = 3.0  # a page on its way is no fault: a large one takes half a second on the line, several share it
FAILED_EVERY = 600.0  # a board away for a week is not a record for every page


class BoardHand(Hand):
    """The hand of one board."""

    def __init__(self, tools: Tools, shape: BoardShape) -> None:
        """`shape` is that of the test page."""
        super().__init__(tools)
        self._shelf = PageShelf(tools.media, shape)
        self._turns = Turns(self._shelf, self._miss)
        self._board: Board | None = None
        self._probe: Board | None = None
        self._turn: Turn | None = None
        self._turned_at = 0.0
        self._play: BoardPlay | None = None
        self._lit: Lit | None = None
        self._lit_at = 0.0
        self._evidence: Evidence | None = None
        self._shown: Shown | None = None
        self._failed_at: dict[tuple[str, ...], float] = {}
        self._missed: set[tuple[str, str, str]] = set()
        self._absent: set[str] = set()
        self._test_until = 0.0

    def attach(self, open_device: Callable[[bool], Any]) -> None:
        """Take hold of the board, once patiently and once for quick looks."""
        self._board, self._probe = open_device(True), open_device(False)

    def detach(self) -> None:
        """What the board shows is unknown from here on."""
        self._board = self._probe = None
        self._lost()

    def look(self) -> Due | None:
        """Turn the page if it is time; begin and end plays; the next step."""
        now = self._clock.now()
        answer, plan, _ = self._answer_now(now)
        self._take_turn(self._turns.due(plan, answer, now), now)
        if self._play:
            self._play.note()
        steps = next_board_steps(WantedBoard(self._wanted()), self._seen())
        if not steps:
            self._tools.journal.release()
            self._note_alerts()
            return None
        return Due(self._rank(steps[0]), steps[0])

    def _rank(self, step: BoardStep) -> int:
        if self._turn and self._turn.answer.cause == "alert":
            return 0
        return 2 if isinstance(step, Probe) else 1

    def _wanted(self) -> Lit:
        if self._testing and not (self._turn and self._turn.answer.cause == "alert"):
            return self._shelf.test_page
        return self._turn.lit if self._turn else DARK

    @property
    def _testing(self) -> bool:
        return self._clock.monotonic() < self._test_until

    def _seen(self) -> SeenBoard:
        return SeenBoard(
            lit=self._lit, lit_age=self._clock.monotonic() - self._lit_at, quiet=self._contact.quiet,
            retry=self._contact.retry,
        )  # fmt: skip

    def _miss(self, answer: OnAir, slot: Slot, due: datetime) -> None:
        """Due, and its file is not here: a record once for each occurrence, a fault until it comes."""
        message, now = slot.item.message, self._clock.now()
        self._tools.faults.put("content.missing", f"the content of message {message} is not here yet", now)
        self._absent.add(slot.content.sha256)
        key = (answer.source, slot.content.sha256, str(answer.since))
        if key not in self._missed:
            self._missed = {one for one in self._missed if one[2] == key[2]} | {key}
            record = draft(self.device, self._tools.journal.boot, answer, slot.item, slot.content, due, self._clock)
            self._tools.journal.add(record.model_copy(update={"reason": "content.missing"}))

    def _found(self, turn: Turn) -> None:
        if self._absent and turn.content is not None:
            self._absent.discard(turn.content.sha256)
            if not self._absent:
                self._tools.faults.clear("content.missing")

    def _take_turn(self, turn: Turn, now: datetime) -> None:
        old, self._turn = self._turn, turn
        if old is None or old.lit != turn.lit:
            self._turned_at = self._clock.monotonic()
        self._found(turn)
        if old is not None and old.showing == turn.showing and not self._long_enough(old, turn):
            return
        if old is not None:
            self._end_play(old, turn, now)
        if turn.answer.cause == "alert":
            self._contact.hurry()
        if turn.answer.cause != "alert" or self._lit == turn.lit:  # else an alert's play begins with its first lamp
            self._begin_play(turn)
        if self._play is not None and self._lit == turn.lit and self._evidence is not None:
            self._play.lit(self._evidence)  # the page is there already: nothing need be sent
            self._shown = self._say_shown(turn.lit, self._evidence)

    def _long_enough(self, old: Turn, turn: Turn) -> bool:
        shown = self._play.seconds if self._play else 0.0
        return shown >= LONGEST_PLAY or (shown >= JOIN_SECONDS and old.due != turn.due)

    def _begin_play(self, turn: Turn) -> None:
        """Not while the board is known to be away: that is said at intervals, not for every page."""
        if turn.item is None or turn.content is None or (self._contact.offline and turn.answer.cause != "alert"):
            return
        self._play = BoardPlay(self._tools.journal, self._clock, self._draft(turn))

    def _end_play(self, old: Turn, new: Turn, now: datetime) -> None:
        play, self._play = self._play, None
        if play is not None and play.begun:
            if _cut_short(old, new, now):
                play.end(Outcome.INTERRUPTED, f"{new.answer.cause} {new.answer.source}")
            else:
                play.end(Outcome.SHOWN)
            return
        if play is not None:
            play.drop()
        self._note_failure(old)

    def _draft(self, turn: Turn) -> PlayRecord:
        if turn.item is None or turn.content is None:
            raise ValueError("a dark board plays nothing")
        return draft(self.device, self._tools.journal.boot, turn.answer, turn.item, turn.content, turn.due, self._clock)

    def _note_failure(self, turn: Turn) -> None:
        """Due and not one lamp lit: a record for each content, at intervals."""
        last, now = self._failed_at.get(turn.showing), self._clock.monotonic()
        if turn.item is None or turn.content is None or not self._contact.reason:
            return
        if last is None or now - last >= FAILED_EVERY:
            self._failed_at = {**dict(list(self._failed_at.items())[-200:]), turn.showing: now}
            self._tools.journal.add(self._draft(turn).model_copy(update={"reason": self._contact.reason[:300]}))

    def act(self, step: BoardStep) -> None:
        """One exchange with the board."""
        if self._board is None or self._probe is None:
            return
        try:
            if isinstance(step, Probe):
                self._look_there(self._probe)
            elif isinstance(step, Blank):
                self._is_lit(DARK, self._board.blank())
            else:
                self._show(self._board, step.lit)
        except LinkError:
            raise
        except GaveWayError as exc:  # what was on the lamps is there still, and no fault stands
            if exc.changed:
                self._lost()
        except DeviceError as exc:
            self._contact.failed(exc)
            self._lost()
        finally:
            self._tools.journal.release()

    def _show(self, board: Board, lit: Lit) -> None:
        page = self._shelf.page(lit)
        if page is None:
            raise SettingsError("the page's file went away")
        self._is_lit(lit, board.show(page))

    def _look_there(self, probe: Board) -> None:
        back = self._contact.retry is not None
        probe.identify()
        self._contact.heard(done=not back)
        if back:
            self._lit = None  # it may have been without power: show again

    def _is_lit(self, lit: Lit, evidence: Evidence) -> None:
        self._contact.heard(done=True)
        self._lit, self._lit_at, self._evidence = lit, self._clock.monotonic(), evidence
        turn = self._turn
        if turn is not None and turn.lit == lit and turn.content is not None:
            if self._play is None:
                self._begin_play(turn)
            if self._play is not None:
                self._play.lit(evidence)
        self._shown = self._say_shown(lit, evidence)
        self._note_alerts()

    def _say_shown(self, lit: Lit, evidence: Evidence) -> Shown:
        ours = self._turn if self._turn is not None and self._turn.lit == lit else None
        return Shown(
            sha256=None if lit in (DARK, self._shelf.test_page) else lit.sha256,
            page=lit.page,
            message=ours.item.message if ours and ours.item else None,
            language=ours.content.language if ours and ours.content else None,
            evidence=evidence.value,
            at=self._clock.now(),
        )

    def _note_alerts(self) -> None:
        """Whatever alerts there are, the lamps now follow them."""
        if self._turn is not None and self._lit == self._turn.lit:
            self._done_alerts = dict(self._orders.revisions)

    def _lost(self) -> None:
        """What the board shows is not known: the play so far is partial."""
        self._lit = None
        if self._play is not None and self._play.begun:
            self._play.end(Outcome.PARTIAL, self._contact.reason, max(self._play.seconds - self._contact.quiet, 0.0))
            self._play = None

    def wake(self) -> float:
        """Until the page turns, the board is asked again, or the test page goes."""
        now, mono = self._clock.now(), self._clock.monotonic()
        times = [PROBE_SECONDS if self._board is None else self._contact.next_try(PROBE_SECONDS)]
        if self._turn is not None and self._turn.page_ends is not None:
            times.append((self._turn.page_ends - now).total_seconds())
        if self._turn is not None and self._turn.answer.until is not None:
            times.append((self._turn.answer.until - now).total_seconds())
        if self._testing:
            times.append(self._test_until - mono)
        return max(min(times), 0.0)

    def view(self) -> View:
        """What it does now."""
        turn = self._turn
        if turn is None:
            return View(revision=self._orders.revision, trusted=self._clock.trusted())
        on_its_way = self._lit is not None and self._clock.monotonic() - self._turned_at < TURN_GRACE
        proven = self._shown is None or self._shown.evidence != Evidence.SENT.value
        as_wanted = (self._lit == turn.lit or on_its_way) and proven
        return View(
            revision=self._orders.revision, health=self._health(as_wanted), answer=turn.answer,
            message=turn.item.message if turn.item else None, why=self._words(), shown=self._shown,
            alerts=self._done_alerts, trusted=self._clock.trusted(),
        )  # fmt: skip

    def test(self, seconds: float) -> None:
        """The test page, but never over an alert."""
        self._test_until = self._clock.monotonic() + seconds

    def stop(self) -> None:
        """The board keeps its picture; the play under way is recorded."""
        self._tools.journal.release()
        play, self._play = self._play, None
        if play is None:
            return
        if play.begun:
            play.end(Outcome.PARTIAL, "the agent was stopped")
        else:
            play.drop()


def _cut_short(old: Turn, new: Turn, now: datetime) -> bool:
    """Whether something stronger came before the old turn's own end."""
    stronger = new.answer.priority.rank > old.answer.priority.rank
    return stronger and (old.ends is None or now < old.ends)
