"""Page files: pages or a strip, read back as they were written, with hashes that stay."""

import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.profiles.board import BoardShape
from devices.profiles.protocols import Effect, abilities_of
from devices.rendering.page import MAX_STRIP_LAMPS, Page, PageFile, Strip
from devices.rendering.png import MOST_FRAMES, animation, apng
from devices.rendering.reading import Reader
from devices.rendering.still import still
from devices.rendering.strip import scroll

BOARD = BoardShape.parse("100x16:rg")
TEXT = "Xe tải chờ ở bãi số 2, xin chuẩn bị hộ chiếu và giấy tờ hải quan"
SMALL = BoardShape.parse("8x1")
PAGES = PageFile(language="vi", renderer="1", pages=(Page(shape=SMALL, planes=(b"\xa5",), seconds=2.5),))


def strip_file(text=TEXT, board=BOARD, **how):
    return scroll(text, "vi", board, reader=Reader(audience="walker"), **how).file


def changed(file, **facts):
    body = json.loads(file.to_bytes())
    body["strip"] |= facts
    return json.dumps(body).encode()


def lit(pages):
    return sum(int.from_bytes(plane, "big").bit_count() for page in pages for plane in page.planes)


def test_a_file_of_pages_has_the_very_bytes_it_had_before_there_were_strips():
    assert PAGES.to_bytes() == (
        b'{"board":"8x1:mono","format":"gatecast-pages/1","language":"vi",'
        b'"pages":[{"planes":["pQ=="],"seconds":2.5}],"renderer":"1"}'
    )


def test_a_strip_is_read_back_as_it_was_written():
    file = strip_file()
    assert PageFile.from_bytes(file.to_bytes()) == file
    assert b'"pages"' not in file.to_bytes()
    assert file.ref().sha256 == hashlib.sha256(file.to_bytes()).hexdigest()
    assert file.ref().seconds == round(file.strip.frames * file.strip.interval, 3)


def test_an_effect_is_part_of_what_is_approved():
    moving = PAGES.model_copy(update={"effect": Effect.LEFT})
    assert PageFile.from_bytes(moving.to_bytes()) == moving
    assert moving.ref().sha256 != PAGES.ref().sha256


def test_a_strip_counts_as_one_page_of_its_turn():
    assert strip_file().page_at(3.0, 20.0) == (0, 20.0)


@pytest.mark.parametrize(
    "facts",
    [
        {"width": 0},
        {"width": MAX_STRIP_LAMPS + 1},
        {"width": 8},
        {"step": 0},
        {"interval": 0},
        {"interval": float("nan")},
        {"interval": float("inf")},
        {"interval": 1e-9},
        {"planes": []},
        {"planes": ["AA==", "AA=="]},
        {"planes": [1, 2]},
        {"planes": None},
    ],
    ids=str,
)
def test_a_strip_that_does_not_hold_together_is_no_page_file(facts):
    with pytest.raises(ValueError, match="not a page file"):
        PageFile.from_bytes(changed(strip_file(), **facts))


def test_lamps_past_the_end_of_a_strip_are_refused():
    with pytest.raises(ValueError, match="past the end"):
        Strip(shape=SMALL, width=5, planes=(b"\xff",), interval=0.1)


STRIP_BODY = {"width": 8, "step": 1, "interval": 0.1, "planes": ["pQ=="]}


@pytest.mark.parametrize(
    "other", [{"pages": []}, {"strip": STRIP_BODY}, {"effect": "sparkle"}, {"effect": None}, {"strip": []}], ids=str
)
def test_a_file_is_pages_or_one_strip_and_its_effect_is_one_that_there_is(other):
    with pytest.raises(ValueError, match="not a page file"):
        PageFile.from_bytes(json.dumps(json.loads(PAGES.to_bytes()) | other).encode())


def test_a_strip_has_no_other_effect_than_its_moving():
    body = json.loads(strip_file().to_bytes())
    with pytest.raises(ValueError, match="no other effect"):
        PageFile.from_bytes(json.dumps(body | {"effect": "left"}).encode())


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 4000), st.integers(0, 400))
def test_noise_in_a_file_is_refused_or_makes_a_sound_file(noise, at, cut):
    data = strip_file("Gì").to_bytes()
    spoilt = data[:at] + noise + data[at + cut :]
    try:
        file = PageFile.from_bytes(spoilt)
    except ValueError:
        return
    assert file.strip is not None or file.pages
    assert PageFile.from_bytes(file.to_bytes()) == file


@pytest.mark.parametrize("board", ["100x16:rg", "33x20", "192x64:rgb", "64x16"])
def test_a_board_that_cannot_scroll_shows_every_lamp_of_the_strip_once_in_pages_that_take_the_same_time(board):
    file = strip_file(board=BoardShape.parse(board))
    pages = still(file).pages
    assert lit(pages) == lit([file.strip.window(left, 1) for left in range(0, file.strip.width, file.shape.width)])
    assert sum(page.seconds for page in pages) == pytest.approx(file.strip.seconds)
    assert all(Page.model_validate(page.model_dump()) == page for page in pages)
    assert still(still(file)) == still(file)


def test_a_strip_is_cut_between_words():
    pages = still(strip_file("Xe tải chờ ở bãi số 2", BoardShape.parse("64x16"))).pages
    ends = [[page.lamp(63, y) for y in range(16)] for page in pages[:-1]]
    assert len(pages) > 1
    assert not any(map(any, ends))


def test_a_strip_without_a_gap_is_cut_at_the_edge_and_not_for_ever():
    strip = Strip(shape=SMALL, width=30, planes=(b"\xff\xff\xff\xfc",), interval=0.1)
    pages = still(PageFile(language="vi", renderer="1", strip=strip)).pages
    assert [page.planes for page in pages] == [(b"\xff",)] * 3 + [(b"\xfc",)]


def test_an_animation_is_the_strip_at_true_speed_and_never_too_many_frames():
    short, long = strip_file("Gì"), strip_file("Gì nữa " * 200)
    assert animation(short) == apng([short.strip.frame(number) for number in range(short.strip.frames)])
    assert long.strip.frames > MOST_FRAMES
    assert animation(long).count(b"fcTL") <= MOST_FRAMES
    assert animation(PAGES) == apng(PAGES.pages)


def test_a_protocol_that_nobody_described_shows_standing_pages_and_no_more():
    nothing, onbon = abilities_of("somebody-elses"), abilities_of("onbon_bx")
    assert nothing.can(Effect.NONE)
    assert not any(nothing.can(effect) for effect in Effect if effect is not Effect.NONE)
    assert not nothing.scroll
    assert onbon.scroll
    assert onbon.can(Effect.LEFT)
