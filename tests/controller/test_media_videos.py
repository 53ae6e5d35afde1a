"""A video becomes what a wall plays, frame by frame; the hash is of the frames, and what flashes is found."""

from __future__ import annotations

import hashlib
import io

import av
import numpy as np
import pytest

from controller.media import bounded, videos
from controller.media.audio import MediaError
from controller.media.flashes import Eye
from controller.media.videos import RATE, transcode
from tests.support.films import film

WALL = "64x32:rgb"


def frames(file: bytes) -> list[np.ndarray]:
    with av.open(io.BytesIO(file)) as opened:
        return [frame.to_ndarray() for frame in opened.decode(video=0)]


def test_a_video_has_the_walls_size_and_rate_and_its_own_length():
    found = transcode(film(1.2, rate=30), WALL, "whole")
    shown = frames(found.file)
    assert shown[0].shape == (3, 32, 64)
    assert (len(shown), found.transcoded.frames) == (30, 30)
    assert found.transcoded.seconds == pytest.approx(1.2)
    assert (found.width, found.height, found.rate, found.sound) == (160, 90, 30.0, False)


def test_the_hash_is_of_the_frames_as_anybody_decodes_them():
    found = transcode(film(), WALL, "whole").transcoded, transcode(film(), WALL, "whole").file
    digest = hashlib.sha256(f"64x32 yuv444p {RATE}/1\n".encode())
    for planes in frames(found[1]):
        digest.update(planes.tobytes())
    assert found[0].frames_sha256 == digest.hexdigest()


def test_the_same_frames_in_another_container_are_the_same_hash():
    one, other = (transcode(film(form=form, codec="mpeg4"), WALL, "whole").transcoded for form in ("mp4", "matroska"))
    assert one.frames_sha256 == other.frames_sha256


@pytest.mark.parametrize(("fit", "edge"), [("whole", True), ("fill", False)])
def test_whole_leaves_dark_edges_and_fill_leaves_none(fit, edge):
    data = film(0.4, 96, 96, flashing=True)
    brightest = np.max([planes[0] for planes in frames(transcode(data, WALL, fit).file)], axis=0)
    assert bool(brightest[:, :10].max() < 30) is edge
    assert brightest[:, 32].min() > 200


@pytest.mark.parametrize("size", ["33x17:rgb", "1x1:rgb", "2000x16:rgb"])
def test_walls_of_odd_sizes_are_served_too(size):
    assert transcode(film(0.2), size, "whole").transcoded.shape == size


@pytest.mark.parametrize(
    ("form", "codec"), [("webm", "libvpx"), ("avi", "mpeg4"), ("matroska", "libx265"), ("mpegts", "mpeg2video")]
)
def test_what_cameras_and_programs_make_is_taken(form, codec):
    found = transcode(film(0.4, 64, 48, form=form, codec=codec), WALL, "whole")
    assert 8 <= found.transcoded.frames <= 11


def test_the_poster_is_a_picture_from_the_middle():
    poster = transcode(film(), WALL, "whole").poster
    assert (poster.facts.width, poster.facts.height, poster.facts.format) == (64, 32, "video")
    assert poster.png.startswith(b"\x89PNG")


def test_what_flashes_is_counted_and_what_only_moves_is_not():
    assert transcode(film(2, flashing=True), WALL, "whole").transcoded.flashes == 5
    assert transcode(film(2), WALL, "whole").transcoded.flashes <= 1


@pytest.mark.parametrize(
    ("light", "flashes"),
    [
        pytest.param([16] * 50, 0, id="dark"),
        pytest.param(list(range(16, 235, 2)), 0, id="growing light"),
        pytest.param([16, 235] * 25, 12, id="every frame"),
        pytest.param(([16] * 4 + [235] * 4) * 6, 3, id="three a second"),
        pytest.param(([100] * 2 + [105] * 2) * 12, 0, id="a flicker too small to matter"),
    ],
)
def test_flashes_are_pairs_of_changes_within_one_second(light, flashes):
    eye = Eye(25)
    for value in light:
        eye.look(np.full((8, 8), value, np.uint8))
    assert eye.flashes() == flashes


def test_one_small_lamp_that_blinks_is_no_flashing():
    eye = Eye(25)
    for number in range(50):
        picture = np.full((16, 16), 16, np.uint8)
        picture[:4, :4] = 235 * (number % 2)
        eye.look(picture)
    assert eye.flashes() == 0


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(bytes(range(256)) * 100, id="rubbish"),
        pytest.param(film(0.4)[:300], id="cut off"),
        pytest.param(b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n", id="a list that names a file"),
        pytest.param(b"ffconcat version 1.0\nfile /etc/hostname\n", id="a list that joins files"),
        pytest.param(b"<html><video src=x></html>" * 50, id="a page"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(100), id="a picture"),
    ],
)
def test_what_is_no_video_is_refused_in_words(data):
    with pytest.raises(MediaError) as refused:
        transcode(data, WALL, "whole")
    assert refused.value.code == "video.unreadable"


def test_a_damaged_video_gives_what_is_whole():
    data = bytearray(film(1, codec="mpeg4", form="mpegts"))
    data[len(data) // 2 : len(data) // 2 + 400] = bytes(400)
    assert transcode(bytes(data), WALL, "whole").transcoded.frames > 5


def test_a_video_that_is_too_long_is_refused_before_it_is_decoded():
    with pytest.raises(MediaError) as refused:
        transcode(film(185, 16, 16, rate=2, codec="mpeg4"), WALL, "whole")
    assert refused.value.code == "video.long"


def test_a_video_that_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(videos, "LIMITS", bounded.Limits(seconds=0, memory_mb=2048, answer_mb=10))
    with pytest.raises(MediaError) as refused:
        transcode(film(0.2), WALL, "whole")
    assert refused.value.code == "video.time"
