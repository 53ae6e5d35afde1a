"""The pages: overview, devices, messages, sign-in. Each handler parses, does one deed, and answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from controller.api.access import Everyone, deps_of, settings_of
from controller.console import stream
from controller.console.frame import LANGUAGE_COOKIE, page, words_of
from controller.console.i18n import GATE_ZONE, LANGUAGES
from controller.console.reader import COOKIE_AGE, PageRoute, Reader, Someone, drop_session, keep_session, safe_back
from controller.console.reasons import reason_words
from controller.console.tiles import Tile, named, tile
from controller.errors import ControllerError
from controller.services import calendar_watch, foresee, history, sign_in, wall
from controller.services import device as devices
from controller.services.context import Deps

router = APIRouter(include_in_schema=False, route_class=PageRoute)
ANYONE = [Depends(Everyone("to sign in, and to choose a language before"))]


def tiles_of(deps: Deps, who: Reader) -> tuple[Tile, ...]:
    """Every tile of the wall, in the reader's language."""
    titles, now = wall.titles(deps, who.actor, who.words.language), deps.now()
    found = devices.all_devices(deps, who.actor, who.words.language)
    return tuple(tile(each, titles, who.words, now) for each in found)


@router.get("/")
def overview(request: Request, who: Someone) -> HTMLResponse:
    """The wall: every gate, every device."""
    deps = deps_of(request)
    tiles = {each.id: each for each in tiles_of(deps, who)}
    gates = [
        {
            "id": gate.id,
            "name": named(gate.names, who.words.language, gate.id),
            "tiles": [tiles[d.id] for d in gate.devices],
        }
        for gate in wall.all_gates(deps, who.actor, who.words.language)
    ]
    findings = calendar_watch.calendar_findings(deps, who.actor)
    return page(request, "wall.html", who.actor, now=deps.now(), gates=gates, findings=findings)


@router.get("/live", response_class=EventSourceResponse)
async def live(request: Request, who: Someone) -> AsyncIterator[ServerSentEvent]:
    """Events of the wall, for as long as the session lasts."""
    deps = deps_of(request)

    def look() -> tuple[Tile, ...]:
        sign_in.who(deps, who.token)
        return tiles_of(deps, who)

    async for event in stream.live(request.app.state.bell, look):
        yield event


@router.get("/devices/{gate}/{device}")
def device(request: Request, gate: str, device: str, who: Someone) -> HTMLResponse:
    """One device: what it shows and should show, the next day, and the newest records."""
    deps, language = deps_of(request), who.words.language
    now, name = deps.now(), f"{gate}/{device}"
    view = devices.one_device(deps, who.actor, name, language)
    titles = wall.titles(deps, who.actor, language)
    coming = foresee.stream(deps, who.actor, name, now, now + timedelta(days=1), language)
    segments = [
        {
            "start": s.start,
            "end": s.end,
            "words": ", ".join(titles.get(m, m) for m in s.messages) or who.words("Nothing on air"),
        }
        for s in coming
    ]
    records = history.look_records(deps, who.actor, device=name, start=now - timedelta(hours=1)).records[-30:]
    gates = {g.id: named(g.names, language, g.id) for g in wall.all_gates(deps, who.actor, language)}
    return page(
        request, "device.html", who.actor, now=now, tile=tile(view, titles, who.words, now), facts=view,
        gate_name=gates[gate], segments=segments, records=records[::-1], titles=titles,
        language_names=LANGUAGES,
        reason=lambda record: reason_words(record.reason, who.words, bool(record.changes)),
        clock=lambda at: f"{at.astimezone(GATE_ZONE):%H:%M:%S}",
        zones_named=lambda zones: ", ".join(named(view.zone_names.get(each, {}), language, each) for each in zones),
    )  # fmt: skip


@router.get("/login", dependencies=ANYONE)
def login_form(request: Request, back: str = "/") -> HTMLResponse:
    """The sign-in form."""
    return _login(request, back)


@router.post("/login", dependencies=ANYONE)
def login(
    request: Request,
    username: Annotated[str, Form()],
    password: Annotated[str, Form()],
    back: Annotated[str, Form()] = "/",
) -> Response:
    """Open a session, and go where the reader wanted to go."""
    deps, address = deps_of(request), request.client.host if request.client else ""
    try:
        session = sign_in.sign_in(
            deps, username, password, address=address, client=request.headers.get("user-agent", "")
        )
    except ControllerError as problem:
        return _login(request, back, username, problem)
    return keep_session(request, RedirectResponse(safe_back(back), 303), session.token)


def _login(request: Request, back: str, username: str = "", problem: ControllerError | None = None) -> HTMLResponse:
    _, wait = words_of(request), getattr(problem, "wait", None)
    said = _("Too many tries; wait {wait} s.", wait=wait) if wait else _("The user name or the password is wrong.")
    return page(
        request, "login.html", None, status=401 if problem else 200, now=deps_of(request).now(), back=safe_back(back),
        username=username, problem=said if problem else "", demo=settings_of(request).demo,
    )  # fmt: skip


@router.post("/logout")
def logout(request: Request, who: Someone) -> Response:
    """End the session."""
    sign_in.sign_out(deps_of(request), who.token)
    return drop_session(request, RedirectResponse("/login", 303))


@router.get("/language", dependencies=ANYONE)
def language(to: str, back: str = "/") -> Response:
    """Keep the chosen language, and stay on the page."""
    answer = RedirectResponse(safe_back(back), 303)
    if to in LANGUAGES:
        answer.set_cookie(LANGUAGE_COOKIE, to, max_age=COOKIE_AGE, httponly=True, samesite="lax")
    return answer
