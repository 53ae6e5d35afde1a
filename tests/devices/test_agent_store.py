"""What the agent must not lose survives kill -9; what is damaged is set aside and said."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from devices.agent.store import Store
from devices.contract.messages import Outcome, PlayRecord
from tests.support.facts import DEVICE, NOON, content, digest

CHILD = """
import sys
from datetime import timedelta
from pathlib import Path
from devices.agent.store import Store
from tests.support.facts import NOON
from tests.devices.test_agent_store import draft
store = Store(Path(sys.argv[1]), NOON)
print("boot", store.boot, store.recovered, flush=True)
number = 0
while True:
    number += 1
    record = draft(number)
    play = store.open_play(record)
    print("opened", number, flush=True)
    store.progress(play, record.due, 3.0, "acknowledged")
    print("closed", store.close_play(play, record), flush=True)
"""


def draft(number: int = 1, kind: str = "pages", due: float = 0.0) -> PlayRecord:
    return PlayRecord.model_validate({
        "device": DEVICE, "boot": "b", "sequence": 1, "cause": "rule", "source": "r1", "message": "m1", "version": 1,
        "digest": digest("m1"), "content": content(kind=kind), "due": NOON + timedelta(seconds=due or number),
        "outcome": "shown",
    })  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "agent.db"


def test_records_wait_in_order_until_the_controller_has_them(path: Path) -> None:
    store = Store(path, NOON)
    assert [store.add(draft(number)) for number in range(1, 6)] == [1, 2, 3, 4, 5]
    assert store.depth() == 5
    assert [one.sequence for one in store.oldest(3)] == [1, 2, 3]
    assert {one.boot for one in store.oldest(9)} == {store.boot}
    store.forget(store.boot, 3)
    store.forget("another-boot", 99)
    assert [one.sequence for one in store.oldest(9)] == [4, 5]
    assert store.depth() == 2
    store.close()


def test_each_boot_counts_from_one_and_the_oldest_boot_goes_first(path: Path) -> None:
    first = Store(path, NOON)
    first.add(draft())
    first.close()
    second = Store(path, NOON)
    second.add(draft())
    assert [(one.boot, one.sequence) for one in second.oldest(9)] == [(first.boot, 1), (second.boot, 1)]
    second.close()


def test_a_play_cut_by_power_becomes_a_partial_record_with_its_last_progress(path: Path) -> None:
    store = Store(path, NOON)
    store.progress(store.open_play(draft()), NOON, 7.3, "acknowledged")
    store.close()
    again = Store(path, NOON + timedelta(minutes=1))
    record = again.oldest(1)[0]
    assert (record.outcome, record.reason, record.seconds) == (Outcome.PARTIAL, "power", 7.3)
    assert (record.started, record.evidence, record.boot) == (NOON, "acknowledged", again.boot)
    assert again.recovered == 1
    again.close()


def test_a_sound_is_known_as_said_after_a_restart_unless_it_had_not_begun(path: Path) -> None:
    begun, ahead = draft(kind="audio", due=1), draft(kind="audio", due=60)
    store = Store(path, NOON)
    store.progress(store.open_play(begun), begun.due, 0.01, None)
    store.open_play(ahead)
    store.close()
    again = Store(path, NOON + timedelta(seconds=10))
    assert again.said(begun)
    assert not again.said(ahead)
    assert [one.due for one in again.oldest(9)] == [begun.due]
    again.close()


def test_a_command_is_new_once_in_seven_days(path: Path) -> None:
    store = Store(path, NOON)
    assert store.first_time("c1", NOON)
    assert not store.first_time("c1", NOON)
    store.close()
    again = Store(path, NOON + timedelta(days=6))
    assert not again.first_time("c1", NOON)
    again.close()


@pytest.mark.parametrize("damage", [b"not a database at all" * 300, None], ids=["other bytes", "a torn page"])
def test_a_damaged_store_is_set_aside_and_a_new_one_begun(path: Path, damage: bytes | None) -> None:
    store = Store(path, NOON)
    for number in range(200):
        store.add(draft(number))
    store.close()
    whole = path.read_bytes()
    path.write_bytes(damage or whole[:4096] + random.Random(1).randbytes(len(whole) - 4096))
    again = Store(path, NOON)
    assert again.damaged
    assert again.depth() == 0
    assert again.add(draft()) == 1
    assert len(list(path.parent.glob("agent.db.damaged-*"))) == 1
    again.close()


@pytest.mark.parametrize("seed", range(6))
def test_after_kill_9_nothing_that_was_committed_is_lost_or_doubled(path: Path, seed: int) -> None:
    chance = random.Random(seed)
    committed: dict[str, int] = {}
    opened = 0
    for _ in range(2):
        child = subprocess.Popen([sys.executable, "-c", CHILD, str(path)], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        boot, recovered = child.stdout.readline().split()[1:]
        committed[boot] = int(recovered)
        for _ in range(chance.randrange(1, 60)):
            word, number = child.stdout.readline().split()
            if word == "closed":
                committed[boot] = int(number)
            opened = int(number) if word == "opened" else 0
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
    store = Store(path, NOON + timedelta(days=1))
    found = store.oldest(10_000)
    for boot, highest in committed.items():
        ours = [one.sequence for one in found if one.boot == boot]
        assert ours == list(range(1, len(ours) + 1))
        assert len(ours) >= highest
    assert opened == 0 or store.recovered in (0, 1)
    assert len({(one.boot, one.sequence) for one in found}) == len(found)
    store.close()
