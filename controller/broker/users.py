"""Who may connect to the broker, and which topics each may write and read."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from controller.broker.files import write_secret
from devices.contract.topics import ROOT, agent_rights, controller_subscriptions

CONTROLLER = "controller"


@dataclass(frozen=True, slots=True)
class BrokerUser:
    """One client of the broker; topics are MQTT filters. Nothing but what stands here is allowed."""

    name: str
    password: str = field(repr=False)
    publish: tuple[str, ...]
    subscribe: tuple[str, ...]


def controller_user(password: str) -> BrokerUser:
    """The controller: writes plans, alerts, commands, figures and acks, reads what agents report; nobody else writes those."""
    leaves = ("+/plan", "alert/+", "+/command", "+/figures", "+/ack")
    return BrokerUser(
        name=CONTROLLER,
        password=password,
        publish=tuple(f"{ROOT}/+/{leaf}" for leaf in leaves),
        subscribe=controller_subscriptions(),
    )


def agent_user_name(gate: str, agent: str) -> str:
    """The name an agent signs in with, and its client id; no id holds a slash, so two agents never share one."""
    return f"{gate}/{agent}"  # not a dot: the embedded broker takes no client id with one


def agent_user(gate: str, agent: str, devices: Iterable[str], password: str) -> BrokerUser:
    """An agent with the rights of the contract; `devices` are names within the gate."""
    publish, subscribe = agent_rights(gate, agent, tuple(devices))
    return BrokerUser(name=agent_user_name(gate, agent), password=password, publish=publish, subscribe=subscribe)


class Passwords:
    """The broker's passwords in one file of mode 0600, made when first asked for.

    Plain, not hashed: each is 32 random bytes, so a hash would guard nothing that the file's mode does not, while
    bcrypt, slow by design, would be paid for every agent that comes back after an outage. The controller has to
    know its own in any case, and beside this file lies the key that seals plans, which is worth more.
    """

    def __init__(self, path: Path) -> None:
        """`path` need not exist yet; its folder must."""
        self._path = path
        self._one = threading.Lock()

    def of(self, name: str) -> str:
        """The password of `name`."""
        with self._one:
            return self._read().get(name) or self._make(name)

    def renew(self, name: str) -> str:
        """A new password for `name`; the old one ends with the next reload."""
        with self._one:
            return self._make(name)

    def _make(self, name: str) -> str:
        password = secrets.token_urlsafe(32)
        known = self._read() | {name: password}
        write_secret(self._path, json.dumps(known, indent=1).encode())
        return password

    def _read(self) -> dict[str, str]:
        if not self._path.exists():
            return {}
        self._path.chmod(0o600)
        found = json.loads(self._path.read_bytes())
        return {str(name): str(password) for name, password in found.items()}
