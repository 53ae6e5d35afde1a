"""Mourning and quiet hours: what is mute, where, and who has got it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from controller.api.access import deps_of
from controller.console.forms import Filled, many, one
from controller.console.frame import page
from controller.console.i18n import GATE_ZONE
from controller.console.reader import PageRoute, Reader, Someone
from controller.console.refusals import said
from controller.console.tiles import named
from controller.domain.calendars import Kind, MourningKept
from controller.domain.people import Right
from controller.errors import ControllerError
from controller.services import calendar, calendar_watch, wall
from controller.services.calendar import CalendarDraft
from controller.services.ids import new_id

router = APIRouter(include_in_schema=False, route_class=PageRoute)
MUTES = ("music", "entertainment", "greeting")
PASSES = ("none", "priority", "event")
NEW_MOURNING: dict[str, Any] = {
    "name": "", "notice": "", "first": "", "from": "00:00", "last": "", "to": "24:00", "mutes": MUTES[:2], "gates": (),
}  # fmt: skip
NEW_QUIET: dict[str, Any] = {"gate": "all", "zones": (), "from": "21:00", "to": "06:00", "passes": "none"}


@router.get("/calendars/quiet")
def quiet(request: Request, who: Someone) -> HTMLResponse:
    """Every mourning that is not over, quiet hours, and a form for one more of each."""
    return _page(request, who, NEW_MOURNING, NEW_QUIET)


@router.post("/calendars/mourning")
def mourn(request: Request, who: Someone, form: Filled) -> Response:
    """One command for all devices; those that have it keep it with no link."""
    who.actor.need(Right.CALENDAR)
    names = ("name", "notice", "first", "from", "last", "to")
    given: dict[str, Any] = {name: one(form, name) for name in names}
    given |= {name: many(form, name) for name in ("mutes", "gates")}
    try:
        times = {"starts": _moment(given["first"], given["from"]), "until": _moment(given["last"], given["to"])}
        fact = {"name": given["name"], "notice": given["notice"], "mutes": given["mutes"], **times}
        draft = CalendarDraft(targets=tuple(f"{gate}/*" for gate in given["gates"]) or ("all",), fact=fact)
        calendar.keep_calendar(deps_of(request), who.actor, Kind.MOURNING, new_id("mourning"), draft)
    except (ControllerError, ValueError) as problem:
        return _page(request, who, given, NEW_QUIET, problem)
    return RedirectResponse("/calendars/quiet", 303)


@router.post("/calendars/quiet")
def hush(request: Request, who: Someone, form: Filled) -> Response:
    """Quiet hours of a gate's loudspeakers, or of all."""
    who.actor.need(Right.CALENDAR)
    given: dict[str, Any] = {name: one(form, name) for name in ("gate", "from", "to", "passes")} | {
        "zones": many(form, "zones")
    }
    try:
        fact = {"windows": [[given["from"], given["to"]]], "zones": given["zones"], "passes": given["passes"]}
        targets = ("all",) if given["gate"] == "all" else (f"{given['gate']}/*",)
        calendar.keep_calendar(
            deps_of(request), who.actor, Kind.QUIET, new_id("quiet"), CalendarDraft(targets=targets, fact=fact)
        )
    except (ControllerError, ValueError) as problem:
        return _page(request, who, NEW_MOURNING, given, problem)
    return RedirectResponse("/calendars/quiet", 303)


@router.post("/calendars/{kind}/{name}/remove")
def remove(request: Request, kind: Kind, name: str, who: Someone) -> Response:
    """A mourning, quiet hours or a list of days are taken back everywhere."""
    calendar.remove_calendar(deps_of(request), who.actor, kind, name)
    return RedirectResponse("/calendars" if kind is Kind.DAYS else "/calendars/quiet", 303)


def _moment(day: str, time: str) -> str:
    """A day and a clock of the gate as an instant; 24:00 is the midnight that ends the day."""
    try:
        at = datetime.fromisoformat(f"{day}T{'00:00' if time == '24:00' else time}").replace(tzinfo=GATE_ZONE)
    except ValueError:
        raise ValueError(
            f'give the first and the last day, and hours such as 00:00 and 24:00, not "{day} {time}"'
        ) from None
    return (at + timedelta(days=time == "24:00")).isoformat()


def _page(
    request: Request, who: Reader, mourning: dict[str, Any], quiet: dict[str, Any], problem: Exception | None = None
) -> HTMLResponse:
    deps, language = deps_of(request), who.words.language
    gates = wall.all_gates(deps, who.actor, language)
    names = {gate.id: named(gate.names, language, gate.id) for gate in gates}
    zones = {
        zone: named(device.zone_names.get(zone, {}), language, zone)
        for gate in gates
        for device in gate.devices
        for zone in device.zones
    }
    devices = {
        each.id: f"{names[gate.id]}: {named(each.names, language, each.id)}" for gate in gates for each in gate.devices
    }
    return page(
        request, "quiet.html", who.actor, status=422 if problem else 200, now=deps.now(),
        problem=said(problem, who.words), tab="quiet",
        given=mourning, hushed=quiet, gates=names, zones=zones, devices=devices, mutes=MUTES, passes=PASSES,
        mournings=_mournings(request, who), quiets=calendar.all_calendars(deps, who.actor, Kind.QUIET),
    )  # fmt: skip


def _mournings(request: Request, who: Reader) -> list[dict[str, Any]]:
    deps = deps_of(request)
    found = []
    for view in calendar.all_calendars(deps, who.actor, Kind.MOURNING):
        fact = MourningKept.model_validate(view.fact | {"id": view.id})
        if fact.until > deps.now():
            reach = calendar_watch.mourning_reach(deps, who.actor, view.id)
            found.append(
                {"view": view, "fact": fact, "reach": reach, "missing": [one for one in reach if not one.received]}
            )
    return sorted(found, key=lambda one: one["fact"].starts)
