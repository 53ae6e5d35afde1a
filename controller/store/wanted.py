"""What people decided, gathered for `controller.domain.plans`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from controller.domain.calendars import CallWanted
from controller.domain.content import State
from controller.domain.pictures import NO_LANGUAGE
from controller.domain.plans import Entry, Showable, Sound, Wanted, WantedPlaylist, WantedRule
from controller.errors import UnknownError
from controller.store import calendar, content, media
from controller.store.tables import messages, playlists, schedules
from schedules.model import ContentRef


def rule(connection: Connection, name: str) -> WantedRule:
    """The schedule with an id; UnknownError if there is none."""
    query = sa.select(schedules).where(schedules.c.id == name, schedules.c.deleted_at.is_(None))
    row = connection.execute(query).first()
    if row is None:
        raise UnknownError("schedule", name)
    return _rule(row)


def rules(connection: Connection) -> tuple[WantedRule, ...]:
    """Every schedule that was not deleted."""
    query = sa.select(schedules).where(schedules.c.deleted_at.is_(None)).order_by(schedules.c.id)
    return tuple(_rule(row) for row in connection.execute(query))


def _rule(row: Row[Any]) -> WantedRule:
    names = WantedRule.model_fields.keys()
    facts = {name: value for name, value in row._mapping.items() if name in names}
    return WantedRule.model_validate(facts | row.terms)


def playlist(connection: Connection, name: str) -> WantedPlaylist:
    """The playlist with an id; UnknownError if there is none."""
    row = connection.execute(
        sa.select(playlists).where(playlists.c.id == name, playlists.c.deleted_at.is_(None))
    ).first()
    if row is None:
        raise UnknownError("playlist", name)
    return _playlist(row)


def all_playlists(connection: Connection) -> tuple[WantedPlaylist, ...]:
    """Every playlist that was not deleted, oldest first."""
    query = (
        sa.select(playlists).where(playlists.c.deleted_at.is_(None)).order_by(playlists.c.created_at, playlists.c.id)
    )
    return tuple(_playlist(row) for row in connection.execute(query))


def _playlist(row: Row[Any]) -> WantedPlaylist:
    items = tuple(Entry.model_validate(each) for each in row._mapping["items"])
    return WantedPlaylist(
        id=row.id, name=row.name, items=items, includes=tuple(row.includes), shuffle=row.shuffle,
        sound=Sound.model_validate(row.sound), version=row.version,
    )  # fmt: skip


def gather(connection: Connection, alert_clips: tuple[ContentRef, ...]) -> Wanted:
    """All that the plans of all devices are built from."""
    live, orders = rules(connection), calendar.closings(connection)
    base = Wanted(
        playlists={}, rules=live, showables={}, states={}, alert_clips=alert_clips, calendars=calendar.all_of(connection),
        closings=orders,
    )  # fmt: skip
    notices = {one.playlist for one in orders if one.playlist}
    return base.model_copy(update=with_playlists(connection, base, {rule.playlist for rule in live} | notices))


def with_playlists(connection: Connection, base: Wanted, names: Iterable[str]) -> dict[str, Any]:
    """The facts of these playlists and their messages, beside those that are there."""
    lists = unfolded(connection, set(names) | set(base.playlists))
    called = {one.said.message for one in base.calendars if isinstance(one.said, CallWanted) and one.said.message}
    named = {entry.message for each in lists.values() for entry in each.items} | called
    return {"playlists": lists, "showables": showables(connection, named), "states": states(connection, named)}


def unfolded(connection: Connection, names: Iterable[str]) -> dict[str, WantedPlaylist]:
    """Playlists by id, with all they include; deleted ones too, for an old suspension may name one."""
    found: dict[str, WantedPlaylist] = {}
    waiting = sorted(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            row = connection.execute(sa.select(playlists).where(playlists.c.id == name)).one()
            found[name] = _playlist(row)
            waiting.extend(found[name].includes)
    return {name: found[name] for name in sorted(found)}


def states(connection: Connection, named: Iterable[str]) -> dict[str, str]:
    """The state of each of these messages that exists."""
    query = sa.select(messages.c.id, messages.c.state).where(messages.c.id.in_(tuple(named)))
    return {row.id: row.state for row in connection.execute(query)}


def showables(connection: Connection, named: Iterable[str]) -> dict[str, Showable]:
    """Those of the messages that are approved, with their files."""
    is_wanted = (messages.c.id.in_(tuple(named)), messages.c.state == State.APPROVED)
    return {stored.id: _showable(connection, stored) for stored in content.load_all(connection, *is_wanted)}


def _showable(connection: Connection, stored: content.Stored) -> Showable:
    standing, words = stored.standing, stored.words
    pages = content.rendered_pages(connection, stored.id, standing.version)
    named = {each.sha256 for each in pages} | set(words.audio.values()) | set(stored.films.values())
    files = media.find(connection, named)
    by_shape = {shape: (reference(files[sha256], NO_LANGUAGE),) for shape, sha256 in stored.films.items()}
    for each in pages:
        by_shape[each.shape] = (*by_shape.get(each.shape, ()), reference(files[each.sha256], each.language))
    return Showable(
        message=stored.id,
        version=standing.version,
        digest=standing.digest or "",
        title=words.title,
        pages=by_shape,
        audio=tuple(reference(files[sha256], language) for language, sha256 in words.audio.items()),
        moon=any("{lunar" in text for text in words.texts.values()),
    )


def reference(file: media.File, language: str) -> ContentRef:
    """How plans and alerts name a file."""
    return ContentRef(sha256=file.sha256, kind=file.kind, language=language, size=file.size, seconds=file.seconds)
