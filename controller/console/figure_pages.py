"""The digital gate's numbers for people: what boards may show of them, how old they are, and a form for when the feed is down."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from controller.api.access import deps_of
from controller.console.forms import Filled, one
from controller.console.frame import page
from controller.console.reader import PageRoute, Someone
from controller.console.refusals import said
from controller.console.tiles import named
from controller.domain.people import Right
from controller.errors import ControllerError
from controller.services import figure, wall
from controller.services.figure import FiguresDraft
from schedules.live import STALE

router = APIRouter(prefix="/figures", include_in_schema=False, route_class=PageRoute)


@router.get("")
def figures(request: Request, who: Someone) -> HTMLResponse:
    """Every gate's numbers, and whether boards still show them."""
    return _page(request, who)


@router.post("")
def set_figure(request: Request, who: Someone, form: Filled) -> Response:
    """One number by hand, as of now."""
    who.actor.need(Right.FIGURES)
    given = {name: one(form, name) for name in ("gate", "name", "value")}
    try:
        value = int(given["value"]) if given["value"].isascii() and given["value"].isdigit() else given["value"]
        draft = FiguresDraft.model_validate({"figures": {given["name"]: {"value": value}}})
        figure.set_figures(deps_of(request), who.actor, given["gate"], draft)
    except (ControllerError, ValidationError) as problem:
        return _page(request, who, problem, given)
    return RedirectResponse("/figures", 303)


def _page(
    request: Request, who: Someone, problem: Exception | None = None, given: dict[str, str] | None = None
) -> HTMLResponse:
    deps, language = deps_of(request), who.words.language
    gates = {gate.id: named(gate.names, language, gate.id) for gate in wall.all_gates(deps, who.actor, language)}
    now = deps.now()
    rows = [
        (gates[gate], name, found, now - found.at > STALE)
        for gate in gates
        for name, found in figure.all_figures(deps, who.actor, gate).items()
    ]
    refused = who.words("A name has small letters, digits, - and _; a number is 0 to 99999.")
    return page(
        request, "figures.html", who.actor, status=422 if problem else 200, now=now, rows=rows, gates=gates,
        problem=refused if isinstance(problem, ValidationError) else said(problem, who.words),
        given=given or {"gate": "", "name": "", "value": ""}, minutes=int(STALE.total_seconds() // 60),
    )  # fmt: skip
