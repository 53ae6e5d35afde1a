"""Controls and watches one NovaStar sending card and the receiving cards behind it; pixels reach it by video, not from here."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Mapping

from pydantic import Field, model_validator

from devices.drivers.novastar.codec import (
    BLACK,
    FIRMWARE,
    FIRST,
    FREEZE,
    GLOBAL_BRIGHTNESS,
    HEALTH,
    HEALTH_BYTES,
    HOST,
    LIGHT_SENSOR,
    LINK,
    MEANINGS,
    MODEL,
    MODELS,
    OK,
    REDUNDANCY,
    REPLY_DAMAGED,
    REQUEST_DAMAGED,
    STORE,
    STORE_WORD,
    TEST_PATTERN,
    VIDEO,
    Decoder,
    Health,
    Kind,
    Message,
    Place,
    lux,
    read,
    write,
)
from devices.drivers.registry import Driver
from devices.drivers.talk import Talk
from devices.errors import DeviceError, GarbledError, MismatchError, RefusedError, SettingsError, SilentError
from devices.ports import Evidence, Identity, Link, PanelMode, PanelSight, Patch
from schedules.model import Fact

BAUD = 115200  # MCTRL600, 610, 660 and MSD600: 1048576
BITS_A_BYTE = 10  # 8N1
OFF, ON = b"\x00", b"\xff"
HOT = 70.0  # degrees on a receiving card, where makers of modules end their warranty
STORE_EVERY = 3600.0  # seconds: flash wears, and nobody needs it more often


class NovastarSettings(Fact):
    """One sending card, as the config describes it."""

    card: int = Field(default=0, ge=0, le=0xFD, description="number of the sending card in its chain")
    chains: tuple[int, ...] = Field(default=(1,), max_length=16, description="receiving cards on each output port")
    baud: int = Field(default=BAUD, ge=9600, le=2_000_000, description="of the line, for time-outs")
    # The maker's own programs wait half a second.
    timeout: float = Field(default=0.5, gt=0, le=10, description="seconds the card may think before it answers")
    tries: int = Field(default=3, ge=1, le=10, description="sendings before a silent card is given up")
    least: int = Field(default=0, ge=0, le=100, description="percent of the wall's light at 0 percent brightness")
    most: int = Field(default=100, ge=1, le=100, description="percent of the wall's light at 100 percent")
    curve: float = Field(
        default=1.0, ge=1, le=3, description="power by which brightness falls: 2.2 makes equal steps to the eye"
    )
    module: tuple[int, int] | None = Field(
        default=None, description="lamps of each receiving card, wide and high, for showing where one is dark"
    )
    across: int = Field(default=1, ge=1, le=64, description="receiving cards beside each other, in the chain's order")

    @model_validator(mode="after")
    def _in_order(self) -> NovastarSettings:
        if self.least >= self.most:
            raise ValueError("least brightness is less than most")
        return self

    def level(self, percent: int) -> int:
        """The register's value of 0 to 255 for a brightness of 0 to 100."""
        part = float((percent / 100) ** self.curve)
        return round(255 * (self.least + part * (self.most - self.least)) / 100)

    def patch(self, place: Place, why: str) -> tuple[Patch, ...]:
        """Where on the wall a receiving card's lamps are; nothing if that was not said."""
        if self.module is None:
            return ()
        number, (wide, high) = self.places.index(place), self.module
        return (Patch(number % self.across * wide, number // self.across * high, wide, high, why),)

    @property
    def places(self) -> tuple[Place, ...]:
        """Every receiving card."""
        return tuple(Place(port, card) for port, cards in enumerate(self.chains) for card in range(cards))


class NovastarCard:
    """A sending card on an open link."""

    def __init__(self, link: Link, settings: NovastarSettings, clock: Callable[[], float] = time.monotonic) -> None:
        """Does no I/O yet; `clock` is monotonic."""
        self._settings = settings
        self._talk = Talk(link, clock)
        self._clock = clock
        self._serials = itertools.count(1)
        self.stores = 0  # of this run: each wears the cards' flash
        self._stored_at: float | None = None

    def identify(self) -> Identity:
        """Read model and firmware."""
        number = int.from_bytes(self._read(Kind.SENDING, MODEL, 2), "big")
        firmware = ".".join(str(part) for part in self._read(Kind.SENDING, FIRMWARE, 4))
        return Identity(f"NovaStar {MODELS.get(number, f'{number:04X}')}", firmware)

    def mode(self, mode: PanelMode) -> Evidence:
        """Show the video, hold its last picture, or go dark; on all receiving cards, and read back from each."""
        if mode is PanelMode.NORMAL:
            self.test_pattern(0)
        steps = [(BLACK, mode is PanelMode.BLACK), (FREEZE, mode is PanelMode.FROZEN)]
        # What is switched on goes first, so that no video shows between black and frozen.
        for register, on in sorted(steps, key=lambda step: not step[1]):
            evidence = self._set(register, ON if on else OFF)
        return evidence

    def brightness(self, percent: int) -> Evidence:
        """0 to 100 between the limits of the settings, on all receiving cards; gone at power-off unless stored."""
        if not 0 <= percent <= 100:
            raise SettingsError(f"brightness is 0 to 100 percent, not {percent}")
        return self._set(GLOBAL_BRIGHTNESS, bytes([self._settings.level(percent)]))

    def test_pattern(self, number: int) -> Evidence:
        """0 the video, 2 red, 3 green, 4 blue, 5 white, 6 to 8 lines, 9 grey, 10 ageing."""
        if number not in (0, *range(2, 11)):
            raise SettingsError(f"test patterns are 0 and 2 to 10, not {number}")
        return self._set(TEST_PATTERN, bytes([number]))

    def store(self) -> Evidence:
        """Keep the present settings over a power cut. This writes the cards' flash: counted, and at most once an hour."""
        now = self._clock()
        if self._stored_at is not None and now - self._stored_at < STORE_EVERY:
            left = (STORE_EVERY - (now - self._stored_at)) / 60
            raise SettingsError(f"the settings were stored a moment ago: flash wears, wait {left:.0f} minutes")
        self._order(write(Kind.RECEIVING, STORE, bytes([STORE_WORD])))
        self._stored_at, self.stores = now, self.stores + 1
        return Evidence.ACKNOWLEDGED

    def lux(self) -> float | None:
        """The light sensor of the sending card."""
        return lux(self._read(Kind.SENDING, LIGHT_SENSOR, 2))

    def watch(self) -> PanelSight:
        """Video, redundancy, and of each receiving card link, switches, warmth, fans and doors."""
        signal = bool(self._read(Kind.SENDING, VIDEO, 1)[0])
        told: dict[str, list[str]] = {}
        if any(self._read(Kind.SENDING, REDUNDANCY, 1)):
            told["redundancy"] = ["an output runs over its spare cable"]
        showing, dark = True, list[Patch]()
        for place in self._settings.places:
            name = f"{place.port + 1}-{place.card + 1}"
            why = self._away(place)
            if why:
                told.setdefault("cards", []).append(f"{name} {why}")
                dark += self._settings.patch(place, why)
                continue
            showing = showing and not any(self._read(Kind.RECEIVING, BLACK, 3, place))
            for code, words in _complaints(Health.from_bytes(self._read(Kind.RECEIVING, HEALTH, HEALTH_BYTES, place))):
                told.setdefault(code, []).append(f"{name} {words}")
        return PanelSight(signal, showing, {code: ", ".join(words) for code, words in told.items()}, tuple(dark))

    def _away(self, place: Place) -> str:
        """Why a receiving card shows nothing; empty if it is there."""
        try:
            return "" if any(self._read(Kind.RECEIVING, LINK, 2, place)) else "has no link"
        except RefusedError:
            return "does not answer"

    def report(self) -> Mapping[str, str]:
        """Video signal, light, and of each receiving card link, temperature and voltage."""
        light = lux(self._read(Kind.SENDING, LIGHT_SENSOR, 2))
        told = {
            "video": "signal" if self._read(Kind.SENDING, VIDEO, 1)[0] else "no signal",
            "light": "no sensor" if light is None else f"{light} lux",
            "spare cable": "in use" if any(self._read(Kind.SENDING, REDUNDANCY, 1)) else "not in use",
        }
        for place in self._settings.places:
            told[f"card {place.port + 1}-{place.card + 1}"] = self._card(place)
        return told

    def _card(self, place: Place) -> str:
        try:
            linked = any(self._read(Kind.RECEIVING, LINK, 2, place))
            health = Health.from_bytes(self._read(Kind.RECEIVING, HEALTH, HEALTH_BYTES, place))
        except (RefusedError, SilentError) as exc:
            return f"away: {exc}"
        warmth = "no thermometer" if health.celsius is None else f"{health.celsius:g} °C"
        volts = "no voltmeter" if health.volts is None else f"{health.volts:g} V"
        more = f", fans {'/'.join(map(str, health.fans))} a minute" if health.fans else ""
        more += ", a door is open" if health.doors else ""
        return f"{'linked' if linked else 'no link'}, {warmth}, {volts}{more}"

    def _set(self, register: int, data: bytes) -> Evidence:
        """Write to all receiving cards at once, then ask each: the sending card's yes says nothing of those behind it."""
        self._order(write(Kind.RECEIVING, register, data))
        for place in self._settings.places:
            found = self._read(Kind.RECEIVING, register, len(data), place)
            if found != data:
                raise MismatchError(f"card {place.port + 1}-{place.card + 1}", data.hex(), found.hex())
        return Evidence.READ_BACK if self._settings.places else Evidence.ACKNOWLEDGED

    def _read(self, kind: Kind, register: int, length: int, place: Place = FIRST) -> bytes:
        data = self._order(read(kind, register, length, place)).data
        if len(data) != length:
            raise GarbledError(f"{len(data)} bytes where {length} were asked for")
        return data

    def _order(self, message: Message) -> Message:
        """Send until answered; each sending has a number of its own, so a late answer is never taken for a new one."""
        fault: DeviceError | None = None
        tries = self._talk.tries(self._settings.tries)
        for _ in tries:
            answer, wait = self._ask(message)
            if answer is None:
                fault = SilentError(len(tries) * wait)
            elif answer.acknowledged == OK:
                return answer
            elif answer.acknowledged in (REQUEST_DAMAGED, REPLY_DAMAGED):
                fault = GarbledError(MEANINGS[answer.acknowledged])
            else:
                raise RefusedError(answer.acknowledged, MEANINGS.get(answer.acknowledged, ""))
        raise fault or SilentError(0)

    def _ask(self, message: Message) -> tuple[Message | None, float]:
        serial, card = next(self._serials) & 0xFF, self._settings.card
        asked = Message(
            message.kind, message.register, message.place, message.data, message.length, message.write, serial,
            destination=card,
        )  # fmt: skip

        def ours(got: Message) -> Message | None:
            return got if (got.serial, got.source, got.destination) == (serial, card, HOST) else None

        request = asked.to_bytes()
        wait = self._settings.timeout + (2 * len(request) + message.length) * BITS_A_BYTE / self._settings.baud
        return self._talk.ask(request, Decoder(), ours, wait), wait


def _complaints(health: Health) -> Iterator[tuple[str, str]]:
    if health.celsius is not None and health.celsius >= HOT:
        yield "heat", f"is at {health.celsius:g} °C"
    if health.fans and not all(health.fans):
        yield "fan", "has a fan that stands"
    if health.smoke:
        yield "smoke", "reports smoke"
    if health.doors:
        yield "door", "is open"


DRIVER = Driver(
    name="novastar",
    kind="panel",
    settings=NovastarSettings,
    open=NovastarCard,
    baud=BAUD,
    summary="NovaStar sending cards (MCTRL, MSD) over serial or TCP: brightness, black, freeze, test patterns, health",
)
