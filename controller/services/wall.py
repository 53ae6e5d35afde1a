"""The wall: every gate with its devices, and the names of what is on them."""

from __future__ import annotations

import sqlalchemy as sa

from controller.domain.people import Actor, Right
from controller.services.context import Deps
from controller.services.device import DeviceView, all_devices
from controller.store import registry
from controller.store.tables import alerts, messages, versions
from devices.rendering.colouring import words_alone
from schedules.model import Fact


class GateView(Fact):
    """A gate and its devices, in the order of the gates file."""

    id: str
    names: dict[str, str]
    devices: tuple[DeviceView, ...]


def all_gates(deps: Deps, actor: Actor, language: str) -> tuple[GateView, ...]:
    """Every gate; reasons are in `language`."""
    devices = all_devices(deps, actor, language)
    with deps.store.read() as connection:
        names = registry.gate_names(connection)
    return tuple(
        GateView(id=gate, names=words, devices=tuple(each for each in devices if each.gate == gate))
        for gate, words in names.items()
    )


def titles(deps: Deps, actor: Actor, language: str) -> dict[str, str]:
    """Titles of messages, and the words of alerts, by their ids."""
    actor.need(Right.READ)
    newest = sa.and_(versions.c.message == messages.c.id, versions.c.version == messages.c.version)
    with deps.store.read() as connection:
        found = {
            row.id: row.title
            for row in connection.execute(sa.select(messages.c.id, versions.c.title).join(versions, newest))
        }
        for row in connection.execute(sa.select(alerts.c.id, alerts.c.texts)):
            found[row.id] = words_alone(row.texts.get(language) or next(iter(row.texts.values()), ""))
    return found
