"""What the commands share: settings, and the world of deeds for as long as a command runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from controller.app import build_deps
from controller.broker.door import Door
from controller.services.context import Bell, Deps
from controller.services.register import read_gates, register
from controller.settings import Settings, read_settings


def settings_from(environ: Mapping[str, str]) -> Settings:
    """The settings of this process; UnfitError names what is wrong."""
    return read_settings(environ)


@contextmanager
def opened(settings: Settings) -> Iterator[Deps]:
    """The store and its keys, with the register as the gates file says; UnfitError if they cannot be used."""
    deps = build_deps(settings, Bell())
    try:
        if settings.gates_file is not None:
            register(deps, read_gates(settings.gates_file))
        yield deps
    finally:
        deps.store.close()


def password_file(settings: Settings) -> Path:
    """Where the broker's passwords lie; its folder is made."""
    folder = settings.data / "broker"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / "passwords.json"


def door_of(settings: Settings, host: str, port: int) -> Door:
    """The broker's accounts."""
    return Door(password_file(settings), host, port)
