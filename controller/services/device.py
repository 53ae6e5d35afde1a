"""Devices as people see them: how they are, what is on and why, what should be on, what is coming."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from controller.domain.gates import Device, Sight, health
from controller.domain.people import Actor, Right
from controller.errors import InvalidError, UnknownError
from controller.services import figure
from controller.services.context import Deps
from controller.services.drawing import page_file, picture_at
from controller.store import alerts, plans, registry, visuals
from controller.store.plans import Issued
from controller.store.tables import agents, statuses
from devices.contract.messages import Brightness, DarkPatch, Fault, Health, LineReport, Shown, Status
from devices.rendering.page import blank_page
from devices.rendering.png import png
from schedules.evaluate import OnAir
from schedules.model import Alert, Fact, Plan
from schedules.playlist import Slot, item_at
from schedules.review import why
from schedules.stood import stood


class OnAirView(Fact):
    """What a device says it shows, and why; `until` is when that changes next."""

    message: str | None
    cause: str
    source: str
    why: str
    until: datetime | None
    language: str | None = None
    page: int | None = None
    drill: bool = False


class DeviceView(Fact):
    """A device at one moment. `seen_at` is when its agent was last heard of; all else is as old as `status_at`."""

    id: str
    gate: str
    kind: str
    shape: str | None
    names: dict[str, str]
    zones: tuple[str, ...]
    zone_names: dict[str, dict[str, str]]
    groups: tuple[str, ...] = ()
    health: Health
    on_air: OnAirView | None
    wanted: OnAirView | None
    shown: Shown | None
    revision_wanted: int
    revision_held: int
    seen_at: datetime | None
    status_at: datetime | None
    faults: tuple[Fault, ...]
    clock_trusted: bool | None
    clock_offset: float | None
    missing: int
    outbox: int
    brightness: Brightness | None = None
    dark: tuple[DarkPatch, ...] = ()
    line: LineReport | None = None


class _Known(Fact):
    """What the store holds of all devices."""

    devices: tuple[Device, ...]
    plans: dict[str, Any]
    statuses: dict[str, tuple[Status, datetime]]
    agents: dict[tuple[str, str], tuple[bool, datetime | None]]
    alerts: tuple[bytes, ...]


def all_devices(deps: Deps, actor: Actor, language: str = "en") -> tuple[DeviceView, ...]:
    """Every device of the register."""
    actor.need(Right.READ)
    with deps.store.read() as connection:
        known = _known(connection, registry.all_devices(connection), deps.now())
    return tuple(_view(known, device, deps.now(), language) for device in known.devices)


def one_device(deps: Deps, actor: Actor, device: str, language: str = "en") -> DeviceView:
    """One device."""
    actor.need(Right.READ)
    with deps.store.read() as connection:
        known = _known(connection, (registry.one_device(connection, device),), deps.now())
    return _view(known, known.devices[0], deps.now(), language)


def _known(connection: Connection, devices: tuple[Device, ...], now: datetime) -> _Known:
    newest: dict[str, Issued] = plans.newest(connection)
    said = {
        row.device: (Status.model_validate_json(row.status), row.received_at)
        for row in connection.execute(sa.select(statuses))
    }
    living = {(row.gate, row.agent): (row.online, row.seen_at) for row in connection.execute(sa.select(agents))}
    alarms = alerts.living(connection, now)
    return _Known(devices=devices, plans=newest, statuses=said, agents=living, alerts=alarms)


def _view(known: _Known, device: Device, now: datetime, language: str) -> DeviceView:
    status, received = known.statuses.get(device.id, (None, None))
    issued: Issued | None = known.plans.get(device.id)
    online, seen = known.agents.get((device.gate, status.agent if status else device.agent), (False, None))
    sight = Sight(
        status=status,
        agent_online=online,
        seen_at=max((each for each in (seen, received) if each), default=None),
        revision_wanted=issued.revision if issued else 0,
        issued_at=issued.issued_at if issued else None,
    )
    facts = device.model_dump(include={"id", "gate", "kind", "shape", "names", "zones", "zone_names"})
    wanted = _due(device.id, issued.body, known.alerts, now.replace(microsecond=0), language) if issued else None
    return DeviceView(
        **facts,
        groups=tuple(device.groups),
        health=health(sight, now),
        on_air=_said(status, wanted) if status else None,
        wanted=wanted,
        shown=status.shown if status else None,
        revision_wanted=sight.revision_wanted,
        revision_held=status.revision if status else 0,
        seen_at=sight.seen_at,
        status_at=status.at if status else None,
        faults=status.faults if status else (),
        clock_trusted=status.clock_trusted if status else None,
        clock_offset=status.clock_offset if status else None,
        missing=status.missing if status else 0,
        outbox=status.outbox if status else 0,
        brightness=status.brightness if status else None,
        dark=status.dark if status else (),
        line=status.line if status else None,
    )


def _said(status: Status, wanted: OnAirView | None) -> OnAirView:
    """The agent's answer; its reason in the asker's language as long as device and plan agree, else in the agent's own words."""
    shown = status.shown
    agree = wanted is not None and (wanted.cause, wanted.source) == (status.cause, status.source)
    return OnAirView(
        message=status.message,
        cause=status.cause,
        source=status.source,
        why=wanted.why if wanted and agree else status.why,
        until=status.until,
        language=shown.language if shown else None,
        page=shown.page if shown else None,
        drill=status.drill,
    )


@lru_cache(maxsize=2048)
def _due(device: str, plan: bytes, alarms: tuple[bytes, ...], now: datetime, language: str) -> OnAirView:
    """What should be on air in this second: worked out once, however many look at the same time."""
    read = plans.read(plan)
    reason = why(read, now, alerts.met_by(alarms, device))
    due = _slot(read, reason.on_air, now, alerts.met_by(alarms, device))
    return OnAirView(
        message=due.item.message if due else None,
        cause=reason.on_air.cause,
        source=reason.on_air.source,
        why=reason.words(language),
        until=reason.on_air.until,
        drill=reason.on_air.drill,
        language=due.content.language if due else None,
    )


def _slot(plan: Plan, answer: OnAir, now: datetime, alarms: Sequence[Alert]) -> Slot | None:
    """Whose turn it is at `now`, counted as the agent counts: what was interrupted goes on as its message says."""
    told = stood(plan, answer, now, alarms)
    return None if told is None or answer.playlist is None else item_at(answer.playlist, told, answer.loop)


def wanted_picture(deps: Deps, actor: Actor, device: str) -> bytes:
    """PNG of the page due at this instant, 1:1; all dark while nothing is due."""
    actor.need(Right.READ)
    now = deps.now()
    with deps.store.read() as connection:
        board, issued = _board(connection, device), plans.newest_of(connection, device)
        living = alerts.met_by(alerts.living(connection, now), device)
        known = figure.figures_of(connection, board.gate)
    plan = issued.plan if issued else Plan(device=device, revision=1, issued=now)
    due = _slot(plan, why(plan, now, living).on_air, now, living)
    if due is None:
        return png(blank_page(board.board))
    if due.content.kind == "video":
        return _poster(deps, due.content.sha256) or png(blank_page(board.board))
    data = deps.media.read(due.content.sha256)
    page, _ = page_file(data).page_at(due.offset, due.ends - due.starts)
    return picture_at(data, page, now, plan.lunar, known) or png(blank_page(board.board))


def shown_picture(deps: Deps, actor: Actor, device: str) -> bytes:
    """PNG of the page the agent last reported, 1:1; UnknownError before the first report."""
    actor.need(Right.READ)
    with deps.store.read() as connection:
        board = _board(connection, device)
        row: Row[Any] | None = connection.execute(sa.select(statuses).where(statuses.c.device == device)).first()
        known, issued = figure.figures_of(connection, board.gate), plans.newest_of(connection, device)
    shown = Status.model_validate_json(row.status).shown if row else None
    if shown is None:
        raise UnknownError("picture", device)
    if shown.sha256 is None:
        return png(blank_page(board.board))
    if deps.media.path(shown.sha256) is None:
        raise UnknownError("picture", shown.sha256)
    if poster := _poster(deps, shown.sha256):
        return poster
    data = deps.media.read(shown.sha256)
    last = max(0, len(page_file(data).pages) - 1)
    moons = issued.plan.lunar if issued else None
    return picture_at(data, min(shown.page, last), shown.at, moons, known) or png(blank_page(board.board))


def _poster(deps: Deps, film: str) -> bytes | None:
    """A frame of the video for what plays; None if it is no video."""
    with deps.store.read() as connection:
        found = visuals.poster_of(connection, film)
    return deps.media.read(found) if found is not None else None


def _board(connection: Connection, device: str) -> Device:
    found = registry.one_device(connection, device)
    if found.kind != "board":
        raise InvalidError("device.kind", f"{device} is a loudspeaker: it has no picture")
    return found
