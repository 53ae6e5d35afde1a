"""A disk that is full, read-only or damaged costs records, never light; and the log says it a bounded number of times."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from devices.agent import media, uplink
from devices.agent.enrolment import enrol, find_broker, load_enrolment
from devices.agent.http import Controller
from devices.agent.journal import Journal
from devices.agent.logs import Restraint
from devices.agent.media import MediaFiles
from devices.agent.store import Store
from devices.agent.uplink import RecordSender
from devices.contract.messages import Ack, Outcome, PlayRecord, Records
from tests.support.facts import NOON, content, digest
from tests.support.fake_controller import FakeController


def record(number: int = 0) -> PlayRecord:
    return PlayRecord(
        device="chi-ma/board-1", boot="x", sequence=1, cause="rule", source="r1", message="m1", version=1,
        digest=digest("m1"), content=content(), due=NOON + timedelta(seconds=number), outcome=Outcome.SHOWN,
    )  # fmt: skip


class FullDisk(Store):
    """Writes nothing while `full`."""

    full = True

    def _insert(self, record: PlayRecord) -> int:
        if self.full:
            raise sqlite3.OperationalError("database or disk is full")
        return super()._insert(record)

    def forget(self, boot: str, up_to: int) -> None:
        if self.full:
            raise sqlite3.OperationalError("database or disk is full")
        super().forget(boot, up_to)


def test_a_full_disk_at_the_start_leaves_the_cut_plays_for_the_next_one(tmp_path: Path) -> None:
    path = tmp_path / "agent.db"
    before = Store(path, NOON)
    row = before.open_play(record())
    before.progress(row, NOON, 7.0, "acknowledged")
    before._db.close()
    full = FullDisk(path, NOON)
    assert (full.recovered, full.depth()) == (0, 0)
    full.close()
    after = Store(path, NOON)
    assert [(one.outcome, one.seconds) for one in after.oldest(9)] == [(Outcome.PARTIAL, 7.0)]
    after.close()


def test_a_store_that_cannot_be_opened_at_all_is_kept_in_memory(tmp_path: Path) -> None:
    (tmp_path / "agent.db").mkdir()
    store = Store(tmp_path / "agent.db", NOON)
    assert store.damaged
    assert store.add(record()) == 1
    store.close()


def test_a_record_that_a_full_disk_refused_is_not_counted_and_leaves_no_hole(tmp_path: Path) -> None:
    store = Store(tmp_path / "agent.db", NOON)
    pages = store._db.execute("PRAGMA page_count").fetchone()[0]
    store._db.execute(f"PRAGMA max_page_count = {pages}")
    journal = Journal(store)
    while not journal.failing:
        journal.add(record())
    kept = store.oldest(1000)
    assert store.depth() == len(kept)
    store._db.execute("PRAGMA max_page_count = 100000")
    assert store.add(record()) == len(kept) + 1
    store.close()


def test_what_only_reads_does_not_call_a_full_disk_well(tmp_path: Path) -> None:
    store = FullDisk(tmp_path / "agent.db", NOON)
    journal = Journal(store)
    journal.add(record())
    assert "full" in journal.failing
    assert not journal.said(record())
    assert "full" in journal.failing
    store.full = False
    journal.add(record())
    assert not journal.failing
    store.close()


async def test_a_disk_that_cannot_forget_sends_again_in_peace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(uplink, "FIRST_WAIT", 0.05)
    store, sent = FullDisk(tmp_path / "agent.db", NOON), []
    store.full = False
    store.add(record())
    store.full = True

    async def publish(payload: bytes) -> None:
        sent.append(Records.model_validate_json(payload))
        sender.ack(Ack(stored={store.boot: 1}))

    sender = RecordSender(store, publish, lambda: True)
    task = asyncio.create_task(sender.run())
    await asyncio.sleep(0.5)
    assert 1 < len(sent) < 6
    assert sum("records wait" in line.message for line in caplog.records) == 1
    store.full = False
    async with asyncio.timeout(5):
        while store.depth():
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    store.close()


async def test_acks_that_nobody_waits_for_are_not_remembered(tmp_path: Path) -> None:
    store = Store(tmp_path / "agent.db", NOON)

    async def publish(_payload: bytes) -> None:
        raise AssertionError("nothing is to be sent")

    sender = RecordSender(store, publish, lambda: True)
    for number in range(1000):
        sender.ack(Ack(stored={f"boot-{number}": 9}))
    assert not sender._acked
    store.close()


@pytest.fixture
def controller() -> Any:
    made = FakeController(broker={"host": "127.0.0.1", "port": 1883}).start()
    yield made
    made.stop()


def test_the_code_is_not_spent_while_the_disk_cannot_keep_the_enrolment(
    controller: FakeController, tmp_path: Path
) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    with pytest.raises(OSError, match="state"):
        enrol(Controller(controller.url), code="once", gate="g", agent="a", path=tmp_path / "state" / "enrolment.json")
    assert controller.requests == []


def test_a_moved_broker_is_followed_although_the_disk_is_full(
    controller: FakeController, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    known = enrol(Controller(controller.url), code="once", gate="g", agent="a", path=tmp_path / "enrolment.json")
    controller.broker["port"] = 2883
    (tmp_path / "full").write_text("")
    found = find_broker(Controller(controller.url, known.token), known, tmp_path / "full" / "enrolment.json")
    assert found.broker.port == 2883
    assert "cannot be kept" in caplog.text


def test_an_enrolment_that_cannot_be_read_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert load_enrolment(tmp_path / "none") is None
    assert not caplog.records
    (tmp_path / "enrolment.json").mkdir()
    assert load_enrolment(tmp_path / "enrolment.json") is None
    assert "cannot be read" in caplog.text


def test_a_disk_without_room_loses_what_nobody_wants_and_keeps_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = MediaFiles(tmp_path / "content")
    named = {name: digest(name) for name in ("wanted", "idle")}
    for name, sha256 in named.items():
        files.keep(sha256, name.encode())
    files.sweep(frozenset({named["wanted"]}))
    assert files.path(named["idle"]) is not None
    monkeypatch.setattr(MediaFiles, "_short", lambda _self: 1)
    files.sweep(frozenset({named["wanted"]}))
    assert files.path(named["idle"]) is None
    assert files.path(named["wanted"]) is not None
    assert media.ROOM_BYTES < media.CAP_BYTES


def test_a_flood_of_one_wording_is_held_back_and_its_number_told() -> None:
    now = [0.0]
    restraint = Restraint(most=3, seconds=60.0, clock=lambda: now[0])

    def line(text: str) -> logging.LogRecord:
        return logging.LogRecord("a", logging.WARNING, "", 0, text, (), None)

    assert [restraint.filter(line("fault")) for _ in range(10)] == [True] * 3 + [False] * 7
    assert restraint.filter(line("another"))
    now[0] = 61.0
    again = line("fault")
    assert restraint.filter(again)
    assert again.__dict__["left_out"] == 7
