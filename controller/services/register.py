"""Take the gates file into the register at start."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import ValidationError

from controller.domain.gates import GatesFile
from controller.errors import UnfitError
from controller.services import plan
from controller.services.context import Deps
from controller.store import registry
from controller.store.audit import note


def read_gates(place: Path) -> GatesFile:
    """The gates file; UnfitError says in one sentence what is wrong with it."""
    try:
        return GatesFile.model_validate(tomllib.loads(place.read_text(encoding="utf-8")))
    except OSError as exc:
        raise UnfitError("gates.unfit", f"the gates file {place} cannot be read: {exc.strerror}") from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise UnfitError("gates.unfit", f"the gates file {place} is not TOML: {exc}") from exc
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UnfitError("gates.unfit", f"the gates file {place}: {where}: {first['msg']}") from exc


def register(deps: Deps, file: GatesFile | None) -> None:
    """Make the register what the file says, and give every device its plan."""
    with deps.store.write() as connection:
        now = deps.now()
        if file is not None and registry.as_file(connection) != file:
            registry.take_over(connection, file)
            note(connection, now, "setup", "gates.registered", "gates", file.model_dump(mode="json"))
        plan.rebuild(deps, connection, "setup", now)
    deps.notify()
