"""No sound is begun twice for one due instant: not after a restart, a clock set back, nor under a schedule made anew."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from devices.agent.said import KEEP_SAID, said_key
from devices.agent.store import TIDY_EVERY, Store
from devices.contract.messages import Outcome, PlayRecord
from schedules.model import ContentRef
from tests.support.facts import NOON, digest

PA = "tan-thanh/pa-1"


def sound(minutes: float = 0, **facts: object) -> PlayRecord:
    content = ContentRef(sha256="a" * 64, kind="audio", language="vi", size=10, seconds=5)
    given = {
        "device": PA, "boot": "b", "sequence": 1, "cause": "rule", "source": "r1", "message": "m", "version": 1,
        "digest": digest("m"), "content": content, "due": NOON + timedelta(minutes=minutes), "outcome": Outcome.FAILED,
        "zones": ("hall", "yard"),
    }  # fmt: skip
    return PlayRecord.model_validate(given | facts)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "agent.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    made = Store(path, NOON)
    yield made
    made.close()


def test_the_same_sound_under_another_rule_was_said_and_in_other_zones_or_later_was_not(store: Store) -> None:
    store.open_play(sound())
    assert store.said(sound(source="made-anew"))
    assert store.said(sound(zones=("yard", "hall")))
    assert not store.said(sound(zones=("hall",)))
    assert not store.said(sound(minutes=1))
    assert not store.said(sound(attempt=2))


def test_it_is_known_after_a_restart_with_the_clock_an_hour_back_and_with_one_ten_years_ahead(path: Path) -> None:
    first = Store(path, NOON)
    first.close_play(first.open_play(sound()), sound(outcome=Outcome.SHOWN))
    first.close()
    for now in (NOON - timedelta(hours=1), NOON + timedelta(days=3653), NOON):
        again = Store(path, now)
        assert again.said(sound())
        again.close()


def test_what_an_older_agent_wrote_down_by_its_rule_still_counts(path: Path) -> None:
    Store(path, NOON).close()
    with sqlite3.connect(path) as db:
        device, _, content, due = said_key(sound())
        db.execute("INSERT INTO said VALUES (?, ?, ?, ?)", (device, "r1", content, due))
    db.close()
    store = Store(path, NOON)
    assert store.said(sound())
    assert not store.said(sound(source="r2"))
    store.close()


def test_a_sound_that_never_began_may_be_said(store: Store) -> None:
    row = store.open_play(sound())
    store.drop_play(row, sound())
    assert not store.said(sound())


def test_what_is_kept_stays_bounded_while_the_agent_runs_on(path: Path, store: Store) -> None:
    days = 4 * KEEP_SAID.days
    for number in range(TIDY_EVERY):
        each = sound(minutes=number * days * 1440 / TIDY_EVERY)
        store.close_play(store.open_play(each), each)
    with sqlite3.connect(path) as db:
        oldest, count = db.execute("SELECT min(due), count(*) FROM said").fetchone()
    db.close()
    assert count < TIDY_EVERY
    last = NOON + timedelta(minutes=(TIDY_EVERY - 1) * days * 1440 / TIDY_EVERY)
    assert oldest >= (last - KEEP_SAID).timestamp()
    assert store.said(sound(minutes=(TIDY_EVERY - 1) * days * 1440 / TIDY_EVERY))
