"""Every route names the door it stands behind, and every door holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from controller.api.access import DOORS, AgentsOrPeople, Everyone, Need
from controller.api.routes import api
from controller.domain.people import RIGHTS, Right, Role, roles_with
from tests.support.desk import PEOPLE, Desk

HARMLESS = {"openapi", "static"}  # the description of the API, and the pages' own style and scripts


def doors(route: Any) -> list[Any]:
    """The doors a route stands behind, wherever they are declared."""
    found, left = [], list(route.dependant.dependencies)
    while left:
        dependant = left.pop()
        left.extend(dependant.dependencies)
        if isinstance(dependant.call, DOORS):
            found.append(dependant.call)
    return found


def routes(router: Any) -> Iterator[Any]:
    """Every route of a router, however it was put together."""
    for route in getattr(router, "routes", ()):
        if hasattr(route, "dependant"):
            yield route
        else:
            yield from routes(getattr(route, "original_router", None) or getattr(route, "router", None))


def test_every_route_of_the_application_names_exactly_one_door(desk: Desk):
    walked = list(routes(desk.app))
    assert len(walked) > 25
    assert [route.path for route in walked if len(set(doors(route))) != 1] == []


def test_nothing_else_is_reachable_than_routes_with_doors(desk: Desk):
    others = {route.name for route in desk.app.routes if getattr(route, "name", "") and not hasattr(route, "dependant")}
    assert others <= HARMLESS


def needs() -> Iterator[tuple[str, str, Right]]:
    for route in routes(api()):
        door = doors(route)[0]
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
        for route in routes(api())
        for door in doors(route)
        if isinstance(door, Everyone)
    }
    assert set(why) == {"/login", "/health", "/enrolments"}
    assert all(why.values())
