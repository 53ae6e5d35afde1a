"""A whole gate made of code, from the config its agent runs on."""

from __future__ import annotations

import contextlib
import json
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from devices.profiles.board import BoardShape
from devices.rendering.page import Page, blank_page
from devices.rendering.png import png
from devices.simulators.alpha_sign import AlphaSign
from devices.simulators.amplifiers import POWER, ToaAmplifier
from devices.simulators.announcers import DfPlayer
from devices.simulators.boards import OnbonBoard
from devices.simulators.faults import Faults
from devices.simulators.font_boards import FONT_SERIES, FontBoard
from devices.simulators.line import SimulatedLine
from devices.simulators.pty import End, PtyEnd, TcpEnd
from devices.simulators.sending_card import SendingCard
from devices.simulators.speakers import RelayBoard
from devices.simulators.template_device import TemplateDevice

Simulated = OnbonBoard | FontBoard | AlphaSign | RelayBoard | ToaAmplifier | DfPlayer | SendingCard | TemplateDevice
Settings = Mapping[str, Any]


class Picture:
    """A PNG file that always holds the newest page, whole: who reads it never meets half a picture."""

    def __init__(self, path: Path) -> None:
        """The folder is made if need be."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._fresh = path.with_name(f".{path.name}.{os.getpid()}")

    def __call__(self, page: Page) -> None:
        """Draw; on a full disk the old picture stays and the board goes on."""
        with contextlib.suppress(OSError):
            self.draw(page)

    def draw(self, page: Page) -> None:
        """Write the page beside the file and rename it over."""
        self._fresh.write_bytes(png(page))
        self._fresh.replace(self._path)


class Log:
    """A line for each thing that happens: when, and what."""

    def __init__(self, path: Path) -> None:
        """Older lines stay."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        self._path = path

    def __call__(self, words: str) -> None:
        """Append one line; on a full disk it is lost and the device goes on."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        with contextlib.suppress(OSError), self._path.open("a", encoding="utf-8") as log:
            log.write(f"{now} {words}\n")


class RelayLog:
    """A line for each relay, output or clip that changes: when, which, on or off."""

    def __init__(self, path: Path, names: Mapping[int, str]) -> None:
        """`names` by number; one without a name is called by its number."""
        self._log, self._names = Log(path), names

    def __call__(self, number: int, on: bool) -> None:
        """Append one line."""
        self._log(f"{self._names.get(number, f'coil-{number}')} {'on' if on else 'off'}")


class Contacts:
    """Inputs that somebody closes by hand: a file holds the names of those that are closed, one a line."""

    def __init__(self, path: Path, names: Mapping[str, int]) -> None:
        """No file, or an empty one: all are open. Words that name no input close nothing."""
        self._path, self._names = path, names

    def __call__(self) -> frozenset[int]:
        """The inputs that are closed now."""
        try:
            words = self._path.read_text(encoding="utf-8", errors="replace").split()
        except OSError:
            return frozenset()
        return frozenset(self._names[word] for word in words if word in self._names)


def onbon_board(settings: Settings, picture: Path | None, log: Path | None) -> OnbonBoard | FontBoard:
    """A board that draws itself; its series says whether it is told pictures or texts."""
    shape, series = BoardShape.parse(settings["shape"]), settings.get("series", "6E2")
    kind = FontBoard if series in FONT_SERIES else OnbonBoard
    return kind(shape, address=settings.get("address", 1), series=series, changed=_drawn(shape, picture))


def font_board(settings: Settings, picture: Path | None, log: Path | None) -> FontBoard:
    """A board that draws the texts it is told."""
    shape, series = BoardShape.parse(settings["shape"]), settings.get("series", "6K1")
    series = series if series in FONT_SERIES else "6K1"
    return FontBoard(shape, address=settings.get("address", 1), series=series, changed=_drawn(shape, picture))


def alpha_sign(settings: Settings, picture: Path | None, log: Path | None) -> AlphaSign:
    """A sign that draws itself."""
    shape = BoardShape.parse(settings["shape"])
    return AlphaSign(shape, address=f"{settings.get('address', 1):02X}", changed=_drawn(shape, picture))


def _drawn(shape: BoardShape, path: Path | None) -> Picture | None:
    """A picture that begins dark."""
    if path is None:
        return None
    picture = Picture(path)
    picture.draw(blank_page(shape))
    return picture


def relay_board(settings: Settings, picture: Path | None, log: Path | None) -> RelayBoard:
    """Relays that write down their moves by the names of their zones."""
    names = {coil: zone for zone, coil in settings.get("zones", {}).items()}
    if "power" in settings:
        names[settings["power"]] = "power"
    moved = RelayLog(log, names) if log else None
    inputs = Contacts(log.with_suffix(".inputs"), settings.get("inputs", {})) if log else None
    address, coils = settings.get("address", 1), settings.get("coils", 8)
    return RelayBoard(address=address, coils=coils, changed=moved, contacts=inputs)


def toa_amplifier(settings: Settings, picture: Path | None, log: Path | None) -> ToaAmplifier:
    """An amplifier whose outputs are zones."""
    names = {output: zone for zone, output in settings.get("zones", {}).items()} | {POWER: "power"}
    return ToaAmplifier(settings.get("model", "9000M2"), changed=RelayLog(log, names) if log else None)


def dfplayer(settings: Settings, picture: Path | None, log: Path | None) -> DfPlayer:
    """An announcer with the clips of the config (places and seconds, or names and numbers as an agent has them), or a siren."""
    clips = settings.get("clips", {"01/001": 8.0})
    if not all("/" in name for name in clips):
        clips = {_place(settings.get("folder"), number): 2.0 for number in sorted(clips.values())}
    names = dict(enumerate(clips, 1))
    return DfPlayer(clips, changed=RelayLog(log, names) if log else None)


def _place(folder: int | None, number: int) -> str:
    return f"{folder:02d}/{number:03d}" if folder else f"mp3/{number:04d}"


def sending_card(settings: Settings, picture: Path | None, log: Path | None) -> SendingCard:
    """A sending card with its wall; the pixels come by video and are not its affair."""
    chains = settings.get("chains", [2, 2])
    return SendingCard(
        index=settings.get("index", settings.get("card", 0)),
        ports=settings.get("ports", len(chains)),
        boards=settings.get("boards", max(chains)),
        model=settings.get("model", "MCTRL300"),
        changed=Log(log) if log else None,
    )


def template_device(settings: Settings, picture: Path | None, log: Path | None) -> TemplateDevice:
    """A device made from the same description as its driver."""
    names = {number: f"zone-{number}" for number in range(256)} | {POWER: "power"}
    names |= {number: zone for zone, number in settings.get("zones", {}).items()}
    changed = RelayLog(log, names) if log else None
    return TemplateDevice.from_file(Path(settings["file"]), address=settings.get("address", 1), changed=changed)


# What stands in for a device of each driver; each uses the file it has something to put into.
KINDS: Mapping[str, Callable[[Settings, Path | None, Path | None], Simulated]] = {
    "onbon_bx": onbon_board,
    "alpha": alpha_sign,
    "novastar": sending_card,
    "modbus_relay": relay_board,
    "toa_9000": toa_amplifier,
    "dfplayer": dfplayer,
    "template": template_device,
    "onbon_k": font_board,
}


OWN_PROGRAMS = ("screen",)  # drivers whose other end is a program of ours, which needs no stand-in
OWN_LINKS = ("screen:",)
PANEL = ":panel"  # after a wall's name: the sending card behind it


def _on_card(path: str | None) -> Settings:
    """The clips a list of a card names, by place, with their seconds."""
    if path is None:
        return {}
    entries = json.loads(Path(path).read_text(encoding="utf-8"))
    return {"clips": {f"mp3/{one['number']:04d}": one["seconds"] for one in entries}}


def simulated(driver: str, settings: Settings, *, picture: Path | None = None, log: Path | None = None) -> Simulated:
    """The stand-in for a device of `driver`; ValueError if there is none."""
    if driver not in KINDS:
        raise ValueError(f"there is no simulator for {driver}; there are: {', '.join(KINDS)}")
    return KINDS[driver](settings, picture, log)


def open_end(link: str) -> End:
    """The device's end of a link: "serial:PATH" makes a terminal linked there, "tcp:HOST:PORT" listens."""
    kind, _, where = link.partition(":")
    if kind in ("serial", "pty"):
        return PtyEnd(Path(where) if where else None)
    host, _, port = where.rpartition(":")
    if kind == "tcp" and host and port.isdecimal():
        return TcpEnd(host, int(port))
    raise ValueError(f'a simulated line is "serial:PATH", "pty", "pty:PATH" or "tcp:HOST:PORT", not "{link}"')


class SimulatedGate:
    """All lines and devices of one agent config."""

    def __init__(self, config: Mapping[str, Any], out: Path, faults: Faults | None = None) -> None:
        """`faults` fall on every line; a line whose config says echo has an adapter that echoes."""
        gate = config["gate"]
        self.devices: dict[str, Simulated] = {}
        self.lines: dict[str, SimulatedLine] = {}
        devices = config.get("devices", [])
        for device in (each for each in devices if each["driver"] not in OWN_PROGRAMS):
            name = f"{gate}-{device['id']}"
            settings = {**device.get("settings", {}), **_on_card(device.get("card"))}
            self.devices[device["id"]] = simulated(
                device["driver"], settings, picture=out / f"{name}.png", log=out / f"{name}.log"
            )
        for device in (each for each in devices if "panel" in each):
            panel, name = device["panel"], f"{device['id']}{PANEL}"
            log = out / f"{gate}-{device['id']}-card.log"
            self.devices[name] = simulated(panel["driver"], panel.get("settings", {}), log=log)
        try:
            for line in (each for each in config.get("lines", []) if not each["link"].startswith(OWN_LINKS)):
                on_it = [self.devices[device["id"]] for device in devices if device["line"] == line["id"]]
                on_it += [
                    self.devices[f"{device['id']}{PANEL}"]
                    for device in devices
                    if device.get("panel", {}).get("line") == line["id"]
                ]
                self.lines[line["id"]] = _line(line, on_it, faults or Faults())
        except (OSError, ValueError, KeyError):
            self.stop()
            raise

    @classmethod
    def from_file(cls, path: Path, out: Path, faults: Faults | None = None) -> SimulatedGate:
        """Read an agent's TOML."""
        return cls(tomllib.loads(path.read_text(encoding="utf-8")), out, faults)

    def start(self) -> SimulatedGate:
        """Let every line listen."""
        for line in self.lines.values():
            line.start()
        return self

    def board(self, device: str) -> OnbonBoard:
        """The Onbon board called `device`."""
        found = self.devices[device]
        if not isinstance(found, OnbonBoard):
            raise TypeError(f"{device} is not a board")
        return found

    def relays(self, device: str) -> RelayBoard:
        """The relay board called `device`."""
        found = self.devices[device]
        if not isinstance(found, RelayBoard):
            raise TypeError(f"{device} is not a relay board")
        return found

    def stop(self) -> None:
        """End every line; a second stop does nothing."""
        for line in self.lines.values():
            line.stop()


def _line(line: Mapping[str, Any], devices: list[Simulated], faults: Faults) -> SimulatedLine:
    if line.get("rs485", {}).get("echo", False):
        faults = replace(faults, echo=True)
    return SimulatedLine(open_end(line["link"]), devices, line.get("baud", 9600), faults)
