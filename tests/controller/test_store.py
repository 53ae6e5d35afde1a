"""What the controller remembers: whole transactions, an unbroken chain, tables as the migrations make them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controller.domain.audit import Entry, first_break
from controller.services import outbox
from controller.store import audit
from controller.store.database import Store, open_store, put
from controller.store.files import HashedFiles
from controller.store.migrate import migrate
from controller.store.tables import gates, metadata, playlists
from tests.support.desk import MONDAY_NOON, Desk


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty database with all its tables, of each kind that the controller can work with."""
    kind = request.param
    url = f"sqlite:///{tmp_path / 'x.db'}" if kind == "sqlite" else request.getfixturevalue("postgres").database()
    made = open_store(url)
    migrate(made)
    yield made
    made.close()


def test_migrations_make_exactly_the_tables_the_code_speaks_of(store: Store):
    with store.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_a_second_start_migrates_nothing(store: Store):
    with store.write() as connection:
        put(connection, gates, {"id": "a", "names": {}, "position": 0})
    migrate(store)
    with store.read() as connection:
        assert connection.execute(sa.select(gates.c.id)).scalars().all() == ["a"]


def test_the_database_is_safe_against_power_cuts(store: Store):
    with store.read() as connection:
        if connection.dialect.name == "postgresql":  # the server's own setting; ours turns fsync off to be quick
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "on"
            return
        facts = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("journal_mode", "synchronous")
        }
        assert (facts, connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one()) == (
            {"journal_mode": "wal", "synchronous": 2},
            1,
        )


def test_what_is_raised_in_a_transaction_undoes_all_of_it(store: Store):
    def half_a_deed() -> None:
        with store.write() as connection:
            put(connection, gates, {"id": "a", "names": {}, "position": 0})
            audit.note(connection, MONDAY_NOON, "x", "y", "z")
            raise RuntimeError("the lamp went out")

    with pytest.raises(RuntimeError, match="lamp"):
        half_a_deed()
    with store.read() as connection:
        assert connection.execute(sa.select(gates)).all() == []
        assert list(audit.entries(connection)) == []


def test_many_writers_at_once_lose_nothing_and_keep_one_chain(store: Store):
    def write(writer: int) -> None:
        for n in range(20):
            with store.write() as connection:
                audit.note(connection, MONDAY_NOON, f"w{writer}", "test", str(n), {"n": n})

    writers = [threading.Thread(target=write, args=(n,)) for n in range(6)]
    for each in writers:
        each.start()
    for each in writers:
        each.join()
    with store.read() as connection:
        rows = list(audit.entries(connection))
    assert len(rows) == 120
    assert first_break(rows) is None


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ("UPDATE audit SET who = 'nobody' WHERE id = 3", 3),
        ("UPDATE audit SET details = '{\"n\": 7}' WHERE id = 2", 2),
        ("UPDATE audit SET at = '2020-01-01 00:00:00.000000' WHERE id = 4", 4),
        ("DELETE FROM audit WHERE id = 2", 3),
        ("DELETE FROM audit WHERE id = 1", 2),
    ],
)
def test_a_changed_or_missing_row_is_found(store: Store, change: str, broken: int):
    with store.write() as connection:
        for n in range(5):
            audit.note(connection, MONDAY_NOON, "x", "y", "z", {"n": n})
    with store.write() as connection:
        connection.exec_driver_sql(change)
    with store.read() as connection:
        assert first_break(audit.entries(connection)) == broken


def test_a_page_of_the_log_is_checked_against_the_row_before_it(desk: Desk):
    first = desk.must("auditor", "GET", "/audit?limit=3")
    with desk.deps.store.write() as connection:
        connection.exec_driver_sql("UPDATE audit SET who = 'nobody' WHERE id = 2")
    later = desk.must("auditor", "GET", f"/audit?after={first['next']}")
    assert (first["next"], later["entries"][0]["id"], later["broken_at"]) == (3, 4, None)
    assert desk.must("auditor", "GET", "/audit?after=1")["broken_at"] == 2
    assert desk.must("auditor", "GET", "/audit?after=3&whole=true")["broken_at"] == 2


@given(st.lists(st.tuples(st.text(max_size=9), st.dictionaries(st.text(max_size=5), st.integers())), max_size=8))
def test_a_chain_is_whole_whatever_it_tells(deeds):
    from controller.domain.audit import FIRST, chained

    rows, previous = [], FIRST
    for number, (who, details) in enumerate(deeds, 1):
        facts = {"id": number, "at": MONDAY_NOON, "who": who, "what": "w", "subject": "s", "details": details}
        rows.append(Entry(**facts, previous=previous, hash=chained(previous, **facts)))
        previous = rows[-1].hash
    assert first_break(rows) is None


def test_naive_times_are_never_stored(store: Store):
    row = {"id": "p", "name": "p", "items": [], "created_at": MONDAY_NOON.replace(tzinfo=None), "by": "x"}
    with pytest.raises(sa.exc.StatementError, match="aware"), store.write() as connection:
        connection.execute(playlists.insert().values(row))


def test_a_file_is_kept_once_under_its_hash(tmp_path: Path):
    files = HashedFiles(tmp_path)
    assert files.keep(b"a") == files.keep(b"a")
    assert files.read(files.keep(b"b")) == b"b"
    assert len([each for each in tmp_path.rglob("*") if each.is_file()]) == 2


@pytest.mark.parametrize("name", ["", "..", "a" * 63, "A" * 64, "../" * 21 + "a", "0" * 64])
def test_a_name_that_is_no_hash_finds_nothing(tmp_path: Path, name: str):
    files = HashedFiles(tmp_path)
    assert files.path(name) is None
    with pytest.raises(KeyError):
        files.read(name)


def test_a_newer_retained_publish_takes_the_place_of_an_older_unsent_one(desk: Desk):
    desk.sent()
    with desk.deps.store.write() as connection:
        outbox.put(connection, MONDAY_NOON, "t/a", b"1")
        outbox.put(connection, MONDAY_NOON, "t/b", b"2")
        outbox.put(connection, MONDAY_NOON, "t/a", b"3")
        outbox.put(connection, MONDAY_NOON, "t/a", b"fast", qos=0, retain=False)
    assert [(each.topic, each.payload) for each in desk.waiting()] == [("t/a", b"fast"), ("t/b", b"2"), ("t/a", b"3")]


def test_what_was_sent_waits_no_more_and_is_forgotten_later(desk: Desk):
    assert outbox.depth(desk.deps) > 0
    desk.sent()
    assert (outbox.depth(desk.deps), desk.waiting()) == (0, [])
    outbox.sweep(desk.deps, MONDAY_NOON)
    desk.clock.advance(days=3)
    outbox.sweep(desk.deps, desk.clock.now)
    with desk.deps.store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM outbox").scalar_one() == 0


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=12))
def test_of_each_retained_topic_at_most_one_waits_and_it_is_the_newest(desk: Desk, publishes):
    desk.sent()
    newest: dict[str, bytes] = {}
    for number, (topic, retain) in enumerate(publishes):
        with desk.deps.store.write() as connection:
            outbox.put(connection, MONDAY_NOON, topic, str(number).encode(), retain=retain)
        if retain:
            newest[topic] = str(number).encode()
    kept = [each for each in desk.waiting() if each.retain]
    assert {each.topic: each.payload for each in kept} == newest
    assert len(kept) == len(newest)
