"""The screen process: what stands, runs and rolls is what leaves, in step with the clock; what is wrong changes nothing."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from controller.media.videos import transcode
from devices.drivers.screen.driver import ScreenBoard, ScreenSettings
from devices.errors import LinkLostError, RefusedError
from devices.links.opening import open_link
from devices.links.process import ProcessLink
from devices.ports import Evidence, Link
from devices.profiles.board import BoardShape
from devices.rendering.page import Page, Strip, blank_page
from devices.rendering.render import render
from devices.rendering.scene import Area, Film, Scene
from devices.screen.orders import OrderError, read_order
from devices.screen.process import Lines, Screen
from tests.support.films import film

SHAPE = BoardShape.parse("64x32:rgb")
SETTINGS = ScreenSettings(shape=SHAPE, output="headless")
RNG = np.random.default_rng(7)


def noise_page(seed: int = 7) -> Page:
    dice = np.random.default_rng(seed)
    return Page(shape=SHAPE, planes=tuple(dice.bytes(8 * 32) for _ in range(3)), seconds=1)


def pixels(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path).convert("RGB"))


def lamps(page: Page) -> np.ndarray:
    """The page by the definition of its planes, lamp by lamp."""
    shape = page.shape
    found = np.zeros((shape.height, shape.width, 3), np.uint8)
    for y in range(shape.height):
        for x in range(shape.width):
            lit = page.lamp(x, y)
            found[y, x] = [255 * (lit >> colour & 1) for colour in range(3)]
    return found


@pytest.fixture
def link() -> Iterator[Link]:
    opened = open_link("screen:test")
    yield opened
    opened.close()


def file_of(folder: Path, seconds: float = 1.0) -> tuple[Path, bytes]:
    """A video as the controller makes it for this wall."""
    made = transcode(film(seconds, 128, 64), "64x32:rgb", "fill").file
    path = folder / "film.mp4"
    path.write_bytes(made)
    return path, made


def frames_of(data: bytes) -> list[np.ndarray]:
    with av.open(io.BytesIO(data)) as file:
        return [frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)]


class Clock:
    """Moved by the test."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def packed(planes: tuple[bytes, ...]) -> list[str]:
    return [base64.b64encode(zlib.compress(plane)).decode() for plane in planes]


def told(screen: Screen, number: int, **body: object) -> dict:
    return screen.obey(read_order(json.dumps({"n": number, **body}).encode()))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def screen(clock: Clock, tmp_path: Path) -> Iterator[Screen]:
    made = Screen(clock)
    told(made, 1, open={"width": 64, "height": 32, "output": "headless", "picture": str(tmp_path / "wall.png")})
    yield made
    made.close()


PLACE = {"left": 0, "top": 0, "width": 64, "height": 32}
DARK = packed((bytes(8 * 32),) * 3)


def test_a_page_leaves_lamp_by_lamp_as_it_was_drawn(link: Link, tmp_path: Path):
    settings = ScreenSettings(shape=SHAPE, output="headless", picture=str(tmp_path / "wall.png"))
    board = ScreenBoard(link, settings)
    page = noise_page()
    assert board.show(page) is Evidence.READ_BACK
    deadline = time.monotonic() + 10
    while not np.array_equal(pixels(tmp_path / "wall.png"), lamps(page)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert np.array_equal(pixels(tmp_path / "wall.png"), lamps(page))


def test_a_real_text_of_the_renderer_is_read_back(link: Link):
    drawn = render("Cửa khẩu Hữu Nghị\n友谊口岸", "vi", SHAPE)
    assert drawn.file is not None
    assert [ScreenBoard(link, SETTINGS).show(page) for page in drawn.file.pages]
    assert ScreenBoard(link, SETTINGS).blank() is Evidence.READ_BACK


def test_a_video_shows_the_frame_that_is_due_and_goes_round(screen: Screen, clock: Clock, tmp_path: Path):
    path, data = file_of(tmp_path)
    frames = frames_of(data)
    assert len(frames) == 25
    films = [{"place": PLACE, "path": str(path), "since": 100.0}]
    told(screen, 2, show={"planes": DARK, "films": films})
    for at, due in [(0.0, 0), (0.05, 1), (0.5, 12), (0.96, 24), (1.04, 1), (7.24, 6)]:
        clock.now = 100.0 + at
        screen.turn()
        assert told(screen, 3, look={})["film"] == due
        assert np.array_equal(screen._output.held(), frames[due])


def test_a_video_joined_late_begins_at_the_frame_of_that_moment(screen: Screen, clock: Clock, tmp_path: Path):
    path, data = file_of(tmp_path, 3.0)
    films = [{"place": PLACE, "path": str(path), "since": 97.6}]
    assert told(screen, 2, show={"planes": DARK, "films": films})["film"] == 60
    assert np.array_equal(screen._output.held(), frames_of(data)[60])


def test_frames_that_come_too_late_are_left_out_and_counted(screen: Screen, clock: Clock, tmp_path: Path):
    path, _ = file_of(tmp_path)
    told(screen, 2, show={"planes": DARK, "films": [{"place": PLACE, "path": str(path), "since": 100.0}]})
    clock.now = 100.5
    screen.turn()
    assert (told(screen, 3, look={})["film"], told(screen, 4, look={})["late"]) == (12, 1)


def test_a_text_runs_step_by_step_over_a_page_that_stands(screen: Screen, clock: Clock):
    strip = Strip(
        shape=BoardShape.parse("64x16:rgb"), width=70, planes=tuple(_planes(70, 16)), step=2, interval=0.04
    )  # fmt: skip
    place = {"left": 0, "top": 16, "width": 64, "height": 16}
    body = {
        "place": place, "width": 70, "step": 2, "interval": 0.04, "planes": packed(strip.planes), "since": 100.0,
    }  # fmt: skip
    told(screen, 2, show={"planes": DARK, "strips": [body]})
    for step in (0, 1, 20, 50, 66, 67, 70):
        clock.now = 100.0 + step * 0.04 + 0.001
        screen.turn()
        expected = strip.frame(step % strip.frames)
        assert np.array_equal(screen._output.held()[16:], lamps(expected)), step
        assert not screen._output.held()[:16].any()


def _planes(width: int, height: int) -> Iterator[bytes]:
    for _ in range(3):
        bits = RNG.integers(0, 2, (height, width), np.uint8)
        yield np.packbits(bits, axis=1).tobytes()


@pytest.mark.parametrize(
    ("show", "code"),
    [
        ({"planes": packed((bytes(7),) * 3)}, 3),
        ({"planes": DARK[:2]}, 1),
        ({"planes": ["!", "!", "!"]}, 1),
        ({"planes": DARK, "films": [{"place": PLACE, "path": "/nowhere.mp4", "since": 0}]}, 4),
        ({"planes": DARK, "films": [{"place": {**PLACE, "left": 1}, "path": "/nowhere.mp4", "since": 0}]}, 3),
        ({}, 1),
    ],
    ids=["too few lamps", "two colours", "no base64", "no such file", "over the edge", "nothing"],
)
def test_what_cannot_be_shown_is_refused_with_a_number_and_the_old_picture_stays(screen: Screen, show: dict, code: int):
    page = noise_page()
    before = told(screen, 2, show={"planes": packed(page.planes)})["lamps"]
    with pytest.raises(OrderError) as caught:
        told(screen, 9, show=show)
    assert (caught.value.number, caught.value.code) == (9, code)
    assert told(screen, 10, look={})["lamps"] == before == hashlib.sha256(b"".join(page.planes)).hexdigest()


def test_an_unpacked_plane_is_bounded(screen: Screen):
    bomb = base64.b64encode(zlib.compress(bytes(50_000_000))).decode()
    with pytest.raises(OrderError, match="too large"):
        told(screen, 2, show={"planes": [bomb] * 3})


def test_a_film_that_is_no_film_leaves_the_wall_as_it_was(link: Link, tmp_path: Path):
    (tmp_path / "a.mp4").write_bytes(b"not a film")
    board = ScreenBoard(link, SETTINGS)
    with pytest.raises(RefusedError) as caught:
        board.stage(Scene(blank_page(SHAPE), films={Area(0, 0, 64, 32): Film(str(tmp_path / "a.mp4"), 0.0)}))
    assert caught.value.reason == 4
    assert board.show(noise_page()) is Evidence.READ_BACK


def test_lines_without_an_end_are_dropped_and_the_next_is_read():
    lines = Lines()
    for _ in range(10):
        assert lines.feed(b"x" * 1_000_000) == []
    assert lines.feed(b'y\n{"n":1}\n') == [b'{"n":1}']


def drawing(link: Link) -> int:
    """The drawing process behind the one that keeps it."""
    assert isinstance(link, ProcessLink)
    return int(Path(f"/proc/{link.pid}/task/{link.pid}/children").read_text().split()[0])


def test_a_drawing_process_that_is_killed_comes_back_with_its_picture_by_itself(tmp_path: Path):
    opened = open_link("screen:killed")
    try:
        settings = ScreenSettings(shape=SHAPE, output="headless", picture=str(tmp_path / "wall.png"))
        board, page = ScreenBoard(opened, settings), noise_page()
        board.show(page)
        old = drawing(opened)
        os.kill(old, signal.SIGKILL)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            told = board.report()
            if told["frames"] == "2":  # it was opened, and shown the page, by nobody but its keeper
                break
            time.sleep(0.02)
        assert drawing(opened) != old
        assert board._look().lamps == hashlib.sha256(b"".join(page.planes)).hexdigest()
    finally:
        opened.close()


def test_a_drawing_process_that_hangs_is_ended_and_replaced(link: Link):
    board, page = ScreenBoard(link, SETTINGS), noise_page()
    board.show(page)
    old = drawing(link)
    os.kill(old, signal.SIGSTOP)
    deadline = time.monotonic() + 20
    while drawing(link) == old and time.monotonic() < deadline:
        time.sleep(0.05)
    assert board._look().lamps == hashlib.sha256(b"".join(page.planes)).hexdigest()


def test_one_that_dies_again_and_again_ends_the_line(link: Link):
    board = ScreenBoard(link, SETTINGS)
    board.show(noise_page())

    def kill_and_look() -> None:
        for _ in range(40):
            os.kill(drawing(link), signal.SIGKILL)
            time.sleep(0.1)
            board.identify()

    with pytest.raises(LinkLostError):
        kill_and_look()


def test_a_screen_that_was_killed_shows_as_a_lost_line(link: Link):
    assert isinstance(link, ProcessLink)
    board = ScreenBoard(link, SETTINGS)
    board.show(noise_page())
    subprocess.run(["kill", "-9", str(link.pid)], check=True)
    with pytest.raises(LinkLostError, match="the program ended"):
        board.identify()


def test_it_ends_with_its_owner():
    link = ProcessLink("screen:test", "devices.screen")
    child = link._child
    ScreenBoard(link, SETTINGS).show(noise_page())
    link.close()
    assert child.returncode == 0


def test_an_interrupt_from_the_terminal_does_not_end_it(link: Link):
    assert isinstance(link, ProcessLink)
    board = ScreenBoard(link, SETTINGS)
    board.show(noise_page())
    link._child.send_signal(signal.SIGINT)
    assert board.show(noise_page(8)) is Evidence.READ_BACK


def test_a_real_window_holds_the_very_pixels(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """SDL's own driver without a display: the same code as on a desk, and a surface that can be read."""
    pytest.importorskip("pygame")
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    opened = open_link("screen:window")
    settings = ScreenSettings(shape=SHAPE, output="window", picture=str(tmp_path / "window.png"))
    try:
        board = ScreenBoard(opened, settings)
        page = noise_page()
        assert board.show(page) is Evidence.READ_BACK
        deadline = time.monotonic() + 10
        while not np.array_equal(pixels(tmp_path / "window.png"), lamps(page)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert np.array_equal(pixels(tmp_path / "window.png"), lamps(page))
    finally:
        opened.close()


def test_without_a_display_a_window_is_refused_in_words(monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("pygame")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SDL_VIDEODRIVER", "x11")
    opened = open_link("screen:window")
    try:
        with pytest.raises(RefusedError, match="no window can be opened"):
            ScreenBoard(opened, ScreenSettings(shape=SHAPE, output="window")).show(noise_page())
    finally:
        opened.close()


def test_the_process_starts_without_the_models_of_the_rest():
    """Seconds count when it comes back after a crash."""
    code = "import sys, devices.screen.keeper; print([name for name in ('pydantic', 'av', 'pygame') if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
