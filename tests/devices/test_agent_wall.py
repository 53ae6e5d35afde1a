"""A wall fed by video: pages and videos in step with the plan, what its sending card sees, and how bright it is."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from devices.agent.orders import Orders
from devices.contract.messages import Health, Outcome
from devices.errors import LinkLostError, SilentError
from devices.ports import PanelSight, Patch
from devices.profiles.board import BoardShape
from devices.rendering.page import Page, PageFile
from devices.rendering.scene import Area, Film
from schedules.levels import Cap, Levels, Light, LightHour, LightSensor, SunDay
from schedules.model import Alert, ContentRef, Item, Plan, Playlist, Priority, Rule, Window
from tests.support.agent_world import item_of
from tests.support.facts import DEVICE, NOON
from tests.support.fake_devices import FakePanel, FakeScreen, Line

SHAPE = BoardShape.parse("32x16:rgb")
WHOLE = Area(0, 0, 32, 16)
FILM = b"the bytes of a video"
VIDEO = ContentRef(
    sha256=hashlib.sha256(FILM).hexdigest(), kind="video", language="zxx", size=len(FILM), seconds=8.0
)  # fmt: skip
SUN = (SunDay(day=1, rises=6 * 60, sets=18 * 60), SunDay(day=200, rises=6 * 60, sets=18 * 60))


def page_file(pattern: int, seconds: float = 4.0) -> PageFile:
    page = Page(shape=SHAPE, planes=(bytes([pattern]) * 64,) * 3, seconds=seconds)
    return PageFile(language="vi", renderer="test", pages=(page,))


NOTICE, URGENT = page_file(1), page_file(2)


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    made = Line(tmp_path)
    for file in (NOTICE, URGENT):
        made.media.keep(file.ref().sha256, file.to_bytes())
    yield made
    made.store.close()


@pytest.fixture
def wall(line: Line) -> tuple[FakeScreen, FakePanel]:
    return line.wall(DEVICE)


def film_item() -> Item:
    return Item(message="film", version=1, digest="d" * 64, contents=(VIDEO,))


def plan(*items: Item, levels: Levels | None = None) -> Plan:
    rule = Rule(id="r1", playlist="p1", targets=(DEVICE,), windows=(Window.of("00:00", "24:00"),))
    return Plan(
        device=DEVICE, revision=1, issued=NOON - timedelta(hours=1), rules=(rule,),
        playlists=(Playlist(id="p1", items=items),), levels=levels or Levels(),
    )  # fmt: skip


def alert() -> Alert:
    return Alert(
        id="a1", revision=1, priority=Priority.EMERGENCY, starts=NOON, until=NOON + timedelta(hours=2),
        item=item_of("urgent", URGENT),
    )  # fmt: skip


def evidence(line: Line) -> str:
    shown = line.views[DEVICE].shown
    assert shown is not None
    return shown.evidence


def codes(line: Line) -> list[str]:
    return [one.code for one in line.faults[DEVICE].standing()]


def test_a_page_counts_as_read_back_only_while_the_card_sees_the_video(line: Line, wall: Any):
    _, panel = wall
    panel.sight = PanelSight(signal=False, showing=True)
    line.go(Orders(DEVICE, plan(item_of("m", NOTICE))))
    assert evidence(line) == "acknowledged"
    assert codes(line) == ["panel.signal"]
    assert line.views[DEVICE].health is Health.IMPAIRED
    panel.sight = PanelSight(signal=True, showing=True)
    line.run(12.0)
    assert evidence(line) == "read_back"
    assert codes(line) == []
    assert line.views[DEVICE].health is Health.HEALTHY


def test_a_play_in_which_the_video_was_lost_claims_no_more_than_that_it_was_drawn(line: Line, wall: Any):
    _, panel = wall
    long = page_file(7, seconds=30.0)
    line.media.keep(long.ref().sha256, long.to_bytes())
    line.go(Orders(DEVICE, plan(item_of("m", long), item_of("n", NOTICE))))
    line.run(11.0)
    panel.sight = PanelSight(signal=False, showing=True)
    line.run(11.0)
    panel.sight = PanelSight(signal=True, showing=True)
    line.run(60.0)
    first, *others = [one.evidence for one in line.records()]
    assert first == "acknowledged"
    assert "read_back" in others


def test_what_a_card_said_a_minute_ago_proves_nothing(line: Line, wall: Any):
    _, panel = wall
    line.go(Orders(DEVICE, plan(item_of("m", NOTICE))))
    line.run(1.0)
    assert evidence(line) == "read_back"
    panel.error = SilentError(1.0)
    line.run(12.0)
    assert evidence(line) == "acknowledged"
    assert codes(line) == ["panel.link.silent"]


def test_faults_of_the_card_and_of_the_screen_do_not_clear_one_another(line: Line, wall: Any):
    screen, panel = wall
    panel.sight = PanelSight(True, True, {"heat": "1-2 is at 75 °C"})
    line.go(Orders(DEVICE, plan(item_of("m", NOTICE))))
    line.run(5.0)
    assert codes(line) == ["panel.heat"]
    screen.error = SilentError(1.0)
    line.run(3.0)
    assert codes(line) == ["link.silent", "panel.heat"]
    screen.error = None
    line.run(10.0)
    assert codes(line) == ["panel.heat"]


def test_a_card_that_somebody_made_black_is_switched_back_and_told(line: Line, wall: Any):
    _, panel = wall
    line.go(Orders(DEVICE, plan(item_of("m", NOTICE))))
    panel.sight = PanelSight(True, False)
    line.run(11.0)
    assert "mode normal" in panel.told
    assert codes(line) == ["panel.showing"]


def test_a_dead_card_is_told_with_its_place_on_the_wall(line: Line, wall: Any):
    _, panel = wall
    panel.sight = PanelSight(True, True, {"cards": "1-2 has no link"}, (Patch(16, 0, 16, 8, "has no link"),))
    line.go(Orders(DEVICE, plan(item_of("m", NOTICE))))
    line.run(1.0)
    assert [(one.left, one.width, one.why) for one in line.views[DEVICE].dark] == [(16, 16, "has no link")]
    assert evidence(line) == "acknowledged"
    panel.sight = PanelSight(True, True)
    line.run(11.0)
    assert line.views[DEVICE].dark == ()


def test_a_video_begins_at_the_second_of_its_turn_and_anew_in_the_next(line: Line, wall: Any):
    screen, _ = wall
    line.media.keep(VIDEO.sha256, FILM)
    path = line.media.path(VIDEO.sha256)
    line.clock.pass_by(3.0)  # joined three seconds late
    began = line.clock.monotonic() - 3.0 - 3600.0 % 12.0
    line.go(Orders(DEVICE, plan(film_item(), item_of("m", NOTICE))))
    film = screen.scenes[-1].films[WHOLE]
    assert film.path == path
    assert (film.since - began) % 12.0 == pytest.approx(0.0, abs=1e-6)
    line.run(24.0)
    films = [scene.films[WHOLE] for scene in screen.scenes if scene.films]
    gaps = [later.since - earlier.since for earlier, later in itertools.pairwise(films)]
    assert gaps
    assert all(gap == pytest.approx(12.0) for gap in gaps)


def test_a_single_video_goes_round_in_step_and_is_recorded(line: Line, wall: Any):
    screen, _ = wall
    line.media.keep(VIDEO.sha256, FILM)
    line.go(Orders(DEVICE, plan(film_item())))
    line.run(70.0)
    films = [scene.films[WHOLE] for scene in screen.scenes if scene.films]
    assert len(films) >= 8
    first = line.records()[0]
    assert (first.outcome, first.content.kind, first.message) == (Outcome.SHOWN, "video", "film")


def test_a_video_that_is_not_here_yet_is_said_and_shown_when_it_comes(line: Line, wall: Any):
    screen, _ = wall
    line.go(Orders(DEVICE, plan(film_item())))
    assert codes(line) == ["content.missing"]
    line.media.keep(VIDEO.sha256, FILM)
    line.run(1.0)
    assert isinstance(screen.scenes[-1].films[WHOLE], Film)
    assert codes(line) == []


def test_a_board_that_plays_no_videos_says_so_and_shows_the_rest(line: Line):
    board = line.board(DEVICE, "32x16:rgb")
    line.media.keep(VIDEO.sha256, FILM)
    line.go(Orders(DEVICE, plan(film_item(), item_of("m", NOTICE))))
    line.run(13.0)
    assert NOTICE.pages[0] in board.told
    assert codes(line) == ["content.missing"]


def test_an_alert_takes_the_wall_from_a_video(line: Line, wall: Any):
    screen, _ = wall
    line.media.keep(VIDEO.sha256, FILM)
    the_plan = plan(film_item())
    line.go(Orders(DEVICE, the_plan))
    line.go(Orders(DEVICE, the_plan, (alert(),), {"a1": 1}))
    assert (screen.scenes[-1].page, dict(screen.scenes[-1].films)) == (URGENT.pages[0], {})


def test_after_a_crash_the_screen_is_opened_again_and_shows_within_two_seconds(line: Line, wall: Any):
    screen, _ = wall
    line.go(Orders(DEVICE, plan(item_of("m", NOTICE))))
    line.run(20.0)
    shown, died = len(screen.scenes), line.clock.monotonic()
    screen.error = LinkLostError("screen:wall", "the program ended (-9)")
    while len(line.links) < 2:
        line.run(0.05)
        screen.error = None if len(line.links) > 1 or line.links[0].closed else screen.error
    line.run(0.5)
    assert len(screen.scenes) == shown + 1
    assert line.clock.monotonic() - died < 2.0


def test_a_screen_that_dies_again_and_again_is_started_ever_more_rarely(line: Line, wall: Any):
    screen, _ = wall
    line.go(Orders(DEVICE, plan(item_of("m", NOTICE))))
    screen.error = LinkLostError("screen:wall", "the program ended (1)")
    line.run(300.0, step=0.25)
    assert 8 <= len(line.links) <= 22


def levels(**light: Any) -> Levels:
    caps = light.pop("caps", ())
    return Levels(light=Light(day=100, night=20, **light), caps=caps, sun=SUN)


def brightness(panel: FakePanel) -> list[str]:
    return [word.removeprefix("brightness ") for word in panel.told if word.startswith("brightness")]


def test_the_card_is_dimmed_by_the_sun_and_the_change_is_told_with_its_reason(line: Line, wall: Any):
    _, panel = wall
    line.go(Orders(DEVICE, plan(item_of("m", NOTICE), levels=levels())))
    assert brightness(panel) == ["100"]
    line.clock.pass_by(7 * 3600.0)  # 19:00, after dusk
    line.run(1.0)
    assert brightness(panel)[-1] == "20"
    told = line.views[DEVICE].brightness
    assert told is not None
    assert (told.percent, told.wanted, told.by) == (20, 20, "sun")


def test_a_cap_of_the_night_holds_whatever_else_is_wanted(line: Line, wall: Any):
    _, panel = wall
    cap = Cap(percent=10, windows=(Window.of("18:00", "06:00"),))
    hour = LightHour(percent=90, windows=(Window.of("00:00", "24:00"),))
    line.go(Orders(DEVICE, plan(item_of("m", NOTICE), levels=levels(caps=(cap,), hours=(hour,)))))
    assert brightness(panel) == ["90"]
    line.clock.pass_by(7 * 3600.0)
    line.run(1.0)
    told = line.views[DEVICE].brightness
    assert told is not None
    assert (brightness(panel)[-1], told.percent, told.wanted, told.by) == ("10", 10, 90, "cap")


def test_the_sensor_goes_before_the_sun_and_small_changes_are_left(line: Line, wall: Any):
    _, panel = wall
    panel.light = 20.0
    line.go(Orders(DEVICE, plan(item_of("m", NOTICE), levels=levels(sensor=LightSensor(dark=20, bright=2000)))))
    line.run(1.0)
    assert brightness(panel)[-1] == "20"
    panel.light = 22.0
    line.run(31.0)
    assert brightness(panel)[-1] == "20"
    panel.light = 200.0
    line.run(31.0)
    assert brightness(panel)[-1] == "60"
    panel.light = None
    line.run(61.0)
    assert brightness(panel)[-1] == "100"  # by the sun


def test_brightness_is_told_again_after_the_card_was_away(line: Line, wall: Any):
    _, panel = wall
    line.go(Orders(DEVICE, plan(item_of("m", NOTICE), levels=levels())))
    panel.error = SilentError(1.0)
    line.run(12.0)
    panel.error = None
    line.run(10.0)
    assert brightness(panel) == ["100", "100"]


def test_the_screen_itself_is_never_dimmed(line: Line, wall: Any):
    screen, _ = wall
    line.go(Orders(DEVICE, plan(item_of("m", NOTICE), levels=levels())))
    line.run(5.0)
    assert not [word for word in screen.told if isinstance(word, str) and word.startswith("brightness")]


def test_a_board_with_lamps_of_its_own_is_dimmed_after_its_page(line: Line):
    board = line.board(DEVICE, "32x16:rgb")
    line.go(Orders(DEVICE, plan(item_of("m", NOTICE), levels=levels())))
    assert board.told == ["ping", NOTICE.pages[0], "brightness 100"]
