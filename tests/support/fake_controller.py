"""A controller as an agent sees it: HTTP for enrolment and content, a key that seals, and what came over the broker."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from devices.contract.messages import Ack, AlertMessage, CommandMessage, PlanMessage, TimeMessage
from devices.contract.seal import key_id, public_key, seal
from schedules.model import Plan

SECRET = hashlib.sha256(b"a key for tests").digest()
KEYS = {key_id(public_key(SECRET)): public_key(SECRET)}
LONG = timedelta(days=365)


def sealed_plan(plan: Plan, *, secret: bytes = SECRET, subject: str | None = None, **changes: Any) -> bytes:
    """A plan as the controller seals it."""
    facts: dict[str, Any] = {
        "kind": "plan", "subject": subject or plan.device, "revision": plan.revision,
        "not_before": plan.issued - timedelta(minutes=5), "not_after": plan.issued + LONG,
        "body": PlanMessage(plan=plan).to_bytes(),
    }  # fmt: skip
    return seal(secret, **(facts | changes))


def sealed_alert(message: AlertMessage, *, secret: bytes = SECRET, **changes: Any) -> bytes:
    """An alert as the controller seals it."""
    facts: dict[str, Any] = {
        "kind": "alert", "subject": message.id, "revision": message.revision,
        "not_before": message.starts - timedelta(minutes=5), "not_after": message.until + timedelta(hours=1),
        "body": message.to_bytes(),
    }  # fmt: skip
    return seal(secret, **(facts | changes))


def sealed_command(message: CommandMessage, agent: str) -> bytes:
    """A command as the controller seals it."""
    return seal(
        SECRET, kind="command", subject=agent, revision=1, not_before=message.issued - timedelta(minutes=5),
        not_after=message.expires, body=message.to_bytes(),
    )  # fmt: skip


def sealed_ack(ack: Ack, agent: str, secret: bytes = SECRET) -> bytes:
    """An ack as the controller seals it."""
    now, day = utc_now(), timedelta(days=1)
    return seal(
        secret, kind="ack", subject=agent, revision=1, not_before=now - day, not_after=now + day, body=ack.to_bytes()
    )


def sealed_time(nonce: str, at: datetime, agent: str = "huu-nghi/agent", secret: bytes = SECRET) -> bytes:
    """The time as the controller seals it."""
    minute = timedelta(minutes=1)
    body = TimeMessage(nonce=nonce, at=at).to_bytes()
    return seal(
        secret, kind="time", subject=agent, revision=1, not_before=at - minute, not_after=at + minute, body=body
    )


@dataclass
class FakeController:
    """Serves on 127.0.0.1; `broker` is what agents are told; `content` by hash; `cut` breaks a download after so many bytes."""

    broker: dict[str, Any]
    code: str = "once"
    token: str = "a-token"
    content: dict[str, bytes] = field(default_factory=dict)
    cut: int | None = None
    ahead: timedelta = timedelta()  # of the time it tells
    tell: Callable[[str, bytes], bytes] = lambda nonce, sealed: sealed  # what a thief would make of it
    requests: list[tuple[str, str, str | None]] = field(default_factory=list)
    _server: ThreadingHTTPServer | None = field(default=None, repr=False)

    def start(self) -> FakeController:
        controller = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                controller._get(self)

            def do_POST(self) -> None:
                controller._post(self)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def stop(self) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    def add(self, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        self.content[sha256] = data
        return sha256

    def _post(self, request: BaseHTTPRequestHandler) -> None:
        body = json.loads(request.rfile.read(int(request.headers["Content-Length"])))
        self.requests.append(("POST", request.path, None))
        if request.path != "/api/v1/enrolments" or body["code"] != self.code:
            _answer(request, 403, {"title": "the code is not known"})
            return
        keys = {name: base64.b64encode(key).decode() for name, key in KEYS.items()}
        _answer(request, 201, {"token": self.token, "broker": self.broker, "keys": keys})

    def _get(self, request: BaseHTTPRequestHandler) -> None:
        self.requests.append(("GET", request.path, request.headers["Range"]))
        if request.headers["Authorization"] != f"Bearer {self.token}":
            _answer(request, 401, {"title": "who are you?"})
        elif request.path == "/api/v1/agents/me":
            _answer(request, 200, {"broker": self.broker})
        elif request.path.startswith("/api/v1/agents/time?nonce="):
            nonce = request.path.rpartition("=")[2]
            _answer(request, 200, {"sealed": self.tell(nonce, sealed_time(nonce, utc_now() + self.ahead)).decode()})
        elif (data := self.content.get(request.path.rpartition("/")[2])) is not None:
            self._send(request, data)
        else:
            _answer(request, 404, {"title": "no such content"})

    def _send(self, request: BaseHTTPRequestHandler, data: bytes) -> None:
        start = 0
        if (wanted := request.headers["Range"]) and request.headers[
            "If-Range"
        ] == f'"{hashlib.sha256(data).hexdigest()}"':
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        request.send_response(206 if start else 200)
        request.send_header("Content-Length", str(len(data) - start))
        request.end_headers()
        if self.cut is not None:
            request.wfile.write(data[start : start + self.cut])
            self.cut = None
            request.close_connection = True
        else:
            request.wfile.write(data[start:])


def _answer(request: BaseHTTPRequestHandler, status: int, body: dict[str, Any]) -> None:
    data = json.dumps(body).encode()
    request.send_response(status)
    request.send_header("Content-Type", "application/json")
    request.send_header("Content-Length", str(len(data)))
    request.end_headers()
    request.wfile.write(data)


def utc_now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)
