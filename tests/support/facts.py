"""Small facts for tests: hashes, contents, plans and alerts with as little said as possible."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from schedules.model import ContentRef, Item, Plan, Playlist, Rule, Window

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # 12:00 at the gates, a Monday
DEVICE = "chi-ma/board-1"


def digest(text: str) -> str:
    """A SHA-256 to stand for something."""
    return hashlib.sha256(text.encode()).hexdigest()


def content(name: str = "vi", language: str = "vi", seconds: float = 6.0, kind: Any = "pages") -> ContentRef:
    """A content reference; its hash is that of its name."""
    return ContentRef(sha256=digest(name), kind=kind, language=language, size=100, seconds=seconds)


def item(message: str = "m1", *contents: ContentRef) -> Item:
    """An item of one message."""
    return Item(message=message, version=1, digest=digest(message), contents=contents or (content(message),))


def plan(revision: int = 1, device: str = DEVICE, **changes: Any) -> Plan:
    """A plan with one rule, 07:00 to 17:00 every day."""
    facts: dict[str, Any] = {
        "device": device,
        "revision": revision,
        "issued": NOON,
        "playlists": (Playlist(id="p1", items=(item(),)),),
        "rules": (Rule(id="r1", playlist="p1", targets=(device,), windows=(Window.of("07:00", "17:00"),)),),
    }
    return Plan(**(facts | changes))
