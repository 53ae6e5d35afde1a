"""Fields on a board: turned each minute, dark where nothing is known, and figures that only their seal can bring."""

from __future__ import annotations

from datetime import timedelta

from devices.agent.orders import Orders
from devices.contract.messages import FiguresMessage
from devices.contract.seal import seal
from devices.contract.topics import agent_topic
from devices.profiles.board import BoardShape
from devices.rendering.fields import filled_page
from devices.rendering.page import Page
from devices.rendering.render import render
from schedules.live import Figure
from schedules.model import Item, Playlist, Rule, Window
from tests.support.agent_world import TWO_BOARDS, a_world, item_of, until
from tests.support.facts import NOON, digest, plan
from tests.support.fake_controller import SECRET, utc_now
from tests.support.fake_devices import Line

BOARD = "chi-ma/board-1"
SHAPE = BoardShape.parse("128x32")


def pages(board):
    return [each for each in board.told if isinstance(each, Page)]


def a_board(tmp_path, text, **figures):
    line = Line(tmp_path)
    file = render(text, "vi", SHAPE).file
    line.media.keep(file.ref().sha256, file.to_bytes())
    board = line.board(BOARD, "128x32:mono")
    item = Item(message="m1", version=1, digest=digest("m1"), contents=(file.ref(),))
    orders = Orders(BOARD, plan(playlists=(Playlist(id="p1", items=(item,)),)), figures=figures)
    return line, board, file, orders


def test_a_clock_is_shown_anew_each_minute_and_it_is_one_play(tmp_path):
    line, board, file, orders = a_board(tmp_path, "Bây giờ {clock}")
    line.go(orders)
    assert pages(board)[-1].planes == filled_page(file, 0, {0: "12:00"}).planes
    count = len(pages(board))
    line.run(30.0, step=1.0)
    assert len(pages(board)) == count
    line.run(40.0, step=1.0)
    assert pages(board)[-1].planes == filled_page(file, 0, {0: "12:01"}).planes
    assert len(pages(board)) == count + 1


def test_a_figure_nobody_brought_is_dark_and_a_fault_and_a_stale_one_goes_dark(tmp_path):
    line, board, file, orders = a_board(tmp_path, "Còn {figure lorries} xe")
    line.go(orders)
    assert pages(board)[-1].planes == file.pages[0].planes
    assert [each.code for each in line.faults[BOARD].standing()] == ["content.field"]
    fresh = Orders(BOARD, orders.plan, figures={"lorries": Figure(value=31, at=NOON)})
    line.go(fresh)
    line.run(61.0, step=1.0)
    assert pages(board)[-1].planes == filled_page(file, 0, {0: "31"}).planes
    assert line.faults[BOARD].standing() == ()
    line.clock.pass_by(15 * 60)
    line.go()
    line.run(61.0, step=1.0)
    assert pages(board)[-1].planes == file.pages[0].planes


async def test_figures_reach_a_board_by_their_seal_and_by_nothing_else(tmp_path):
    device = "huu-nghi/lane-1"
    file = render("Còn {figure lorries} xe", "vi", SHAPE).file
    wide = TWO_BOARDS.replace("32x16:mono", "128x32:mono")
    async with a_world(tmp_path, wide) as world, world.agent():
        await until(lambda: device in world.statuses)
        item = item_of("m1", file)
        always = Rule(id="r1", playlist="p1", targets=(device,), windows=(Window(start=0, end=1440),))
        lists = (Playlist(id="p1", items=(item,)),)
        await world.plan(plan(device=device, playlists=lists, rules=(always,), issued=utc_now()), file)
        await until(lambda: any(fault.code == "content.field" for fault in world.statuses[device].faults))

        async def send(number, secret, revision, subject="huu-nghi/agent"):
            now = utc_now()
            body = FiguresMessage(revision=revision, figures={"lorries": Figure(value=number, at=now)}).to_bytes()
            sealed = seal(
                secret, kind="figures", subject=subject, revision=revision, not_before=now - timedelta(minutes=1),
                not_after=now + timedelta(hours=1), body=body,
            )  # fmt: skip
            await world.session.publish(agent_topic("huu-nghi", "agent", "figures"), sealed, retain=True)

        await send(99, b"x" * 32, 5)
        await until(lambda: any(fault.code == "figures.refused" for fault in world.statuses[device].faults))
        await send(31, SECRET, 7)
        lamps = lambda: world.gate.board("lane-1").page().planes  # noqa: E731
        await until(lambda: lamps() == filled_page(file, 0, {0: "31"}).planes)
        await send(12, SECRET, 6)  # copied long ago
        await send(13, SECRET, 8, subject="chi-ma/agent")
        await until(lambda: any(fault.code == "figures.refused" for fault in world.statuses[device].faults))
        assert lamps() == filled_page(file, 0, {0: "31"}).planes
