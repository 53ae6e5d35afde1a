"""Faults of devices: seen, acknowledged, over. An agent that is not heard is a fault of each of its devices."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from controller.domain.faults import FaultRow, FaultState
from controller.domain.gates import SILENT_AFTER
from controller.domain.people import Actor, Right
from controller.errors import ConflictError
from controller.services.context import Deps
from controller.store import faults, registry
from controller.store.audit import note
from controller.store.tables import agents, statuses
from devices.contract.messages import Fault, Status
from schedules.model import DeviceId

LOST = "agent.lost"
SHOWN_AFTER = timedelta(days=2)  # faults that ended are listed so long
KEPT = timedelta(days=400)  # more than the two half-years of a report
MOST = 500


class FaultView(FaultRow):
    """A fault as people see it."""

    state_now: FaultState


def all_faults(deps: Deps, actor: Actor, device: DeviceId | None = None) -> tuple[FaultView, ...]:
    """What stands, and what ended in the last two days; what stands first."""
    actor.need(Right.READ)
    with deps.store.read() as connection:
        found = faults.listed(connection, deps.now() - SHOWN_AFTER, device, MOST)
    return tuple(_view(one) for one in found)


def acknowledge(deps: Deps, actor: Actor, number: int) -> FaultView:
    """Say that somebody has seen it; ConflictError if somebody said so before, or it is over."""
    actor.need(Right.ACKNOWLEDGE)
    with deps.store.write() as connection:
        found, now = faults.one(connection, number), deps.now()
        if found.state is not FaultState.ACTIVE:
            raise ConflictError("fault.state", f"the fault is {found.state} already")
        faults.acknowledge(connection, number, actor.username, now)
        note(connection, now, actor.username, "fault.acknowledged", found.device, {"code": found.code, "fault": number})
        answer = _view(faults.one(connection, number))
    deps.notify()
    return answer


def follow_status(connection: Connection, status: Status, now: datetime) -> None:
    """Take up the faults that a device's status names, inside the deed that keeps the status."""
    faults.follow(connection, status.device, status.faults, now)


def watch(deps: Deps) -> int:
    """Find agents that fell silent, and those that are back; how many devices are without one."""
    now = deps.now()
    with deps.store.read() as connection:
        lost = dict(_lost(connection, now))
        told = {
            one.device
            for one in faults.listed(connection, now, None, 10_000)
            if one.code == LOST and not one.cleared_at
        }
    if set(lost) == told:  # nearly always: then nobody who writes has to wait
        return len(lost)
    with deps.store.write() as connection:
        changed = False
        for device in sorted(set(lost) ^ told):
            since = lost.get(device)
            text = "its agent has not been heard"
            said = [Fault(code=LOST, text=text, first_seen=since, last_seen=now)] if since else []
            changed |= faults.follow(connection, device, said, now, only=LOST)
        faults.sweep(connection, now - KEPT)
    if changed:
        deps.notify()
    return len(lost)


def _lost(connection: Connection, now: datetime) -> Iterator[tuple[str, datetime]]:
    """The devices that once spoke and whose agent is gone, and since when: three missed heartbeats, or its last will."""
    heard = {(row.gate, row.agent): row for row in connection.execute(sa.select(agents))}
    spoke = {
        row.device: (Status.model_validate_json(row.status).agent, row.received_at)
        for row in connection.execute(sa.select(statuses))
    }
    for device in registry.all_devices(connection):
        if device.id not in spoke:
            continue
        name, received = spoke[device.id]
        agent = heard.get((device.gate, name))
        seen = max((each for each in (received, agent.seen_at if agent else None) if each), default=received)
        if now - seen > SILENT_AFTER or (agent is not None and not agent.online):
            yield device.id, seen


def _view(row: FaultRow) -> FaultView:
    return FaultView(**dict(row), state_now=row.state)
