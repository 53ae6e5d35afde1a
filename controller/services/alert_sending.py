"""Alerts on their way: sealed with the files they show, sent twice, emptied when they are over."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from controller.services import outbox
from controller.services.context import Deps
from controller.store import alerts
from controller.store.alerts import StoredAlert
from devices.contract.messages import AlertMessage, pack_blob
from devices.contract.seal import seal
from devices.contract.topics import alert_topic

CLOCK_SLACK = timedelta(minutes=5)  # an agent's clock may be this much behind ours
BLOB_BUDGET = 1_000_000  # bytes of files that travel inside an alert; the rest is fetched


def send(deps: Deps, connection: Connection, stored: StoredAlert, now: datetime) -> None:
    """QoS 0 for speed, then retained at QoS 1 for certainty (decision 0016)."""
    payload, alert = _sealed(deps, stored.body), stored.body.id
    for qos, retain in ((0, False), (1, True)):
        for scope in stored.scopes:
            topic = alert_topic(scope, alert)
            outbox.put(connection, now, topic, payload, qos=qos, retain=retain, alert=alert)


def _sealed(deps: Deps, body: AlertMessage) -> bytes:
    return seal(
        deps.secret,
        kind="alert",
        subject=body.id,
        revision=body.revision,
        not_before=body.starts - CLOCK_SLACK,
        not_after=body.until,
        body=body.model_copy(update={"blobs": _blobs(deps, body)}).to_bytes(),
    )


def _blobs(deps: Deps, body: AlertMessage) -> dict[str, str]:
    """The files themselves, pages before sound, as far as the budget goes."""
    items = [item for showing in body.showings for item in (showing.mark, showing.item) if item]
    refs = {ref.sha256: ref for item in items for ref in item.contents}
    blobs, left = {}, BLOB_BUDGET
    for ref in sorted(refs.values(), key=lambda each: (each.kind != "pages", each.size)):
        if ref.size > 2 * BLOB_BUDGET or deps.media.path(ref.sha256) is None:
            continue
        blob = pack_blob(deps.media.read(ref.sha256))
        if len(blob) <= left:
            blobs[ref.sha256], left = blob, left - len(blob)
    return blobs


def clear_expired(deps: Deps) -> int:
    """Empty the retained copies of alerts past their end time; how many there were."""
    with deps.store.write() as connection:
        now = deps.now()
        over = alerts.expired(connection, now)
        for stored in over:
            for scope in stored.scopes:
                outbox.put(connection, now, alert_topic(scope, stored.body.id), b"")
            alerts.mark_cleared(connection, stored.body.id, now)
    if over:
        deps.notify()
    return len(over)


def publish_again(deps: Deps) -> None:
    """Queue every alert whose time is not over once more, for a broker that may have lost what it kept."""
    with deps.store.write() as connection:
        now = deps.now()
        for stored in alerts.unexpired(connection, now):
            payload = _sealed(deps, stored.body)
            for scope in stored.scopes:
                outbox.put(connection, now, alert_topic(scope, stored.body.id), payload, alert=stored.body.id)
    deps.notify()
