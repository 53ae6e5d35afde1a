"""Who may in: passwords, sessions, cookies, throttles."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from controller.domain.people import Role
from controller.errors import InvalidError
from controller.services import sign_in
from controller.store.passwords import ArgonPasswords
from controller.store.tables import sessions, throttles
from tests.support.desk import Desk

GOOD = {"username": "author", "password": "demo"}


def login(desk: Desk, password: str = "demo", username: str = "author"):
    return desk.client.post("/api/v1/login", json={"username": username, "password": password})


def test_the_right_password_gives_a_token_that_works(desk: Desk):
    token = login(desk).json()["token"]
    desk.client.cookies.clear()
    answer = desk.ask(None, "GET", "/me", headers={"authorization": f"Bearer {token}"})
    assert (answer.json()["username"], answer.json()["role"]) == ("author", "author")


def test_of_a_token_only_its_hash_is_kept(desk: Desk):
    token = login(desk).json()["token"]
    with desk.deps.store.read() as connection:
        (kept,) = connection.execute(sa.select(sessions.c.token_hash)).scalars()
    assert kept == sign_in.token_hash(token) != token


@pytest.mark.parametrize(
    ("username", "password"), [("author", "wrong"), ("nobody", "demo"), ("author", ""), ("", "demo")]
)
def test_a_wrong_name_and_a_wrong_password_read_the_same(desk: Desk, username: str, password: str):
    answer = login(desk, password, username)
    assert (answer.status_code, answer.json()["code"]) == (401, "login.failed")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_success_forgives_the_failures_before_it(desk: Desk):
    for _ in range(4):
        assert [login(desk, "wrong").status_code for _ in range(3)] == [401, 401, 401]
        assert login(desk).status_code == 200


def test_failures_in_a_row_are_throttled_but_never_for_good(desk: Desk):
    waits = []
    for _ in range(12):
        answer = login(desk, "wrong")
        if answer.status_code == 429:
            waits.append(int(answer.headers["retry-after"]))
            desk.clock.advance(seconds=waits[-1])
            assert login(desk, "wrong").status_code == 401
    assert waits == sorted(waits)
    assert waits[:4] == [1, 2, 4, 8]
    assert max(waits) <= sign_in.LONGEST_WAIT
    desk.clock.advance(seconds=sign_in.LONGEST_WAIT)
    assert login(desk).status_code == 200


def test_a_session_ends_after_half_an_hour_without_use(desk: Desk):
    desk.token("author")
    desk.clock.advance(minutes=29)
    assert desk.get("/me", "author").status_code == 200
    headers = {"authorization": f"Bearer {desk.token('author')}"}
    desk.clock.advance(minutes=31)
    answer = desk.ask(None, "GET", "/me", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "session.over")


def test_a_session_in_use_ends_after_twelve_hours(desk: Desk):
    headers = {"authorization": f"Bearer {login(desk).json()['token']}"}
    for _ in range(36):
        desk.clock.advance(minutes=20)
        last = desk.ask(None, "GET", "/me", headers=headers).status_code
    desk.clock.advance(minutes=1)
    assert (last, desk.ask(None, "GET", "/me", headers=headers).status_code) == (200, 401)


def test_signing_out_ends_the_session(desk: Desk):
    headers = {"authorization": f"Bearer {login(desk).json()['token']}"}
    assert desk.ask(None, "POST", "/logout", headers=headers).status_code == 204
    assert desk.ask(None, "GET", "/me", headers=headers).status_code == 401


def test_sessions_that_are_over_are_swept(desk: Desk):
    login(desk)
    login(desk, "wrong")
    desk.clock.advance(hours=13)
    sign_in.sweep(desk.deps)
    with desk.deps.store.read() as connection:
        left = [connection.execute(sa.select(table)).first() for table in (sessions, throttles)]
    assert left == [None, None]


def test_the_cookie_is_for_this_site_and_out_of_reach_of_scripts(desk: Desk):
    cookie = login(desk).headers["set-cookie"].lower()
    assert cookie.startswith("gatecast=")
    assert {"httponly", "samesite=lax", "path=/"} <= {part.strip() for part in cookie.split(";")}


BODY = {"title": "Giờ", "category": "service", "texts": {"vi": "a"}}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 201),
        ({"sec-fetch-site": "none"}, 201),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "http://gate.example"}, 201),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "http://gate.example"}, 403),
        ({}, 403),
    ],
)
def test_a_cookie_serves_only_requests_from_our_own_pages(desk: Desk, headers: dict[str, str], status: int):
    login(desk)
    answer = desk.client.post("/api/v1/messages", json=BODY, headers=headers)
    assert answer.status_code == status


def test_looking_with_a_cookie_needs_no_origin(desk: Desk):
    login(desk)
    assert desk.client.get("/api/v1/me").status_code == 200


def test_a_token_serves_scripts_from_anywhere(desk: Desk):
    answer = desk.ask("author", "POST", "/messages", BODY, headers={"origin": "http://elsewhere.example"})
    assert answer.status_code == 201


def test_another_site_cannot_sign_somebody_in(desk: Desk):
    answer = desk.client.post("/api/v1/login", json=GOOD, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403


def test_an_approver_without_agency_cannot_be_made(desk: Desk):
    with pytest.raises(InvalidError):
        sign_in.add_user(desk.deps, "x", "X", Role.APPROVER, None, "demo")


def test_a_password_fits_only_its_own_hash():
    passwords = ArgonPasswords(8, 1)
    hashed = passwords.hash("demo")
    assert passwords.verify("demo", hashed)
    assert not passwords.verify("Demo", hashed)
    assert not passwords.verify("demo", None)
    assert hashed != passwords.hash("demo")
