"""The agent whole: over a real broker and pseudo-terminals, against simulated boards that share no code with the drivers."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from devices.agent import app, inbox
from devices.agent.plans import PlanFiles
from devices.contract.messages import CommandMessage, Health, Outcome
from devices.contract.topics import plan_topic
from schedules.model import Plan, Playlist, Rule, Window
from tests.support.agent_world import World, a_world, alert_message, item_of, page_file, until
from tests.support.fake_controller import sealed_plan, utc_now

LANE_1, LANE_2 = "huu-nghi/lane-1", "huu-nghi/lane-2"
VI, ZH, ALERT = page_file(1, "vi", pages=2), page_file(2, "zh-Hans"), page_file(9, seconds=3.0)


def all_day(device: str, revision: int = 1) -> Plan:
    rule = Rule(id="r1", playlist="p1", targets=(device,), windows=(Window(start=0, end=1440),))
    playlist = Playlist(id="p1", items=(item_of("m1", VI, ZH),))
    return Plan(device=device, revision=revision, issued=utc_now(), playlists=(playlist,), rules=(rule,))


def lamps(world: World, device: str) -> bytes:
    return world.gate.board(device.partition("/")[2]).page().planes[0]


def planes(*files: object) -> set[bytes]:
    return {page.planes[0] for file in files for page in file.pages}  # type: ignore[attr-defined]


async def test_a_plan_becomes_light_on_two_boards_of_one_line_and_proof_comes_back(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world, world.agent():
        await world.plan(all_day(LANE_1), VI, ZH)
        await world.plan(all_day(LANE_2))
        for device in (LANE_1, LANE_2):
            await until(lambda device=device: lamps(world, device) in planes(VI, ZH))
            await until(lambda device=device: world.statuses[device].health is Health.HEALTHY)
        await until(lambda: world.statuses[LANE_1].revision == 1)
        assert world.statuses[LANE_1].message == "m1"
        await until(lambda: len({one.content.language for one in world.records if one.device == LANE_1}) == 2)
        shown = [one for one in world.records if one.outcome is Outcome.SHOWN]
        assert {one.digest for one in shown} == {VI.ref().sha256}
        assert {one.evidence for one in shown} == {"acknowledged"}


async def test_an_alert_goes_over_everything_is_confirmed_and_ends(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world, world.agent():
        await world.plan(all_day(LANE_1), VI, ZH)
        await until(lambda: lamps(world, LANE_1) in planes(VI, ZH))
        alert = alert_message("a1", utc_now() + timedelta(minutes=5), item_of("urgent", ALERT), ALERT)
        await world.alert(alert)
        for device in (LANE_1, LANE_2):
            await until(lambda device=device: lamps(world, device) in planes(ALERT))
            await until(lambda device=device: world.statuses[device].alerts.get("a1") == 1)
        await world.alert(alert.model_copy(update={"revision": 2, "state": "ended"}))
        await until(lambda: lamps(world, LANE_1) in planes(VI, ZH) and not any(lamps(world, LANE_2)))
        await until(lambda: world.statuses[LANE_1].alerts.get("a1") == 2)
        await until(lambda: {Outcome.INTERRUPTED} <= {one.outcome for one in world.records})
        cut = next(one for one in world.records if one.outcome is Outcome.INTERRUPTED)
        assert cut.reason == "alert a1"
        await world.alert(alert)  # the first revision, again
        await until(lambda: any(one.cause == "alert" for one in world.records))
        assert lamps(world, LANE_1) in planes(VI, ZH)


async def test_with_broker_and_controller_gone_the_boards_go_on_and_the_records_come_once(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        async with world.agent():
            await world.plan(all_day(LANE_1), VI, ZH)
            await until(lambda: lamps(world, LANE_1) in planes(VI, ZH))
        world.broker.kill()
        async with world.agent():
            seen = set()
            await until(lambda: seen.add(lamps(world, LANE_1)) or len(seen & planes(VI, ZH)) == 3)
        world.broker.start()
        async with world.agent():
            await until(lambda: len(world.records) >= 3)
        names = [(one.boot, one.sequence) for one in world.records]
        assert len(set(names)) == len(names)


async def test_a_command_is_done_once(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world, world.agent():
        await until(lambda: LANE_1 in world.statuses)
        now = utc_now()
        command = CommandMessage(
            id="c1", verb="test_pattern", device=LANE_1, issued=now, expires=now + timedelta(minutes=1)
        )
        await world.command(command)
        await until(lambda: any(lamps(world, LANE_1)))
        await world.command(command)
        late = command.model_copy(update={"id": "c2", "expires": now})
        await world.command(late)
        await until(lambda: len(world.replies) == 3)
        assert [one.outcome for one in world.replies] == ["done", "duplicate", "expired"]


async def test_an_older_plan_that_the_broker_brings_again_is_no_fault_but_one_it_never_brought_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "OVERTAKEN", 0.5)
    first = sealed_plan(all_day(LANE_1))
    async with a_world(tmp_path) as world, world.agent():
        for file in (VI, ZH):
            world.controller.add(file.to_bytes())
        await world.session.publish(plan_topic(LANE_1), first, retain=True)
        await until(lambda: LANE_1 in world.statuses and world.statuses[LANE_1].revision == 1)
        await world.plan(all_day(LANE_1, revision=2))
        await until(lambda: world.statuses[LANE_1].revision == 2)
        await world.session.publish(plan_topic(LANE_1), first)  # the very bytes that were accepted
        await asyncio.sleep(0.6)  # longer than two statuses are apart
        assert not world.statuses[LANE_1].faults
        await world.plan(all_day(LANE_1))  # as old, and never seen before
        await until(lambda: [fault.code for fault in world.statuses[LANE_1].faults] == ["plan.refused"])
        assert world.statuses[LANE_1].revision == 2


async def test_a_retained_plan_that_a_newer_one_overtook_is_no_fault(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world, world.agent():
        await world.plan(all_day(LANE_1, revision=2), VI, ZH)
        await until(lambda: LANE_1 in world.statuses and world.statuses[LANE_1].revision == 2)
        await world.plan(all_day(LANE_1))
        await asyncio.sleep(0.6)  # longer than two statuses are apart
        assert not world.statuses[LANE_1].faults
        assert world.statuses[LANE_1].revision == 2


async def test_a_plan_that_the_disk_does_not_take_is_shown_all_the_same_and_kept_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = True
    keep = PlanFiles.keep_plan

    def keep_plan(self: PlanFiles, plan: Plan, sealed: bytes) -> None:
        if full:
            raise OSError(28, "No space left on device")
        keep(self, plan, sealed)

    monkeypatch.setattr(PlanFiles, "keep_plan", keep_plan)
    monkeypatch.setattr(app, "TIDY_EVERY", 0.1)
    async with a_world(tmp_path) as world, world.agent():
        await world.plan(all_day(LANE_1), VI, ZH)
        await until(lambda: lamps(world, LANE_1) in planes(VI, ZH))
        await until(lambda: [fault.code for fault in world.statuses[LANE_1].faults] == ["store.write"])
        full = False
        await until(lambda: not world.statuses[LANE_1].faults)
        assert lamps(world, LANE_1) in planes(VI, ZH)
