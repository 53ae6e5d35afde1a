"""A divided board, whole: real broker, agent and driver, a paced line, and a simulated card with text that runs."""

from datetime import timedelta
from pathlib import Path

from devices.contract.messages import Health
from devices.profiles.board import BoardShape
from devices.rendering.page import Page, PageFile, Strip
from schedules.model import Plan, Playlist, Rule, Window
from tests.support.agent_world import TWO_BOARDS, World, a_world, alert_message, item_of, until
from tests.support.fake_controller import utc_now

LANE = "huu-nghi/lane-1"
CONFIG = TWO_BOARDS.replace("32x16:mono", "64x16:mono")
HALF, BOARD = BoardShape.parse("64x8"), BoardShape.parse("64x16")
PLACES = ({"id": "above", "width": 64, "height": 8}, {"id": "below", "top": 8, "width": 64, "height": 8})


def pages(shape: BoardShape, *patterns: int, seconds: float = 1.0) -> PageFile:
    size = shape.stride * shape.height
    made = tuple(Page(shape=shape, planes=(bytes([one]) * size,), seconds=seconds) for one in patterns)
    return PageFile(language="vi", renderer="test", pages=made)


NOTICE, ALERT = pages(HALF, 1, 2), pages(BOARD, 9)
TEXT = PageFile(
    language="vi", renderer="test", strip=Strip(shape=HALF, width=96, planes=(bytes(range(96)),), interval=0.02)
)
FRAMES = {TEXT.strip.frame(number).planes[0] for number in range(TEXT.strip.frames)}


def divided() -> Plan:
    rules = [("above", NOTICE), ("below", TEXT)]
    return Plan(
        device=LANE, revision=1, issued=utc_now(), areas=PLACES,
        playlists=tuple(Playlist(id=name, items=(item_of(f"m-{name}", file),)) for name, file in rules),
        rules=tuple(
            Rule(id=name, playlist=name, targets=(LANE,), area=name, windows=(Window(start=0, end=1440),))
            for name, _ in rules
        ),
    )  # fmt: skip


def lamps(world: World) -> tuple[bytes, bytes]:
    plane = world.gate.board("lane-1").page().planes[0]
    return plane[:64], plane[64:]


async def test_a_notice_stands_above_text_that_runs_an_alert_takes_both_and_each_has_its_record(tmp_path: Path) -> None:
    above = {page.planes[0] for page in NOTICE.pages}
    async with a_world(tmp_path, CONFIG) as world, world.agent():
        await world.plan(divided(), NOTICE, TEXT)
        seen: set[tuple[bytes, bytes]] = set()
        await until(lambda: seen.add(lamps(world)) or len({below for _, below in seen}) > 20)
        await until(lambda: seen.add(lamps(world)) or {one for one, _ in seen} >= above)
        dark = (bytes(64), bytes(64))
        assert all(one in above and two in FRAMES for one, two in seen - {dark})
        await until(lambda: world.statuses[LANE].health is Health.HEALTHY and world.statuses[LANE].shown is not None)
        shown = world.statuses[LANE].shown
        assert shown is not None
        assert [(one.area, one.message) for one in shown.areas] == [("above", "m-above"), ("below", "m-below")]
        alert = alert_message("a1", utc_now() + timedelta(minutes=5), item_of("urgent", ALERT), ALERT)
        await world.alert(alert)
        await until(lambda: b"".join(lamps(world)) == ALERT.pages[0].planes[0])
        await world.alert(alert.model_copy(update={"revision": 2, "state": "ended"}))
        await until(lambda: lamps(world)[0] in above)
        await until(lambda: {"above", "below", None} <= {one.area for one in world.records})
        cut = {one.area: one.reason for one in world.records if one.outcome == "interrupted"}
        assert cut == {"above": "alert a1", "below": "alert a1"}
