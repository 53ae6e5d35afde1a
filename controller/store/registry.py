"""Gates and devices as rows."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from controller.domain.gates import Device, GatesFile
from controller.errors import UnknownError
from controller.store.database import put
from controller.store.tables import devices, gates
from schedules.suspension import Gate

_WITH_PLACE = sa.select(devices, gates.c.latitude, gates.c.longitude)


def take_over(connection: Connection, file: GatesFile) -> None:
    """Make the register what the gates file says; a device that is no longer there keeps its history only."""
    connection.execute(sa.update(devices).values(active=False))
    for place, gate in enumerate(file.gates):
        facts = gate.model_dump(mode="json", exclude={"devices"})
        put(connection, gates, facts | {"position": place})
        for position, device in enumerate(gate.devices):
            row: dict[str, Any] = device.model_dump(mode="json") | {"id": f"{gate.id}/{device.id}"}
            put(connection, devices, row | {"gate": gate.id, "position": position, "active": True})


def all_devices(connection: Connection) -> tuple[Device, ...]:
    """Every device in the register, in the order of the gates file."""
    query = (
        _WITH_PLACE.join(gates)
        .where(devices.c.active)
        .order_by(gates.c.position, gates.c.id, devices.c.position, devices.c.id)
    )
    return tuple(_device(row) for row in connection.execute(query))


def one_device(connection: Connection, device: str) -> Device:
    """The device with an id; UnknownError if the register has none."""
    row = connection.execute(_WITH_PLACE.join(gates).where(devices.c.id == device, devices.c.active)).first()
    if row is None:
        raise UnknownError("device", device)
    return _device(row)


def ever(connection: Connection, device: str) -> None:
    """UnknownError if no device of that id was ever in the register."""
    if connection.execute(sa.select(devices.c.id).where(devices.c.id == device)).first() is None:
        raise UnknownError("device", device)


def gate_names(connection: Connection) -> dict[str, dict[str, str]]:
    """Every gate's names by language, in the order of the gates file."""
    rows = connection.execute(sa.select(gates.c.id, gates.c.names).order_by(gates.c.position, gates.c.id))
    return {row.id: row.names for row in rows}


def _device(row: Row[Any]) -> Device:
    return Device(
        id=row.id, gate=row.gate, kind=row.kind, shape=row.shape, agent=row.agent, names=row.names, zones=row.zones,
        readers=row.readers, driver=row.driver,
        zone_names=row.zone_names, areas=tuple(row.areas), groups=row.groups, place=(row.latitude, row.longitude),
    )  # fmt: skip


def as_file(connection: Connection) -> GatesFile:
    """The register in the form of the gates file."""
    standing = all_devices(connection)
    rows = connection.execute(sa.select(gates).order_by(gates.c.position, gates.c.id))
    facts = [{name: value for name, value in row._mapping.items() if name != "position"} for row in rows]
    for gate in facts:
        gate["devices"] = [_entry(device) for device in standing if device.gate == gate["id"]]
    return GatesFile.model_validate({"gates": facts})


def law_of(connection: Connection, gate: str) -> Gate:
    """What a gate is in law, and since when; UnknownError if there is no such gate, or the gates file does not say."""
    row = connection.execute(sa.select(gates.c.kinds).where(gates.c.id == gate)).first()
    if row is None:
        raise UnknownError("gate", gate)
    if not row.kinds:
        raise UnknownError("kind of gate", gate)
    return Gate.model_validate({"id": gate, "kinds": row.kinds})


def _entry(device: Device) -> dict[str, Any]:
    return device.model_dump(exclude={"gate", "place"}) | {"id": device.id.partition("/")[2]}
