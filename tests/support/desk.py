"""A controller in this process with three gates and one person of every role; its clock stands where a test puts it."""

from __future__ import annotations

import io
import math
import struct
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from controller.app import create_app
from controller.domain.people import Agency, Role
from controller.services import outbox
from controller.services.context import Deps
from controller.services.sign_in import add_user, known_users
from controller.settings import Settings
from devices.contract.messages import AlertMessage, PlanMessage, read_wire
from devices.contract.seal import key_id, open_seal, public_key
from schedules.model import Plan

GATES = """
[[gates]]
id = "huu-nghi"
names = {vi = "Hữu Nghị", zh-Hans = "友谊关", en = "Huu Nghi"}
devices = [{id = "lane-1", kind = "board", shape = "128x32:mono"}, {id = "lane-2", kind = "board", shape = "128x32:mono"}]
[[gates]]
id = "chi-ma"
names = {vi = "Chi Ma", zh-Hans = "峙马", en = "Chi Ma"}
devices = [{id = "board-1", kind = "board", shape = "192x64:rg"}]
[[gates]]
id = "tan-thanh"
names = {vi = "Tân Thanh", zh-Hans = "新清", en = "Tan Thanh"}
devices = [{id = "pa-1", kind = "speaker", zones = ["hall", "yard-a"]}]
"""
PEOPLE = {
    "author": (Role.AUTHOR, None),
    "department": (Role.APPROVER, Agency.DEPARTMENT),
    "guard": (Role.APPROVER, Agency.BORDER_GUARD),
    "operator": (Role.OPERATOR, None),
    "technician": (Role.TECHNICIAN, None),
    "auditor": (Role.AUDITOR, None),
    "administrator": (Role.ADMINISTRATOR, None),
    "feed": (Role.FEED, None),
}
MONDAY_NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # 12:00 at the gates
WORDS = {"vi": "Cửa khẩu mở 07:00-17:00", "zh-Hans": "口岸开放", "en": "Gate open"}


class StandingClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = MONDAY_NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)


class Desk:
    """The API as scripts see it, and short words for what tests do again and again."""

    def __init__(self, folder: Path, gates: str = GATES, database: str = "") -> None:
        file = folder / "gates.toml"
        file.write_text(gates, encoding="utf-8")
        self.settings = Settings(
            data=folder / "data", gates_file=file, database_url=database, argon2_memory_kib=8, argon2_rounds=1
        )
        self.clock = StandingClock()
        self.app = create_app(self.settings, clock=self.clock)
        self.deps: Deps = self.app.state.deps
        with self.deps.store.read() as connection:
            missing = set(PEOPLE) - known_users(connection)
        for username in sorted(missing):
            role, agency = PEOPLE[username]
            add_user(self.deps, username, username.title(), role, agency, "demo")
        self.client = TestClient(self.app, base_url="http://gate.example", raise_server_exceptions=True)
        self._tokens: dict[str, tuple[str, datetime]] = {}

    def close(self) -> None:
        self.client.close()
        self.deps.store.close()

    def token(self, person: str) -> str:
        """Of a session that is not over by the desk's clock."""
        known, since = self._tokens.get(person, ("", MONDAY_NOON))
        if not known or self.clock.now - since > timedelta(minutes=29):
            answer = self.client.post("/api/v1/login", json={"username": person, "password": "demo"})
            known = answer.json()["token"]
            self.client.cookies.clear()
        self._tokens[person] = known, self.clock.now
        return known

    def ask(self, person: str | None, method: str, path: str, body: Any = None, **more: Any) -> Any:
        headers = dict(more.pop("headers", {}))
        if person is not None:
            headers["authorization"] = f"Bearer {self.token(person)}"
        if body is not None:
            more["json"] = body
        return self.client.request(method, f"/api/v1{path}", headers=headers, **more)

    def get(self, path: str, person: str = "auditor", **more: Any) -> Any:
        return self.ask(person, "GET", path, **more)

    def must(self, person: str, method: str, path: str, body: Any = None) -> Any:
        answer = self.ask(person, method, path, body)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def draft(self, **changes: Any) -> str:
        body = {"title": "Giờ mở cửa", "category": "service", "texts": WORDS} | changes
        return str(self.must("author", "POST", "/messages", body)["id"])

    def submitted(self, **changes: Any) -> tuple[str, str]:
        message = self.draft(**changes)
        return message, str(self.must("author", "POST", f"/messages/{message}/submit")["digest"])

    def approve(self, message: str, digest: str, *people: str) -> None:
        for person in people or ("guard", "department"):
            self.must(person, "POST", f"/messages/{message}/approvals", {"digest": digest})

    def approved(self, **changes: Any) -> str:
        message, digest = self.submitted(**changes)
        self.approve(message, digest)
        return message

    def playlist(self, *messages: str) -> str:
        body = {"name": "p", "items": [{"message": message} for message in messages]}
        return str(self.must("operator", "POST", "/playlists", body)["id"])

    def scheduled(self, playlist: str, *targets: str, **changes: Any) -> str:
        body = {"playlist": playlist, "targets": list(targets or ("chi-ma/board-1",)), "windows": [["07:00", "17:00"]]}
        return str(self.must("operator", "POST", "/schedules", body | changes)["id"])

    def sound(self, seconds: float = 1.0) -> str:
        return self.brought(wav(seconds))

    def brought(self, data: bytes) -> str:
        """A sound file brought by the author; its hash."""
        answer = self.ask("author", "POST", "/media", content=data)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["sha256"])

    def plan(self, device: str) -> Plan:
        """The newest plan waiting for a device, its seal checked."""
        newest = [each for each in self.waiting() if each.topic.endswith(f"{device}/plan")][-1]
        opened = open_seal(newest.payload, keys=self.keys(), kind="plan", now=self.clock.now)
        return read_wire(PlanMessage, opened.body).plan

    def alert(self, payload: bytes) -> AlertMessage:
        return read_wire(AlertMessage, open_seal(payload, keys=self.keys(), kind="alert", now=self.clock.now).body)

    def keys(self) -> dict[str, bytes]:
        public = public_key(self.deps.secret)
        return {key_id(public): public}

    def waiting(self) -> list[outbox.Waiting]:
        return outbox.pending(self.deps, 1000)

    def sent(self) -> list[outbox.Waiting]:
        """Everything that waits, marked as gone."""
        all_of_it = self.waiting()
        outbox.mark_sent(self.deps, [each.id for each in all_of_it])
        return all_of_it

    def audit(self) -> list[dict[str, Any]]:
        page = self.must("auditor", "GET", "/audit?limit=5000")
        assert page["broken_at"] is None
        return list(page["entries"])


@contextmanager
def a_desk(folder: Path, gates: str = GATES, database: str = "") -> Iterator[Desk]:
    """A desk, closed at the end; `database` is an SQLAlchemy URL, without one SQLite in the folder."""
    made = Desk(folder, gates, database)
    try:
        yield made
    finally:
        made.close()


def wav(seconds: float, rate: int = 16_000) -> bytes:
    """A tone as a mono WAV file."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        frames = (round(9000 * math.sin(i * 0.2)) for i in range(round(seconds * rate)))
        file.writeframes(b"".join(struct.pack("<h", frame) for frame in frames))
    return out.getvalue()
