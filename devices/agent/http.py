"""Plain HTTP to the controller with the standard library: small JSON answers, and files with Range."""

from __future__ import annotations

import http.client
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

TIMEOUT = 10.0
_MOST_JSON = 1_000_000
_BLOCK = 64 * 1024


class HttpError(Exception):
    """The controller did not give what was asked; `status` is 0 when no answer came at all."""

    def __init__(self, status: int, reason: str) -> None:
        """`reason` in a few words."""
        super().__init__(f"the controller answered {status}: {reason}" if status else f"no answer: {reason}")
        self.status = status


class Controller:
    """The controller's HTTP side. Every method blocks: call it off the loop."""

    def __init__(self, url: str, token: str = "") -> None:
        """`url` without a slash at its end."""
        self._parts = urlsplit(url)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def ask(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """Send JSON, get JSON; HttpError otherwise."""
        data = None if body is None else json.dumps(body).encode()
        headers = {**self._headers, "Accept": "application/json"}
        if data is not None:
            headers["Content-Type"] = "application/json"
        connection = self._connect()
        try:
            connection.request(method, self._parts.path + path, body=data, headers=headers)
            response = connection.getresponse()
            answer = response.read(_MOST_JSON)
            if not 200 <= response.status < 300:
                raise HttpError(response.status, _problem(answer) or response.reason)
            found = json.loads(answer)
        except (OSError, http.client.HTTPException, ValueError) as exc:
            raise HttpError(0, str(exc) or type(exc).__name__) from exc
        finally:
            connection.close()
        if not isinstance(found, dict):
            raise HttpError(0, "the answer is not a JSON object")
        return found

    def download(self, path: str, sha256: str, size: int, part: Path) -> None:
        """Bring `part` to its full size, going on where it ends if the file is still the same; HttpError otherwise."""
        part.parent.mkdir(parents=True, exist_ok=True)
        have = part.stat().st_size if part.exists() else 0
        if have > size:
            part.unlink()
            have = 0
        headers = dict(self._headers)
        if have:
            headers |= {"Range": f"bytes={have}-", "If-Range": f'"{sha256}"'}
        connection = self._connect()
        try:
            connection.request("GET", self._parts.path + path, headers=headers)
            response = connection.getresponse()
            if response.status == 416:
                part.unlink(missing_ok=True)
            if response.status not in (200, 206):
                raise HttpError(response.status, _problem(response.read(_MOST_JSON)) or response.reason)
            _copy(response, part, have if response.status == 206 else 0, size)
        except (OSError, http.client.HTTPException) as exc:
            raise HttpError(0, str(exc) or type(exc).__name__) from exc
        finally:
            connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if self._parts.scheme == "https" else http.client.HTTPConnection
        return kind(self._parts.hostname or "", self._parts.port, timeout=TIMEOUT)


def _copy(response: http.client.HTTPResponse, part: Path, have: int, size: int) -> None:
    with part.open("ab" if have else "wb") as file:
        while block := response.read(_BLOCK):
            have += len(block)
            if have > size:
                raise HttpError(response.status, f"the file is longer than {size} bytes")
            file.write(block)
    if have < size:
        raise HttpError(0, f"the file broke off at {have} of {size} bytes")


def _problem(answer: bytes) -> str:
    """What problem+json says, if it is that."""
    try:
        found = json.loads(answer)
    except ValueError:
        return ""
    return str(found.get("detail") or found.get("title") or "") if isinstance(found, dict) else ""
