"""How a message looks is its author's choice: drawn, hashed, approved and kept like its words."""

from __future__ import annotations

from pathlib import Path

from devices.rendering.page import PageFile
from tests.support.desk import GATES, WORDS, Desk, a_desk


def files(desk: Desk, message: str) -> dict[tuple[str, str], PageFile]:
    """The page files of a submitted message by language and board."""
    previews = desk.must("author", "POST", f"/messages/{message}/submit")["previews"]
    return {
        (each["language"], each["board"]): PageFile.from_bytes(desk.deps.media.read(each["sha256"]))
        for each in previews
    }


def test_a_look_is_kept_with_the_message_and_drawn_when_it_is_submitted(desk: Desk):
    look = {"rows": 16, "colour": "green", "align": "left", "effect": "up", "weight": "regular"}
    message = desk.draft(texts={"vi": "Đi chậm"}, look=look)
    assert desk.must("author", "GET", f"/messages/{message}")["look"].items() >= look.items()
    drawn = files(desk, message)["vi", "192x64:rg"]
    assert drawn.effect == "up"
    red, green = drawn.pages[0].planes
    assert not any(red)
    assert any(green)


def test_without_a_look_letters_are_the_largest(desk: Desk):
    drawn = files(desk, desk.draft(texts={"vi": "Đi"}))
    smaller = files(desk, desk.draft(texts={"vi": "Đi"}, look={"rows": 16}))
    lit = [
        sum(plane.bit_count() for plane in bytes(each["vi", "192x64:rg"].pages[0].planes[0]))
        for each in (drawn, smaller)
    ]
    assert lit[0] > 2 * lit[1]


def test_another_look_makes_another_digest_and_voids_approvals(desk: Desk):
    message = desk.approved(texts={"vi": "Đi chậm"})
    before = desk.must("author", "GET", f"/messages/{message}")
    after = desk.must("author", "PATCH", f"/messages/{message}", {"look": {"colour": "red"}})
    assert (before["state"], after["state"], after["version"]) == ("approved", "draft", 2)
    assert desk.must("author", "POST", f"/messages/{message}/submit")["digest"] != before["digest"]


def test_a_change_of_words_leaves_the_look(desk: Desk):
    message = desk.draft(texts={"vi": "Đi chậm"}, look={"colour": "red"})
    assert desk.must("author", "PATCH", f"/messages/{message}", {"title": "Khác"})["look"]["colour"] == "red"


def test_a_colour_nobody_has_is_refused_and_nothing_changes(desk: Desk):
    answer = desk.ask(
        "author", "POST", "/messages", {"title": "A", "category": "law", "texts": WORDS, "look": {"colour": "pink"}}
    )
    assert answer.status_code == 422
    assert desk.must("author", "GET", "/messages") == []


def test_a_line_that_passes_goes_to_the_board_as_a_strip(desk: Desk):
    message = desk.approved(texts={"vi": "Xe tải chờ ở bãi số 2"}, look={"motion": "scroll", "speed": 40})
    desk.scheduled(desk.playlist(message), "chi-ma/board-1")
    (content,) = desk.plan("chi-ma/board-1").playlists[0].items[0].contents
    strip = PageFile.from_bytes(desk.deps.media.read(content.sha256)).strip
    assert (strip.step, strip.interval, strip.shape.height) == (1, 0.025, 64)


def test_languages_together_are_one_file_where_there_is_room_and_turns_where_there_is_not(desk: Desk):
    message = desk.approved(look={"languages": "together"})
    previews = desk.must("author", "GET", f"/messages/{message}")["previews"]
    assert [(each["board"], each["language"]) for each in previews] == [
        ("128x32:mono", "vi"), ("128x32:mono", "zh-Hans"), ("128x32:mono", "en"), ("192x64:rg", "mul"),
    ]  # fmt: skip
    desk.scheduled(desk.playlist(message), "chi-ma/board-1")
    (content,) = desk.plan("chi-ma/board-1").playlists[0].items[0].contents
    assert content.language == "mul"


def test_the_board_that_has_no_room_is_named(desk: Desk):
    answer = desk.must("author", "POST", "/render/check", {"texts": WORDS, "look": {"languages": "together"}})
    said = {(each["code"], each["board"]) for each in answer["findings"] if each["code"].startswith("languages")}
    assert said == {("languages.no-room", "128x32:mono")}


READ = GATES.replace(
    '{id = "lane-2", kind = "board", shape = "128x32:mono"}',
    '{id = "lane-2", kind = "board", shape = "128x32:mono", driver = "alpha",'
    ' readers = {audience = "walker", distance_m = 40, pitch_mm = 5}}',
).replace(
    '{id = "lane-1", kind = "board", shape = "128x32:mono"}',
    '{id = "lane-1", kind = "board", shape = "128x32:mono", driver = "onbon_bx"}',
).replace(
    '{id = "board-1", kind = "board", shape = "192x64:rg"}',
    '{id = "board-1", kind = "board", shape = "192x64:rg", readers = {audience = "walker", pitch_mm = 20},'
    ' areas = [{id = "ticker", left = 0, top = 48, width = 192, height = 16},'
    ' {id = "lamp", left = 0, top = 0, width = 8, height = 8}]}',
)  # fmt: skip


def test_what_is_said_of_readers_names_the_boards_they_stand_before(tmp_path: Path):
    with a_desk(tmp_path, READ) as desk:
        text = "Xe tải chờ ở bãi số 2, xin chuẩn bị hộ chiếu"
        answer = desk.must("author", "POST", "/render/check", {"texts": {"vi": text}, "board": "128x32"})
        said = {each["code"]: each["devices"] for each in answer["findings"]}
    assert said["time.short"] == ["huu-nghi/lane-1"]
    assert said["sight.day"] == ["huu-nghi/lane-2"]


def test_people_on_foot_get_shorter_pages_and_drivers_beside_them_keep_theirs(tmp_path: Path):
    text = {"vi": "Xe tải chờ ở bãi số 2, xin chuẩn bị hộ chiếu và giấy tờ hải quan."}
    with a_desk(tmp_path) as desk:
        driving = files(desk, desk.draft(texts=text))
    with a_desk(tmp_path, READ) as desk:
        on_foot = files(desk, desk.draft(texts=text))
    assert on_foot["vi", "192x64:rg"].seconds < driving["vi", "192x64:rg"].seconds
    assert on_foot["vi", "128x32:mono"] == driving["vi", "128x32:mono"]


def test_an_effect_is_missed_only_on_boards_whose_protocol_lacks_it(tmp_path: Path):
    with a_desk(tmp_path, READ) as desk:
        for look, code in (({"effect": "up"}, "effect.missing"), ({"motion": "scroll"}, "scroll.cut")):
            answer = desk.must("author", "POST", "/render/check", {"texts": {"vi": "Chờ"}, "look": look})
            missed = [each["devices"] for each in answer["findings"] if each["code"] == code]
            assert missed == [["huu-nghi/lane-2"]]


def test_a_message_is_drawn_for_the_parts_of_boards_and_one_too_small_silences_no_other(tmp_path: Path):
    with a_desk(tmp_path, READ) as desk:
        drawn = files(desk, message := desk.draft(texts={"vi": "Xe tải chờ"}))
        assert {board for _, board in drawn} == {"128x32:mono", "192x64:rg", "192x16:rg"}
        answer = desk.must("author", "POST", "/render/check", {"texts": {"vi": "Xe tải chờ"}, "board": "8x8:rg"})
        assert [(each["code"], each["severity"]) for each in answer["findings"]] == [("area.unfit", "warn")]
        assert desk.must("author", "GET", f"/messages/{message}")["state"] == "submitted"


def test_who_reads_a_board_survives_a_restart(tmp_path: Path):
    with a_desk(tmp_path, READ) as desk:
        kept = desk.must("author", "POST", "/render/check", {"texts": {"vi": "Chờ"}})["findings"]
    with a_desk(tmp_path, READ) as desk:
        assert desk.must("author", "POST", "/render/check", {"texts": {"vi": "Chờ"}})["findings"] == kept
