"""The agent's config: one TOML file for one gate."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator

from schedules.model import Fact, Id


class ConfigError(Exception):
    """The config cannot be used; the text says where and why in one sentence."""


class ControllerConfig(Fact):
    """Where the controller answers, and the one-time code of the first meeting."""

    url: str = Field(pattern=r"^https?://[^\s/]+(/[^\s]*)?$")
    code: str = Field(default="", max_length=200)

    @field_validator("url")
    @classmethod
    def _no_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("url")
    @classmethod
    def _host_and_port(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            named = parts.hostname and parts.port != 0
        except ValueError as exc:
            raise ValueError(f'"{value}" is no address: {exc}') from exc
        if not named:
            raise ValueError(f'"{value}" names no host')
        return value


class SharedLine(Fact):
    """Manners on a bus that several devices share."""

    gap_ms: float = Field(default=5.0, ge=0, le=1000, description="silence before each frame")
    echo: bool = Field(default=False, description="the adapter hears what it sends")
    rts: bool = Field(default=False, description="the adapter's driver turns the line round by RTS")


class LineConfig(Fact):
    """One line: a serial port or a TCP port."""

    id: Id
    link: str = Field(min_length=1, description='"serial:/dev/serial/by-id/...", "tcp:HOST:PORT" or "screen:NAME"')
    baud: int | None = Field(default=None, ge=300, le=4_000_000, description="default: the driver's")
    bits: Literal[7, 8] = Field(default=8, description="data bits of a character")
    parity: Literal["N", "E", "O"] = "N"
    stopbits: Literal[1, 2] = 1
    rs485: SharedLine | None = None
    capture: bool = Field(
        default=False, description="write down every byte, in the state folder; 5 files of at most 4 MB"
    )

    @field_validator("link")
    @classmethod
    def _is_a_link(cls, value: str) -> str:
        if not re.fullmatch(r"(serial:.+|/.+|tcp:(\[[^\]]+\]|[^:\[\]]+):\d{1,5}|screen:[a-z0-9_-]+)", value):
            raise ValueError(f'a link is written "serial:/dev/...", "tcp:HOST:PORT" or "screen:NAME", not "{value}"')
        return value


class InputConfig(Fact):
    """What one contact input of a device means."""

    means: Literal["button", "fault", "mains", "door"]
    closed: bool = Field(default=True, description="the contact says so when it is closed; false: when it is open")
    call: Id | None = Field(default=None, description="of a button: the local call it starts")
    zones: tuple[Id, ...] = Field(default=(), description="of a fault: the zones that do not sound")

    @model_validator(mode="after")
    def _whole(self) -> InputConfig:
        if (self.means == "button") != (self.call is not None):
            raise ValueError("a button names its call, and nothing else has one")
        return self


class PanelConfig(Fact):
    """The sending card of a wall whose pixels go by video: it dims and darkens the wall, and says whether it gets the video."""

    line: Id
    driver: str = Field(min_length=1)
    settings: dict[str, Any] = Field(default_factory=dict)


class DeviceConfig(Fact):
    """One board or loudspeaker on a line. `settings` are the driver's, `sound` those of the sound process."""

    id: Id
    line: Id
    driver: str = Field(min_length=1)
    settings: dict[str, Any] = Field(default_factory=dict)
    public_zones: tuple[Id, ...] = Field(default=(), description="that hear what names no zones")
    sound: dict[str, Any] | None = None
    card: Path | None = Field(default=None, description="of an announcer box: the list of what lies on its card")
    stands_in_for: Id | None = Field(
        default=None,
        description="of an announcer box: the loudspeaker whose sound it takes over while that is in fault",
    )
    inputs: dict[Id, InputConfig] = Field(default_factory=dict, description="what the driver's named inputs mean")
    panel: PanelConfig | None = Field(default=None, description="of a wall fed by video: its sending card")

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines it is worked over."""
        return (self.line, self.panel.line) if self.panel else (self.line,)

    @model_validator(mode="after")
    def _wired(self) -> DeviceConfig:
        unknown = sorted(self.inputs.keys() - dict(self.settings.get("inputs", {})).keys())
        if unknown:
            raise ValueError(f"the settings have no inputs {', '.join(unknown)}")
        return self


class AgentConfig(Fact):
    """All that one agent must be told; everything else comes from its controller."""

    gate: Id
    agent: Id = "agent"
    state: Path
    clock: Literal["system", "trust"] = "system"
    controller: ControllerConfig
    lines: tuple[LineConfig, ...] = Field(min_length=1)
    devices: tuple[DeviceConfig, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _fits_together(self) -> AgentConfig:
        for what, ids in (("lines", [line.id for line in self.lines]), ("devices", [one.id for one in self.devices])):
            twice = sorted({each for each in ids if ids.count(each) > 1})
            if twice:
                raise ValueError(f"{what} must have ids of their own; twice: {', '.join(twice)}")
        links = [line.link for line in self.lines]
        if len(set(links)) != len(links):
            raise ValueError("two lines use the same link; put their devices on one line")
        for device in self.devices:
            beside = device.stands_in_for
            if beside is not None and beside not in {one.id for one in self.devices if one is not device}:
                raise ValueError(f"device {device.id} stands in for {beside}, which does not exist")
        known = {line.id for line in self.lines}
        for device in self.devices:
            if stray := [line for line in device.lines if line not in known]:
                raise ValueError(f"device {device.id} is on line {stray[0]}, which does not exist")
        return self

    def device_id(self, device: DeviceConfig) -> str:
        """ "gate/device"."""
        return f"{self.gate}/{device.id}"

    def line_of(self, device: DeviceConfig) -> LineConfig:
        """The line the device is on."""
        return next(line for line in self.lines if line.id == device.line)


def read_config(path: Path, controller_url: str | None = None) -> AgentConfig:
    """Read the file; `controller_url` replaces the one in it. ConfigError in one sentence if anything is wrong."""
    try:
        facts = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise ConfigError(f"the config {path} cannot be read: {exc.strerror or exc}") from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise ConfigError(f"the config {path} is not TOML: {exc}") from exc
    if controller_url is not None:
        facts = {**facts, "controller": {**facts.get("controller", {}), "url": controller_url}}
    try:
        return AgentConfig.model_validate(facts)
    except ValidationError as exc:
        raise ConfigError(f"the config {path} cannot be used: {first_fault(exc)}") from exc


def first_fault(exc: ValidationError) -> str:
    """The first thing wrong, with its place."""
    first = exc.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    text = first["msg"].removeprefix("Value error, ")
    return f"{place}: {text}" if place else text
