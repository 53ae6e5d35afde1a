"""Suspensions of crossing, and events that freeze all else."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from controller.api.access import Need, Reader, World
from controller.domain.asked import Asked
from controller.domain.moments import Moment
from controller.domain.people import Actor, Right
from controller.services import event, suspension
from controller.services.event import EventChange, EventDraft, EventView
from controller.services.suspension import Limits, SuspensionDraft, SuspensionView

router = APIRouter(tags=["suspensions and events"])
Scheduler = Annotated[Actor, Depends(Need(Right.SCHEDULE))]


class Told(Asked):
    """Who was told of a suspension."""

    whom: Annotated[str, Field(min_length=1, max_length=200)]


@router.post("/suspensions", status_code=201)
def order_suspension(draft: SuspensionDraft, actor: Scheduler, deps: World) -> SuspensionView:
    """Close passages on a numbered order; refused if its issuer may not order it, or not for so long."""
    return suspension.order_suspension(deps, actor, draft)


@router.get("/suspensions")
def list_suspensions(actor: Reader, deps: World) -> tuple[SuspensionView, ...]:
    """Every suspension, the newest first."""
    return suspension.all_suspensions(deps, actor)


@router.get("/suspension-limits/{gate}")
def limits(
    gate: str, actor: Reader, deps: World, at: Annotated[Moment | None, Query(description="none: now")] = None
) -> Limits:
    """What a gate is in law on a day, and who may then close it for how long."""
    return suspension.limits(deps, actor, gate, at)


@router.get("/suspensions/{suspension_id}")
def look_suspension(suspension_id: str, actor: Reader, deps: World) -> SuspensionView:
    """One suspension, and who was told of it."""
    return suspension.one_suspension(deps, actor, suspension_id)


@router.post("/suspensions/{suspension_id}/lift")
def lift_suspension(suspension_id: str, actor: Scheduler, deps: World) -> SuspensionView:
    """Crossing is free again before the order's end."""
    return suspension.lift_suspension(deps, actor, suspension_id)


@router.post("/suspensions/{suspension_id}/notified")
def note_notified(suspension_id: str, told: Told, actor: Scheduler, deps: World) -> SuspensionView:
    """Log that an authority or the other side was told."""
    return suspension.note_notified(deps, actor, suspension_id, told.whom)


@router.post("/events", status_code=201)
def create_event(draft: EventDraft, actor: Scheduler, deps: World) -> EventView:
    """Only the protocol's playlist, and what is urgent, for some time on some devices."""
    return event.create_event(deps, actor, draft)


@router.get("/events")
def list_events(actor: Reader, deps: World) -> tuple[EventView, ...]:
    """Every event, the latest first."""
    return event.all_events(deps, actor)


@router.get("/events/{event_id}")
def look_event(event_id: str, actor: Reader, deps: World) -> EventView:
    """One event."""
    return event.one_event(deps, actor, event_id)


@router.put("/events/{event_id}")
def change_event(event_id: str, draft: EventChange, actor: Scheduler, deps: World) -> EventView:
    """The next version of an event."""
    return event.change_event(deps, actor, event_id, draft)


@router.post("/events/{event_id}/end", status_code=204)
def end_event(event_id: str, actor: Scheduler, deps: World) -> None:
    """Everything is as without it, from now on."""
    event.end_event(deps, actor, event_id)
