"""Try a wording."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import field_validator

from controller.api.access import Need, World
from controller.domain.asked import Asked
from controller.domain.people import Actor, Right
from controller.services.check import Check, check_wording
from devices.profiles.board import BoardShape
from devices.rendering.look import AS_IT_READS_BEST, Look

router = APIRouter(prefix="/render", tags=["messages"])


class Wording(Asked):
    """Texts by language, how they are to look, and a board such as "192x64:rg"; without one, every board of the register."""

    texts: dict[str, str]
    look: Look = AS_IT_READS_BEST
    board: str | None = None

    @field_validator("board")
    @classmethod
    def _one_spelling(cls, value: str | None) -> str | None:
        return None if value is None else str(BoardShape.parse(value))


@router.post("/check")
def check(wording: Wording, actor: Annotated[Actor, Depends(Need(Right.WRITE))], deps: World) -> Check:
    """Findings and pages of a wording; nothing is kept."""
    return check_wording(deps, actor, wording.texts, wording.look, wording.board)
