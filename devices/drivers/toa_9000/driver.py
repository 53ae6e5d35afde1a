"""Zones as outputs of a TOA matrix amplifier: its echo of what we sent is the evidence, for there is nothing to read back."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar
from weakref import WeakKeyDictionary

from pydantic import Field, model_validator

from devices.drivers.registry import Driver
from devices.drivers.talk import Talk
from devices.drivers.toa_9000.codec import (
    Decoder,
    Frame,
    m2_fader,
    name_in,
    name_request,
    output,
    output_fader,
    power,
    refused_bytes,
)
from devices.errors import RefusedError, SettingsError, SilentError
from devices.ports import Evidence, Identity, Link
from schedules.model import Fact, Id

BAUD = 9600
BITS_A_BYTE = 10  # 8N1
Answer = TypeVar("Answer")
MEANINGS = ("no such kind of channel", "no such channel", "no such value")


class ToaSettings(Fact):
    """One unit, as the config describes it. Outputs count from 1, as they are printed on it."""

    model: Literal["9000", "9000M2", "M-864D"] = "9000M2"
    zones: dict[Id, int] = Field(min_length=1, description="zone -> output")
    levels: dict[Id, float] = Field(default_factory=dict, description="zone -> dB, set before it opens; 9000M2 only")
    power: bool = Field(default=True, description="wake the unit before zones open and let it sleep when none is")
    baud: int = Field(default=BAUD, ge=1200, le=115200, description="of the line, for time-outs")
    # The manuals name no limit. An answer is the echo of a few bytes; half a second is some fifty times the line's own time.
    timeout: float = Field(default=0.5, gt=0, le=10, description="seconds the unit may think before it answers")
    tries: int = Field(default=3, ge=1, le=10, description="sendings before a silent unit is given up")
    # Woken amplifiers mute themselves until their supply is up; the manuals only say to wait.
    power_settle: float = Field(default=2.0, ge=0, le=30, description="seconds from waking to the first command")

    @model_validator(mode="after")
    def _wired_once(self) -> ToaSettings:
        outputs = self.zones.values()
        if len(set(outputs)) != len(outputs):
            raise ValueError("two zones share an output")
        if any(not 1 <= number <= 128 for number in outputs):
            raise ValueError("outputs are numbered from 1")
        if self.levels and self.model != "9000M2":
            raise ValueError(f"levels of a {self.model} are not known in dB")
        if stray := self.levels.keys() - self.zones.keys():
            raise ValueError(f"levels of no zone: {', '.join(sorted(stray))}")
        if any(level > 10 for level in self.levels.values()):
            raise ValueError("a fader ends at +10 dB")
        return self


@dataclass
class Held:
    """What the unit behind a link is known to hold. It cannot be asked, so all hands on it must know the same."""

    awake: bool | None = None  # None: nobody told it anything yet
    open: frozenset[str] = frozenset()


_HELD: WeakKeyDictionary[Link, Held] = WeakKeyDictionary()  # gone with the link: after a reconnection nothing is known


class ToaUnit:
    """The zones of one unit on an open link."""

    def __init__(self, link: Link, settings: ToaSettings, clock: Callable[[], float] = time.monotonic) -> None:
        """Does no I/O yet; `clock` is monotonic."""
        self._settings = settings
        self._talk = Talk(link, clock)
        self._held = _HELD.setdefault(link, Held())

    def identify(self) -> Identity:
        """Ask the name of an input. A unit asleep does not answer, and a looped cable answers with our own question."""
        self._ask(name_request(), name_in)
        return Identity(model=f"TOA {self._settings.model}")

    def open_zones(self, zones: frozenset[str]) -> Evidence:
        """Wake the unit, shut what must be shut, then open the rest; no zones: shut all and let it sleep.

        Everything is sent every time: what somebody changed at the front panel cannot be seen from here.
        """
        if unknown := zones - self._settings.zones.keys():
            raise SettingsError(f"no such zones: {', '.join(sorted(unknown))}")
        if zones or self._held.awake or not self._settings.power:
            self._wake()
            self._set(zones)
        if not zones and self._settings.power:
            self._sleep()
        return Evidence.ACKNOWLEDGED

    def zones(self) -> frozenset[str]:
        """The zones whose opening the unit last echoed, when it answers now: it cannot be asked for more."""
        if self._held.awake is False and self._settings.power:
            self._sleep()  # asleep it answers nothing else
        else:
            self.identify()
        return self._held.open

    def inputs(self) -> Mapping[str, bool]:
        """None: its protocol has no contacts. Wire the fault contact to a relay board."""
        return {}

    def _wake(self) -> None:
        awake, self._held.awake = self._held.awake, None
        if self._settings.power and not awake:
            self._order(power(True))
            self._talk.rest(self._settings.power_settle)
        self.identify()
        self._held.awake = True

    def _sleep(self) -> None:
        self._order(power(False))
        self._held.awake, self._held.open = False, frozenset()

    def _set(self, zones: frozenset[str]) -> None:
        """Shut first, then open."""
        for zone, number in sorted(self._settings.zones.items(), key=lambda item: (item[0] in zones, item[1])):
            if zone in zones and zone in self._settings.levels:
                self._order(output_fader(number - 1, m2_fader(self._settings.levels[zone])))
            self._order(output(number - 1, zone in zones))
            self._held.open = self._held.open | {zone} if zone in zones else self._held.open - {zone}

    def _order(self, frame: Frame) -> None:
        """Send until echoed. A byte turned over in the echo is a refusal, told with its place."""
        refused = self._ask(frame, lambda got: refused_bytes(frame, got))
        if refused:
            place = refused[0]
            raise RefusedError(frame.data[place], MEANINGS[place] if place < len(MEANINGS) else "")

    def _ask(self, frame: Frame, ours: Callable[[Frame], Answer | None]) -> Answer:
        request = frame.to_bytes()
        wait = self._settings.timeout + 4 * len(request) * BITS_A_BYTE / self._settings.baud
        tries = self._talk.tries(self._settings.tries)
        for _ in tries:
            answer = self._talk.ask(request, Decoder(), ours, wait)
            if answer is not None:
                return answer
        raise SilentError(len(tries) * wait)


DRIVER = Driver(
    name="toa_9000",
    kind="speaker",
    settings=ToaSettings,
    open=ToaUnit,
    baud=BAUD,
    summary="TOA 9000, 9000M2 and M-864D matrix amplifiers on RS-232: zones as outputs, wake and sleep",
)
