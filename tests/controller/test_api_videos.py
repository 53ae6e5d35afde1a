"""Videos: brought, made for every size of wall, bound by approvals frame by frame; boards that cannot show them are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.desk import GATES, Desk, a_desk
from tests.support.films import film

WALL = '{id = "wall", kind = "board", shape = "64x32:rgb"}'


@pytest.fixture
def walled(tmp_path: Path):
    """A desk whose first gate has a wall of full colour."""
    with a_desk(tmp_path, GATES.replace('"128x32:mono"}]', f'"128x32:mono"}}, {WALL}]', 1)) as made:
        yield made


def brought(desk: Desk, data: bytes, path: str = "/videos"):
    answer = desk.ask("author", "POST", path, content=data)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_video_is_made_for_every_size_of_wall_and_can_be_looked_at(walled: Desk):
    found = brought(walled, film())
    (wall,) = found["walls"]
    assert (wall["shape"], wall["frames"], found["facts"]["sound"]) == ("64x32:rgb", 25, False)
    answer = walled.get(f"/videos/{found['facts']['sha256']}/whole/64x32:rgb.mp4")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "video/mp4")
    assert walled.get(f"/content/{wall['sha256']}").content == answer.content
    assert walled.get(f"/pictures/{found['facts']['poster']}.png").status_code == 200


def test_without_a_wall_of_full_colour_a_video_is_refused(desk: Desk):
    answer = desk.ask("author", "POST", "/videos", content=film(0.2))
    assert (answer.status_code, answer.json()["code"]) == (422, "video.no-wall")


def test_its_sound_becomes_a_recording_for_loudspeakers_when_asked(walled: Desk):
    found = brought(walled, film(3, sound=True), "/videos?sound=true")
    assert found["facts"]["sound"]
    assert found["audio"]["seconds"] == pytest.approx(3, abs=0.1)
    message = walled.draft(audio={"vi": found["audio"]["sha256"]}, video={"sha256": found["facts"]["sha256"]})
    assert walled.get(f"/messages/{message}").json()["audio"]["vi"] == found["audio"]["sha256"]


def test_a_submitted_video_is_bound_frame_by_frame_and_other_boards_are_named(walled: Desk):
    source = brought(walled, film())["facts"]["sha256"]
    message, digest = walled.submitted(video={"sha256": source})
    view = walled.get(f"/messages/{message}").json()
    assert [each["shape"] for each in view["videos"]] == ["64x32:rgb"]
    other = walled.draft(video={"sha256": source, "fit": "fill"})
    submission = walled.must("author", "POST", f"/messages/{other}/submit")
    assert submission["digest"] != digest
    assert {each["board"] for each in submission["findings"] if each["code"] == "video.board"} == {
        "128x32:mono",
        "192x64:rg",
    }
    walled.approve(message, digest)
    assert walled.get(f"/messages/{message}").json()["state"] == "approved"


def test_a_video_that_flashes_cannot_be_submitted(walled: Desk):
    found = brought(walled, film(2, flashing=True))
    assert [each["code"] for each in found["findings"]] == ["video.flashing"]
    message = walled.draft(video={"sha256": found["facts"]["sha256"]})
    answer = walled.ask("author", "POST", f"/messages/{message}/submit")
    assert answer.status_code == 422
    assert [(each["code"], each["pointer"]) for each in answer.json()["errors"]] == [("video.flashing", "/video")]


def test_what_was_not_made_can_not_be_fetched(walled: Desk):
    source = brought(walled, film(0.2))["facts"]["sha256"]
    assert walled.get(f"/videos/{source}/fill/64x32:rgb.mp4").status_code == 404
    assert walled.get(f"/videos/{'0' * 64}").status_code == 404
    assert walled.get(f"/videos/{source}").json()["width"] == 160


def test_a_playlist_with_an_approved_video_plays_it_on_the_wall_and_nowhere_else(walled: Desk):
    source = brought(walled, film())["facts"]
    message, digest = walled.submitted(texts={}, video={"sha256": source["sha256"]})
    walled.approve(message, digest)
    playlist = walled.must("operator", "POST", "/playlists", {"name": "film", "items": [{"message": message}]})["id"]
    gate = walled.get("/devices").json()
    wall = next(each["id"] for each in gate if each["shape"] == "64x32:rgb")
    others = [each["id"] for each in gate if each["kind"] == "board" and each["id"] != wall]
    schedule = {"playlist": playlist, "targets": [wall, *others], "windows": [["00:00", "24:00"]]}
    made = walled.must("operator", "POST", "/schedules", schedule)
    assert {each["device"] for each in made["findings"]} == set(others)
    answer = walled.ask("operator", "GET", f"/devices/{wall}/wanted.png")
    assert answer.content == walled.get(f"/pictures/{source['poster']}.png").content
