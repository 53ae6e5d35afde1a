"""A board that an alert interrupted goes on as its message says, also after two alerts, and as the plan says after a rule."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from devices.agent.orders import Orders
from devices.rendering.page import PageFile
from schedules.model import Alert, Plan, Playlist, Priority, Rule, Window
from tests.support.agent_world import item_of, page_file
from tests.support.facts import DEVICE, NOON
from tests.support.fake_devices import FakeBoard, Line

LAW, GATES, URGENT = page_file(1, seconds=10.0), page_file(2, seconds=10.0), page_file(9, seconds=3.0)


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    made = Line(tmp_path)
    for file in (LAW, GATES, URGENT):
        made.media.keep(file.ref().sha256, file.to_bytes())
    yield made
    made.store.close()


def plan(interrupted: str, *more: Rule) -> Plan:
    """Two messages of ten seconds each, from noon on."""
    items = tuple(
        item_of(name, file).model_copy(update={"interrupted": interrupted})
        for name, file in (("law", LAW), ("gates", GATES))
    )
    lists = (Playlist(id="p1", items=items), Playlist(id="p2", items=(item_of("urgent", URGENT),)))
    day = Rule(id="day", playlist="p1", targets=(DEVICE,), windows=(Window.of("12:00", "17:00"),))
    return Plan(device=DEVICE, revision=1, issued=NOON - timedelta(hours=1), rules=(day, *more), playlists=lists)


def alert(name: str, starts: float, seconds: float) -> Alert:
    begin = NOON + timedelta(seconds=starts)
    return Alert(
        id=name, revision=1, starts=begin, until=begin + timedelta(seconds=seconds), item=item_of("urgent", URGENT)
    )


def orders(made: Plan, *alerts: Alert) -> Orders:
    return Orders(DEVICE, made, alerts, {one.id: one.revision for one in alerts})


def turns_at(board: FakeBoard, line: Line, file: PageFile, until: float) -> float:
    """The second after noon from which the board shows a file's first page, looked at each tenth of a second."""
    while (line.clock.now() - NOON).total_seconds() < until:
        if board.told[-1] == file.pages[0]:
            return round((line.clock.now() - NOON).total_seconds(), 1)
        line.run(0.1)
    return until


@pytest.mark.parametrize(("interrupted", "gates_at"), [("resume", 20.0), ("restart", 24.0), ("skip", 14.0)])
def test_after_an_alert_the_message_goes_on_begins_again_or_is_let_go(
    line: Line, interrupted: str, gates_at: float
) -> None:
    board, made = line.board(DEVICE), plan(interrupted)
    line.go(orders(made))
    line.run(4.0)
    line.go(orders(made, alert("fire", 4.0, 10.0)))
    line.run(9.9)
    line.run(0.3)
    assert turns_at(board, line, GATES, 40.0) == pytest.approx(gates_at, abs=0.3)


def test_two_alerts_in_one_message_are_both_counted(line: Line) -> None:
    board, made = line.board(DEVICE), plan("resume")
    line.go(orders(made))
    line.run(2.0)
    line.go(orders(made, alert("fire", 2.0, 5.0)))
    line.run(8.0)
    line.go(orders(made, alert("fog", 10.0, 5.0)))
    line.run(5.5)
    assert turns_at(board, line, GATES, 40.0) == pytest.approx(20.0, abs=0.3)


def test_an_alert_that_is_cleared_early_is_counted_as_long_as_it_was(line: Line) -> None:
    board, made = line.board(DEVICE), plan("resume")
    line.go(orders(made))
    line.run(2.0)
    line.go(orders(made, alert("fire", 2.0, 600.0)))
    line.run(5.0)
    line.go(orders(made))
    assert turns_at(board, line, GATES, 40.0) == pytest.approx(15.0, abs=0.3)


def test_after_a_rule_of_higher_class_it_goes_on_too(line: Line) -> None:
    urgent = Rule(
        id="urgent", playlist="p2", targets=(DEVICE,), windows=(Window.of("12:00", "17:00"),), priority=Priority.PRIORITY,
        starts=NOON + timedelta(seconds=4), ends=NOON + timedelta(seconds=10),
    )  # fmt: skip
    board = line.board(DEVICE)
    line.go(orders(plan("resume", urgent)))
    line.run(10.5)
    assert turns_at(board, line, GATES, 40.0) == pytest.approx(16.0, abs=0.3)
