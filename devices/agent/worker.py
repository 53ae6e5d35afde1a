"""One thread and one queue for each serial line: it does one step, looks again, and sleeps until something is due."""

from __future__ import annotations

import itertools
import logging
import queue
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

from devices.agent.courtesy import CourteousLink
from devices.agent.hand import Due, Hand
from devices.agent.orders import Orders, View
from devices.agent.reconcile import PlaceClips, StopClips
from devices.errors import LinkError
from devices.ports import Clock, Link

log = logging.getLogger(__name__)

LONGEST_SLEEP = 5.0  # a wall clock may be set while we sleep
FIRST_WAIT, LONGEST_WAIT = 0.25, 30.0
STEADY_SECONDS = 10.0  # a line that was open this long forgives what was before
ALERT, CONTENT, STATUS, REFRESH = 0, 1, 2, 3
AGE_SECONDS = 10.0  # of waiting lift a step by one rank; nothing is lifted among the alerts


@dataclass(frozen=True, slots=True)
class Arrived:
    """A content file is here."""


@dataclass(frozen=True, slots=True)
class RestartLine:
    """Close and open the line."""


@dataclass(frozen=True, slots=True)
class TestPattern:
    """Show the test page, or sound the test tone, on a device."""

    __test__ = False  # not a test of ours
    device: str
    seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class _Stop:
    """The last word."""


Word = Orders | Arrived | RestartLine | TestPattern | _Stop


@dataclass(frozen=True, slots=True)
class OnLine:
    """A device of the line: its hand, and how to take hold of it on an open link (patiently, or for a quick look)."""

    hand: Hand
    open: Callable[[Link, bool], Any]


class LineWorker:
    """Works the devices of one line. `turn` is one round; `start` makes a thread that calls it for ever."""

    def __init__(
        self, name: str, devices: Mapping[str, OnLine], open_link: Callable[[], Link], clock: Clock,
        report: Callable[[str, View], None],
    ) -> None:  # fmt: skip
        """`report(device, view)` is called from the thread at every change."""
        self._name, self._devices, self._open_link, self._clock, self._report = name, devices, open_link, clock, report
        self._words: queue.PriorityQueue[tuple[int, int, Word]] = queue.PriorityQueue()
        self._count = itertools.count()
        self._link: CourteousLink | None = None
        self._open_at = self._opened_at = 0.0
        self._wait = FIRST_WAIT
        self._views: dict[str, View] = {}
        self._served: dict[str, float] = {}  # device -> when it last had the line
        self._waits: dict[tuple[str, int], float] = {}  # device and rank -> since when a step waits
        self._thread: threading.Thread | None = None
        self._ended = False

    def tell(self, word: Word, rank: int = CONTENT) -> None:
        """Say something to the worker, from any thread."""
        self._words.put((rank, next(self._count), word))

    def start(self) -> None:
        """Begin to work, in a thread of its own."""
        self._thread = threading.Thread(target=self._run, name=f"line {self._name}", daemon=True)
        self._thread.start()

    def ask_to_stop(self) -> None:
        """End all plays and give the line back, as soon as the step under way is done."""
        self.tell(_Stop(), ALERT)

    def stop(self, seconds: float) -> None:
        """Ask, and wait at most `seconds`."""
        self.ask_to_stop()
        if self._thread is not None:
            self._thread.join(seconds)

    def _run(self) -> None:
        while not self._ended:
            pause = self._guarded_turn()
            if pause > 0 and not self._ended:
                self._listen(pause)

    def _guarded_turn(self) -> float:
        """A fault of ours must not end the light: it is logged, and the next round comes."""
        try:
            return self.turn()
        except Exception:
            log.exception("a round of the line failed", extra={"line": self._name})
            return 1.0

    def _listen(self, seconds: float) -> None:
        try:
            rank, number, word = self._words.get(timeout=min(seconds, LONGEST_SLEEP))
        except queue.Empty:
            return
        self._words.put((rank, number, word))

    def turn(self) -> float:
        """Hear what was said, take the most urgent step; seconds until the next round."""
        while not self._words.empty():
            self._hear(self._words.get_nowait()[2])
        if self._ended:
            return 0.0
        self._keep_open()
        steps = self._due()
        if steps:
            name, due = min(steps, key=lambda one: (self._lifted(*one), self._served.get(one[0], 0.0)))
            if self._link is not None:
                self._link.lesser = due.rank != ALERT
            self._served[name] = self._clock.monotonic()
            self._waits.pop((name, due.rank), None)
            self._act(self._devices[name].hand, due.step)
            if due.rank == ALERT and isinstance(due.step, PlaceClips | StopClips):
                return 0.0  # it took no time, and the zones come before word of it
        self._tell_views()
        return 0.0 if steps else self._sleep()

    def _due(self) -> list[tuple[str, Due]]:
        """The next step of each device that has one; when it began to wait is noted."""
        looked = [(name, one.hand.look()) for name, one in self._devices.items()]
        found = [(name, due) for name, due in looked if due is not None and self._possible(due.step)]
        now = self._clock.monotonic()
        self._waits = {(name, due.rank): self._waits.get((name, due.rank), now) for name, due in found}
        return found

    def _lifted(self, name: str, due: Due) -> int:
        """The rank of a step after its waiting: a bus that is always busy with content must still ask who is well."""
        if due.rank == ALERT:
            return ALERT
        waited = self._clock.monotonic() - self._waits[name, due.rank]
        return max(CONTENT, due.rank - int(waited / AGE_SECONDS))

    def _possible(self, step: Any) -> bool:
        return self._link is not None or isinstance(step, PlaceClips | StopClips)

    def _act(self, hand: Hand, step: Any) -> None:
        link, begun = self._link, self._clock.monotonic()
        sent, received = (link.sent, link.received) if link is not None else (0, 0)
        try:
            hand.act(step)
        except LinkError as exc:
            self._lose(exc)
        if link is not None:
            hand.moved(link.sent - sent, link.received - received, self._clock.monotonic() - begun)

    def _alert_waits(self) -> bool:
        with self._words.mutex:
            return bool(self._words.queue) and self._words.queue[0][0] == ALERT

    def _keep_open(self) -> None:
        if self._link is not None or self._clock.monotonic() < self._open_at:
            return
        try:
            link = CourteousLink(self._open_link(), self._alert_waits)
        except LinkError as exc:
            self._lose(exc)
            return
        log.info("the line is open", extra={"line": self._name})
        self._link, self._opened_at = link, self._clock.monotonic()
        for one in self._devices.values():
            one.hand.attach(partial(one.open, link))

    def _lose(self, error: LinkError) -> None:
        if self._link is not None and self._clock.monotonic() - self._opened_at >= STEADY_SECONDS:
            self._wait = FIRST_WAIT
        self._close()
        self._open_at = self._clock.monotonic() + self._wait
        self._wait = min(2 * self._wait, LONGEST_WAIT)
        for one in self._devices.values():
            one.hand.cut_off(error)

    def _close(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.close()

    def _hear(self, word: Word) -> None:
        if isinstance(word, Orders):
            for one in self._devices.values():
                if one.hand.device == word.device:
                    one.hand.order(word)
        elif isinstance(word, TestPattern):
            self._devices[word.device].hand.test(word.seconds)
        elif isinstance(word, RestartLine):
            self._close()
            self._open_at = 0.0
            for one in self._devices.values():
                one.hand.detach()
        elif isinstance(word, _Stop):
            self._end()

    def _end(self) -> None:
        """No round comes after this one: each hand ends its own, whatever became of the one before, and the port is given back."""
        self._ended = True
        with ExitStack() as last:
            last.callback(self._close)
            for one in reversed(tuple(self._devices.values())):
                last.callback(one.hand.stop)

    def _tell_views(self) -> None:
        for device, one in self._devices.items():
            view = one.hand.view()
            if view.unlike(self._views.get(device)):
                self._views[device] = view
                self._report(device, view)

    def _sleep(self) -> float:
        pause = min(one.hand.wake() for one in self._devices.values())
        if self._link is None:
            pause = min(pause, max(self._open_at - self._clock.monotonic(), 0.0))
        return max(pause, 0.001)
