"""The picture and the video of a message: bring them, choose how they are put on boards, see the lamps, take them away."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from controller.api.access import deps_of
from controller.console.forms import Filled, one
from controller.console.frame import page
from controller.console.reader import PageRoute, Someone
from controller.console.refusals import said
from controller.domain.people import Right
from controller.domain.pictures import Picture, Video
from controller.errors import ControllerError, InvalidError
from controller.services import bring_visual, look, try_picture, write
from controller.services.write import Change
from devices.profiles.board import BoardShape

router = APIRouter(prefix="/messages/{message}/picture", include_in_schema=False, route_class=PageRoute)
Version = Annotated[int, Form(ge=1)]


@router.get("")
def picture(request: Request, message: str, who: Someone) -> HTMLResponse:
    """What is shown beside or instead of words, on every board."""
    return _page(request, message, who)


@router.post("/bring")
def bring_it(
    request: Request, message: str, who: Someone, version: Version, file: UploadFile,
    kind: Annotated[Literal["picture", "video"], Form()] = "picture", sound: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """A picture, or a video."""
    who.actor.need(Right.WRITE)
    try:
        data = file.file.read()
        if not data:
            raise InvalidError("media.empty", "there is no file in the request")
        change = _picture(request, who, data) if kind == "picture" else _video(request, who, data, sound)
        _change(request, message, who, version, change)
    except ControllerError as problem:
        return _page(request, message, who, problem)
    return RedirectResponse(f"/messages/{message}/picture", 303)


def _picture(request: Request, who: Someone, data: bytes) -> dict[str, Any]:
    brought = bring_visual.bring_picture(deps_of(request), who.actor, data)
    return {"picture": Picture(sha256=brought.facts.sha256)}


def _video(request: Request, who: Someone, data: bytes, language: str) -> dict[str, Any]:
    brought = bring_visual.bring_video(deps_of(request), who.actor, data, sound=bool(language))
    audio = {"audio": {language: brought.audio.sha256}} if brought.audio else {}
    return {"video": Video(sha256=brought.facts.sha256), **audio}


@router.post("/choose")
def choose(request: Request, message: str, who: Someone, form: Filled) -> Response:
    """How the picture is put on boards."""
    who.actor.need(Right.WRITE)
    deps = deps_of(request)
    try:
        found = look.message(deps, who.actor, message).picture
        if found is None:
            raise InvalidError("picture.none", "the message has no picture")
        chosen = {name: one(form, name) for name in ("tone", "fit", "place", "seconds") if one(form, name)}
        picture = Picture.model_validate({"sha256": found.sha256, "inverted": bool(one(form, "inverted")), **chosen})
        _change(request, message, who, int(one(form, "version") or "0"), {"picture": picture})
    except (ControllerError, ValueError) as problem:
        return _page(request, message, who, problem)
    return RedirectResponse(f"/messages/{message}/picture", 303)


@router.post("/remove")
def remove(
    request: Request, message: str, who: Someone, version: Version,
    kind: Annotated[Literal["picture", "video"], Form()],
) -> Response:  # fmt: skip
    """Without it."""
    try:
        _change(request, message, who, version, {kind: None})
    except ControllerError as problem:
        return _page(request, message, who, problem)
    return RedirectResponse(f"/messages/{message}/picture", 303)


def _change(request: Request, message: str, who: Someone, version: int, change: dict[str, Any]) -> None:
    write.edit_message(deps_of(request), who.actor, message, Change(**change, version=version))


def _page(
    request: Request, message: str, who: Someone, problem: ControllerError | ValueError | None = None
) -> HTMLResponse:
    deps = deps_of(request)
    found = look.message(deps, who.actor, message)
    boards = try_picture.try_picture(deps, who.actor, found.picture) if found.picture else ()
    film = bring_visual.video_facts(deps, who.actor, found.video.sha256) if found.video else None
    return page(
        request, "picture.html", who.actor, status=422 if problem else 200, now=deps.now(), message=found,
        problem=said(problem, who.words), boards=boards, film=film, lamps=lambda board: BoardShape.parse(board).width,
    )  # fmt: skip
