"""Boards that draw letters of their own get the text beside the pages, and authors are told what such a board lacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from devices.rendering.page import PageFile
from tests.support.desk import GATES, Desk, a_desk

FONT = '{id = "lane-9", kind = "board", shape = "64x32:rg", driver = "onbon_k"}'


@pytest.fixture
def lettered(tmp_path: Path):
    with a_desk(tmp_path, GATES.replace('"128x32:mono"}]', f'"128x32:mono"}}, {FONT}]', 1)) as made:
        yield made


def files(desk: Desk, message: str) -> dict[tuple[str, str], PageFile]:
    previews = desk.get(f"/messages/{message}").json()["previews"]
    return {
        (one["board"], one["language"]): PageFile.from_bytes(desk.get(f"/content/{one['sha256']}").content)
        for one in previews
    }


def test_the_text_stands_beside_the_pages_of_that_board_alone(lettered: Desk):
    message = lettered.draft(texts={"zh-Hans": "请排队", "en": "Please queue", "vi": "Xin xếp hàng"})
    submission = lettered.must("author", "POST", f"/messages/{message}/submit")
    found = files(lettered, message)
    assert found["64x32:rg", "zh-Hans"].words == "请排队"
    assert found["64x32:rg", "en"].words == "Please queue"
    assert found["64x32:rg", "vi"].words == ""
    assert {file.words for (board, _), file in found.items() if board != "64x32:rg"} == {""}
    said = [one for one in submission["findings"] if one["code"] == "letters.none"]
    assert [(one["board"], one["language"], one["severity"]) for one in said] == [("64x32:rg", "vi", "warn")]
    assert "ế" in said[0]["text"]
