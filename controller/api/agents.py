"""Agents: let in once by a code, then by their token."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import StringConstraints

from controller.api.access import Agents, Everyone, Need, World, bearer
from controller.domain.asked import Asked
from controller.domain.people import Actor, Right
from controller.errors import UnfitError
from controller.services import enrol
from controller.services.enrol import BrokerDoor, Enrolled, Known, Me, Time
from schedules.model import Id

router = APIRouter(tags=["agents"])


class Ticket(Asked):
    """The one-time code, and the agent it is for."""

    code: Annotated[str, StringConstraints(max_length=100)]
    gate: Id
    agent: Id


class Station(Asked):
    """An agent of the register."""

    gate: Id
    agent: Id


class Code(Asked):
    """Told once; lets one agent in within a day."""

    code: str


def door_of(request: Request) -> BrokerDoor:
    """The broker's list of accounts."""
    door: BrokerDoor | None = request.app.state.door
    if door is None:
        raise UnfitError("broker.none", "this controller has no broker to let agents in to")
    return door


Door = Annotated[BrokerDoor, Depends(door_of)]


@router.post("/enrolments", status_code=201, dependencies=[Depends(Everyone("the code is the key"))])
def enrol_agent(ticket: Ticket, deps: World, door: Door) -> Enrolled:
    """Use up a code for a token, a broker account and the keys to pin."""
    return enrol.enrol(deps, door, code=ticket.code, gate=ticket.gate, agent=ticket.agent)


@router.post("/enrolments/codes", status_code=201)
def make_code(station: Station, actor: Annotated[Actor, Depends(Need(Right.ENROL))], deps: World) -> Code:
    """A new code for one agent."""
    return Code(code=enrol.make_code(deps, actor, station.gate, station.agent))


@router.get("/agents/time")
def time_now(
    nonce: Annotated[str, Query(pattern=r"^[0-9a-f]{32}$")], agent: Annotated[Known, Depends(Agents())], deps: World
) -> Time:
    """What time it is here, sealed for the agent that asks and for this one question."""
    return enrol.tell_time(deps, agent, nonce)


@router.get("/agents/me")
def me(request: Request, _agent: Annotated[Known, Depends(Agents())], deps: World, door: Door) -> Me:
    """Where the broker is now, for an agent whose broker went away."""
    return enrol.me(deps, door, bearer(request) or "")
