"""Messages as people see them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from controller.domain.approvals import Approval
from controller.domain.content import State
from controller.domain.people import Actor, Right
from controller.domain.pictures import Picture, Transcoded, Video
from controller.services.context import Deps
from controller.services.drawing import page_file
from controller.store import content, visuals
from controller.store.tables import messages
from devices.rendering.look import Look
from schedules.model import Fact


class Preview(Fact):
    """The pages of one language for one board; page N is at `{url}` with N in place of `{page}`, from 1."""

    language: str
    board: str
    sha256: str
    pages: tuple[float, ...]  # seconds of each
    url: str


class MessageLine(Fact):
    """A message at its newest version, as lists show it."""

    id: str
    version: int
    state: State
    title: str
    category: str
    texts: dict[str, str]
    audio: dict[str, str]
    picture: Picture | None
    video: Video | None
    look: Look
    author: str
    writers: tuple[str, ...]
    digest: str | None
    approvals: tuple[Approval, ...]
    created_at: datetime
    changed_at: datetime


class MessageView(MessageLine):
    """A message at its newest version, with its pictures once it was submitted, and with what walls play of its video."""

    previews: tuple[Preview, ...]
    videos: tuple[Transcoded, ...] = ()


def message(deps: Deps, actor: Actor, message_id: str) -> MessageView:
    """The message with an id."""
    actor.need(Right.READ)
    with deps.store.read() as connection:
        return view(deps, connection, content.load(connection, message_id))


def all_messages(deps: Deps, actor: Actor, state: State | None = None) -> tuple[MessageLine, ...]:
    """Every message, newest first, or only those in one state."""
    actor.need(Right.READ)
    conditions = () if state is None else (messages.c.state == state,)
    with deps.store.read() as connection:
        return tuple(MessageLine(**_facts(each)) for each in content.load_all(connection, *conditions))


def view(deps: Deps, connection: Connection, stored: content.Stored) -> MessageView:
    """Put a message and its pictures together."""
    pages = content.rendered_pages(connection, stored.id, stored.standing.version)
    video = stored.words.video
    films = visuals.transcoded(connection, video.sha256, video.fit) if video else {}
    bound = {shape: film for shape, film in films.items() if stored.films.get(shape, film.sha256) == film.sha256}
    return MessageView(
        **_facts(stored), previews=tuple(preview(deps, each) for each in pages), videos=tuple(bound.values())
    )


def _facts(stored: content.Stored) -> dict[str, Any]:
    standing, words = stored.standing, stored.words
    return {
        "id": stored.id,
        "version": standing.version,
        "state": standing.state,
        "title": words.title,
        "category": words.category,
        "texts": words.texts,
        "audio": words.audio,
        "picture": words.picture,
        "video": words.video,
        "look": words.look,
        "author": standing.author,
        "writers": tuple(sorted(standing.writers)),
        "digest": standing.digest,
        "approvals": standing.approvals,
        "created_at": stored.created_at,
        "changed_at": stored.changed_at,
    }


def preview(deps: Deps, rendered: content.Rendered) -> Preview:
    """Where the pictures of a page file are."""
    pages = page_file(deps.media.read(rendered.sha256)).pages
    return Preview(
        language=rendered.language,
        board=rendered.shape,
        sha256=rendered.sha256,
        pages=tuple(page.seconds for page in pages),
        url=f"/api/v1/previews/{rendered.sha256}/{{page}}.png",
    )
