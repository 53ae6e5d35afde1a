"""Messages for people: write, look at the very pages, submit, approve, withdraw. Plain forms, so that they work without scripts."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from controller.api.access import deps_of
from controller.console.forms import Filled, one, texts
from controller.console.frame import page
from controller.console.i18n import LANGUAGES
from controller.console.looks import CHOICES, SIGNS, boards_to_try, chosen, look_of, shown
from controller.console.reader import PageRoute, Someone
from controller.console.refusals import said
from controller.console.remarks import told
from controller.console.tiles import device_names
from controller.domain.content import Category, State
from controller.domain.people import Right
from controller.errors import ControllerError, InvalidError
from controller.services import approve, hear, line_time, look, submit, wall, withdraw, write
from controller.services.drawing import Remark
from controller.services.look import MessageView
from controller.services.try_message import try_message
from devices.profiles.board import BoardShape
from devices.rendering.style import COLOURS

router = APIRouter(prefix="/messages", include_in_schema=False, route_class=PageRoute)


def _state_word(who: Someone, message: MessageView) -> str:
    return who.words("state " + message.state)


@router.get("")
def every_message(request: Request, who: Someone) -> HTMLResponse:
    """All messages, newest first."""
    deps = deps_of(request)
    messages = look.all_messages(deps, who.actor)
    return page(
        request, "messages.html", who.actor, now=deps.now(), messages=messages, state_word=lambda m: _state_word(who, m)
    )


@router.get("/new")
def new_form(request: Request, who: Someone) -> HTMLResponse:
    """An empty form."""
    return _form(request, who, None, {"title": "", "category": "service", "texts": {}, "look": {}})


@router.post("/new")
def create(request: Request, who: Someone, form: Filled) -> Response:
    """Keep a draft; what cannot be accepted comes back with its reason and nothing lost."""
    who.actor.need(Right.WRITE)
    given = _given(form)
    try:
        found = write.create_message(deps_of(request), who.actor, write.Draft.model_validate(given))
    except (ControllerError, ValueError) as problem:
        return _form(request, who, None, given, problem)
    return RedirectResponse(f"/messages/{found.id}", 303)


@router.get("/{message}/edit")
def edit_form(request: Request, message: str, who: Someone) -> HTMLResponse:
    """The form with what stands."""
    found = look.message(deps_of(request), who.actor, message)
    given = {"title": found.title, "category": found.category, "texts": found.texts, "look": found.look}
    return _form(request, who, found, given)


@router.post("/{message}/edit")
def edit(request: Request, message: str, who: Someone, form: Filled) -> Response:
    """A new version."""
    who.actor.need(Right.WRITE)
    deps, given = deps_of(request), _given(form)
    whole = {language: given["texts"].get(language) for language in LANGUAGES}
    try:
        write.edit_message(deps, who.actor, message, write.Change.model_validate(given | {"texts": whole}))
    except (ControllerError, ValueError) as problem:
        return _form(request, who, look.message(deps, who.actor, message), given, problem)
    return RedirectResponse(f"/messages/{message}", 303)


@router.get("/{message}")
def one_message(request: Request, message: str, who: Someone) -> HTMLResponse:
    """A message, its very pages, and what may be done with it."""
    return _message(request, who, message)


@router.post("/{message}/submit")
def submit_it(request: Request, message: str, who: Someone) -> HTMLResponse:
    """Draw, hash, offer."""
    try:
        found = submit.submit_message(deps_of(request), who.actor, message)
    except InvalidError as problem:  # what blocks stands among the findings of the draft, in the reader's words
        short = InvalidError(problem.code, problem.text) if problem.code == "message.blocked" else problem
        return _message(request, who, message, problem=short)
    except ControllerError as problem:
        return _message(request, who, message, problem=problem)
    return _message(request, who, message, findings=found.findings)


@router.post("/{message}/approve")
def approve_it(request: Request, message: str, who: Someone, digest: Annotated[str, Form()]) -> Response:
    """One agency's word for exactly what was on the page."""
    try:
        approve.approve_message(deps_of(request), who.actor, message, digest)
    except ControllerError as problem:
        return _message(request, who, message, problem=problem)
    return RedirectResponse(f"/messages/{message}", 303)


@router.post("/{message}/withdraw")
def withdraw_it(request: Request, message: str, who: Someone) -> Response:
    """Take it back, at once."""
    try:
        withdraw.withdraw_message(deps_of(request), who.actor, message)
    except ControllerError as problem:
        return _message(request, who, message, problem=problem)
    return RedirectResponse(f"/messages/{message}", 303)


def _given(form: FormData) -> dict[str, Any]:
    return {
        "title": one(form, "title"), "category": one(form, "category"), "texts": texts(form), "look": look_of(form),
    }  # fmt: skip


def _form(
    request: Request, who: Someone, found: MessageView | None, given: dict[str, Any], problem: Exception | None = None
) -> HTMLResponse:
    deps = deps_of(request)
    return page(
        request, "message_form.html", who.actor, status=422 if problem else 200, now=deps.now(),
        message=found, given=given, problem=said(problem, who.words), categories=[each.value for each in Category],
        look=shown(given["look"]), choices=CHOICES, signs=SIGNS, colours=COLOURS,
        boards=boards_to_try(deps, who.actor, who.words.language),
    )  # fmt: skip


def _message(
    request: Request,
    who: Someone,
    message: str,
    *,
    findings: tuple[Remark, ...] = (),
    problem: ControllerError | None = None,
) -> HTMLResponse:
    deps = deps_of(request)
    found = look.message(deps, who.actor, message)
    open_yet = found.state in (
        State.DRAFT,
        State.SUBMITTED,
        State.APPROVED_ONE_SIDE,
    )  # those who approve judge remarks too
    trial = try_message(deps, who.actor, message) if open_yet else None
    draft = trial if found.state is State.DRAFT else None
    board_names = device_names(wall.all_gates(deps, who.actor, who.words.language), who.words.language)
    sizes = dict(boards_to_try(deps, who.actor, who.words.language))
    return page(
        request, "message.html", who.actor, status=422 if problem else 200, now=deps.now(), message=found,
        findings=told(trial.findings if trial else findings, who.words, board_names | sizes),
        previews=draft.previews if draft else found.previews, trial=draft is not None, look=chosen(found.look),
        problem=said(problem, who.words), state_word=lambda m: _state_word(who, m),
        recordings=hear.of_message(deps, who.actor, found.audio),
        lamps=lambda board: BoardShape.parse(board).width,
        board_names=board_names,
        times=line_time.of_message(deps, who.actor, message) if found.digest else (),
    )  # fmt: skip
