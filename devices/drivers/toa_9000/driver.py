"""Zones as outputs of a TOA unit: its echo of what we sent is the evidence, and what it reads back where its model can."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from weakref import WeakKeyDictionary

from pydantic import Field, model_validator

from devices.drivers.registry import Driver
from devices.drivers.talk import Talk
from devices.drivers.toa_9000.codec import (
    Decoder,
    Frame,
    name_in,
    name_request,
    output,
    output_fader,
    output_in,
    output_request,
    power,
    refused_bytes,
)
from devices.drivers.toa_9000.models import MODELS, SILENT, Model, ModelName
from devices.errors import MismatchError, OffError, RefusedError, SettingsError, SilentError
from devices.ports import Evidence, Identity, Link
from schedules.model import Fact, Id

BAUD = 9600
BITS_A_BYTE = 10  # 8N1
Answer = TypeVar("Answer")
MEANINGS = ("no such kind of channel", "no such channel", "no such value")
NOT_ANSWERED = 0  # reason of a refusal by silence


class ToaSettings(Fact):
    """One unit, as the config describes it. Outputs count from 1, as they are printed on it."""

    model: ModelName = "9000M2"
    zones: dict[Id, int] = Field(min_length=1, description="zone -> output")
    levels: dict[Id, float] = Field(default_factory=dict, description="zone -> dB as commissioned, set before it opens")
    power: bool = Field(default=True, description="wake the unit before zones open and let it sleep when none is")
    baud: int = Field(default=BAUD, ge=1200, le=115200, description="of the line, for time-outs")
    # The manuals name no limit. An answer is the echo of a few bytes; half a second is some fifty times the line's own time.
    timeout: float = Field(default=0.5, gt=0, le=10, description="seconds the unit may think before it answers")
    tries: int = Field(default=3, ge=1, le=10, description="sendings before a silent unit is given up")
    # Woken amplifiers mute themselves until their supply is up; the manuals only say to wait.
    power_settle: float = Field(default=2.0, ge=0, le=30, description="seconds from waking to the first command")

    @model_validator(mode="after")
    def _wired_once(self) -> ToaSettings:
        outputs, facts = self.zones.values(), MODELS[self.model]
        if len(set(outputs)) != len(outputs):
            raise ValueError("two zones share an output")
        if any(not 1 <= number <= facts.outputs for number in outputs):
            raise ValueError(f"a {self.model} has outputs 1 to {facts.outputs}")
        if stray := self.levels.keys() - self.zones.keys():
            raise ValueError(f"levels of no zone: {', '.join(sorted(stray))}")
        for level in self.levels.values():
            facts.position(level)
        return self

    @property
    def facts(self) -> Model:
        """Its model."""
        return MODELS[self.model]


@dataclass
class Held:
    """What the unit behind a link is known to hold. Most cannot be asked, so all hands on it must know the same."""

    awake: bool | None = None  # None: nobody told it anything yet
    open: frozenset[str] = frozenset()
    faders: dict[str, int] = field(default_factory=dict)  # zone -> position, as last echoed
    softer: Mapping[str, float] = field(default_factory=dict)  # zone -> dB below its own level, from now on


_HELD: WeakKeyDictionary[Link, Held] = WeakKeyDictionary()  # gone with the link: after a reconnection nothing is known


class ToaUnit:
    """The zones of one unit on an open link."""

    def __init__(self, link: Link, settings: ToaSettings, clock: Callable[[], float] = time.monotonic) -> None:
        """Does no I/O yet; `clock` is monotonic."""
        self._settings, self._facts = settings, settings.facts
        self._switched = settings.power and settings.facts.power
        self._talk = Talk(link, clock)
        self._held = _HELD.setdefault(link, Held())

    def identify(self) -> Identity:
        """Ask what only a unit awake answers; a looped cable answers with our own question."""
        if self._facts.reads:
            self._is_open(min(self._settings.zones.values()) - 1)
        else:
            self._ask(name_request(), name_in)
        return Identity(model=f"TOA {self._settings.model}")

    def open_zones(self, zones: frozenset[str]) -> Evidence:
        """Wake the unit, shut what must be shut, then open the rest; no zones: shut all and let it sleep.

        Everything is sent every time: what somebody changed at the front panel cannot be seen from here.
        """
        if unknown := zones - self._settings.zones.keys():
            raise SettingsError(f"no such zones: {', '.join(sorted(unknown))}")
        if zones or self._held.awake or not self._switched:
            self._wake()
            self._set(zones)
        if not zones and self._switched:
            self._sleep()
        if not self._facts.reads:
            return Evidence.ACKNOWLEDGED
        if (found := self._read()) != zones:
            raise MismatchError("open zones", sorted(zones), sorted(found))
        return Evidence.READ_BACK

    @property
    def leveled(self) -> frozenset[str]:
        """The zones whose loudness it sets: those with a level of their own."""
        return frozenset(self._settings.levels)

    def soften(self, decibels: Mapping[str, float]) -> None:
        """From the next opening on, zones are so many dB below their own level; one that is not named has its own."""
        self._held.softer = dict(decibels)

    def zones(self) -> frozenset[str]:
        """The zones it says are open; of a model that cannot be asked those it last echoed, when it answers now.

        OffError where it slept, though nobody here let it: it is awake again, and all its zones are shut.
        """
        if self._facts.reads:
            return self._read()
        if self._held.awake is False and self._switched:
            self._sleep()  # asleep it answers nothing else
            return self._held.open
        try:
            self.identify()
        except SilentError:
            if not (self._held.awake and self._switched):
                raise
            self._find_off()
        return self._held.open

    @property
    def noise(self) -> float:
        """The share of the last questions about which damaged bytes came."""
        return self._talk.noise

    def inputs(self) -> Mapping[str, bool]:
        """None: its protocol has no contacts. Wire the fault contact to a relay board."""
        return {}

    def _find_off(self) -> None:
        """It hears its power command only when it is there: then somebody switched it off."""
        self._held.awake, self._held.open = None, frozenset()
        self._order(power(True))
        self._held.faders = {}
        raise OffError("it was switched off at its panel")

    def _read(self) -> frozenset[str]:
        return frozenset(zone for zone, number in self._settings.zones.items() if self._is_open(number - 1))

    def _is_open(self, number: int) -> bool:
        kind = self._facts.output
        return self._ask(output_request(number, kind), lambda frame: output_in(frame, number, kind))

    def _wake(self) -> None:
        awake, self._held.awake = self._held.awake, None
        if self._switched and not awake:
            self._order(power(True))
            self._talk.rest(self._settings.power_settle)
        self.identify()
        self._held.awake = True

    def _sleep(self) -> None:
        self._order(power(False))
        self._held.awake, self._held.open = False, frozenset()

    def _set(self, zones: frozenset[str]) -> None:
        """Shut first, then open; a level lowered for an hour is restored where its zone is shut."""
        for zone, number in sorted(self._settings.zones.items(), key=lambda item: (item[0] in zones, item[1])):
            channel = output(number - 1, zone in zones, self._facts.output)
            if zone in zones:
                self._level(zone, number, self._held.softer.get(zone, 0.0), always=True)
                self._order(channel)
                self._held.open |= {zone}
            else:
                self._order(channel)
                self._held.open -= {zone}
                self._level(zone, number, 0.0, always=False)

    def _level(self, zone: str, number: int, softer: float, always: bool) -> None:
        own = self._settings.levels.get(zone)
        if own is None:
            return
        position = SILENT if math.isinf(softer) else self._facts.position(own - softer)
        if always or self._held.faders.get(zone) != position:
            self._order(output_fader(number - 1, position, self._facts.output))
            self._held.faders[zone] = position

    def _order(self, frame: Frame) -> None:
        """Send until echoed. A byte turned over in the echo is a refusal, told with its place; so is silence of a unit
        that answers: out of range.
        """
        try:
            refused = self._ask(frame, lambda got: refused_bytes(frame, got))
        except SilentError:
            if not self._held.awake:
                raise
            self.identify()
            raise RefusedError(NOT_ANSWERED, "it answers others, but not this: out of its range") from None
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
