"""Pictures and videos that were brought, and what walls play of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from controller.domain.pictures import Fit, PictureFacts, Transcoded, VideoFacts
from controller.store.database import insert_new
from controller.store.tables import transcodes, visuals


def keep(connection: Connection, kind: str, facts: PictureFacts | VideoFacts, by: str, now: datetime) -> None:
    """Know it from now on; what is known already stays as it is."""
    row = {"sha256": facts.sha256, "kind": kind, "facts": facts.model_dump(mode="json"), "by": by, "created_at": now}
    insert_new(connection, visuals, [row])


def kind_of(connection: Connection, sha256: str) -> str | None:
    """ "picture", "video", or None if it was never brought."""
    return connection.execute(sa.select(visuals.c.kind).where(visuals.c.sha256 == sha256)).scalar()


def picture(connection: Connection, sha256: str) -> PictureFacts | None:
    """What is known of a picture."""
    facts = _facts(connection, sha256, "picture")
    return PictureFacts.model_validate(facts) if facts else None


def video(connection: Connection, sha256: str) -> VideoFacts | None:
    """What is known of a video."""
    facts = _facts(connection, sha256, "video")
    return VideoFacts.model_validate(facts) if facts else None


def _facts(connection: Connection, sha256: str, kind: str) -> Any:
    query = sa.select(visuals.c.facts).where(visuals.c.sha256 == sha256, visuals.c.kind == kind)
    return connection.execute(query).scalar()


def keep_transcoded(connection: Connection, source: str, fit: Fit, made: Transcoded, now: datetime) -> None:
    """What the walls of one size play of a video."""
    row = {"source": source, "shape": made.shape, "fit": fit, "sha256": made.sha256, "created_at": now}
    insert_new(connection, transcodes, [row | {"facts": made.model_dump(mode="json")}])


def transcoded(connection: Connection, source: str, fit: Fit) -> dict[str, Transcoded]:
    """By wall size, what was made of a video so far."""
    query = sa.select(transcodes.c.facts).where(transcodes.c.source == source, transcodes.c.fit == fit)
    made = [Transcoded.model_validate(facts) for facts in connection.execute(query).scalars()]
    return {each.shape: each for each in made}


def poster_of(connection: Connection, film: str) -> str | None:
    """The picture that stands for what walls play; None for a file that is no video."""
    source = connection.execute(sa.select(transcodes.c.source).where(transcodes.c.sha256 == film)).scalar()
    found = video(connection, source) if source is not None else None
    return found.poster if found is not None else None
