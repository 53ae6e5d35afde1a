"""Playlists for people: a plain form, made, changed, taken away."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from controller.api.access import deps_of
from controller.console.forms import Filled, many, moment_of, number, one, place_of
from controller.console.frame import page
from controller.console.i18n import GATE_ZONE
from controller.console.reader import PageRoute, Someone
from controller.console.refusals import said
from controller.domain.content import State
from controller.domain.people import Right
from controller.domain.plans import WantedPlaylist
from controller.errors import ControllerError
from controller.services import look, playlist

router = APIRouter(include_in_schema=False, route_class=PageRoute)
MOST_PLACES = 200  # rows of the form; who needs more uses the API
SOUND = {"chime": "chime-2", "repeats": "1", "end_tone": "", "interrupted": "resume", "late": "play", "max_late": ""}
EMPTY = {"message": "", "seconds": "", "starts": "", "until": "", "music": ""}
NEW: dict[str, Any] = {"name": "", "rows": (EMPTY,), "includes": (), "shuffle": "", "version": "", **SOUND}
MUSIC = "music"  # what mourning mutes


@router.get("/playlists")
def playlists(request: Request, who: Someone) -> HTMLResponse:
    """Every playlist, and a form for one more."""
    return _page(request, who, NEW)


@router.post("/playlists")
def new_playlist(request: Request, who: Someone, form: Filled) -> Response:
    """Keep a playlist; what cannot be accepted comes back with its reason and nothing lost."""
    return _taken(request, who, form, None)


@router.get("/playlists/{name}/edit")
def edit(request: Request, name: str, who: Someone) -> HTMLResponse:
    """The form of a playlist that stands."""
    who.actor.need(Right.PLAYLIST)
    stands = playlist.one_playlist(deps_of(request), who.actor, name)
    return _page(request, who, _given_from(stands), stands=stands)


@router.post("/playlists/{name}/edit")
def change(request: Request, name: str, who: Someone, form: Filled) -> Response:
    """Keep the change; all that show it change at once."""
    return _taken(request, who, form, playlist.one_playlist(deps_of(request), who.actor, name))


@router.post("/playlists/{name}/delete")
def end_playlist(request: Request, name: str, who: Someone) -> Response:
    """It is offered no more; refused while something uses it."""
    try:
        playlist.delete_playlist(deps_of(request), who.actor, name)
    except ControllerError as problem:
        return _page(request, who, NEW, problem=problem)
    return RedirectResponse("/playlists", 303)


def _taken(request: Request, who: Someone, form: FormData, stands: WantedPlaylist | None) -> Response:
    who.actor.need(Right.PLAYLIST)
    given, deps = _given_of(form), deps_of(request)
    if one(form, "add"):
        return _page(request, who, _with_a_place(given), stands=stands, grown=True)
    try:
        facts = _draft_of(given)
        if stands:
            change = playlist.PlaylistChange.model_validate(
                facts | {"version": number("version", given["version"] or "0")}
            )
            playlist.change_playlist(deps, who.actor, stands.id, change)
        else:
            playlist.create_playlist(deps, who.actor, playlist.PlaylistDraft.model_validate(facts))
    except (ControllerError, ValueError) as problem:
        return _page(request, who, given, stands=stands, problem=problem)
    return RedirectResponse("/playlists", 303)


def _given_of(form: FormData) -> dict[str, Any]:
    places = (place_of(key.removeprefix("message-")) for key in form if key.startswith("message-"))
    count = max((place + 1 for place in places if place is not None), default=1)
    rows = tuple({name: one(form, f"{name}-{row}") for name in EMPTY} for row in range(min(count, MOST_PLACES)))
    facts = {name: one(form, name) or usual for name, usual in SOUND.items()}
    named = {name: one(form, name) for name in ("name", "shuffle", "version")}
    return {**facts, **named, "rows": rows, "includes": many(form, "includes")}


def _with_a_place(given: dict[str, Any]) -> dict[str, Any]:
    """What was filled in, and an empty place after it."""
    return given | {"rows": (*given["rows"], EMPTY)[:MOST_PLACES]}


def _draft_of(given: dict[str, Any]) -> dict[str, Any]:
    """The form as the API would have it; what is said of sound goes for every message of the list."""
    sound = {
        "chime": given["chime"],
        "repeats": number("repeats", given["repeats"]),
        "end_tone": bool(given["end_tone"]),
    }
    rules = {"interrupted": given["interrupted"], "late": given["late"]}
    rules |= {"max_late": number("max_late", given["max_late"], float)} if given["max_late"] else {}
    items = [rules | _item(row) for row in given["rows"] if row["message"]]
    return {
        "name": given["name"], "items": items, "sound": sound, "includes": given["includes"],
        "shuffle": bool(given["shuffle"]),
    }  # fmt: skip


def _item(row: dict[str, str]) -> dict[str, Any]:
    facts: dict[str, Any] = {"message": row["message"]}
    facts |= {"seconds": number("seconds", row["seconds"], float)} if row["seconds"] else {}
    facts |= {name: moment_of(name, row[name]).isoformat() for name in ("starts", "until") if row[name]}
    return facts | ({"tags": [MUSIC]} if row["music"] else {})


def _given_from(stands: WantedPlaylist) -> dict[str, Any]:
    rows = [
        {
            "message": item.message, "seconds": f"{item.seconds:g}" if item.seconds else "", "starts": _local(item.starts),
            "until": _local(item.until), "music": "1" if MUSIC in item.tags else "",
        }
        for item in stands.items
    ]  # fmt: skip
    first = stands.items[0] if stands.items else None
    rules: dict[str, str] = {"interrupted": first.interrupted, "late": first.late} if first else {}
    rules |= {"max_late": f"{first.max_late:g}"} if first and first.max_late is not None else {}
    sound = stands.sound
    return {
        **NEW, **rules, "name": stands.name, "rows": tuple(rows) or (EMPTY,),
        "includes": stands.includes, "shuffle": "1" if stands.shuffle else "", "version": stands.version,
        "chime": sound.chime, "repeats": str(sound.repeats), "end_tone": "1" if sound.end_tone else "",
    }  # fmt: skip


def _local(when: Any) -> str:
    return f"{when.astimezone(GATE_ZONE):%Y-%m-%dT%H:%M}" if when else ""


def _page(
    request: Request, who: Someone, given: dict[str, Any], *, stands: WantedPlaylist | None = None,
    problem: Exception | None = None, grown: bool = False,
) -> HTMLResponse:  # fmt: skip
    deps = deps_of(request)
    messages, lists = look.all_messages(deps, who.actor), playlist.all_playlists(deps, who.actor)
    return page(
        request, "playlists.html", who.actor, status=422 if problem else 200, now=deps.now(), given=given, stands=stands,
        problem=said(problem, who.words), grown=grown, most=MOST_PLACES,
        playlists=lists[::-1], names={each.id: each.name for each in lists},
        messages=[each for each in messages if each.state != State.WITHDRAWN],
        titles={each.id: each.title for each in messages}, states={each.id: each.state.value for each in messages},
    )  # fmt: skip
