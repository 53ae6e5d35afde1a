"""A state folder that takes no writing at the start, and an outbox that nobody empties: neither costs light or sound."""

from __future__ import annotations

import errno
import fcntl
import logging
import os
from pathlib import Path

import pytest

from devices.agent.app import build_agent, lock_file
from devices.agent.config import ConfigError
from devices.agent.local import DOOR, Door
from devices.agent.store import GIVEN_UP, Store
from devices.contract.messages import Health
from schedules.model import LocalCall, Plan
from tests.devices.test_agent_disk import record
from tests.devices.test_agent_sound import ONE_SPEAKER, PA, sound, spoken, zones
from tests.support.agent_world import World, a_world, until
from tests.support.facts import NOON
from tests.support.fake_controller import utc_now

WITH_BUTTON = ONE_SPEAKER.replace(
    "[devices.sound]",
    '[devices.settings.inputs]\nred = 0\n[devices.inputs.red]\nmeans = "button"\ncall = "fire"\n[devices.sound]',
)


def spoil(folder: Path) -> None:
    """Have everything refuse writing that is written at a start: as root, permissions alone would not."""
    for name in ("lock", "agent.db", "local.json", DOOR):
        path = folder / name
        path.unlink(missing_ok=True)
        path.mkdir()
    for path in folder.glob("agent.db-*"):
        path.unlink()


async def known(world: World) -> None:
    """A gate that has its plan, with a call, on disk."""
    async with world.agent():
        await until(lambda: PA in world.statuses and world.statuses[PA].health is Health.HEALTHY)
        call = LocalCall(id="fire", item=spoken("leave", sound(world, 1.0, 880)), longest=60)
        await world.plan(Plan(device=PA, revision=1, issued=utc_now(), calls=(call,)))
        await until(lambda: world.statuses[PA].revision == 1 and world.statuses[PA].missing == 0)


async def test_on_a_disk_that_takes_no_writing_the_agent_starts_a_button_sounds_and_the_record_arrives(tmp_path):
    async with a_world(tmp_path, WITH_BUTTON) as world:
        await known(world)
        spoil(tmp_path / "state")
        world.records.clear()
        async with world.agent():
            await until(lambda: "store.damaged" in {one.code for one in world.statuses[PA].faults})
            relays = world.gate.relays("pa-1")
            relays.set_input(0, True)
            await until(lambda: zones(world) == {0, 1, 5})
            await until(lambda: [one for one in world.records if one.message == "leave"])
    record = next(one for one in world.records if one.message == "leave")
    assert (record.source, record.zones, record.seconds > 0) == ("local-fire", ("hall", "yard"), True)


async def test_two_agents_never_share_a_folder_though_it_takes_no_writing(tmp_path):
    async with a_world(tmp_path, WITH_BUTTON) as world:
        await known(world)
        spoil(tmp_path / "state")
        first = build_agent(world.config)
        with pytest.raises(ConfigError, match="another agent"):
            build_agent(world.config)
        first._stop()


def test_whoever_began_before_the_disk_turned_read_only_keeps_the_folder(tmp_path):
    def read_only(path: Path, flags: int, *more: int) -> int:
        if flags & os.O_RDWR:
            raise OSError(errno.EROFS, "Read-only file system")
        return os.open(path, flags, *more)

    first = lock_file(tmp_path)
    fcntl.flock(first, fcntl.LOCK_EX | fcntl.LOCK_NB)
    second = lock_file(tmp_path, read_only)
    with pytest.raises(BlockingIOError):
        fcntl.flock(second, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(first)
    fcntl.flock(second, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(second)


async def test_a_folder_that_cannot_even_be_made_still_ends_the_start(tmp_path):
    async with a_world(tmp_path, WITH_BUTTON) as world:
        (tmp_path / "file").write_text("")
        config = world.config.model_copy(update={"state": tmp_path / "file" / "state"})
        with pytest.raises(ConfigError, match="cannot be made"):
            build_agent(config)


async def test_a_door_that_cannot_be_made_is_told_once_and_is_no_error(tmp_path, caplog, monkeypatch):
    monkeypatch.setattr("devices.agent.local._DOOR_AGAIN", 0.01)
    (tmp_path / DOOR).mkdir()
    with caplog.at_level(logging.WARNING):
        await Door(tmp_path / DOOR, lambda call, down: True).run()
    assert [one.message for one in caplog.records] == ["there is no door for keys on this box"]


# --- the bound


def test_an_outbox_that_nobody_empties_gives_up_its_oldest_records_and_counts_them(tmp_path):
    store = Store(tmp_path / "agent.db", NOON, most=1_000)
    for number in range(1_000):
        store.add(record(number))
    assert (store.depth(), store.given_up) == (1_000, 0)
    store.add(record(1_000))
    assert (store.depth(), store.given_up) == (1_001 - GIVEN_UP, GIVEN_UP)
    assert [one.sequence for one in store.oldest(1)] == [GIVEN_UP + 1]
    assert len(store.oldest(10_000)) == store.depth()
    store.forget(store.boot, 1_001)
    assert store.depth() == 0
    store.close()


def test_in_memory_fewer_wait_than_on_disk(tmp_path):
    (tmp_path / "agent.db").mkdir()
    memory, disk = Store(tmp_path / "agent.db", NOON), Store(tmp_path / "other.db", NOON)
    assert memory._most < disk._most
    memory.close()
    disk.close()
