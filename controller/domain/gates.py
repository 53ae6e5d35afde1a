"""Gates and their devices: the register, its file, and how well a device is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from controller.calendars.sun import LANG_SON
from controller.domain.readers import Readers
from devices.contract.messages import Health, Status
from devices.contract.topics import ALL
from devices.profiles.board import BoardShape
from schedules.claims import Area
from schedules.model import DeviceId, Fact, Id
from schedules.suspension import KindFrom

SILENT_AFTER = timedelta(seconds=90)  # three missed heartbeats of 30 s (decision 0015)
SLOW_AFTER = timedelta(seconds=60)  # a plan should be on a connected agent long before


def _no_scope(gate: str) -> str:
    if gate == ALL:
        raise ValueError(f'"{ALL}" names every gate in an alert, so no gate can have it as its id')
    return gate


GateId = Annotated[Id, AfterValidator(_no_scope)]


class DeviceEntry(Fact):
    """One device in the gates file; `zones` are the public zones of a loudspeaker."""

    id: Id
    kind: Literal["board", "speaker"]
    shape: str | None = None
    agent: Id = "agent"
    names: dict[str, str] = Field(default_factory=dict)
    readers: Readers | None = Field(default=None, description="who reads a board, from where, how fast they pass")
    driver: str | None = Field(
        default=None, max_length=64, description="of a board: the driver in its agent's config, for what it can do"
    )
    zones: tuple[Id, ...] = ()
    zone_names: dict[Id, dict[str, str]] = Field(default_factory=dict, description="zone or group -> language -> name")
    areas: tuple[Area, ...] = Field(default=(), description="parts of a board that show things of their own")
    groups: dict[Id, tuple[Id, ...]] = Field(
        default_factory=dict, description="group -> its zones here; a group of one name on several devices is one group"
    )

    @field_validator("shape")
    @classmethod
    def _one_spelling(cls, value: str | None) -> str | None:
        """ "128x32" and "128x32:mono" are one board, and page files are looked up by it."""
        return None if value is None else str(BoardShape.parse(value))

    @model_validator(mode="after")
    def _shaped(self) -> DeviceEntry:
        if (self.kind == "board") != (self.shape is not None):
            raise ValueError("a board has a shape, a speaker has none")
        if self.kind != "board" and self.readers is not None:
            raise ValueError("only a board has readers")
        for name, zones in self.groups.items():
            if name in self.zones or not zones or set(zones) - set(self.zones):
                raise ValueError(
                    f'the group "{name}" has zones this device has not, or none, or is itself called like a zone'
                )
        if self.areas:
            self._divided(BoardShape.parse(self.shape or ""))
        return self

    def _divided(self, board: BoardShape) -> None:
        for place, area in enumerate(self.areas):
            if area.left + area.width > board.width or area.top + area.height > board.height:
                raise ValueError(f'the area "{area.id}" reaches beyond the board')
            if any(area.meets(other) or area.id == other.id for other in self.areas[:place]):
                raise ValueError(f'the area "{area.id}" lies over another, or has its name')


class GateEntry(Fact):
    """One gate in the gates file."""

    id: GateId
    names: dict[str, str] = Field(default_factory=dict)
    latitude: float = Field(default=LANG_SON[0], ge=-60, le=60, description="for sunrise and sunset")
    longitude: float = Field(default=LANG_SON[1], ge=-180, le=180)
    kinds: tuple[KindFrom, ...] = Field(default=(), description="what the gate is in law, and since when")
    devices: tuple[DeviceEntry, ...] = ()

    @field_validator("devices")
    @classmethod
    def _one_each(cls, value: tuple[DeviceEntry, ...]) -> tuple[DeviceEntry, ...]:
        if len({device.id for device in value}) != len(value):
            raise ValueError("two devices of a gate have the same id")
        return value


class GatesFile(Fact):
    """The whole file: `[[gates]]` with their `[[gates.devices]]`."""

    gates: tuple[GateEntry, ...]

    @field_validator("gates")
    @classmethod
    def _one_each(cls, value: tuple[GateEntry, ...]) -> tuple[GateEntry, ...]:
        if len({gate.id for gate in value}) != len(value):
            raise ValueError("two gates have the same id")
        return value


class Device(Fact):
    """A device of the register."""

    id: DeviceId
    gate: Id
    kind: Literal["board", "speaker"]
    shape: str | None = None
    agent: Id
    names: dict[str, str]
    readers: Readers | None = None
    driver: str | None = None
    zones: tuple[Id, ...] = ()
    zone_names: dict[Id, dict[str, str]] = Field(default_factory=dict)
    areas: tuple[Area, ...] = ()
    groups: dict[Id, tuple[Id, ...]] = Field(default_factory=dict)
    place: tuple[float, float] = LANG_SON

    @property
    def spoken(self) -> frozenset[str]:
        """What its zones can be called: by themselves, and by groups."""
        return frozenset(self.zones) | self.groups.keys()

    def zones_of(self, names: Iterable[str]) -> tuple[Id, ...]:
        """The zones of this device that are named, by themselves or by a group of theirs, in the device's order."""
        wanted = set(names)
        wanted |= {zone for name in wanted & self.groups.keys() for zone in self.groups[name]}
        return tuple(zone for zone in self.zones if zone in wanted)

    def shape_of(self, area: str | None = None) -> str | None:
        """The shape pages are made for: the board's, or that of an area of it; None if there is none."""
        if area is None or self.shape is None:
            return self.shape
        found = next((one for one in self.areas if one.id == area), None)
        if found is None:
            return None
        return str(BoardShape(width=found.width, height=found.height, colours=self.board.colours))

    @property
    def shapes(self) -> tuple[str, ...]:
        """All shapes pages are made for here."""
        areas = (self.shape_of(area.id) for area in self.areas)
        return tuple(shape for shape in (self.shape, *areas) if shape)

    @property
    def board(self) -> BoardShape:
        """The shape of a board."""
        return BoardShape.parse(self.shape or "")


class Sight(Fact):
    """All the controller knows of a device's condition at one moment."""

    status: Status | None = None
    agent_online: bool = False
    seen_at: datetime | None = None
    revision_wanted: int = 0
    issued_at: datetime | None = None


def health(sight: Sight, now: datetime) -> Health:
    """Green means "shows what it should" (decision 0011), and a device that is not heard is never green."""
    if sight.status is None or sight.seen_at is None:
        return Health.UNMEASURED
    if not sight.agent_online or now - sight.seen_at > SILENT_AFTER:
        return Health.OFFLINE
    behind = sight.status.revision != sight.revision_wanted
    if sight.status.health is Health.HEALTHY and behind and sight.issued_at and now - sight.issued_at > SLOW_AFTER:
        return Health.IMPAIRED
    return sight.status.health
