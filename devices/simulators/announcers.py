"""A DFPlayer announcer: a card with clips, a volume, and the word "finished" that proves a clip ran."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum

_START, _END, _VERSION, _SIZE = 0x7E, 0xEF, 0xFF, 0x06
_HEAD = bytes([_VERSION, _SIZE])
_VOLUME, _SOURCE, _RESET, _PAUSE, _FOLDER, _MP3 = 0x06, 0x09, 0x0C, 0x0E, 0x0F, 0x12
_ADVERT, _BIG_FOLDER, _END_ADVERT, _STOP = 0x13, 0x14, 0x15, 0x16
_FINISHED, _READY, _ERROR, _ACK, _STATUS = 0x3D, 0x3F, 0x40, 0x41, 0x42
_LOUDEST = 30
_BOOT_SECONDS = 1.5
_SD = 2


class Error(IntEnum):
    """What the chip complains of."""

    BAD_FRAME = 3
    CHECKSUM = 4
    OUT_OF_RANGE = 5
    NOT_FOUND = 6
    ADVERT_REFUSED = 7


class _Refused(Exception):  # noqa: N818  # the chip's answer, not a fault of ours
    def __init__(self, error: Error) -> None:
        super().__init__(error.name)
        self.error = error


def message(command: int, value: int, *, ack: int = 0) -> bytes:
    """Ten bytes with the checksum that makes their sum zero."""
    body = bytes([_VERSION, _SIZE, command, ack, value >> 8, value & 0xFF])
    return bytes([_START]) + body + (-sum(body) & 0xFFFF).to_bytes(2, "big") + bytes([_END])


@dataclass(frozen=True, slots=True)
class _Playing:
    """A clip on air: which, and when it ends; a paused one has what is left instead."""

    name: str
    ends: float
    left: float | None = None


class DfPlayer:
    """`clips` by place on the card ("02/007", "mp3/0291", "advert/0005") with their seconds.

    `twice` says "finished" two times, as clones do. Safe to touch from a test while a line's thread talks to it.
    """

    def __init__(self, clips: Mapping[str, float], *, changed: Callable[[int, bool], None] | None = None) -> None:
        """`changed(number, playing)` is told every clip by its number on the card, from 1."""
        self.clips = dict(clips)
        self.volume = _LOUDEST
        self.twice = False
        self.silent = False
        self.frames = 0
        self._changed = changed
        self._lock = threading.RLock()
        self._heard = bytearray()
        self._playing: _Playing | None = None
        self._beneath: _Playing | None = None  # waits while an advert plays
        self._ready_at: float | None = None
        self._words = b""
        self._deeds: dict[int, Callable[[int, int, float], None]] = {
            _VOLUME: self._set_volume,
            _SOURCE: self._set_source,
            _RESET: self._reset,
            _PAUSE: self._pause,
            _FOLDER: lambda high, low, at: self._play(f"{high:02d}/{low:03d}", at),
            _BIG_FOLDER: lambda high, low, at: self._play(f"{high >> 4:02d}/{(high & 15) << 8 | low:04d}", at),
            _MP3: lambda high, low, at: self._play(f"mp3/{high << 8 | low:04d}", at),
            _ADVERT: self._advert,
            _END_ADVERT: lambda high, low, at: self._return(at),
            _STOP: lambda high, low, at: self._stop(),
            _STATUS: self._status,
        }

    def playing(self) -> str | None:
        """The clip that sounds now."""
        now = self._playing
        return now.name if now and now.left is None else None

    def receive(self, data: bytes, at: float) -> bytes:
        """Hear bytes of the line; the answer if there is one."""
        with self._lock:
            self.wake(at)
            if self._ready_at is not None:
                return b""  # it starts up
            self._heard += data
            while self._heard:
                size = self._complete()
                if not size:
                    break
                frame, self._heard = bytes(self._heard[:size]), self._heard[size:]
                self._handle(frame, at)
            return self.unasked(at)

    def wake(self, at: float) -> float | None:
        """Let clips end and a reset finish; when the next of these happens."""
        with self._lock:
            if self._ready_at is not None and at >= self._ready_at:
                self._ready_at = None
                self._say(_READY, _SD)
            if self._playing and self._playing.left is None and at >= self._playing.ends:
                self._finish(self._playing.ends)
            due = [self._ready_at, self._playing.ends if self.playing() and self._playing else None]
            return min((at for at in due if at is not None), default=None)

    def unasked(self, at: float) -> bytes:
        """What there is to say: answers, ends of clips, "ready"."""
        with self._lock:
            words, self._words = self._words, b""
            return b"" if self.silent else words

    def _complete(self) -> int:
        """How long the frame at the front is; 0 while it is not all there. Bytes before a start are dropped."""
        start = self._heard.find(_START)
        while start >= 0 and self._heard[start + 1 : start + 3] != _HEAD[: len(self._heard) - start - 1]:
            start = self._heard.find(_START, start + 1)
        self._heard = self._heard[start:] if start >= 0 else bytearray()
        if len(self._heard) >= 8 and self._heard[7] == _END:
            return 8  # the form without checksum
        return 10 if len(self._heard) >= 10 else 0

    def _handle(self, frame: bytes, at: float) -> None:
        self.frames += 1
        try:
            if len(frame) == 10 and frame[9] != _END:
                raise _Refused(Error.BAD_FRAME)
            if len(frame) == 10 and (sum(frame[1:7]) + int.from_bytes(frame[7:9], "big")) & 0xFFFF:
                raise _Refused(Error.CHECKSUM)
            command, ack, high, low = frame[3:7]
            if command not in self._deeds:
                raise _Refused(Error.BAD_FRAME)
            self._deeds[command](high, low, at)
            if ack:
                self._words = message(_ACK, 0) + self._words
        except _Refused as refused:
            self._say(_ERROR, refused.error)

    def _say(self, command: int, value: int) -> None:
        self._words += message(command, value)

    def _number(self, name: str) -> int:
        return list(self.clips).index(name) + 1

    def _tell(self, name: str, playing: bool) -> None:
        if self._changed:
            self._changed(self._number(name), playing)

    def _set_volume(self, high: int, low: int, at: float) -> None:
        self.volume = min(low, _LOUDEST)

    def _set_source(self, high: int, low: int, at: float) -> None:
        if low != _SD:
            raise _Refused(Error.OUT_OF_RANGE)
        self._stop()

    def _reset(self, high: int, low: int, at: float) -> None:
        self._stop()
        self._ready_at = at + _BOOT_SECONDS

    def _pause(self, high: int, low: int, at: float) -> None:
        now = self._playing
        if now and now.left is None:
            self._playing = _Playing(now.name, now.ends, now.ends - at)
            self._tell(now.name, False)

    def _play(self, name: str, at: float) -> None:
        if name not in self.clips:
            raise _Refused(Error.NOT_FOUND)
        self._stop()
        self._begin(_Playing(name, at + self.clips[name]))

    def _advert(self, high: int, low: int, at: float) -> None:
        name = f"advert/{high << 8 | low:04d}"
        now = self._playing
        if now is None or now.left is not None:
            raise _Refused(Error.ADVERT_REFUSED)
        if name not in self.clips:
            raise _Refused(Error.NOT_FOUND)
        if self._beneath is None:
            self._beneath = _Playing(now.name, now.ends, now.ends - at)
        self._tell(now.name, False)
        self._begin(_Playing(name, at + self.clips[name]))

    def _return(self, at: float) -> None:
        beneath, self._beneath = self._beneath, None
        if beneath is None or beneath.left is None:
            return
        if self._playing:
            self._tell(self._playing.name, False)
        self._begin(_Playing(beneath.name, at + beneath.left))

    def _stop(self) -> None:
        if self._playing and self._playing.left is None:
            self._tell(self._playing.name, False)
        self._playing = self._beneath = None

    def _status(self, high: int, low: int, at: float) -> None:
        state = 0 if self._playing is None else 1 if self.playing() else 2
        self._say(_STATUS, _SD << 8 | state)

    def _begin(self, playing: _Playing) -> None:
        self._playing = playing
        self._tell(playing.name, True)

    def _finish(self, at: float) -> None:
        now, self._playing = self._playing, None
        if now is None:
            return
        self._tell(now.name, False)
        for _ in range(2 if self.twice else 1):
            self._say(_FINISHED, self._number(now.name))
        self._return(at)
