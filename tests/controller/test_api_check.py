"""Trying a wording: the same pages as submitting, nothing kept."""

from __future__ import annotations

import base64

from devices.profiles.board import BoardShape
from devices.rendering.png import png
from devices.rendering.render import render
from tests.support.desk import Desk


def test_a_wording_is_drawn_for_every_board_and_nothing_is_kept(desk: Desk):
    texts = {"vi": "Xe tải chờ ở bãi số 2", "en": "Lorries wait"}
    answer = desk.must("author", "POST", "/render/check", {"texts": texts})
    seen = {(each["language"], each["board"]) for each in answer["pages"]}
    assert seen == {(language, board) for language in texts for board in ("128x32:mono", "192x64:rg")}
    assert desk.must("author", "GET", "/messages") == []


def test_the_pictures_are_the_pages_that_submitting_would_draw(desk: Desk):
    answer = desk.must("author", "POST", "/render/check", {"texts": {"vi": "Đi chậm"}, "board": "128x32"})
    drawn = render("Đi chậm", "vi", BoardShape.parse("128x32"))
    assert drawn.file is not None
    pictures = [base64.b64decode(each) for each in answer["pages"][0]["pictures"]]
    assert pictures == [png(page) for page in drawn.file.pages]


def test_a_wording_that_blocks_says_why_in_three_languages_and_has_no_picture(desk: Desk):
    answer = desk.must("author", "POST", "/render/check", {"texts": {"vi": "Chào 🙂"}, "board": "192x64:rg"})
    blocks = [each for each in answer["findings"] if each["severity"] == "block"]
    assert set(blocks[0]["texts"]) == {"vi", "zh-Hans", "en"}
    assert answer["pages"][0]["pictures"] == []


def test_a_board_that_is_none_is_refused(desk: Desk):
    answer = desk.ask("author", "POST", "/render/check", {"texts": {"vi": "A"}, "board": "wide"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/board"
