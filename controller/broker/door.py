"""The broker's accounts as the controller keeps them, whichever broker it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from controller.broker.users import CONTROLLER, BrokerUser, Passwords, agent_user, agent_user_name, controller_user
from controller.services.context import Deps
from controller.services.enrol import BrokerAccount, stations


class Door:
    """Accounts of the controller and of every agent in the register; passwords in one file of mode 0600.

    An agent of the register has an account before it enrols: nobody knows its password until then.
    """

    def __init__(self, passwords: Path, host: str, port: int) -> None:
        """`host` and `port` are what agents are told."""
        self._passwords = Passwords(passwords)
        self._host, self._port = host, port
        self.changed: Callable[[], None] = lambda: None  # an embedded broker reads its users again

    def account(self, gate: str, agent: str) -> BrokerAccount:
        """The account of an agent, made when first asked for."""
        name = agent_user_name(gate, agent)
        return BrokerAccount(host=self._host, port=self._port, username=name, password=self._passwords.of(name))

    def renew(self, gate: str, agent: str) -> BrokerAccount:
        """A new password; whoever has the old one is let in no more."""
        self._passwords.renew(agent_user_name(gate, agent))
        self.changed()
        return self.account(gate, agent)

    def own_password(self) -> str:
        """The controller's."""
        return self._passwords.of(CONTROLLER)

    def users(self, deps: Deps, own_password: str = "") -> tuple[BrokerUser, ...]:
        """Everybody the broker is to let in, with their rights; `own_password` if the controller has another."""
        with deps.store.read() as connection:
            known = stations(connection)
        agents = (
            agent_user(gate, agent, devices, self._passwords.of(agent_user_name(gate, agent)))
            for (gate, agent), devices in known.items()
        )
        return (controller_user(own_password or self.own_password()), *agents)
