"""Write a message, and write it anew."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field
from sqlalchemy.engine import Connection

from controller.domain import approvals
from controller.domain.asked import Asked
from controller.domain.content import Category, State, clean_texts, clean_title, in_order, unknown_languages
from controller.domain.people import Actor, Right
from controller.domain.pictures import Picture, Video
from controller.errors import ConflictError, InvalidError, Problem
from controller.services import plan
from controller.services.context import Deps
from controller.services.ids import new_id
from controller.services.look import MessageView, view
from controller.store import content, media, visuals
from controller.store.audit import note
from controller.store.content import Words
from devices.rendering.look import AS_IT_READS_BEST, Look
from schedules.model import Sha256


class Draft(Asked):
    """A message as its author writes it; `audio`, `picture` and `video` name files brought before. Texts, or one of those."""

    title: str
    category: Category
    texts: dict[str, str] = Field(default_factory=dict)
    audio: dict[str, Sha256] = Field(default_factory=dict)
    picture: Picture | None = None
    video: Video | None = None
    look: Look = AS_IT_READS_BEST


class Change(Asked):
    """What is to be different; a language, picture or video set to null is taken out. `version` guards another's work."""

    title: str | None = None
    category: Category | None = None
    texts: dict[str, str | None] = Field(default_factory=dict)
    audio: dict[str, Sha256 | None] = Field(default_factory=dict)
    picture: Picture | None = None
    video: Video | None = None
    look: Look | None = None
    version: int | None = Field(default=None, ge=1, strict=True)


def create_message(deps: Deps, actor: Actor, draft: Draft) -> MessageView:
    """A new draft, version 1."""
    actor.need(Right.WRITE)
    words = _clean(draft)
    message = new_id("msg")
    with deps.store.write() as connection:
        now = deps.now()
        check_files(connection, words)
        content.new_message(connection, message, actor.username, words, now)
        note(connection, now, actor.username, "message.created", message, {"version": 1, "title": words.title})
        return view(deps, connection, content.load(connection, message))


def edit_message(deps: Deps, actor: Actor, message: str, change: Change) -> MessageView:
    """A new version, a draft again: approvals of the old one are void, and boards stop showing it."""
    actor.need(Right.WRITE)
    with deps.store.write() as connection:
        stored = content.load(connection, message)
        _check_version(stored, change.version)
        words = _clean(_changed(stored.words, change))
        if words == stored.words:
            return view(deps, connection, stored)
        check_files(connection, words)
        _keep_edit(deps, connection, actor, stored, words)
        answer = view(deps, connection, content.load(connection, message))
    deps.notify()
    return answer


def _keep_edit(deps: Deps, connection: Connection, actor: Actor, stored: content.Stored, words: Words) -> None:
    now, before = deps.now(), stored.standing
    after = approvals.edited(before, actor.username)
    content.save(connection, stored.id, after, now)
    content.new_version(connection, stored.id, after.version, actor.username, words, now)
    voided = [{"agency": each.agency, "by": each.by, "digest": each.digest} for each in before.approvals]
    details = {"version": after.version, "was": before.state, "approvals_voided": voided}
    note(connection, now, actor.username, "message.edited", stored.id, details)
    if before.state is State.APPROVED:
        plan.rebuild(deps, connection, actor.username, now)


def _changed(words: Words, change: Change) -> Draft:
    texts = {language: text for language, text in (words.texts | change.texts).items() if text is not None}
    audio = {language: sha256 for language, sha256 in (words.audio | change.audio).items() if sha256 is not None}
    return Draft(
        title=change.title if change.title is not None else words.title,
        category=change.category or Category(words.category),
        texts=texts,
        audio=audio,
        picture=change.picture if "picture" in change.model_fields_set else words.picture,
        video=change.video if "video" in change.model_fields_set else words.video,
        look=change.look or words.look,
    )


def _check_version(stored: content.Stored, version: int | None) -> None:
    if version is not None and version != stored.standing.version:
        raise ConflictError("message.version", f"the message is at version {stored.standing.version} already")


def _clean(draft: Draft) -> Words:
    problems = tuple(unknown_languages(draft.audio, "/audio"))
    if problems:
        raise InvalidError("audio.invalid", "the sound cannot be accepted", problems)
    seen = draft.picture or draft.video
    texts = clean_texts(draft.texts) if draft.texts or not seen else {}
    if draft.picture and draft.picture.place == "beside" and not texts:
        raise InvalidError("picture.alone", "a picture stands beside texts: give one, or let it have its own page")
    return Words(
        clean_title(draft.title), draft.category, texts, in_order(draft.audio), picture=draft.picture, video=draft.video,
        look=draft.look,
    )  # fmt: skip


def check_files(connection: Connection, words: Words) -> None:
    """InvalidError if the words name a sound, picture or video that was never brought."""
    check_sound(connection, words.audio)
    asked = {"picture": words.picture, "video": words.video}
    problems = tuple(
        Problem(f"/{kind}/sha256", "media.unknown", f"no {kind} {each.sha256[:12]}... was brought")
        for kind, each in asked.items()
        if each and visuals.kind_of(connection, each.sha256) != kind
    )
    if problems:
        raise InvalidError("visual.unknown", "the picture or video cannot be accepted", problems)


def check_sound(connection: Connection, audio: Mapping[str, str]) -> dict[str, media.File]:
    """The sound files that `audio` names; InvalidError if one was never brought."""
    found = media.find(connection, set(audio.values()))
    problems = tuple(
        Problem(f"/audio/{language}", "media.unknown", f"no sound file {sha256[:12]}... was brought")
        for language, sha256 in audio.items()
        if sha256 not in found or found[sha256].kind != "audio"
    )
    if problems:
        raise InvalidError("audio.invalid", "the sound cannot be accepted", problems)
    return {language: found[sha256] for language, sha256 in audio.items()}
