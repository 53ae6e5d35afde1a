"""Batches of play records: read record by record, stored in bulk, each once for all (device, boot, sequence)."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy.engine import Connection

from controller.store.database import insert_new
from controller.store.tables import records, rejected_records
from devices.contract.messages import MAX_MESSAGE_BYTES, PlayRecord, Records, WireError

LARGEST = 2**53  # beyond it JSON readers and databases disagree
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that cannot be stored as one; it is kept as it came, so that it blocks nothing behind it."""

    payload: bytes
    reason: str


@dataclass(slots=True)
class Batch:
    """What was read of a payload; `highest` is boot -> highest sequence."""

    good: list[PlayRecord] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    highest: dict[str, int] = field(default_factory=dict)

    def saw(self, boot: str, sequence: int) -> None:
        """Count towards the ack."""
        self.highest[boot] = max(sequence, self.highest.get(boot, 0))


def read_batch(payload: bytes, gate: str) -> Batch:
    """Read a payload; WireError if it is no batch at all. One bad record does not spoil the others."""
    batch = Batch()
    if len(payload) > MAX_MESSAGE_BYTES:
        raise WireError(f"a message is at most {MAX_MESSAGE_BYTES} bytes, this has {len(payload)}")
    try:
        for record in Records.model_validate_json(payload).records:
            _sort(batch, record, gate)
    except ValidationError:
        batch = _one_by_one(payload, gate)
    return batch


def _one_by_one(payload: bytes, gate: str) -> Batch:
    batch = Batch()
    for raw in _list(payload):
        try:
            _sort(batch, PlayRecord.model_validate(raw), gate)
        except ValidationError as exc:
            first = exc.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            _reject(batch, raw, f"{place}: {first['msg']}")
    return batch


def _list(payload: bytes) -> list[Any]:
    try:
        body = json.loads(payload)
    except (ValueError, RecursionError) as exc:
        raise WireError("not a batch of records: no JSON") from exc
    if not isinstance(body, dict) or body.get("v", 1) != 1 or not isinstance(body.get("records"), list):
        raise WireError("not a batch of records of this major version")
    return list(body["records"])[:500]


def _sort(batch: Batch, record: PlayRecord, gate: str) -> None:
    fault = _fault(record, gate)
    if fault:
        _reject(batch, record.model_dump(mode="json"), fault)
        return
    batch.good.append(record)
    batch.saw(record.boot, record.sequence)


def _fault(record: PlayRecord, gate: str) -> str:
    if record.device.partition("/")[0] != gate:
        return f"the record is of {record.device}, which is not at {gate}"
    if max(record.sequence, record.version, record.attempt) > LARGEST:
        return "a number in it is too large"
    if not all(math.isfinite(number) for number in (record.seconds, record.start_error or 0.0, record.offset)):
        return "a number in it is not finite"
    return "it holds a NUL character" if "\0" in record.reason + record.source else ""


def _reject(batch: Batch, raw: Any, reason: str) -> None:
    """Keep it as it came; if it can be named, it is acknowledged, or the agent would send it for ever."""
    payload = json.dumps(raw, sort_keys=True, default=str)[:20_000].encode()
    batch.rejected.append(Rejected(payload, reason[:LONGEST_REASON]))
    boot, sequence = (raw.get("boot"), raw.get("sequence")) if isinstance(raw, dict) else (None, None)
    nameable = isinstance(boot, str) and 0 < len(boot) <= 32 and boot.isascii()
    if nameable and type(sequence) is int and 0 < sequence <= LARGEST:
        batch.saw(str(boot), sequence)


def keep_batch(connection: Connection, batch: Batch, gate: str, agent: str, now: datetime) -> None:
    """Store what was read; what is there already stays as it is."""
    insert_new(connection, records, [_row(record, now) for record in batch.good])
    insert_new(connection, rejected_records, [_rejected_row(each, gate, agent, now) for each in batch.rejected])


def _row(record: PlayRecord, now: datetime) -> dict[str, Any]:
    return {
        "device": record.device,
        "boot": record.boot,
        "sequence": record.sequence,
        "cause": record.cause,
        "source": record.source[:64],
        "message": record.message,
        "version": record.version,
        "digest": record.digest,
        "content": record.content.sha256,
        "language": record.content.language,
        "due": record.due,
        "started": record.started,
        "ended": record.ended,
        "seconds": record.seconds,
        "outcome": record.outcome,
        "evidence": record.evidence,
        "reason": record.reason[:LONGEST_REASON],
        "zones": list(record.zones),
        "start_error": record.start_error,
        "offset": record.offset,
        "attempt": record.attempt,
        "clock_trusted": record.clock_trusted,
        "drill": record.drill,
        "changes": [change.model_dump(mode="json", exclude={"v"}) for change in record.changes],
        "received_at": now,
    }


def _rejected_row(rejected: Rejected, gate: str, agent: str, now: datetime) -> dict[str, Any]:
    fingerprint = hashlib.sha256(f"{gate}/{agent}\n".encode() + rejected.payload).hexdigest()
    return {
        "fingerprint": fingerprint,
        "gate": gate,
        "agent": agent,
        "reason": rejected.reason,
        "payload": rejected.payload,
        "received_at": now,
    }
