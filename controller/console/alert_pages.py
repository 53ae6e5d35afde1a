"""Alerts for people: pick or write, look at what will be sent and where, send, see who has confirmed, end."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from controller.api.access import deps_of
from controller.console.forms import Filled, many, number, one, texts
from controller.console.frame import page
from controller.console.prepared import PREPARED
from controller.console.reader import PageRoute, Someone
from controller.console.refusals import said
from controller.console.tiles import named
from controller.domain.content import State
from controller.domain.people import Right
from controller.errors import ControllerError
from controller.services import alert, line_time, look, wall
from controller.services.alert_matter import AlertDraft

router = APIRouter(prefix="/alerts", include_in_schema=False, route_class=PageRoute)
PRIORITIES = ("emergency", "evacuation", "blank")
MINUTES = "15"


@router.get("")
def every_alert(request: Request, who: Someone, prepared: str = "") -> HTMLResponse:
    """The newest alerts, and a form for one more, with prepared words if some were picked."""
    words = PREPARED.get(prepared, {})
    given = {
        "texts": words,
        "targets": (),
        "minutes": MINUTES,
        "message": "",
        "priority": "emergency",
        "zones": (),
        "drill": "",
    }
    return _form(request, who, given)


@router.post("/check")
def check(request: Request, who: Someone, form: Filled) -> HTMLResponse:
    """Everything once more, before it is sent: nothing goes out from here."""
    who.actor.need(Right.ALERT)
    given = _given(form)
    try:
        draft = _draft(given)
    except (ControllerError, ValueError) as problem:
        return _form(request, who, given, problem)
    return _sure(request, who, given, draft)


@router.post("")
def start(request: Request, who: Someone, form: Filled) -> Response:
    """Over everything else on every target, at once; not without the tick that says one is sure."""
    who.actor.need(Right.ALERT)
    given = _given(form)
    try:
        draft = _draft(given)
        if not one(form, "sure"):
            return _sure(request, who, given, draft)
        found = alert.start_alert(deps_of(request), who.actor, draft)
    except (ControllerError, ValueError) as problem:
        return _form(request, who, given, problem)
    return RedirectResponse(f"/alerts/{found.id}", 303)


@router.get("/{alert_id}")
def one_alert(request: Request, alert_id: str, who: Someone) -> HTMLResponse:
    """One alert, device by device, and who has not confirmed."""
    deps = deps_of(request)
    found = alert.look(deps, who.actor, alert_id)
    living = found.state == "active" and found.until > deps.now()
    return page(
        request, "alert.html", who.actor, now=deps.now(), alert=found, living=living, names=_names(request, who)
    )


@router.post("/{alert_id}/end")
def end(request: Request, alert_id: str, who: Someone) -> Response:
    """End it everywhere."""
    alert.end_alert(deps_of(request), who.actor, alert_id)
    return RedirectResponse(f"/alerts/{alert_id}", 303)


def _given(form: FormData) -> dict[str, Any]:
    facts = {name: one(form, name) for name in ("minutes", "message", "priority", "drill")}
    return {**facts, "texts": texts(form), "targets": many(form, "targets"), "zones": many(form, "zones")}


def _draft(given: dict[str, Any]) -> AlertDraft:
    """An approved message has words of its own, and blank-all has none: what the form holds beside them does not count."""
    facts: dict[str, Any] = {"targets": given["targets"], "priority": given["priority"]}
    facts["minutes"] = number("minutes", given["minutes"], float)
    facts |= {"drill": bool(given["drill"]), "zones": given["zones"]}
    if given["priority"] != "blank":
        facts |= {"message": given["message"]} if given["message"] else {"texts": given["texts"]}
    return AlertDraft.model_validate(facts)


def _names(request: Request, who: Someone) -> dict[str, str]:
    """What targets are called: everywhere, each gate, each device."""
    found, language = {"all": who.words("Everywhere")}, who.words.language
    for gate in wall.all_gates(deps_of(request), who.actor, language):
        name = named(gate.names, language, gate.id)
        found[f"{gate.id}/*"] = who.words("{gate}: all", gate=name)
        found |= {each.id: f"{name}: {named(each.names, language, each.id)}" for each in gate.devices}
    return found


def _zones(request: Request, who: Someone) -> dict[str, str]:
    """The zones and groups of all loudspeakers, by what they are called."""
    found: dict[str, str] = {}
    for gate in wall.all_gates(deps_of(request), who.actor, who.words.language):
        for device in gate.devices:
            found |= {
                zone: named(device.zone_names.get(zone, {}), who.words.language, zone)
                for zone in (*device.zones, *device.groups)
            }
    return found


def _approved(request: Request, who: Someone) -> dict[str, str]:
    return {each.id: each.title for each in look.all_messages(deps_of(request), who.actor, State.APPROVED)}


def _form(request: Request, who: Someone, given: dict[str, Any], problem: Exception | None = None) -> HTMLResponse:
    deps = deps_of(request)
    return page(
        request, "alerts.html", who.actor, status=422 if problem else 200, now=deps.now(), given=given,
        problem=said(problem, who.words), names=_names(request, who), messages=_approved(request, who), prepared=list(PREPARED),
        priorities=PRIORITIES, alerts=alert.recent(deps, who.actor), zones=_zones(request, who),
    )  # fmt: skip


def _sure(request: Request, who: Someone, given: dict[str, Any], draft: AlertDraft) -> HTMLResponse:
    now = deps_of(request).now()
    return page(
        request, "alert_sure.html", who.actor, now=now, given=given, draft=draft, names=_names(request, who),
        messages=_approved(request, who), zones=_zones(request, who),
        times=line_time.of_alert(deps_of(request), who.actor, draft),
    )  # fmt: skip
