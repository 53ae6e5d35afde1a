"""One question at a time on a link: send, wait for the answer that is ours, skip what is not."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from devices.errors import GaveWayError
from devices.ports import Link, YieldingLink

REMEMBERED, ENOUGH = 60, 20  # questions whose noise is remembered, and how many say something
PROMPT = 0.25  # seconds in which a device that is there has answered; for one that is not, nothing urgent waits longer
SLICE = 0.05

Event = TypeVar("Event")
EventOut = TypeVar("EventOut", covariant=True)
Answer = TypeVar("Answer")


class Decoder(Protocol[EventOut]):
    """Turns arriving bytes into events; never raises on what arrives."""

    def feed(self, data: bytes) -> Iterable[EventOut]:
        """The events that these bytes complete."""


class Talk:
    """Holds the link of one device. `owed` answers are those a time-out gave up on: they may still come, and are not ours then."""

    def __init__(self, link: Link, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` is monotonic, in seconds."""
        self._link = link
        self._yielding = link if isinstance(link, YieldingLink) else None
        self._clock = clock
        self._request = b""
        self._owed_until = clock()
        self._noisy: deque[bool] = deque(maxlen=REMEMBERED)
        self.answering = True  # whether the last question got an answer; at first we believe so

    def ask(
        self,
        request: bytes,
        decoder: Decoder[Event],
        ours: Callable[[Event], Answer | None],
        seconds: float,
        cut: bytes = b"",
    ) -> Answer | None:
        """Send `request`; the first answer that `ours` takes within `seconds`, or None.

        `cut` makes the device forget a request that was broken off; without it none is. GaveWayError when it was, because
        something more urgent came to wait for the line.
        """
        self._let_late_answers_pass(request)
        self._link.discard()
        self._send(request, cut)
        self._request = request
        sent = self._clock()
        deadline = sent + seconds
        while (left := deadline - self._clock()) > 0:
            if cut and self._clock() - sent > PROMPT and self.urgent():
                self._owed_until = self._clock() + left
                raise GaveWayError(changed=True)
            for event in decoder.feed(self._link.receive(min(left, SLICE) if cut else left)):
                if (answer := ours(event)) is not None:
                    self.answering = True
                    self._note_noise(request, decoder)
                    return answer
        # No protocol here numbers its answers, so one that is late looks like the answer to whatever is asked next.
        self._owed_until = self._clock() + seconds
        self.answering = False
        self._note_noise(request, decoder)
        return None

    def _note_noise(self, request: bytes, decoder: object) -> None:
        """Bytes that belong to no answer are noise; those of our own question are an adapter's echo."""
        skipped = getattr(decoder, "skipped", 0)
        self._noisy.append(skipped not in (0, len(request)))

    @property
    def noise(self) -> float:
        """The share of the last questions about which damaged bytes came, 0 to 1; 0 while too few were asked."""
        return sum(self._noisy) / len(self._noisy) if len(self._noisy) >= ENOUGH else 0.0

    def _send(self, request: bytes, cut: bytes) -> None:
        link = self._yielding
        if not cut or link is None:
            self._link.send(request)
        elif link.send_while(request, lambda: not link.urgent()) < len(request):
            link.send(cut)
            raise GaveWayError

    def urgent(self) -> bool:
        """Whether something more urgent waits for the line."""
        return self._yielding is not None and self._yielding.urgent()

    def tries(self, most: int) -> range:
        """How often to send: `most`, but once to a device that did not answer last, as others share its line."""
        return range(most if self.answering else 1)

    def tell(self, data: bytes, seconds: float) -> None:
        """Send what has no answer, then wait while the line carries it; what arrives meanwhile is dropped."""
        self._let_late_answers_pass(data)
        self._link.send(data)
        self._request = data
        self.rest(seconds)

    def rest(self, seconds: float) -> None:
        """Let time pass; what arrives meanwhile is dropped."""
        deadline = self._clock() + seconds
        while (left := deadline - self._clock()) > 0:
            self._link.receive(left)

    def _let_late_answers_pass(self, request: bytes) -> None:
        """Only before a different question: a late answer to the same one is as good as the new one."""
        if request != self._request:
            self.rest(self._owed_until - self._clock())
