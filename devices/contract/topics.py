"""The topic tree of v1. A name is built here and read here, nowhere else."""

from __future__ import annotations

import re
from dataclasses import dataclass

ROOT = "gatecast/v1"
ALL = "all"
_ID = re.compile(r"[a-z0-9_-]{1,32}")


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic taken apart: who it concerns and what it carries; `name` is an agent, a device or an alert's id."""

    gate: str
    name: str
    leaf: str


def _ids(*ids: str) -> None:
    for part in ids:
        if not _ID.fullmatch(part):
            raise ValueError(f'"{part}" is not an id: a-z, 0-9, "_" and "-", at most 32')


def _split(device: str) -> tuple[str, str]:
    gate, _, name = device.partition("/")
    return gate, name


def plan_topic(device: str) -> str:
    """Retained sealed Plan of a device ("gate/device")."""
    gate, name = _split(device)
    _ids(gate, name)
    return f"{ROOT}/{gate}/{name}/plan"


def status_topic(device: str) -> str:
    """Retained Status of a device."""
    gate, name = _split(device)
    _ids(gate, name)
    return f"{ROOT}/{gate}/{name}/status"


def alert_topic(scope: str, alert: str) -> str:
    """Sealed alert; `scope` is a gate's id or "all"."""
    _ids(scope, alert)
    return f"{ROOT}/{scope}/alert/{alert}"


def agent_topic(gate: str, agent: str, leaf: str) -> str:
    """Topics of an agent: command, reply, online, records, ack, figures."""
    _ids(gate, agent)
    if leaf not in {"command", "reply", "online", "records", "ack", "figures"}:
        raise ValueError(f"an agent has no topic {leaf}")
    return f"{ROOT}/{gate}/{agent}/{leaf}"


def agent_subscriptions(gate: str, agent: str, devices: tuple[str, ...]) -> tuple[str, ...]:
    """What an agent listens to, all at QoS 1."""
    plans = tuple(plan_topic(f"{gate}/{device}") for device in devices)
    alerts = (f"{ROOT}/{gate}/alert/+", f"{ROOT}/{ALL}/alert/+")
    return (*plans, *alerts, *(agent_topic(gate, agent, leaf) for leaf in ("command", "ack", "figures")))


def controller_subscriptions() -> tuple[str, ...]:
    """What the controller listens to."""
    return tuple(f"{ROOT}/+/+/{leaf}" for leaf in ("online", "status", "records", "reply"))


def agent_rights(gate: str, agent: str, devices: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(may publish, may subscribe): the broker's ACL for one agent."""
    publish = tuple(agent_topic(gate, agent, leaf) for leaf in ("online", "records", "reply"))
    return (*publish, *(status_topic(f"{gate}/{device}") for device in devices)), agent_subscriptions(
        gate, agent, devices
    )


def read_topic(topic: str) -> Topic | None:
    """Take a topic apart; None if it is not ours."""
    parts = topic.split("/")
    if len(parts) != 5 or "/".join(parts[:2]) != ROOT or not all(_ID.fullmatch(part) for part in parts[2:]):
        return None
    if parts[3] == "alert":
        return Topic(gate=parts[2], name=parts[4], leaf="alert")
    return Topic(gate=parts[2], name=parts[3], leaf=parts[4])
