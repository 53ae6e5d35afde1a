"""Live figures of a gate, such as lorries that wait: brought by the digital gate, sealed for the gate's agents."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.engine import Connection

from controller.domain.asked import Asked
from controller.domain.moments import Moment
from controller.domain.people import Actor, Right
from controller.errors import InvalidError, Problem, UnknownError
from controller.services import outbox
from controller.services.context import Deps
from controller.services.plan import CLOCK_SLACK
from controller.store import registry
from controller.store.audit import note
from controller.store.database import put
from controller.store.tables import figures
from devices.contract.messages import FiguresMessage
from devices.contract.seal import seal
from devices.contract.topics import agent_topic
from schedules.live import MOST, Figure
from schedules.model import Id

MOST_FIGURES = 100
VALID = timedelta(days=1)  # of a seal: fields go dark long before
AHEAD = timedelta(minutes=5)  # a figure from further in the future is a mistake


class FigureDraft(Asked):
    """A number and when it was so; without `at` now."""

    value: Annotated[int, Field(ge=0, le=MOST, strict=True)]
    at: Moment | None = None


class FiguresDraft(Asked):
    """The figures of a gate that are to change; all others stay."""

    figures: Annotated[dict[Id, FigureDraft], Field(min_length=1, max_length=MOST_FIGURES)]


def set_figures(deps: Deps, actor: Actor, gate: str, draft: FiguresDraft) -> dict[str, Figure]:
    """Keep them and send all of the gate's figures to its agents; what the gate shows now."""
    actor.need(Right.FIGURES)
    with deps.store.write() as connection:
        now = deps.now()
        _known(connection, gate)
        before = figures_of(connection, gate)
        for name, one in draft.figures.items():
            at = one.at or now
            if at > now + AHEAD:
                raise InvalidError("figure.ahead", "a figure cannot be of the future", (_ahead(name),))
            put(connection, figures, {"gate": gate, "name": name, "value": one.value, "at": at, "by": actor.username})
        found = figures_of(connection, gate)
        if len(found) > MOST_FIGURES:
            raise InvalidError("figure.many", f"a gate has at most {MOST_FIGURES} figures")
        changed = {
            name: one.value for name, one in found.items() if name not in before or before[name].value != one.value
        }
        if changed:  # a feed says the same number every minute, which proves nothing anew
            note(connection, now, actor.username, "figures.set", gate, changed)
        _send(deps, connection, gate, found, now)
    deps.notify()
    return found


def all_figures(deps: Deps, actor: Actor, gate: str) -> dict[str, Figure]:
    """The figures of a gate; UnknownError if there is no such gate."""
    actor.need(Right.READ)
    with deps.store.read() as connection:
        _known(connection, gate)
        return figures_of(connection, gate)


def _ahead(name: str) -> Problem:
    return Problem(f"/figures/{name}/at", "figure.ahead", "a figure cannot be of the future")


def _known(connection: Connection, gate: str) -> None:
    if gate not in registry.gate_names(connection):
        raise UnknownError("gate", gate)


def figures_of(connection: Connection, gate: str) -> dict[str, Figure]:
    """What is known of a gate."""
    query = sa.select(figures).where(figures.c.gate == gate).order_by(figures.c.name)
    return {row.name: Figure(value=row.value, at=row.at) for row in connection.execute(query)}


def _send(deps: Deps, connection: Connection, gate: str, found: dict[str, Figure], now: datetime) -> None:
    revision = int(now.timestamp() * 1000)
    body = FiguresMessage(revision=revision, figures=found).to_bytes()
    agents = sorted({device.agent for device in registry.all_devices(connection) if device.gate == gate})
    for agent in agents:
        sealed = seal(
            deps.secret, kind="figures", subject=f"{gate}/{agent}", revision=revision, not_before=now - CLOCK_SLACK,
            not_after=now + VALID, body=body,
        )  # fmt: skip
        outbox.put(connection, now, agent_topic(gate, agent, "figures"), sealed)
