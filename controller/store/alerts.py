"""Alerts as rows: what was said, and what is known of each device."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from controller.errors import UnknownError
from controller.store.tables import alert_devices, alerts
from devices.contract.messages import AlertMessage
from schedules.model import Alert


@dataclass(frozen=True, slots=True)
class StoredAlert:
    """An alert at its newest revision, without the files that travel in it."""

    body: AlertMessage
    texts: dict[str, str]
    scopes: tuple[str, ...]
    by: str
    ended_at: datetime | None
    ended_by: str | None


def keep_new(connection: Connection, stored: StoredAlert, devices: Iterable[str], now: datetime) -> None:
    """A new alert and the devices it is for."""
    body = stored.body
    row = {"id": body.id, "texts": stored.texts, "scopes": list(stored.scopes), "by": stored.by, "created_at": now}
    connection.execute(alerts.insert().values(row | _of(body)))
    rows = [{"alert": body.id, "device": device} for device in devices]
    connection.execute(alert_devices.insert(), rows)


def keep_end(connection: Connection, body: AlertMessage, by: str, now: datetime) -> None:
    """The revision that ends it."""
    row = _of(body) | {"ended_at": now, "ended_by": by}
    connection.execute(sa.update(alerts).where(alerts.c.id == body.id).values(row))


def _of(body: AlertMessage) -> dict[str, Any]:
    return {"revision": body.revision, "state": body.state, "until": body.until, "body": body.to_bytes()}


def load(connection: Connection, alert: str) -> StoredAlert:
    """One alert; UnknownError if there is none."""
    row = connection.execute(sa.select(alerts).where(alerts.c.id == alert)).first()
    if row is None:
        raise UnknownError("alert", alert)
    return _stored(row)


def recent(connection: Connection, limit: int) -> tuple[StoredAlert, ...]:
    """The newest alerts first."""
    query = sa.select(alerts).order_by(alerts.c.created_at.desc(), alerts.c.id).limit(limit)
    return tuple(_stored(row) for row in connection.execute(query))


def unexpired(connection: Connection, now: datetime) -> tuple[StoredAlert, ...]:
    """Those whose end time is still to come, ended early or not."""
    query = sa.select(alerts).where(alerts.c.until > now).order_by(alerts.c.created_at)
    return tuple(_stored(row) for row in connection.execute(query))


def expired(connection: Connection, now: datetime) -> tuple[StoredAlert, ...]:
    """Those past their end time whose retained copies are still with the broker."""
    query = sa.select(alerts).where(alerts.c.until <= now, alerts.c.cleared_at.is_(None))
    return tuple(_stored(row) for row in connection.execute(query))


def mark_cleared(connection: Connection, alert: str, now: datetime) -> None:
    """Its retained copies are being emptied."""
    connection.execute(sa.update(alerts).where(alerts.c.id == alert).values(cleared_at=now))


def living(connection: Connection, now: datetime) -> tuple[bytes, ...]:
    """The stored bodies of all alerts that are neither ended nor past their time."""
    query = sa.select(alerts.c.body).where(alerts.c.until > now, alerts.c.state == "active").order_by(alerts.c.id)
    return tuple(row.body for row in connection.execute(query))


def lasting(connection: Connection, at: datetime) -> tuple[bytes, ...]:
    """The stored bodies of all alerts that were on at a moment; of one ended since, only its end is kept."""
    then = sa.func.coalesce(alerts.c.ended_at, alerts.c.until) > at
    query = sa.select(alerts.c.body).where(alerts.c.created_at <= at, then).order_by(alerts.c.id)
    return tuple(row.body for row in connection.execute(query))


def met_by(bodies: Iterable[bytes], device: str) -> tuple[Alert, ...]:
    """Alerts as one device meets them."""
    met = (read(body).for_device(device) for body in bodies)
    return tuple(alert for alert in met if alert is not None)


@lru_cache(maxsize=256)
def read(body: bytes) -> AlertMessage:
    """A stored body."""
    return AlertMessage.model_validate_json(body)


def sight(connection: Connection, alert: str) -> list[Row[Any]]:
    """(device, sent_at, confirmed_revision, confirmed_at) for each device the alert is for."""
    query = sa.select(alert_devices).where(alert_devices.c.alert == alert).order_by(alert_devices.c.device)
    return list(connection.execute(query))


def _stored(row: Row[Any]) -> StoredAlert:
    return StoredAlert(read(row.body), row.texts, tuple(row.scopes), row.by, row.ended_at, row.ended_by)
