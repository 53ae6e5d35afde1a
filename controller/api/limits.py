"""How many bytes a request may bring: none of what is too much is kept, and the sender always gets an answer."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from fnmatch import fnmatchcase

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from controller.api.problems import answer

MEBIBYTE = 1024 * 1024
USUAL = MEBIBYTE
MOST_DRAINED = 256 * MEBIBYTE
PATIENCE = 20  # seconds for a body that is refused


class BodyLimit:
    """Wraps the app; `larger` maps a path, "*" standing for any part of it, to its own limit in bytes."""

    def __init__(self, app: ASGIApp, larger: Mapping[str, int]) -> None:
        """As Starlette calls it."""
        self._app = app
        self._larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is small enough."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = next((most for path, most in self._larger.items() if fnmatchcase(scope["path"], path)), USUAL)
        request = Request(scope)
        length = request.headers.get("content-length", "")
        if length.isascii() and length.isdigit() and int(length) > limit:
            if "100-continue" not in request.headers.get("expect", "").lower():
                await _drain(receive)
            await answer(request, 413, "body.large", _words(limit))(scope, receive, send)
            return
        await self._app(scope, _counted(receive, limit), send)


async def _drain(receive: Receive) -> None:
    """Read the rest and forget it: who is cut off while sending sees a broken connection and never our answer."""
    taken, more = 0, True
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            while more and taken < MOST_DRAINED:
                message = await receive()
                taken += len(message.get("body", b""))
                more = message.get("more_body", False)


def _words(limit: int) -> str:
    return f"the body of this request may have at most {limit // MEBIBYTE} MiB"


def _counted(receive: Receive, limit: int) -> Receive:
    taken = 0

    async def counting() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            await _drain(receive)
            raise HTTPException(413, _words(limit))
        return message

    return counting
