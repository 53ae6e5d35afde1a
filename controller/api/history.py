"""What was shown, and who did what."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from controller.api.access import Need, World
from controller.domain.moments import Moment
from controller.domain.people import Actor, Right
from controller.services.history import AuditPage, RecordsPage, look_audit, look_records

router = APIRouter(tags=["history"])
Limit = Annotated[int, Query(ge=1, le=5000)]


@router.get("/records")
def records(
    actor: Annotated[Actor, Depends(Need(Right.RECORDS))],
    deps: World,
    device: Annotated[str | None, Query(max_length=65)] = None,
    start: Annotated[Moment | None, Query(alias="from")] = None,
    end: Annotated[Moment | None, Query(alias="to")] = None,
    offset: Annotated[int, Query(ge=0, le=2**31)] = 0,
    limit: Limit = 500,
) -> RecordsPage:
    """Play records due in [from, to), in that order."""
    return look_records(deps, actor, device=device, start=start, end=end, offset=offset, limit=limit)


@router.get("/audit")
def audit(
    actor: Annotated[Actor, Depends(Need(Right.AUDIT))],
    deps: World,
    after: Annotated[int, Query(ge=0, le=2**31)] = 0,
    limit: Limit = 500,
    whole: Annotated[bool, Query(description="check the whole chain, not only these rows")] = False,
) -> AuditPage:
    """The audit chain; `broken_at` is null while each row follows from the one before."""
    return look_audit(deps, actor, after=after, limit=limit, whole=whole)
