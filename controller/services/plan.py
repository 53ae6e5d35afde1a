"""Build the plans anew, and send those that changed: revision, audit and outbox in the deed's own transaction."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from controller.domain.gates import Device
from controller.domain.plans import Body, Wanted, build
from controller.errors import InvalidError
from controller.services import outbox
from controller.services.context import Deps
from controller.services.drills import TONE, marks
from controller.services.tones import emergency_tone, tone_of
from controller.store import plans, registry, wanted
from controller.store.audit import note
from devices.contract.messages import MAX_MESSAGE_BYTES, PlanMessage
from devices.contract.seal import seal
from devices.contract.topics import plan_topic
from schedules.model import Plan

CLOCK_SLACK = timedelta(minutes=5)  # an agent's clock may be this much behind ours
VALID = timedelta(days=400)
RENEW = timedelta(days=200)  # an unchanged plan gets a fresh seal long before the old one ends


def gather(connection: Connection) -> Wanted:
    """The facts that plans are built from."""
    found = wanted.gather(connection, (emergency_tone(), tone_of(TONE)))
    return found.model_copy(update={"marks": marks(registry.all_devices(connection))})


def rebuild(deps: Deps, connection: Connection, who: str, now: datetime) -> tuple[str, ...]:
    """Issue a new revision to every device whose plan is to do something else; their ids."""
    changed = tuple(_changed(connection, now))
    for device, revision, body in changed:
        _issue(deps, connection, who, body.numbered(device.id, revision, now), body)
    return tuple(device.id for device, _, _ in changed)


def _changed(connection: Connection, now: datetime) -> Iterator[tuple[Device, int, Body]]:
    """The devices that need a new revision, its number, and what it says."""
    facts, last = gather(connection), plans.newest(connection)
    for device in registry.all_devices(connection):
        body, old = build(device, facts, now), last.get(device.id)
        if old is None or old.fingerprint != body.fingerprint() or now - old.issued_at >= RENEW:
            yield device, old.revision + 1 if old else 1, body


def _issue(deps: Deps, connection: Connection, who: str, plan: Plan, body: Body) -> None:
    fingerprint, size = body.fingerprint(), len(PlanMessage(plan=plan).to_bytes())
    if size > MAX_MESSAGE_BYTES:
        text = f"the plan of {plan.device} would have {size:,} bytes and may have {MAX_MESSAGE_BYTES:,}"
        raise InvalidError("plan.large", f"{text}: take schedules or messages away")
    plans.keep(connection, plan, fingerprint)
    details = {"revision": plan.revision, "fingerprint": fingerprint, "rules": [rule.id for rule in plan.rules]}
    note(connection, plan.issued, who, "plan.issued", plan.device, details)
    outbox.put(connection, plan.issued, plan_topic(plan.device), sealed(deps, plan))


def sealed(deps: Deps, plan: Plan) -> bytes:
    """The plan as it travels."""
    return seal(
        deps.secret,
        kind="plan",
        subject=plan.device,
        revision=plan.revision,
        not_before=plan.issued - CLOCK_SLACK,
        not_after=plan.issued + VALID,
        body=PlanMessage(plan=plan).to_bytes(),
    )


def rebuild_now(deps: Deps, who: str = "clock") -> tuple[str, ...]:
    """Build all plans because time has passed: schedules end, seals grow old."""
    with deps.store.read() as connection:
        if not any(_changed(connection, deps.now())):  # nearly always: then nobody who writes has to wait
            return ()
    with deps.store.write() as connection:
        changed = rebuild(deps, connection, who, deps.now())
    deps.notify()
    return changed


def publish_again(deps: Deps) -> None:
    """Queue every newest plan once more, for a broker that may have lost what it kept."""
    with deps.store.write() as connection:
        now = deps.now()
        for issued in plans.newest(connection).values():
            outbox.put(connection, now, plan_topic(issued.device), sealed(deps, issued.plan))
    deps.notify()
