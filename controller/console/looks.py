"""The look of a message as a form: what may be chosen, and what was."""

from __future__ import annotations

from functools import partial
from typing import Any

from starlette.datastructures import FormData

from controller.console.forms import one
from controller.console.tiles import named
from controller.domain.people import Actor
from controller.services.context import Deps
from controller.services.try_message import sizes
from devices.profiles.protocols import Effect
from devices.rendering.look import Look
from devices.rendering.signs import NAMES
from devices.rendering.style import COLOURS

CHOICES: dict[str, tuple[str, ...]] = {
    "rows": ("largest", "16", "24", "32"),
    "weight": ("bold", "regular"),
    "colour": COLOURS,
    "align": ("left", "centre", "right"),
    "vertical": ("top", "middle", "bottom"),
    "motion": ("pages", "scroll"),
    "effect": tuple(effect.value for effect in Effect),
    "languages": ("turn", "together"),
}
SIGNS = NAMES


def look_of(form: FormData) -> dict[str, Any]:
    """What was chosen, as the API takes it; what the form did not have is left as it is by default."""
    chosen: dict[str, Any] = {name: value for name in CHOICES if (value := one(form, f"look-{name}"))}
    if chosen.get("rows", "").isdigit():
        chosen["rows"] = int(chosen["rows"])
    if speed := one(form, "look-speed"):
        chosen["speed"] = int(speed) if speed.isascii() and speed.isdigit() else speed
    return chosen


def shown(look: Look | dict[str, Any]) -> dict[str, str]:
    """Every choice as the form's fields hold it."""
    facts = look.model_dump(mode="json") if isinstance(look, Look) else Look().model_dump(mode="json") | look
    return {name: "" if value is None else str(value) for name, value in facts.items()}


def chosen(look: Look) -> dict[str, str]:
    """Only what its author chose."""
    return {name: str(value) for name, value in look.model_dump(mode="json", exclude_defaults=True).items()}


def boards_to_try(deps: Deps, actor: Actor, language: str) -> list[tuple[str, str]]:
    """Every size of board, and the names of those that have it."""
    return [
        (each.board, ", ".join(map(partial(_named, language), each.names, each.devices))) for each in sizes(deps, actor)
    ]


def _named(language: str, names: dict[str, str], device: str) -> str:
    return named(names, language, device)
