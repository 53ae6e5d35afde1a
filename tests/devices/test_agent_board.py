"""A board on a line: pages in their turn, evidence, faults, records; by a clock that the tests move."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from devices.agent.orders import Orders, View
from devices.agent.worker import ALERT, CONTENT, RestartLine, TestPattern
from devices.contract.messages import Health, Outcome
from devices.errors import LinkLostError, RefusedError, SilentError
from devices.rendering.page import Page, PageFile
from schedules.model import Alert, Plan, Playlist, Priority, Rule, Window
from tests.support.agent_world import item_of, page_file
from tests.support.facts import DEVICE, NOON
from tests.support.fake_devices import FakeBoard, Line

VI, ZH = page_file(1, "vi", pages=2, seconds=3.0), page_file(2, "zh-Hans", seconds=4.0)
CALM, URGENT = page_file(5), page_file(9, seconds=3.0)


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    made = Line(tmp_path)
    for file in (VI, ZH, CALM, URGENT):
        made.media.keep(file.ref().sha256, file.to_bytes())
    yield made
    made.store.close()


@pytest.fixture
def board(line: Line) -> FakeBoard:
    return line.board(DEVICE)


def plan(*files: PageFile, end: str = "17:00", fallback: PageFile | None = None, revision: int = 1) -> Plan:
    """On from noon; NOON is 12:00 at the gates."""
    rule = Rule(id="r1", playlist="p1", targets=(DEVICE,), windows=(Window.of("12:00", end),))
    return Plan(
        device=DEVICE, revision=revision, issued=NOON - timedelta(hours=1), rules=(rule,),
        playlists=(Playlist(id="p1", items=(item_of("m1", *files),)),),
        fallback=item_of("calm", fallback) if fallback else None,
    )  # fmt: skip


def alert(seconds: float = 60, starts: float = 0, priority: Priority = Priority.EMERGENCY, name: str = "a1") -> Alert:
    begin = NOON + timedelta(seconds=starts)
    item = None if priority is Priority.BLANK else item_of("urgent", URGENT)
    return Alert.model_validate(
        {
            "id": name,
            "revision": 1,
            "priority": priority,
            "starts": begin,
            "until": begin + timedelta(seconds=seconds),
            "item": item,
        }
    )


def orders(line: Line, the_plan: Plan | None, *alerts: Alert) -> Orders:
    return Orders(DEVICE, the_plan, alerts, {one.id: one.revision for one in alerts})


def shown(board: FakeBoard) -> list[Page]:
    return [word for word in board.told if isinstance(word, Page)]


def outcomes(line: Line) -> list[tuple[str, Outcome, float]]:
    return [(one.content.language, one.outcome, round(one.seconds, 1)) for one in line.records()]


def test_pages_and_languages_turn_by_the_clock_and_each_content_is_one_record(line: Line, board: FakeBoard) -> None:
    line.go(orders(line, plan(VI, ZH)))
    line.run(11.0)
    assert shown(board) == [*VI.pages, *ZH.pages, VI.pages[0]]
    assert outcomes(line) == [("vi", Outcome.SHOWN, 6.0), ("zh-Hans", Outcome.SHOWN, 4.0)]
    first = line.records()[0]
    assert (first.due, first.started, first.evidence, first.source) == (NOON, NOON, "acknowledged", "r1")


def test_between_turns_the_line_is_silent(line: Line, board: FakeBoard) -> None:
    line.go(orders(line, plan(ZH)))
    line.run(20.0, step=0.5)
    assert shown(board) == [*ZH.pages]
    assert board.told == ["ping", *ZH.pages]


def test_showings_of_one_content_in_a_row_are_one_play_of_about_a_minute(line: Line, board: FakeBoard) -> None:
    line.go(orders(line, plan(ZH)))
    line.run(130.0, step=1.0)
    assert outcomes(line) == [("zh-Hans", Outcome.SHOWN, 60.0), ("zh-Hans", Outcome.SHOWN, 60.0)]


def test_one_long_content_is_recorded_every_ten_minutes(line: Line, board: FakeBoard) -> None:
    long = page_file(7, seconds=3600.0)
    line.media.keep(long.ref().sha256, long.to_bytes())
    line.go(orders(line, plan(long)))
    line.run(1300.0, step=5.0)
    assert outcomes(line) == [("vi", Outcome.SHOWN, 600.0), ("vi", Outcome.SHOWN, 600.0)]


def test_a_quiet_board_is_asked_every_30_seconds_and_told_again_after_15_minutes(line: Line, board: FakeBoard) -> None:
    line.go(orders(line, None))
    line.run(1000.0, step=1.0)
    assert board.told.count("blank") == 2
    assert 28 <= board.told.count("ping") <= 34


def test_an_alert_goes_first_and_the_interrupted_record_names_it(line: Line, board: FakeBoard) -> None:
    line.go(orders(line, plan(VI, ZH)))
    line.run(2.0)
    line.go(orders(line, plan(VI, ZH), alert(60, starts=2)))
    assert shown(board)[-1] == URGENT.pages[0]
    assert outcomes(line) == [("vi", Outcome.INTERRUPTED, 2.0)]
    assert line.records()[0].reason == "alert a1"
    assert line.views[DEVICE].alerts == {"a1": 1}
    assert line.views[DEVICE].answer.cause == "alert"  # type: ignore[union-attr]
    line.run(61.0, step=0.5)
    last = line.records()[-1]
    assert (last.cause, last.outcome, round(last.seconds)) == ("alert", Outcome.SHOWN, 60)
    assert shown(board)[-1] in (*VI.pages, *ZH.pages)


def test_a_turn_that_is_over_before_its_page_is_lit_is_recorded_as_missed_with_the_reason(
    line: Line, board: FakeBoard
) -> None:
    def slow() -> None:
        board.before = None
        line.clock.pass_by(7.0)  # the first question took longer than the six seconds of the first content

    board.before = slow
    line.go(orders(line, plan(VI, ZH)))
    line.run(3.5)
    missed, shown_after = line.records()
    assert (missed.content.language, missed.outcome, missed.started) == ("vi", Outcome.FAILED, None)
    assert missed.reason == "its turn was over before it was lit"
    assert (shown_after.content.language, shown_after.outcome) == ("zh-Hans", Outcome.SHOWN)


def test_a_turn_that_a_newer_plan_takes_away_before_its_page_is_lit_is_not_missed(line: Line, board: FakeBoard) -> None:
    def replaced() -> None:
        board.before = None
        assert line.worker is not None
        line.worker.tell(orders(line, plan(ZH, revision=2)))

    board.before = replaced
    line.go(orders(line, plan(VI)))
    line.run(5.0)
    assert shown(board) == [*ZH.pages]
    assert line.records() == []


def test_blank_all_darkens_the_board(line: Line, board: FakeBoard) -> None:
    line.go(orders(line, plan(VI)))
    line.go(orders(line, plan(VI), alert(priority=Priority.BLANK)))
    assert board.told[-1] == "blank"


def test_the_end_of_its_own_window_is_no_interruption(line: Line, board: FakeBoard) -> None:
    line.go(orders(line, plan(ZH, end="12:01")))
    line.run(58.0, step=1.0)
    line.run(4.0)
    assert board.told[-1] == "blank"
    assert [outcome for _, outcome, _ in outcomes(line)] == [Outcome.SHOWN]


def test_missing_content_gives_way_to_the_fallback_and_is_recorded_once(line: Line, board: FakeBoard) -> None:
    absent = page_file(6)
    line.go(orders(line, plan(absent, fallback=CALM)))
    line.run(10.0)
    assert shown(board) == [CALM.pages[0]]
    assert [one.code for one in line.faults[DEVICE].standing()] == ["content.missing"]
    failed = [one for one in line.records() if one.outcome is Outcome.FAILED]
    assert [(one.reason, one.message, one.seconds) for one in failed] == [("content.missing", "m1", 0.0)]
    assert line.views[DEVICE].health is Health.IMPAIRED
    line.media.keep(absent.ref().sha256, absent.to_bytes())
    line.run(1.0)
    assert shown(board)[-1] == absent.pages[0]
    assert line.faults[DEVICE].standing() == ()


def test_a_board_that_falls_silent_is_offline_its_play_partial_and_it_is_shown_again_when_back(
    line: Line, board: FakeBoard
) -> None:
    line.go(orders(line, plan(VI, ZH)))
    line.run(2.0)
    board.error = SilentError(1.0)
    line.run(120.0, step=0.25)
    assert line.views[DEVICE].health is Health.OFFLINE
    partial = [one for one in line.records() if one.outcome is Outcome.PARTIAL]
    assert len(partial) == 1
    assert partial[0].seconds <= 3.1
    assert "no answer" in partial[0].reason
    failed = [one for one in line.records() if one.outcome is Outcome.FAILED]
    assert 1 <= len(failed) <= 2  # once for each content, not once for each page
    assert line.faults[DEVICE].standing()[0].code == "link.silent"
    board.error = None
    board.told.clear()
    line.run(31.0, step=0.25)
    assert board.told[0] == "ping"
    assert shown(board)
    assert line.views[DEVICE].health is Health.HEALTHY
    assert line.faults[DEVICE].standing() == ()


def test_a_board_that_says_no_is_impaired_and_asked_ever_less_often(line: Line, board: FakeBoard) -> None:
    board.error = RefusedError(7)
    tries = []
    board.before = lambda: tries.append(line.clock.monotonic())
    line.go(orders(line, plan(ZH)))
    line.run(60.0, step=0.25)
    assert line.views[DEVICE].health is Health.IMPAIRED
    assert 4 <= len(tries) <= 8
    assert line.faults[DEVICE].standing()[0].text == "the device refused the frame (reason 0x07)"


def test_an_alert_does_not_wait_for_the_next_try(line: Line, board: FakeBoard) -> None:
    board.error = SilentError(1.0)
    line.go(orders(line, plan(VI)))
    line.run(40.0, step=0.25)
    board.error = None
    line.go(orders(line, plan(VI), alert(300, starts=40)))
    assert shown(board)[-1] == URGENT.pages[0]


def test_a_lost_line_is_opened_again_and_the_page_shown_again(line: Line, board: FakeBoard) -> None:
    line.go(orders(line, plan(ZH)))
    board.error = LinkLostError("l", "gone")
    line.run(31.0, step=0.5)
    board.error = None
    assert line.links[0].closed
    assert line.views[DEVICE].health is Health.OFFLINE
    line.run(35.0, step=0.5)
    assert len(line.links) >= 2
    assert len(shown(board)) >= 2
    assert line.views[DEVICE].health is Health.HEALTHY


def test_a_command_restarts_the_line(line: Line, board: FakeBoard) -> None:
    line.go(orders(line, plan(ZH)))
    assert line.worker is not None
    line.worker.tell(RestartLine())
    line.go()
    assert [link.closed for link in line.links] == [True, False]
    assert len(shown(board)) == 2


def test_the_test_page_is_shown_for_ten_seconds_but_never_over_an_alert(line: Line, board: FakeBoard) -> None:
    line.go(orders(line, plan(ZH)))
    assert line.worker is not None
    line.worker.tell(TestPattern(DEVICE))
    line.run(1.0)
    chequers = shown(board)[-1]
    assert chequers.planes[0][:4] == b"\xaa" * 4
    line.run(10.0)
    assert shown(board)[-1] == ZH.pages[0]
    line.go(orders(line, plan(ZH), alert(60, starts=11)))
    line.worker.tell(TestPattern(DEVICE))
    line.run(1.0)
    assert shown(board)[-1] == URGENT.pages[0]


def test_without_a_trusted_clock_only_fallback_and_alerts_are_shown(line: Line, board: FakeBoard) -> None:
    line.clock.trust = False
    line.go(orders(line, plan(VI, fallback=CALM)))
    assert shown(board) == [CALM.pages[0]]
    assert [one.code for one in line.faults[DEVICE].standing()] == ["clock.unsynced"]
    assert not line.views[DEVICE].trusted
    line.go(
        orders(line, plan(VI, fallback=CALM), alert(60, starts=-86_400))
    )  # over by this clock, which nobody believes
    assert shown(board)[-1] == URGENT.pages[0]
    line.clock.trust = True
    line.go()
    assert shown(board)[-1] == VI.pages[0]
    assert line.faults[DEVICE].standing() == ()


def test_the_journal_has_the_play_before_the_first_byte_except_for_alerts(
    line: Line, board: FakeBoard, tmp_path: Path
) -> None:
    rows: list[int] = []
    beside = sqlite3.connect(tmp_path / "agent.db")
    board.before = lambda: rows.append(beside.execute("SELECT count(*) FROM plays").fetchone()[0])
    line.go(orders(line, plan(VI)))
    assert rows == [1, 1]  # the question who is there, and the page
    line.go(orders(line, plan(VI), alert()))
    assert rows == [1, 1, 1]  # still that of the first play: the alert's lamps waited for no disk
    assert [one.outcome for one in line.records()] == [Outcome.INTERRUPTED]
    assert beside.execute("SELECT count(*) FROM plays").fetchone() == (1,)
    beside.close()


def test_a_disk_that_takes_nothing_costs_records_and_never_light(
    line: Line, board: FakeBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise sqlite3.OperationalError("database or disk is full")

    for name in ("open_play", "close_play", "add", "progress"):
        monkeypatch.setattr(line.store, name, full)
    line.go(orders(line, plan(VI, ZH)))
    line.run(11.0)
    assert shown(board) == [*VI.pages, *ZH.pages, VI.pages[0]]
    assert [one.code for one in line.faults[DEVICE].standing()] == ["store.write"]


def test_a_stop_records_what_was_shown_and_leaves_the_picture(line: Line, board: FakeBoard) -> None:
    line.go(orders(line, plan(ZH)))
    line.run(3.0)
    assert line.worker is not None
    line.worker.ask_to_stop()
    line.worker.turn()
    assert outcomes(line) == [("zh-Hans", Outcome.PARTIAL, 3.0)]
    assert board.told == ["ping", ZH.pages[0]]
    assert line.links[0].closed


def test_a_new_plan_without_the_message_ends_its_play_and_a_same_one_does_not(line: Line, board: FakeBoard) -> None:
    line.go(orders(line, plan(ZH)))
    line.run(1.0)
    line.go(orders(line, plan(ZH, revision=2)))
    assert outcomes(line) == []
    line.go(orders(line, plan(VI, revision=3)))
    assert outcomes(line) == [("zh-Hans", Outcome.SHOWN, 1.0)]
    assert line.views[DEVICE].revision == 3


def test_the_alert_of_one_board_goes_before_the_pages_of_another(tmp_path: Path) -> None:
    line = Line(tmp_path)
    order: list[str] = []
    for file in (VI, URGENT):
        line.media.keep(file.ref().sha256, file.to_bytes())
    first, second = line.board("chi-ma/board-0"), line.board(DEVICE)
    first.before, second.before = lambda: order.append("pages"), lambda: order.append("alert")
    other = plan(VI).model_copy(update={"device": "chi-ma/board-0"})
    line.go(Orders("chi-ma/board-0", other), orders(line, None, alert()))
    assert order[0] == "alert"
    line.store.close()


def test_a_fault_of_plans_on_disk_stands_although_the_journal_writes(line: Line, board: FakeBoard) -> None:
    line.go(orders(line, plan(VI)))
    line.faults[DEVICE].put("store.write", "a plan could not be kept", NOON)
    line.run(3.0)
    assert [one.text for one in line.faults[DEVICE].standing()] == ["a plan could not be kept"]


def test_an_alert_is_not_lost_to_a_plan_that_was_told_before_it_and_is_heard_after_it(
    line: Line, board: FakeBoard
) -> None:
    line.go(orders(line, plan(VI)))
    assert line.worker is not None
    before, with_alert = orders(line, plan(ZH)), orders(line, plan(ZH), alert())
    line.worker.tell(before, CONTENT)  # the line is busy: both wait, and the alert's go first
    line.worker.tell(with_alert, ALERT)
    line.run(1.0)
    assert shown(board)[-1] == URGENT.pages[0]


class Told(dict):
    """The views of a line, and the health of each view that was ever told."""

    def __init__(self) -> None:
        super().__init__()
        self.healths: list[Health] = []

    def __setitem__(self, device: str, view: View) -> None:
        self.healths.append(view.health)
        super().__setitem__(device, view)


def test_a_page_that_waits_for_its_neighbour_on_the_line_is_no_fault_and_one_that_never_comes_is(line: Line) -> None:
    other = "chi-ma/board-2"
    boards = [line.board(DEVICE), line.board(other)]
    mine = plan(VI, ZH)
    rules = tuple(rule.model_copy(update={"targets": (other,)}) for rule in mine.rules)
    theirs = mine.model_copy(update={"device": other, "rules": rules})
    line.views = told = Told()
    line.go(orders(line, mine), Orders(other, theirs, (), {}))
    line.run(2.0)
    told.healths.clear()
    line.run(12.0, step=0.25)
    assert set(told.healths) == {Health.HEALTHY}
    assert all(len(shown(board)) > 3 for board in boards)  # pages did turn, both boards' at the same instants
    boards[1].error = RefusedError(7)
    line.run(8.0, step=0.25)
    assert line.views[other].health is not Health.HEALTHY
