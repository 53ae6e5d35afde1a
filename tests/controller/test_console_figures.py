"""The page of the digital gate's numbers, and what the form of a message says of fields."""

from __future__ import annotations

import pytest

from tests.support.console import a_controller, sign_in

OURS = {"sec-fetch-site": "same-origin"}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with a_controller(tmp_path_factory.mktemp("figures")) as running:
        yield running


def send(client, **fields):
    return client.post("/figures", data=fields, headers=OURS)


def test_the_operator_sets_a_number_by_hand_and_everybody_sees_how_old_it_is(client):
    sign_in(client, "truc")
    assert "Chưa có số liệu nào." in client.get("/figures").text
    assert send(client, gate="chi-ma", name="lorries", value="31").status_code == 303
    sign_in(client, "tacgia")
    shown = client.get("/figures").text
    assert "<code>{figure lorries}</code>" in shown
    assert "<td>31</td>" in shown
    assert "đang hiển thị" in shown
    assert "Nhập số bằng tay" not in shown, "an author brings no numbers"


@pytest.mark.parametrize(
    "wrong",
    [{"value": "-1"}, {"value": "100000"}, {"value": "ba"}, {"value": "٣"}, {"name": "Xe tải"}, {"name": ""}],
    ids=str,
)
def test_what_is_no_number_comes_back_with_a_reason_in_the_readers_language_and_nothing_changes(client, wrong):
    sign_in(client, "truc")
    send(client, gate="chi-ma", name="wait", value="40")
    answer = send(client, **({"gate": "chi-ma", "name": "wait", "value": "41"} | wrong))
    assert answer.status_code == 422
    assert "Tên gồm chữ thường không dấu" in answer.text
    assert client.get("/api/v1/gates/chi-ma/figures").json()["wait"]["value"] == 40


def test_a_gate_that_is_none_is_refused(client):
    sign_in(client, "truc")
    assert send(client, gate="nowhere", name="wait", value="1").status_code == 422


def test_the_form_of_a_message_says_which_fields_there_are(client):
    sign_in(client, "tacgia")
    form = client.get("/messages/new").text
    for field in ("{time 07:00-17:00}", "{clock}", "{countdown 18/02/2026 09:00}", "{figure lorries}"):
        assert f"<code>{field}</code>" in form
