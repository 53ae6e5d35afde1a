"""Suspensions of crossing and events, for the duty operator."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from controller.api.access import deps_of
from controller.console.forms import Filled, many, moment_of, number, one
from controller.console.frame import page
from controller.console.i18n import GATE_ZONE
from controller.console.reader import PageRoute, Someone
from controller.console.refusals import said
from controller.console.tiles import named
from controller.domain.calendars import Kind
from controller.domain.people import Right
from controller.errors import ControllerError, UnknownError
from controller.services import calendar, event, playlist, suspension, wall
from schedules.suspension import Office

router = APIRouter(include_in_schema=False, route_class=PageRoute)
ORDER = ("gate", "order", "office", "issuer", "starts", "until", "playlist")
EVENT = ("name", "who", "starts", "until", "playlist", "every", "version")
NEW_ORDER: dict[str, Any] = {**dict.fromkeys(ORDER, ""), "hours": (), "targets": ()}
NEW_EVENT: dict[str, Any] = {**dict.fromkeys(EVENT, ""), "targets": ()}


@router.get("/suspensions")
def suspensions(request: Request, who: Someone) -> HTMLResponse:
    """Every order, and a form for one more."""
    return _orders(request, who, NEW_ORDER)


@router.post("/suspensions")
def order(request: Request, who: Someone, form: Filled) -> Response:
    """Close passages on an order; refused with its reason if the law does not allow it."""
    who.actor.need(Right.SCHEDULE)
    given = {name: one(form, name) for name in ORDER} | {name: many(form, name) for name in ("hours", "targets")}
    try:
        draft = suspension.SuspensionDraft.model_validate(_facts(given))
        suspension.order_suspension(deps_of(request), who.actor, draft)
    except (ControllerError, ValueError) as problem:
        return _orders(request, who, given, problem)
    return RedirectResponse("/suspensions", 303)


@router.post("/suspensions/{name}/lift")
def lift(request: Request, name: str, who: Someone) -> Response:
    """Crossing is free again."""
    suspension.lift_suspension(deps_of(request), who.actor, name)
    return RedirectResponse("/suspensions", 303)


@router.post("/suspensions/{name}/notified")
def notified(request: Request, name: str, who: Someone, form: Filled) -> Response:
    """Log who was told."""
    if whom := one(form, "whom")[:200]:
        suspension.note_notified(deps_of(request), who.actor, name, whom)
    return RedirectResponse("/suspensions", 303)


@router.get("/events")
def events(request: Request, who: Someone) -> HTMLResponse:
    """Every event, and a form for one more."""
    return _events(request, who, NEW_EVENT)


@router.post("/events")
def new_event(request: Request, who: Someone, form: Filled) -> Response:
    """Freeze all else for a time."""
    return _event(request, who, form, None)


@router.get("/events/{name}/edit")
def edit_event(request: Request, name: str, who: Someone) -> HTMLResponse:
    """The form of an event that stands."""
    who.actor.need(Right.SCHEDULE)
    stands = event.one_event(deps_of(request), who.actor, name)
    facts = {key: getattr(stands, key) or "" for key in ("name", "who", "playlist", "every", "version", "targets")}
    return _events(request, who, facts | {"starts": _local(stands.starts), "until": _local(stands.until)}, edited=name)


@router.post("/events/{name}/edit")
def change_event(request: Request, name: str, who: Someone, form: Filled) -> Response:
    """Move it, or lengthen it."""
    return _event(request, who, form, name)


@router.post("/events/{name}/end")
def end_event(request: Request, name: str, who: Someone) -> Response:
    """Everything is as without it."""
    event.end_event(deps_of(request), who.actor, name)
    return RedirectResponse("/events", 303)


def _event(request: Request, who: Someone, form: FormData, name: str | None) -> Response:
    who.actor.need(Right.SCHEDULE)
    given: dict[str, Any] = {key: one(form, key) for key in EVENT} | {"targets": many(form, "targets")}
    try:
        facts = _facts(given) | ({"every": number("every", given["every"])} if given["every"] else {})
        if name:
            change = event.EventChange.model_validate(facts | {"version": number("version", given["version"] or "0")})
            event.change_event(deps_of(request), who.actor, name, change)
        else:
            facts.pop("version", None)
            event.create_event(deps_of(request), who.actor, event.EventDraft.model_validate(facts))
    except (ControllerError, ValueError) as problem:
        return _events(request, who, given, problem, edited=name)
    return RedirectResponse("/events", 303)


def _facts(given: dict[str, Any]) -> dict[str, Any]:
    """What was filled in, with moments of gate time."""
    facts = {name: value for name, value in given.items() if value}
    for name in ("starts", "until"):
        if name in facts:
            facts[name] = moment_of(name, facts[name]).isoformat()
    return facts


def _local(when: datetime) -> str:
    return f"{when.astimezone(GATE_ZONE):%Y-%m-%dT%H:%M}"


def _shared(request: Request, who: Someone) -> dict[str, Any]:
    deps, language = deps_of(request), who.words.language
    gates = wall.all_gates(deps, who.actor, language)
    lists = playlist.all_playlists(deps, who.actor)
    devices = [
        (each.id, f"{named(gate.names, language, gate.id)}: {named(each.names, language, each.id)}")
        for gate in gates
        for each in gate.devices
    ]
    return {
        "gates": [(gate.id, named(gate.names, language, gate.id)) for gate in gates], "devices": devices,
        "device_names": dict(devices), "playlists": lists, "list_names": {each.id: each.name for each in lists},
    }  # fmt: skip


def _orders(request: Request, who: Someone, given: dict[str, Any], problem: Exception | None = None) -> HTMLResponse:
    deps, facts = deps_of(request), _shared(request, who)
    limits = []
    for gate, name in facts["gates"]:
        try:
            limits.append((name, suspension.limits(deps, who.actor, gate)))
        except UnknownError:
            continue  # the gates file does not say what it is in law
    hours = [
        (one.id, one.fact.get("place") or one.id, one.fact.get("traffic", "all"))
        for one in calendar.all_calendars(deps, who.actor, Kind.HOURS)
    ]
    called = {name: f"{place} ({who.words('traffic ' + traffic)})" for name, place, traffic in hours}
    return page(
        request, "suspensions.html", who.actor, status=422 if problem else 200, now=deps.now(), given=given, **facts,
        problem=said(problem, who.words), limits=limits, hours=hours, hour_names=called,
        offices=[office.value for office in Office], orders=suspension.all_suspensions(deps, who.actor),
    )  # fmt: skip


def _events(
    request: Request, who: Someone, given: dict[str, Any], problem: Exception | None = None, edited: str | None = None
) -> HTMLResponse:
    deps, facts = deps_of(request), _shared(request, who)
    places = [(f"{gate}/*", name) for gate, name in facts["gates"]] + facts["devices"]
    return page(
        request, "events.html", who.actor, status=422 if problem else 200, now=deps.now(), given=given, **facts,
        problem=said(problem, who.words), edited=edited, places=places, place_names=dict(places),
        events=event.all_events(deps, who.actor),
    )  # fmt: skip
