"""Faults of devices."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from controller.api.access import Need, Reader, World
from controller.domain.people import Actor, Right
from controller.services import fault
from controller.services.fault import FaultView
from schedules.model import DeviceId

router = APIRouter(prefix="/faults", tags=["faults"])


@router.get("")
def list_faults(
    actor: Reader, deps: World, device: Annotated[DeviceId | None, Query(description="none: of all devices")] = None
) -> tuple[FaultView, ...]:
    """What stands, and what ended in the last two days; what stands first, each newest first."""
    return fault.all_faults(deps, actor, device)


@router.post("/{number}/acknowledge")
def acknowledge(number: int, actor: Annotated[Actor, Depends(Need(Right.ACKNOWLEDGE))], deps: World) -> FaultView:
    """Somebody has seen it. It is over when the device no longer tells it."""
    return fault.acknowledge(deps, actor, number)
