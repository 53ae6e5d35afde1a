"""An alert whose seal ended while the agent was away must not keep the agent from starting."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from devices.agent.acceptance import read_alert, read_plan
from devices.agent.alerts import AlertBook
from devices.agent.clock import AgentClock
from devices.agent.faults import FaultBook
from devices.agent.inbox import Inbox
from devices.agent.media import MediaFiles
from devices.agent.plans import PlanFiles
from devices.agent.store import Store
from devices.contract.messages import AlertMessage, Health, Reply
from devices.contract.topics import alert_topic
from tests.support.agent_world import a_world, alert_message, item_of, page_file, until
from tests.support.fake_controller import KEYS, sealed_alert, utc_now

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


class Desk:
    """An inbox by itself, and what it tells: the device, and the living alerts that were known at that moment."""

    def __init__(self, folder: Path) -> None:
        clock, media, faults = AgentClock(trust=True), MediaFiles(folder / "content"), {LANE: FaultBook(LANE)}
        self.store, self.told = Store(folder / "agent.db", utc_now()), list[tuple[str, list[str]]]()
        self.alerts = AlertBook(lambda sealed: read_alert(sealed, keys=KEYS, now=clock.now()))
        files = PlanFiles(
            folder, (LANE,), lambda sealed, device: read_plan(sealed, keys=KEYS, device=device, now=None),
            lambda sealed: read_alert(sealed, keys=KEYS, now=None),
        )  # fmt: skip
        self.inbox = Inbox(
            agent="huu-nghi/agent", keys=KEYS, clock=clock, store=self.store, media=media, files=files,
            alerts=self.alerts, faults=faults, changed=self._changed, said=lambda _device: None, settled=lambda: None,
            acked=lambda _ack: None, obey=lambda _command: None, reply=self._reply,
        )  # fmt: skip

    def _changed(self, device: str, urgent: bool) -> None:
        assert urgent
        self.told.append((device, [one.id for one in self.alerts.for_device(device)]))

    async def _reply(self, _reply: Reply) -> None:
        """No command comes."""

    async def take(self, *messages: AlertMessage) -> None:
        """One after the other, as a broker tells what it kept. None of it waits for anything, so no time passes."""
        for message in messages:
            await self.inbox.take(alert_topic("all", message.id), sealed_alert(message))


def _alert(name: str) -> AlertMessage:
    return alert_message(name, utc_now() + timedelta(minutes=5), item_of("urgent", ALERT), ALERT)


async def test_of_an_alert_whose_end_comes_with_the_same_connection_nobody_is_told(tmp_path: Path) -> None:
    desk, over, living = Desk(tmp_path), _alert("over"), _alert("living")
    desk.inbox.reached(True)
    await desk.take(over)
    assert desk.told == []
    await desk.take(_end(over), living)
    assert desk.told == []
    await until(lambda: desk.told)
    assert {tuple(living) for _, living in desk.told} == {("living",)}
    assert desk.alerts.revisions(LANE) == {"over": 2, "living": 1}
    desk.store.close()


async def test_an_alert_that_comes_while_connected_is_told_at_once(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    await desk.take(_alert("a1"))
    assert desk.told == [(LANE, ["a1"])]
    desk.store.close()


async def test_the_end_of_an_alert_that_comes_with_a_connection_ends_it_on_a_board(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world, world.agent() as agent:
        await until(lambda: world.statuses[LANE].health is Health.HEALTHY)
        alert = _alert("a1")
        await world.alert(alert)
        await until(lambda: world.statuses[LANE].alerts == {"a1": 1})
        agent.reached(True)
        await world.alert(_end(alert))
        await until(lambda: world.statuses[LANE].alerts == {"a1": 2})
        await until(lambda: [one for one in world.records if one.source == "a1"])
        assert world.statuses[LANE].cause != "alert"
