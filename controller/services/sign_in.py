"""Who is there: sign in, sign out, and the session behind a token."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from secrets import token_urlsafe
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from controller.domain.people import Actor, Agency, Role
from controller.errors import InvalidError, SignInError, ThrottledError
from controller.services.context import Deps
from controller.store.audit import note
from controller.store.database import put
from controller.store.tables import sessions, throttles, users

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
FREE_TRIES = 3
LONGEST_WAIT = 60  # seconds; a person on duty is never locked out for good
TOUCH = timedelta(seconds=30)  # a session's last use is written this often, not at every request


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session. The token is told once and never stored."""

    token: str
    actor: Actor


def token_hash(token: str) -> str:
    """How tokens are stored: 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in(deps: Deps, username: str, password: str, *, address: str, client: str = "") -> SignedIn:
    """A session for whoever knows the password; each failure makes the next try wait longer."""
    key = token_hash(f"{username}\n{address}")
    user = _ready(deps, key, username)
    fits = deps.passwords.verify(password, user.password_hash if user else None)
    if user is None or not fits or not user.active:
        _failed(deps, key, username, address)
        raise SignInError("login.failed", "the user name or the password is wrong")
    token = token_urlsafe(32)
    with deps.store.write() as connection:
        now = deps.now()
        connection.execute(sa.delete(throttles).where(throttles.c.key == key))
        row = {"token_hash": token_hash(token), "username": username, "created_at": now, "seen_at": now}
        connection.execute(sessions.insert().values(row | {"client": client[:200]}))
        note(connection, now, username, "person.signed_in", username, {"address": address})
    return SignedIn(token, _actor(user))


def _ready(deps: Deps, key: str, username: str) -> Row[Any] | None:
    with deps.store.read() as connection:
        until = connection.execute(sa.select(throttles.c.until).where(throttles.c.key == key)).scalar_one_or_none()
        if until is not None and until > deps.now():
            raise ThrottledError(ceil((until - deps.now()).total_seconds()))
        return connection.execute(sa.select(users).where(users.c.username == username)).first()


def _failed(deps: Deps, key: str, username: str, address: str) -> None:
    with deps.store.write() as connection:
        now = deps.now()
        query = sa.select(throttles.c.failures).where(throttles.c.key == key)
        failures = int(connection.execute(query).scalar_one_or_none() or 0) + 1
        wait = min(LONGEST_WAIT, 2 ** (failures - FREE_TRIES - 1)) if failures > FREE_TRIES else 0
        put(connection, throttles, {"key": key, "failures": failures, "until": now + timedelta(seconds=wait)})
        note(connection, now, "nobody", "person.refused", username[:64], {"address": address, "failures": failures})


def who(deps: Deps, token: str) -> Actor:
    """The person behind a session's token; SignInError if the session is over or never was."""
    hashed = token_hash(token)
    query = sa.select(sessions, users).join(users).where(sessions.c.token_hash == hashed, users.c.active)
    with deps.store.read() as connection:
        row = connection.execute(query).first()
    now = deps.now()
    if row is None or now - row.seen_at > IDLE or now - row.created_at > LONGEST:
        raise SignInError("session.over", "the session is over: sign in again")
    if now - row.seen_at > TOUCH:
        with deps.store.write() as connection:
            connection.execute(sa.update(sessions).where(sessions.c.token_hash == hashed).values(seen_at=now))
    return _actor(row)


def sign_out(deps: Deps, token: str) -> None:
    """End the session."""
    with deps.store.write() as connection:
        connection.execute(sa.delete(sessions).where(sessions.c.token_hash == token_hash(token)))


def sweep(deps: Deps) -> None:
    """Forget sessions that are over, and throttles that no longer matter."""
    with deps.store.write() as connection:
        now = deps.now()
        over = sa.or_(sessions.c.seen_at < now - IDLE, sessions.c.created_at < now - LONGEST)
        connection.execute(sa.delete(sessions).where(over))
        connection.execute(sa.delete(throttles).where(throttles.c.until < now - timedelta(hours=1)))


def add_user(
    deps: Deps, username: str, name: str, role: Role, agency: Agency | None, password: str, *, by: str = "setup"
) -> None:
    """A new account, or new facts for a known one."""
    if (role is Role.APPROVER) != (agency is not None):
        raise InvalidError("user.agency", "an approver belongs to one of the two agencies, nobody else does")
    hashed = deps.passwords.hash(password)
    with deps.store.write() as connection:
        row: dict[str, Any] = {"username": username, "name": name, "role": role, "agency": agency, "active": True}
        put(connection, users, row | {"password_hash": hashed, "created_at": deps.now()})
        note(connection, deps.now(), by, "person.added", username, {"role": role, "agency": agency})


def known_users(connection: Connection) -> frozenset[str]:
    """The names of all accounts."""
    return frozenset(connection.execute(sa.select(users.c.username)).scalars())


def _actor(row: Row[Any]) -> Actor:
    agency = Agency(row.agency) if row.agency else None
    return Actor(username=row.username, role=Role(row.role), agency=agency, name=row.name)
