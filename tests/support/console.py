"""A controller in one process with demo gates, an author, approvers and an operator; no broker, cheap passwords."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fastapi.testclient import TestClient

import controller.demo
from controller.app import create_app
from controller.domain.people import Agency, Role
from controller.services.sign_in import add_user
from controller.settings import Settings

GATES = Path(controller.demo.__file__).parent / "gates.toml"
PEOPLE = {
    "tacgia": (Role.AUTHOR, None),
    "duyet-so": (Role.APPROVER, Agency.DEPARTMENT),
    "duyet-bdbp": (Role.APPROVER, Agency.BORDER_GUARD),
    "truc": (Role.OPERATOR, None),
    "kiemtra": (Role.AUDITOR, None),
}


@contextmanager
def a_controller(folder: Path) -> Iterator[TestClient]:
    """A client of a running controller; each person's password is `demo`."""
    settings = Settings(data=folder, gates_file=GATES, demo=True, argon2_memory_kib=8, argon2_rounds=1)
    app = create_app(settings)
    for username, (role, agency) in PEOPLE.items():
        add_user(app.state.deps, username, username.title(), role, agency, "demo")
    with TestClient(app, base_url="http://gate.example", follow_redirects=False) as client:
        yield client


def sign_in(client: TestClient, username: str) -> None:
    """Sign in through the form, as a browser does."""
    client.cookies.clear()
    answer = client.post(
        "/login", data={"username": username, "password": "demo"}, headers={"sec-fetch-site": "same-origin"}
    )
    assert answer.status_code == 303, answer.text
