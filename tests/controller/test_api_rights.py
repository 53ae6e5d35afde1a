"""Every route names the door it stands behind, and every door holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import APIRouter

from controller.api.access import AgentsOrPeople, Everyone, Need
from controller.api.reference import doors_of, reference, walk
from controller.api.routes import api
from controller.domain.people import RIGHTS, Right, Role, roles_with
from tests.support.desk import PEOPLE, Desk

HARMLESS = {"openapi", "static"}  # the description of the API, and the pages' own style and scripts


def test_every_route_of_the_application_names_exactly_one_door(desk: Desk):
    walked = list(walk(desk.app))
    assert len(walked) > 25
    assert [route.path for route in walked if len(doors_of(route)) != 1] == []


def test_nothing_else_is_reachable_than_routes_with_doors(desk: Desk):
    others = {route.name for route in desk.app.routes if getattr(route, "name", "") and not hasattr(route, "dependant")}
    assert others <= HARMLESS


def needs() -> Iterator[tuple[str, str, Right]]:
    for route in walk(api()):
        door = doors_of(route)[0]
        if isinstance(door, Need | AgentsOrPeople):
            path = re.sub(r"\{[a-z0-9_]+\}", "x", route.path.removeprefix("/api/v1"))
            yield next(iter(route.methods)), path.replace("x/x.png", f"{'a' * 64}/1.png"), door.right


NEEDS = sorted(set(needs()))


@pytest.mark.parametrize(("method", "path", "right"), NEEDS, ids=[f"{method} {path[:30]}" for method, path, _ in NEEDS])
def test_who_lacks_the_right_is_refused_before_anything_else(desk: Desk, method: str, path: str, right: Right):
    assert desk.ask(None, method, path).status_code == 401
    for person, (role, _) in PEOPLE.items():
        status = desk.ask(person, method, path).status_code
        assert (status == 403) == (right not in RIGHTS[role]), (person, status)


def test_every_right_is_somebodys_and_every_role_reads():
    assert all(roles_with(right) for right in Right)
    assert roles_with(Right.READ) == tuple(Role)


def test_nobody_both_writes_and_approves():
    assert not set(roles_with(Right.WRITE)) & set(roles_with(Right.APPROVE))


def test_the_auditor_changes_nothing():
    assert RIGHTS[Role.AUDITOR] == {Right.READ, Right.RECORDS, Right.AUDIT}


def test_open_doors_say_why():
    why = {
        route.path.removeprefix("/api/v1"): door.why
        for route in walk(api())
        for door in doors_of(route)
        if isinstance(door, Everyone)
    }
    assert set(why) == {"/login", "/health", "/enrolments"}
    assert all(why.values())


def test_a_route_without_a_door_would_be_found():
    bare = APIRouter()
    bare.add_api_route("/secret", lambda: "told")
    assert [doors_of(route) for route in walk(bare)] == [()]


def test_the_reference_says_what_the_routes_do():
    written = Path(__file__).parents[2] / "docs" / "reference" / "api.md"
    assert written.read_text(encoding="utf-8") == reference()
