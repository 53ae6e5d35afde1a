"""Talks to one device as its description says: power first, shut before open, read back where the paper knows how."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

from pydantic import Field, PrivateAttr, model_validator

from devices.drivers.registry import Driver
from devices.drivers.talk import Talk
from devices.drivers.template.codec import Decoder, Pattern, Told
from devices.drivers.template.description import ANSWER, BUSY, DAMAGED, REFUSED, DeedName, Description
from devices.drivers.template.parts import Value
from devices.errors import (
    BusyError,
    DeviceError,
    GarbledError,
    MismatchError,
    RefusedError,
    SettingsError,
    SilentError,
)
from devices.ports import Evidence, Identity, Link
from schedules.model import Fact, Id

BAUD = 9600
BITS_A_BYTE = 10  # 8N1
ANSWER_BYTES = 64  # room for the longest answer of a paper of this kind
BUSY_WAIT = 0.3  # seconds between sendings to a busy device; papers that have the word name no time


class TemplateSettings(Fact):
    """One device, as the config and its description tell it."""

    file: Path = Field(description="the description, TOML")
    zones: dict[Id, int] = Field(min_length=1, description="zone -> its number in the description")
    address: int | None = Field(default=None, ge=0, description="of the device, if its frames carry one")
    levels: dict[Id, int] = Field(default_factory=dict, description="zone -> level in the device's own steps")
    baud: int = Field(default=BAUD, ge=300, le=1_000_000, description="of the line, for time-outs")
    tries: int = Field(default=3, ge=1, le=10, description="sendings before a silent device is given up")
    _described: Description = PrivateAttr()

    @property
    def described(self) -> Description:
        """What the file says."""
        return self._described

    @model_validator(mode="after")
    def _as_described(self) -> TemplateSettings:
        try:
            described = Description.parse(self.file.read_text(encoding="utf-8"))
        except OSError as exc:
            raise ValueError(f"{self.file} cannot be read: {exc.strerror}") from exc
        except ValueError as exc:
            raise ValueError(f"{self.file}: {exc}") from exc
        self._described = described
        self._check_zones(described)
        if described.addressed != (self.address is not None):
            raise ValueError(f"frames of a {described.name} carry {'an' if described.addressed else 'no'} address")
        if self.levels and "level" not in described.deeds:
            raise ValueError(f"levels of a {described.name} are not described")
        if stray := self.levels.keys() - self.zones.keys():
            raise ValueError(f"levels of no zone: {', '.join(sorted(stray))}")
        for zone, level in self.levels.items():
            described.request("level").to_bytes(
                {"address": self.address or 0, "zone": self.zones[zone], "level": level}
            )
        return self

    def _check_zones(self, described: Description) -> None:
        numbers = list(self.zones.values())
        if len(set(numbers)) != len(numbers):
            raise ValueError("two zones have one number")
        known = described.zone_range
        if any(number not in known for number in numbers):
            raise ValueError(f"zones of a {described.name} are numbered {known.start} to {known.stop - 1}")


@dataclass
class Held:
    """What the device is known to hold, where it cannot be asked; all hands on it must know the same."""

    power: bool | None = None  # None: nobody told it anything yet
    open: frozenset[str] = frozenset()


# By link and address; gone with the link: after a reconnection nothing is known.
_HELD: WeakKeyDictionary[Link, dict[int | None, Held]] = WeakKeyDictionary()


class TemplateDevice:
    """The zones of one described device on an open link."""

    def __init__(self, link: Link, settings: TemplateSettings, clock: Callable[[], float] = time.monotonic) -> None:
        """Does no I/O yet; `clock` is monotonic."""
        self._settings = settings
        self._described = settings.described
        self._talk = Talk(link, clock)
        self._held = _HELD.setdefault(link, {}).setdefault(settings.address, Held())

    def identify(self) -> Identity:
        """Send the ping; its answer may carry a {firmware}."""
        if "ping" not in self._described.deeds:
            raise SettingsError(f"the description of {self._described.name} has no ping")
        firmware = self._do("ping").get("firmware")
        return Identity(model=self._described.name, firmware=None if firmware is None else str(firmware))

    def open_zones(self, zones: frozenset[str]) -> Evidence:
        """Power first, then shut what must be shut and open the rest; no zones: shut all and the power."""
        if unknown := zones - self._settings.zones.keys():
            raise SettingsError(f"no such zones: {', '.join(sorted(unknown))}")
        evidence = self._evidence("power") if "power" in self._described.deeds else Evidence.READ_BACK
        if zones or self._held.power or "power" not in self._described.deeds:
            self._wake()
            evidence = self._set(zones)
        if not zones and "power" in self._described.deeds:
            self._power(False)
            evidence = min(evidence, self._evidence("power"), key=list(Evidence).index)
        return evidence

    def zones(self) -> frozenset[str]:
        """As the device says; where it cannot be asked, as it was last told, if it answers now."""
        described = self._described
        if self._held.power is False and not self._answers_off("read_zone", "read_zones"):
            if self._answers_off("ping"):
                self._do("ping")
            else:
                self._power(False)
        elif self._readable:
            self._held.open = self._read()
        elif "ping" in described.deeds:
            self._do("ping")
        return self._held.open

    @property
    def noise(self) -> float:
        """The share of the last questions about which damaged bytes came."""
        return self._talk.noise

    def inputs(self) -> Mapping[str, bool]:
        """The contacts of the description, where the device can be asked for them now."""
        if "read_inputs" not in self._described.deeds:
            return {}
        if self._held.power is False and not self._answers_off("read_inputs"):
            return {}
        contacts = int(self._do("read_inputs")["contacts"])
        return {name: bool(contacts >> bit & 1) for name, bit in self._described.inputs.items()}

    @property
    def _readable(self) -> bool:
        return bool({"read_zone", "read_zones"} & self._described.deeds.keys())

    def _answers_off(self, *deeds: DeedName) -> bool:
        """Whether one of the deeds is described and answered while the power is off."""
        awake = self._described.states.answers_when_off
        return any(deed in self._described.deeds and (awake is None or deed in awake) for deed in deeds)

    def _evidence(self, deed: DeedName) -> Evidence:
        return Evidence.SENT if self._described.answer(deed) is None else Evidence.ACKNOWLEDGED

    def _wake(self) -> None:
        if "power" in self._described.deeds:
            self._power(True)

    def _power(self, on: bool) -> None:
        before, self._held.power = self._held.power, None
        self._do("power", on=_word(on))
        if on and not before:
            self._talk.rest(self._described.power_settle)
        self._held.power = on
        if not on:
            self._held.open = frozenset()

    def _set(self, zones: frozenset[str]) -> Evidence:
        """Shut first, then open; all is sent every time, as what hands on its front panel did may not be seen."""
        if "zones" in self._described.deeds:
            self._set_at_once(zones)
        else:
            self._set_each(zones)
        if not self._readable:
            return self._evidence("zones" if "zones" in self._described.deeds else "zone")
        self._held.open = self._read()
        if self._held.open != zones:
            raise MismatchError("open zones", sorted(zones), sorted(self._held.open))
        return Evidence.READ_BACK

    def _set_at_once(self, zones: frozenset[str]) -> None:
        for zone in sorted(zones):
            self._level(zone)
        self._do("zones", mask=sum(1 << self._described.bit(self._settings.zones[zone]) for zone in zones))
        self._held.open = zones

    def _set_each(self, zones: frozenset[str]) -> None:
        for zone, number in sorted(self._settings.zones.items(), key=lambda item: (item[0] in zones, item[1])):
            if zone in zones:
                self._level(zone)
            self._do("zone", zone=number, on=_word(zone in zones))
            self._held.open = self._held.open | {zone} if zone in zones else self._held.open - {zone}

    def _level(self, zone: str) -> None:
        if zone in self._settings.levels:
            self._do("level", zone=self._settings.zones[zone], level=self._settings.levels[zone])

    def _read(self) -> frozenset[str]:
        zones = self._settings.zones
        if "read_zones" in self._described.deeds:
            mask = int(self._do("read_zones")["mask"])
            return frozenset(zone for zone, number in zones.items() if mask >> self._described.bit(number) & 1)
        return frozenset(zone for zone, number in zones.items() if self._do("read_zone", zone=number)["on"] == "on")

    def _do(self, deed: DeedName, **values: Value) -> Mapping[str, Value]:
        """One exchange: what the answer tells. A device whose paper knows no answer is only told."""
        given = values if self._settings.address is None else {"address": self._settings.address, **values}
        try:
            request = self._described.request(deed).to_bytes(given)
        except ValueError as exc:
            raise SettingsError(str(exc)) from exc
        answer = self._described.answer(deed)
        if answer is None:
            self._talk.tell(request, self._carried(len(request)) + self._described.gap)
            return {}
        return self._ask(request, answer, given)

    def _ask(self, request: bytes, answer: Pattern, given: Mapping[str, Value]) -> Mapping[str, Value]:
        frames = {ANSWER: answer} | ({REFUSED: self._described.refusal} if self._described.refusal else {})
        wait = self._described.timeout + self._carried(len(request) + ANSWER_BYTES)
        tries = self._talk.tries(self._settings.tries)
        trouble: DeviceError = SilentError(len(tries) * wait)
        for _ in tries:
            decoder = Decoder(frames)
            told = self._talk.ask(request, decoder, lambda told: _ours(told, given), wait)
            self._talk.rest(self._described.gap)
            if told is not None and told.frame == ANSWER:
                return told.values
            if told is not None:
                trouble = self._refusal(told)
            elif decoder.strange:
                trouble = GarbledError(f"{decoder.strange.hex(' ')} is no answer of its description")
        raise trouble

    def _refusal(self, told: Told) -> DeviceError:
        """Raises a no that will stay a no; returns one after which the same frame is worth sending again."""
        reason = int(told.values.get("reason", 0))
        meaning = self._described.meaning(reason)
        if meaning == BUSY:
            self._talk.rest(BUSY_WAIT)
            return BusyError(reason, meaning)
        if meaning == DAMAGED:
            return GarbledError("the device got a damaged frame")
        raise RefusedError(reason, meaning.replace("_", " "))

    def _carried(self, size: int) -> float:
        return size * BITS_A_BYTE / self._settings.baud


def _word(on: bool) -> str:
    return "on" if on else "off"


def _ours(told: Told, given: Mapping[str, Value]) -> Told | None:
    """What repeats another address, zone or value than we sent answers somebody else, or an earlier question."""
    return told if all(given[name] == value for name, value in told.values.items() if name in given) else None


DRIVER = Driver(
    name="template",
    kind="speaker",
    settings=TemplateSettings,
    open=TemplateDevice,
    baud=BAUD,
    summary="Amplifiers and relay boxes described in a TOML file, for protocols that come on paper with the box",
)
