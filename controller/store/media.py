"""The files that content refers to, as rows; the bytes lie in `controller.store.files`."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from controller.store.database import insert_new
from controller.store.tables import media


class File(NamedTuple):
    """What is known of a stored file."""

    sha256: str
    kind: Literal["pages", "audio", "video", "picture", "footage"]
    size: int
    seconds: float


def keep(connection: Connection, files: list[File], now: datetime) -> None:
    """Know these files from now on; those known already stay as they are."""
    unique = {file.sha256: file for file in files}.values()
    insert_new(connection, media, [file._asdict() | {"created_at": now} for file in unique])


def find(connection: Connection, hashes: set[str]) -> dict[str, File]:
    """Those of the hashes that are known."""
    query = sa.select(media.c.sha256, media.c.kind, media.c.size, media.c.seconds).where(media.c.sha256.in_(hashes))
    return {row.sha256: File(*row) for row in connection.execute(query)}
