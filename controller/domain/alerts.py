"""Alerts: which devices they reach, over which topics, and what each shows. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from controller.domain.gates import Device
from controller.errors import InvalidError, Problem
from devices.contract.messages import Showing
from schedules.model import ContentRef, Item

EVERYWHERE = "all"


def reached(targets: Sequence[str], devices: Sequence[Device]) -> tuple[Device, ...]:
    """The devices that "all", "gate/*" and "gate/device" name; InvalidError if one names nothing."""
    problems = tuple(
        Problem(f"/targets/{place}", "device.unknown", f'"{target[:70]}" names no device')
        for place, target in enumerate(targets)
        if not any(_names(target, device) for device in devices)
    )
    if problems:
        raise InvalidError("device.unknown", "the alert would not reach what it names", problems)
    return tuple(device for device in devices if any(_names(target, device) for target in targets))


def _names(target: str, device: Device) -> bool:
    return target in (EVERYWHERE, device.id, f"{device.gate}/*")


def scopes(targets: Sequence[str]) -> tuple[str, ...]:
    """The topic scopes to publish under: "all" alone, or each gate once."""
    if EVERYWHERE in targets:
        return (EVERYWHERE,)
    return tuple(dict.fromkeys(target.partition("/")[0] for target in targets))


def hearing(devices: Sequence[Device], zones: Sequence[str]) -> tuple[Device, ...]:
    """The devices an alert for some zones is for: boards as ever, loudspeakers that have one; InvalidError if none has it."""
    problems = tuple(
        Problem(f"/zones/{place}", "zone.unknown", f'no loudspeaker it reaches has a zone or group "{zone}"')
        for place, zone in enumerate(zones)
        if not any(zone in device.spoken for device in devices)
    )
    if problems:
        raise InvalidError("zone.unknown", "the alert would not be heard where it should", problems)
    return tuple(one for one in devices if not zones or one.kind != "speaker" or one.zones_of(zones))


class Shown(NamedTuple):
    """What an alert shows on a device: its files, the item that shows them, where it is heard, and the marks of an exercise."""

    contents: Callable[[Device], tuple[ContentRef, ...]]
    item: Callable[..., Item]
    zones: tuple[str, ...] = ()
    marks: Mapping[str, Item | None] = {}


def showings(devices: Iterable[Device], shown: Shown) -> Iterator[Showing]:
    """One showing for all devices that show the same files in zones of the same names; a device without any is left out."""
    groups: dict[tuple[tuple[ContentRef, ...], tuple[str, ...]], list[str]] = {}
    for device in devices:
        zones = device.zones_of(shown.zones) if device.kind == "speaker" else ()
        if files := shown.contents(device):
            groups.setdefault((files, zones), []).append(device.id)
    for (files, zones), names in groups.items():
        mark = shown.marks.get(names[0])
        yield Showing(targets=tuple(names), item=shown.item(contents=files), zones=zones, mark=mark)
