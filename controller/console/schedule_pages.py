"""Schedules for people: the week of a device, a plain form, and what a schedule would change before it is saved."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from controller.api.access import deps_of
from controller.console import schedule_form as forms
from controller.console.forms import Filled, one
from controller.console.frame import page
from controller.console.i18n import GATE_ZONE
from controller.console.reader import PageRoute, Someone
from controller.console.refusals import said
from controller.console.tiles import named
from controller.console.week import bounds, monday_of, week
from controller.domain.calendars import Kind
from controller.domain.people import Right
from controller.domain.plans import WantedPlaylist, WantedRule
from controller.errors import ControllerError
from controller.services import calendar, foresee, playlist, schedule, wall, what_if
from controller.services.wall import GateView
from controller.services.what_if import Trial, Verdict

router = APIRouter(include_in_schema=False, route_class=PageRoute)
PRIORITIES = ("normal", "event", "priority")
Device = Annotated[str, Query(max_length=65)]
Day = Annotated[date | None, Query(description="any day of the week to look at")]


@router.get("/schedules")
def schedules(request: Request, who: Someone, device: Device = "", day: Day = None) -> HTMLResponse:
    """The week of a device, every schedule, and a form for one more."""
    return _page(request, who, forms.NEW, device=device, day=day)


@router.post("/schedules")
def new_schedule(request: Request, who: Someone, form: Filled) -> Response:
    """Try a schedule, or keep it; the plans of its devices change at once."""
    return _taken(request, who, form, None)


@router.get("/schedules/{rule}/edit")
def edit(request: Request, rule: str, who: Someone) -> HTMLResponse:
    """The form of a schedule that stands."""
    who.actor.need(Right.SCHEDULE)
    stands = schedule.one_schedule(deps_of(request), who.actor, rule)
    return _page(request, who, forms.given_from(stands), rule=stands)


@router.post("/schedules/{rule}/edit")
def change(request: Request, rule: str, who: Someone, form: Filled) -> Response:
    """Try the change, or keep it."""
    return _taken(request, who, form, schedule.one_schedule(deps_of(request), who.actor, rule))


@router.post("/schedules/{rule}/delete")
def end_schedule(request: Request, rule: str, who: Someone) -> Response:
    """No plan holds it any more."""
    schedule.delete_schedule(deps_of(request), who.actor, rule)
    return RedirectResponse("/schedules", 303)


def _taken(request: Request, who: Someone, form: Filled, stands: WantedRule | None) -> Response:
    who.actor.need(Right.SCHEDULE)
    given, deps = forms.given_of(form), deps_of(request)
    try:
        facts = forms.draft_of(given)
        if one(form, "look"):
            facts.pop("version", None)
            trial = Trial.model_validate({"schedule": facts, "replaces": stands.id if stands else None})
            verdict = what_if.try_schedule(deps, who.actor, trial, who.words.language)
            return _page(request, who, given, rule=stands, verdict=verdict)
        if stands:
            schedule.change_schedule(deps, who.actor, stands.id, schedule.ScheduleChange.model_validate(facts))
        else:
            facts.pop("version", None)
            schedule.create_schedule(deps, who.actor, schedule.ScheduleDraft.model_validate(facts))
    except (ControllerError, ValueError) as problem:
        return _page(request, who, given, rule=stands, problem=problem)
    return RedirectResponse(f"/schedules?device={given['targets'][0]}", 303)


def _page(
    request: Request, who: Someone, given: dict[str, Any], *, rule: WantedRule | None = None, device: str = "",
    day: date | None = None, problem: Exception | None = None, verdict: Verdict | None = None,
) -> HTMLResponse:  # fmt: skip
    deps, language = deps_of(request), who.words.language
    gates = wall.all_gates(deps, who.actor, language)
    devices = _devices(gates, language)
    lists, rules = playlist.all_playlists(deps, who.actor), schedule.all_schedules(deps, who.actor)
    titles = wall.titles(deps, who.actor, language)
    facts: dict[str, Any] = {
        "given": given, "rule": rule, "problem": said(problem, who.words), "verdict": verdict, "titles": titles, "playlists": lists,
        "devices": list(devices.items()), "device_names": devices, "priorities": PRIORITIES, "weekdays": forms.WHOLE_WEEK,
        "choices": _choices(request, who, gates), "fits": rule is None or forms.fits_form(rule),
    }  # fmt: skip
    if rule is None and not verdict and not problem:
        facts |= _week(request, who, device if device in devices else next(iter(devices), ""), day, lists, rules)
        facts["rows"] = _rows(rules, lists, devices, who)
    name = "schedules.html" if "rows" in facts else "schedule.html"
    return page(request, name, who.actor, status=422 if problem else 200, now=deps.now(), **facts)


def _devices(gates: tuple[GateView, ...], language: str) -> dict[str, str]:
    return {
        each.id: f"{named(gate.names, language, gate.id)}: {named(each.names, language, each.id)}"
        for gate in gates
        for each in gate.devices
    }


def _choices(request: Request, who: Someone, gates: tuple[GateView, ...]) -> dict[str, Any]:
    """What calendars and devices offer the form."""
    deps, language = deps_of(request), who.words.language
    kept = [one for one in calendar.all_calendars(deps, who.actor) if one.confirmed]
    here = [device for gate in gates for device in gate.devices]
    zones = {zone: named(each.zone_names.get(zone, {}), language, zone) for each in here for zone in each.zones}
    return {
        "days": [(one.id, one.fact.get("name") or one.id) for one in kept if one.kind is Kind.DAYS],
        "hours": [(one.id, one.fact.get("place") or one.id) for one in kept if one.kind is Kind.HOURS],
        "events": [(one.id, one.fact.get("name") or one.id) for one in kept if one.kind is Kind.EVENT],
        "areas": foresee.areas(deps, who.actor),
        "zones": list(zones.items()),
    }


def _week(
    request: Request, who: Someone, device: str, day: date | None, lists: tuple[WantedPlaylist, ...],
    rules: tuple[WantedRule, ...],
) -> dict[str, Any]:  # fmt: skip
    deps, language = deps_of(request), who.words.language
    monday = monday_of(day or deps.now().astimezone(GATE_ZONE).date())
    start, end = bounds(monday)
    called = {each.id: each.name for each in lists}
    names = {rule.id: called.get(rule.playlist, rule.id) for rule in rules}
    titles = wall.titles(deps, who.actor, language)
    found = foresee.stream(deps, who.actor, device, start, end, language) if device else ()
    return {
        "device": device, "monday": monday, "last": monday + timedelta(days=6), "week": week(monday, found, titles, names),
        "before": monday - timedelta(days=7), "after": monday + timedelta(days=7),
        "findings": foresee.findings(deps, who.actor, device, start, end, language) if device else (),
    }  # fmt: skip


def _rows(
    rules: tuple[WantedRule, ...], lists: tuple[WantedPlaylist, ...], devices: dict[str, str], who: Someone
) -> list[dict[str, Any]]:
    names = {each.id: each.name for each in lists}
    return [
        {
            "rule": rule,
            "name": names.get(rule.playlist, rule.playlist),
            "targets": [devices.get(target, target) for target in rule.targets],
            "days": _days(rule, who),
            "windows": ", ".join(f"{start}-{end}" for start, end in rule.windows),
        }
        for rule in reversed(rules)
    ]


def _days(rule: WantedRule, who: Someone) -> str:
    if rule.weekdays == forms.WHOLE_WEEK:
        return who.words("Every day")
    return ", ".join(who.words(f"weekday {day}") for day in rule.weekdays)
