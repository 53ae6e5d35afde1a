"""Makes the hands and workers of an agent from its config: drivers by name, links and sound by what the config says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from devices.agent.announcer import AnnouncerHand
from devices.agent.board import BoardHand
from devices.agent.capture import captured
from devices.agent.card import CardEntry, read_card
from devices.agent.config import AgentConfig, ConfigError, DeviceConfig, LineConfig, first_fault
from devices.agent.hand import Hand, Tools
from devices.agent.inputs import Inputs
from devices.agent.lettered import Lettered
from devices.agent.orders import View
from devices.agent.panel import PanelHand
from devices.agent.speaker import SpeakerHand
from devices.agent.witness import Chapter, Witness
from devices.agent.worker import LineWorker, OnLine
from devices.drivers.registry import Driver, load_driver
from devices.errors import SettingsError
from devices.ports import Clock, Link, SoundOut, TextBoard

if TYPE_CHECKING:
    from devices.sound.settings import SoundSettings

LinkFactory = Callable[[LineConfig, int], Link]
SoundFactory = Callable[[DeviceConfig], SoundOut]
WORKED = ("board", "text", "speaker", "player")  # kinds of devices that have a hand
EVERYBODY = 0  # as an address: of Alpha signs and Modbus boards all; the other protocols have it not or refuse theirs
PANEL = ":panel"  # after a wall's name: its sending card, on a line of its own


def open_line(line: LineConfig, baud: int) -> Link:
    """The real line; a relative path is taken from the working folder."""
    from devices.links.opening import open_link

    text = line.link
    if text.startswith("serial:"):
        text = "serial:" + str(Path(text.removeprefix("serial:")).absolute())
    shared = line.rs485
    return open_link(
        text, baud=baud, bits=line.bits, parity=line.parity, stopbits=line.stopbits,
        echo=bool(shared and shared.echo), gap=shared.gap_ms / 1000 if shared else None,
        rts=bool(shared and shared.rts),
    )  # fmt: skip


def open_sound(device: DeviceConfig) -> SoundOut:
    """The real sound process, or none if the config names none."""
    if device.sound is None:
        from devices.agent.nosound import NoSound

        return NoSound()
    from devices.sound.client import SoundProcess

    return SoundProcess(_sound_settings(device))


def _sound_settings(device: DeviceConfig) -> SoundSettings:
    from devices.sound.settings import SoundSettings

    settings: SoundSettings = _checked(SoundSettings, device.sound or {}, f"{device.id}.sound")
    return settings


def driver_of(config: AgentConfig, device: DeviceConfig) -> tuple[Driver, BaseModel]:
    """The driver, of a kind that agents work, and its checked settings; ConfigError says what is wrong."""
    try:
        driver = load_driver(device.driver)
    except SettingsError as exc:
        raise ConfigError(f"device {device.id}: {exc}") from exc
    if driver.kind not in WORKED:
        raise ConfigError(
            f"device {device.id}: the driver {device.driver} is for a {driver.kind}, which an agent does not work yet; "
            "try it with gatecast-agent try"
        )
    settings = dict(device.settings)
    if driver.kind == "player":
        settings["clips"] = {**settings.get("clips", {}), **{one.clip: one.number for one in _card(device)}}
    if "baud" in driver.settings.model_fields:
        settings.setdefault("baud", config.line_of(device).baud or driver.baud)
    return driver, _checked(driver.settings, settings, f"{device.id}.settings")


def panel_of(config: AgentConfig, device: DeviceConfig) -> tuple[Driver, BaseModel]:
    """The driver of a wall's sending card and its checked settings; ConfigError says what is wrong."""
    if device.panel is None:
        raise ConfigError(f"device {device.id} has no panel")
    try:
        driver = load_driver(device.panel.driver)
    except SettingsError as exc:
        raise ConfigError(f"device {device.id}: {exc}") from exc
    if driver.kind != "panel" or not load_driver(device.driver).by_video:
        raise ConfigError(f"device {device.id}: a panel has a driver of a panel, and stands behind a screen")
    line = next(line for line in config.lines if line.id == device.panel.line)
    settings = {"baud": line.baud or driver.baud, **device.panel.settings}
    return driver, _checked(driver.settings, settings, f"{device.id}.panel.settings")


def _card(device: DeviceConfig) -> tuple[CardEntry, ...]:
    try:
        return read_card(device.card) if device.card is not None else ()
    except SettingsError as exc:
        raise ConfigError(f"device {device.id}: {exc}") from exc


def _checked(model: type[Any], facts: dict[str, Any], place: str) -> Any:
    try:
        return model.model_validate(facts)
    except ValidationError as exc:
        raise ConfigError(f"{place}: {first_fault(exc)}") from exc


def build_workers(
    config: AgentConfig, tools: Callable[[str], Tools], clock: Clock, report: Callable[[str, View], None],
    open_link: LinkFactory, make_sound: SoundFactory,
) -> dict[str, LineWorker]:  # fmt: skip
    """The worker of each line, by the line's id; `tools(device)` are those of one hand."""
    workers = {}
    drivers = {device.id: driver_of(config, device) for device in config.devices}
    panels = {device.id: panel_of(config, device) for device in config.devices if device.panel}
    witnesses = {device.id: Witness() for device in config.devices if drivers[device.id][0].by_video}

    def panel_tools(device: str) -> Tools:
        whole = tools(device)
        return replace(whole, faults=Chapter(whole.faults, "panel."))

    for line in config.lines:
        _no_wildcards(config, line, drivers)
        on_line: dict[str, OnLine] = {}
        bauds: list[int] = []
        for device in config.devices:
            name, witness = config.device_id(device), witnesses.get(device.id)
            if device.line == line.id:
                driver, settings = drivers[device.id]
                mine = replace(tools(name), driver=driver.name, baud=getattr(settings, "baud", 0))
                on_line[name] = _on_line(device, driver, settings, mine, make_sound, witness)
                bauds.append(drivers[device.id][0].baud)
            if device.panel and device.panel.line == line.id and witness is not None:
                driver, settings = panels[device.id]
                on_line[f"{name}{PANEL}"] = _held(PanelHand(panel_tools(name), witness), driver, settings)
                bauds.append(driver.baud)
        opening = partial(open_link, line, line.baud or max(bauds, default=9600))
        if line.capture:
            opening = partial(captured, opening, config.state / "lines", line.id)
        workers[line.id] = LineWorker(
            line.id,
            on_line,
            opening,
            clock,
            partial(_told, report),
        )
    return workers


def _no_wildcards(config: AgentConfig, line: LineConfig, drivers: Mapping[str, tuple[Driver, BaseModel]]) -> None:
    """ConfigError if a device on a shared bus is called by an address that all of them answer to."""
    here = [device for device in config.devices if device.line == line.id]
    for device in here if len(here) > 1 or line.rs485 is not None else ():
        if getattr(drivers[device.id][1], "address", None) == EVERYBODY:
            raise ConfigError(
                f"device {device.id}: address {EVERYBODY} is for every device of line {line.id}: give each its own"
            )


def _told(report: Callable[[str, View], None], name: str, view: View) -> None:
    """A panel has no status of its own: it stands in its wall's."""
    if not name.endswith(PANEL):
        report(name, view)


def _held(hand: Hand, driver: Driver, settings: BaseModel) -> OnLine:
    # A quick look does not hold up the others on the line for a device that is away.
    quick = settings.model_copy(update={"tries": 1}) if "tries" in type(settings).model_fields else settings

    def take_hold(link: Link, patient: bool) -> Any:
        device = driver.open(link, settings if patient else quick)
        if driver.kind == "text" and isinstance(device, TextBoard):
            return Lettered(device, getattr(settings, "shape"))  # noqa: B009
        return device

    return OnLine(hand, take_hold)


def _on_line(
    device: DeviceConfig, driver: Driver, settings: BaseModel, tools: Tools, make_sound: SoundFactory,
    witness: Witness | None = None,
) -> OnLine:  # fmt: skip
    hand: Hand
    if driver.kind in ("board", "text"):
        hand = BoardHand(tools, getattr(settings, "shape"), witness)  # noqa: B009
    elif driver.kind == "player":
        hand = AnnouncerHand(tools, _card(device), dict(device.settings.get("clips", {})), tools.beside)
    else:
        public = device.public_zones or tuple(getattr(settings, "zones", ()))
        inputs = Inputs(device.inputs, tools.faults, tools.pressed)
        hand = SpeakerHand(tools, make_sound(device), public, inputs, _sound_settings(device).delay)
    return _held(hand, driver, settings)
