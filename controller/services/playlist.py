"""Playlists: messages in the order they are shown."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from controller.domain.asked import Asked
from controller.domain.content import State, clean_title
from controller.domain.people import Actor, Right
from controller.domain.plans import Entry, Sound, WantedPlaylist
from controller.errors import InvalidError, Problem
from controller.services.context import Deps
from controller.services.ids import new_id
from controller.store import wanted
from controller.store.audit import note
from controller.store.tables import playlists
from schedules.model import Fact, Id


class EntryDraft(Fact):
    """A message, and how long its turn is on boards; without `seconds` as long as reading takes.

    Of sound: what becomes of it when it is `interrupted`, or `late`, and for how many seconds (`max_late`; without it a minute,
    ten for schedules of class priority).
    """

    message: Id
    seconds: Annotated[float, Field(gt=0, le=3600, strict=True)] | None = None
    interrupted: Literal["resume", "restart", "skip"] = "resume"
    late: Literal["play", "shorten", "skip"] = "play"
    max_late: Annotated[float, Field(ge=0, le=86_400)] | None = None


class PlaylistDraft(Asked):
    """A playlist as the operator writes it."""

    name: str
    items: Annotated[tuple[EntryDraft, ...], Field(min_length=1, max_length=200)]
    sound: Sound = Sound()


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
    name = clean_title(draft.name, "/name")
    playlist = new_id("list")
    with deps.store.write() as connection:
        states = wanted.states(connection, {item.message for item in draft.items})
        check_messages([item.message for item in draft.items], states)
        now = deps.now()
        items = [item.model_dump(exclude_none=True) for item in draft.items]
        sound = draft.sound.model_dump(mode="json")
        row = {"id": playlist, "name": name, "items": items, "sound": sound, "created_at": now, "by": actor.username}
        connection.execute(playlists.insert().values(row))
        note(
            connection,
            now,
            actor.username,
            "playlist.created",
            playlist,
            {"name": name, "items": items, "sound": sound},
        )
    entries = tuple(Entry.model_validate(item.model_dump()) for item in draft.items)
    return PlaylistView(id=playlist, name=name, items=entries, sound=draft.sound, findings=_not_yet(states))


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


def _not_yet(states: dict[str, str]) -> tuple[Remark, ...]:
    return tuple(
        Remark(code="message.not_approved", message=message, text=f"left out until it is approved; it is {state} now")
        for message, state in sorted(states.items())
        if state != State.APPROVED
    )


def all_playlists(deps: Deps, actor: Actor) -> tuple[WantedPlaylist, ...]:
    """Every playlist, oldest first."""
    actor.need(Right.READ)
    with deps.store.read() as connection:
        return wanted.all_playlists(connection)
