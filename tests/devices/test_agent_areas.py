"""A board with areas, worked by the real driver on a simulated card: each area its own turns and records, one picture."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from devices.agent.board import BoardHand
from devices.agent.orders import Orders
from devices.agent.worker import ALERT, LineWorker, OnLine, TestPattern
from devices.contract.messages import Outcome
from devices.drivers.onbon_bx.driver import OnbonBoard as OnbonDriver
from devices.drivers.onbon_bx.settings import OnbonSettings
from devices.errors import SilentError
from devices.profiles.board import BoardShape
from devices.rendering.page import Page, PageFile
from devices.rendering.reading import Reader
from devices.rendering.scene import Area, put_together, whole
from devices.rendering.strip import scroll
from devices.simulators.boards import OnbonBoard
from schedules.model import Alert, Plan, Playlist, Priority, Rule, Window
from tests.support.agent_world import item_of
from tests.support.facts import DEVICE, NOON
from tests.support.fake_devices import FakeBoard, Line
from tests.support.virtual_line import VirtualLine

SHAPE = BoardShape.parse("64x32:rg")
NOTICE, CLOCK = Area(0, 0, 64, 16), Area(0, 16, 64, 16)
PLACES = (
    {"id": "notice", "left": 0, "top": 0, "width": 64, "height": 16},
    {"id": "clock", "left": 0, "top": 16, "width": 64, "height": 16},
)


def page(area: Area, pattern: int, seconds: float) -> Page:
    inner = area.shape_on(SHAPE)
    return Page(shape=inner, planes=(bytes([pattern]) * (inner.stride * inner.height),) * 2, seconds=seconds)


def file(area: Area, *patterns: int, seconds: float = 3.0) -> PageFile:
    return PageFile(language="vi", renderer="test", pages=tuple(page(area, one, seconds) for one in patterns))


ABOVE, BELOW, ALL = file(NOTICE, 1, 2), file(CLOCK, 4, 5, seconds=2.0), file(whole(SHAPE), 9)
RUNS = scroll(
    "Xin chào quý khách", "vi", CLOCK.shape_on(SHAPE), reader=Reader(audience="walker"), lamps_per_second=50
).file
URGENT = file(whole(SHAPE), 7)
RUN_FRAMES = {RUNS.strip.frame(number).planes[0] for number in range(RUNS.strip.frames)}


def rule(name: str, area: str | None, start: str = "12:00", end: str = "17:00", **facts: object) -> Rule:
    given = {"id": name, "playlist": name, "targets": (DEVICE,), "windows": (Window.of(start, end),), "area": area}
    return Rule.model_validate(given | facts)


def plan(*rules: Rule, revision: int = 1, **files: PageFile) -> Plan:
    lists = tuple(Playlist(id=name, items=(item_of(f"m-{name}", one),)) for name, one in files.items())
    return Plan(
        device=DEVICE, revision=revision, issued=NOON - timedelta(hours=1), rules=rules, playlists=lists, areas=PLACES,
    )  # fmt: skip


BOTH = plan(rule("above", "notice"), rule("below", "clock"), above=ABOVE, below=BELOW)
RUNNING = plan(rule("above", "notice"), rule("runs", "clock"), above=ABOVE, runs=RUNS)


def alert(seconds: float, starts: float) -> Alert:
    begins = NOON + timedelta(seconds=starts)
    return Alert(
        id="a1", revision=1, priority=Priority.EMERGENCY, starts=begins, until=begins + timedelta(seconds=seconds),
        item=item_of("urgent", URGENT),
    )  # fmt: skip


def orders(the_plan: Plan, *alerts: Alert) -> Orders:
    return Orders(DEVICE, the_plan, alerts, {one.id: one.revision for one in alerts})


class Bench:
    """A worker, a board hand, the real driver and a simulated card."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self.line = Line(folder)
        for one in (ABOVE, BELOW, ALL, RUNS, URGENT):
            self.line.media.keep(one.ref().sha256, one.to_bytes())
        self.seen: list[Page] = []
        self.card = OnbonBoard(SHAPE, changed=self.seen.append)
        self.wire = VirtualLine(self.line.clock, self.card)
        card = OnbonSettings.model_validate({"shape": SHAPE, "address": 1} | settings)
        hand = BoardHand(self.line.tools(DEVICE), SHAPE)
        on_line = {DEVICE: OnLine(hand, lambda link, _: OnbonDriver(link, card, self.line.clock.monotonic))}
        self.line.worker = LineWorker("l", on_line, lambda: self.wire, self.line.clock, self.line.views.__setitem__)

    def run(self, seconds: float) -> None:
        """Let time pass on the wire, and work as the thread would."""
        end = self.line.clock.monotonic() + seconds
        while (left := end - self.line.clock.monotonic()) > 1e-6:
            self.wire.pass_by(min(0.05, left))
            self.line.go()

    def records(self) -> list[tuple[str | None, str, Outcome, float]]:
        return [(one.area, one.message, one.outcome, round(one.seconds)) for one in self.line.records()]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.line.store.close()


def together(above: Page, below: Page) -> tuple[bytes, ...]:
    return put_together(SHAPE, [(NOTICE, above), (CLOCK, below)], 1).planes


def frames_of(bench: Bench) -> list[int]:
    """The sizes of the frames that the host has sent since last asked."""
    sent = b"".join(data for _, data in bench.wire.sent)
    bench.wire.sent.clear()
    return [len(frame) for frame in sent.split(b"\xa5" * 8)[1:]]


def test_each_area_turns_its_own_pages_and_only_what_changed_goes_on_the_line(bench: Bench) -> None:
    bench.line.go(orders(BOTH))
    _ping, _delete, both = frames_of(bench)
    bench.run(5.5)  # below at 2 s, above at 3 s, below at 4 s
    assert len(sizes := frames_of(bench)) == 3
    assert all(size < 0.6 * both for size in sizes)
    bench.run(1.0)  # both at 6 s: one frame, and no mixture
    assert frames_of(bench) == [pytest.approx(both, rel=0.05)]
    bench.run(5.0)
    assert {one.planes for one in bench.seen} == {
        together(above, below) for above in ABOVE.pages for below in BELOW.pages
    }
    assert bench.line.views[DEVICE].health.value == "healthy"


def test_each_area_has_records_of_its_own(bench: Bench) -> None:
    bench.line.go(orders(BOTH))
    bench.run(125.0)
    made = bench.records()
    assert {(area, message) for area, message, _, _ in made} == {("notice", "m-above"), ("clock", "m-below")}
    assert all(outcome is Outcome.SHOWN and seconds >= 60 for _, _, outcome, seconds in made)
    shown = bench.line.views[DEVICE].shown
    assert shown is not None
    assert [(one.area, one.message, one.sha256) for one in shown.areas] == [
        ("clock", "m-below", BELOW.ref().sha256), ("notice", "m-above", ABOVE.ref().sha256),
    ]  # fmt: skip
    assert shown.sha256 is None


@pytest.mark.parametrize("the_plan", [BOTH, RUNNING], ids=["standing", "running"])
def test_an_alert_takes_the_whole_board_and_the_areas_come_back_with_no_picture_of_both(
    bench: Bench, the_plan: Plan
) -> None:
    bench.line.go(orders(the_plan))
    bench.run(4.0)
    bench.seen.clear()
    assert bench.line.worker is not None
    bench.line.worker.tell(orders(the_plan, alert(10, 4)), ALERT)
    bench.run(9.0)
    assert bench.seen[-1].planes == URGENT.pages[0].planes
    bench.run(3.0)
    above = {one.planes[0] for one in ABOVE.pages}
    below = {one.planes[0] for one in BELOW.pages} | RUN_FRAMES
    for red in (one.planes[0] for one in bench.seen):
        assert red == URGENT.pages[0].planes[0] or (red[:128] in above and red[128:] in below)
    assert bench.seen[-1].planes != URGENT.pages[0].planes
    interrupted = [(area, reason) for area, _, outcome, _ in bench.records() for reason in [outcome]]
    assert ("notice", Outcome.INTERRUPTED) in interrupted
    assert ("clock", Outcome.INTERRUPTED) in interrupted
    assert (None, "urgent", Outcome.SHOWN, 10) in bench.records()


def test_after_an_alert_each_area_goes_on_where_it_was_cut(bench: Bench) -> None:
    bench.line.go(orders(BOTH))
    bench.run(4.0)
    assert bench.line.worker is not None
    bench.line.worker.tell(orders(BOTH, alert(10, 4)), ALERT)
    bench.run(10.5)
    # Cut at 4 s: the notice in the midst of its second page, the clock at the beginning of its first; by the clock on
    # the wall it would be the first and the second.
    assert bench.card.page().planes == together(ABOVE.pages[1], BELOW.pages[0])


def test_a_rule_for_all_of_the_board_takes_it_and_one_that_is_weaker_does_not(bench: Bench) -> None:
    strong = rule("all", None, "12:01", "12:02", priority=Priority.PRIORITY)
    bench.line.go(orders(plan(rule("above", "notice"), strong, above=ABOVE, all=ALL)))
    assert bench.seen[-1].planes == together(ABOVE.pages[0], blank(CLOCK))
    bench.run(61.0)
    assert bench.seen[-1].planes == ALL.pages[0].planes
    bench.run(60.0)
    assert bench.seen[-1].planes[0][128:] == bytes(128)


def blank(area: Area) -> Page:
    return page(area, 0, 1.0)


def test_the_worker_wakes_when_something_takes_the_whole_board_and_when_it_gives_it_back(bench: Bench) -> None:
    still = file(NOTICE, 3, seconds=3600.0)
    bench.line.media.keep(still.ref().sha256, still.to_bytes())
    strong = rule("all", None, "12:01", "12:02", priority=Priority.PRIORITY)
    bench.line.go(orders(plan(rule("above", "notice"), strong, above=still, all=file(whole(SHAPE), 9))))
    worker, changes = bench.line.worker, []
    assert worker is not None
    worker.tell(TestPattern(DEVICE, 15.0))  # so that no look at the quiet board falls on a minute
    bench.run(16.0)
    shown = bench.card.page().planes
    while (at := (bench.line.clock.now() - NOON).total_seconds()) < 125:
        bench.wire.pass_by(worker.turn())  # as long as it would sleep
        if bench.card.page().planes != shown:
            shown = bench.card.page().planes
            changes.append(at)
    assert changes == [pytest.approx(60, abs=0.5), pytest.approx(120, abs=0.5)]


def test_text_runs_in_its_area_and_is_not_begun_anew_when_the_notice_above_turns(bench: Bench) -> None:
    bench.line.go(orders(RUNNING))
    bench.run(0.2)
    bench.seen.clear()
    bench.run(3.3)
    assert len(bench.seen) > 50
    assert {one.planes[0][128:] for one in bench.seen} <= RUN_FRAMES
    assert b"\x02" * 8 in {one.planes[0][:8] for one in bench.seen}  # the notice has turned
    assert sum(one.planes[0][128:] == RUNS.strip.frame(0).planes[0] for one in bench.seen) <= 2


def test_a_board_that_cannot_run_text_shows_it_in_pages_that_stand(tmp_path: Path) -> None:
    line = Line(tmp_path)
    board = line.board(DEVICE, str(SHAPE))
    for one in (ABOVE, RUNS):
        line.media.keep(one.ref().sha256, one.to_bytes())
    line.go(orders(RUNNING))
    line.run(RUNS.seconds, step=0.1)
    pages = [word for word in board.told if isinstance(word, Page)]
    assert isinstance(board, FakeBoard)
    assert all(one.shape == SHAPE for one in pages)
    assert len({one.planes[0][128:] for one in pages}) > 1
    line.store.close()


def test_content_drawn_for_another_size_leaves_its_area_dark_and_the_others_lit(bench: Bench) -> None:
    bench.line.go(orders(plan(rule("above", "notice"), rule("wrong", "clock"), above=ABOVE, wrong=ALL)))
    assert bench.card.page().planes == together(ABOVE.pages[0], blank(CLOCK))
    assert "was not drawn for this area" in bench.line.faults[DEVICE].standing()[0].text
    assert [(one.area, one.reason) for one in bench.line.records()] == [("clock", "content.size")]


def test_a_board_that_falls_silent_ends_the_plays_of_all_its_areas(tmp_path: Path) -> None:
    line = Line(tmp_path)
    board = line.board(DEVICE, str(SHAPE))
    for one in (ABOVE, BELOW):
        line.media.keep(one.ref().sha256, one.to_bytes())
    line.go(orders(BOTH))
    line.run(2.5)
    board.error = SilentError(1.0)
    line.run(5.0, step=0.25)
    partial = [one.area for one in line.records() if one.outcome is Outcome.PARTIAL]
    assert sorted(map(str, partial)) == ["clock", "notice"]
    line.store.close()


def test_a_plan_that_divides_the_board_otherwise_ends_the_old_areas(bench: Bench) -> None:
    bench.line.go(orders(BOTH))
    bench.run(1.0)
    bench.line.go(orders(plan(rule("all", None), all=ALL, revision=2).model_copy(update={"areas": ()})))
    assert bench.card.page().planes == ALL.pages[0].planes
    assert {area for area, _, outcome, _ in bench.records() if outcome is Outcome.SHOWN} == {"notice", "clock"}
    assert bench.line.faults[DEVICE].standing() == ()


def test_without_a_trusted_clock_the_areas_rest_and_the_board_is_dark(bench: Bench) -> None:
    bench.line.clock.trust = False
    bench.line.go(orders(BOTH))
    assert not any(map(any, bench.card.page().planes))
    bench.line.clock.trust = True
    bench.line.go()
    assert bench.card.page().planes == together(ABOVE.pages[0], BELOW.pages[0])


def test_a_stop_records_every_area(bench: Bench) -> None:
    bench.line.go(orders(BOTH))
    bench.run(1.0)
    assert bench.line.worker is not None
    bench.line.worker.ask_to_stop()
    bench.line.worker.turn()
    assert sorted(str(area) for area, _, outcome, _ in bench.records() if outcome is Outcome.PARTIAL) == [
        "clock",
        "notice",
    ]
