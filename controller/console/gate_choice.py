"""The gates as a form offers them."""

from __future__ import annotations

from fastapi import Request

from controller.api.access import deps_of
from controller.console.reader import Reader
from controller.console.tiles import named
from controller.services import wall


def gate_names(request: Request, who: Reader) -> list[tuple[str, str]]:
    """(id, name in the reader's language) of every gate."""
    language = who.words.language
    gates = wall.all_gates(deps_of(request), who.actor, language)
    return [(gate.id, named(gate.names, language, gate.id)) for gate in gates]
