"""Playlists: messages in the order they are shown. Made, changed, taken away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.engine import Connection

from controller.domain.asked import Asked
from controller.domain.content import State, clean_title
from controller.domain.moments import Moment
from controller.domain.people import Actor, Right
from controller.domain.plans import Entry, Sound, WantedPlaylist
from controller.errors import ConflictError, InvalidError, Problem
from controller.services import plan
from controller.services.context import Deps
from controller.services.ids import new_id
from controller.store import calendar, wanted
from controller.store.audit import note
from controller.store.tables import playlists
from schedules.model import DEEPEST, MOST_ITEMS, Fact, Id


class EntryDraft(Fact):
    """A message, and how long its turn is on boards; without `seconds` as long as reading takes. It is shown from `starts` to
    `until`; mourning can mute its `tags`, such as music.

    Of sound: what becomes of it when it is `interrupted`, or `late`, and for how many seconds (`max_late`; without it a minute,
    ten for schedules of class priority).
    """

    message: Id
    seconds: Annotated[float, Field(gt=0, le=3600, strict=True)] | None = None
    starts: Moment | None = None
    until: Moment | None = None
    tags: Annotated[tuple[Id, ...], Field(max_length=10)] = ()
    interrupted: Literal["resume", "restart", "skip"] = "resume"
    late: Literal["play", "shorten", "skip"] = "play"
    max_late: Annotated[float, Field(ge=0, le=86_400)] | None = None


class PlaylistDraft(Asked):
    """A playlist as the operator writes it: its own messages, then those of the playlists it includes."""

    name: str
    items: Annotated[tuple[EntryDraft, ...], Field(max_length=200)] = ()
    includes: Annotated[tuple[Id, ...], Field(max_length=50)] = ()
    shuffle: Annotated[bool, Field(description="each pass in another order, nothing twice in a pass")] = False
    sound: Sound = Sound()


class PlaylistChange(PlaylistDraft):
    """The same, in place of what stands at `version`."""

    version: Annotated[int, Field(ge=1)]


class Remark(Fact):
    """What is worth knowing about a playlist or a schedule that was accepted."""

    code: str
    text: str
    message: str | None = None
    device: str | None = None


class PlaylistView(WantedPlaylist):
    """A playlist that was accepted."""

    findings: tuple[Remark, ...] = ()


def create_playlist(deps: Deps, actor: Actor, draft: PlaylistDraft) -> PlaylistView:
    """A new playlist of existing messages, none of them withdrawn."""
    actor.need(Right.PLAYLIST)
    with deps.store.write() as connection:
        made, now = _checked(connection, new_id("list"), 1, draft), deps.now()
        connection.execute(playlists.insert().values(_row(made) | {"created_at": now, "by": actor.username}))
        note(connection, now, actor.username, "playlist.created", made.id, _row(made))
        return _view(connection, made)


def change_playlist(deps: Deps, actor: Actor, name: str, draft: PlaylistChange) -> PlaylistView:
    """The next version of a playlist; the plans that show it change at once."""
    actor.need(Right.PLAYLIST)
    with deps.store.write() as connection:
        stands, now = wanted.playlist(connection, name), deps.now()
        if stands.version != draft.version:
            raise ConflictError(
                "playlist.changed", f"the playlist is at version {stands.version} now, not {draft.version}: look again"
            )
        _in_use(actor, connection, name, now)
        made = _checked(connection, name, stands.version + 1, draft)
        connection.execute(sa.update(playlists).where(playlists.c.id == name).values(_row(made)))
        note(connection, now, actor.username, "playlist.changed", name, _row(made))
        plan.rebuild(deps, connection, actor.username, now)
        answer = _view(connection, made)
    deps.notify()
    return answer


def delete_playlist(deps: Deps, actor: Actor, name: str) -> None:
    """It is offered no more; ConflictError names what still uses it."""
    actor.need(Right.PLAYLIST)
    with deps.store.write() as connection:
        gone, now = wanted.playlist(connection, name), deps.now()
        found = users(connection, name, now)
        if found:
            raise ConflictError("playlist.used", f"the playlist is used by {', '.join(found[:10])}")
        connection.execute(sa.update(playlists).where(playlists.c.id == name).values(deleted_at=now))
        note(connection, now, actor.username, "playlist.deleted", name, {"name": gone.name})


def all_playlists(deps: Deps, actor: Actor) -> tuple[WantedPlaylist, ...]:
    """Every playlist, oldest first."""
    actor.need(Right.READ)
    with deps.store.read() as connection:
        return wanted.all_playlists(connection)


def one_playlist(deps: Deps, actor: Actor, name: str) -> PlaylistView:
    """One of them, with what is worth knowing of its messages."""
    actor.need(Right.READ)
    with deps.store.read() as connection:
        return _view(connection, wanted.playlist(connection, name))


def users(connection: Connection, name: str, now: datetime) -> tuple[str, ...]:
    """What shows a playlist: schedules, suspensions that are not over, playlists that include it."""
    rules = (f"schedule {rule.id}" for rule in wanted.rules(connection) if rule.playlist == name)
    orders = (f"suspension {one.id}" for one in calendar.closings(connection, now) if one.playlist == name)
    lists = (f"playlist {each.name}" for each in wanted.all_playlists(connection) if name in each.includes)
    return (*rules, *orders, *lists)


def _in_use(actor: Actor, connection: Connection, name: str, now: datetime) -> None:
    """What is on devices changes only by the hand of those who may schedule."""
    if users(connection, name, now):
        actor.need(Right.SCHEDULE)


def _checked(connection: Connection, name: str, version: int, draft: PlaylistDraft) -> WantedPlaylist:
    items = tuple(Entry.model_validate(item.model_dump()) for item in draft.items)
    made = WantedPlaylist(
        id=name, name=clean_title(draft.name, "/name"), items=items, includes=tuple(dict.fromkeys(draft.includes)),
        shuffle=draft.shuffle, sound=draft.sound, version=version,
    )  # fmt: skip
    problems = [*_of_items(made), *_of_includes(connection, made)]
    if problems:
        raise InvalidError(problems[0].code, "the playlist cannot be shown", tuple(problems))
    named = [item.message for item in items]
    check_messages(named, wanted.states(connection, named))
    return made


def _of_items(made: WantedPlaylist) -> Iterator[Problem]:
    if not made.items and not made.includes:
        yield Problem("/items", "playlist.empty", "a playlist needs messages, or playlists to take them from")
    for place, item in enumerate(made.items):
        if item.starts and item.until and item.starts >= item.until:
            yield Problem(f"/items/{place}/until", "item.until", "it ends before it starts")


def _of_includes(connection: Connection, made: WantedPlaylist) -> Iterator[Problem]:
    known = {each.id: each for each in wanted.all_playlists(connection)} | {made.id: made}
    for place, each in enumerate(made.includes):
        if each not in known:
            yield Problem(f"/includes/{place}", "playlist.unknown", f'there is no playlist "{each}"')
            return
    # Not only this one: those that include it grow with it.
    for grown in known.values():
        try:
            if _length(grown, known, ()) > MOST_ITEMS:
                text = f'the playlist "{grown.name}" would unfold to more than {MOST_ITEMS} messages'
                yield Problem("/includes", "playlist.long", text)
                return
        except ValueError as exc:
            yield Problem("/includes", "playlist.endless", str(exc))
            return


def _length(one: WantedPlaylist, known: dict[str, WantedPlaylist], above: tuple[str, ...]) -> int:
    if one.id in above:
        raise ValueError(f'the playlist "{one.name}" would include itself')
    if len(above) == DEEPEST:
        raise ValueError(f"playlists may include one another {DEEPEST} deep, not more")
    total = len(one.items)
    for each in one.includes:
        total += _length(known[each], known, (*above, one.id))
        if total > MOST_ITEMS:
            break
    return total


def _row(made: WantedPlaylist) -> dict[str, Any]:
    items = [item.model_dump(mode="json", exclude_defaults=True) for item in made.items]
    return made.model_dump(mode="json", exclude={"items"}) | {"items": items}


def check_messages(named: list[str], states: dict[str, str]) -> None:
    """InvalidError lists each message that does not exist or is withdrawn."""
    problems = []
    for place, message in enumerate(named):
        pointer = f"/items/{place}/message"
        if message not in states:
            problems.append(Problem(pointer, "message.unknown", f'there is no message "{message}"'))
        elif states[message] == State.WITHDRAWN:
            problems.append(Problem(pointer, "message.withdrawn", f'the message "{message}" is withdrawn'))
    if problems:
        raise InvalidError(problems[0].code, "the playlist cannot be shown", tuple(problems))


def _view(connection: Connection, made: WantedPlaylist) -> PlaylistView:
    states = wanted.states(connection, {item.message for item in made.items})
    return PlaylistView(**dict(made), findings=_not_yet(states))


def _not_yet(states: dict[str, str]) -> tuple[Remark, ...]:
    return tuple(
        Remark(code="message.not_approved", message=message, text=f"left out until it is approved; it is {state} now")
        for message, state in sorted(states.items())
        if state != State.APPROVED
    )
