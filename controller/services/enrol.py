"""Let an agent in: a one-time code for a token, a broker account and the keys to pin."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import timedelta
from secrets import token_hex, token_urlsafe
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from controller.domain.people import Actor, Right
from controller.errors import ForbiddenError, SignInError, UnknownError
from controller.services.context import Deps
from controller.services.sign_in import token_hash
from controller.store import registry
from controller.store.audit import note
from controller.store.tables import agents, enrolments
from devices.contract.messages import TimeMessage
from devices.contract.seal import key_id, public_key, seal
from schedules.model import Fact, Id

CODE_LIVES = timedelta(hours=24)
TIME_LIVES = timedelta(minutes=1)  # of a sealed time; the asker's nonce is what binds it


class BrokerAccount(Fact):
    """Where the broker is, and who the agent is there."""

    host: str
    port: int
    username: str
    password: str
    tls_ca: str | None = None


class BrokerDoor(Protocol):
    """The broker's list of accounts."""

    def account(self, gate: str, agent: str) -> BrokerAccount:
        """The account of an agent, made when first asked for."""

    def renew(self, gate: str, agent: str) -> BrokerAccount:
        """A new password; whoever has the old one is let in no more."""


class Enrolled(Fact):
    """Told to the agent once; of the token only a hash is kept."""

    token: str
    broker: BrokerAccount
    keys: dict[str, str]


class Known(Fact):
    """An agent that showed its token."""

    gate: Id
    agent: Id


class Me(Fact):
    """What an agent may ask of itself."""

    gate: Id
    agent: Id
    broker: BrokerAccount


class Time(Fact):
    """The time, sealed as every word to an agent is."""

    sealed: str


def stations(connection: Connection) -> dict[tuple[str, str], tuple[str, ...]]:
    """The agents of the register by (gate, agent), and the names of their devices within the gate."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for device in registry.all_devices(connection):
        station = (device.gate, device.agent)
        found[station] = (*found.get(station, ()), device.id.partition("/")[2])
    return found


def make_code(deps: Deps, actor: Actor, gate: str, agent: str) -> str:
    """A code that lets this one agent in once, within a day. UnknownError if the register has no such agent."""
    actor.need(Right.ENROL)
    code = "-".join(token_hex(2) for _ in range(5))
    with deps.store.write() as connection:
        if (gate, agent) not in stations(connection):
            raise UnknownError("agent", f"{gate}/{agent}")
        now = deps.now()
        row = {"code_hash": token_hash(code), "gate": gate, "agent": agent, "made_by": actor.username}
        connection.execute(enrolments.insert().values(row | {"expires_at": now + CODE_LIVES}))
        note(connection, now, actor.username, "enrolment.code_made", f"{gate}/{agent}")
    return code


def enrol(deps: Deps, door: BrokerDoor, *, code: str, gate: str, agent: str) -> Enrolled:
    """Use up a code; ForbiddenError, the same for every reason, if it does not let this agent in."""
    token = token_urlsafe(32)
    with deps.store.write() as connection:
        _use_up(deps, connection, code, gate, agent)
        was_here = _admit(deps, connection, gate, agent, token)
        note(connection, deps.now(), f"agent:{gate}/{agent}", "agent.enrolled", f"{gate}/{agent}", {"again": was_here})
    account = door.renew(gate, agent) if was_here else door.account(gate, agent)
    return Enrolled(token=token, broker=account, keys=keys([deps.secret]))


def _use_up(deps: Deps, connection: Connection, code: str, gate: str, agent: str) -> None:
    """One statement finds the code and spends it, so that two askers never both have it."""
    now = deps.now()
    fits = (
        enrolments.c.code_hash == token_hash(code.strip()),
        enrolments.c.gate == gate,
        enrolments.c.agent == agent,
        enrolments.c.used_at.is_(None),
        enrolments.c.expires_at > now,
    )
    if connection.execute(sa.update(enrolments).where(*fits).values(used_at=now)).rowcount != 1:
        raise ForbiddenError("enrolment.code", "the code is unknown, used, over, or for another agent")


def _admit(deps: Deps, connection: Connection, gate: str, agent: str, token: str) -> bool:
    """Keep the hash of the new token, in place of an older one; whether there was one."""
    this = (agents.c.gate == gate, agents.c.agent == agent)
    facts = {"token_hash": token_hash(token), "enrolled_at": deps.now()}
    known = connection.execute(sa.select(agents.c.token_hash).where(*this)).first()
    if known is None:
        connection.execute(agents.insert().values(gate=gate, agent=agent, online=False, version="", **facts))
        return False
    connection.execute(sa.update(agents).where(*this).values(facts))
    return known.token_hash is not None


def keys(secrets: Iterable[bytes]) -> dict[str, str]:
    """The public keys an agent pins: key id -> base64."""
    publics = [public_key(secret) for secret in secrets]
    return {key_id(public): base64.b64encode(public).decode() for public in publics}


def who_agent(deps: Deps, token: str) -> Known:
    """The agent behind a token; SignInError if there is none."""
    query = sa.select(agents.c.gate, agents.c.agent).where(agents.c.token_hash == token_hash(token))
    with deps.store.read() as connection:
        row = connection.execute(query).first()
    if row is None:
        raise SignInError("agent.unknown", "this token is no agent's: enrol again")
    return Known(gate=row.gate, agent=row.agent)


def me(deps: Deps, door: BrokerDoor, token: str) -> Me:
    """Where the broker is now, for an agent whose broker went away."""
    known = who_agent(deps, token)
    return Me(gate=known.gate, agent=known.agent, broker=door.account(known.gate, known.agent))


def tell_time(deps: Deps, known: Known, nonce: str) -> Time:
    """Our time, bound to the agent and its question: who steals an old answer cannot turn a clock back with it."""
    now = deps.now()
    sealed = seal(
        deps.secret, kind="time", subject=f"{known.gate}/{known.agent}", revision=1, not_before=now - TIME_LIVES,
        not_after=now + TIME_LIVES, body=TimeMessage(nonce=nonce, at=now).to_bytes(),
    )  # fmt: skip
    return Time(sealed=sealed.decode())
