"""The API in words: docs/reference/api.md is made from the routes themselves by `make schemas`, and `make check` keeps it true."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from controller.api.access import DOORS, Agents, AgentsOrPeople, Everyone, Need, SignedIn
from controller.api.routes import api
from controller.domain.people import RIGHTS, Right, Role, roles_with

HEAD = """# The API

Made from the routes by `make schemas`; do not edit.

Everything is under `/api/v1`; the machine-readable description is `/api/v1/openapi.json`. Bodies are JSON of at most 1 MiB
(a sound file: 64 MiB); times carry their zone. A script signs in with `POST /login` and sends the token as
`Authorization: Bearer ...`; pages use a cookie, which serves only requests from our own pages. A session ends after 30 minutes
without use, or 12 hours.

A refusal is `application/problem+json` (RFC 9457): `code` is stable, `detail` is for people, `errors` lists each place as a
JSON pointer. 401 sign in first; 403 no right; 404 no such thing; 409 the state does not allow it; 413 too large; 422 cannot be
accepted, nothing was changed; 429 too many tries; 503 the database or the disk.
"""


def reference() -> str:
    """The whole page."""
    described = FastAPI()
    described.include_router(api())
    operations = described.openapi()["paths"]
    lines = [
        HEAD,
        "## Roles and rights",
        "",
        *_rights(),
        "",
        "## Routes",
        "",
        *_routes(operations),
        "",
        "## Bodies",
        "",
    ]
    return "\n".join([*lines, *_bodies(described.openapi()["components"]["schemas"])]).rstrip() + "\n"


def _rights() -> Iterator[str]:
    yield "| right | " + " | ".join(Role) + " |"
    yield "|---|" + "---|" * len(Role)
    for right in Right:
        yield f"| {right} | " + " | ".join("yes" if right in RIGHTS[role] else "" for role in Role) + " |"


def _routes(operations: dict[str, Any]) -> Iterator[str]:
    yield "| route | what it does | for whom |"
    yield "|---|---|---|"
    doors = dict(_doors(api()))
    for path, methods in operations.items():
        for method, operation in methods.items():
            words = " ".join(operation["description"].split())
            short = path.removeprefix("/api/v1")
            yield f"| `{method.upper()} {short}` | {words} | {_whom(doors[method.upper(), short])} |"


def walk(router: Any) -> Iterator[Any]:
    """Every route of a router or an application, however it was put together."""
    for route in getattr(router, "routes", ()):
        if hasattr(route, "dependant"):
            yield route
        else:
            yield from walk(getattr(route, "original_router", None))


def doors_of(route: Any) -> tuple[Any, ...]:
    """The doors a route stands behind, wherever they are declared."""
    found, left = [], list(route.dependant.dependencies)
    while left:
        dependant = left.pop()
        left.extend(dependant.dependencies)
        if isinstance(dependant.call, DOORS):
            found.append(dependant.call)
    return tuple(dict.fromkeys(found))


def _doors(router: Any) -> Iterator[tuple[tuple[str, str], Any]]:
    for route in walk(router):
        for method in route.methods:
            yield (method, route.path.removeprefix("/api/v1")), doors_of(route)[0]


def _whom(door: Any) -> str:
    people = ", ".join(roles_with(door.right)) if isinstance(door, Need | AgentsOrPeople) else ""
    if isinstance(door, Need):
        return "everyone signed in" if len(roles_with(door.right)) == len(Role) else people
    return {
        Everyone: "everyone",
        SignedIn: "everyone signed in",
        Agents: "enrolled agents",
        AgentsOrPeople: "enrolled agents, everyone signed in",
    }[type(door)]


def _bodies(schemas: dict[str, Any]) -> Iterator[str]:
    for name, schema in schemas.items():
        if "properties" not in schema or name.startswith(("HTTPValidation", "ValidationError")):
            continue
        yield f"### {_name(name)}\n"
        yield " ".join(schema.get("description", "").split()) + "\n"
        yield "| key | what | needed |"
        yield "|---|---|---|"
        for key, facts in schema["properties"].items():
            needed = "yes" if key in schema.get("required", ()) else ""
            yield f"| `{key}` | {_kind(facts)} | {needed} |"
        yield ""


def _kind(facts: dict[str, Any]) -> str:
    words = _type(facts).replace("|", "or")
    return f"{words}: {facts['description']}" if "description" in facts and "$ref" not in facts else words


def _name(schema: str) -> str:
    """Two bodies of one name are told apart by the module that holds them."""
    *modules, name = schema.split("__")
    return f"{name} ({modules[-1]})" if modules else name


def _type(facts: dict[str, Any]) -> str:
    if "$ref" in facts:
        return _name(str(facts["$ref"]).rsplit("/", 1)[-1])
    if choices := facts.get("anyOf") or facts.get("oneOf"):
        return " or ".join(dict.fromkeys(_type(each) for each in choices))
    if "enum" in facts or "const" in facts:
        return " or ".join(f'"{each}"' for each in facts.get("enum", [facts.get("const")]))
    kind = str(facts.get("type", "anything"))
    if kind == "array":
        return f"list of {_type(facts['items'])}" if "items" in facts else "list"
    if kind == "object" and isinstance(facts.get("additionalProperties"), dict):
        return f"map to {_type(facts['additionalProperties'])}"
    return {"date-time": "time", "date": "date"}.get(str(facts.get("format")), kind)
