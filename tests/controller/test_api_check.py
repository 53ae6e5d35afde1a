"""Trying a wording: the same pages as submitting, nothing kept."""

from __future__ import annotations

import base64

from devices.rendering.png import png_size
from tests.support.desk import Desk


def test_a_wording_is_drawn_for_every_board_and_nothing_is_kept(desk: Desk):
    texts = {"vi": "Xe tải chờ ở bãi số 2", "en": "Lorries wait"}
    answer = desk.must("author", "POST", "/render/check", {"texts": texts})
    seen = {(each["language"], each["board"]) for each in answer["pages"]}
    assert seen == {(language, board) for language in texts for board in ("128x32:mono", "192x64:rg")}
    assert desk.must("author", "GET", "/messages") == []


def test_the_pictures_are_the_pages_that_submitting_would_draw(desk: Desk):
    answer = desk.must("author", "POST", "/render/check", {"texts": {"vi": "Đi chậm"}, "board": "128x32"})
    pictures = [base64.b64decode(each) for each in answer["pages"][0]["pictures"]]
    preview = desk.must("author", "POST", f"/messages/{desk.draft(texts={'vi': 'Đi chậm'})}/submit")["previews"][0]
    assert preview["board"] == "128x32:mono"
    addresses = [preview["url"].replace("{page}", str(number)) for number in range(1, len(pictures) + 1)]
    seen = [desk.ask("author", "GET", each.removeprefix("/api/v1")).content for each in addresses]
    assert pictures == seen


def test_what_cannot_be_shown_is_said_with_its_place_and_refuses_nothing(desk: Desk):
    texts = {"vi": "Xe \x07tải", "en": "Gate \u202eopen \u05d0", "zh-Hans": " "}
    answer = desk.must("author", "POST", "/render/check", {"texts": texts, "board": "192x64:rg"})
    blocks = {(each["code"], each["position"]) for each in answer["findings"] if each["severity"] == "block"}
    assert blocks == {
        ("text.control", 3), ("text.bidi", 5), ("text.right-to-left", 11), ("text.empty", None),
    }  # fmt: skip


def test_a_text_longer_than_a_message_may_have_is_refused(desk: Desk):
    answer = desk.ask("author", "POST", "/render/check", {"texts": {"vi": "Xe " * 1000}})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/texts/vi"


def test_a_line_that_passes_is_one_picture_as_long_as_the_line(desk: Desk):
    wording = {"texts": {"vi": "Xe tải chờ ở bãi số 2"}, "board": "128x32", "look": {"motion": "scroll", "speed": 40}}
    (tried,) = desk.must("author", "POST", "/render/check", wording)["pages"]
    assert tried["passing"] == {"lamps": tried["passing"]["lamps"], "step": 1, "interval": 0.025}
    width, height = png_size(base64.b64decode(tried["pictures"][0]))
    assert (width, height) == (tried["passing"]["lamps"], 32)


def test_a_wording_that_blocks_says_why_in_three_languages_and_has_no_picture(desk: Desk):
    answer = desk.must("author", "POST", "/render/check", {"texts": {"vi": "Chào 🙂"}, "board": "192x64:rg"})
    blocks = [each for each in answer["findings"] if each["severity"] == "block"]
    assert set(blocks[0]["texts"]) == {"vi", "zh-Hans", "en"}
    assert answer["pages"][0]["pictures"] == []


def test_a_board_that_is_none_is_refused(desk: Desk):
    answer = desk.ask("author", "POST", "/render/check", {"texts": {"vi": "A"}, "board": "wide"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/board"
