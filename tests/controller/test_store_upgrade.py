"""A database of an earlier release, with what people decided in it, goes on after an upgrade as it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command

from controller.store import calendar, registry, wanted
from controller.store.database import Store, open_store
from controller.store.migrate import config, migrate
from controller.store.tables import metadata

AT = "2026-11-20 05:00:00.000000"
BEFORE_CALENDARS, CALENDARS = "0005", "0006"


def insert(store: Store, table: str, **row: Any) -> None:
    """A row as an earlier release wrote it."""
    values = {name: json.dumps(value) if isinstance(value, list | dict) else value for name, value in row.items()}
    names = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join(f":{name}" for name in values)
    with store.write() as connection:
        connection.execute(sa.text(f'INSERT INTO "{table}" ({names}) VALUES ({marks})'), values)


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Store]:
    """A database before calendars: a gate, two devices, a playlist, two schedules, one of them deleted."""
    store = open_store(f"sqlite:///{tmp_path / 'old.db'}")
    with store.write() as connection:
        command.upgrade(config(connection), BEFORE_CALENDARS)
    insert(store, "gates", id="chi-ma", names={"vi": "Chi Ma"}, position=0)
    device = {"gate": "chi-ma", "agent": "agent", "names": {}, "zone_names": {}, "active": 1}
    insert(store, "devices", id="chi-ma/board-1", kind="board", shape="192x64:rg", zones=[], position=0, **device)
    insert(store, "devices", id="chi-ma/pa-1", kind="speaker", shape=None, zones=["hall"], position=1, **device)
    items = [{"message": "msg-1", "seconds": 7.5}]
    insert(
        store, "playlists", id="list-1", name="Ban ngày", items=items, sound={"repeats": 2}, created_at=AT, by="truc"
    )
    rule = {
        "playlist": "list-1", "targets": ["chi-ma/board-1"], "priority": "priority", "weekdays": [1, 2], "every": 15,
        "windows": [["22:00", "05:00"]], "starts": None, "ends": None, "zones": [], "created_at": AT, "by": "truc",
    }  # fmt: skip
    insert(store, "schedules", id="rule-1", deleted_at=None, **rule)
    insert(store, "schedules", id="rule-2", deleted_at=AT, **rule)
    yield store
    store.close()


def test_schedules_and_playlists_of_before_mean_what_they_meant(old: Store):
    migrate(old)
    with old.read() as connection:
        (rule,) = wanted.rules(connection)
        playlist = wanted.playlist(connection, "list-1")
    assert (rule.id, rule.windows, rule.every, rule.weekdays) == ("rule-1", (("22:00", "05:00"),), 15, (1, 2))
    assert (rule.only_on, rule.not_on, rule.relative, rule.share, rule.area) == ((), (), None, None, None)
    assert (playlist.items[0].message, playlist.items[0].seconds, playlist.sound.repeats) == ("msg-1", 7.5, 2)
    assert (playlist.includes, playlist.shuffle) == ((), False)


def test_gates_of_before_stand_in_lang_son_and_nothing_is_in_their_calendars(old: Store):
    migrate(old)
    with old.read() as connection:
        board, speaker = registry.all_devices(connection)
        assert (board.areas, speaker.zones) == ((), ("hall",))
        assert board.place == speaker.place == (21.85, 106.76)
        assert calendar.all_of(connection) == ()
        assert calendar.closings(connection) == ()


def test_all_tables_are_there_after_it_and_a_second_start_changes_nothing(old: Store):
    migrate(old)
    migrate(old)
    with old.read() as connection:
        there = set(sa.inspect(connection).get_table_names())
    assert set(metadata.tables) <= there


def test_a_way_back_leaves_what_was_there_before(old: Store):
    with old.write() as connection:
        command.upgrade(config(connection), CALENDARS)
    with old.write() as connection:
        command.downgrade(config(connection), BEFORE_CALENDARS)
    with old.read() as connection:
        assert connection.exec_driver_sql("SELECT id FROM schedules ORDER BY id").scalars().all() == [
            "rule-1",
            "rule-2",
        ]
        assert "calendars" not in sa.inspect(connection).get_table_names()
