"""What agents say, stored once however often it comes. Topics say who speaks; a payload that claims another is refused."""

from __future__ import annotations

import logging
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from controller.services import fault
from controller.services.context import Deps
from controller.store import arrivals
from controller.store.audit import note
from controller.store.database import put
from controller.store.tables import agents, alert_devices, devices, replies, statuses
from devices.contract.messages import Ack, Online, Reply, Status, WireError, read_wire
from devices.contract.topics import Topic, read_topic

log = logging.getLogger("gatecast.receive")


class StrayError(ValueError):
    """A payload on a topic where it does not belong."""


def _speaker(topic: str, leaf: str) -> Topic:
    found = read_topic(topic)
    if found is None or found.leaf != leaf:
        raise StrayError(f"{topic} is not a {leaf} topic")
    return found


def _heard(connection: Connection, gate: str, agent: str, now: datetime) -> None:
    """The agent lives."""
    this = (agents.c.gate == gate, agents.c.agent == agent)
    if not connection.execute(sa.update(agents).where(*this).values(seen_at=now)).rowcount:
        row = {"gate": gate, "agent": agent, "online": True, "version": "", "seen_at": now}
        connection.execute(agents.insert().values(row))


def receive_status(deps: Deps, topic: str, payload: bytes) -> None:
    """Keep the newest status of a device. WireError or StrayError if it is none.

    One that is known already changes nothing: a broker gives out what it retained at every connection, and that is no
    sign of life.
    """
    speaker, status = _speaker(topic, "status"), read_wire(Status, payload)
    if status.device != f"{speaker.gate}/{speaker.name}":
        raise StrayError(f"{topic} carries the status of {status.device}")
    with deps.store.write() as connection:
        now, kept = deps.now(), status.model_dump_json().encode()
        if not connection.execute(sa.select(devices.c.id).where(devices.c.id == status.device)).first():
            raise StrayError(f"there is no device {status.device}")
        if _is_known(connection, status.device, kept):
            return
        _heard(connection, speaker.gate, status.agent, now)
        _note_brightness(connection, speaker.gate, status)
        row = {"device": status.device, "boot": status.boot, "at": status.at, "received_at": now}
        put(connection, statuses, row | {"status": kept})
        _confirm(connection, status, now)
        fault.follow_status(connection, status, now)
    deps.notify()


def _note_brightness(connection: Connection, gate: str, status: Status) -> None:
    """Every change of a board's brightness stands in the audit trail, with what it would be without a cap and what said so."""
    told = status.brightness
    row = connection.execute(
        sa.select(statuses.c.status).where(statuses.c.device == status.device)
    ).scalar_one_or_none()
    before = Status.model_validate_json(row).brightness if row else None
    if told is not None and (before is None or (before.percent, before.by) != (told.percent, told.by)):
        details = {"percent": told.percent, "wanted": told.wanted, "by": told.by}
        note(connection, told.at, f"agent {gate}/{status.agent}", "board.brightness", status.device, details)


def _is_known(connection: Connection, device: str, status: bytes) -> bool:
    """Whether it is the very same; not whether it is older, for an agent's clock may be set back."""
    query = sa.select(statuses.c.status).where(statuses.c.device == device)
    return connection.execute(query).scalar_one_or_none() == status


def _confirm(connection: Connection, status: Status, now: datetime) -> None:
    """The device acts on these alerts; the first word for a revision counts."""
    for alert, revision in status.alerts.items():
        newer = sa.or_(alert_devices.c.confirmed_revision.is_(None), alert_devices.c.confirmed_revision < revision)
        this = (alert_devices.c.alert == alert, alert_devices.c.device == status.device, newer)
        connection.execute(sa.update(alert_devices).where(*this).values(confirmed_revision=revision, confirmed_at=now))


def receive_online(deps: Deps, topic: str, payload: bytes) -> None:
    """Birth or death of an agent; a death counts only for the boot it names (wills can overtake births)."""
    speaker, online = _speaker(topic, "online"), read_wire(Online, payload)
    this = (agents.c.gate == speaker.gate, agents.c.agent == speaker.name)
    with deps.store.write() as connection:
        known = connection.execute(sa.select(agents.c.boot, agents.c.online).where(*this)).first()
        boot = known.boot if known else None
        if online.online and not (known and known.online and boot == online.boot):
            _heard(connection, speaker.gate, speaker.name, deps.now())
            living = {"online": True, "boot": online.boot, "version": online.version[:40]}
            connection.execute(sa.update(agents).where(*this).values(living))
        elif not online.online and boot in (None, online.boot):
            connection.execute(sa.update(agents).where(*this).values(online=False))
    deps.notify()


def receive_records(deps: Deps, topic: str, payload: bytes) -> Ack | None:
    """Store a batch, each record once; the ack by which the agent forgets it. None if nothing in it can be named."""
    speaker = _speaker(topic, "records")
    batch = arrivals.read_batch(payload, speaker.gate)
    now = deps.now()
    with deps.store.write() as connection:
        arrivals.keep_batch(connection, batch, speaker.gate, speaker.name, now)
        _heard(connection, speaker.gate, speaker.name, now)
    for bad in batch.rejected:
        log.warning("record of %s/%s refused: %s", speaker.gate, speaker.name, bad.reason)
    if batch.good:
        deps.notify()
    return Ack(stored=batch.highest) if batch.highest else None


def receive_reply(deps: Deps, topic: str, payload: bytes) -> None:
    """What became of a command."""
    speaker, reply = _speaker(topic, "reply"), read_wire(Reply, payload)
    with deps.store.write() as connection:
        row = {"gate": speaker.gate, "agent": speaker.name, "command": reply.id, "outcome": reply.outcome}
        put(connection, replies, row | {"reason": reply.reason[:500], "received_at": deps.now()})


def receive(deps: Deps, topic: str, payload: bytes) -> Ack | None:
    """Whatever came on a topic the controller listens to; what cannot be used is logged and changes nothing."""
    found = read_topic(topic)
    takers = {"status": receive_status, "online": receive_online, "reply": receive_reply}
    try:
        if found is not None and found.leaf == "records":
            return receive_records(deps, topic, payload)
        if found is not None and found.leaf in takers and payload:
            takers[found.leaf](deps, topic, payload)
    except (WireError, StrayError) as exc:
        log.warning("refused on %s: %s", topic, exc)
    return None
