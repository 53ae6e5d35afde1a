"""Plays stored clips on one module, and hears from it when a clip has run to its end: the proof that it sounded."""

from __future__ import annotations

import time
from collections.abc import Callable

from pydantic import Field, model_validator

from devices.drivers.dfplayer.codec import (
    ACCEPTED,
    BUSY,
    CARD,
    DAMAGED,
    FAULT,
    FAULTS,
    FINISHED,
    LOUDEST,
    SIZE,
    SOURCE,
    STATE,
    STATES,
    STOP,
    VOLUME,
    Decoder,
    Frame,
    play_in_folder,
    play_mp3,
)
from devices.drivers.registry import Driver
from devices.errors import BusyError, GarbledError, RefusedError, SettingsError, SilentError
from devices.ports import Evidence, Identity, Link
from schedules.model import Fact, Id

BAUD = 9600
BITS_A_BYTE = 10  # 8N1
TOLD_TWICE = 1.0  # seconds in which clones tell the same end again


class PlayerSettings(Fact):
    """One module, as the config describes it."""

    clips: dict[Id, int] = Field(min_length=1, description="clip -> its number in the folder")
    folder: int | None = Field(
        default=None, ge=1, le=99, description="folder 01 to 99 of the card; None: the one named mp3"
    )
    volume: int = Field(default=LOUDEST, ge=0, le=LOUDEST, description="set before the first clip")
    baud: int = Field(default=BAUD, ge=1200, le=115200, description="of the line, for time-outs")
    timeout: float = Field(default=0.3, gt=0, le=10, description="seconds the module may think before it answers")
    tries: int = Field(default=3, ge=1, le=10, description="sendings before a silent module is given up")
    # A module that changes its source is deaf for some 200 ms.
    source_settle: float = Field(default=0.2, ge=0, le=5, description="seconds after the card was chosen as source")

    @model_validator(mode="after")
    def _numbered(self) -> PlayerSettings:
        for clip in self.clips:
            self.frame(clip)
        return self

    def frame(self, clip: str) -> Frame:
        """What begins `clip`; ValueError if no card can hold its number."""
        number = self.clips[clip]
        return play_mp3(number) if self.folder is None else play_in_folder(self.folder, number)


class ClipModule:
    """The clips of one module on an open link."""

    def __init__(self, link: Link, settings: PlayerSettings, clock: Callable[[], float] = time.monotonic) -> None:
        """Does no I/O yet; `clock` is monotonic."""
        self._link = link
        self._settings = settings
        self._clock = clock
        self._decoder = Decoder()
        self._ready = False
        self._playing: str | None = None
        self._ended: list[str] = []
        self._last_end = (0, -TOLD_TWICE)  # which, and when

    def identify(self) -> Identity:
        """Ask what it does: playing, paused or stopped."""
        state = self._ask(Frame(STATE), STATE).value & 0xFF
        return Identity(model=f"DFPlayer, {STATES.get(state, f'state {state}')}")

    def play(self, clip: str) -> Evidence:
        """Begin a clip; whatever played is cut off."""
        if clip not in self._settings.clips:
            raise SettingsError(f"there is no clip {clip}; known: {', '.join(sorted(self._settings.clips))}")
        if not self._ready:
            self._ask(Frame(SOURCE, CARD, answer=True), ACCEPTED)
            self._listen(self._settings.source_settle, lambda frame: False)
            self._ask(Frame(VOLUME, self._settings.volume, answer=True), ACCEPTED)
            self._ready = True
        self._playing = None
        try:
            self._ask(self._settings.frame(clip), ACCEPTED)
        except (SilentError, RefusedError):
            self._ready = False  # it may have lost its power, and with it source and volume
            raise
        self._playing = clip
        return Evidence.ACKNOWLEDGED

    def stop(self) -> Evidence:
        """Silence."""
        self._playing = None
        self._ask(Frame(STOP, answer=True), ACCEPTED)
        return Evidence.ACKNOWLEDGED

    def volume(self, percent: int) -> Evidence:
        """0 to 100 percent of its thirty steps."""
        if not 0 <= percent <= 100:
            raise SettingsError(f"volume is 0 to 100 percent, not {percent}")
        self._ask(Frame(VOLUME, round(percent * LOUDEST / 100), answer=True), ACCEPTED)
        return Evidence.ACKNOWLEDGED

    def finished(self, seconds: float) -> tuple[str, ...]:
        """The clips that ran to their end since last asked, listening at most `seconds` for the first."""
        if not self._ended:
            self._listen(seconds, lambda frame: bool(self._ended))
        ended, self._ended = tuple(self._ended), []
        return ended

    def _ask(self, frame: Frame, wanted: int) -> Frame:
        """Send until answered. A clip asked for twice begins twice, which is better than not at all."""
        request = frame.to_bytes()
        wait = self._settings.timeout + (len(request) + SIZE) * BITS_A_BYTE / self._settings.baud
        fault = 0
        for _ in range(self._settings.tries):
            self._listen(0, lambda got: False)  # an end told meanwhile must not be lost
            self._link.send(request)
            answer = self._listen(wait, lambda got: got.command in (wanted, FAULT))
            if answer and answer.command == wanted:
                return answer
            fault = answer.value if answer else 0
            if answer and fault not in (BUSY, *DAMAGED):
                raise RefusedError(fault, FAULTS.get(fault, ""))
            if fault == BUSY:
                self._listen(wait, lambda got: False)
        if fault == BUSY:
            raise BusyError(BUSY, FAULTS[BUSY])
        if fault:
            raise GarbledError(FAULTS[fault])
        raise SilentError(self._settings.tries * wait)

    def _listen(self, seconds: float, wanted: Callable[[Frame], bool]) -> Frame | None:
        """Hear what comes within `seconds`, noting ends; the first frame `wanted`, or None."""
        deadline = self._clock() + seconds
        while True:
            left = deadline - self._clock()
            for frame in self._decoder.feed(self._link.receive(max(0.0, left))):
                if frame.command == FINISHED:
                    self._note_end(frame.value)
                if wanted(frame):
                    return frame
            if left <= 0:
                return None

    def _note_end(self, track: int) -> None:
        """Clones tell an end twice: the second must not end the clip that was begun meanwhile."""
        last, when = self._last_end
        self._last_end = (track, self._clock())
        if self._playing is not None and not (track == last and self._clock() - when < TOLD_TWICE):
            self._ended.append(self._playing)
            self._playing = None


DRIVER = Driver(
    name="dfplayer",
    kind="player",
    settings=PlayerSettings,
    open=ClipModule,
    baud=BAUD,
    summary="DFPlayer and YX5200 modules: stored clips for alerts and for when the agent's own sound fails",
)
