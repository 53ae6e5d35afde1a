"""Zones behind the relays of one Modbus RTU board: one group write, then the board's own word that it was done."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping

from pydantic import Field, model_validator

from devices.drivers.modbus_relay.codec import (
    BUSY,
    LONGEST_TENTHS,
    READ_COILS,
    READ_INPUTS,
    AnswerDecoder,
    HoldCoil,
    No,
    Read,
    Reply,
    Request,
    WriteCoils,
    Yes,
    unpack,
)
from devices.drivers.registry import Driver
from devices.drivers.talk import Talk
from devices.errors import BusyError, GarbledError, MismatchError, RefusedError, SettingsError, SilentError
from devices.ports import Evidence, Identity, Link
from schedules.model import Fact, Id

BAUD = 9600
BITS_A_BYTE = 11  # 8N1 is 10; 8E1 and 8N2, which the serial line guide prefers, are 11


class RelaySettings(Fact):
    """One relay board, as the config describes it. Coils and inputs count from 0, as on the wire."""

    # 0 is everybody, unanswered; 248 and up are reserved (serial line guide 2.2).
    address: int = Field(default=1, ge=1, le=247)
    zones: dict[Id, int] = Field(min_length=1, description="zone -> coil")
    power: int | None = Field(default=None, description="coil of the amplifiers' power; None: always on")
    inputs: dict[Id, int] = Field(default_factory=dict, description="name -> contact input: fault, mains, door")
    coils: int = Field(default=8, ge=1, le=64, description="relays on the board; all are written together")
    baud: int = Field(default=BAUD, ge=1200, le=1_000_000, description="of the line, for time-outs")
    # The serial line guide allows a second on 9600 baud; boards answer within 50 ms.
    timeout: float = Field(default=0.5, gt=0, le=10, description="seconds the board may think before it answers")
    tries: int = Field(default=3, ge=1, le=10, description="sendings before a silent board is given up")
    busy_wait: float = Field(default=0.1, gt=0, le=10, description="seconds between sendings to a busy board")
    busy_patience: float = Field(default=2.0, ge=0, le=60, description="seconds a board may stay busy")
    # Relays bounce for some 10 ms and amplifiers mute themselves while they wake.
    power_settle: float = Field(default=0.3, ge=0, le=30, description="seconds from power to the first zone")
    settle: float = Field(default=0.05, ge=0, le=5, description="seconds from a write to its read-back")

    dead_man: float | None = Field(
        default=None, ge=2, le=3000,
        description="seconds after which the board shuts zones that nobody confirmed; only for boards with timed coils",
    )  # fmt: skip

    @model_validator(mode="after")
    def _wired_once(self) -> RelaySettings:
        wires = [*self.zones.values(), *([] if self.power is None else [self.power])]
        if len(set(wires)) != len(wires):
            raise ValueError("two zones, or a zone and the power, share a coil")
        if any(not 0 <= coil < self.coils for coil in wires):
            raise ValueError(f"the board has coils 0 to {self.coils - 1}")
        if any(not 0 <= contact < 64 for contact in self.inputs.values()):
            raise ValueError("inputs are numbered 0 to 63")
        return self


class RelayBoard:
    """The zones of one board on an open link."""

    def __init__(self, link: Link, settings: RelaySettings, clock: Callable[[], float] = time.monotonic) -> None:
        """Does no I/O yet; `clock` is monotonic."""
        self._settings = settings
        self._talk, self._clock = Talk(link, clock), clock

    def identify(self) -> Identity:
        """Modbus has no name to ask for; reading the coils shows that the board is there."""
        self._coils()
        return Identity(model="Modbus RTU relay board")

    def open_zones(self, zones: frozenset[str]) -> Evidence:
        """Power, then all zones in one write, then read back. Where power must come on first, it settles before the zones."""
        if unknown := zones - self._settings.zones.keys():
            raise SettingsError(f"no such zones: {', '.join(sorted(unknown))}")
        power = self._settings.power
        if zones and power is not None and not self._coils()[power]:
            on = self._write({power})
            self._talk.rest(on + self._settings.power_settle - self._clock())
        wanted = {self._settings.zones[zone] for zone in zones} | ({power} if zones and power is not None else set())
        try:
            self._write(wanted)
        except MismatchError:
            self._hold(wanted)  # those that did close must not stay so when the agent dies
            raise
        self._hold(wanted)
        return Evidence.READ_BACK

    @property
    def confirm_every(self) -> float | None:
        """Seconds after which open zones must be opened again, or the board shuts them; None: they stay."""
        return None if self._settings.dead_man is None else self._settings.dead_man / 3

    def _hold(self, closed: set[int]) -> None:
        """Have the board count the time of each closed coil: with the agent dead they open by themselves."""
        if self._settings.dead_man is not None:
            for coil in sorted(closed):
                self._order(
                    HoldCoil(self._settings.address, coil, min(round(self._settings.dead_man * 10), LONGEST_TENTHS))
                )

    @property
    def noise(self) -> float:
        """The share of the last questions about which damaged bytes came."""
        return self._talk.noise

    def zones(self) -> frozenset[str]:
        """The zones whose coil the board says is closed, and no zone while its amplifiers have no power."""
        coils = self._coils()
        if self._settings.power is not None and not coils[self._settings.power]:
            return frozenset()
        return frozenset(zone for zone, coil in self._settings.zones.items() if coils[coil])

    def inputs(self) -> Mapping[str, bool]:
        """The named contacts; True is closed."""
        if not self._settings.inputs:
            return {}
        count = max(self._settings.inputs.values()) + 1
        states = self._read(READ_INPUTS, count)
        return {name: states[contact] for name, contact in self._settings.inputs.items()}

    def _write(self, closed: set[int]) -> float:
        """Write all coils and read them back; the instant at which the board had them, by the clock."""
        bits = tuple(coil in closed for coil in range(self._settings.coils))
        self._order(WriteCoils(self._settings.address, 0, bits))
        written = self._clock()
        self._talk.rest(self._settings.settle)
        found = self._coils()
        if found != bits:
            raise MismatchError(
                "closed coils", sorted(closed), [coil for coil, is_closed in enumerate(found) if is_closed]
            )
        return written

    def _coils(self) -> tuple[bool, ...]:
        return self._read(READ_COILS, self._settings.coils)

    def _read(self, function: int, count: int) -> tuple[bool, ...]:
        return unpack(self._order(Read(self._settings.address, function, 0, count)).data, count)

    def _order(self, request: Request) -> Yes:
        """Send until the board answers. Reads and group writes may be repeated: they set a state, they do not toggle."""
        noise = 0
        tries = self._talk.tries(self._settings.tries)
        for _ in tries:
            answer, skipped = self._ask_patiently(request)
            if isinstance(answer, No):
                raise RefusedError(answer.reason, answer.meaning)
            if isinstance(answer, Yes):
                return answer
            noise += skipped
        if noise:
            raise GarbledError(f"{noise} bytes came that answer nothing")
        raise SilentError(len(tries) * self._wait(request))

    def _ask_patiently(self, request: Request) -> tuple[Reply | None, int]:
        """Ask again while the board is busy, within the patience of the settings; also how many bytes were no answer."""
        rounds = math.ceil(self._settings.busy_patience / self._settings.busy_wait)
        for _ in range(rounds + 1):
            decoder = AnswerDecoder(request)
            answer = self._talk.ask(request.to_bytes(), decoder, _any, self._wait(request))
            if not isinstance(answer, No) or answer.reason != BUSY:
                return answer, decoder.skipped
            self._talk.rest(self._settings.busy_wait)
        raise BusyError(BUSY, No(BUSY).meaning)

    def _wait(self, request: Request) -> float:
        """Seconds until an answer is late: the line's own time both ways, then the board's."""
        line = (len(request.to_bytes()) + request.answer_size) * BITS_A_BYTE / self._settings.baud
        return line + self._settings.timeout


def _any(answer: Reply) -> Reply:
    """The decoder lets through only what answers the question."""
    return answer


DRIVER = Driver(
    name="modbus_relay",
    kind="speaker",
    settings=RelaySettings,
    open=RelayBoard,
    baud=BAUD,
    summary="Modbus RTU relay boards: zones and amplifier power by coils, faults by contact inputs",
)
