"""Whatever comes in: a clear problem with a stable code, and nothing half done."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from controller.api.limits import BodyLimit
from tests.support.desk import WORDS, Desk

GOOD: dict[str, Any] = {"title": "Giờ", "category": "service", "texts": WORDS}
MEBIBYTE = 1024 * 1024


def post(desk: Desk, body: bytes | Iterator[bytes], kind: str = "application/json", path: str = "/messages") -> Any:
    return desk.ask("author", "POST", path, content=body, headers={"content-type": kind})


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        pytest.param({"colour": "red"}, "/colour", "key.unknown", id="unknown key"),
        pytest.param({"title": 5}, "/title", "value.invalid", id="a number for a text"),
        pytest.param({"title": None}, "/title", "value.invalid", id="nothing for a text"),
        pytest.param({"texts": ["a"]}, "/texts", "value.invalid", id="a list for a map"),
        pytest.param({"texts": {"vi": {"a": 1}}}, "/texts/vi", "value.invalid", id="a map for a text"),
        pytest.param({"texts": {}}, "/texts", "text.none", id="no text"),
        pytest.param({"category": "advert"}, "/category", "value.invalid", id="unknown category"),
        pytest.param({"texts": {"tlh": "a"}}, "/texts/tlh", "language.unknown", id="unknown language"),
        pytest.param({"texts": {"vi": "a\x07"}}, "/texts/vi", "text.control", id="control character"),
        pytest.param({"texts": {"vi": "مرحبا"}}, "/texts/vi", "text.right-to-left", id="right to left"),
        pytest.param({"title": "a\x00"}, "/title", "text.control", id="a zero in the title"),
        pytest.param({"title": ""}, "/title", "text.empty", id="empty title"),
        pytest.param({"audio": {"vi": "xyz"}}, "/audio/vi", "value.invalid", id="no hash"),
    ],
)
def test_a_message_that_cannot_be_is_refused_with_its_place(desk: Desk, change: Any, pointer: str, code: str):
    answer = desk.ask("author", "POST", "/messages", GOOD | change)
    problem = answer.json()
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert (problem["errors"][0]["pointer"], problem["errors"][0]["code"]) == (pointer, code)
    assert desk.must("author", "GET", "/messages") == []


@pytest.mark.parametrize("missing", ["title", "category"])
def test_a_missing_key_is_named(desk: Desk, missing: str):
    body = {key: value for key, value in GOOD.items() if key != missing}
    (problem,) = desk.ask("author", "POST", "/messages", body).json()["errors"]
    assert (problem["pointer"], problem["code"]) == (f"/{missing}", "key.missing")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"x"',
        b"null",
        b"\xff\xfe",
        b"[" * 50_000,
        b'{"title": "\\ud800", "category": "law", "texts": {"vi": "a"}}',
    ],
    ids=["nothing", "half an object", "a list", "a text", "null", "no UTF-8", "very deep", "half a surrogate pair"],
)
def test_a_body_that_is_no_such_json_is_a_problem(desk: Desk, body: bytes):
    answer = post(desk, body)
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"]


def test_json_that_is_called_something_else_is_not_read(desk: Desk):
    assert post(desk, b'{"title": "a"}', "text/plain").status_code == 422


def test_a_hundred_megabytes_are_refused_before_they_are_read(desk: Desk):
    headers = {"content-type": "application/json", "content-length": str(100 * MEBIBYTE)}
    answer = desk.ask("author", "POST", "/messages", content=b"{}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "body.large")
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(("path", "mebibytes"), [("/messages", 2), ("/media", 65)])
def test_a_body_of_unknown_length_is_counted(desk: Desk, path: str, mebibytes: int):
    pieces = (b"x" * MEBIBYTE for _ in range(mebibytes))
    answer = post(desk, pieces, path=path)
    assert (answer.status_code, answer.json()["code"]) == (413, "body.large")


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/messages/msg-x", "message.unknown"),
        ("PATCH", "/messages/msg-x", "message.unknown"),
        ("POST", "/messages/msg-x/submit", "message.unknown"),
        ("POST", "/messages/msg-x/withdrawal", "message.unknown"),
        ("GET", "/devices/chi-ma/ghost", "device.unknown"),
        ("GET", "/devices/chi-ma/ghost/wanted.png", "device.unknown"),
        ("GET", "/devices/chi-ma/ghost/shown.png", "device.unknown"),
        ("GET", "/devices/chi-ma/ghost/timeline", "device.unknown"),
        ("GET", "/records?device=chi-ma/ghost", "device.unknown"),
        ("GET", "/alerts/alert-x", "alert.unknown"),
        ("GET", "/nowhere", "path.unknown"),
    ],
)
def test_what_does_not_exist_is_a_404_with_its_name(desk: Desk, method: str, path: str, code: str):
    answer = desk.ask("author", method, path, {} if method == "PATCH" else None)
    assert (answer.status_code, answer.json()["code"]) == (404, code)


def test_a_wrong_method_is_a_problem_too(desk: Desk):
    answer = desk.ask("author", "PUT", "/messages", {})
    assert (answer.status_code, answer.json()["code"]) == (405, "method.unknown")
    assert answer.headers["allow"]


@pytest.mark.parametrize(
    "query",
    [
        "from=yesterday",
        "from=2026-11-23T12:00:00",
        "from=2026-11-24T00:00:00Z&to=2026-11-23T00:00:00Z",
        "to=2029-01-01T00:00:00Z",
        "from=9999-12-31T23:00:00Z",
        "from=0001-01-01T00:00:00%2B07:00",
    ],
    ids=["no time", "no zone", "backwards", "years", "the end of time", "the beginning of time"],
)
def test_a_period_that_cannot_be_is_refused(desk: Desk, query: str):
    assert desk.get(f"/devices/chi-ma/board-1/timeline?{query}").status_code == 422


@pytest.mark.parametrize("start", ["9999-12-31T23:00:00-07:00", "0001-01-01T00:00:00%2B07:00"])
def test_records_of_no_countable_time_are_refused(desk: Desk, start: str):
    answer = desk.get(f"/records?from={start}")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "?from")


def test_one_wrong_item_is_told_once(desk: Desk):
    body = {"name": "p", "items": [{"message": "msg-1", "seconds": 0}]}
    problems = desk.ask("operator", "POST", "/playlists", body).json()["errors"]
    assert [each["pointer"] for each in problems] == ["/items/0/seconds"]


@pytest.mark.parametrize("expect", ["", "100-continue"])
def test_who_sends_too_much_gets_the_answer_and_not_a_broken_line(desk: Desk, expect: str):
    taken = 0

    async def receive() -> dict[str, Any]:
        nonlocal taken
        taken += MEBIBYTE
        return {"type": "http.request", "body": b"x" * MEBIBYTE, "more_body": taken < 100 * MEBIBYTE}

    said: list[Any] = []

    async def send(message: Any) -> None:
        said.append((message.get("status"), taken))

    headers = [(b"content-length", str(100 * MEBIBYTE).encode()), (b"expect", expect.encode())]
    scope = {"type": "http", "method": "POST", "path": "/api/v1/messages", "headers": headers, "query_string": b""}
    asyncio.run(BodyLimit(desk.app, larger={})(scope, receive, send))
    assert said[0] == (413, 0 if expect else 100 * MEBIBYTE)


def test_a_loudspeaker_has_no_picture(desk: Desk):
    answer = desk.get("/devices/tan-thanh/pa-1/wanted.png")
    assert (answer.status_code, answer.json()["code"]) == (422, "device.kind")


def test_a_database_that_fails_is_a_503_and_no_secret_is_told(desk: Desk):
    with desk.deps.store.write() as connection:
        connection.exec_driver_sql("DROP TABLE playlists")
    answer = desk.get("/playlists")
    assert (answer.status_code, answer.json()["code"]) == (503, "storage.unfit")
    assert "playlists" not in answer.json()["detail"]


def test_health_is_told_to_everyone(desk: Desk):
    answer = desk.ask(None, "GET", "/health").json()
    assert (answer["status"], answer["database"], answer["broker"]) == ("ok", "ok", "none")
    assert answer["outbox"] == len(desk.waiting())


def test_the_description_of_the_api_loads_nothing_from_elsewhere(desk: Desk):
    described = desk.ask(None, "GET", "/openapi.json")
    assert described.json()["openapi"].startswith("3.1")
    assert desk.client.get("/docs").status_code == 404
