"""Accounts: made, given another password, ended. An account that ended signs in no more and keeps its name in the audit."""

from __future__ import annotations

import re
from datetime import datetime

import sqlalchemy as sa

from controller.domain.people import Agency, Role
from controller.errors import ConflictError, InvalidError, UnknownError
from controller.services.context import Deps
from controller.services.sign_in import add_user, known_users
from controller.store.audit import note
from controller.store.tables import sessions, users
from schedules.model import Fact

LEAST = 12  # letters of a password
MOST = 200
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class Account(Fact):
    """One account as lists show it."""

    username: str
    name: str
    role: Role
    agency: Agency | None
    active: bool
    created_at: datetime


def new_account(
    deps: Deps, by: str, username: str, name: str, role: Role, agency: Agency | None, password: str
) -> None:
    """A new account. ConflictError if the name is taken, also by one that ended: the audit must name one person by it."""
    if not _USERNAME.fullmatch(username):
        raise InvalidError("account.username", "a user name has a-z, 0-9, dot, - and _, at most 64")
    _check(password)
    with deps.store.read() as connection:
        if username in known_users(connection):
            raise ConflictError("account.taken", f'there is an account "{username}" already')
    add_user(deps, username, name.strip() or username, role, agency, password, by=by)


def change_password(deps: Deps, by: str, username: str, password: str) -> None:
    """Another password; every session of the account ends."""
    _check(password)
    hashed = deps.passwords.hash(password)
    _change(deps, by, username, "person.password_changed", {"password_hash": hashed})


def end_account(deps: Deps, by: str, username: str) -> None:
    """It signs in no more; every session of it ends at once."""
    _change(deps, by, username, "person.ended", {"active": False})


def all_accounts(deps: Deps) -> tuple[Account, ...]:
    """Every account, by name."""
    columns = [users.c[name] for name in Account.model_fields]
    with deps.store.read() as connection:
        return tuple(
            Account.model_validate(dict(row._mapping))
            for row in connection.execute(sa.select(*columns).order_by(users.c.username))
        )


def _check(password: str) -> None:
    if not LEAST <= len(password) <= MOST:
        raise InvalidError("account.password", f"a password has {LEAST} to {MOST} letters")


def _change(deps: Deps, by: str, username: str, what: str, values: dict[str, object]) -> None:
    with deps.store.write() as connection:
        if connection.execute(sa.update(users).where(users.c.username == username).values(values)).rowcount != 1:
            raise UnknownError("account", username)
        connection.execute(sa.delete(sessions).where(sessions.c.username == username))
        note(connection, deps.now(), by, what, username)
