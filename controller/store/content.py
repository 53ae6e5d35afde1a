"""Messages, their versions and approvals, as rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from controller.domain.approvals import Approval, Standing
from controller.domain.content import State, in_order
from controller.domain.pictures import NO_LANGUAGE, Picture, Video
from controller.errors import UnknownError
from controller.store.tables import approvals, messages, renderings, versions
from devices.rendering.areas import MANY
from devices.rendering.look import AS_IT_READS_BEST, Look


@dataclass(frozen=True, slots=True)
class Words:
    """What a version says."""

    title: str
    category: str
    texts: dict[str, str]
    audio: dict[str, str]
    picture: Picture | None = None
    video: Video | None = None
    look: Look = AS_IT_READS_BEST

    def visuals(self) -> dict[str, Any]:
        """Picture, video and look as they are stored and hashed; empty where nothing was chosen."""
        chosen = {"picture": self.picture, "video": self.video}
        look = (
            {"look": self.look.model_dump(mode="json", exclude_defaults=True)} if self.look != AS_IT_READS_BEST else {}
        )
        return {name: each.model_dump(mode="json") for name, each in chosen.items() if each} | look


@dataclass(frozen=True, slots=True)
class Stored:
    """A message at its newest version."""

    id: str
    standing: Standing
    words: Words
    created_at: datetime
    changed_at: datetime
    films: dict[str, str] = field(default_factory=dict)  # wall size -> the video file that was submitted


@dataclass(frozen=True, slots=True)
class Rendered:
    """One page file of a version."""

    language: str
    shape: str
    sha256: str


def new_message(connection: Connection, message: str, author: str, words: Words, now: datetime) -> None:
    """A draft, version 1."""
    row = {"id": message, "version": 1, "state": State.DRAFT, "author": author, "created_at": now, "changed_at": now}
    connection.execute(messages.insert().values(row))
    new_version(connection, message, 1, author, words, now)


def new_version(connection: Connection, message: str, version: int, author: str, words: Words, now: datetime) -> None:
    """The words of one version; they never change afterwards."""
    connection.execute(
        versions.insert().values(
            message=message, version=version, title=words.title, category=words.category, texts=words.texts,
            audio=words.audio, visuals=words.visuals(), author=author, created_at=now,
        )
    )  # fmt: skip


def load(connection: Connection, message: str) -> Stored:
    """The message at its newest version; UnknownError if there is none."""
    found = load_all(connection, messages.c.id == message)
    if not found:
        raise UnknownError("message", message)
    return found[0]


def load_all(connection: Connection, *conditions: sa.ColumnElement[bool]) -> tuple[Stored, ...]:
    """All messages that meet the conditions, newest first."""
    newest = sa.and_(versions.c.message == messages.c.id, versions.c.version == messages.c.version)
    columns = (
        versions.c.title, versions.c.category, versions.c.texts, versions.c.audio, versions.c.visuals, versions.c.digest,
    )  # fmt: skip
    query = sa.select(messages, *columns).join(versions, newest).where(*conditions)
    rows = connection.execute(query.order_by(messages.c.created_at.desc(), messages.c.id)).all()
    writers = _writers(connection, *conditions)
    agreed = _approvals(connection, *conditions)
    return tuple(_stored(row, writers[row.id], agreed.get((row.id, row.version), ())) for row in rows)


def _stored(row: Any, writers: set[str], agreed: tuple[Approval, ...]) -> Stored:
    standing = Standing(
        author=row.author,
        writers=frozenset(writers),
        version=row.version,
        state=State(row.state),
        digest=row.digest,
        approvals=agreed,
    )
    picture, video = row.visuals.get("picture"), row.visuals.get("video")
    words = Words(
        row.title, row.category, in_order(row.texts), in_order(row.audio),
        picture=Picture.model_validate(picture) if picture else None,
        video=Video.model_validate(video) if video else None, look=Look.model_validate(row.visuals.get("look", {})),
    )  # fmt: skip
    return Stored(row.id, standing, words, row.created_at, row.changed_at, row.visuals.get("walls", {}))


def _writers(connection: Connection, *conditions: sa.ColumnElement[bool]) -> dict[str, set[str]]:
    query = sa.select(versions.c.message, versions.c.author).join(messages).where(*conditions)
    found: dict[str, set[str]] = {}
    for row in connection.execute(query):
        found.setdefault(row.message, set()).add(row.author)
    return found


def _approvals(
    connection: Connection, *conditions: sa.ColumnElement[bool]
) -> dict[tuple[str, int], tuple[Approval, ...]]:
    query = sa.select(approvals).join(messages, messages.c.id == approvals.c.message).where(*conditions)
    found: dict[tuple[str, int], tuple[Approval, ...]] = {}
    for row in connection.execute(query.order_by(approvals.c.at, approvals.c.agency)):
        approval = Approval(agency=row.agency, by=row.by, digest=row.digest, at=row.at)
        found[row.message, row.version] = (*found.get((row.message, row.version), ()), approval)
    return found


def save(connection: Connection, message: str, standing: Standing, now: datetime) -> None:
    """The message's new state and version."""
    connection.execute(
        sa.update(messages)
        .where(messages.c.id == message)
        .values(version=standing.version, state=standing.state, changed_at=now)
    )


def keep_submission(
    connection: Connection, message: str, version: int, digest: str, rendered: tuple[Rendered, ...], now: datetime
) -> None:
    """The digest of a version and the page files it covers."""
    this = (versions.c.message == message, versions.c.version == version)
    connection.execute(sa.update(versions).where(*this).values(digest=digest, submitted_at=now))
    rows = [
        {"message": message, "version": version, "language": each.language, "shape": each.shape, "sha256": each.sha256}
        for each in rendered
    ]
    if rows:
        connection.execute(renderings.insert(), rows)


def keep_films(connection: Connection, stored: Stored, films: dict[str, str]) -> None:
    """The video files that a submission covers, by wall size."""
    if films:
        this = (versions.c.message == stored.id, versions.c.version == stored.standing.version)
        chosen = stored.words.visuals() | {"walls": films}
        connection.execute(sa.update(versions).where(*this).values(visuals=chosen))


def keep_approval(connection: Connection, message: str, version: int, approval: Approval) -> None:
    """One agency's word."""
    row = approval.model_dump() | {"message": message, "version": version}
    connection.execute(approvals.insert().values(row))


def rendered_pages(connection: Connection, message: str, version: int) -> tuple[Rendered, ...]:
    """The page files of a version, languages in showing order."""
    query = sa.select(renderings).where(renderings.c.message == message, renderings.c.version == version)
    found = [Rendered(row.language, row.shape, row.sha256) for row in connection.execute(query)]
    known = [NO_LANGUAGE, MANY, *in_order({each.language: "" for each in found})]
    place = {language: index for index, language in enumerate(known)}
    return tuple(sorted(found, key=lambda each: (each.shape, place[each.language])))
