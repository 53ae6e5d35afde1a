"""What a site teaches its voices: recorded words and phrases, and how a gate's own words are said."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData
from starlette.datastructures import UploadFile as Uploaded

from controller.api.access import deps_of
from controller.console.forms import Filled, one
from controller.console.frame import page
from controller.console.gate_choice import gate_names
from controller.console.i18n import LANGUAGES
from controller.console.reader import PageRoute, Someone
from controller.console.refusals import said
from controller.domain.people import Right
from controller.errors import ControllerError, InvalidError
from controller.services import bring, phrase, speak
from controller.services.phrase import PhraseDraft, RecordedWord, Spoken

router = APIRouter(prefix="/voices", include_in_schema=False, route_class=PageRoute)
PARTS = 6  # rows of a phrase's form; who needs more uses the API
KINDS = ("number", "time", "date", "plate", "phone")
Ticket = Annotated[str, Form(pattern=r"^[A-Za-z0-9_-]{0,64}$")]
Problem = ControllerError | ValueError


@router.get("")
def voices(request: Request, who: Someone, gate: str = "", language: str = "vi") -> HTMLResponse:
    """Phrases, recorded words and the list of a gate."""
    return _page(request, who, gate, language)


@router.post("/words")
def record_word(
    request: Request, who: Someone, language: Annotated[Spoken, Form()], word: Annotated[str, Form()], file: UploadFile,
    ticket: Ticket = "",
) -> Response:  # fmt: skip
    """A recording that says one word."""
    deps = deps_of(request)
    try:
        brought = bring.bring_audio(deps, who.actor, _bytes(file), ticket)
        phrase.record_word(deps, who.actor, language, word.strip(), RecordedWord(recording=brought.sha256))
    except (ControllerError, ValueError) as problem:
        return _page(request, who, "", language, problem)
    return RedirectResponse(f"/voices?language={language}", 303)


@router.post("/phrases")
def create_phrase(request: Request, who: Someone, form: Filled) -> Response:
    """Recordings and slots, in the order they are heard."""
    who.actor.need(Right.MEDIA)
    language = one(form, "language")
    try:
        draft = {"name": one(form, "name"), "language": language, "parts": _parts(request, who, form)}
        phrase.create_phrase(deps_of(request), who.actor, PhraseDraft.model_validate(draft))
    except (ControllerError, ValueError) as problem:
        return _page(request, who, "", language if language in LANGUAGES else "vi", problem)
    return RedirectResponse(f"/voices?language={language}", 303)


@router.post("/lexicon")
def set_lexicon(
    request: Request, who: Someone, gate: Annotated[str, Form()], language: Annotated[str, Form()],
    words: Annotated[str, Form(max_length=100_000)] = "",
) -> Response:  # fmt: skip
    """One word a line: as it is written = as it is said."""
    try:
        pairs = dict(_pair(line) for line in words.splitlines() if line.strip())
        speak.set_sayings(deps_of(request), who.actor, gate, language, speak.Sayings(words=pairs))
    except (ControllerError, ValueError) as problem:
        return _page(request, who, gate, language, problem)
    return RedirectResponse(f"/voices?gate={gate}&language={language}", 303)


def _pair(line: str) -> tuple[str, str]:
    spelling, equals, sound = line.partition("=")
    if not equals or not spelling.strip() or not sound.strip():
        raise InvalidError("lexicon.line", f"a line is as it is written = as it is said: {line[:60]}")
    return spelling.strip(), sound.strip()


def _parts(request: Request, who: Someone, form: FormData) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for row in range(PARTS):
        file, slot = form.get(f"file-{row}"), one(form, f"slot-{row}")
        if isinstance(file, Uploaded) and file.filename:
            brought = bring.bring_audio(deps_of(request), who.actor, _bytes(file))
            found.append({"recording": brought.sha256})
        elif slot:
            found.append({"slot": slot, "kind": one(form, f"kind-{row}")})
    return found


def _bytes(file: Uploaded) -> bytes:
    data = file.file.read()
    if not data:
        raise InvalidError("media.empty", "there is no file in the request")
    return data


def _page(request: Request, who: Someone, gate: str, language: str, problem: Problem | None = None) -> HTMLResponse:
    deps, spoken = deps_of(request), language if language in LANGUAGES else "vi"
    gates = gate_names(request, who)
    chosen = gate if gate in dict(gates) else next(iter(dict(gates)), "")
    return page(
        request, "voices.html", who.actor, status=422 if problem else 200, now=deps.now(), problem=said(problem, who.words),
        phrases=phrase.all_phrases(deps, who.actor), words=phrase.recorded_words(deps, who.actor, spoken),  # type: ignore[arg-type]
        gates=gates, gate=chosen, language=spoken, rows=PARTS, kinds=KINDS,
        sayings=speak.sayings(deps, who.actor, chosen, spoken) if chosen else {},
    )  # fmt: skip
