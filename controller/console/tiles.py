"""A device as one tile of the wall: only words and addresses, in the reader's language. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from controller.console.i18n import Words, moment
from controller.services.device import DeviceView
from controller.services.wall import GateView
from devices.contract.messages import Fault
from devices.profiles.board import BoardShape
from schedules.drills import MARK
from schedules.model import Fact


class Tile(Fact):
    """What the page shows of a device; the live stream sends exactly these."""

    id: str
    kind: str
    name: str
    health: str
    health_word: str
    title: str
    why: str
    until: str
    seen_at: str | None
    age: str
    faults: tuple[str, ...]
    picture: str = ""
    picture_alt: str = ""
    width: int = 0
    height: int = 0
    zones: tuple[tuple[str, str], ...] = ()
    zones_open: tuple[str, ...] = ()
    drill: bool = False
    dark: tuple[tuple[int, int, int, int], ...] = ()  # left, top, width, height in lamps
    dark_words: str = ""


def named(names: Mapping[str, str], language: str, otherwise: str) -> str:
    """The name in a language, else in Vietnamese, else the id."""
    return names.get(language) or names.get("vi") or otherwise


def device_names(gates: Iterable[GateView], language: str) -> dict[str, str]:
    """What each device is called, with its gate before it."""
    return {
        each.id: f"{named(gate.names, language, gate.id)}: {named(each.names, language, each.id)}"
        for gate in gates
        for each in gate.devices
    }


def tile(device: DeviceView, titles: Mapping[str, str], _: Words, now: datetime) -> Tile:
    """The tile of one device."""
    name = named(device.names, _.language, device.id)
    title = _title(device, titles, _)
    board = BoardShape.parse(device.shape) if device.shape else None
    return Tile(
        id=device.id,
        kind=device.kind,
        name=name,
        health=device.health,
        health_word=_("health " + device.health),
        title=title,
        why=device.on_air.why if device.on_air else "",
        until=_until(device, _, now),
        seen_at=device.seen_at.isoformat(timespec="seconds") if device.seen_at else None,
        age=_age(device, _, now),
        faults=tuple(_fault(fault, _) for fault in device.faults),
        picture=_picture(device),
        picture_alt=_("What {device} shows: {title}", device=name, title=title),
        width=board.width if board else 0,
        height=board.height if board else 0,
        zones=tuple((zone, named(device.zone_names.get(zone, {}), _.language, zone)) for zone in device.zones),
        zones_open=device.shown.zones if device.shown else (),
        drill=bool(device.on_air and device.on_air.drill),
        dark=tuple((one.left, one.top, one.width, one.height) for one in device.dark),
        dark_words=_("Parts of the board show nothing") if device.dark else "",
    )


def _title(device: DeviceView, titles: Mapping[str, str], _: Words) -> str:
    if device.on_air is None or device.on_air.message is None:
        return _("Exercise: live microphone") if device.on_air and device.on_air.drill else _("Nothing on air")
    if device.on_air.drill:
        return _("Exercise: {title}", title=_said(device.on_air.message, titles, _))
    title = titles.get(device.on_air.message, device.on_air.message)
    return _("Emergency: {title}", title=title) if device.on_air.cause == "alert" else title


def _said(message: str, titles: Mapping[str, str], _: Words) -> str:
    return _("the mark of an exercise") if message == MARK else titles.get(message, message)


def _fault(fault: Fault, _: Words) -> str:
    """The fault in the reader's language where we have words for its code; the agent's own words otherwise."""
    known = "fault " + fault.code
    words = _(known) if known in _.catalogue else fault.text
    return f"{words} ({fault.code}, ×{fault.count})"


def _until(device: DeviceView, _: Words, now: datetime) -> str:
    if device.on_air is None:
        return ""
    if device.on_air.until is None:
        return _("without end")
    return _("until {moment}", moment=moment(device.on_air.until, now))


def _age(device: DeviceView, _: Words, now: datetime) -> str:
    return f"{max(0, int((now - device.seen_at).total_seconds()))} s" if device.seen_at else _("never")


def _picture(device: DeviceView) -> str:
    if device.kind != "board":
        return ""
    if device.shown is None:
        return f"/api/v1/devices/{device.id}/wanted.png"
    version = f"{(device.shown.sha256 or 'blank')[:12]}-{device.shown.page}"
    return f"/api/v1/devices/{device.id}/shown.png?v={version}"
