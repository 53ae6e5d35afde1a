"""Let a machine read a message aloud, or join what a person recorded: drafts of sound, heard by people before they count."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from controller.domain.asked import Asked
from controller.domain.content import LANGUAGES
from controller.domain.people import Actor, Right
from controller.errors import ConflictError, InvalidError, Problem
from controller.media.audio import MediaError
from controller.media.speech.draft import draft_key, speak, voice_for
from controller.media.speech.engines import SpeechError
from controller.media.speech.tongues import spoken
from controller.services import bring
from controller.services.context import Deps
from controller.services.look import MessageView
from controller.services.write import Change, edit_message
from controller.store import content, recordings, voices
from controller.store.audit import note
from devices.rendering.colouring import words_alone
from schedules.fields import ANY_DAY, fields_of, filled, misread
from schedules.live import is_live
from schedules.model import Id


class SpeechRequest(Asked):
    """Which text of a message is to be read, how fast, and by whose list of words."""

    language: str
    speed: Annotated[float, Field(ge=0.5, le=2.0)] = 1.0
    gate: Id | None = None
    version: Annotated[int, Field(ge=1, strict=True)] | None = None


class Sayings(Asked):
    """How words of a gate are said: written form to spoken form. It takes the place of the whole list."""

    words: Annotated[
        dict[Annotated[str, Field(min_length=1, max_length=100)], Annotated[str, Field(min_length=1, max_length=200)]],
        Field(max_length=1000),
    ]


def speak_message(deps: Deps, actor: Actor, message: str, request: SpeechRequest) -> MessageView:
    """The message with a machine's voice for one language: a new version, and marked as a machine's for ever."""
    actor.need(Right.MEDIA)
    actor.need(Right.WRITE)
    with deps.store.read() as connection:
        stored = content.load(connection, message)
        if request.version is not None and request.version != stored.standing.version:
            raise ConflictError("message.version", f"the message is at version {stored.standing.version} already")
        sayings = voices.sayings(connection, request.gate, request.language) if request.gate else {}
    text = stored.words.texts.get(request.language)
    if text is None:
        problem = Problem("/language", "speech.text", f'the message has no text in "{request.language[:40]}"')
        raise InvalidError("speech.text", problem.text, (problem,))
    sha256 = _spoken(deps, actor, _without_fields(words_alone(text), request.language), request, sayings)
    change = Change(audio={request.language: sha256}, version=stored.standing.version)
    return edit_message(deps, actor, message, change)


def _without_fields(text: str, language: str) -> str:
    """The text as it is said on every day; what changes while it is told cannot be recorded."""
    wrong = misread(text)
    live = [field for field in fields_of(text) if is_live(field)]
    if wrong is not None or live:
        said = (
            f"{wrong[1]} is no field" if wrong else f"a recording cannot say {{{live[0]}}}, which changes: write it out"
        )
        problem = Problem(f"/texts/{language}", "speech.field", said)
        raise InvalidError("speech.field", problem.text, (problem,))
    return filled(text, language, ANY_DAY)


def _spoken(deps: Deps, actor: Actor, text: str, request: SpeechRequest, sayings: dict[str, str]) -> str:
    """The recording; one that the same request gave before is taken again."""
    try:
        engine = deps.voices.for_language(request.language)
        voice = voice_for(engine, request.language)
        key = draft_key(spoken(text, request.language, sayings), voice, engine, request.speed)
        with deps.store.read() as connection:
            known = recordings.by_key(connection, key)
        if known is not None:
            return known
        draft = speak(text, request.language, engine, request.speed, sayings)
    except (SpeechError, MediaError) as exc:
        raise InvalidError(exc.code, exc.text) from exc
    return bring.keep(deps, actor, bring.made_of(draft.coded, draft.voice[:200], draft.words), key).sha256


def sayings(deps: Deps, actor: Actor, gate: str, language: str) -> dict[str, str]:
    """The list of a gate and language."""
    actor.need(Right.READ)
    _known_language(language)
    with deps.store.read() as connection:
        return voices.sayings(connection, gate, language)


def set_sayings(deps: Deps, actor: Actor, gate: str, language: str, wanted: Sayings) -> dict[str, str]:
    """Put a list in place of the old one; recordings made before stay as they are."""
    actor.need(Right.MEDIA)
    _known_language(language)
    with deps.store.write() as connection:
        voices.set_sayings(connection, gate, language, wanted.words)
        now = deps.now()
        note(connection, now, actor.username, "lexicon.set", f"{gate}/{language}", {"words": wanted.words})
        return voices.sayings(connection, gate, language)


def _known_language(language: str) -> None:
    if language not in LANGUAGES:
        raise InvalidError("language.unknown", f"a voice knows {', '.join(LANGUAGES)}")
