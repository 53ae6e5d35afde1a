"""Alerts: over everything else on every target at once, until their end time or until ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy.engine import Connection

from controller.domain import alerts as rules
from controller.domain.content import clean_texts, digest, in_order, unknown_languages
from controller.domain.gates import Device
from controller.domain.people import Actor, Right
from controller.domain.plans import contents_for
from controller.errors import ConflictError, InvalidError, Problem
from controller.services import outbox
from controller.services.context import Deps
from controller.services.drawing import Remark
from controller.services.ids import new_id
from controller.services.submit import Drawings, draw_all, keep_drawings, shapes
from controller.services.tones import emergency_tone
from controller.services.write import check_sound
from controller.store import alerts, media, registry, wanted
from controller.store.alerts import StoredAlert
from controller.store.audit import note
from devices.contract.messages import AlertMessage, Showing, Target, pack_blob
from devices.contract.seal import seal
from devices.contract.topics import alert_topic
from schedules.model import ContentRef, Fact, Id, Item, Priority, Sha256

CLOCK_SLACK = timedelta(minutes=5)
BLOB_BUDGET = 1_000_000  # bytes of files that travel inside an alert; the rest is fetched


class AlertDraft(Fact):
    """An alert as the operator gives it: own words, or an approved message. Blank-all has neither."""

    targets: Annotated[tuple[Target, ...], Field(min_length=1, max_length=500)]
    minutes: Annotated[float, Field(gt=0, le=1440, strict=True)]
    texts: dict[str, str] = Field(default_factory=dict)
    audio: dict[str, Sha256] = Field(default_factory=dict)
    message: Id | None = None
    priority: Literal[Priority.EMERGENCY, Priority.EVACUATION, Priority.BLANK] = Priority.EMERGENCY


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


class _Matter(Fact):
    """What an alert shows: the item's facts without its files, and the files by board and for loudspeakers."""

    message: Id
    version: int = 1
    digest: Sha256
    title: str = ""
    pages: dict[str, tuple[ContentRef, ...]]
    audio: tuple[ContentRef, ...]
    texts: dict[str, str]
    files: tuple[media.File, ...] = ()  # drawn for this alert
    findings: tuple[Remark, ...] = ()

    def contents(self, device: Device) -> tuple[ContentRef, ...]:
        """The files for one device; a loudspeaker sounds the signal first, and at least that."""
        if device.kind == "speaker":
            return (emergency_tone(), *self.audio)
        return self.pages.get(device.shape or "", ())

    def item(self, contents: tuple[ContentRef, ...]) -> Item:
        """The item that shows these files."""
        return Item(message=self.message, version=self.version, digest=self.digest, title=self.title, contents=contents)


def start_alert(deps: Deps, actor: Actor, draft: AlertDraft) -> AlertView:
    """Draw, seal and send: QoS 0 for speed, then retained at QoS 1 for certainty (decision 0016)."""
    actor.need(Right.ALERT)
    alert = new_id("alert")
    with deps.store.read() as connection:
        reached = rules.reached(draft.targets, registry.all_devices(connection))
    matter = _matter(deps, draft, alert, reached)
    with deps.store.write() as connection:
        media.keep(connection, list(matter.files) if matter else [], deps.now())
        stored = _stored(actor, draft, alert, deps.now(), reached, matter)
        alerts.keep_new(connection, stored, [device.id for device in reached], stored.body.starts)
        _send(deps, connection, stored, stored.body.starts)
        details = {"targets": list(draft.targets), "texts": stored.texts, "until": stored.body.until.isoformat()}
        note(connection, stored.body.starts, actor.username, "alert.started", alert, details)
    deps.notify()
    with deps.store.read() as connection:
        return _view(connection, stored, matter.findings if matter else ())


def _stored(
    actor: Actor, draft: AlertDraft, alert: str, now: datetime, reached: tuple[Device, ...], matter: _Matter | None
) -> StoredAlert:
    shown: tuple[Showing, ...] = ()
    if matter is not None:
        shown = tuple(rules.showings(reached, matter.contents, matter.item))
    body = AlertMessage(
        id=alert,
        revision=1,
        priority=draft.priority,
        targets=draft.targets,
        starts=now,
        until=now + timedelta(minutes=draft.minutes),
        showings=shown,
    )
    return StoredAlert(body, matter.texts if matter else {}, rules.scopes(draft.targets), actor.username, None, None)


def _matter(deps: Deps, draft: AlertDraft, alert: str, reached: tuple[Device, ...]) -> _Matter | None:
    given = bool(draft.texts or draft.audio), draft.message is not None
    if draft.priority is Priority.BLANK:
        if any(given):
            raise InvalidError("alert.blank", "blank-all shows nothing: give neither texts nor a message")
        return None
    if all(given) or not any(given):
        raise InvalidError("alert.matter", "an alert has either texts or a message")
    if draft.message is not None:
        return _approved(deps, draft.message, reached)
    return _own_words(deps, draft, alert, reached)


def _approved(deps: Deps, message: str, reached: tuple[Device, ...]) -> _Matter:
    with deps.store.read() as connection:
        showable = wanted.showables(connection, [message]).get(message)
    if showable is None:
        problem = Problem("/message", "message.not_approved", f'there is no approved message "{message}"')
        raise InvalidError(problem.code, "the alert cannot be shown", (problem,))
    if not any(contents_for(device, showable) for device in reached):
        raise InvalidError("content.missing", "the message has nothing that any of the targets can show")
    facts = showable.model_dump(include={"message", "version", "digest", "title"})
    return _Matter(**facts, pages=showable.pages, audio=showable.audio, texts={})


def _own_words(deps: Deps, draft: AlertDraft, alert: str, reached: tuple[Device, ...]) -> _Matter:
    if problems := tuple(unknown_languages(draft.audio, "/audio")):
        raise InvalidError("audio.invalid", "the sound cannot be accepted", problems)
    texts = clean_texts(draft.texts)
    with deps.store.read() as connection:
        sounds = check_sound(connection, in_order(draft.audio))
    drawings = draw_all(texts, shapes(reached))
    rendered = keep_drawings(deps, drawings)
    bound = digest(
        title="",
        category="alert",
        texts=texts,
        audio=draft.audio,
        renderings={(each.language, each.shape): each.sha256 for each in rendered},
    )
    return _Matter(
        message=alert,
        digest=bound,
        pages=_by_board(drawings),
        audio=tuple(wanted.reference(file, language) for language, file in sounds.items()),
        texts=texts,
        files=tuple(drawn.file() for drawn in drawings.values()),
        findings=tuple(remark for drawn in drawings.values() for remark in drawn.remarks),
    )


def _by_board(drawings: Drawings) -> dict[str, tuple[ContentRef, ...]]:
    pages: dict[str, tuple[ContentRef, ...]] = {}
    for (_, board), drawn in drawings.items():
        if drawn.ref is not None:
            pages[board] = (*pages.get(board, ()), drawn.ref)
    return pages


def end_alert(deps: Deps, actor: Actor, alert: str) -> AlertView:
    """A newer revision that ends it everywhere."""
    actor.need(Right.ALERT)
    with deps.store.write() as connection:
        now, stored = deps.now(), alerts.load(connection, alert)
        if stored.body.state == "ended" or stored.body.until <= now:
            raise ConflictError("alert.over", "the alert is over already")
        change = {"revision": stored.body.revision + 1, "state": "ended", "showings": ()}
        body = stored.body.model_copy(update=change)
        alerts.keep_end(connection, body, actor.username, now)
        ended = alerts.load(connection, alert)
        _send(deps, connection, ended, now)
        note(connection, now, actor.username, "alert.ended", alert, {"revision": body.revision})
        answer = _view(connection, ended)
    deps.notify()
    return answer


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
    facts = stored.body.model_dump(include={"id", "revision", "state", "priority", "targets", "starts", "until"})
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


def _send(deps: Deps, connection: Connection, stored: StoredAlert, now: datetime) -> None:
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
    refs = {ref.sha256: ref for showing in body.showings for ref in showing.item.contents}
    blobs, left = {}, BLOB_BUDGET
    for ref in sorted(refs.values(), key=lambda each: (each.kind != "pages", each.size)):
        if ref.size > 2 * BLOB_BUDGET:
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
