"""gatecast-controller doctor: look at everything the controller stands on, and say what is wrong in one line each."""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from pathlib import Path

import sqlalchemy as sa

from controller.broker.server import BrokerError, find_nats
from controller.cli.settings import opened, settings_from
from controller.errors import ControllerError
from controller.services.register import read_gates
from controller.settings import Settings

ROOM = 200  # megabytes
OURS = ("controller", "devices", "schedules")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    well: bool
    words: str


def arguments(parser: argparse.ArgumentParser) -> None:
    """None: it looks at what the GATECAST_* variables name."""
    parser.epilog = "Run it while the controller is stopped to see whether its ports are free."


def run(args: argparse.Namespace) -> int:
    """Print a line for each finding; 1 if one of them is bad."""
    del args
    try:
        settings = settings_from(os.environ)
    except ControllerError as exc:
        print(f"bad   settings: {exc}", file=sys.stderr)
        return 1
    findings = list(examine(settings))
    for each in findings:
        print(f"{'well' if each.well else 'bad '}  {each.what}: {each.words}")
    return 0 if all(each.well for each in findings) else 1


def examine(settings: Settings) -> Iterator[Finding]:
    """Everything in turn; one bad thing does not hide the next."""
    for what, look in LOOKS:
        try:
            yield Finding(what, True, look(settings))
        except (ControllerError, BrokerError, OSError, sa.exc.SQLAlchemyError, LookupError) as exc:
            yield Finding(what, False, str(exc).partition("\n")[0])


def _names(_settings: Settings) -> str:
    """Our package names are plain words: nobody else may own them (decision 0001)."""
    owners = packages_distributions()
    clashes = [name for name in OURS if set(owners.get(name, ["gatecast"])) - {"gatecast"}]
    if clashes:
        raise LookupError(f"another installed package is called {', '.join(clashes)}: it hides ours or is hidden")
    return "nobody else is called " + ", ".join(OURS)


def _disk(settings: Settings) -> str:
    settings.data.mkdir(parents=True, exist_ok=True)
    trial = settings.data / ".trial"
    trial.write_bytes(bytes(100_000))
    trial.unlink()
    free = shutil.disk_usage(settings.data).free // 1_000_000
    if free < ROOM:
        raise OSError(f"{settings.data} has {free} MB left, less than {ROOM}")
    return f"{settings.data} can be written, {free} MB left"


def _database(settings: Settings) -> str:
    alone = settings.model_copy(update={"gates_file": None})
    with opened(alone) as deps, deps.store.read() as connection:
        if connection.dialect.name == "sqlite":
            found = str(connection.execute(sa.text("PRAGMA quick_check")).scalar_one())
            if found != "ok":
                raise LookupError(f"the database is damaged ({found}): restore it from the backup")
        return f"{connection.dialect.name} answers, its tables are of this version"


def _gates(settings: Settings) -> str:
    if settings.gates_file is None:
        return "no file is named, the register stays as it is"
    file = read_gates(settings.gates_file)
    return f"{len(file.gates)} gates, {sum(len(gate.devices) for gate in file.gates)} devices"


def _page(settings: Settings) -> str:
    try:
        with socket.create_server((settings.host, settings.port)):
            return f"port {settings.port} of {settings.host} is free"
    except OSError as exc:
        where = f"port {settings.port} of {settings.host}"
        raise LookupError(f"{where}: {os.strerror(exc.errno or 0)}; is the controller running?") from exc


def _broker(settings: Settings) -> str:
    if settings.broker is None:
        return f"embedded: {find_nats().name} is here"
    where = (settings.broker.host, settings.broker.port)
    with socket.create_connection(where, timeout=5):
        return f"{where[0]}:{where[1]} takes connections"


def _secrets(settings: Settings) -> str:
    loose = [
        str(path)
        for path in (settings.data / "seal.key", settings.data / "broker" / "passwords.json")
        if _readable_by_others(path)
    ]
    if loose:
        raise LookupError(f"others can read {', '.join(loose)}: chmod 600")
    return "only their owner can read them"


def _readable_by_others(path: Path) -> bool:
    return path.exists() and bool(path.stat().st_mode & 0o077)


LOOKS: tuple[tuple[str, Callable[[Settings], str]], ...] = (
    ("names", _names),
    ("data folder", _disk),
    ("secrets", _secrets),
    ("database", _database),
    ("gates file", _gates),
    ("page", _page),
    ("broker", _broker),
)
