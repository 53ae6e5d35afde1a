"""gatecast-agent doctor: looks at everything an agent needs before it is needed."""

from __future__ import annotations

import argparse
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from devices.agent.build import driver_of, open_line
from devices.agent.clock import system_is_synchronised
from devices.agent.config import AgentConfig, ConfigError, LineConfig, read_config
from devices.agent.enrolment import load_enrolment
from devices.errors import DeviceError

_NAMES = ("controller", "devices", "schedules")
_ENOUGH_BYTES = 500_000_000
_PATIENCE = 3.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the table. Only `bad` makes the exit code 1."""

    mark: Literal["ok", "note", "bad"]
    what: str
    text: str


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="the agent's TOML file")


def run(args: argparse.Namespace) -> int:
    """Print the table; 1 if anything stands in the agent's way."""
    try:
        config = read_config(args.config)
        findings = list(examine(config))
    except ConfigError as exc:
        findings = [Finding("bad", "config", str(exc))]
    width = max(len(one.what) for one in findings)
    for one in findings:
        print(f"{one.mark:<4}  {one.what:<{width}}  {one.text}")
    bad = sum(one.mark == "bad" for one in findings)
    print(f"{bad} of {len(findings)} need attention" if bad else "all is well", file=sys.stdout)
    return 1 if bad else 0


def examine(config: AgentConfig) -> Iterator[Finding]:
    """Look at everything in turn."""
    yield Finding("ok", "config", f"gate {config.gate}: {len(config.lines)} lines, {len(config.devices)} devices")
    yield from _drivers(config)
    for line in config.lines:
        yield _line(config, line)
    yield _clock(config)
    yield _state(config.state)
    yield _space(config.state)
    yield _reachable("controller", *_host_of(config.controller.url))
    yield _broker(config.state)
    yield from _names()


def _drivers(config: AgentConfig) -> Iterator[Finding]:
    for device in config.devices:
        try:
            driver, _ = driver_of(config, device)
            yield Finding("ok", f"device {device.id}", driver.summary)
        except ConfigError as exc:
            yield Finding("bad", f"device {device.id}", str(exc))


def _line(config: AgentConfig, line: LineConfig) -> Finding:
    """A port that another program holds is as bad as none; a running agent holds its own."""
    try:
        open_line(line, line.baud or 9600).close()
    except DeviceError as exc:
        return Finding("bad", f"line {line.id}", str(exc))
    return Finding("ok", f"line {line.id}", f"{line.link} opens")


def _clock(config: AgentConfig) -> Finding:
    if config.clock == "trust":
        return Finding("note", "clock", 'the config says "trust": nobody checks the time')
    if system_is_synchronised():
        return Finding("ok", "clock", "synchronised")
    return Finding("bad", "clock", "not synchronised: until it is, only fallback and alerts are shown")


def _state(folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder):
            return Finding("ok", "state", f"{folder} can be written")
    except OSError as exc:
        return Finding("bad", "state", f"{folder} cannot be written: {exc.strerror or exc}")


def _space(folder: Path) -> Finding:
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    free = shutil.disk_usage(there).free
    text = f"{free / 1e9:.1f} GB free"
    return Finding("ok", "disk", text) if free >= _ENOUGH_BYTES else Finding("bad", "disk", f"only {text}")


def _host_of(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def _reachable(what: str, host: str, port: int) -> Finding:
    try:
        socket.create_connection((host, port), _PATIENCE).close()
    except OSError as exc:
        return Finding("bad", what, f"{host}:{port} cannot be reached: {exc.strerror or exc}")
    return Finding("ok", what, f"{host}:{port} answers")


def _broker(folder: Path) -> Finding:
    enrolment = load_enrolment(folder / "enrolment.json")
    if enrolment is None and (folder / "enrolment.json").exists():
        text = f"{folder / 'enrolment.json'} cannot be used: delete it and enrol anew with another code"
        return Finding("bad", "broker", text)
    if enrolment is None:
        return Finding("note", "broker", "not enrolled yet: the controller will name it")
    return _reachable("broker", enrolment.broker.host, enrolment.broker.port)


def _names() -> Iterator[Finding]:
    """Our top-level packages are common words; another distribution that owns one would be imported instead of ours."""
    owners = packages_distributions()
    for name in _NAMES:
        others = sorted({one for one in owners.get(name, ()) if one != "gatecast"})
        if others:
            yield Finding("bad", f"package {name}", f"also installed by {', '.join(others)}")
        else:
            yield Finding("ok", f"package {name}", "ours alone")
