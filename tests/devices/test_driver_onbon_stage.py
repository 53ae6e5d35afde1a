"""Areas, running text and page turns of an Onbon card: what the simulated lamps show beside what was drawn."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.drivers.onbon_bx.driver import DRIVER, OnbonBoard
from devices.drivers.onbon_bx.settings import OnbonSettings
from devices.drivers.onbon_bx.stage import division, sheets
from devices.profiles.board import BoardShape
from devices.profiles.protocols import PROTOCOLS, Effect, abilities_of
from devices.rendering.page import Page, Strip, blank_page
from devices.rendering.reading import Reader
from devices.rendering.scene import Area, Scene, cut_out, put_together, whole
from devices.rendering.strip import scroll
from devices.simulators import boards

BOARD = BoardShape.parse("192x64:rg")
TOP, BOTTOM = Area(0, 0, 192, 48), Area(0, 48, 192, 16)
AREAS = (TOP, BOTTOM)
LEVEL = 10
INTERVAL = LEVEL * 0.002
SPEED = 50  # lamps a second


class Wired:
    """A driver and a simulated card with nothing between them; time stands where a test puts it."""

    def __init__(self, shape=BOARD, **facts):
        self.now, self.frames, self.seen, self._answer = 0.0, [], [], b""
        self.settings = OnbonSettings(shape=shape, address=1, **facts)
        self.card = boards.OnbonBoard(shape, series=self.settings.series, changed=self.seen.append)
        self.driver = OnbonBoard(self, self.settings, clock=lambda: self.now)

    def send(self, data):
        self.frames.append(data)
        self._answer = self.card.receive(data, self.now)

    def receive(self, timeout):
        data, self._answer = self._answer, b""
        self.now += 0.0 if data else timeout
        return data

    def discard(self):
        self._answer = b""

    def page_at(self, seconds):
        self.now = seconds
        self.card.wake(seconds + 1e-9)
        return self.card.page()

    def sent(self):
        count = len(self.frames)
        self.frames.clear()
        return count


def strip_for(area, text="Kính chào quý khách", shape=BOARD, speed=SPEED):
    how = {"reader": Reader(audience="walker"), "lamps_per_second": speed}
    return scroll(text, "vi", area.shape_on(shape), **how).strip


def chance(area, seed=1, shape=BOARD):
    dice, inner = random.Random(seed), area.shape_on(shape)
    rows = [dice.getrandbits(area.width) << (inner.stride * 8 - area.width) for _ in range(area.height)]
    plane = b"".join(row.to_bytes(inner.stride, "big") for row in rows)
    return Page(shape=inner, planes=(plane,) * inner.colours.planes, seconds=5)


def scene(top, strip=None, **facts):
    page = put_together(BOARD, [(TOP, top)], 5)
    return Scene(page, AREAS, {BOTTOM: strip} if strip else {}, **facts)


def together(top, bottom):
    return put_together(BOARD, [(TOP, top), (BOTTOM, bottom)], 1).planes


@pytest.mark.parametrize("series", ["6E2", "5E2"])
@pytest.mark.parametrize(
    ("shape", "text"), [("64x16:rg", "Xe chờ"), ("96x16:rg", "Xe tải chờ ở bãi số 2, xin cảm ơn"), ("50x20:mono", "Gì")]
)
def test_the_lamps_of_the_card_are_those_of_the_strip_at_every_step(series, shape, text):
    shape = BoardShape.parse(shape)
    wired, strip = Wired(shape, series=series), strip_for(whole(shape), text, shape)
    assert wired.driver.scrolls(strip, whole(shape), ())
    wired.driver.stage(Scene(blank_page(shape), (), {whole(shape): strip}))
    for step in range(0, 2 * strip.frames, 3):
        assert wired.page_at(step * INTERVAL).planes == strip.frame(step % strip.frames).planes, step


def test_text_runs_under_a_page_that_stands_and_goes_on_when_the_page_turns():
    wired, strip = Wired(), strip_for(BOTTOM)
    first, second = chance(TOP, 1), chance(TOP, 2)
    wired.driver.stage(scene(first, strip))
    assert wired.sent() == 2  # what lay there is deleted; both areas are one frame
    assert wired.page_at(40 * INTERVAL).planes == together(first, strip.frame(40))
    wired.driver.stage(scene(second, strip))
    assert len(wired.frames[0]) < 2500  # without the text
    assert wired.page_at(100 * INTERVAL).planes == together(second, strip.frame(100))


@pytest.mark.parametrize("facts", [{}, {"bands": 4, "columns": 3}], ids=str)
def test_an_alert_over_all_areas_is_one_frame_and_no_picture_is_half_of_each(facts):
    wired, strip = Wired(**facts), strip_for(BOTTOM)
    wired.driver.stage(scene(chance(TOP), strip))
    wired.page_at(50 * INTERVAL)
    wired.sent()
    wired.seen.clear()
    alert = chance(whole(BOARD), 9)
    wired.driver.stage(Scene(alert, AREAS))
    assert wired.sent() == 1
    assert [page.planes for page in wired.seen] == [alert.planes]
    wired.page_at(400 * INTERVAL)
    assert len(wired.seen) == 1  # nothing runs any more
    wired.driver.stage(scene(chance(TOP, 3), strip))
    assert wired.sent() == 1
    assert wired.card.page().planes == together(chance(TOP, 3), strip.frame(0))


def test_the_same_scene_again_is_sent_whole_as_the_card_may_have_lost_it():
    wired, strip = Wired(), strip_for(BOTTOM)
    wired.driver.stage(scene(chance(TOP), strip))
    wired.card.power_off()
    wired.card.power_on()
    wired.driver.stage(scene(chance(TOP), strip))
    assert wired.page_at(wired.now).planes == together(chance(TOP), strip.frame(0))


def test_a_plan_that_divides_the_board_otherwise_leaves_nothing_of_the_old_areas():
    wired = Wired()
    wired.driver.stage(scene(chance(TOP), strip_for(BOTTOM)))
    page = chance(whole(BOARD), 4)
    wired.driver.show(page)
    assert wired.page_at(5.0).planes == page.planes


@pytest.mark.parametrize(
    ("area", "areas", "facts"),
    [
        (Area(0, 48, 190, 16), (TOP, Area(0, 48, 190, 16)), {}),
        (Area(8, 48, 184, 16), (TOP, Area(8, 48, 184, 16)), {}),
        (BOTTOM, AREAS, {"dead_man_seconds": 60}),
        (whole(BOARD), AREAS, {}),
        (whole(BOARD), (), {"bands": 2}),
        (BOTTOM, tuple(Area(0, y, 192, 1) for y in range(0, 64, 2)), {}),
        (TOP, AREAS, {}),
    ],
    ids=[
        "ends within a word",
        "begins within a word",
        "dead-man",
        "over areas",
        "over tiles",
        "too many areas",
        "of another height",
    ],
)
def test_where_the_card_has_no_area_of_its_own_for_it_a_strip_cannot_run(area, areas, facts):
    assert not Wired(**facts).driver.scrolls(strip_for(Area(0, 0, area.width, 16)), area, areas)


@pytest.mark.parametrize(("speed", "runs"), [(1000, False), (500, True), (50, True), (8, True), (5, False)])
def test_a_speed_that_the_card_does_not_have_is_refused_and_not_rounded_away(speed, runs):
    assert Wired().driver.scrolls(strip_for(BOTTOM, speed=speed), BOTTOM, AREAS) is runs


def test_a_strip_of_more_than_the_card_keeps_is_refused():
    shape = BoardShape.parse("1000x200:rg")
    size = (5000 // 8) * 200
    strip = Strip(shape=shape, width=5000, planes=(bytes(size),) * 2, interval=INTERVAL)
    assert not Wired(shape).driver.scrolls(strip, whole(shape), ())


@pytest.mark.parametrize("effect", [effect for effect in Effect if effect is not Effect.NONE])
@pytest.mark.parametrize("series", ["6E2", "5E2"])
def test_a_page_comes_as_its_message_asks_and_then_stands(effect, series):
    shape = BoardShape.parse("64x16:rg")
    wired, page = Wired(shape, series=series, effect_speed=5), chance(whole(shape), 1, shape)
    wired.driver.stage(Scene(page, (), {}, {whole(shape): effect}))
    halves = {
        Effect.LEFT: lambda x, y: page.lamp(x - 32, y) if x >= 32 else 0,
        Effect.RIGHT: lambda x, y: page.lamp(x + 32, y) if x < 32 else 0,
        Effect.UP: lambda x, y: page.lamp(x, y - 8) if y >= 8 else 0,
        Effect.DOWN: lambda x, y: page.lamp(x, y + 8) if y < 8 else 0,
        Effect.CURTAIN: lambda x, y: page.lamp(x, y) if x >= 32 else 0,
    }
    steps = 16 if effect in (Effect.UP, Effect.DOWN) else 64
    half = wired.page_at(steps // 2 * 5 * 0.002)
    wanted = halves[effect]
    assert all(half.lamp(x, y) == wanted(x, y) for x in range(64) for y in range(16))
    for later in (steps * 5 * 0.002, 10.0, 1000.0):
        assert wired.page_at(later).planes == page.planes


def test_a_page_that_is_there_does_not_come_a_second_time():
    shape = BoardShape.parse("64x16:rg")
    wired, page = Wired(shape), chance(whole(shape), 1, shape)
    for _ in range(2):
        wired.driver.stage(Scene(page, (), {}, {whole(shape): Effect.LEFT}))
        wired.page_at(wired.now + 10)
    wired.seen.clear()
    wired.driver.stage(Scene(page, (), {}, {whole(shape): Effect.LEFT}))
    assert wired.seen == []


def test_with_a_dead_man_pages_come_at_once_and_go_dark_when_nobody_renews_them():
    shape = BoardShape.parse("64x16:rg")
    wired, page = Wired(shape, dead_man_seconds=60), chance(whole(shape), 1, shape)
    wired.driver.stage(Scene(page, (), {}, {whole(shape): Effect.LEFT}))
    assert wired.page_at(0.0).planes == page.planes
    assert not any(map(any, wired.page_at(61.0).planes))


PARTS = (Area(0, 0, 64, 32), Area(64, 0, 128, 32), Area(32, 40, 96, 24))


@st.composite
def scenes(draw):
    """Some minutes of a divided board: what each area shows in turn, and sometimes one thing over all of it."""
    if draw(st.integers(0, 3)) == 0:
        return Scene(chance(whole(BOARD), draw(st.integers(1, 5))), PARTS)
    pages, strips = [], {}
    for area in PARTS:
        if draw(st.booleans()):
            pages.append((area, chance(area, draw(st.integers(1, 5)))))
        elif draw(st.booleans()):
            strips[area] = strip_for(Area(0, 0, area.width, area.height), draw(st.sampled_from(["Xe tải", "等候"])))
    return Scene(put_together(BOARD, pages, 1), PARTS, strips)


def lamps(scene, steps):
    """What should be seen: `steps` are those of each strip."""
    page = cut_out(scene.page, whole(BOARD))
    parts = [(area, strip.frame(steps[area])) for area, strip in scene.strips.items()]
    over = put_together(BOARD, parts, 1)
    planes = zip(page.planes, over.planes, strict=True)
    return tuple((int.from_bytes(a, "big") | int.from_bytes(b, "big")).to_bytes(len(a), "big") for a, b in planes)


@settings(max_examples=40, deadline=None)
@given(st.lists(scenes(), min_size=2, max_size=6))
def test_a_divided_board_shows_each_scene_whole_and_never_two_at_once(day):
    wired, running = Wired(), {}
    for scene in day:
        again = wired.driver._believed and all(
            sheet.same_as(wired.driver._believed[place]) for place, sheet in sheets(wired.settings, scene).items()
        )
        for area in PARTS:
            strip = scene.strips.get(area)
            if strip is None:
                running.pop(area, None)
            elif again or running.get(area, (None,))[0] != strip:
                running[area] = (strip, wired.now)
        wired.seen.clear()
        wired.driver.stage(scene)
        assert len(wired.seen) <= 1
        page = wired.page_at(wired.now + 0.5)
        steps = {area: round((wired.now - since) / INTERVAL) % strip.frames for area, (strip, since) in running.items()}
        assert page.planes == lamps(scene, steps)


def test_areas_at_words_are_areas_of_the_card_and_the_rest_fills_the_board():
    card = OnbonSettings(shape=BOARD, address=1)
    clock = Area(128, 0, 64, 16)
    assert division(card, (clock, BOTTOM)) == (
        clock, BOTTOM, Area(0, 0, 128, 16), Area(0, 16, 192, 32),
    )  # fmt: skip
    assert division(card, (Area(0, 0, 999, 16),)) == (whole(BOARD),)


def test_what_authors_are_told_of_the_protocol_is_what_its_driver_says():
    assert abilities_of("onbon_bx") == DRIVER.abilities
    assert PROTOCOLS["onbon_bx"].gives_way


def test_what_was_foretold_and_is_no_longer_wanted_is_not_what_is_sent():
    wired, dice = Wired(), random.Random(5)
    one, two = (Page(shape=BOARD, planes=(dice.randbytes(24 * 64), dice.randbytes(24 * 64)), seconds=1) for _ in "12")
    for foretold, shown in ((one, two), (two, one), (one, one)):
        wired.driver.foretell(Scene(foretold))
        wired.driver.show(shown)
        assert wired.page_at(wired.now).planes == shown.planes
