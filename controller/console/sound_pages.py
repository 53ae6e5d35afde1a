"""The sound of a message: bring a recording for each language, let a machine read it, listen, take it away."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from controller.api.access import deps_of
from controller.console.forms import Filled, one
from controller.console.frame import page
from controller.console.gate_choice import gate_names
from controller.console.reader import PageRoute, Someone
from controller.console.refusals import said
from controller.domain.people import Right
from controller.errors import ControllerError, InvalidError
from controller.services import bring, hear, look, phrase, speak, write

router = APIRouter(prefix="/messages/{message}/sound", include_in_schema=False, route_class=PageRoute)
Language = Annotated[str, Form(max_length=12)]
Version = Annotated[int, Form(ge=1)]


@router.get("")
def sound(request: Request, message: str, who: Someone) -> HTMLResponse:
    """What is heard in each language, and what may be done about it."""
    return _page(request, message, who)


@router.post("/bring")
def bring_it(
    request: Request, message: str, who: Someone, language: Language, version: Version, file: UploadFile,
    ticket: Annotated[str, Form(pattern=r"^[A-Za-z0-9_-]{0,64}$")] = "",
) -> Response:  # fmt: skip
    """A recording somebody made."""
    deps = deps_of(request)
    who.actor.need(Right.WRITE)
    try:
        data = file.file.read()
        if not data:
            raise InvalidError("media.empty", "there is no file in the request")
        brought = bring.bring_audio(deps, who.actor, data, ticket)
        write.edit_message(deps, who.actor, message, write.Change(audio={language: brought.sha256}, version=version))
    except ControllerError as problem:
        return _page(request, message, who, problem)
    return RedirectResponse(f"/messages/{message}/sound", 303)


@router.post("/speak")
def speak_it(
    request: Request, message: str, who: Someone, language: Language, version: Version,
    speed: Annotated[float, Form(ge=0.5, le=2.0)] = 1.0, gate: Annotated[str, Form(max_length=32)] = "",
) -> Response:  # fmt: skip
    """A machine's voice: a draft."""
    asked = speak.SpeechRequest(language=language, speed=speed, gate=gate or None, version=version)
    try:
        speak.speak_message(deps_of(request), who.actor, message, asked)
    except ControllerError as problem:
        return _page(request, message, who, problem)
    return RedirectResponse(f"/messages/{message}/sound", 303)


@router.post("/phrase")
def say_phrase(request: Request, message: str, who: Someone, form: Filled) -> Response:
    """A recorded phrase with its slots filled."""
    deps, language = deps_of(request), one(form, "language")
    who.actor.need(Right.WRITE)
    try:
        given = {name.removeprefix("slot-"): one(form, name) for name in form if name.startswith("slot-")}
        made = phrase.say_phrase(deps, who.actor, one(form, "phrase"), phrase.Values(values=given))
        change = write.Change(audio={language: made.sha256}, version=int(one(form, "version")))
        write.edit_message(deps, who.actor, message, change)
    except (ControllerError, ValueError) as problem:
        return _page(request, message, who, problem)
    return RedirectResponse(f"/messages/{message}/sound", 303)


@router.post("/remove")
def remove_it(request: Request, message: str, who: Someone, language: Language, version: Version) -> Response:
    """Silence in this language."""
    try:
        write.edit_message(deps_of(request), who.actor, message, write.Change(audio={language: None}, version=version))
    except ControllerError as problem:
        return _page(request, message, who, problem)
    return RedirectResponse(f"/messages/{message}/sound", 303)


def _page(
    request: Request, message: str, who: Someone, problem: ControllerError | ValueError | None = None
) -> HTMLResponse:
    deps = deps_of(request)
    found = look.message(deps, who.actor, message)
    return page(
        request, "sound.html", who.actor, status=422 if problem else 200, now=deps.now(), message=found,
        problem=said(problem, who.words), recordings=hear.of_message(deps, who.actor, found.audio),
        phrases=phrase.all_phrases(deps, who.actor), gates=gate_names(request, who),
    )  # fmt: skip
