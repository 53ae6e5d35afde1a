"""The plans that went out, as rows: every revision is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from controller.store.tables import devices, plans
from schedules.model import Plan


@dataclass(frozen=True, slots=True)
class Issued:
    """The newest plan of a device."""

    device: str
    revision: int
    fingerprint: str
    issued_at: datetime
    body: bytes

    @property
    def plan(self) -> Plan:
        """As it was sealed."""
        return read(self.body)


@lru_cache(maxsize=512)
def read(body: bytes) -> Plan:
    """A stored plan. The same object for the same bytes, so that what `schedules` works out for it is kept."""
    return Plan.model_validate_json(body)


def newest(connection: Connection) -> dict[str, Issued]:
    """The newest plan of every device in the register that has one."""
    last = (
        sa.select(plans.c.device, sa.func.max(plans.c.revision).label("revision")).group_by(plans.c.device).subquery()
    )
    query = (
        sa.select(plans)
        .join(last, sa.and_(last.c.device == plans.c.device, last.c.revision == plans.c.revision))
        .join(devices, devices.c.id == plans.c.device)
        .where(devices.c.active)
    )
    return {
        row.device: Issued(row.device, row.revision, row.fingerprint, row.issued_at, row.plan)
        for row in connection.execute(query)
    }


def newest_of(connection: Connection, device: str) -> Issued | None:
    """The newest plan of one device."""
    query = sa.select(plans).where(plans.c.device == device).order_by(plans.c.revision.desc()).limit(1)
    row = connection.execute(query).first()
    return None if row is None else Issued(row.device, row.revision, row.fingerprint, row.issued_at, row.plan)


def in_force(connection: Connection, device: str, at: datetime) -> Issued | None:
    """The plan a device was to follow at a moment: the newest issued by then; of moments to come, the newest of all."""
    query = sa.select(plans).where(plans.c.device == device, plans.c.issued_at <= at)
    row = connection.execute(query.order_by(plans.c.revision.desc()).limit(1)).first()
    return None if row is None else Issued(row.device, row.revision, row.fingerprint, row.issued_at, row.plan)


def revision_of(connection: Connection, device: str, revision: int) -> Issued | None:
    """One revision of a device's plan."""
    row = connection.execute(sa.select(plans).where(plans.c.device == device, plans.c.revision == revision)).first()
    return None if row is None else Issued(row.device, row.revision, row.fingerprint, row.issued_at, row.plan)


def keep(connection: Connection, plan: Plan, fingerprint: str) -> None:
    """A new revision."""
    body = plan.model_dump_json().encode()
    connection.execute(
        plans.insert().values(
            device=plan.device, revision=plan.revision, fingerprint=fingerprint, plan=body, issued_at=plan.issued
        )
    )
