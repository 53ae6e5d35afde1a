"""Playlists and schedules for people: plain forms, so that they work without scripts."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from controller.api.access import deps_of
from controller.console.forms import Filled, many, one, said
from controller.console.frame import page
from controller.console.reader import PageRoute, Someone
from controller.console.tiles import named
from controller.domain.content import State
from controller.domain.people import Right
from controller.domain.plans import WantedPlaylist, WantedRule
from controller.errors import ControllerError
from controller.services import look, playlist, schedule, wall

router = APIRouter(include_in_schema=False, route_class=PageRoute)
PLACES = 8  # rows of the playlist's form; who needs more uses the API
WINDOWS = 3
PRIORITIES = ("normal", "event", "priority")
WHOLE_WEEK = tuple(range(1, 8))
SOUND = {"chime": "chime-2", "repeats": "1", "end_tone": "", "interrupted": "resume", "late": "play", "max_late": ""}
NEW_LIST: dict[str, Any] = {"name": "", "messages": ("",) * PLACES, "seconds": ("",) * PLACES, **SOUND}
NEW_SCHEDULE: dict[str, Any] = {
    "playlist": "", "targets": (), "weekdays": WHOLE_WEEK, "windows": (("07:00", "17:00"), *((("", ""),) * (WINDOWS - 1))),
    "priority": "normal", "starts": "", "ends": "", "every": "",
}  # fmt: skip


@router.get("/playlists")
def playlists(request: Request, who: Someone) -> HTMLResponse:
    """Every playlist, and a form for one more."""
    return _playlists(request, who, NEW_LIST)


@router.post("/playlists")
def new_playlist(request: Request, who: Someone, form: Filled) -> Response:
    """Keep a playlist; what cannot be accepted comes back with its reason and nothing lost."""
    who.actor.need(Right.PLAYLIST)
    given = {
        "name": one(form, "name"),
        "messages": tuple(one(form, f"message-{row}") for row in range(PLACES)),
        "seconds": tuple(one(form, f"seconds-{row}") for row in range(PLACES)),
    }
    given |= {name: one(form, name) or usual for name, usual in SOUND.items()}
    try:
        draft = playlist.PlaylistDraft.model_validate(_list_draft(given))
        playlist.create_playlist(deps_of(request), who.actor, draft)
    except (ControllerError, ValueError) as problem:
        return _playlists(request, who, given, problem)
    return RedirectResponse("/playlists", 303)


def _list_draft(given: dict[str, Any]) -> dict[str, Any]:
    """The form as the API would have it; what is said of sound goes for every message of the list."""
    sound = {"chime": given["chime"], "repeats": int(given["repeats"]), "end_tone": bool(given["end_tone"])}
    rules = {"interrupted": given["interrupted"], "late": given["late"]}
    rules |= {"max_late": float(given["max_late"])} if given["max_late"] else {}
    rows = [row for row in zip(given["messages"], given["seconds"], strict=True) if row[0]]
    items = [{"message": name, **rules} | ({"seconds": float(seconds)} if seconds else {}) for name, seconds in rows]
    return {"name": given["name"], "items": items, "sound": sound}


def _playlists(request: Request, who: Someone, given: dict[str, Any], problem: Exception | None = None) -> HTMLResponse:
    deps = deps_of(request)
    messages = look.all_messages(deps, who.actor)
    return page(
        request, "playlists.html", who.actor, status=422 if problem else 200, now=deps.now(), given=given, rows=PLACES,
        problem=said(problem), playlists=playlist.all_playlists(deps, who.actor)[::-1],
        messages=[each for each in messages if each.state != State.WITHDRAWN],
        titles={each.id: each.title for each in messages}, states={each.id: each.state.value for each in messages},
    )  # fmt: skip


@router.get("/schedules")
def schedules(request: Request, who: Someone) -> HTMLResponse:
    """Every schedule, and a form for one more."""
    return _schedules(request, who, NEW_SCHEDULE)


@router.post("/schedules")
def new_schedule(request: Request, who: Someone, form: Filled) -> Response:
    """Keep a schedule; the plans of its devices change at once."""
    who.actor.need(Right.SCHEDULE)
    given = _given(form)
    try:
        draft = schedule.ScheduleDraft.model_validate(_draft(given))
        schedule.create_schedule(deps_of(request), who.actor, draft)
    except (ControllerError, ValueError) as problem:
        return _schedules(request, who, given, problem)
    return RedirectResponse("/schedules", 303)


@router.post("/schedules/{rule}/delete")
def end_schedule(request: Request, rule: str, who: Someone) -> Response:
    """No plan holds it any more."""
    schedule.delete_schedule(deps_of(request), who.actor, rule)
    return RedirectResponse("/schedules", 303)


def _given(form: FormData) -> dict[str, Any]:
    facts = {name: one(form, name) for name in ("playlist", "priority", "starts", "ends", "every")}
    return {
        **facts,
        "targets": many(form, "targets"),
        "weekdays": tuple(int(day) for day in many(form, "weekdays") if day.isdecimal()),
        "windows": tuple((one(form, f"from-{row}"), one(form, f"to-{row}")) for row in range(WINDOWS)),
    }


def _draft(given: dict[str, Any]) -> dict[str, Any]:
    left_out = {name for name in ("starts", "ends", "every") if not given[name]}
    facts = {name: value for name, value in given.items() if name not in left_out}
    facts["windows"] = tuple(window for window in given["windows"] if any(window))
    return facts | ({"every": int(given["every"])} if given["every"] else {})


def _schedules(request: Request, who: Someone, given: dict[str, Any], problem: Exception | None = None) -> HTMLResponse:
    deps, language = deps_of(request), who.words.language
    gates = wall.all_gates(deps, who.actor, language)
    devices = [
        (each.id, f"{named(gate.names, language, gate.id)}: {named(each.names, language, each.id)}")
        for gate in gates
        for each in gate.devices
    ]
    lists = playlist.all_playlists(deps, who.actor)
    return page(
        request, "schedules.html", who.actor, status=422 if problem else 200, now=deps.now(), given=given,
        problem=said(problem), playlists=lists, devices=devices, priorities=PRIORITIES, weekdays=WHOLE_WEEK,
        rows=_rows(schedule.all_schedules(deps, who.actor), lists, dict(devices), who),
    )  # fmt: skip


def _rows(
    rules: tuple[WantedRule, ...], lists: tuple[WantedPlaylist, ...], devices: dict[str, str], who: Someone
) -> list[dict[str, Any]]:
    names = {each.id: each.name for each in lists}
    return [
        {
            "rule": rule,
            "name": names.get(rule.playlist, rule.playlist),
            "targets": [devices.get(target, target) for target in rule.targets],
            "days": ", ".join(who.words(f"weekday {day}") for day in rule.weekdays),
            "windows": ", ".join(f"{start}-{end}" for start, end in rule.windows),
        }
        for rule in reversed(rules)
    ]
