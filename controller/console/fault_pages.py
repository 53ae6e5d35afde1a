"""Faults for people: what stands, who has seen it, what is over."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from controller.api.access import deps_of
from controller.console.frame import page
from controller.console.i18n import Words
from controller.console.reader import PageRoute, Someone
from controller.console.refusals import said, why
from controller.console.tiles import device_names
from controller.errors import ControllerError
from controller.services import fault, wall
from controller.services.fault import FaultView

router = APIRouter(prefix="/faults", include_in_schema=False, route_class=PageRoute)


@router.get("")
def faults(request: Request, who: Someone) -> HTMLResponse:
    """What stands first, then what ended in the last two days."""
    return _page(request, who)


@router.post("/{number}/acknowledge")
def acknowledge(request: Request, number: int, who: Someone) -> Response:
    """Somebody has seen it."""
    try:
        fault.acknowledge(deps_of(request), who.actor, number)
    except ControllerError as problem:
        return _page(request, who, problem)
    return RedirectResponse("/faults", 303)


def _page(request: Request, who: Someone, problem: ControllerError | None = None) -> HTMLResponse:
    deps, language = deps_of(request), who.words.language
    names = device_names(wall.all_gates(deps, who.actor, language), language)
    return page(
        request, "faults.html", who.actor, status=422 if problem else 200, now=deps.now(), problem=said(problem, who.words),
        names=names,
        faults=[(one, _words(one, who.words), why(one.text, who.words)) for one in fault.all_faults(deps, who.actor)],
    )  # fmt: skip


def _words(one: FaultView, words: Words) -> str:
    """The fault in the reader's language; its code where we have none for it."""
    known = "fault " + one.code
    return words(known) if known in words.catalogue else one.code
