"""Phrases a person recorded once, with slots for times, numbers and plates: better than any machine's voice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy.engine import Connection

from controller.domain.asked import Asked
from controller.domain.content import clean_title
from controller.domain.people import Actor, Right
from controller.domain.recordings import Recording
from controller.errors import InvalidError, Problem
from controller.media.audio import Clip, MediaError
from controller.media.coded import coded
from controller.media.loudness import measure
from controller.media.mastering import Mastered
from controller.media.speech.phrases import Part, joined, words_for
from controller.media.windows import samples_of
from controller.services import bring
from controller.services.bring import Brought
from controller.services.context import Deps
from controller.services.ids import new_id
from controller.store import recordings, voices
from controller.store.audit import note
from controller.store.voices import Phrase
from devices.profiles.wav import HEADER_BYTES, RATE, WIDTH
from schedules.model import Sha256

Spoken = Literal["vi", "zh-Hans", "en"]


class PhraseDraft(Asked):
    """A phrase as its author puts it together."""

    name: str
    language: Spoken
    parts: Annotated[tuple[Part, ...], Field(min_length=1, max_length=40)]


class RecordedWord(Asked):
    """The recording that says one word."""

    recording: Sha256


class Values(Asked):
    """What the slots of a phrase hold this time."""

    values: Annotated[dict[str, Annotated[str, Field(min_length=1, max_length=60)]], Field(max_length=40)]


def create_phrase(deps: Deps, actor: Actor, draft: PhraseDraft) -> Phrase:
    """A new phrase of recordings that are here."""
    actor.need(Right.MEDIA)
    phrase = Phrase(id=new_id("phr"), name=clean_title(draft.name, "/name"), language=draft.language, parts=draft.parts)
    with deps.store.write() as connection:
        _known(connection, {part.recording for part in draft.parts if part.recording})
        now = deps.now()
        voices.keep_phrase(connection, phrase, actor.username, now)
        note(connection, now, actor.username, "phrase.created", phrase.id, phrase.model_dump(mode="json"))
    return phrase


def all_phrases(deps: Deps, actor: Actor) -> tuple[Phrase, ...]:
    """Every phrase, oldest first."""
    actor.need(Right.READ)
    with deps.store.read() as connection:
        return voices.all_phrases(connection)


def record_word(deps: Deps, actor: Actor, language: Spoken, word: str, wanted: RecordedWord) -> dict[str, str]:
    """Have a recording say a word; the words known now."""
    actor.need(Right.MEDIA)
    said = words_for(word, language) if len(word) <= 50 else ()
    if len(said) != 1:
        raise InvalidError("phrase.word", "a recorded word is one word of at most 50 letters")
    with deps.store.write() as connection:
        _known(connection, {wanted.recording})
        voices.keep_word(connection, language, said[0], wanted.recording)
        note(connection, deps.now(), actor.username, "word.recorded", said[0], {"recording": wanted.recording})
        return voices.words(connection, language)


def recorded_words(deps: Deps, actor: Actor, language: Spoken) -> dict[str, str]:
    """The words a person has recorded, with their recordings."""
    actor.need(Right.READ)
    with deps.store.read() as connection:
        return voices.words(connection, language)


def say_phrase(deps: Deps, actor: Actor, name: str, given: Values) -> Brought:
    """The phrase with its slots filled, as a recording: the very samples of its parts, one after another."""
    actor.need(Right.MEDIA)
    with deps.store.read() as connection:
        phrase = voices.phrase(connection, name)
        stretches = _stretches(phrase, given.values, voices.words(connection, phrase.language))
        hashes = {sha256 for stretch in stretches for sha256 in stretch}
        known = recordings.find(connection, hashes)
    masters = {sha256: deps.media.read(known[sha256].master) for sha256 in hashes}
    try:
        levelled = _measured(joined([[masters[each] for each in stretch] for stretch in stretches]))
    except MediaError as exc:
        raise InvalidError(exc.code, exc.text) from exc
    machine = next((each.voice for each in known.values() if each.voice), None)
    return bring.brought(bring.keep(deps, actor, bring.made_of(coded(levelled), machine)))


def _stretches(phrase: Phrase, values: Mapping[str, str], words: Mapping[str, str]) -> list[tuple[str, ...]]:
    problems = tuple(_problems(phrase, values, words))
    if problems:
        raise InvalidError("phrase.values", "the phrase cannot be said", problems)
    return [
        (part.recording,) if part.recording else _said(values[part.slot or ""], phrase.language, words)
        for part in phrase.parts
    ]


def _said(value: str, language: str, words: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(words[word] for word in words_for(value, language))


def _problems(phrase: Phrase, values: Mapping[str, str], words: Mapping[str, str]) -> Iterator[Problem]:
    slots = [part.slot for part in phrase.parts if part.slot]
    for slot in slots:
        if slot not in values:
            yield Problem(f"/values/{slot}", "phrase.slot", f'the slot "{slot}" is empty')
            continue
        needed = words_for(values[slot], phrase.language)
        if not needed:
            yield Problem(f"/values/{slot}", "phrase.slot", f'there is nothing to say in "{values[slot]}"')
        if missing := [word for word in dict.fromkeys(needed) if word not in words]:
            yield Problem(f"/values/{slot}", "phrase.words", f"record these words first: {', '.join(missing)}")
    for stray in values.keys() - set(slots):
        yield Problem(f"/values/{stray[:40]}", "phrase.slot", f'the phrase has no slot "{stray[:40]}"')


def _known(connection: Connection, hashes: set[str]) -> dict[str, Recording]:
    found = recordings.find(connection, hashes)
    if missing := sorted(hashes - found.keys()):
        raise InvalidError("media.unknown", f"no recording {missing[0][:12]}... was brought")
    return found


def _measured(wav: bytes) -> Mastered:
    """What is joined is level already: measured, not touched again."""
    frames = (len(wav) - HEADER_BYTES) // WIDTH
    if frames > bring.LONGEST * RATE:
        raise MediaError("media.long", f"a phrase lasts at most {bring.LONGEST} seconds")
    after = measure(samples_of(wav), frames)
    return Mastered(Clip(wav, "", frames / RATE), after.lufs, after, ())
