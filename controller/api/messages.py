"""Messages: write, submit, approve, withdraw."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from controller.api.access import Need, Reader, World
from controller.domain.asked import Asked
from controller.domain.content import State
from controller.domain.people import Actor, Right
from controller.services import line_time, look
from controller.services.approve import approve_message
from controller.services.line_time import LineTime
from controller.services.look import MessageLine, MessageView
from controller.services.submit import Submission, submit_message
from controller.services.try_message import Trial, trial_png, try_message
from controller.services.withdraw import withdraw_message
from controller.services.write import Change, Draft, create_message, edit_message
from schedules.model import Sha256

router = APIRouter(prefix="/messages", tags=["messages"])
Writer = Annotated[Actor, Depends(Need(Right.WRITE))]


class Agreement(Asked):
    """The digest that `submit` answered: exactly this is approved."""

    digest: Sha256


@router.post("", status_code=201)
def create(draft: Draft, actor: Writer, deps: World) -> MessageView:
    """A new draft."""
    return create_message(deps, actor, draft)


@router.get("")
def list_all(actor: Reader, deps: World, state: State | None = None) -> tuple[MessageLine, ...]:
    """Every message, newest first."""
    return look.all_messages(deps, actor, state)


@router.get("/{message}")
def one(message: str, actor: Reader, deps: World) -> MessageView:
    """One message at its newest version."""
    return look.message(deps, actor, message)


@router.get("/{message}/line-time")
def line_times(message: str, actor: Reader, deps: World) -> tuple[LineTime, ...]:
    """How long its pages will take on the line of each board, by protocol and speed; nothing is sent for that."""
    return line_time.of_message(deps, actor, message)


@router.get("/{message}/trial")
def trial(message: str, actor: Reader, deps: World) -> Trial:
    """What submitting would draw now: findings, and where the pages can be looked at; nothing is kept."""
    return try_message(deps, actor, message)


@router.get("/{message}/trial/{language}/{board}/{page}.png", response_class=Response)
def trial_page(message: str, language: str, board: str, page: str, actor: Reader, deps: World) -> Response:
    """One page of that as PNG, from 1, or "moving": all at true speed."""
    drawn = trial_png(deps, actor, message, language, board, page)
    return Response(drawn, media_type="image/png", headers={"cache-control": "no-store"})


@router.patch("/{message}")
def edit(message: str, change: Change, actor: Writer, deps: World) -> MessageView:
    """A new version, a draft again; approvals of the old one are void."""
    return edit_message(deps, actor, message, change)


@router.post("/{message}/submit")
def submit(message: str, actor: Annotated[Actor, Depends(Need(Right.SUBMIT))], deps: World) -> Submission:
    """Draw it for every board and offer it to both agencies."""
    return submit_message(deps, actor, message)


@router.post("/{message}/approvals")
def approve(
    message: str, agreement: Agreement, actor: Annotated[Actor, Depends(Need(Right.APPROVE))], deps: World
) -> MessageView:
    """One agency's word; with both it goes to the boards by its schedules."""
    return approve_message(deps, actor, message, agreement.digest)


@router.post("/{message}/withdrawal")
def withdraw(message: str, actor: Annotated[Actor, Depends(Need(Right.WITHDRAW))], deps: World) -> MessageView:
    """Take it back, at once and for good."""
    return withdraw_message(deps, actor, message)
