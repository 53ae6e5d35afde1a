"""The first meeting with the controller: a one-time code for a token, a broker account and the keys to pin."""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from devices.agent.files import write_whole
from devices.agent.http import Controller, HttpError
from devices.contract.seal import key_id

log = logging.getLogger(__name__)
_LARGEST = 16_384  # bytes of an enrolment on disk, with room to spare


class _Answer(BaseModel):
    """What the controller says; keys we do not know are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class BrokerAccount(_Answer):
    """Where the broker is, and who we are there."""

    host: str = Field(min_length=1)
    port: int = Field(ge=1, le=65535)
    username: str | None = None
    password: str | None = None
    tls_ca: str | None = None


class Enrolment(_Answer):
    """Kept for ever after the first meeting; the keys are pinned."""

    token: str = Field(min_length=1)
    broker: BrokerAccount
    keys: dict[str, str] = Field(min_length=1, description="key id -> base64 of the public key")

    def pinned(self) -> Mapping[str, bytes]:
        """Public keys by key id; ValueError if an id does not fit its key."""
        found = {name: _key(text) for name, text in self.keys.items()}
        if any(key_id(key) != name for name, key in found.items()):
            raise ValueError("a key does not fit its id")
        return found


class _Moved(_Answer):
    broker: BrokerAccount


def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error as exc:
        raise ValueError("a key is not base64") from exc
    if len(key) != 32:
        raise ValueError("a key has 32 bytes")
    return key


def load_enrolment(path: Path) -> Enrolment | None:
    """What was kept; None if there is nothing, or nothing that can be used, which is logged."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as exc:
        log.error("the enrolment on disk cannot be read", extra={"reason": str(exc)})
        return None
    try:
        enrolment = Enrolment.model_validate_json(data)
        enrolment.pinned()
    except (ValidationError, ValueError) as exc:
        log.error("the enrolment on disk cannot be used", extra={"reason": str(exc).splitlines()[0]})
        return None
    return enrolment


def enrol(controller: Controller, *, code: str, gate: str, agent: str, path: Path) -> Enrolment:
    """Meet the controller and keep what it gives, readable by us alone; HttpError or OSError.

    The code serves once: it is not spent while the disk cannot keep what comes of it.
    """
    _try_disk(path)
    answer = controller.ask("POST", "/api/v1/enrolments", {"code": code, "gate": gate, "agent": agent})
    try:
        enrolment = Enrolment.model_validate(answer)
        enrolment.pinned()
    except (ValidationError, ValueError) as exc:
        raise HttpError(0, f"the enrolment cannot be used: {str(exc).splitlines()[0]}") from exc
    write_whole(path, enrolment.model_dump_json().encode(), mode=0o600)
    return enrolment


def find_broker(controller: Controller, enrolment: Enrolment, path: Path) -> Enrolment:
    """Ask where the broker is now; the keys are never taken from there. HttpError if it does not say."""
    try:
        moved = _Moved.model_validate(controller.ask("GET", "/api/v1/agents/me"))
    except ValidationError as exc:
        raise HttpError(0, f"the broker's address cannot be used: {str(exc).splitlines()[0]}") from exc
    if moved.broker == enrolment.broker:
        return enrolment
    changed = enrolment.model_copy(update={"broker": moved.broker})
    try:
        write_whole(path, changed.model_dump_json().encode(), mode=0o600)
    except OSError as exc:  # it will be asked for again after the next start
        log.error("the broker's new address cannot be kept on disk", extra={"reason": str(exc)})
    return changed


def _try_disk(path: Path) -> None:
    """OSError if an enrolment could not be written there."""
    probe = path.with_name("enrolment.probe")
    write_whole(probe, bytes(_LARGEST), mode=0o600)
    probe.unlink()
