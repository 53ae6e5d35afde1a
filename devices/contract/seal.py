"""Seals: Ed25519 over the payload bytes as they are. A stolen broker can silence a board, never make it speak (decision 0008)."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Literal

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from devices.contract.messages import MAX_MESSAGE_BYTES, WireError

Kind = Literal["plan", "alert", "command", "figures", "time", "ack"]


class SealError(WireError):
    """A payload that must not be obeyed; `code` is stable: seal. form, key, signature, kind, early, expired."""

    def __init__(self, code: str, text: str) -> None:
        """`text` says in one sentence what is wrong."""
        super().__init__(text)
        self.code = code


class Head(BaseModel):
    """The signed statement around a body. It is serialised once, and exactly those bytes are signed and checked."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    v: Literal[1] = 1
    kind: Kind
    subject: str = Field(
        max_length=80,
        description='device id of a plan, alert id, "gate/agent" of a command, of figures, of the time, of an ack',
    )
    revision: int = Field(ge=1)
    not_before: AwareDatetime
    not_after: AwareDatetime
    body: str = Field(description="base64 of the body's bytes")


class Envelope(BaseModel):
    """What travels: the head's bytes, who signed them, and the signature."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    v: Literal[1] = 1
    key: str = Field(pattern=r"^[0-9a-f]{16}$")
    head: str
    signature: str


class Opened(BaseModel):
    """A payload that passed: the key, the head's facts and the body's bytes."""

    model_config = ConfigDict(frozen=True)
    key: str
    kind: Kind
    subject: str
    revision: int
    not_after: datetime
    body: bytes


def key_id(public: bytes) -> str:
    """First 16 hex digits of the SHA-256 of a public key."""
    return hashlib.sha256(public).hexdigest()[:16]


def public_key(secret: bytes) -> bytes:
    """The 32 bytes that agents pin, of a 32-byte secret."""
    return bytes(SigningKey(secret).verify_key)


def seal(
    secret: bytes, *, kind: Kind, subject: str, revision: int, not_before: datetime, not_after: datetime, body: bytes
) -> bytes:
    """Sign `body` for one purpose; the bytes to publish."""
    head = Head(
        kind=kind, subject=subject, revision=revision, not_before=not_before, not_after=not_after,
        body=base64.b64encode(body).decode(),
    ).model_dump_json().encode()  # fmt: skip
    signed = SigningKey(secret).sign(head)
    return (
        Envelope(
            key=key_id(public_key(secret)),
            head=base64.b64encode(head).decode(),
            signature=base64.b64encode(signed.signature).decode(),
        )
        .model_dump_json()
        .encode()
    )


def open_seal(payload: bytes, *, keys: Mapping[str, bytes], kind: Kind, now: datetime | None) -> Opened:
    """Check everything that can be checked without knowing the past; SealError otherwise.

    `keys` are the pinned public keys by key id. `now` is None while the clock is not trusted: validity is then not judged.
    """
    if len(payload) > 2 * MAX_MESSAGE_BYTES:
        raise SealError(
            "seal.form", f"a sealed message is at most {2 * MAX_MESSAGE_BYTES} bytes, this has {len(payload)}"
        )
    return _judge(*_verified(payload, tuple(keys.items())), kind, now)


@lru_cache(
    maxsize=8
)  # an alert comes twice (decision 0016), a retained plan at every reconnect: the arithmetic is done once
def _verified(payload: bytes, pinned: tuple[tuple[str, bytes], ...]) -> tuple[str, Head, bytes]:
    """The key, head and body of an envelope whose signature fits a pinned key; that is so whatever the time."""
    keys = dict(pinned)
    try:
        envelope = Envelope.model_validate_json(payload)
    except ValidationError as exc:
        raise SealError("seal.form", "the message carries no seal that can be read") from exc
    if envelope.key not in keys:
        raise SealError("seal.key", f"the seal is by key {envelope.key}, which is not pinned here")
    head = _signed(envelope, keys[envelope.key])
    try:
        body = base64.b64decode(head.body, validate=True)
    except (binascii.Error, ValueError) as exc:
        raise SealError("seal.form", "the sealed body cannot be read") from exc
    return envelope.key, head.model_copy(update={"body": ""}), body


def _signed(envelope: Envelope, public: bytes) -> Head:
    try:
        head = base64.b64decode(envelope.head, validate=True)
        signature = base64.b64decode(envelope.signature, validate=True)
    except (binascii.Error, ValueError) as exc:
        raise SealError("seal.form", "the message carries no seal that can be read") from exc
    try:
        VerifyKey(public).verify(head, signature)
    except (BadSignatureError, ValueError) as exc:
        raise SealError("seal.signature", "the seal does not fit the message: it was altered or forged") from exc
    try:
        return Head.model_validate_json(head)
    except ValidationError as exc:
        raise SealError("seal.form", "the sealed head cannot be read: perhaps a newer major version") from exc


def _judge(key: str, head: Head, body: bytes, kind: Kind, now: datetime | None) -> Opened:
    if head.kind != kind:
        raise SealError("seal.kind", f"a sealed {head.kind} stands where a {kind} belongs")
    if now is not None and now < head.not_before:
        raise SealError("seal.early", f"the seal is valid only from {head.not_before.isoformat()}")
    if now is not None and now >= head.not_after:
        raise SealError("seal.expired", f"the seal ended at {head.not_after.isoformat()}")
    return Opened(
        key=key, kind=head.kind, subject=head.subject, revision=head.revision, not_after=head.not_after, body=body
    )
