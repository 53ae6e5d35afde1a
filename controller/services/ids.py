"""New names for things."""

from __future__ import annotations

from secrets import token_hex


def new_id(kind: str) -> str:
    """An id that never was, such as "msg-3f9c0a17b2d4"."""
    return f"{kind}-{token_hex(6)}"
