"""What waits to be published, in the order it was stored. Read by the publisher, written by the deeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from controller.services.context import Deps
from controller.store.tables import alert_devices, devices, outbox


@dataclass(frozen=True, slots=True)
class Waiting:
    """One publish that is due. An empty retained payload clears the topic."""

    id: int
    topic: str
    payload: bytes
    qos: int
    retain: bool


def put(
    connection: Connection,
    now: datetime,
    topic: str,
    payload: bytes,
    *,
    qos: int = 1,
    retain: bool = True,
    alert: str | None = None,
) -> None:
    """Store a publish in the deed's transaction; a retained one takes the place of older unsent ones of its topic."""
    if retain:
        connection.execute(
            sa.delete(outbox).where(outbox.c.topic == topic, outbox.c.retain.is_(True), outbox.c.sent_at.is_(None))
        )
    connection.execute(
        outbox.insert().values(topic=topic, payload=payload, qos=qos, retain=retain, alert=alert, created_at=now)
    )


def pending(deps: Deps, limit: int = 100) -> list[Waiting]:
    """What has not gone out: the unsure and fast (QoS 0, of alerts) before the sure, then the oldest first."""
    query = (
        sa.select(outbox.c.id, outbox.c.topic, outbox.c.payload, outbox.c.qos, outbox.c.retain)
        .where(outbox.c.sent_at.is_(None))
        .order_by(outbox.c.qos, outbox.c.id)
        .limit(limit)
    )
    with deps.store.read() as connection:
        return [Waiting(*row) for row in connection.execute(query)]


def depth(deps: Deps) -> int:
    """How many publishes wait."""
    with deps.store.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).where(outbox.c.sent_at.is_(None))).scalar_one())


def mark_sent(deps: Deps, ids: Sequence[int]) -> None:
    """These have left: the broker has taken them (QoS 1), or the socket has (QoS 0)."""
    now = deps.now()
    with deps.store.write() as connection:
        rows = connection.execute(sa.select(outbox.c.topic, outbox.c.alert).where(outbox.c.id.in_(ids))).all()
        connection.execute(sa.update(outbox).where(outbox.c.id.in_(ids)).values(sent_at=now))
        for row in rows:
            if row.alert is not None:
                _mark_alert(connection, row.alert, row.topic.split("/")[2], now)


def _mark_alert(connection: Connection, alert: str, scope: str, now: datetime) -> None:
    """Each device that listens to the scope's topic has been sent the alert; the first time counts."""
    listening = sa.select(devices.c.id) if scope == "all" else sa.select(devices.c.id).where(devices.c.gate == scope)
    connection.execute(
        sa.update(alert_devices)
        .where(alert_devices.c.alert == alert, alert_devices.c.sent_at.is_(None), alert_devices.c.device.in_(listening))
        .values(sent_at=now)
    )


def sweep(deps: Deps, before: datetime) -> None:
    """Forget what went out before an instant."""
    with deps.store.write() as connection:
        connection.execute(sa.delete(outbox).where(outbox.c.sent_at < before))
