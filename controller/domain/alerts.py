"""Alerts: which devices they reach, over which topics, and what each shows. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

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


def showings(
    devices: Iterable[Device], contents: Callable[[Device], tuple[ContentRef, ...]], item: Callable[..., Item]
) -> Iterator[Showing]:
    """One showing for all devices that show the same files; a device without any is left out."""
    groups: dict[tuple[ContentRef, ...], list[str]] = {}
    for device in devices:
        if files := contents(device):
            groups.setdefault(files, []).append(device.id)
    for files, names in groups.items():
        yield Showing(targets=tuple(names), item=item(contents=files))
