"""Alerts: start, follow, end."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from controller.api.access import Need, Reader, World
from controller.domain.people import Actor, Right
from controller.services import alert, line_time
from controller.services.alert import AlertView
from controller.services.alert_matter import AlertDraft
from controller.services.line_time import LineTime

router = APIRouter(prefix="/alerts", tags=["alerts"])
Alerter = Annotated[Actor, Depends(Need(Right.ALERT))]


@router.post("", status_code=201)
def start(draft: AlertDraft, actor: Alerter, deps: World) -> AlertView:
    """Over everything else on every target, at once."""
    return alert.start_alert(deps, actor, draft)


@router.get("")
def recent(actor: Reader, deps: World) -> tuple[AlertView, ...]:
    """The newest 50, newest first."""
    return alert.recent(deps, actor)


@router.post("/line-time")
def line_times(draft: AlertDraft, actor: Alerter, deps: World) -> tuple[LineTime, ...]:
    """How long this alert would take on the line of each board it would reach. Nothing is sent or kept."""
    return line_time.of_alert(deps, actor, draft)


@router.get("/{alert_id}")
def one(alert_id: str, actor: Reader, deps: World) -> AlertView:
    """One alert, device by device: sent, confirmed, when."""
    return alert.look(deps, actor, alert_id)


@router.post("/{alert_id}/end")
def end(alert_id: str, actor: Alerter, deps: World) -> AlertView:
    """End it everywhere."""
    return alert.end_alert(deps, actor, alert_id)
