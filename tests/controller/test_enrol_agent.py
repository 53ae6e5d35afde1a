"""An agent is let in once by its code; from then on its token names it, and the broker knows it."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest

from controller.broker.door import Door
from controller.domain.people import Actor, Role
from controller.errors import ForbiddenError, SignInError, UnknownError
from controller.services.enrol import enrol, make_code, me, who_agent
from devices.contract.seal import key_id, public_key
from tests.support.desk import Desk

TECHNICIAN = Actor(username="technician", role=Role.TECHNICIAN)


@pytest.fixture
def door(tmp_path: Path) -> Door:
    """The accounts of a broker nobody runs."""
    return Door(tmp_path / "passwords.json", "127.0.0.1", 1883)


def test_a_code_buys_a_token_an_account_and_the_keys_to_pin(desk: Desk, door: Door) -> None:
    code = make_code(desk.deps, TECHNICIAN, "chi-ma", "agent")
    enrolled = enrol(desk.deps, door, code=code, gate="chi-ma", agent="agent")
    public = public_key(desk.deps.secret)
    assert enrolled.keys == {key_id(public): base64.b64encode(public).decode()}
    assert (enrolled.broker.username, enrolled.broker.port) == ("chi-ma/agent", 1883)
    assert who_agent(desk.deps, enrolled.token).gate == "chi-ma"
    assert me(desk.deps, door, enrolled.token).broker == enrolled.broker


@pytest.mark.parametrize(
    ("gate", "agent", "code"),
    [("huu-nghi", "agent", None), ("chi-ma", "other", None), ("chi-ma", "agent", "0000-0000-0000-0000-0000")],
    ids=["another gate", "another agent", "a guess"],
)
def test_a_code_lets_only_its_own_agent_in(desk: Desk, door: Door, gate: str, agent: str, code: str | None) -> None:
    real = make_code(desk.deps, TECHNICIAN, "chi-ma", "agent")
    with pytest.raises(ForbiddenError):
        enrol(desk.deps, door, code=code or real, gate=gate, agent=agent)
    assert enrol(desk.deps, door, code=real, gate="chi-ma", agent="agent").token


def test_a_code_is_good_once(desk: Desk, door: Door) -> None:
    code = make_code(desk.deps, TECHNICIAN, "chi-ma", "agent")
    enrol(desk.deps, door, code=code, gate="chi-ma", agent="agent")
    with pytest.raises(ForbiddenError, match="used"):
        enrol(desk.deps, door, code=code, gate="chi-ma", agent="agent")


def test_a_code_is_good_for_a_day(desk: Desk, door: Door) -> None:
    code = make_code(desk.deps, TECHNICIAN, "chi-ma", "agent")
    desk.clock.advance(hours=24)
    with pytest.raises(ForbiddenError):
        enrol(desk.deps, door, code=code, gate="chi-ma", agent="agent")


def test_enrolling_again_ends_the_old_token_and_the_old_password(desk: Desk, door: Door) -> None:
    told = []
    door.changed = lambda: told.append(True)
    first, second = (
        enrol(desk.deps, door, code=make_code(desk.deps, TECHNICIAN, "chi-ma", "agent"), gate="chi-ma", agent="agent")
        for _ in range(2)
    )
    with pytest.raises(SignInError):
        who_agent(desk.deps, first.token)
    assert second.broker.password != first.broker.password
    assert told == [True]


def test_only_those_with_the_right_make_codes_and_only_for_agents_of_the_register(desk: Desk) -> None:
    with pytest.raises(ForbiddenError):
        make_code(desk.deps, Actor(username="author", role=Role.AUTHOR), "chi-ma", "agent")
    with pytest.raises(UnknownError):
        make_code(desk.deps, TECHNICIAN, "chi-ma", "nobody")


def test_neither_codes_nor_tokens_are_kept_as_they_are(desk: Desk, door: Door, tmp_path: Path) -> None:
    code = make_code(desk.deps, TECHNICIAN, "chi-ma", "agent")
    token = enrol(desk.deps, door, code=code, gate="chi-ma", agent="agent").token
    kept = b"".join(path.read_bytes() for path in (tmp_path / "data").glob("gatecast.db*"))
    assert code.encode() not in kept
    assert token.encode() not in kept
    assert stat.S_IMODE((tmp_path / "passwords.json").stat().st_mode) == 0o600


def test_every_agent_of_the_register_has_an_account_with_its_own_rights(desk: Desk, door: Door) -> None:
    users = {user.name: user for user in door.users(desk.deps)}
    assert set(users) == {"controller", "huu-nghi/agent", "chi-ma/agent", "tan-thanh/agent"}
    assert not [topic for topic in users["chi-ma/agent"].publish if "/chi-ma/" not in topic]
    assert len({user.password for user in users.values()}) == 4
