"""Sealed bytes become facts here, and bad bytes change nothing: `read_plan` and `read_alert` answer or raise SealError."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from devices.contract.messages import (
    Ack,
    AlertMessage,
    CommandMessage,
    FiguresMessage,
    PlanMessage,
    WireError,
    WireT,
    read_wire,
)
from devices.contract.seal import Opened, SealError, open_seal
from schedules.model import Plan

Keys = Mapping[str, bytes]


def read_plan(payload: bytes, *, keys: Keys, device: str, now: datetime | None, held: int = 0) -> Plan:
    """The plan in a sealed message, if it is meant for `device` and newer than revision `held`."""
    opened = open_seal(payload, keys=keys, kind="plan", now=now)
    _for(opened, device)
    plan = _body(PlanMessage, opened).plan
    if plan.device != device:
        raise SealError("seal.subject", f"the plan inside is for {plan.device}, not for {device}")
    _same_revision(opened, plan.revision)
    if plan.revision < held:
        raise SealError("plan.older", f"revision {plan.revision} is older than {held}, which is held")
    return plan


def read_alert(payload: bytes, *, keys: Keys, now: datetime | None) -> AlertMessage:
    """The alert in a sealed message; the files in its blobs are not looked at yet.

    A true seal from the future says that our clock is behind, not that nothing burns: such an alert begins now.
    """
    early = False
    try:
        opened = open_seal(payload, keys=keys, kind="alert", now=now)
    except SealError as exc:
        if exc.code != "seal.early":
            raise
        opened, early = open_seal(payload, keys=keys, kind="alert", now=None), True
    alert = _alert(opened.body)
    _for(opened, alert.id)
    _same_revision(opened, alert.revision)
    return alert.model_copy(update={"starts": now}) if early else alert


def read_command(payload: bytes, *, keys: Keys, agent: str, now: datetime | None) -> CommandMessage:
    """The command in a sealed message, if it is meant for `agent` ("gate/agent")."""
    opened = open_seal(payload, keys=keys, kind="command", now=now)
    _for(opened, agent)
    return _body(CommandMessage, opened)


def read_ack(payload: bytes, *, keys: Keys, agent: str) -> Ack:
    """The controller's word that records of `agent` are stored. Its time is not judged: what was stored once stays so, and
    an agent with a wrong clock must be able to forget too.
    """
    opened = open_seal(payload, keys=keys, kind="ack", now=None)
    _for(opened, agent)
    return _body(Ack, opened)


def read_figures(payload: bytes, *, keys: Keys, agent: str, now: datetime | None, held: int = 0) -> FiguresMessage:
    """The figures in a sealed message, if they are meant for `agent` and newer than revision `held`."""
    opened = open_seal(payload, keys=keys, kind="figures", now=now)
    _for(opened, agent)
    figures = _body(FiguresMessage, opened)
    _same_revision(opened, figures.revision)
    if figures.revision < held:
        raise SealError("figures.older", f"revision {figures.revision} is older than {held}, which is held")
    return figures


def _for(opened: Opened, subject: str) -> None:
    if opened.subject != subject:
        raise SealError("seal.subject", f"the message is meant for {opened.subject}, not for {subject}")


def _same_revision(opened: Opened, revision: int) -> None:
    if opened.revision != revision:
        raise SealError(
            "seal.revision", f"the seal says revision {opened.revision}, the message inside says {revision}"
        )


@lru_cache(maxsize=4)
def _alert(body: bytes) -> AlertMessage:
    """Read once, as an alert comes twice. Equal bytes say the same, and a message is frozen."""
    try:
        return read_wire(AlertMessage, body)
    except WireError as exc:
        raise SealError("seal.body", str(exc)) from exc


def _body(kind: type[WireT], opened: Opened) -> WireT:
    try:
        return read_wire(kind, opened.body)
    except WireError as exc:
        raise SealError("seal.body", str(exc)) from exc
