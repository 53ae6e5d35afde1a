"""Content by hash: brought by staff, fetched by agents, in parts if need be."""

from __future__ import annotations

import hashlib
import io

import pytest
import soundfile

from controller.services.sign_in import token_hash
from controller.store.tables import agents
from tests.support.desk import Desk, wav


@pytest.fixture
def file(desk: Desk) -> str:
    """A stored file of a hundred bytes."""
    return desk.deps.media.keep(bytes(range(100)))


def part(desk: Desk, file: str, **headers: str):
    return desk.get(f"/content/{file}", headers={name.replace("_", "-"): value for name, value in headers.items()})


def test_a_file_comes_whole_with_its_hash_as_etag(desk: Desk, file: str):
    answer = part(desk, file)
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (200, bytes(range(100)), f'"{file}"')
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [
        ("bytes=10-19", 10, 19),
        ("bytes=90-", 90, 99),
        ("bytes=-5", 95, 99),
        ("bytes=0-0", 0, 0),
        ("bytes=50-500", 50, 99),
    ],
)
def test_a_part_comes_as_206_with_its_place(desk: Desk, file: str, wanted: str, first: int, last: int):
    answer = part(desk, file, range=wanted)
    assert (answer.status_code, answer.headers["content-range"]) == (206, f"bytes {first}-{last}/100")
    assert answer.content == bytes(range(first, last + 1))


@pytest.mark.parametrize("wanted", ["bytes=100-", "bytes=500-600"])
def test_a_part_behind_the_end_is_416_with_the_length(desk: Desk, file: str, wanted: str):
    answer = part(desk, file, range=wanted)
    assert (answer.status_code, answer.headers["content-range"]) == (416, "bytes */100")


@pytest.mark.parametrize("wanted", ["bytes=x-y", "lines=1-2", "bytes=", "bytes=5"])
def test_a_range_that_cannot_be_read_is_as_none(desk: Desk, file: str, wanted: str):
    assert part(desk, file, range=wanted).status_code == 200


def test_going_on_is_allowed_while_the_file_is_the_same(desk: Desk, file: str):
    assert part(desk, file, range="bytes=60-", if_range=f'"{file}"').status_code == 206
    assert part(desk, file, range="bytes=60-", if_range='"other"').status_code == 200


def test_what_the_asker_has_already_is_not_sent_again(desk: Desk, file: str):
    answer = part(desk, file, if_none_match=f'"{file}"')
    assert (answer.status_code, answer.content) == (304, b"")


def test_nobody_and_a_wrong_token_get_nothing(desk: Desk, file: str):
    assert desk.ask(None, "GET", f"/content/{file}").status_code == 401
    answer = desk.ask(None, "GET", f"/content/{file}", headers={"authorization": "Bearer nothing"})
    assert answer.status_code == 401


def test_an_enrolled_agent_gets_content_and_nothing_else(desk: Desk, file: str):
    with desk.deps.store.write() as connection:
        row = {"gate": "chi-ma", "agent": "agent", "token_hash": token_hash("secret"), "online": False, "version": ""}
        connection.execute(agents.insert().values(row))
    headers = {"authorization": "Bearer secret"}
    assert desk.ask(None, "GET", f"/content/{file}", headers=headers).status_code == 200
    for path in ("/messages", "/devices", "/records", "/audit", f"/previews/{file}/1.png"):
        assert desk.ask(None, "GET", path, headers=headers).status_code == 401


@pytest.mark.parametrize("name", ["0" * 64, "..%2f..%2fseal.key", "x", "A" * 64])
def test_a_name_that_is_no_stored_hash_is_unknown(desk: Desk, name: str):
    answer = desk.get(f"/content/{name}")
    assert answer.status_code == 404


def test_sound_becomes_the_one_form_the_gates_play(desk: Desk):
    answer = desk.ask("author", "POST", "/media", content=wav(1.5))
    brought = answer.json()
    stored = desk.deps.media.read(brought["sha256"])
    assert (answer.status_code, brought["kind"], brought["seconds"]) == (201, "audio", 1.5)
    assert hashlib.sha256(stored).hexdigest() == brought["sha256"]
    samples, rate = soundfile.read(io.BytesIO(stored))
    assert (len(samples), rate, stored[:4]) == (72_000, 48_000, b"OggS")


def test_a_form_brings_the_same_file_as_a_bare_body(desk: Desk):
    form = desk.ask("author", "POST", "/media", files={"file": ("a.wav", wav(1.0), "audio/wav")})
    assert form.json()["sha256"] == desk.sound(1.0)


@pytest.mark.parametrize("data", [b"not a sound", b"", b"RIFF" + b"\0" * 40, b"\x89PNG\r\n\x1a\n" + b"0" * 50])
def test_what_is_no_sound_is_refused(desk: Desk, data: bytes):
    answer = desk.ask("author", "POST", "/media", content=data)
    assert answer.status_code == 422
    assert answer.json()["code"].startswith("media.")


def test_a_page_that_is_not_there_is_unknown(desk: Desk, file: str):
    preview = desk.must("author", "POST", f"/messages/{desk.draft()}/submit")["previews"][0]
    assert desk.get(f"/previews/{preview['sha256']}/99.png").status_code == 404
    assert desk.get(f"/previews/{preview['sha256']}/0.png").status_code == 404
    assert desk.get(f"/previews/{file}/1.png").status_code == 404
