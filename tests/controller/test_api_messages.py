"""A message on its way through the API: draft, submitted, approved, edited, withdrawn."""

from __future__ import annotations

import pytest

from devices.rendering.page import PageFile
from devices.rendering.png import png
from tests.support.desk import WORDS, Desk


def test_a_new_message_is_a_draft_of_version_one(desk: Desk):
    answer = desk.ask("author", "POST", "/messages", {"title": "Giờ", "category": "service", "texts": WORDS})
    assert answer.status_code == 201
    assert {key: answer.json()[key] for key in ("version", "state", "author")} == {
        "version": 1,
        "state": "draft",
        "author": "author",
    }


def test_submitting_draws_every_language_for_every_kind_of_board(desk: Desk):
    submission = desk.must("author", "POST", f"/messages/{desk.draft()}/submit")
    drawn = {(each["language"], each["board"]) for each in submission["previews"]}
    assert drawn == {(language, board) for language in WORDS for board in ("128x32:mono", "192x64:rg")}


def test_a_preview_is_the_very_page_that_is_approved(desk: Desk):
    preview = desk.must("author", "POST", f"/messages/{desk.draft()}/submit")["previews"][0]
    picture = desk.get(preview["url"].removeprefix("/api/v1").replace("{page}", "1"))
    stored = PageFile.from_bytes(desk.deps.media.read(preview["sha256"]))
    assert picture.headers["content-type"] == "image/png"
    assert picture.content == png(stored.pages[0])


def test_a_text_that_cannot_be_drawn_is_refused_and_nothing_changes(desk: Desk):
    message = desk.draft(texts={"vi": "Chào 🙂"})
    answer = desk.ask("author", "POST", f"/messages/{message}/submit")
    assert (answer.status_code, answer.json()["code"]) == (422, "message.blocked")
    assert answer.json()["errors"][0]["pointer"] == "/texts/vi"
    seen = desk.must("author", "GET", f"/messages/{message}")
    assert (seen["state"], seen["digest"], seen["previews"]) == ("draft", None, [])


@pytest.mark.parametrize("order", [("guard", "department"), ("department", "guard")])
def test_two_agencies_in_any_order_make_it_approved(desk: Desk, order: tuple[str, str]):
    message, digest = desk.submitted()
    states = []
    for person in order:
        answer = desk.must(person, "POST", f"/messages/{message}/approvals", {"digest": digest})
        states.append(answer["state"])
    assert states == ["approved_one_side", "approved"]


def test_an_approval_of_another_digest_is_a_conflict(desk: Desk):
    message, _ = desk.submitted()
    answer = desk.ask("guard", "POST", f"/messages/{message}/approvals", {"digest": "0" * 64})
    assert (answer.status_code, answer.json()["code"]) == (409, "approval.digest")


def test_a_draft_cannot_be_approved(desk: Desk):
    answer = desk.ask("guard", "POST", f"/messages/{desk.draft()}/approvals", {"digest": "0" * 64})
    assert (answer.status_code, answer.json()["code"]) == (409, "message.state")


def test_an_edit_makes_a_new_draft_voids_the_approvals_and_is_in_the_audit(desk: Desk):
    message = desk.approved()
    edited = desk.must("author", "PATCH", f"/messages/{message}", {"texts": {"vi": "Cửa khẩu đóng"}})
    assert (edited["version"], edited["state"], edited["approvals"]) == (2, "draft", [])
    assert edited["texts"] == WORDS | {"vi": "Cửa khẩu đóng"}
    row = [each for each in desk.audit() if each["what"] == "message.edited"][-1]
    assert {each["agency"] for each in row["details"]["approvals_voided"]} == {"department", "border_guard"}


def test_the_old_digest_is_worth_nothing_after_an_edit(desk: Desk):
    message, digest = desk.submitted()
    desk.approve(message, digest, "guard")
    desk.must("author", "PATCH", f"/messages/{message}", {"texts": {"en": "Gate closed"}})
    new = desk.must("author", "POST", f"/messages/{message}/submit")["digest"]
    answer = desk.ask("department", "POST", f"/messages/{message}/approvals", {"digest": digest})
    assert (new == digest, answer.status_code) == (False, 409)


def test_an_edit_that_changes_nothing_voids_nothing(desk: Desk):
    message = desk.approved()
    same = desk.must("author", "PATCH", f"/messages/{message}", {"texts": {"vi": WORDS["vi"]}})
    assert (same["version"], same["state"]) == (1, "approved")


def test_a_language_set_to_null_is_taken_out(desk: Desk):
    message = desk.draft()
    edited = desk.must("author", "PATCH", f"/messages/{message}", {"texts": {"en": None}})
    assert list(edited["texts"]) == ["vi", "zh-Hans"]


def test_two_authors_do_not_write_over_each_other(desk: Desk):
    message = desk.draft()
    desk.must("author", "PATCH", f"/messages/{message}", {"title": "Một", "version": 1})
    late = desk.ask("author", "PATCH", f"/messages/{message}", {"title": "Hai", "version": 1})
    assert (late.status_code, late.json()["code"]) == (409, "message.version")


def test_sound_belongs_to_the_digest(desk: Desk):
    message, silent = desk.submitted()
    _, spoken = desk.submitted(audio={"vi": desk.sound()})
    assert silent != spoken
    assert desk.must("author", "GET", f"/messages/{message}")["audio"] == {}


def test_sound_that_was_never_brought_is_refused(desk: Desk):
    body = {"title": "a", "category": "test", "texts": WORDS, "audio": {"vi": "0" * 64}}
    answer = desk.ask("author", "POST", "/messages", body)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "media.unknown")


@pytest.mark.parametrize("person", ["guard", "department", "operator", "author"])
def test_either_side_the_operator_and_the_author_withdraw(desk: Desk, person: str):
    message = desk.approved()
    assert desk.must(person, "POST", f"/messages/{message}/withdrawal")["state"] == "withdrawn"


def test_a_withdrawn_message_stays_withdrawn(desk: Desk):
    message = desk.approved()
    desk.must("guard", "POST", f"/messages/{message}/withdrawal")
    for method, path, body in (
        ("POST", f"/messages/{message}/withdrawal", None),
        ("PATCH", f"/messages/{message}", {"title": "Khác"}),
    ):
        answer = desk.ask("author", method, path, body)
        assert (answer.status_code, answer.json()["code"]) == (409, "message.withdrawn")
    assert desk.ask("author", "POST", f"/messages/{message}/submit").status_code == 409


def test_messages_can_be_listed_by_state(desk: Desk):
    draft, approved = desk.draft(), desk.approved()
    assert [each["id"] for each in desk.must("guard", "GET", "/messages?state=approved")] == [approved]
    assert {each["id"] for each in desk.must("guard", "GET", "/messages")} == {draft, approved}


def test_every_deed_is_in_the_audit_in_order(desk: Desk):
    message = desk.approved()
    deeds = [each["what"] for each in desk.audit() if each["subject"] == message]
    assert deeds == ["message.created", "message.submitted", "message.approved", "message.approved"]
