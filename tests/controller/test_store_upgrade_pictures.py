"""Messages of a release without pictures go on after an upgrade as they were, and the way back works too."""

from __future__ import annotations

import json
from pathlib import Path

import sqlalchemy as sa
from alembic import command

from controller.store import content
from controller.store.database import open_store
from controller.store.migrate import config, migrate

AT = "2026-11-20 05:00:00.000000"
BEFORE, PICTURES = "0004", "0005"


def test_a_message_of_before_has_neither_picture_nor_video(tmp_path: Path):
    store = open_store(f"sqlite:///{tmp_path / 'old.db'}")
    with store.write() as connection:
        command.upgrade(config(connection), BEFORE)
        connection.execute(
            sa.text("INSERT INTO users VALUES ('tacgia', 'Tác giả', 'author', NULL, 'x', 1, :at)"), {"at": AT}
        )
        connection.execute(sa.text("INSERT INTO messages VALUES ('msg-1', 1, 'draft', 'tacgia', :at, :at)"), {"at": AT})
        connection.execute(
            sa.text(
                "INSERT INTO versions (message, version, title, category, texts, audio, author, created_at)"
                " VALUES ('msg-1', 1, 'Giờ mở cửa', 'service', :texts, '{}', 'tacgia', :at)"
            ),
            {"texts": json.dumps({"vi": "Mở cửa"}), "at": AT},
        )
    migrate(store)
    with store.read() as connection:
        stored = content.load(connection, "msg-1")
    assert (stored.words.texts, stored.words.picture, stored.words.video) == ({"vi": "Mở cửa"}, None, None)
    assert (stored.words.visuals(), stored.films) == ({}, {})
    store.close()


def test_the_way_back_takes_the_tables_away_again(tmp_path: Path):
    store = open_store(f"sqlite:///{tmp_path / 'new.db'}")
    with store.write() as connection:
        command.upgrade(config(connection), PICTURES)
        assert {"visuals", "transcodes"} <= set(sa.inspect(connection).get_table_names())
    with store.write() as connection:
        command.downgrade(config(connection), BEFORE)
    with store.read() as connection:
        assert not {"visuals", "transcodes"} & set(sa.inspect(connection).get_table_names())
        assert "visuals" not in {column["name"] for column in sa.inspect(connection).get_columns("versions")}
    store.close()
