"""Hundreds of plans and alerts leave no thread, no descriptor and no heap behind."""

from __future__ import annotations

import gc
import os
import threading
from datetime import timedelta
from pathlib import Path

from schedules.model import Plan, Playlist, Rule, Window
from tests.support.agent_world import World, a_world, alert_message, item_of, page_file, until
from tests.support.fake_controller import utc_now

LANE = "huu-nghi/lane-1"
FILES = [page_file(number) for number in range(1, 6)]
ROUNDS = 40


def plan(revision: int) -> Plan:
    item = item_of(f"m{revision % 5}", FILES[revision % 5])
    rule = Rule(id="r1", playlist="p1", targets=(LANE,), windows=(Window(start=0, end=1440),))
    playlists = (Playlist(id="p1", items=(item,)),)
    return Plan(device=LANE, revision=revision, issued=utc_now(), playlists=playlists, rules=(rule,))


async def live(world: World, first: int) -> None:
    """Many new plans, with an alert and its end now and then."""
    for revision in range(first, first + ROUNDS):
        await world.plan(plan(revision), FILES[revision % 5])
        if revision % 10 == 0:
            await one_alert(world, f"a{revision}")
    await until(lambda: world.statuses[LANE].revision == first + ROUNDS - 1, 60)


async def one_alert(world: World, name: str) -> None:
    alert = alert_message(name, utc_now() + timedelta(minutes=5), item_of("urgent", FILES[0]), FILES[0])
    await world.alert(alert)
    await until(lambda: world.statuses[LANE].alerts.get(name) == 1)
    await world.alert(alert.model_copy(update={"revision": 2, "state": "ended"}))
    await until(lambda: world.statuses[LANE].alerts.get(name) == 2)


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def kilobytes() -> int:
    """Resident memory of this process: agent, simulators and test together."""
    fields = Path("/proc/self/statm").read_text().split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


async def test_hundreds_of_plans_and_alerts_leave_nothing_behind(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world, world.agent():
        await until(lambda: LANE in world.statuses)
        await live(world, 1)
        gc.collect()
        threads, files, memory = threading.active_count(), descriptors(), kilobytes()
        await live(world, 1 + ROUNDS)
        await live(world, 1 + 2 * ROUNDS)
        gc.collect()
        grown = kilobytes() - memory
        assert threading.active_count() <= threads + 1
        assert descriptors() <= files + 2
        assert grown < 8 * 1024, f"{grown} kB more"
        assert len(list((tmp_path / "state" / "plans" / "lane-1").iterdir())) == 2
