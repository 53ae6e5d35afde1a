"""Pictures on boards: brought by staff, decoded where they can harm nobody, approved like texts."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from controller.domain.boards import Boards
from controller.domain.pictures import Picture, PictureFacts
from controller.media.pictures import png_of
from controller.services.drawing import Drawn
from controller.services.picturing import put_beside
from devices.profiles.board import BoardShape
from devices.rendering.page import PageFile
from devices.rendering.strip import scroll
from tests.support.desk import GATES, Desk, a_desk
from tests.support.films import film


def sign(width: int = 400, height: int = 200, form: str = "PNG") -> bytes:
    """A white disc on black."""
    picture = Image.new("RGB", (width, height))
    ImageDraw.Draw(picture).ellipse((width // 2 - 80, height // 2 - 80, width // 2 + 80, height // 2 + 80), "white")
    out = io.BytesIO()
    picture.save(out, form)
    return out.getvalue()


def brought(desk: Desk, data: bytes) -> str:
    """A picture brought by the author; its hash."""
    answer = desk.ask("author", "POST", "/pictures", content=data)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["facts"]["sha256"])


def test_a_message_may_be_a_picture_alone_and_goes_to_the_boards(desk: Desk):
    picture = brought(desk, sign())
    message = desk.approved(texts={}, picture={"sha256": picture})
    playlist = desk.playlist(message)
    desk.scheduled(playlist, "chi-ma/board-1")
    (content,) = desk.plan("chi-ma/board-1").playlists[0].items[0].contents
    assert (content.kind, content.language, content.seconds) == ("pages", "zxx", 6.0)
    page = PageFile.from_bytes(desk.deps.media.read(content.sha256)).pages[0]
    assert str(page.shape) == "192x64:rg"
    assert (page.lamp(96, 32), page.lamp(2, 32), page.lamp(96, 2)) == (3, 0, 0)


def test_a_picture_has_its_turn_before_the_texts(desk: Desk):
    message = desk.draft(picture={"sha256": brought(desk, sign()), "seconds": 8})
    submission = desk.must("author", "POST", f"/messages/{message}/submit")
    of_board = [each for each in submission["previews"] if each["board"] == "192x64:rg"]
    assert [each["language"] for each in of_board] == ["zxx", "vi", "zh-Hans", "en"]
    assert of_board[0]["pages"] == [8.0]


def test_a_picture_beside_the_texts_is_on_all_their_pages(desk: Desk):
    message = desk.draft(picture={"sha256": brought(desk, sign(200, 200)), "place": "beside"})
    submission = desk.must("author", "POST", f"/messages/{message}/submit")
    assert {each["language"] for each in submission["previews"]} == {"vi", "zh-Hans", "en"}
    for each in submission["previews"]:
        if each["board"] == "192x64:rg":
            for page in PageFile.from_bytes(desk.deps.media.read(each["sha256"])).pages:
                assert page.lamp(32, 32) == 3
                assert any(page.lamp(x, y) for x in range(68, 192) for y in range(64))


def test_a_picture_beside_needs_a_text(desk: Desk):
    body = {"title": "t", "category": "service", "picture": {"sha256": brought(desk, sign()), "place": "beside"}}
    answer = desk.ask("author", "POST", "/messages", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "picture.alone")


def test_a_message_needs_a_text_or_a_picture(desk: Desk):
    answer = desk.ask("author", "POST", "/messages", {"title": "t", "category": "service"})
    assert answer.status_code == 422


def test_another_picture_or_another_choice_is_another_digest_and_voids_approvals(desk: Desk):
    picture = brought(desk, sign())
    message, digest = desk.submitted(picture={"sha256": picture})
    desk.approve(message, digest)
    change = {"picture": {"sha256": picture, "inverted": True}}
    view = desk.must("author", "PATCH", f"/messages/{message}", change)
    assert (view["state"], view["approvals"], view["version"]) == ("draft", [], 2)
    assert desk.must("author", "POST", f"/messages/{message}/submit")["digest"] != digest


def test_a_picture_can_be_taken_out_again(desk: Desk):
    message = desk.draft(picture={"sha256": brought(desk, sign())})
    assert desk.must("author", "PATCH", f"/messages/{message}", {"title": "u"})["picture"] is not None
    assert desk.must("author", "PATCH", f"/messages/{message}", {"picture": None})["picture"] is None


@pytest.mark.parametrize("kind", ["picture", "video"])
def test_a_file_that_was_never_brought_or_is_of_another_kind_is_refused(desk: Desk, kind: str):
    for sha256 in ("0" * 64, desk.sound()):
        body = {"title": "t", "category": "service", "texts": {"vi": "a"}, kind: {"sha256": sha256}}
        answer = desk.ask("author", "POST", "/messages", body)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["code"] == "media.unknown"


def test_a_picture_that_lights_no_lamp_cannot_be_submitted(desk: Desk):
    dark = io.BytesIO()
    Image.new("RGB", (100, 50), (20, 20, 20)).save(dark, "PNG")
    message = desk.draft(picture={"sha256": brought(desk, dark.getvalue())})
    answer = desk.ask("author", "POST", f"/messages/{message}/submit")
    assert answer.status_code == 422
    assert {(each["code"], each["pointer"]) for each in answer.json()["errors"]} == {("picture.nothing", "/picture")}


def test_the_picture_that_was_kept_can_be_looked_at_and_nothing_else_can(desk: Desk):
    picture = brought(desk, sign())
    answer = desk.get(f"/pictures/{picture}.png")
    assert (answer.headers["content-type"], answer.headers["x-content-type-options"]) == ("image/png", "nosniff")
    assert Image.open(io.BytesIO(answer.content)).size == (400, 200)
    assert desk.get(f"/pictures/{desk.sound()}.png").status_code == 404
    assert desk.get(f"/pictures/{picture}").json()["format"] == "PNG"


def test_only_those_who_bring_files_bring_pictures(desk: Desk):
    assert desk.ask("auditor", "POST", "/pictures", content=sign()).status_code == 403


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"<svg/>", b"%PDF-1.7", sign()[:200]], ids=repr)
def test_what_is_no_picture_is_refused_in_words(desk: Desk, data: bytes):
    answer = desk.ask("author", "POST", "/pictures", content=data)
    assert answer.status_code == 422
    assert answer.json()["code"] in ("picture.unreadable", "media.empty")


def test_the_same_picture_brought_twice_is_one(desk: Desk):
    assert brought(desk, sign()) == brought(desk, sign())


def test_pages_and_strips_can_be_seen_moving_and_still(desk: Desk):
    message, _ = desk.submitted(texts={"vi": "Dòng 1\nDòng 2\nDòng 3\nDòng 4\nDòng 5"})
    pages = desk.get(f"/messages/{message}").json()["previews"][0]["sha256"]
    scrolling = scroll("Xe tải chờ ở bãi số 2", "vi", BoardShape(width=64, height=16)).strip
    strip = desk.deps.media.keep(PageFile(language="vi", renderer="2", strip=scrolling).to_bytes())
    for sha256 in (pages, strip):
        assert b"acTL" in desk.get(f"/previews/{sha256}/moving.png").content
        assert desk.get(f"/previews/{sha256}/1.png").content.startswith(b"\x89PNG")
    assert desk.get(f"/previews/{strip}/2.png").status_code == 404
    assert desk.get(f"/previews/{desk.sound()}/moving.png").status_code == 404


def test_a_picture_can_be_tried_on_every_board_without_keeping_anything(desk: Desk):
    picture = brought(desk, sign())
    tried = desk.get(f"/pictures/{picture}/boards?tone=photo&fit=fill&inverted=true").json()
    assert [each["board"] for each in tried] == ["128x32:mono", "192x64:rg"]
    assert "picture.bright" in {finding["code"] for each in tried for finding in each["findings"]}
    for each in tried:
        width, height = map(int, each["board"].split(":")[0].split("x"))
        assert Image.open(io.BytesIO(desk.get(each["url"].removeprefix("/api/v1")).content)).size == (width, height)
    assert desk.get(f"/pictures/{picture}/on/9x9:pink.png").status_code == 422
    assert desk.get(f"/pictures/{'0' * 64}/boards").status_code == 404


def test_beside_text_that_scrolls_a_picture_is_refused_in_words():
    shape = BoardShape(width=100, height=16)
    scrolling = scroll("Xe tải chờ ở bãi số 2", "vi", shape).strip
    file = PageFile(language="vi", renderer="2", strip=scrolling)
    facts = PictureFacts(sha256="0" * 64, width=10, height=10, format="PNG", brought_width=10, brought_height=10)
    png = png_of(np.full((10, 10, 4), 255, np.uint8))
    made = put_beside(png, Picture(sha256="0" * 64), facts, Drawn(file.to_bytes(), file.ref(), ()), Boards("192x16"))
    assert made.ref is None
    assert made.remarks[-1].code == "picture.moving-text"


def test_a_schedule_says_on_which_boards_a_video_alone_is_not_shown(tmp_path: Path):
    with a_desk(tmp_path, GATES.replace('"192x64:rg"', '"64x32:rgb"')) as walled:
        answer = walled.ask("author", "POST", "/videos", content=film(0.2))
        message = walled.approved(texts={}, video={"sha256": answer.json()["facts"]["sha256"]})
        playlist = walled.playlist(message)

        def missing(target: str) -> list[str]:
            body = {"playlist": playlist, "targets": [target], "windows": [["07:00", "17:00"]]}
            return [each["code"] for each in walled.must("operator", "POST", "/schedules", body)["findings"]]

        assert missing("huu-nghi/lane-1") == ["content.missing"]
        assert missing("chi-ma/board-1") == []
