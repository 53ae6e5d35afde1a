"""Live figures, as the digital gate brings them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from controller.api.access import Need, Reader, World
from controller.domain.people import Actor, Right
from controller.services import figure
from controller.services.figure import FiguresDraft
from schedules.live import Figure

router = APIRouter(prefix="/gates/{gate}/figures", tags=["figures"])


@router.get("")
def list_figures(gate: str, actor: Reader, deps: World) -> dict[str, Figure]:
    """What the gate's texts may name as {figure NAME}, and when it was so."""
    return figure.all_figures(deps, actor, gate)


@router.put("")
def set_figures(
    gate: str, draft: FiguresDraft, actor: Annotated[Actor, Depends(Need(Right.FIGURES))], deps: World
) -> dict[str, Figure]:
    """New values, sealed for the gate's agents at once. After 15 minutes without a new one a field goes dark."""
    return figure.set_figures(deps, actor, gate, draft)
