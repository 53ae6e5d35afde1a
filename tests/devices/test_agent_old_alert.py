"""An alert whose seal ended while the agent was away must not keep the agent from starting."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from devices.contract.messages import AlertMessage, Health
from devices.contract.topics import alert_topic
from tests.support.agent_world import a_world, alert_message, item_of, page_file, until
from tests.support.fake_controller import sealed_alert, utc_now

LANE = "huu-nghi/lane-1"
ALERT = page_file(9, seconds=3.0)


def _end(alert: AlertMessage) -> AlertMessage:
    return alert.model_copy(update={"revision": 2, "state": "ended", "showings": ()})


async def test_an_agent_that_was_away_past_the_end_of_an_alert_starts_and_shows_nothing_of_it(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        async with world.agent():
            ends = utc_now() + timedelta(seconds=1.5)
            alert = alert_message("a1", ends, item_of("urgent", ALERT), ALERT)
            await world.session.publish(alert_topic("all", "a1"), sealed_alert(alert, not_after=ends), retain=True)
            await until(lambda: world.statuses[LANE].alerts.get("a1") == 1)
        await asyncio.sleep(max((ends - utc_now()).total_seconds(), 0) + 0.05)
        before = world.statuses[LANE].boot
        async with world.agent():
            await until(lambda: world.statuses[LANE].boot != before)
            assert world.statuses[LANE].cause != "alert"


async def test_of_an_alert_whose_end_comes_with_the_same_connection_nothing_reaches_the_lamps(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world, world.agent() as agent:
        await until(lambda: world.statuses[LANE].health is Health.HEALTHY)
        ends = utc_now() + timedelta(minutes=5)
        over = alert_message("over", ends, item_of("urgent", ALERT), ALERT)
        living = alert_message("living", ends, item_of("urgent", ALERT), ALERT)
        agent.reached(True)
        await world.alert(over)
        await asyncio.sleep(0.05)  # time enough to begin it
        await world.alert(_end(over))
        await world.alert(living)
        await until(lambda: world.statuses[LANE].alerts == {"over": 2, "living": 1})
        await world.alert(_end(living))
        await until(lambda: [one for one in world.records if one.source == "living"])
        assert not [one for one in world.records if one.source == "over"]
