"""What gates teach a voice: how their words are said, and the phrases and words that a person recorded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from controller.errors import UnknownError
from controller.media.speech.phrases import Part
from controller.store.database import put
from controller.store.tables import gates, lexicon, phrases, recorded_words
from schedules.model import Fact


class Phrase(Fact):
    """A recorded phrase with slots."""

    id: str
    name: str
    language: str
    parts: tuple[Part, ...]


def sayings(connection: Connection, gate: str, language: str) -> dict[str, str]:
    """How words are said at a gate."""
    query = sa.select(lexicon.c.spelling, lexicon.c.said).where(lexicon.c.gate == gate, lexicon.c.language == language)
    return {row.spelling: row.said for row in connection.execute(query.order_by(lexicon.c.spelling))}


def set_sayings(connection: Connection, gate: str, language: str, words: Mapping[str, str]) -> None:
    """The whole list of a gate and language; UnknownError if there is no such gate."""
    if connection.execute(sa.select(gates.c.id).where(gates.c.id == gate)).first() is None:
        raise UnknownError("gate", gate)
    connection.execute(sa.delete(lexicon).where(lexicon.c.gate == gate, lexicon.c.language == language))
    rows = [{"gate": gate, "language": language, "spelling": each, "said": said} for each, said in words.items()]
    if rows:
        connection.execute(lexicon.insert(), rows)


def keep_word(connection: Connection, language: str, word: str, sha256: str) -> None:
    """This recording says the word from now on."""
    put(connection, recorded_words, {"language": language, "word": word, "sha256": sha256})


def words(connection: Connection, language: str) -> dict[str, str]:
    """Recordings of single words, by word."""
    query = sa.select(recorded_words.c.word, recorded_words.c.sha256).where(recorded_words.c.language == language)
    return {row.word: row.sha256 for row in connection.execute(query.order_by(recorded_words.c.word))}


def keep_phrase(connection: Connection, phrase: Phrase, by: str, now: datetime) -> None:
    """A new phrase."""
    row = phrase.model_dump() | {"parts": [part.model_dump(exclude_none=True) for part in phrase.parts]}
    connection.execute(phrases.insert().values(row | {"by": by, "created_at": now}))


def phrase(connection: Connection, name: str) -> Phrase:
    """The phrase with an id; UnknownError if there is none."""
    row = connection.execute(sa.select(phrases).where(phrases.c.id == name)).mappings().first()
    if row is None:
        raise UnknownError("phrase", name)
    return _phrase(row)


def all_phrases(connection: Connection) -> tuple[Phrase, ...]:
    """Every phrase, oldest first."""
    query = sa.select(phrases).order_by(phrases.c.created_at, phrases.c.id)
    return tuple(_phrase(row) for row in connection.execute(query).mappings())


def _phrase(row: Any) -> Phrase:
    return Phrase.model_validate({name: row[name] for name in Phrase.model_fields})
