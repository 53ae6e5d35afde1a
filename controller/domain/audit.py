"""The audit chain: each row's hash covers the row before it, so that none can be changed or taken out unseen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from schedules.model import Fact, Sha256

FIRST = "0" * 64  # what the first row follows


class Entry(Fact):
    """One act: who did what to which thing, when, and the facts of it."""

    id: int
    at: datetime
    who: str
    what: str
    subject: str
    details: dict[str, Any]
    previous: Sha256
    hash: Sha256


def chained(previous: str, *, id: int, at: datetime, who: str, what: str, subject: str, details: dict[str, Any]) -> str:
    """The hash of a row that follows a row with hash `previous`."""
    body = [previous, id, at.astimezone(UTC).isoformat(timespec="microseconds"), who, what, subject, details]
    return hashlib.sha256(
        json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
    ).hexdigest()


def first_break(entries: Iterable[Entry], after: Entry | None = None) -> int | None:
    """The id of the first row that does not follow from the one before; None if the chain is whole.

    `after` is the row before the first of `entries`; None if they begin the chain.
    """
    previous, expected = (after.hash, after.id + 1) if after else (FIRST, 1)
    for entry in entries:
        facts = entry.model_dump(exclude={"previous", "hash"})
        if entry.id != expected or entry.previous != previous or entry.hash != chained(previous, **facts):
            return entry.id
        previous, expected = entry.hash, expected + 1
    return None
