"""All of the API, under /api/v1."""

from __future__ import annotations

from fastapi import APIRouter

from controller.api import (
    agents,
    alerts,
    calendars,
    devices,
    faults,
    figures,
    files,
    foresight,
    health,
    history,
    messages,
    planning,
    recordings,
    rendering,
    sessions,
    suspensions,
    visuals,
)
from controller.api.problems import ProblemBody

REFUSALS: dict[int | str, dict[str, object]] = {
    "default": {
        "model": ProblemBody,
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemBody"}}},
        "description": "401 sign in first, 403 no right, 404 no such thing, 409 the state does not allow it, 413 too large, "
        "422 cannot be accepted, 429 too many tries, 503 the database or the disk",
    }
}


def api() -> APIRouter:
    """Every route of v1."""
    whole = APIRouter(prefix="/api/v1", responses=REFUSALS)
    for part in (
        sessions,
        messages,
        rendering,
        planning,
        calendars,
        devices,
        foresight,
        suspensions,
        alerts,
        faults,
        figures,
        history,
        files,
        visuals,
        recordings,
        agents,
        health,
    ):
        whole.include_router(part.router)
    return whole
