"""The way of a message from draft to approved: two agencies, one digest, never the author. Pure."""

from __future__ import annotations

from datetime import datetime

from controller.domain.content import State
from controller.domain.people import Actor, Agency, Right, Role
from controller.errors import ConflictError, ForbiddenError
from schedules.model import Fact, Sha256


class Approval(Fact):
    """One agency's word for exactly one digest."""

    agency: Agency
    by: str
    digest: Sha256
    at: datetime


class Standing(Fact):
    """Where a message stands. `writers` are all who ever wrote a version of it."""

    author: str
    writers: frozenset[str]
    version: int = 1
    state: State = State.DRAFT
    digest: Sha256 | None = None
    approvals: tuple[Approval, ...] = ()


def submitted(standing: Standing, digest: str) -> Standing:
    """The draft, offered to both agencies under its digest."""
    if standing.state is not State.DRAFT:
        raise ConflictError("message.state", f"only a draft can be submitted; this message is {standing.state}")
    return standing.model_copy(update={"state": State.SUBMITTED, "digest": digest, "approvals": ()})


def approved(standing: Standing, actor: Actor, digest: str, at: datetime) -> Standing:
    """The standing after one agency's approval; the second one makes it approved."""
    actor.need(Right.APPROVE)
    agency = _agency(actor)
    if standing.state not in (State.SUBMITTED, State.APPROVED_ONE_SIDE):
        raise ConflictError("message.state", f"only a submitted message can be approved; this one is {standing.state}")
    if digest != standing.digest:
        raise ConflictError("approval.digest", "the digest is of another version: look at the message again")
    _judge_person(standing, actor, agency)
    approval = Approval(agency=agency, by=actor.username, digest=digest, at=at)
    approvals = (*standing.approvals, approval)
    both = {each.agency for each in approvals} == set(Agency)
    state = State.APPROVED if both else State.APPROVED_ONE_SIDE
    return standing.model_copy(update={"state": state, "approvals": approvals})


def _agency(actor: Actor) -> Agency:
    if actor.agency is None:
        raise ForbiddenError("approval.agency", "an approver must belong to one of the two agencies")
    return actor.agency


def _judge_person(standing: Standing, actor: Actor, agency: Agency) -> None:
    if actor.username == standing.author or actor.username in standing.writers:
        raise ForbiddenError("approval.author", "an author never approves what is his or her own")
    if any(each.by == actor.username for each in standing.approvals):
        raise ConflictError("approval.person", "the same person cannot approve for both agencies, nor twice")
    if any(each.agency is agency for each in standing.approvals):
        raise ConflictError("approval.agency_done", f"the agency {agency} has approved already")


def edited(standing: Standing, writer: str) -> Standing:
    """A new version by `writer`: a draft again, without approvals."""
    if standing.state is State.WITHDRAWN:
        raise ConflictError("message.withdrawn", "a withdrawn message stays withdrawn: write a new one")
    return standing.model_copy(
        update={
            "version": standing.version + 1,
            "state": State.DRAFT,
            "digest": None,
            "approvals": (),
            "writers": standing.writers | {writer},
        }
    )


def withdrawn(standing: Standing, actor: Actor) -> Standing:
    """Taken back, at once and for good: by an approver of either side, an operator, or its own author."""
    actor.need(Right.WITHDRAW)
    if actor.role is Role.AUTHOR and actor.username != standing.author:
        raise ForbiddenError("withdrawal.author", "an author withdraws only what is his or her own")
    if standing.state is State.WITHDRAWN:
        raise ConflictError("message.withdrawn", "the message is withdrawn already")
    return standing.model_copy(update={"state": State.WITHDRAWN, "approvals": ()})
