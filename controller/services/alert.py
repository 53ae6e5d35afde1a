"""Alerts: over everything else on every target at once, until their end time or until ended."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from controller.domain import alerts as rules
from controller.domain.content import in_order
from controller.domain.gates import Device
from controller.domain.people import Actor, Right
from controller.errors import ConflictError
from controller.services.alert_matter import AlertDraft, Matter, matter_of
from controller.services.alert_sending import send
from controller.services.context import Deps
from controller.services.drawing import Remark
from controller.services.drills import mark_of, marks
from controller.services.ids import new_id
from controller.store import alerts, media, registry
from controller.store.alerts import StoredAlert
from controller.store.audit import note
from devices.contract.messages import AlertMessage, Showing
from schedules.model import Fact, Priority


class DeviceSight(Fact):
    """What is known of an alert at one device."""

    device: str
    sent: bool
    sent_at: datetime | None
    confirmed: bool
    confirmed_revision: int | None
    when: datetime | None  # of the confirmation


class AlertView(Fact):
    """An alert and how far it has come; `waiting` names the devices that have not confirmed."""

    id: str
    revision: int
    state: str
    priority: Priority
    drill: bool
    targets: tuple[str, ...]
    texts: dict[str, str]
    starts: datetime
    until: datetime
    by: str
    ended_at: datetime | None
    ended_by: str | None
    devices: tuple[DeviceSight, ...]
    waiting: tuple[str, ...]
    findings: tuple[Remark, ...] = ()


def start_alert(deps: Deps, actor: Actor, draft: AlertDraft) -> AlertView:
    """Draw, seal and send: QoS 0 for speed, then retained at QoS 1 for certainty (decision 0016)."""
    actor.need(Right.ALERT)
    alert = new_id("alert")
    with deps.store.read() as connection:
        reached = rules.hearing(rules.reached(draft.targets, registry.all_devices(connection)), draft.zones)
    matter = matter_of(deps, draft, alert, reached)
    with deps.store.write() as connection:
        media.keep(connection, list(matter.files) if matter else [], deps.now())
        stored = _stored(actor, draft, alert, deps.now(), reached, matter)
        alerts.keep_new(connection, stored, [device.id for device in reached], stored.body.starts)
        send(deps, connection, stored, stored.body.starts)
        details: dict[str, object] = {"targets": list(draft.targets), "texts": stored.texts}
        details |= {"until": stored.body.until.isoformat()} | ({"zones": list(draft.zones)} if draft.zones else {})
        details |= {"drill": True} if draft.drill else {}
        note(connection, stored.body.starts, actor.username, "alert.started", alert, details)
    deps.notify()
    for file in matter.files if matter else ():
        deps.media.settle(file.sha256)
    with deps.store.read() as connection:
        return _view(connection, stored, matter.findings if matter else ())


def _stored(
    actor: Actor, draft: AlertDraft, alert: str, now: datetime, reached: tuple[Device, ...], matter: Matter | None
) -> StoredAlert:
    shown: tuple[Showing, ...] = ()
    if matter is not None:
        found = marks(reached) if draft.drill else {}
        facts = rules.Shown(matter.contents, matter.item, draft.zones, {one.id: mark_of(one, found) for one in reached})
        shown = tuple(rules.showings(reached, facts))
        if draft.drill:
            shown = tuple(one for one in shown if one.mark is not None)
    body = AlertMessage(
        id=alert,
        revision=1,
        priority=draft.priority,
        targets=draft.targets,
        starts=now,
        until=now + timedelta(minutes=draft.minutes),
        showings=shown,
        drill=draft.drill,
    )
    return StoredAlert(body, matter.texts if matter else {}, rules.scopes(draft.targets), actor.username, None, None)


def end_alert(deps: Deps, actor: Actor, alert: str) -> AlertView:
    """A newer revision that ends it everywhere."""
    actor.need(Right.ALERT)
    with deps.store.write() as connection:
        now, stored = deps.now(), alerts.load(connection, alert)
        if stored.body.state == "ended" or stored.body.until <= now:
            raise ConflictError("alert.over", "the alert is over already")
        _end(deps, connection, stored, actor.username, now)
        answer = _view(connection, alerts.load(connection, alert))
    deps.notify()
    return answer


def end_alerts_of(deps: Deps, connection: Connection, message: str, who: str, now: datetime) -> None:
    """End every alert that shows a message which may no longer be shown."""
    for stored in alerts.unexpired(connection, now):
        if any(showing.item.message == message for showing in stored.body.showings):
            _end(deps, connection, stored, who, now)


def _end(deps: Deps, connection: Connection, stored: StoredAlert, who: str, now: datetime) -> None:
    change = {"revision": stored.body.revision + 1, "state": "ended", "showings": ()}
    body = stored.body.model_copy(update=change)
    alerts.keep_end(connection, body, who, now)
    send(deps, connection, alerts.load(connection, body.id), now)
    note(connection, now, who, "alert.ended", body.id, {"revision": body.revision})


def look(deps: Deps, actor: Actor, alert: str) -> AlertView:
    """One alert, device by device."""
    actor.need(Right.READ)
    with deps.store.read() as connection:
        return _view(connection, alerts.load(connection, alert))


def recent(deps: Deps, actor: Actor, limit: int = 50) -> tuple[AlertView, ...]:
    """The newest alerts first."""
    actor.need(Right.READ)
    with deps.store.read() as connection:
        return tuple(_view(connection, each) for each in alerts.recent(connection, limit))


def _view(connection: Connection, stored: StoredAlert, findings: tuple[Remark, ...] = ()) -> AlertView:
    sights = tuple(
        DeviceSight(
            device=row.device,
            sent=row.sent_at is not None,
            sent_at=row.sent_at,
            confirmed=row.confirmed_at is not None,
            confirmed_revision=row.confirmed_revision,
            when=row.confirmed_at,
        )
        for row in alerts.sight(connection, stored.body.id)
    )
    facts = stored.body.model_dump(
        include={"id", "revision", "state", "priority", "drill", "targets", "starts", "until"}
    )
    return AlertView(
        **facts,
        texts=in_order(stored.texts),
        by=stored.by,
        ended_at=stored.ended_at,
        ended_by=stored.ended_by,
        devices=sights,
        waiting=tuple(sight.device for sight in sights if not sight.confirmed),
        findings=findings,
    )
