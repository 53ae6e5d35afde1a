"""All of the API, under /api/v1."""

from __future__ import annotations

from fastapi import APIRouter

from controller.api import agents, alerts, devices, files, health, history, messages, planning, sessions
from controller.api.problems import ProblemBody

REFUSALS: dict[int | str, dict[str, object]] = {
    status: {"model": ProblemBody, "content": {"application/problem+json": {}}, "description": words}
    for status, words in {
        401: "nobody is signed in",
        403: "no right to this",
        404: "there is no such thing",
        409: "the state does not allow it",
        413: "the body is too large",
        422: "the request cannot be accepted",
        429: "too many tries",
        503: "the database or the disk cannot be used",
    }.items()
}


def api() -> APIRouter:
    """Every route of v1."""
    whole = APIRouter(prefix="/api/v1", responses=REFUSALS)
    for part in (sessions, messages, planning, devices, alerts, history, files, agents, health):
        whole.include_router(part.router)
    return whole
