"""Keeps one stream open for ever and places clips on it; the heart of the sound process, with sink, clocks and voice injected."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from devices.profiles.wav import RATE
from devices.sound.mixer import BLOCK, Ended, Mixer, Voice, gain_of
from devices.sound.monitor import Listener
from devices.sound.orders import Play, Stop
from devices.sound.record import WavRecord
from devices.sound.sinks import Sink, SinkError, StallError
from devices.sound.sources import clip_frames, open_clip
from devices.sound.timeline import Timeline, Wish

MAX_CLIPS = 256
HORIZON = 2 * BLOCK  # frames before its start at which a clip's file is opened
_BACK_OFF = (1.0, 30.0)  # seconds: first and longest wait before a sink is opened again
_PROVEN = 10 * RATE  # frames after which an opened sink counts as sound, and the wait begins at its shortest again
_SECOND = RATE // BLOCK  # blocks
_BEAT = _SECOND // 2
Emit = Callable[[Mapping[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Clocks:
    """Time as the player knows it; arguments for tests."""

    wall: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


class Player:
    """Sound out, block by block. `emit` takes reports: ended, beat, sink, error."""

    def __init__(
        self,
        sink: Sink,
        emit: Emit,
        record: WavRecord | None = None,
        clocks: Clocks | None = None,
        listener: Listener | None = None,
        microphone: tuple[str, ...] = (),
    ) -> None:
        """The sink is opened by the first `step`. `listener` is asked what was heard;
        `microphone` is the command whose output a "mic:" clip is."""
        self._sink, self._emit, self._record, self._listener = sink, emit, record, listener
        self._microphone = microphone
        self._clocks = clocks or Clocks()
        self._mixer, self._timeline = Mixer(), Timeline()
        self._waiting: dict[str, Wish] = {}
        self._placed: dict[str, Wish] = {}
        self._accepted: dict[str, int] = {}
        self._open = False
        self._retry_at, self._back_off, self._beat_at = 0.0, _BACK_OFF[0], 0.0
        self._blocks = 0
        self._clipped = 0  # samples since the last beat that did not fit into 16 bits

    def order(self, order: Play | Stop) -> None:
        """Queue or stop clips."""
        if isinstance(order, Play):
            self._queue(order)
            return
        for name in order.ids & set(self._waiting):
            self._report(Ended(name, 0, self._waiting.pop(name).frames, 0.0, "stopped"))
        self._mixer.stop(order.ids)
        for name in order.ids:
            self._timeline.broken(name)

    def step(self) -> None:
        """Ten milliseconds of stream, or a short rest while no sink takes sound; a beat twice a second, with or without one."""
        if not self._open and not self._try_open():
            self._beat_in_time()
            self._give_up_late()
            self._clocks.sleep(0.05)
            return
        self._place()
        block = self._mixer.mix()
        try:
            self._sink.write(block.data)
        except SinkError as exc:
            self._fault(exc, block.ended)
            return
        self._clipped += block.clipped
        self._accept(block.data, block.taken, block.ended)
        self._listen(block.data)

    def close(self) -> None:
        """Give sink, clips, listener and record back."""
        self._sink.close()
        if self._listener:
            self._answer(all_of_them=True)
            self._listener.close()
        for voice in self._mixer.voices:
            voice.source.close()
        if self._record:
            self._record_or_drop(self._record.close)

    def _beat_in_time(self) -> None:
        now = self._clocks.monotonic()
        if now >= self._beat_at:
            self._beat_at = now + _BEAT * BLOCK / RATE
            self.beat()

    def beat(self) -> None:
        """Say that we live, and what the sink has taken of the clips that sound."""
        self._emit({"event": "beat", "sink": self._open, "frames": dict(self._accepted), "clipped": self._clipped})
        self._clipped = 0

    def _queue(self, order: Play) -> None:
        if order.id in self._waiting or order.id in self._placed:
            self._emit({"event": "error", "text": f"the clip {order.id} is queued already"})
            return
        if len(self._waiting) + len(self._placed) >= MAX_CLIPS:
            self._emit({"event": "error", "text": f"at most {MAX_CLIPS} clips wait"})
            self._report(Ended(order.id, 0, 0, 0.0, "sink"))
            return
        try:
            skip = round(order.offset * RATE)
            frames = clip_frames(order.path, skip)
        except (OSError, ValueError) as exc:
            self._missing(order.id, order.path, 0, exc)
            return
        self._waiting[order.id] = Wish(
            order.id,
            order.due + round(order.delay * RATE),
            order.path,
            order.bus,
            round(order.max_late * RATE),
            frames,
            skip,
            order.gain,
        )

    def _place(self) -> None:
        """Put clips that begin within the horizon on the stream."""
        if not self._waiting:
            return
        position = self._mixer.position
        due = [(self._timeline.start_of(wish, position), wish) for wish in self._waiting.values()]
        for _, wish in sorted(((at, wish) for at, wish in due if at < position + HORIZON), key=lambda pair: pair[0]):
            # Asked again: a clip placed just now may have become the one that this follows.
            start = self._timeline.start_of(wish, position)
            if start < position + HORIZON:
                self._place_one(wish, max(start, position))

    def _place_one(self, wish: Wish, start: int) -> None:
        del self._waiting[wish.id]
        late = start - self._timeline.due_on_stream(wish.due)
        if late > wish.max_late:
            self._report(Ended(wish.id, 0, wish.frames, late / RATE, "late"))
            return
        try:
            source = open_clip(wish.path, wish.skip, self._microphone)
        except (OSError, ValueError) as exc:
            self._missing(wish.id, wish.path, wish.frames, exc)
            return
        self._placed[wish.id] = wish
        error = self._timeline.placed(wish, start)
        self._mixer.add(Voice(wish.id, wish.bus, source, start, error, gain=gain_of(wish.gain)))

    def _accept(self, data: bytes, taken: Mapping[str, int], ended: tuple[Ended, ...]) -> None:
        begun = taken.keys() - self._accepted.keys()
        self._accepted.update({name: frames for name, frames in taken.items() if frames})
        if begun & self._accepted.keys():
            self.beat()
        for end in ended:
            self._report(end)
        if self._record:
            utc = self._timeline.utc_of(self._mixer.position - BLOCK)
            self._record_or_drop(lambda: self._record.write(data, utc) if self._record else None)
        self._blocks += 1
        if self._blocks % _BEAT == 0:
            self.beat()
        if self._blocks % _SECOND == 0:
            self._each_second()

    def _each_second(self) -> None:
        if self._mixer.position > _PROVEN:
            self._back_off = _BACK_OFF[0]
        self._anchor()
        if self._record:
            self._record_or_drop(self._record.flush)

    def _anchor(self) -> None:
        """Tie the stream to the wall clock; a clock that was stepped moves what is placed from now on."""
        # Losing the processor between the two readings can only make the sum smaller: the largest is the truest.
        sounds_at = max(self._clocks.wall() + self._sink.latency() for _ in range(3))
        self._timeline.anchor_at(self._mixer.position, round(sounds_at * RATE))

    def _try_open(self) -> bool:
        if self._clocks.monotonic() < self._retry_at:
            return False
        try:
            self._sink.open()
        except SinkError as exc:
            self._fault(exc, ())
            return False
        self._open = True
        self._mixer = Mixer()
        self._timeline.restart()
        self._anchor()
        self._emit({"event": "sink", "ok": True, "text": "", "stalled": False})
        return True

    def _fault(self, error: SinkError, ended: tuple[Ended, ...]) -> None:
        """Close the sink and end what sounded; what had not begun waits for the sink to come back."""
        self._sink.close()
        self._open = False
        self._retry_at = self._clocks.monotonic() + self._back_off
        self._back_off = min(2 * self._back_off, _BACK_OFF[1])
        self._emit({"event": "sink", "ok": False, "text": str(error), "stalled": isinstance(error, StallError)})
        errors = {voice.id: voice.start_error for voice in self._mixer.voices}
        errors.update({end.id: end.start_error for end in ended})
        for voice in self._mixer.voices:
            voice.source.close()
        self._mixer.voices.clear()
        for name, wish in tuple(self._placed.items()):
            if frames := self._accepted.get(name, 0):
                self._report(Ended(name, frames, wish.frames, errors.get(name, 0.0), "sink"))
            else:
                self._waiting[name] = self._placed.pop(name)

    def _give_up_late(self) -> None:
        """While no sink takes sound, clips whose time has passed end for that reason."""
        now = round(self._clocks.wall() * RATE)
        for wish in [wish for wish in self._waiting.values() if now - wish.due > wish.max_late]:
            del self._waiting[wish.id]
            self._report(Ended(wish.id, 0, wish.frames, (now - wish.due) / RATE, "sink"))

    def _missing(self, name: str, path: str, frames: int, exc: Exception) -> None:
        self._emit({"event": "error", "text": f"the clip {path} cannot be played: {exc}"})
        self._report(Ended(name, 0, frames, 0.0, "missing"))

    def _report(self, end: Ended) -> None:
        """`frames` are those the sink took."""
        self._placed.pop(end.id, None)
        frames = min(end.frames, self._accepted.pop(end.id, 0))
        if end.reason:
            self._timeline.broken(end.id)
        report = {
            "event": "ended", "id": end.id, "frames": frames, "of_frames": end.of_frames,
            "start_error": round(end.start_error, 6), "reason": end.reason,
        }  # fmt: skip
        if self._listener and self._open and frames:
            start = self._sounds_at() - (self._mixer.position - end.start) / RATE
            self._listener.ask(report, start, start + frames / RATE)
        else:
            self._emit(report)

    def _sounds_at(self) -> float:
        """When the next sample will sound, by the monotonic clock."""
        return self._clocks.monotonic() + self._sink.latency()

    def _listen(self, data: bytes) -> None:
        if self._listener:
            self._listener.sent(data, self._sounds_at())
            self._answer()

    def _answer(self, all_of_them: bool = False) -> None:
        if self._listener:
            for report in self._listener.answers(self._clocks.monotonic(), all_of_them):
                self._emit(report)

    def _record_or_drop(self, deed: Callable[[], None]) -> None:
        try:
            deed()
        except OSError as exc:
            record, self._record = self._record, None
            with contextlib.suppress(OSError):
                if record:
                    record.close()
            self._emit({"event": "error", "text": f"the record is given up: {exc.strerror}"})
